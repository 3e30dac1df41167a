"""Pictures: drawn under a light and a dark theme, at the same time, and byte for byte the same when nothing changed.

Example:
    save_pictures(step, lambda: layer_cut_curve(results))     # writes layer-cut.svg and layer-cut.dark.svg
"""

from __future__ import annotations

import io
import os
import pickle
import re
import sys
import warnings
from collections.abc import Callable
from typing import Any

from tpdl.errors import StepError
from tpdl.files import atomic_write
from tpdl.plan import theme
from tpdl.plan.step import Step
from tpdl.readings import append, positions
from tpdl.run.charts import save_chart
from tpdl.run.products import expect
from tpdl.sheets import SUFFIX as SHEET
from tpdl.sheets import Sheet, write_sheet
from tpdl.videos import SUFFIX as VIDEO
from tpdl.videos import Video, write_video


def save_pictures(step: Step, draw: Callable[..., Any]) -> None:
    """Draw under each theme, for wide pages and narrow ones; pictures replace the old ones only when all are drawn.

    A sheet has no theme, and is one file; nor has a video. A chart is drawn once, and gets its colours then.

    Args:
        step: whose products they are.
        draw: called once for each picture, with `narrow=True` for narrow pages; returns a matplotlib figure.

    Raises:
        StepError: the function returned no matplotlib figure, or no sheet, video or chart where one is declared.
        UserError: what makes a video or a chart is not installed.
    """
    where = f"{step.source}:{step.line}: {step.name}"
    if step.product.suffix == SHEET:
        sheet = draw()
        expect(isinstance(sheet, Sheet), where, "a tpdl.Sheet", sheet)
        write_sheet(step.product, sheet, step.product.parents[step.name.count("/")])
        return
    if step.product.suffix == VIDEO:
        video = draw()
        expect(isinstance(video, Video), where, "a tpdl.Video", video)
        write_video(step.products, video)
        return
    if step.charts:
        save_chart(step, draw)
        return
    os.environ.setdefault("MPLBACKEND", "agg")  # for functions that use pyplot; importing it here would cost a second
    import matplotlib.figure  # before the fork, so that it is imported once  # noqa: F401

    dark_from_fork = _in_fork(lambda: _drawn(step, draw, theme.dark()))
    light = _drawn(step, draw, theme.light())
    dark = dark_from_fork() or _drawn(step, draw, theme.dark())
    both = [picture for pair in zip(light, dark, strict=True) for picture in pair]
    for path, content in zip(step.products, both, strict=True):  # wide and narrow, of each the light one first
        atomic_write(path, content)


def _drawn(step: Step, draw: Callable[..., Any], style: Any) -> list[bytes]:
    """The picture for wide pages, and the one for narrow pages where there is one, in one style."""
    import matplotlib

    drawn = []
    for narrow in (False, True)[: len(step.products) // 2]:
        with matplotlib.rc_context(style):
            drawn.append(_bytes(step, draw(narrow=True) if narrow else draw()))
    return drawn


def _bytes(step: Step, figure: Any) -> bytes:
    """A picture without date and versions, so that an unchanged figure is an unchanged file."""
    from matplotlib.figure import Figure

    where = f"{step.source}:{step.line}: {step.name}"
    if type(figure).__module__.partition(".")[0] == "altair":
        raise StepError(f'{where} returned an Altair chart; declare it with format="altair"')
    expect(isinstance(figure, Figure), where, "a matplotlib Figure", figure)
    kind = step.product.suffix[1:]
    for axis in figure.axes:
        if axis.images:
            axis.grid(False)  # the theme's lines would lie over the image
    buffer = io.BytesIO()
    metadata = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    figure.savefig(buffer, format=kind, metadata=metadata)
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")
    if kind == "png":
        return smaller_png(buffer.getvalue())
    return append(smaller_svg(buffer.getvalue()), positions(figure))


COORDINATES = re.compile(rb'(?<=[ \n])(?:d|x|y|width|height)="[^"]*"|translate\([^)]*\)')
DIGITS = re.compile(rb"-?\d+\.\d{3,}")


def smaller_svg(svg: bytes) -> bytes:
    """An SVG with coordinates to a hundredth of a point, finer than any screen, and without indentation.

    >>> smaller_svg(b'<path d="M 1.23456 7.0001 \\n   L 2 3"/>')
    b'<path d="M 1.23 7 \\nL 2 3"/>'
    """
    short = COORDINATES.sub(lambda found: DIGITS.sub(_in_hundredths, found[0]), svg)
    return re.sub(rb"\n +", b"\n", short)


def _in_hundredths(number: re.Match[bytes]) -> bytes:
    text = f"{float(number[0]):.2f}".rstrip("0").rstrip(".")
    return b"0" if text == "-0" else text.encode()


INVISIBLE = 5
"""Steps of 255 by which no pixel may change when a picture gets a palette."""


def smaller_png(png: bytes) -> bytes:
    """A PNG without its alpha channel, if nothing is transparent; in 256 colours, if nobody can tell the difference.

    Sheets of grey images have hardly more colours than that, and then take half the bytes.
    """
    from PIL import Image, ImageChops

    image = Image.open(io.BytesIO(png))
    if image.mode != "RGBA" or image.getchannel("A").getextrema() != (255, 255):
        return png
    whole = image.convert("RGB")
    few = whole.quantize(256, dither=Image.Dither.NONE)
    changes = ImageChops.difference(few.convert("RGB"), whole).getextrema()
    alike = max(most for _, most in changes) <= INVISIBLE  # type: ignore[misc]
    buffer = io.BytesIO()
    (few if alike else whole).save(buffer, "PNG", optimize=True, dpi=image.info.get("dpi"))
    return buffer.getvalue()


def _in_fork(make: Callable[[], list[bytes]]) -> Callable[[], list[bytes]]:
    """Start `make` in a fork of this process, where the system can fork.

    Returns:
        a function that waits for the result. It is empty where something went wrong: then the caller calls `make`
        itself, in this process, where an error can be reported.
    """
    if not hasattr(os, "fork"):
        return list
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # The threads of numerical libraries, which do not exist in the copy, are idle while Python draws.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        code = 1
        try:
            os.close(reading)
            with os.fdopen(writing, "wb") as pipe, open(os.devnull, "w") as nothing:
                sys.stdout = sys.stderr = nothing
                pickle.dump(make(), pipe)
            code = 0
        finally:
            os._exit(code)
    os.close(writing)

    def result() -> list[bytes]:
        with os.fdopen(reading, "rb") as pipe:
            content = pipe.read()
        _, status = os.waitpid(child, 0)
        return list(pickle.loads(content)) if status == 0 else []

    return result
