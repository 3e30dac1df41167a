"""Sheets of labelled images: photographs or maps in rows, each under its title."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from matplotlib.figure import Figure


def thumbnail(image: np.ndarray, side: int = 96, colours: int = 48) -> np.ndarray:
    """A small copy of an image with few colours, so that a sheet of many stays a small file.

    Args:
        image: uint8 [height, width] or [height, width, 3].
        side: of the copy, in pixels.
        colours: largest number of colours.

    Returns:
        uint8 [side, side, 3].
    """
    import numpy as np
    from PIL import Image

    small = Image.fromarray(image).convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
    return np.asarray(small.quantize(colours, dither=Image.Dither.NONE).convert("RGB"))


def sheet(images: np.ndarray, titles: Sequence[str], colours: Sequence[str], columns: int = 5) -> Figure:
    """Images in rows, each under its title.

    Args:
        images: uint8 [images, side, side, 3].
        titles: one for each image; may have several lines.
        colours: of the titles; "" for the colour of text.
        columns: images in a row.
    """
    from matplotlib.figure import Figure

    rows, lines = -(-len(images) // columns), max(title.count("\n") + 1 for title in titles)
    fig = Figure(figsize=(7.6, rows * (7.6 / columns + 0.14 * lines)))
    axes = fig.subplots(rows, columns, squeeze=False).ravel()
    for axis in axes:
        axis.axis("off")
    for axis, image, title, colour in zip(axes, images, titles, colours, strict=False):
        axis.imshow(image, interpolation="nearest")
        axis.set_title(title, fontsize=7, pad=3, **({"color": colour} if colour else {}))
    return fig
