"""Quarto is installed where that is possible, and given up soon where it is not. Packages come from this disk."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from tpdl.quarto.install import install
from tpdl.quarto.version import find_quarto

ROOT = Path(__file__).parents[2]

if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
    pytest.skip("there is no pip", allow_module_level=True)


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No Quarto on the path, and no index but what a test names."""
    monkeypatch.delenv("TPDL_QUARTO", raising=False)
    monkeypatch.setenv("PATH", os.defpath)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    for name in ("PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with packages, the only one that pip knows."""
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "shelf"))
    (tmp_path / "shelf").mkdir()
    return tmp_path / "shelf"


def package(shelf: Path, version: str) -> None:
    """Put a package `quarto-cli` on the shelf: its program knows its version, and it asks for one that nobody has."""
    info = f"quarto_cli-{version}.dist-info"
    with zipfile.ZipFile(shelf / f"quarto_cli-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("quarto_standin.py", f"def run():\n    print({version!r})\n")
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: quarto-cli\nVersion: {version}\nRequires-Dist: jupyter\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr(f"{info}/entry_points.txt", "[console_scripts]\nquarto = quarto_standin:run\n")
        wheel.writestr(f"{info}/RECORD", "")


def test_it_is_installed_and_found(tmp_path: Path, shelf: Path) -> None:
    package(shelf, "1.10.19")
    assert install(tmp_path) == "installed Quarto 1.10.19"
    found = find_quarto(tmp_path)
    assert found and found.usable and Path(found.path).is_relative_to(tmp_path / ".venv-quarto")
    assert (tmp_path / ".venv-quarto/.tried").exists()
    before = found
    assert install(tmp_path) == "" and find_quarto(tmp_path) == before


def test_there_is_none(tmp_path: Path, shelf: Path) -> None:
    package(shelf, "1.8.27")
    said = install(tmp_path)
    assert said.startswith("Quarto could not be installed: ") and said.endswith("; `make quarto` tries again")
    assert "quarto-cli>=1.9" in said and "\n" not in said
    assert {path.name for path in (tmp_path / ".venv-quarto").iterdir()} == {".tried", "install.log"}
    assert find_quarto(tmp_path) is None


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_make_tries_once_and_not_where_nobody_wants_it(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)

    def steps(*arguments: str) -> str:
        """What make would do, if everything else were installed."""
        command = ["make", "--dry-run", "--old-file=.venv/.report", *arguments]
        alone = {
            name: value for name, value in os.environ.items() if name not in ("RENDERER", "MAKEFLAGS", "MAKELEVEL")
        }
        return subprocess.run(command, cwd=tmp_path, env=alone, capture_output=True, text=True, check=True).stdout

    attempt = "-m tpdl.quarto.install"
    assert attempt in steps("report") and "tpdl report --renderer auto" in steps("report")
    without = steps("report", "RENDERER=embedded")
    assert attempt not in without and "tpdl report --renderer embedded" in without
    (tmp_path / ".venv-quarto").mkdir()
    (tmp_path / ".venv-quarto/.tried").touch()
    assert attempt not in steps("report") and "tpdl report --renderer auto" in steps("report")
    assert attempt in steps("quarto")


def test_nothing_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index that takes the question and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("PIP_INDEX_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/simple")
        monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "120")
        started = time.monotonic()
        said = install(tmp_path, patience=3)
        assert time.monotonic() - started < 60
    assert said.startswith("Quarto could not be installed: nothing came for 3 s ")
    assert (tmp_path / ".venv-quarto/.tried").exists()
