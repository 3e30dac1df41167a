"""Images that are results: each kept once, at its own resolution, in a format made for it, with what it shows.

Example:
    write_images(index, {"gorilla": Picture(pixels, "class image of a gorilla")})   # class-images/gorilla.jpg
    images = read_images(index)
    images["gorilla"].pixels        # uint8 [224, 224, 3], decoded when it is asked for
    files_of(index)                 # {…/class-images/gorilla.jpg: "5f2c…"}

The index, `class-images.images`, is a JSON file that names the files of the folder `class-images` beside it, and the
SHA-256 of each: whoever has its hash has all of them.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tpdl.errors import StepError
from tpdl.files import atomic_write, read_json, sha256_bytes, write_json

if TYPE_CHECKING:
    import numpy as np

SUFFIX = ".images"
"""What the name of an index ends in."""
FORMAT = 1
MOST_COLOURS = 256
"""An image of so few is a drawing, a digit or a mask, which PNG keeps exactly and small; any other a photograph."""
QUALITY = 92
"""Of JPEG, with full colour resolution: structural similarity 0.97 on photographs and 0.96 on class images, as
`benchmarks/image_quality.py` measures. WebP halves the resolution of colour, and stays at 0.92 on class images."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.,=+-]{0,99}")


class Picture:
    """One image of a result, and what it shows.

    Examples:
        >>> import numpy as np
        >>> from tpdl import Images, Picture, experiment
        >>> @experiment()
        ... def squares(side: int = 8) -> Images:
        ...     black = np.zeros((side, side), np.uint8)
        ...     return {"black": Picture(black, "a black square"), "white": Picture(255 - black, "a white square")}
        >>> squares()["white"].width
        8

    In `experiments/shapes.py` they are `figures/squares/black.png` and `white.png`, with one record for both. A figure
    that is a `Sheet` places them. It gets the pixels as they were, or nearly so: an image of more than 256 colours is
    kept as JPEG.

    Args:
        pixels: uint8 [height, width] in grey, [height, width, 3] in colour, or [height, width, 4] with transparency,
            which PNG keeps.
        shows: what is to be seen, in a few words: a reader who cannot see the image gets them instead.
        exact: keep it as PNG, however many colours it has; by default that follows from their number.
        quality: of JPEG, 1 to 95. Photographs look the same with 85, and take less.
    """

    def __init__(self, pixels: np.ndarray, shows: str, *, exact: bool | None = None, quality: int = QUALITY) -> None:
        self.shows = shows
        self.exact = exact
        self.quality = quality
        self.path: Path | None = None
        """Where it is kept; None for one that has just been made."""
        self._pixels: np.ndarray | None = pixels
        self._size = (0, 0) if getattr(pixels, "ndim", 0) < 2 else (int(pixels.shape[1]), int(pixels.shape[0]))

    @classmethod
    def kept(cls, path: Path, shows: str, width: int, height: int) -> Picture:
        """One that lies in a file, which is read when its pixels are asked for."""
        picture = cls.__new__(cls)
        picture.shows, picture.exact, picture.quality, picture.path = shows, None, QUALITY, path
        picture._pixels, picture._size = None, (width, height)
        return picture

    @property
    def width(self) -> int:
        """In pixels."""
        return self._size[0]

    @property
    def height(self) -> int:
        """In pixels."""
        return self._size[1]

    @property
    def pixels(self) -> np.ndarray:
        """uint8 [height, width], [height, width, 3] or [height, width, 4].

        Raises:
            StepError: the file is gone, or cannot be read.
        """
        if self._pixels is None:
            import numpy as np
            from PIL import Image

            try:
                with Image.open(self.path or "") as image:
                    self._pixels = np.asarray(image.convert("RGB") if image.mode == "P" else image)
            except (OSError, ValueError, SyntaxError) as error:
                raise StepError(f"{self.path} cannot be read ({error}); run its step again") from error
        return self._pixels

    def _repr_png_(self) -> bytes:
        """How a notebook shows it."""
        return _png(self.pixels)


Images = Mapping[str, Picture]
"""The result type of experiments that return images by name: each a `Picture`.

Examples:
    >>> import numpy as np
    >>> from tpdl import Images, Picture, experiment
    >>> @experiment()
    ... def grey(levels: list[int] = [0, 128]) -> Images:
    ...     return {str(level): Picture(np.full((8, 8), level, np.uint8), f"grey of {level}") for level in levels}
    >>> list(grey())
    ['0', '128']

    Whoever has `inputs={"images": grey}` gets them by name. Each is decoded when its pixels are asked for:

    >>> @experiment(inputs={"images": grey})
    ... def brightness(images: Images) -> dict:
    ...     return {name: float(picture.pixels.mean()) for name, picture in images.items()}
    >>> brightness(grey())
    {'0': 0.0, '128': 128.0}
"""


