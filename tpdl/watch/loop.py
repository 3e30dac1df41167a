"""Wait for a change, refresh, tell the browser, and wait again."""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from tpdl.embedded.pdf import document
from tpdl.embedded.typesetter import Typesetter
from tpdl.errors import UserError
from tpdl.files import FileSignature
from tpdl.render.book import Book, read_book
from tpdl.watch.changes import Changes
from tpdl.watch.refresh import Refreshed, answer
from tpdl.watch.server import Site

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerContext, SpawnContext

    from tpdl.plan.project import Project

WARM = [
    "pandas",
    "matplotlib.figure",
    "matplotlib.backends.backend_agg",
    "matplotlib.backends.backend_svg",
    "yaml",
    "jinja2",
]
"""Libraries that every refresh imports, which takes longer than the drawing."""

RETRY = 1.0
"""Seconds until drawing is tried again while another run is at work."""


def watch(project: Project, profile: str, say: Callable[[str], None], port: int = 0, pdf: bool = False) -> None:
    """Serve the pages and keep them up to date until Ctrl-C.

    Args:
        project: whose report it is.
        profile: "full" or "demo".
        say: called with what happens, a line at a time.
        port: to serve them at; 0 for any free one.
        pdf: keep the PDF up to date, too; it follows the pages.

    Raises:
        UserError: there is no book, the port is taken, or a library is not installed.
    """
    book = read_book(project.root, profile)
    output = book.output
    results = project.places(profile).figures
    warm = WarmPython(say)
    # Records that were written here: they change when something is drawn, and must not set off the next refresh.
    own: dict[Path, FileSignature] = {}
    waiting = False
    with contextlib.ExitStack() as stack:
        changes = stack.enter_context(Changes(project.root, results, output))
        site = stack.enter_context(Site(output, port).serving())
        typesetter = stack.enter_context(Typesetter(project.root, document(book))) if pdf else None
        try:
            done = warm.refresh(project.root, profile, pdf)
            changes.follow(done.read, done.listed)
            _typeset(typesetter, book, done, say)
            say(f"watching {project.root}; {output.name}/ is at {site.address}; Ctrl-C ends it")
            own |= done.records
            for changed in changes:
                if all(_is_own(path, own) for path in changed):
                    continue
                done = warm.refresh(project.root, profile, pdf)
                own |= done.records
                changes.follow(done.read, done.listed)
                if done.refused:
                    if not waiting:
                        say(f"nothing drawn: {done.refused}")
                    changes.remind(RETRY)
                waiting = bool(done.refused)
                if done.rendered:
                    site.reload()
                _typeset(typesetter, book, done, say)
        except KeyboardInterrupt:
            say("\nstopped")
        finally:
            warm.end()


def _typeset(typesetter: Typesetter | None, book: Book, done: Refreshed, say: Callable[[str], None]) -> None:
    """Make the PDF of what was rendered, and say how long it took, or what is wrong."""
    if typesetter and done.rendered:
        started = time.perf_counter()
        try:
            typesetter.write(book.pdf)
            say(f"PDF in {time.perf_counter() - started:.1f} s")
        except UserError as error:
            say(f"tpdl: {error}")


def _is_own(path: Path, own: dict[Path, FileSignature]) -> bool:
    """Whether the file is a record exactly as the last drawing here left it, so that nothing has to be done."""
    try:
        return own.get(path) == FileSignature.of(path)
    except OSError:
        return False


class WarmPython:
    """Runs each refresh in a new process, forked from one that has imported the heavy libraries and no project.

    So every refresh sees the code on disk, and none waits for matplotlib. Where processes cannot be forked, each starts
    from nothing.

    Args:
        say: called with what happens, a line at a time.
    """

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        if "forkserver" in multiprocessing.get_all_start_methods():
            forkserver = multiprocessing.get_context("forkserver")
            forkserver.set_forkserver_preload(WARM)
            self._context: ForkServerContext | SpawnContext = forkserver
        else:
            self._context = multiprocessing.get_context("spawn")
        self._process: multiprocessing.process.BaseProcess | None = None

    def refresh(self, root: Path, profile: str, pdf: bool) -> Refreshed:
        """Draw and render. If the process breaks down, everything is left as it was."""
        receiver, sender = self._context.Pipe(duplex=False)
        process = self._context.Process(target=answer, args=(str(root), profile, pdf, sender), daemon=True)
        self._process = process
        process.start()
        sender.close()
        done = Refreshed()
        with contextlib.suppress(EOFError):
            while isinstance(received := receiver.recv(), str):
                self._say(received)
            done = received
        process.join()
        return done

    def end(self) -> None:
        """Stop the refresh that is at work."""
        if self._process and self._process.is_alive():
            self._process.terminate()
            self._process.join()
