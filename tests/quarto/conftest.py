"""A started project, and a program that behaves like Quarto where tpdl looks at it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.workflow.conftest import identity, started, started_template

__all__ = ["identity", "started", "started_template"]


@pytest.fixture
def standin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program, named by TPDL_QUARTO; `tpdl` is on the path."""
    if os.name == "nt":
        pytest.skip("the stand-in is a shell script")
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, call in (("quarto", str(Path(__file__).with_name("standin.py"))), ("tpdl", "-m tpdl")):
        (programs / name).write_text(f'#!/bin/sh\n"{sys.executable}" {call} "$@"\n')
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("TPDL_QUARTO", str(programs / "quarto"))
    return programs / "quarto"
