"""The colour of each kind of saliency map, the same in every figure of the chapter."""

from __future__ import annotations

COLOURS = {
    "gradient": "C0",
    "smoothgrad": "C1",
    "integrated-gradients": "C2",
    "grad-cam": "C4",
    "second-gradient": "C0",
    "second-grad-cam": "C4",
}
"""A map of the second network has its method's colour; lines of it are dashed."""


def colour_of(method: str) -> str:
    """The colour of a method; grey for a baseline, which is no map of a network.

    >>> colour_of("grad-cam")
    'C4'
    """
    from matplotlib import rcParams

    return COLOURS.get(method, str(rcParams["ytick.color"]))
