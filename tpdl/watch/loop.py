"""Wait for a change, refresh, tell the browser, and wait again."""

from __future__ import annotations

import multiprocessing
from pathlib import Path
from typing import TYPE_CHECKING

from tpdl.render.book import read_book
from tpdl.watch.changes import Changes
from tpdl.watch.refresh import Refreshed, answer
from tpdl.watch.server import Site

if TYPE_CHECKING:
    from tpdl.engine.project import Project

WARM = ["pandas", "matplotlib.figure", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "yaml"]
"""Libraries that every drawing imports, which takes longer than the drawing."""

RETRY = 1.0
"""Seconds until drawing is tried again while another run is at work."""


def watch(project: Project, profile: str = "full", port: int = 0) -> None:
    """Serve the pages and keep them up to date until Ctrl-C.

    Raises:
        UserError: there is no book, the port is taken, or a library is not installed.
    """
    output = read_book(project.root, profile).output
    results = project.root / "figures" if profile == "full" else project.state / profile / "figures"
    warm = WarmPython()
    own: dict[Path, int] = {}
    waiting = False
    with Changes(project.root, results, output) as changes, Site(output, port).serving() as site:
        try:
            done = warm.refresh(project.root, profile)
            print(f"watching {project.root}; {output.name}/ is at {site.address}; Ctrl-C ends it", flush=True)
            own |= done.records
            for changed in changes:
                if all(_is_own(path, own) for path in changed):
                    continue
                done = warm.refresh(project.root, profile)
                own |= done.records
                if done.refused:
                    if not waiting:
                        print(f"nothing drawn: {done.refused}", flush=True)
                    changes.remind(RETRY)
                waiting = bool(done.refused)
                if done.rendered:
                    site.reload()
        except KeyboardInterrupt:
            print("\nstopped")
        finally:
            warm.end()


def _is_own(path: Path, own: dict[Path, int]) -> bool:
    """The file is a record exactly as the last drawing here left it."""
    try:
        return own.get(path) == path.stat().st_mtime_ns
    except OSError:
        return False


class WarmPython:
    """Runs each refresh in a new process, forked from one that has imported the heavy libraries and nothing of the project.

    So every refresh sees the code on disk and none waits for matplotlib. Where processes cannot be forked, they start cold.
    """

    def __init__(self) -> None:
        if "forkserver" in multiprocessing.get_all_start_methods():
            self._context: multiprocessing.context.BaseContext = multiprocessing.get_context("forkserver")
            self._context.set_forkserver_preload(WARM)
        else:
            self._context = multiprocessing.get_context("spawn")
        self._process: multiprocessing.process.BaseProcess | None = None

    def refresh(self, root: Path, profile: str) -> Refreshed:
        """Draw and render. An accident in the process leaves everything as it was."""
        receiver, sender = self._context.Pipe(duplex=False)
        process = self._context.Process(target=answer, args=(str(root), profile, sender), daemon=True)  # type: ignore[attr-defined]
        self._process = process
        process.start()
        sender.close()
        try:
            done: Refreshed = receiver.recv()
        except EOFError:
            done = Refreshed()
        process.join()
        return done

    def end(self) -> None:
        """Stop the refresh that is at work."""
        if self._process and self._process.is_alive():
            self._process.terminate()
            self._process.join()
