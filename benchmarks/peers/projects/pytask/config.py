"""The constants of the project."""

from pathlib import Path

ROOT = Path(__file__).parent
RATES = [0.1, 0.2, 0.3]
