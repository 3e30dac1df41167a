"""`tpdl show`: a picture in the browser, the beginning of any other result here."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tpdl.cli.common import Arguments, Commands, add_command, add_names, honest, plan_of
from tpdl.cli.text import print_columns, print_table, short
from tpdl.errors import Exit, StepError, UserError

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan
    from tpdl.plan.step import Step

LINES = 10
"""Rows of a table, values and images that are shown."""
MOST_PICTURES = 8
"""That are opened at once: each is a tab of the browser."""
PICTURES = (".svg", ".png", ".mp4")


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, show)
    add_names(parser, "+")
    parser.add_argument("-n", "--lines", type=int, default=LINES, metavar="N", help="so many rows or values")
    parser.add_argument("--no-browser", action="store_true", help="only say where pictures lie")


def show(arguments: Arguments) -> int:
    """Open pictures in the browser, and print the beginning of other results: tables, values, arrays, images.

    In a script, where no person looks on, pictures are named and not opened.
    """
    from tpdl.plan.scratch import PREFIX, recorded, with_steps
    from tpdl.plan.selection import select

    plan = plan_of(arguments)
    if any(name.startswith(PREFIX) for name in arguments.names):
        plan = with_steps(plan, recorded(plan))
    exact = [name for name in arguments.names if name in plan.steps]
    names = exact if len(exact) == len(arguments.names) else select(plan, arguments.names)
    here = {name: plan.steps[name] for name in names if any(path.is_file() for path in plan.steps[name].products)}
    if not here:
        raise UserError(f"{names[0]} has no result here; `tpdl why {names[0]}` says more")
    pictures = [step.product for step in here.values() if step.product.suffix in PICTURES]
    browser = sys.stdout.isatty() and not arguments.no_browser and len(pictures) <= MOST_PICTURES
    for number, (name, step) in enumerate(here.items()):
        if len(here) > 1:
            print("\n" * bool(number) + name)
        for path in [step.product] if step.kind == "figure" else step.products:
            if path.is_file():
                _show(plan, step, path, arguments.lines, browser)
    return honest(Exit.OK, plan.broken)


def _show(plan: Plan, step: Step, path: Path, lines: int, browser: bool) -> None:
    """Open or print one product."""
    shown = path.relative_to(plan.project.root).as_posix()
    if path.suffix in PICTURES:
        print(f"{'opened' if browser and _open(path) else 'picture'} {shown}")
        return
    try:
        printed = list(_head(step, path, lines))
    except BrokenPipeError:
        raise
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StepError(f"{shown} cannot be read ({error}); run its step again") from error
    for line in printed:
        print(line)
    print(f"in {shown}")


def _open(path: Path) -> bool:
    """Whether there was a browser to open it with."""
    import webbrowser

    with contextlib.suppress(webbrowser.Error):
        return webbrowser.open(path.as_uri())
    return False


def _head(step: Step, path: Path, lines: int) -> Iterator[str]:
    """The first lines of a product, and how many more there are."""
    from tpdl.images import SUFFIX as IMAGES
    from tpdl.images import read_images
    from tpdl.plan.record import Record, read_record
    from tpdl.sheets import SUFFIX as SHEET
    from tpdl.tables import read_rows

    if path.suffix == ".csv":
        record = read_record(step.record_path)
        rows = read_rows(path, record.columns if isinstance(record, Record) else {})
        print_columns(list(rows[0]) if rows else ["no rows"], [list(row.values()) for row in rows[:lines]])
        yield from _more(rows, lines, "rows")
    elif path.suffix == ".npz":
        import numpy as np

        with np.load(path, allow_pickle=False) as arrays:
            print_table(("array", "type", "shape", "values"), [_array(name, arrays[name]) for name in arrays.files])
    elif path.suffix == IMAGES:
        images = list(read_images(path).items())
        rows_of_images = [(name, f"{each.width} × {each.height}", each.shows) for name, each in images[:lines]]
        print_table(("image", "pixels", "shows"), rows_of_images)
        yield from _more(images, lines, "images")
    elif path.suffix == SHEET:
        tiles = json.loads(path.read_text(encoding="utf-8")).get("tiles", [])
        yield f"a sheet of {len(tiles)} images; the page of its chapter shows it"
    else:
        from tpdl.compare.values import leaves

        values = list(leaves(json.loads(path.read_text(encoding="utf-8"))))
        print_table(("value", ""), [(name, short(value)) for name, value in values[:lines]])
        yield from _more(values, lines, "values")


def _more(items: Sequence[Any], lines: int, what: str) -> Iterator[str]:
    if len(items) > lines:
        yield f"… {len(items) - lines} more {what}"


def _array(name: str, array: Any) -> tuple[str, str, str, str]:
    """`features  float32  30 × 512  0 … 3.2`."""
    shape = " × ".join(map(str, array.shape)) or "one value"
    if not array.size:
        return name, str(array.dtype), shape, ""
    if array.dtype.kind in "iufb":
        return name, str(array.dtype), shape, f"{array.min():.4g} … {array.max():.4g}" if array.ndim else f"{array:.4g}"
    return name, str(array.dtype), shape, str(array.flat[0])
