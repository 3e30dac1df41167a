"""Steps, fingerprints, records, status, scheduling. Knows no deep learning and no Quarto."""
