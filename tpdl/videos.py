"""Videos: frames that a figure returns, as an H.264 film that every browser plays, and three of them for paper.

Example:
    write_video([figures / "pole.mp4", figures / "pole.first.jpg", …], Video(frames, fps=20))
"""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike, fspath
from pathlib import Path
from typing import TYPE_CHECKING

from tpdl.errors import StepError, UserError
from tpdl.files import atomic_write

if TYPE_CHECKING:
    import numpy as np

SUFFIX = ".mp4"
STILL = ".jpg"
STILLS = ("first", "middle", "last")
"""The frames that paper shows; they stand before the suffix: pole.first.jpg."""
EXTRA = "pip install 'tpdl[video]'"
LARGEST_SIDE = 1920
"""Pixels. More is not seen on a page, and some phones do not play it."""
ENLARGED = 320
"""Pixels that the wider side of enlarged frames has, about."""
ENCODER = {
    "crf": "22",  # the quality: smaller is better, and 18 looks like the original
    "preset": "slow",
    "threads": "1",  # how many cores a machine has must not decide the bytes
    # `mbtree` encodes the same frames to other bytes each time, as x264 165 does with their assembler.
    "x264-params": "mbtree=0:colorprim=bt709:transfer=bt709:colormatrix=bt709",
}
"""Of x264."""
QUALITY_OF_STILLS = 90
"""Of JPEG."""
RATES = (1, 120)
"""Frames a second that a screen can show."""


@dataclass(frozen=True)
class Video:
    """What a figure returns that is declared with `format="video"`: frames, and how many of them a second has.

    Examples:
        >>> import numpy as np
        >>> from tpdl import Arrays, Video, experiment, figure
        >>> @experiment()
        ... def falling(height: int = 48) -> Arrays:
        ...     frames = np.zeros((height, 48, 64, 3), np.uint8)
        ...     for time, frame in enumerate(frames):
        ...         frame[time, 28:36] = 255
        ...     return {"frames": frames}
        >>> @figure(falling, format="video", caption="A stone falls.", alt="A white line moves down.")
        ... def falling_video(arrays: Arrays) -> Video:
        ...     return Video(arrays["frames"], fps=24)
        >>> falling_video(falling()).seconds
        2.0

    In `experiments/stones.py` it is `figures/falling.mp4`, and a chapter shows it like any figure.

    Args:
        frames: uint8 [n, height, width, 3] in colour, or [n, height, width] in grey; or a sequence of such images, all
            of one size, which need not be in memory at once.
        fps: frames a second, 1 to 120.
        pixelated: enlarge it by a whole factor and without smoothing, as games of 84 pixels are.
    """

    frames: np.ndarray | Sequence[np.ndarray]
    fps: float
    pixelated: bool = False

    @property
    def seconds(self) -> float:
        """How long it takes."""
        return len(self.frames) / self.fps


def is_of_video(path: str | PathLike[str]) -> bool:
    """Whether a file is a video or one of the frames beside it, as its name tells."""
    return fspath(path).endswith((SUFFIX, *(f".{still}{STILL}" for still in STILLS)))


def check_video(video: Video) -> None:
    """Refuse what is no video.

    Raises:
        StepError: it has no frames, or a rate or size that nothing plays.
        UserError: what encodes it is not installed.
    """
    import numpy as np

    try:
        import av  # noqa: F401
    except ImportError:
        raise UserError(f"a video is encoded by PyAV, which is not installed here; {EXTRA}") from None
    if not RATES[0] <= video.fps <= RATES[1]:
        raise StepError(f"the video has {video.fps} frames a second; give it {RATES[0]} to {RATES[1]}")
    if len(video.frames) < 1:
        raise StepError("the video has no frames")
    first = video.frames[0]
    if not isinstance(first, np.ndarray) or first.dtype != np.uint8:
        kind = getattr(first, "dtype", type(first).__name__)
        raise StepError(f"the frames of a video are arrays of uint8; these are of {kind}")
    if first.ndim not in (2, 3) or 0 in first.shape or (first.ndim == 3 and first.shape[2] != 3):
        raise StepError(f"a frame has shape {list(first.shape)}, not [height, width] or [height, width, 3]")
    if max(first.shape[:2]) > LARGEST_SIDE:
        raise StepError(
            f"a frame has {first.shape[1]} × {first.shape[0]} pixels; make it smaller, {LARGEST_SIDE} at most"
        )


def write_video(paths: Sequence[Path], video: Video) -> None:
    """Encode a video, and keep three of its frames beside it: the same frames, the same bytes.

    Args:
        paths: of the video, and of its `STILLS`.
        video: the video.

    Raises:
        StepError: see `check_video`; or the frames are of several sizes.
        UserError: what encodes it is not installed.
    """
    check_video(video)
    places = dict(zip(STILLS, (0, (len(video.frames) - 1) // 2, len(video.frames) - 1), strict=True))
    stills: dict[int, bytes] = {}
    # Not beside the product: the encoder reads again what it has written, and what a step reads in its project counts.
    with tempfile.TemporaryDirectory(prefix="tpdl-video-") as folder:
        film = Path(folder) / f"film{SUFFIX}"
        _encode(film, video, frozenset(places.values()), stills)
        content = film.read_bytes()
    atomic_write(paths[0], content)
    for path, place in zip(paths[1:], places.values(), strict=True):
        atomic_write(path, stills[place])


def _encode(path: Path, video: Video, wanted: frozenset[int], stills: dict[int, bytes]) -> None:
    """Write the film, and enter the frames that are wanted, as JPEG, in `stills`."""
    import av

    # bitexact: without the date
    with av.open(os.fspath(path), "w", format="mp4", options={"movflags": "+faststart", "fflags": "+bitexact"}) as film:
        stream = film.add_stream("libx264", rate=Fraction(video.fps).limit_denominator(1000))
        stream.pix_fmt, stream.thread_count = "yuv420p", 1
        stream.options = dict(ENCODER)
        for index, pixels in enumerate(_prepared(video)):
            if index == 0:
                stream.height, stream.width = pixels.shape[:2]
            if index in wanted:
                stills[index] = _jpeg(pixels)
            frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
            film.mux(stream.encode(frame.reformat(format="yuv420p", dst_colorspace="ITU709")))
        film.mux(stream.encode(None))


def _prepared(video: Video) -> Iterator[np.ndarray]:
    """The frames in colour, enlarged where that is wanted, with an even number of rows and columns, as H.264 needs."""
    import numpy as np

    shape = video.frames[0].shape
    factor = max(ENLARGED // max(shape[:2]), 1) if video.pixelated else 1
    for index in range(len(video.frames)):
        frame = video.frames[index]
        if frame.shape != shape or frame.dtype != np.uint8:
            raise StepError(f"frame {index} of the video is {frame.dtype} {list(frame.shape)}, the first {list(shape)}")
        colour = frame if frame.ndim == 3 else np.repeat(frame[..., None], 3, axis=2)
        large = colour.repeat(factor, 0).repeat(factor, 1)
        odd = [(0, size % 2) for size in large.shape[:2]]
        yield np.ascontiguousarray(np.pad(large, [*odd, (0, 0)], mode="edge"))


def _jpeg(pixels: np.ndarray) -> bytes:
    from PIL import Image

    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=QUALITY_OF_STILLS, subsampling=0, optimize=True)
    return buffer.getvalue()
