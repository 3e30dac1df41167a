"""Typst in a process of its own: the same PDF as from scratch, made only after a change; mistakes in one line."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import typst
from PIL import Image

from tpdl.embedded.typesetter import Typesetter
from tpdl.errors import UserError

HEAD = '#set document(title: "A title")\n#set text(lang: "en")\n'


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A document of two files and a picture."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225600")
    (tmp_path / "document").mkdir()
    (tmp_path / "document/whole.typ").write_text(HEAD + '#include "part.typ"\n')
    (tmp_path / "document/part.typ").write_text('= Part\nText.\n#figure(image("/dot.png", alt: "A dot."))\n')
    Image.new("RGB", (4, 4), "black").save(tmp_path / "dot.png")
    return tmp_path


def made(root: Path) -> tuple[bytes, int]:
    """The PDF and when it was written, in ns."""
    with Typesetter(root, root / "document/whole.typ") as typst_process:
        typst_process.write(root / "a.pdf")
    return (root / "a.pdf").read_bytes(), (root / "a.pdf").stat().st_mtime_ns


def test_a_warm_process_makes_the_pdf_that_a_new_one_makes(root: Path) -> None:
    with Typesetter(root, root / "document/whole.typ") as typst_process:
        typst_process.write(root / "a.pdf")
        with (root / "document/part.typ").open("a") as file:
            file.write("\nA paragraph more.\n\n= Another part\n")
        Image.new("RGB", (4, 4), "red").save(root / "dot.png")
        typst_process.write(root / "a.pdf")
    arguments = {"root": str(root), "format": "pdf", "pdf_standards": "ua-1", "timestamp": 1767225600}
    assert (root / "a.pdf").read_bytes() == typst.compile(str(root / "document/whole.typ"), **arguments)


def test_a_pdf_is_made_again_when_something_in_it_changed_and_only_then(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = made(root)
    assert made(root) == first
    Image.new("RGB", (4, 4), "red").save(root / "dot.png")
    second = made(root)
    assert second[0] != first[0] and made(root) == second
    with (root / "document/part.typ").open("a") as file:
        file.write("\nA paragraph more.\n")
    third = made(root)
    assert third[0] != second[0] and made(root) == third
    (root / "a.pdf").write_bytes(b"edited by somebody")
    assert made(root)[0] == third[0]
    (root / "a.pdf").unlink()
    assert made(root)[0] == third[0]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1767225601")
    assert made(root)[0] != third[0]


def test_a_mistake_is_one_line_and_the_pdf_stays(root: Path) -> None:
    before = made(root)
    (root / "document/part.typ").write_text("#nonsense()\n")
    with pytest.raises(UserError, match=re.escape("PDF: unknown variable: nonsense, in document/part.typ:1")):
        made(root)
    assert (root / "a.pdf").read_bytes() == before[0]


def test_without_typst_it_says_what_to_do(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "typst.py").write_text("raise ImportError('not here')\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with pytest.raises(UserError, match="pip install typst"):
        made(root)


def test_a_process_that_is_killed_is_said_and_leaves_nothing(root: Path) -> None:
    with Typesetter(root, root / "document/whole.typ") as typst_process:
        os.kill(typst_process.pid, signal.SIGKILL)
        with pytest.raises(UserError, match="its process was ended"):
            typst_process.write(root / "a.pdf")
    assert sorted(path.name for path in root.iterdir()) == ["document", "dot.png"]


def test_ctrl_c_reaches_only_the_process_that_asks(root: Path) -> None:
    program = f"""
import signal, sys
from pathlib import Path
from tpdl.embedded.typesetter import Typesetter
root = Path({str(root)!r})
signal.signal(signal.SIGINT, signal.default_int_handler)
with Typesetter(root, root / "document/whole.typ") as typesetter:
    typesetter.write(root / "before.pdf")
    try:
        print("ready", flush=True)
        sys.stdin.read()
    except KeyboardInterrupt:
        (root / "document/part.typ").write_text("Changed.\\n")
        typesetter.write(root / "after.pdf")
"""
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "ready\n"
    os.killpg(process.pid, signal.SIGINT)  # what a terminal does
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (0, "")
    assert (root / "after.pdf").exists()


def test_the_process_ends_with_its_block(root: Path) -> None:
    with pytest.raises(RuntimeError), Typesetter(root, root / "document/whole.typ") as typst_process:
        pid = typst_process.pid
        raise RuntimeError
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
