"""The pictures of one figure: for light pages and dark ones, wide and narrow. A file's name tells which it is.

Example:
    variant_of("layer-cut.narrow.dark.svg")        # "narrow_dark", which is_dark and is_narrow
    base_of("layer-cut.narrow.dark.svg")           # "layer-cut"
"""

from __future__ import annotations

VARIANTS = {"narrow_dark": ".narrow.dark", "narrow": ".narrow", "dark": ".dark", "light": ""}
"""Variant -> what stands in the name before the file type; the longest first."""
NARROW = "narrow"
"""The parameter of a figure's function that is true where it draws for pages as narrow as a phone."""


def variant_of(name: str) -> str:
    """The variant that a picture's file name tells: a key of `VARIANTS`."""
    stem = name.rpartition(".")[0]
    return next(variant for variant, middle in VARIANTS.items() if stem.endswith(middle))


def base_of(name: str) -> str:
    """A file's name without variant and file type."""
    return name.rpartition(".")[0].removesuffix(VARIANTS[variant_of(name)])


def is_dark(name: str) -> bool:
    """Whether the picture is for dark pages."""
    return variant_of(name).endswith("dark")


def is_narrow(name: str) -> bool:
    """Whether the picture is for narrow pages."""
    return variant_of(name).startswith("narrow")
