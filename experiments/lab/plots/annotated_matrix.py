"""A table of numbers as a picture: each cell shaded by its number, which stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.typing import ColorType

EVEN = 0.18
"""The relative luminance on which white and black have the same contrast."""


def annotated_matrix(axis: Axes, cells: pd.DataFrame, numbers: str = ".2f", colour: str = "C0") -> None:
    """Draw a table with its numbers, the larger the more of the colour: on a white page and on a dark one alike.

    Args:
        axis: to draw on.
        cells: at least 0; its index and columns name the rows and columns.
        numbers: how they are written, such as ".1%".
        colour: of the largest; that of 0 is the page's.
    """
    import matplotlib
    import seaborn
    from matplotlib.colors import LinearSegmentedColormap
    from seaborn.utils import relative_luminance

    shades = LinearSegmentedColormap.from_list("shades", [matplotlib.rcParams["axes.facecolor"], colour])
    seaborn.heatmap(
        cells,
        ax=axis,
        vmin=0,
        cmap=shades,
        annot=True,
        fmt=numbers,
        cbar=False,
        linewidths=1,
        linecolor=matplotlib.rcParams["grid.color"],
    )
    for text, shade in zip(axis.texts, axis.collections[0].get_facecolor(), strict=True):
        text.set_color("white" if relative_luminance(shade) < EVEN else "#1b1f24")
    axis.tick_params(length=0, rotation=0)


def sparse_matrix(
    axis: Axes,
    cells: pd.DataFrame,
    numbers: str = ".0f",
    colour: str = "C0",
    least: float = 0.5,
    size: float = 8.0,
) -> None:
    """The same for a large matrix that is mostly 0, such as a confusion matrix: cells below `least` have no number.

    Shades go by the square root, so that the few small numbers can be seen beside the large ones of the diagonal.

    Args:
        axis, cells, numbers, colour: as for `annotated_matrix`.
        least: of a number that is written.
        size: of the numbers, in points.
    """
    from matplotlib.colors import PowerNorm

    annotated_matrix(axis, cells, numbers, colour)
    mesh = axis.collections[0]
    mesh.set_norm(PowerNorm(0.5, 0, cells.to_numpy().max()))
    mesh.update_scalarmappable()
    shades: Any = mesh.get_facecolor()
    drawn = zip(list(axis.texts), shades, cells.to_numpy().ravel(), strict=True)
    for text, shade, value in drawn:
        text.set(fontsize=size, color=ink_on(shade))
        if value < least:
            text.remove()


def ink_on(shade: ColorType) -> str:
    """White or near-black for letters, whichever stands out more from `shade`."""
    from seaborn.utils import relative_luminance

    return "white" if relative_luminance(shade) < EVEN else "#1b1f24"
