"""This report, rendered once from the tracked files, on a web server of its own, and a browser to read it with."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PROJECT = Path(__file__).parents[2]
SUBPATH = "some/where/"


@pytest.fixture(scope="package")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the finished pages and the PDF."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("this is no git repository, so nobody knows which files belong to the report")
    root = tmp_path_factory.mktemp("report")
    for name in filter(None, listed.stdout.split("\0")):
        if (PROJECT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, root / name)
    # What lies on this machine must not count, or every data set would be hashed; a draft, because whether claims hold
    # is for another test.
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TPDL_")}
    command = [sys.executable, "-P", "-m", "tpdl", "report", "--renderer", "embedded", "--draft"]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return root / "_book"


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a plain web server for the files of a folder."""
    web = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=os.fspath(folder)))
    threading.Thread(target=web.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    yield f"http://127.0.0.1:{web.server_address[1]}/"
    web.shutdown()
    web.server_close()


@pytest.fixture(scope="package")
def server(book: Path) -> Iterator[str]:
    """The address of a plain web server: the pages are at `/`, and once more at `/some/where/`."""
    folder = book.parent / "served"
    above = folder / SUBPATH.rstrip("/")
    above.parent.mkdir(parents=True)
    above.symlink_to(book)
    for path in book.iterdir():
        (folder / path.name).symlink_to(path)
    with served(folder) as address:
        yield address


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The Chromium of this machine, nothing that has to be downloaded. Closed before tests of other folders run: as
    long as it is open, so is an event loop.
    """
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed: `pip install playwright`"
    )
    found = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    program = next(filter(None, found), None)
    if program is None:
        pytest.skip("no browser is installed: `apt-get install chromium`")
    quiet = [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program, args=quiet)
        yield opened
        opened.close()