def problem_with(images: Any) -> str:
    """What is wrong with images that are to be kept; empty where nothing is."""
    import numpy as np

    if not isinstance(images, Mapping):
        return f"a mapping of tpdl.Picture is expected, not {type(images).__name__}"
    if not images:
        return "there is no image in it"
    seen: dict[str, str] = {}
    for name, picture in images.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            return f"{name!r} is no name for a file: use letters, digits, and . _ , = + -, at most 100"
        if (other := seen.setdefault(name.lower(), name)) != name:
            return f"{other!r} and {name!r} are one file on many systems; rename one"
        if not isinstance(picture, Picture):
            return f"{name!r} is of type {type(picture).__name__}, not tpdl.Picture"
        if not picture.shows.strip():
            return f"it is not said what {name!r} shows"
        pixels = picture.pixels
        if not isinstance(pixels, np.ndarray) or pixels.dtype != np.uint8:
            return f"{name!r} must be an array of uint8, not {getattr(pixels, 'dtype', type(pixels).__name__)}"
        if pixels.ndim not in (2, 3) or 0 in pixels.shape or (pixels.ndim == 3 and pixels.shape[2] not in (3, 4)):
            return f"{name!r} has shape {list(pixels.shape)}, not [height, width], [height, width, 3 or 4]"
    return ""


def write_images(index: Path, images: Images, folder: Path | None = None) -> None:
    """Write every image, and the index last.

    Args:
        index: path of the index.
        images: at least one; see `problem_with`.
        folder: where the images go; by default beside the index, under its name.

    Raises:
        StepError: the disk is full, or cannot be written to.
    """
    folder = folder or index.with_suffix("")
    entries = {}
    for name, picture in images.items():
        suffix, content, colours = _encoded(picture)
        atomic_write(folder / f"{name}{suffix}", content)
        entries[name] = {
            "file": f"{name}{suffix}",
            "sha256": sha256_bytes(content),
            "width": picture.width,
            "height": picture.height,
            "colours": colours,
            "shows": picture.shows,
        }
    write_json(index, {"format": FORMAT, "images": entries})


def read_images(index: Path) -> Images:
    """The images of an index by name. None is decoded before its pixels are asked for.

    Raises:
        StepError: the index is not here, or is none.
    """
    return {
        name: Picture.kept(index.with_suffix("") / entry["file"], entry["shows"], entry["width"], entry["height"])
        for name, entry in _entries(index).items()
    }


def files_of(index: Path) -> dict[Path, str]:
    """Path of each image that an index names -> its SHA-256.

    Raises:
        StepError: the index is not here, or is none.
    """
    return {index.with_suffix("") / entry["file"]: entry["sha256"] for entry in _entries(index).values()}


def remove_others(index: Path) -> None:
    """Remove from the folder of an index what an earlier one named and it does not."""
    named = files_of(index)
    with contextlib.suppress(OSError):
        for path in index.with_suffix("").iterdir():
            if path not in named and path.suffix in (".png", ".jpg"):
                path.unlink(missing_ok=True)


def _entries(index: Path) -> dict[str, dict[str, Any]]:
    try:
        value = read_json(index)
        entries = dict(value["images"])
        if value["format"] != FORMAT:
            raise ValueError(f"format {value['format']}, this tpdl reads {FORMAT}")
        for entry in entries.values():
            if os.path.basename(entry["file"]) != entry["file"] or entry["file"] in ("", ".", ".."):
                raise ValueError(f"{entry['file']!r} does not lie in its folder")
            str(entry["sha256"]), str(entry["shows"]), int(entry["width"]), int(entry["height"])
    except FileNotFoundError:
        raise StepError(f"{index} is not here; run the step that makes it") from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise StepError(f"{index} cannot be read ({type(error).__name__}: {error}); run its step again") from error
    return entries


def _encoded(picture: Picture) -> tuple[str, bytes, int]:
    """Suffix, content, and number of colours."""
    import numpy as np
    from PIL import Image, ImageFile

    pixels = picture.pixels
    flat = pixels.reshape(-1, pixels.shape[2] if pixels.ndim == 3 else 1)
    colours = len(np.unique(flat, axis=0))
    transparent = pixels.ndim == 3 and pixels.shape[2] == 4
    if transparent or picture.exact or (picture.exact is None and colours <= MOST_COLOURS):
        return ".png", _png(pixels), colours
    buffer = io.BytesIO()
    # An optimized JPEG is written in one piece, and that of a noisy image is larger than Pillow's room for it.
    ImageFile.MAXBLOCK = max(ImageFile.MAXBLOCK, 2 * pixels.size)
    Image.fromarray(pixels).save(buffer, "JPEG", quality=picture.quality, subsampling=0, optimize=True)
    return ".jpg", buffer.getvalue(), colours


def _png(pixels: np.ndarray) -> bytes:
    """The pixels exactly; those of few colours as numbers of a palette, which is a third of the size."""
    import numpy as np
    from PIL import Image

    image = Image.fromarray(pixels)
    if image.mode == "RGB":
        colours, numbers = np.unique(pixels.reshape(-1, 3), axis=0, return_inverse=True)
        if len(colours) <= MOST_COLOURS:
            image = Image.fromarray(numbers.reshape(pixels.shape[:2]).astype(np.uint8), "P")
            image.putpalette(colours.tobytes())
    buffer = io.BytesIO()
    image.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
