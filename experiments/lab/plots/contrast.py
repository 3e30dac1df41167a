"""Letters that can be read on a colour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from experiments.lab.plots.annotated_matrix import EVEN

if TYPE_CHECKING:
    from matplotlib.typing import ColorType


def ink_on(shade: ColorType) -> str:
    """White or near-black, whichever stands out more from `shade`."""
    from seaborn.utils import relative_luminance

    return "white" if relative_luminance(shade) < EVEN else "#1b1f24"
