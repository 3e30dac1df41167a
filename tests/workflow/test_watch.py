"""`tpdl watch`: what is saved is on the page, quickly; what is wrong is one line; nothing is measured."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Lab, one_line, wait_for
from tpdl.plan.project import Project
from tpdl.watch.changes import Changes
from tpdl.watch.server import Site

CHROMIUM = shutil.which("chromium")


def get(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode()


class Watching:
    """A running `tpdl watch`, what it prints, and the versions it announces."""

    def __init__(self, lab: Lab, *arguments: str) -> None:
        self.lab = lab
        self.process = lab.popen("watch", *arguments)
        self.lines: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()
        wait_for(lambda: any("Ctrl-C" in line for line in self.lines) or self.process.poll() is not None)
        self.address = re.findall(r"http://127\.0\.0\.1:\d+/", "\n".join(self.lines))[0]
        self.versions: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()
        wait_for(lambda: self.versions)

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def _listen(self) -> None:
        with urllib.request.urlopen(self.address + "-/versions") as stream:
            for line in stream:
                if line.startswith(b"data: "):
                    self.versions.append(line.decode()[6:].strip())

    def after(self, name: str, old: str, new: str) -> tuple[float, list[str]]:
        """Edit a file; the seconds until the page was announced, and what was printed meanwhile."""
        versions, printed, start = len(self.versions), len(self.lines), time.monotonic()
        self.lab.edit(name, old, new)
        wait_for(lambda: len(self.versions) > versions)
        return time.monotonic() - start, self.lines[printed:]

    def printed_after(self, name: str, old: str, new: str, expected: str) -> list[str]:
        """Edit a file; what was printed until `expected` was."""
        printed = len(self.lines)
        self.lab.edit(name, old, new)
        wait_for(lambda: any(expected in line for line in self.lines[printed:]))
        return self.lines[printed:]

    def end(self) -> int:
        """Press Ctrl-C and wait."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=20)


@pytest.fixture
def watching(started: Lab) -> Iterator[Watching]:
    found = Watching(started)
    yield found
    if found.process.poll() is None:
        found.end()


DRAWING = "experiments/noise/means.py"


def test_a_day_at_the_desk(watching: Watching) -> None:
    """One process for all of it: drawing, writing, mistakes, an edited measurement, the end."""
    started = watching.lab
    book = started.root / "_book"
    results = (started.root / "figures/noise/means.csv").stat()
    page = watching.address + "report/means.html"
    assert "EventSource" in get(page) and "EventSource" not in (book / "report/means.html").read_text()

    # A drawing: the new picture is served, and the page announced, within the promised time.
    before = get(watching.address + "figures/noise/means.svg")
    seconds, printed = watching.after(DRAWING, 'fmt="o"', 'fmt="s"')
    assert "drawn   noise/means.svg" in "".join(printed)
    assert get(watching.address + "figures/noise/means.svg") != before
    again, _ = watching.after(DRAWING, 'fmt="s"', 'fmt="v"')
    assert min(seconds, again) < 3, f"{min(seconds, again):.1f} s from saving a drawing function to the new page"

    # A chapter.
    watching.after("report/means.qmd", "whatever the noise looks like", "whatever the noise may be")
    assert "whatever the noise may be" in get(page)

    # A mistake is one line, and the page stays as it was; the next save puts it right.
    shown = get(page)
    (line,) = watching.printed_after(DRAWING, "def means_curve(", "def means_curve((", "tpdl: ")
    assert line.startswith(f"tpdl: {DRAWING}:46: ")
    assert get(page) == shown
    lines = watching.printed_after(DRAWING, "def means_curve((", "def means_kurve(", "rendered")
    assert not any("Traceback" in line for line in lines)
    lines = watching.printed_after(DRAWING, "axes.legend()", "axes.legnd()", "rendered")
    (line,) = [line for line in lines if "failed" in line]
    assert "has no attribute 'legnd'" in line and line.endswith("log: .tpdl/full/logs/noise/means.svg.log")
    watching.after(DRAWING, "axes.legnd()", "axes.legend()")

    # A false claim is on the page, and in the terminal with its line.
    lines = watching.printed_after("report/means.qmd", "< 0.05 for", "< 0.00005 for", "rendered")
    assert any("report/means.qmd:14: the claim" in line for line in lines)

    # What is measured is named, not measured.
    lines = watching.printed_after(DRAWING, "repeats: int = 4000", "repeats: int = 40", "rendered")
    assert "stale  noise/means/law=uniform: parameter repeats: 4000 -> 40; `tpdl run noise/means` measures it" in lines
    assert (started.root / "figures/noise/means.csv").stat() == results

    # A measurement in another terminal shows as soon as it is done.
    versions = len(watching.versions)
    started.tpdl("run", "--executor", "inline")
    wait_for(lambda: len(watching.versions) > versions and ">40<" in get(page))

    assert watching.end() == 0 and watching.lines[-1] == "stopped"
    assert "EventSource" not in (book / "report/means.html").read_text()
    with pytest.raises(OSError):
        get(page)


