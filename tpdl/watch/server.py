"""Serves the rendered pages to browsers on this machine, and tells them when there are newer ones.

Example:
    with Site(root / "_book").serving() as site:
        print(site.address)     # http://127.0.0.1:43210/
        site.reload()           # every open page loads itself again
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tpdl.errors import UserError
from tpdl.templates import fill

HOST = "127.0.0.1"
VERSIONS = "/-/versions"
"""Address of the stream of versions (server-sent events)."""
PING = 10.0
"""Seconds after which a silent stream sends a comment: that is how a closed page is noticed."""
HERE = Path(__file__).parent


class Site(ThreadingHTTPServer):
    """A web server for one folder, on the loopback address only.

    Args:
        folder: the folder of the pages.
        port: 0 for any free one.

    Raises:
        UserError: the port is taken.
    """

    daemon_threads = True

    def __init__(self, folder: Path, port: int = 0) -> None:
        self.folder = folder
        self._news = threading.Condition()
        self._started = time.time_ns()
        self._count = 0
        self.closing = False
        try:
            super().__init__((HOST, port), _Pages)
        except (OSError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or error
            raise UserError(f"port {port} cannot be used: {reason}; --port 0 takes any free one") from None

    @property
    def address(self) -> str:
        """What to open in a browser."""
        return f"http://{HOST}:{self.server_address[1]}/"

    @property
    def version(self) -> str:
        """Another text after every `reload`, and after a restart, so that open pages notice that, too."""
        return f"{self._started}-{self._count}"

    def reload(self) -> None:
        """Tell every open page that there is a newer one."""
        with self._news:
            self._count += 1
            self._news.notify_all()

    def wait_for_news(self, known: str) -> str:
        """The version, as soon as it is not `known`; `known` itself after a while without news."""
        with self._news:
            self._news.wait_for(lambda: self.closing or self.version != known, PING)
            return self.version

    @contextlib.contextmanager
    def serving(self) -> Iterator[Site]:
        """Answer requests while the block runs."""
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.closing = True
            with self._news:
                self._news.notify_all()
            self.shutdown()
            self.server_close()


class _Pages(SimpleHTTPRequestHandler):
    """Answers one request. A page is sent with the script that reloads it; any other file is sent as it is."""

    server: Site
    protocol_version = "HTTP/1.0"  # one answer a connection: a browser never waits behind a stream

    def __init__(self, request: Any, client_address: Any, server: Site) -> None:
        super().__init__(request, client_address, server, directory=os.fspath(server.folder))

    def parse_request(self) -> bool:
        """Read the request, whatever it asks to be done, and refuse what was not sent to this machine by its name."""
        if not super().parse_request():
            return False
        if self.headers.get("Host", "").rpartition(":")[0] in (HOST, "localhost"):
            return True
        # A page of another site asks, whose name was made to point to this machine (DNS rebinding).
        self.send_error(HTTPStatus.FORBIDDEN, "this server is for this machine only")
        return False

    def do_GET(self) -> None:
        """Send the page, the file, or the stream of versions that is asked for."""
        if self.path == VERSIONS:
            self._stream()
        elif (page := self._page()) is not None:
            self._send_page(page)
        else:
            super().do_GET()

    def end_headers(self) -> None:
        """Forbid the browser to keep anything: the next version has the same address."""
        self.send_header("Cache-Control", "no-store")
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the terminal is for what happens to the report."""

    def _page(self) -> Path | None:
        """The page that is asked for; None if it is something else, or a folder without a slash at the end."""
        path = Path(self.translate_path(self.path))
        if self.path.partition("?")[0].endswith("/"):
            path = path / "index.html"
        return path if path.suffix == ".html" else None

    def _send_page(self, page: Path) -> None:
        try:
            content, status = page.read_bytes(), HTTPStatus.OK
        except (OSError, ValueError):  # there is no such page, or there cannot be one
            name = page.relative_to(self.server.folder).as_posix()
            content, status = fill(HERE / "not-yet.html", page=name).encode(errors="replace"), HTTPStatus.NOT_FOUND
        script = fill(HERE / "reload.html", version=self.server.version).encode()
        before, end, after = content.rpartition(b"</body>")
        content = before + script + end + after if end else content + script
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        with contextlib.suppress(OSError):
            self.wfile.write(content)

    def _stream(self) -> None:
        """Send the version, and every later one, until the page is closed."""
        self.send_response(HTTPStatus.OK)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        sent = ""
        with contextlib.suppress(OSError):  # the page was closed
            while not self.server.closing:
                version = self.server.version if not sent else self.server.wait_for_news(sent)
                self.wfile.write(b": still here\n\n" if version == sent else f"data: {version}\n\n".encode())
                self.wfile.flush()
                sent = version
