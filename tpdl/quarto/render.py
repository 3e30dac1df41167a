"""A book rendered by Quarto: all of it, or what was there before stays.

    render_with_quarto(quarto, prepared, "full", ["html"], say=print)     # [_book/index.html, …]

Quarto empties the folder it writes to before it begins, and leaves what it was working on where it stopped. So it
writes to a folder of its own, `.tpdl/quarto/_book`, which takes the place of the last book once everything is there.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from tpdl.errors import StepError, UserError
from tpdl.files import atomic_write
from tpdl.plan.project import PROFILES
from tpdl.quarto.log import chapter_of, plain, reason
from tpdl.quarto.version import Quarto
from tpdl.render.book import Book
from tpdl.render.prepare import Prepared

FORMATS = {"html": "html", "pdf": "typst"}
"""Format -> Quarto's name for the one it comes from."""
STATE = Path(".tpdl") / "quarto"
LOG = STATE / "quarto.log"
"""Everything that Quarto printed the last time."""
TYPST = "index.typ"
"""What Quarto makes a book's PDF from, beside the first chapter; it stays there when Typst stops."""


def render_with_quarto(
    quarto: Quarto, prepared: Prepared, profile: str, to: Sequence[str], say: Callable[[str], None] | None = None
) -> list[Path]:
    """Render a prepared book.

    Args:
        quarto: the program; one that can be used.
        prepared: the book and what was evaluated for it.
        profile: "full" or "demo", for what Quarto runs before it begins.
        to: "html", "pdf" or both.
        say: is told of each chapter when its turn comes.

    Returns:
        the paths of what was written: every page, and the PDF.

    Raises:
        UserError: Quarto cannot be started.
        StepError: it stopped, or did not write everything. The last book is as it was.
    """
    book = prepared.book
    fresh = book.root / STATE / book.output.name
    shutil.rmtree(fresh, ignore_errors=True)
    # Quarto runs `tpdl prepare` itself; problems have been reported already, so they must not stop it there.
    environment = os.environ | {"TPDL_PROFILE": profile, "TPDL_DRAFT": "1", "NO_COLOR": "1"}
    environment["TPDL_EDITION"] = prepared.data["edition"]
    command = [quarto.path, "render", str(book.root), "--output-dir", fresh.relative_to(book.root).as_posix()]
    if len(to) == 1:
        command += ["--to", FORMATS[to[0]]]
    with _nothing_left_behind(book):
        code, log = _run(command, environment, say)
        atomic_write(book.root / LOG, log)
        if code:
            said = _with_kept_source(book, reason(log)) or f"it ended with exit code {code} and gave no reason"
            raise StepError(f"{quarto.name} stopped: {said}; {_and_now(book)}")
        pages = [chapter.page for chapter in book.chapters] if "html" in to else []
        names = [*pages, *([book.pdf.name] if "pdf" in to else [])]
        if missing := [name for name in names if not (fresh / name).is_file()]:
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            said = f"{quarto.name} ended without an error, and did not write {missing[0]}{more}"
            raise StepError(f"{said}; {_and_now(book)}")
    _drop_copies(fresh, book)
    _put_in_place(fresh, book, to)
    return [book.output / name for name in names]


def _run(command: Sequence[str], environment: dict[str, str], say: Callable[[str], None] | None) -> tuple[int, str]:
    """Run Quarto to its end.

    Returns:
        its exit code, and what it printed, without escape sequences.
    """
    printed: list[str] = []
    try:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            errors="replace",
            start_new_session=True,  # Quarto is a script that starts programs: they are ended together
        )
    except OSError as error:
        raise UserError(f"Quarto ({command[0]}) cannot be started: {error.strerror or error}") from None
    with process:
        try:
            for line in process.stdout or ():
                printed.append(line)
                if say and (found := chapter_of(line)):
                    number, of, chapter = found
                    say(f"[{number}/{of}] {chapter}")
        except BaseException:
            _end(process)
            raise
    return process.returncode, plain("".join(printed))


def _end(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGTERM)
        else:
            process.terminate()


@contextlib.contextmanager
def _nothing_left_behind(book: Book) -> Iterator[None]:
    """If Quarto stops, remove what it was working on beside the sources, and what it has written.

    A file that was there before is left alone.
    """
    stems = [Path(chapter.path).with_suffix("") for chapter in book.chapters]
    names = [stem.with_suffix(suffix) for stem in stems for suffix in (".html", ".typ", ".pdf")]
    names += [stem.with_name(f"{stem.name}_files") for stem in stems]
    names += [Path("site_libs"), Path(TYPST), Path(book.pdf.name), Path(book.pdf.name).with_suffix(".typ")]
    absent = [path for name in names if not (path := book.root / name).exists()]
    kept = book.root / STATE / TYPST
    kept.unlink(missing_ok=True)
    try:
        yield
    except BaseException:
        for path in absent:
            with contextlib.suppress(OSError):
                if path.name == TYPST and path.exists():
                    path.replace(kept)  # what Typst said is about its lines
                elif path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
        shutil.rmtree(book.root / STATE / book.output.name, ignore_errors=True)
        raise


def _with_kept_source(book: Book, said: str) -> str:
    """The reason, with the name under which `index.typ` will be found."""
    if not (book.root / TYPST).is_file():
        return said
    return re.sub(rf"\S*\b{re.escape(TYPST)}(?=:\d)", (STATE / TYPST).as_posix(), said)


def _and_now(book: Book) -> str:
    """What is where after a failure."""
    folder = Path(os.path.relpath(book.output, book.root)).as_posix()
    last = f"{folder} is the last report that was rendered" if book.output.is_dir() else "no report is here"
    return f"{last}; everything that Quarto said is in {LOG.as_posix()}"


def _drop_copies(fresh: Path, book: Book) -> None:
    """Remove from the new book what Quarto found in former ones.

    `resources: figures/**/*.csv`, without a slash before it, means such folders wherever they lie. Quarto leaves out
    the folder that it writes to, which is not that of the last book.
    """
    named = str((book.settings.get("project") or {}).get("output-dir", "_book"))
    outputs = [os.path.relpath(book.output, book.root), named, *(f"{named}-{profile}" for profile in PROFILES)]
    for folder in {os.path.normpath(folder) for folder in outputs} | {STATE.parts[0]}:
        if not Path(folder).is_absolute() and Path(folder).parts[:1] not in ((), ("..",)):
            shutil.rmtree(fresh / folder, ignore_errors=True)


def _put_in_place(fresh: Path, book: Book, to: Sequence[str]) -> None:
    """Make what was rendered the book. Without the pages, or without the PDF, the last of these stay.

    Raises:
        StepError: it cannot be written.
    """
    try:
        if "html" not in to:
            shutil.copytree(fresh, book.output, dirs_exist_ok=True)
            shutil.rmtree(fresh)
            return
        if "pdf" not in to and book.pdf.is_file():
            shutil.copy2(book.pdf, fresh / book.pdf.name)
        former = fresh.with_name(f"{fresh.name}.former")
        shutil.rmtree(former, ignore_errors=True)
        if book.output.exists():
            book.output.replace(former)
        book.output.parent.mkdir(parents=True, exist_ok=True)
        fresh.replace(book.output)
        shutil.rmtree(former, ignore_errors=True)
    except OSError as error:
        raise StepError(f"cannot write {error.filename or book.output}: {error.strerror or error}") from None
