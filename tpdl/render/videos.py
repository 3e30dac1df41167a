"""Videos on a page and on paper: where the film and its frames lie, and how large they are.

Example:
    read_video(step.product, step.stills, root)["width"]     # 640
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tpdl.errors import UserError

WORDS = {"first": "start", "middle": "halfway", "last": "end"}
"""Frame -> what stands below it on paper."""


def read_video(film: Path, stills: Mapping[str, Path], root: Path) -> dict[str, Any]:
    """What the filter needs to place a video.

    Args:
        film: the video.
        stills: which frame -> the image of it.
        root: of the project, where all addresses in the result start.

    Returns:
        `src`; `width` and `height` in pixels; `stills`: of each `src` and `words`.

    Raises:
        UserError: one of the files is not there, or is no image.
    """
    from PIL import Image

    def address(path: Path) -> str:
        return path.relative_to(root).as_posix()

    size = (0, 0)
    for path in stills.values():
        try:
            with Image.open(path) as image:  # reads no more than the header
                size = image.size
        except OSError as error:
            raise UserError(f"{address(path)} cannot be read ({type(error).__name__}); draw it again") from None
    return {
        "src": address(film),
        "width": size[0],
        "height": size[1],
        "stills": [{"src": address(path), "words": WORDS[name]} for name, path in stills.items()],
    }