def test_the_pdf_follows_the_pages(started: Lab) -> None:
    from pypdf import PdfReader

    watching = Watching(started, "--pdf")
    try:
        assert any(line.startswith("PDF in ") for line in watching.lines)
        (pdf,) = (started.root / "_book").glob("*.pdf")
        watching.printed_after("report/means.qmd", "whatever the noise looks like", "be it as it may", "PDF in ")
        assert "be it as it may" in " ".join("".join(page.extract_text() for page in PdfReader(pdf).pages).split())
        *_, line = watching.printed_after("report/means.qmd", "be it as it may", "`#nonsense()`{=typst}", "tpdl: ")
        assert "PDF: unknown variable: nonsense" in line
        command = ["pgrep", "--parent", str(watching.process.pid), "--full", "typst_process"]
        typst = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    finally:
        assert watching.end() == 0
    with pytest.raises(ProcessLookupError):
        os.kill(typst, 0)


def test_mistakes_at_the_start(started: Lab, tmp_path: Path) -> None:
    with Site(tmp_path).serving() as site:
        port = str(site.server_address[1])
        assert f"port {port} cannot be used" in one_line(started.tpdl("watch", "--port", port, code=2))
    (started.root / "_quarto.yml").unlink()
    assert "has no _quarto.yml" in one_line(started.tpdl("watch", code=2))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    (tmp_path / "book/a").mkdir(parents=True)
    (tmp_path / "book/index.html").write_text("<html><body><p>Text with </body> in it</p></body></html>")
    (tmp_path / "book/a/data.csv").write_text("x\n1\n")
    (tmp_path / "secret.txt").write_text("not for the web")
    with Site(tmp_path / "book").serving() as found:
        yield found


def test_the_script_comes_last_in_a_page_and_in_nothing_else(site: Site) -> None:
    for address in ("", "index.html", "index.html?x=1"):
        assert re.search(
            r"in it</p><script data-version=\"[\d-]+\">(?s:.*)</script>\n</body></html>$", get(site.address + address)
        )
    assert get(site.address + "a/data.csv") == "x\n1\n"


def test_the_address_of_a_page_that_is_not_there_is_text(site: Site) -> None:
    for asked, said in (
        ("a/%3Cscript%3Ealert(1)%3C/script%3E%20&.html", "a/&lt;script&gt;alert(1)&lt;/script&gt; &amp;.html"),
        ("%ED%A0%80.html", "?.html"),
    ):
        with pytest.raises(urllib.error.HTTPError) as error:
            get(site.address + asked)
        page = error.value.read().decode()
        assert error.value.code == 404 and f"The page {said} is not rendered yet." in page
        assert page.count("<script") == 1, "the one that reloads the page"


def test_a_page_that_is_not_there_yet_reloads_when_it_is(site: Site) -> None:
    with pytest.raises(urllib.error.HTTPError) as error:
        get(site.address + "later.html")
    text = error.value.read().decode()
    assert error.value.code == 404 and "not rendered yet" in text and "EventSource" in text


def test_only_the_site_is_served_and_only_to_this_machine(site: Site) -> None:
    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt"):
        connection = http.client.HTTPConnection("127.0.0.1", site.server_address[1], timeout=10)
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 404 and b"not for the web" not in answer.read()
    assert site.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS", "DELETE", "NONSENSE"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example:80", "", "localhost"])
