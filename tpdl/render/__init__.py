"""From results and documents to what a renderer needs: values, claims, provenance, one Lua filter.

`prepare` evaluates everything that the documents say about results and writes it down for the filter. Knows no deep learning,
and imports neither pandas nor torch. Quarto or the embedded renderer does the rest; see `tpdl.report`.
"""
