"""Which files of a project were saved.

Example:
    with Changes(root, root / "figures", root / "_book") as changes:
        for paths in changes:
            print("saved:", paths)
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from pathlib import Path

from tpdl.errors import UserError
from tpdl.plan.record import RECORD_SUFFIX

SUFFIXES = {
    *(".py", ".qmd", ".md", ".bib", ".csl", ".yml", ".yaml", ".toml", ".lua", ".css", ".scss", ".typ", ".js", ".html"),
    *(".png", ".svg", ".jpg", ".jpeg"),
}
"""Files that can change what is drawn or rendered."""
TOGETHER_MS = 60
"""Changes that follow each other this closely are one: an editor writes, renames and touches."""


class Changes:
    """Watches the sources, the documents and the records of a project; used in a `with` block.

    Folders at the top that are hidden, begin with an underscore, or hold an environment or the output are not watched.

    Args:
        root: the project's folder.
        results: the folder of its results, of which only records count.
        output: the folder of its pages, of which nothing counts.

    Raises:
        UserError: `watchfiles` is not installed.
    """

    def __init__(self, root: Path, results: Path, output: Path) -> None:
        try:
            import watchfiles
        except ImportError:
            raise UserError("watching needs watchfiles; `pip install watchfiles`") from None
        self._watch = watchfiles.watch
        self._root, self._results, self._output = root, results, output
        self._files: set[Path] = set()
        self._folders: set[Path] = set()
        self._queue: queue.Queue[set[Path]] = queue.Queue()
        self._stop = threading.Event()

    def __enter__(self) -> Changes:
        self._results.mkdir(parents=True, exist_ok=True)
        folders = [folder for folder in self._root.iterdir() if folder.is_dir() and self._counts_folder(folder)]
        # The files right in the root are watched through their folder: an editor that replaces a file leaves a new one.
        for paths, recursive in (([*folders, self._results], True), ([self._root], False)):
            threading.Thread(target=self._follow, args=(paths, recursive), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self._stop.set()

    def __iter__(self) -> Iterator[set[Path]]:
        """Sets of changed files, without end. All that changed while nobody asked is in the next set."""
        while True:
            changed = self._queue.get()
            while not self._queue.empty():
                changed |= self._queue.get()
            yield changed

    def follow(self, files: set[Path], folders: set[Path]) -> None:
        """From now on these files count, too, whatever they are called, and what lies in these folders."""
        self._files, self._folders = files, folders

    def remind(self, seconds: float) -> None:
        """Report the project's folder as changed after some seconds, so that whoever follows looks again."""
        timer = threading.Timer(seconds, self._queue.put, [{self._root}])
        timer.daemon = True
        timer.start()

    def _follow(self, paths: list[Path], recursive: bool) -> None:
        for batch in self._watch(
            *paths,
            watch_filter=lambda change, path: self._counts(Path(path)),
            step=TOGETHER_MS,
            debounce=10 * TOGETHER_MS,
            rust_timeout=500,
            yield_on_timeout=False,
            stop_event=self._stop,
            recursive=recursive,
        ):
            self._queue.put({Path(path) for _, path in batch})

    def _counts_folder(self, folder: Path) -> bool:
        return not (
            folder.name.startswith((".", "_"))
            or folder in (self._results, self._output, self._root / "figures")
            or (folder / "pyvenv.cfg").exists()
        )

    def _counts(self, path: Path) -> bool:
        if path.is_relative_to(self._results):
            return path.name.endswith(RECORD_SUFFIX) and not path.name.startswith(".")
        if path in self._files or path.parent in self._folders:
            return True
        inside = path.relative_to(self._root).parts
        return path.suffix in SUFFIXES and not any(part.startswith((".", "__pycache__")) for part in inside)
