"""A renderer for machines without Quarto: the same book from the same files, with Pandoc and Typst from Python wheels.

It knows the part of Quarto's Markdown that the chapters use, and refuses the rest with file and line (`unsupported`).
"""
