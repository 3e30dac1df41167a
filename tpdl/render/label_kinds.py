"""What labels such as `#fig-curve` name: the kind is the part before the first hyphen."""

from __future__ import annotations

FLOATS = ("fig", "tbl")
"""What stands apart from the text, with a caption."""
NUMBERED = (*FLOATS, "sec", "eq")
"""What a book numbers and refers to."""
QUARTO_ONLY = (
    *("lst", "thm", "lem", "cor", "prp", "cnj", "def", "exm", "exr", "sol", "rem", "alg"),
    *("nte", "tip", "wrn", "imp", "cau"),
)
"""What Quarto alone numbers: listings, theorems, callouts. The embedded renderer refuses them."""
KINDS = (*NUMBERED, *QUARTO_ONLY)
"""What a document can refer to."""


def kind_of(label: str) -> str:
    """The kind of a label; "" of those that nobody numbers.

    >>> kind_of("fig-curve"), kind_of("refs"), kind_of("my-section")
    ('fig', '', '')
    """
    prefix, hyphen, _ = label.partition("-")
    return prefix if hyphen and prefix in KINDS else ""
