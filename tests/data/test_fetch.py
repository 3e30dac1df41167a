"""Downloads against a server on this machine: what is not exactly the published file is not kept."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from experiments.lab.data import catalog
from experiments.lab.data.catalog import Download, Entry
from experiments.lab.data.fetch import fetch
from tpdl.errors import StepError, UserError

CONTENT = b"weights " * 5000


class Handler(BaseHTTPRequestHandler):
    """Serves CONTENT whole, cut short, or gzipped."""

    def do_GET(self) -> None:
        body = gzip.compress(CONTENT) if self.path.endswith(".gz") else CONTENT
        if self.path == "/nothing":
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if self.path.startswith("/short") else body)

    def log_message(self, *arguments: object) -> None:
        """Be quiet."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()


@pytest.fixture
def published(server: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Put a data set called "toy" into the catalogue."""

    def publish(path: str, digest: str = sha256(CONTENT).hexdigest(), compressed: bool = False) -> None:
        download = Download(f"{server}{path}", "toy/file.bin", digest, compressed)
        toy = Entry("toy", "a toy", "none", "nowhere", len(CONTENT), ("toy/file.bin",), (download,))
        monkeypatch.setattr(catalog, "ENTRIES", (toy,))

    return publish


def files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


@pytest.mark.parametrize("digits", [8, 64])
def test_a_file_is_fetched_verified_and_put_in_place(
    published: Callable[..., None], tmp_path: Path, digits: int
) -> None:
    published("/file", sha256(CONTENT).hexdigest()[:digits])
    told: list[tuple[int, int]] = []
    assert catalog.resolve("toy", tmp_path) == []
    fetch("toy", tmp_path, lambda done, total: told.append((done, total)))
    [path] = catalog.resolve("toy", tmp_path)
    assert path.read_bytes() == CONTENT
    assert told[-1] == (len(CONTENT), len(CONTENT))
    assert catalog.verify("toy", tmp_path) is None


def test_a_compressed_file_is_unpacked(published: Callable[..., None], tmp_path: Path) -> None:
    published("/file.gz", compressed=True)
    fetch("toy", tmp_path)
    assert (tmp_path / "toy/file.bin").read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("path", "digest", "compressed", "message"),
    [
        ("/file", "0" * 64, False, "is not the expected file: its SHA-256 begins"),
        ("/short", sha256(CONTENT).hexdigest(), False, "cannot be downloaded"),
        ("/short.gz", sha256(CONTENT).hexdigest(), True, "cannot be downloaded"),
        ("/nothing", sha256(CONTENT).hexdigest(), False, "cannot be downloaded .*404"),
        ("/file", sha256(CONTENT).hexdigest(), True, "arrived damaged"),
    ],
)
def test_anything_else_is_refused_in_one_line_and_leaves_nothing(
    published: Callable[..., None], tmp_path: Path, path: str, digest: str, compressed: bool, message: str
) -> None:
    published(path, digest, compressed)
    with pytest.raises(StepError, match=message) as caught:
        fetch("toy", tmp_path)
    assert "\n" not in str(caught.value)
    assert files(tmp_path) == []


def test_a_server_that_is_not_there(
    published: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    download = Download("http://127.0.0.1:9/file", "toy/file.bin", "0")
    monkeypatch.setattr(
        catalog, "ENTRIES", (Entry("toy", "a toy", "none", "nowhere", 1, ("toy/file.bin",), (download,)),)
    )
    with pytest.raises(StepError, match="cannot be downloaded"):
        fetch("toy", tmp_path)


def test_what_is_there_is_not_fetched_again(published: Callable[..., None], tmp_path: Path) -> None:
    published("/nothing")
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy/file.bin").write_bytes(b"mine")
    fetch("toy", tmp_path)
    assert (tmp_path / "toy/file.bin").read_bytes() == b"mine"
    assert "is not the published file" in str(catalog.verify("toy", tmp_path))


def test_data_without_an_address_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"put the archive .* into .*; its home is https://figshare"):
        fetch("15-scene", tmp_path)
