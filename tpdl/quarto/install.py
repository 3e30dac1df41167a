"""Try to install Quarto for a project, into an environment of its own; once, and not for long.

    python -m tpdl.quarto.install        # in the project's folder: .venv-quarto/bin/quarto, or a line that says why not

The package `quarto-cli` brings no Quarto: it fetches a release while it is installed, more than 100 MB from another
place than packages come from. Where that cannot be reached nobody should wait for it, nor for each report anew.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import venv
from pathlib import Path

from tpdl.quarto.version import ENVIRONMENT, PROGRAMS, REQUIRED, find_quarto

REQUIREMENT = f"quarto-cli>={'.'.join(map(str, REQUIRED))}"
TRIED = ".tried"
"""The file in the environment's folder that says that it was tried; `make` looks at it."""
LOG = "install.log"
PATIENCE = 20.0
"""Seconds without progress after which it is given up. Progress is whatever makes the folder larger."""


def install(root: Path, patience: float = PATIENCE) -> str:
    """Install Quarto into the project's `.venv-quarto`, unless one that is new enough is there anyway.

    Without the packages that `quarto-cli` asks for: they are for code cells, which documents of tpdl do not have.

    Args:
        root: the project's folder.
        patience: seconds without progress after which it is given up.

    Returns:
        what there is to say, in one line; nothing if Quarto is there.
    """
    if (found := find_quarto(root)) and found.usable:
        return ""
    folder = root / ENVIRONMENT
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    print(f"trying to install Quarto into {ENVIRONMENT}/, which is done once …", flush=True)
    if why := _install(folder, patience):
        for path in folder.iterdir():
            if path.name != LOG:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        said = f"Quarto could not be installed: {why} ({ENVIRONMENT}/{LOG}); `make quarto` tries again"
    else:
        shutil.rmtree(folder / "tmp", ignore_errors=True)
        now = find_quarto(root)
        said = f"installed {now.name}" if now and now.usable else "what was installed is no Quarto that can be used"
    (folder / TRIED).touch()
    return said


def _install(folder: Path, patience: float) -> str:
    """Install into a new environment.

    Returns:
        why it did not work; empty if it did.
    """
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    python = next(path for name in ("bin/python", "Scripts/python.exe") if (path := folder / name).exists())
    (folder / "tmp").mkdir()
    command = [sys.executable, "-m", "pip", "--python", str(python), "--disable-pip-version-check", "install"]
    with open(folder / LOG, "wb") as log:
        process = subprocess.Popen(
            [*command, "--no-input", "--no-deps", "--no-cache-dir", REQUIREMENT],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            # What is fetched lies here first, so that it can be seen to grow.
            env=os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder / "tmp")),
            start_new_session=True,
        )
        try:
            finished = _wait(process, folder, patience)
        finally:
            _end(process)
    if not finished:
        return f"nothing came for {patience:g} s"
    if process.returncode:
        return _reason((folder / LOG).read_text(encoding="utf-8", errors="replace"))
    return "" if any((folder / program).exists() for program in PROGRAMS) else "the package holds no program"


def _wait(process: subprocess.Popen[bytes], folder: Path, patience: float) -> bool:
    """Wait until the process ends; False if the folder did not grow for so many seconds."""
    size, since = -1, time.monotonic()
    while process.poll() is None:
        if (now := _size(folder)) != size:
            size, since = now, time.monotonic()
        elif time.monotonic() - since > patience:
            return False
        time.sleep(0.2)
    return True


def _size(folder: Path) -> int:
    """The size of all files below a folder, which others may be changing."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(path, name)).st_size
    return total


def _end(process: subprocess.Popen[bytes]) -> None:
    """End pip and what it has started."""
    with contextlib.suppress(OSError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()


def _reason(log: str) -> str:
    """Why pip failed, from what it printed: what the package says about its download, else pip's own first error."""
    said = re.search(r"Error downloading Quarto: (.+)", log) or re.search(r"^ *ERROR: (.+)", log, re.MULTILINE)
    return said[1].strip() if said else "pip failed"


if __name__ == "__main__":
    try:
        if said := install(Path.cwd()):
            print(said)
    except OSError as error:
        print(f"Quarto could not be installed: {error.strerror or error}")
