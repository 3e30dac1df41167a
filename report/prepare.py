"""Quarto runs this before it renders: `tpdl prepare`, with the Python that has tpdl.

Quarto starts it with any Python it finds, so nothing is imported here that does not come with Python itself.
"""

import os
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
    return subprocess.run([python, "-c", "import simpleeval, yaml"], capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    python = next(filter(has_tpdl, pythons()), None)
    if python is None:
        sys.exit("tpdl is not installed; run `make report` once, or `pip install -e .`, and render again")
    raise SystemExit(subprocess.run([python, "-m", "tpdl", "prepare"], cwd=ROOT, check=False).returncode)
