"""Animations that also work on paper: an SVG that moves in a browser and stands still in a PDF."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING, Any

from matplotlib.figure import Figure

if TYPE_CHECKING:
    import numpy as np


class Animation(Figure):
    """A figure that saves itself as an SVG whose frames follow each other in a loop.

    All frames lie in one embedded PNG, one below the other; a window of one frame's height shows it, and a CSS
    animation moves the strip. Without CSS animation (a PDF, an old browser), or if the reader asks for reduced motion,
    the first frame stays.

    Args:
        frames: uint8 [frames, height, width], grey.
        seconds: duration of the loop.
        scale: size of a pixel in the picture.
    """

    def __init__(self, frames: np.ndarray, seconds: float = 6.0, scale: float = 2.0) -> None:
        super().__init__()
        self._frames, self._seconds, self._scale = frames, seconds, scale

    def savefig(self, fname: Any, **settings: Any) -> None:
        """Write the SVG; matplotlib's settings have no effect on it.

        Raises:
            ValueError: a format other than SVG is asked for.
        """
        if settings.get("format", "svg") != "svg":
            raise ValueError("an animation can be saved as SVG only")
        fname.write(animated_svg(self._frames, self._seconds, self._scale).encode())


def animated_svg(frames: np.ndarray, seconds: float, scale: float) -> str:
    """The text of the SVG; the same frames give the same text. Arguments as in `Animation`."""
    from PIL import Image

    count, height, width = frames.shape
    strip = Image.fromarray(frames.reshape(count * height, width))
    buffer = io.BytesIO()
    # Sixteen greys: digits look the same, and the file is half as large.
    strip.quantize(16, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
    data = base64.b64encode(buffer.getvalue()).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width * scale:g}" '
        f'height="{height * scale:g}" viewBox="0 0 {width} {height}">\n'
        "<style>\n"
        f"@keyframes run {{ to {{ transform: translateY(-{count * height}px) }} }}\n"
        f".strip {{ animation: run {seconds:g}s steps({count}) infinite; image-rendering: pixelated }}\n"
        "@media (prefers-reduced-motion: reduce) { .strip { animation: none } }\n"
        "</style>\n"
        f'<image class="strip" width="{width}" height="{count * height}" xlink:href="data:image/png;base64,{data}"/>\n'
        "</svg>\n"
    )
