"""Grids of small grey images, edge to edge: how generated images are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure


def picture_grid(
    images: np.ndarray,
    rows: Sequence[str] = (),
    heads: Mapping[float, str] | None = None,
    title: str = "",
    width: float = 7.2,
    left: float = 0.75,
) -> Figure:
    """A grid of images drawn as one picture, so that hundreds of them stay a small file.

    Args:
        images: [rows, columns, side, side] in 0 … 255; an image of negative values is left out.
        rows: a label for each row.
        heads: column position -> heading above it.
        title: heading of the row labels.
        width: of the figure in inches.
        left: width of the row labels in inches.
    """
    import numpy as np
    from matplotlib import colormaps
    from matplotlib.figure import Figure

    down, across, side, _ = images.shape
    framed = np.pad(images.astype(float), ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-1)
    whole = framed.transpose(0, 2, 1, 3).reshape(down * (side + 2), across * (side + 2))
    left = left if rows else 0.05
    size = (width - left - 0.05) / across
    top = (0.25 if heads else 0.05) + (0.2 if title else 0)
    height = top + down * size + 0.05
    fig = Figure(figsize=(width, height))
    fig.set_layout_engine("none")
    axis = fig.add_axes((left / width, 0.05 / height, across * size / width, down * size / height))
    colours = colormaps["gray"].with_extremes(under=(0, 0, 0, 0))
    axis.imshow(
        whole, cmap=colours, vmin=0, vmax=255, interpolation="nearest", extent=(-0.5, across - 0.5, down - 0.5, -0.5)
    )
    axis.grid(False)
    axis.tick_params(length=0, pad=3)
    axis.spines[:].set_visible(False)
    axis.set_yticks(range(len(rows)), rows, fontsize=8)
    axis.set_xticks([])
    for position, words in (heads or {}).items():
        axis.text(position, -0.58, words, ha="center", va="bottom", fontsize=9)
    if title:
        axis.text(-0.58, -0.62, title, ha="right", va="bottom", fontsize=8)
    return fig


def side_by_side(grids: np.ndarray, heads: Sequence[str]) -> Figure:
    """Grids of images beside each other, with a gap between them.

        side_by_side(np.stack([early, late]), ["3,000 batches", "24,000 batches"])

    Args:
        grids: [grids, rows, columns, side, side] in 0 … 255.
        heads: what stands above each.
    """
    import numpy as np

    _, down, across, *image = grids.shape
    gap = np.full((down, 1, *image), -1)
    parts = [part for grid in grids for part in (grid, gap)][:-1]
    places = {(across + 1) * place + (across - 1) / 2: head for place, head in enumerate(heads)}
    return picture_grid(np.concatenate(parts, 1), heads=places)
