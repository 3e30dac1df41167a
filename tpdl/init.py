"""`tpdl init`: a small working report to start from. The files are in `tpdl/starter/`."""

from __future__ import annotations

import shutil
from pathlib import Path
from string import Template

from tpdl.errors import StepError, UserError

HERE = Path(__file__).parent
STARTER = HERE / "starter"
NAMED = ("README.md", "_quarto.yml")
"""Files in which `$title` stands for the title of the report."""
SKIPPED = ("__pycache__", "*.pyc")


def start_project(folder: Path) -> list[Path]:
    """Fill `folder`, which is made if need be, with a project that runs and renders at once.

    Returns:
        the files, relative to `folder`, sorted.

    Raises:
        UserError: there is something in `folder` already, or it is a file.
        StepError: it cannot be written.
    """
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file; name a folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise UserError(f"{folder} is not empty, and nothing in it is overwritten; name a new folder")
    title = _title(folder)
    try:
        shutil.copytree(STARTER, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*SKIPPED))
        # Package data with a leading dot is easily lost on the way into a wheel, so it has none until now.
        (folder / "gitignore").rename(folder / ".gitignore")
        for name in NAMED:
            text = (folder / name).read_text(encoding="utf-8")
            (folder / name).write_text(Template(text).substitute(title=title), encoding="utf-8")
        # Quarto wants the filter and the style inside the project.
        shutil.copyfile(HERE / "render" / "tpdl.lua", folder / "report" / "tpdl.lua")
        shutil.copytree(HERE / "render" / "tpdl-filter", folder / "report" / "tpdl-filter")
        shutil.copyfile(HERE / "render" / "theme" / "elements.css", folder / "report" / "tpdl.css")
    except OSError as error:
        raise StepError(f"cannot write {error.filename or folder}: {error.strerror or error}") from error
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def _title(folder: Path) -> str:
    """`my-report` becomes "My report". Quotes would end the title in the settings, so they go."""
    words = " ".join(folder.resolve().name.replace("_", " ").replace("-", " ").split())
    kept = "".join(letter for letter in words if letter.isalnum() or letter in " .,").strip()
    return kept[:1].upper() + kept[1:] or "A report"
