"""The pictures of one figure: for light pages and dark ones, wide and narrow. A file's name tells which it is.

Example:
    variant_of("layer-cut.narrow.dark.svg")        # "narrow_dark", which is_narrow
    base_of("layer-cut.narrow.dark.svg")           # "layer-cut"
"""

from __future__ import annotations

VARIANTS = {"light": "", "dark": ".dark", "narrow": ".narrow", "narrow_dark": ".narrow.dark"}
"""Variant -> what stands in the name before the file type, in the order of a step's products."""
NARROW = "narrow"
"""The parameter of a figure's function that is true where it draws for pages as narrow as a phone."""


def variant_of(name: str) -> str:
    """The variant that a picture's file name tells: a key of `VARIANTS`."""
    stem = name.rpartition(".")[0]
    fitting = [variant for variant, middle in VARIANTS.items() if stem.endswith(middle)]
    return max(fitting, key=lambda variant: len(VARIANTS[variant]))


def base_of(name: str) -> str:
    """A file's name without variant and file type."""
    return name.rpartition(".")[0].removesuffix(VARIANTS[variant_of(name)])


def is_narrow(name: str) -> bool:
    """Whether the picture is for narrow pages."""
    return variant_of(name).startswith("narrow")
