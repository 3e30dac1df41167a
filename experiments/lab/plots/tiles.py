"""Tables of images and saliency maps, with names of rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MAP_COLOURS = "inferno"


def map_tile(values: np.ndarray, side: int = 72, levels: int = 12) -> np.ndarray:
    """A small picture of a map, scaled from 0 to its 99th percentile.

    Args:
        values: float [height, width], non-negative.
        side: of the picture, in pixels.
        levels: number of grey levels, few so that the file stays small.

    Returns:
        uint8 [side, side].
    """
    import numpy as np
    from PIL import Image

    scaled = np.clip(values / max(float(np.quantile(values, 0.99)), 1e-30), 0, 1)
    small = Image.fromarray((255 * scaled).astype(np.uint8)).resize((side, side), Image.Resampling.BOX)
    return np.asarray(np.round(np.asarray(small) / 255 * (levels - 1)) / (levels - 1) * 255).astype(np.uint8)


def show(axis: Axes, tile: np.ndarray) -> None:
    """Draw a picture, uint8 [side, side, 3], or a map, uint8 [side, side], without axes."""
    axis.axis("off")
    if tile.ndim == 2:
        axis.imshow(tile, interpolation="nearest", cmap=MAP_COLOURS, vmin=0, vmax=255)
    else:
        axis.imshow(tile, interpolation="nearest")


def grid(
    tiles: Sequence[Sequence[np.ndarray]],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    below: Sequence[Sequence[str]] = (),
    label: float = 0.9,
) -> Figure:
    """A table of pictures with row names on the left and column names above.

    Args:
        tiles: rows of uint8 [side, side, 3] or maps [side, side].
        rows, columns: their names.
        below: a line of text under each picture.
        label: width of the row names, in inches.
    """
    from matplotlib.figure import Figure

    width = (7.6 - label) / len(columns)
    fig = Figure(figsize=(7.6, len(rows) * (width + (0.17 if below else 0.03)) + 0.3))
    fig.set_layout_engine("constrained", w_pad=0.015, h_pad=0.015, wspace=0, hspace=0)
    axes = fig.subplots(len(rows), len(columns), squeeze=False)
    for i, row in enumerate(tiles):
        for j, tile in enumerate(row):
            show(axes[i, j], tile)
            if below:
                axes[i, j].text(
                    0.5, -0.03, below[i][j], transform=axes[i, j].transAxes, ha="center", va="top", fontsize=7.5
                )
        axes[i, 0].text(-0.06, 0.5, rows[i], transform=axes[i, 0].transAxes, ha="right", va="center", fontsize=8)
    for j, name in enumerate(columns):
        axes[0, j].set_title(name, fontsize=8, pad=3)
    return fig
