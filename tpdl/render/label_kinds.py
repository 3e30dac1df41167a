"""What labels such as `#fig-curve` name: the kind is the part before the first hyphen."""

from __future__ import annotations

FLOATS = ("fig", "tbl", "lst")
"""What stands apart from the text, with a caption."""
THEOREMS = ("thm", "lem", "cor", "prp", "cnj", "def", "exm", "exr", "sol", "rem", "alg")
"""Theorems and what is set like them: a kind, a number, perhaps a name."""
CALLOUTS = ("nte", "tip", "wrn", "imp", "cau")
"""Callouts that are referred to."""
KINDS = (*FLOATS, "sec", "eq", *THEOREMS, *CALLOUTS)
"""What a document can refer to."""


def kind_of(label: str) -> str:
    """The kind of a label; "" of those that nobody numbers.

    >>> kind_of("fig-curve"), kind_of("refs"), kind_of("my-section")
    ('fig', '', '')
    """
    prefix, hyphen, _ = label.partition("-")
    return prefix if hyphen and prefix in KINDS else ""
