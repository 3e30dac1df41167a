"""From results and documents to what a renderer needs: values, claims, provenance, one Lua filter.

`prepare` evaluates everything that the documents say about results, and writes it down for the filter. It imports no
pandas, which would take longer than all the rest. Quarto or the embedded renderer does what is left; see `tpdl.report`.
"""
