"""Quarto runs this before it renders: `tpdl prepare`, with the Python that has tpdl.

Quarto starts it with any Python it finds, so nothing is imported here that does not come with Python itself.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def pythons() -> list[str]:
    """The virtual environments of this folder and of the shell, then the Python that runs this."""
    folders = [ROOT / ".venv", *(Path(folder) for folder in [os.environ.get("VIRTUAL_ENV")] if folder)]
    candidates = [folder / path for folder in folders for path in ("bin/python", "Scripts/python.exe")]
    return [*(str(path) for path in candidates if path.exists()), sys.executable]


def has_tpdl(python: str) -> bool:
    """Whether that Python can import what `tpdl prepare` needs."""
    needed = [python, "-c", "import tpdl, simpleeval, yaml"]
    return subprocess.run(needed, cwd=ROOT, capture_output=True, check=False).returncode == 0


def command() -> list[str]:
    """How `tpdl` is called here: by the first Python that has it, else by the `tpdl` on the path; empty if by none."""
    if python := next(filter(has_tpdl, pythons()), None):
        return [python, "-m", "tpdl"]
    program = shutil.which("tpdl")
    return [program] if program else []


if __name__ == "__main__":
    tpdl = command()
    if not tpdl:
        how = (
            "run `make report` once"
            if (ROOT / "Makefile").exists()
            else "install it into .venv, or activate where it is"
        )
        sys.exit(f"tpdl: no Python that this project knows of has it; {how}, and render again")
    raise SystemExit(subprocess.run([*tpdl, "prepare"], cwd=ROOT, check=False).returncode)
