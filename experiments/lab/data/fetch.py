"""Downloads: with a progress bar, checked before use, put in place whole or not at all."""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path

from experiments.lab.data.catalog import Download, entry
from experiments.lab.data.place import data_root
from experiments.lab.data.unpack import arrange_photographs, arrange_scenes
from tpdl import StepError, UserError, atomic_path, sha256_file

Progress = Callable[[int, int], None]
"""Called with the bytes done and the bytes in all (0 where the server does not say)."""


def fetch(name: str, root: Path | None = None, progress: Progress | None = None) -> Path:
    """Download what is missing of the data set `name`, and return the folder it lies in.

    Args:
        name: in the catalogue.
        root: the data root, else `TPDL_DATA`, else `.tpdl/data`.
        progress: told how far a file is; without it a bar is drawn on the terminal.

    Raises:
        UserError: there is no stable public address; the message says what to do by hand.
        StepError: the download broke off, or is not the file that it should be; nothing is left behind.
    """
    root, wanted = root or data_root(), entry(name)
    for archive in wanted.archives:
        if (root / archive).is_file():
            arrange = arrange_scenes if name == "15-scene" else arrange_photographs
            arrange(root / archive, root / wanted.paths[0])
            return root / wanted.paths[0]
    if not wanted.downloads:
        raise UserError(f"{name} cannot be fetched: {wanted.by_hand.format(root=root)}; its home is {wanted.home}")
    for download in wanted.downloads:
        target = root / download.path
        if not target.exists():
            _fetch_file(download, target, progress)
    return (root / wanted.paths[0]).parent


def _fetch_file(download: Download, target: Path, progress: Progress | None) -> None:
    """One file: into a scratch folder, unpacked, compared with its SHA-256, and only then renamed into place."""
    import pooch

    with tempfile.TemporaryDirectory(prefix="tpdl-") as scratch:
        fetched = Path(scratch) / "fetched"
        bar = _Bar(progress) if progress else _terminal_bar(download.url)
        try:
            pooch.HTTPDownloader(progressbar=bar, timeout=60)(download.url, str(fetched), None)
        except (OSError, ValueError) as error:  # requests' errors are OSErrors
            raise StepError(f"{download.url} cannot be downloaded ({error}); try again later") from error
        finally:
            bar.close()
        if download.compressed:
            fetched = _unzipped(fetched, download.url)
        found = sha256_file(fetched)
        if not found.startswith(download.sha256):
            raise StepError(
                f"{download.url} is not the expected file: its SHA-256 begins {found[:16]}, not {download.sha256[:16]}; "
                "it was not kept"
            )
        with atomic_path(target) as temporary:
            shutil.move(fetched, temporary)


def _unzipped(packed: Path, url: str) -> Path:
    """The content of a gzip file, which holds one file and no path, so that it cannot write anywhere else."""
    plain = packed.with_name("plain")
    try:
        with gzip.open(packed) as source, plain.open("wb") as target:
            shutil.copyfileobj(source, target)
    except (OSError, EOFError, zlib.error) as error:
        raise StepError(f"{url} arrived damaged ({error}); try again") from error
    return plain


class _Bar:
    """What pooch wants of a progress bar, for a plain callback."""

    def __init__(self, tell: Progress) -> None:
        self._tell = tell
        self.total = 0
        self._done = 0

    def update(self, count: int) -> None:
        """`count` more bytes are here."""
        self._done += count
        self._tell(self._done, int(self.total or 0))

    def reset(self) -> None:
        """Pooch does this before the last call."""
        self._done = 0

    def close(self) -> None:
        """Nothing to close."""


def _terminal_bar(url: str) -> _Bar:
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    display = Progress(
        TextColumn(url.rpartition("/")[2]), BarColumn(), DownloadColumn(), TransferSpeedColumn(), TimeRemainingColumn()
    )
    task = display.add_task("download", total=None)

    class TerminalBar(_Bar):
        def close(self) -> None:
            display.stop()

    display.start()
    return TerminalBar(lambda done, total: display.update(task, completed=done, total=total or None))