def test_another_sites_name_that_points_here_gets_nothing(site: Site, method: str, host: str) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.server_address[1], timeout=10)
    connection.request(method, "/a/data.csv", headers={"Host": host})
    answer = connection.getresponse()
    assert answer.status == 403 and b"x" not in answer.read().partition(b"<html")[0]


def test_this_machine_gets_what_there_is(site: Site) -> None:
    for method, status in (("GET", 200), ("HEAD", 200), ("POST", 501)):
        connection = http.client.HTTPConnection("localhost", site.server_address[1], timeout=10)
        connection.request(method, "/a/data.csv")
        assert connection.getresponse().status == status


def test_a_request_without_a_host_gets_nothing(site: Site) -> None:
    with socket.create_connection(("127.0.0.1", site.server_address[1]), timeout=10) as connection:
        connection.sendall(b"HEAD /a/data.csv HTTP/1.0\r\n\r\n")
        assert b" 403 " in connection.recv(1000).splitlines()[0]


def test_open_streams_do_not_keep_the_server_from_ending(tmp_path: Path) -> None:
    with Site(tmp_path).serving() as site:
        streams = [urllib.request.urlopen(site.address + "-/versions") for _ in range(3)]
        first = [stream.readline() for stream in streams]
        site.reload()
        start = time.monotonic()
    assert time.monotonic() - start < 2
    for stream, before in zip(streams, first, strict=True):
        assert stream.readline() == b"\n" and stream.readline() != before


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no browser is installed")
def test_a_browser_loads_the_page_again(site: Site, tmp_path: Path) -> None:
    assert CHROMIUM
    page = site.folder / "index.html"
    asked = []

    class Counting(site.RequestHandlerClass):  # type: ignore[name-defined, misc]
        def do_GET(self) -> None:
            if self.path in ("/", "/index.html"):
                asked.append("index.html")
            super().do_GET()

    site.RequestHandlerClass = Counting
    command = [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
    browser = subprocess.Popen([*command, "--remote-debugging-port=0", site.address], stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: asked == ["index.html"])
        time.sleep(0.5)
        page.write_text("<html><body>New</body></html>")
        site.reload()
        wait_for(lambda: len(asked) == 2)
        time.sleep(0.5)
        assert len(asked) == 2, "it must not go on reloading"
    finally:
        browser.terminate()
        browser.wait()


def test_which_changes_count(fresh: Lab) -> None:
    project = Project(fresh.root)
    fresh.write(".venv/pyvenv.cfg", "")
    fresh.write("env/pyvenv.cfg", "")
    fresh.write("_book/index.html", "")
    fresh.write("report/a.qmd", "")
    seen: set[str] = set()

    def follow() -> None:
        for paths in changes:
            seen.update(path.relative_to(project.root).as_posix() for path in paths)

    with Changes(project.root, project.root / "figures", project.root / "_book") as changes:
        threading.Thread(target=follow, daemon=True).start()
        # Until the operating system watches, changes are not seen: touch one file until it is.
        wait_for(lambda: fresh.write("report/a.qmd", str(time.time())) and "report/a.qmd" in seen)
        wait_for(lambda: fresh.write("_quarto.yml", str(time.time())) and "_quarto.yml" in seen)
        for name in (".venv/x.py", "env/x.py", "_book/index.html", "helpers/.maths.py.swp", "figures/toy/curve.csv"):
            fresh.write(name, "new")
        (fresh.root / "new.py").write_text("")
        (fresh.root / "new.py").replace(fresh.root / "helpers/maths.py")  # as many editors save
        changes.follow({project.root / "helpers/x.dat"}, {project.root / "report"})  # what steps read
        for name in ("helpers/x.dat", "helpers/y.dat", "report/b.csv"):
            fresh.write(name, "new")
        fresh.write("figures/toy/curve.csv.record.json", "{}")
        read = {"helpers/x.dat", "report/b.csv"}
        wait_for(lambda: {"helpers/maths.py", "figures/toy/curve.csv.record.json", *read} <= seen)
        time.sleep(0.3)
    assert seen - {"new.py", *read} == {
        "report/a.qmd",
        "_quarto.yml",
        "helpers/maths.py",
        "figures/toy/curve.csv.record.json",
    }
