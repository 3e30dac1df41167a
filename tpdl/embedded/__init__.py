"""A renderer for machines without Quarto: the same book from the same files, with Pandoc and Typst from Python wheels.

    pages, refused = render_embedded(prepared, ["html", "pdf"])

It knows the part of Quarto's Markdown that reports use, and refuses the rest with file and line (`unsupported`).
"""
