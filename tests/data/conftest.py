"""A server on this machine that publishes a file whole, cut short, gzipped, or not at all."""

from __future__ import annotations

import gzip
import io
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

CONTENT = b"weights " * 5000


def _zipped() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(zipfile.ZipInfo("inside/one.txt"), "one")
    return packed.getvalue()


ARCHIVE = _zipped()


class Handler(BaseHTTPRequestHandler):
    """Answers by the name of the file."""

    def do_GET(self) -> None:
        if self.path == "/nothing":
            self.send_error(404)
            return
        body = gzip.compress(CONTENT) if self.path.endswith(".gz") else CONTENT
        body = ARCHIVE if self.path.endswith(".zip") else body
        self.send_response(200)
        if not self.path.startswith("/untold"):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if self.path.startswith("/short") else body)

    def log_message(self, *arguments: object) -> None:
        """Be quiet."""


@pytest.fixture(scope="package")
def server() -> Iterator[str]:
    """Its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{http.server_port}"
        http.shutdown()
