"""`tpdl init`: a small working report to start from. Its files are in `tpdl/starter/`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import yaml

from tpdl.errors import StepError, UserError
from tpdl.templates import fill

HERE = Path(__file__).parent
STARTER = HERE / "starter"
HIDDEN = ("gitignore", "github")
"""What gets a leading dot in the project."""
SKIPPED = ("__pycache__", "*.pyc")
"""What may lie among the files of the starter and is not part of it."""


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
        for name in HIDDEN:
            (folder / name).rename(folder / f".{name}")
        for name, quoted in TEMPLATES.items():
            (folder / name).write_text(fill(STARTER / name, title=quoted(title)), encoding="utf-8")
        # Quarto wants the filter and the style inside the project.
        shutil.copyfile(HERE / "render" / "tpdl.lua", folder / "report" / "tpdl.lua")
        shutil.copytree(HERE / "render" / "tpdl-filter", folder / "report" / "tpdl-filter")
        shutil.copyfile(HERE / "render" / "theme" / "elements.css", folder / "report" / "tpdl.css")
    except OSError as error:
        raise StepError(f"cannot write {error.filename or folder}: {error.strerror or error}") from error
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def _title(folder: Path) -> str:
    """The title of the report in a folder.

    >>> _title(Path("my-report"))
    'My report'
    """
    words = " ".join(folder.resolve().name.replace("_", " ").replace("-", " ").split())
    title = words[:1].upper() + words[1:]
    return title if any(letter.isalnum() for letter in title) else "A report"


def _in_markdown(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>&#$])", r"\\\1", text)


def _in_yaml(text: str) -> str:
    return yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf")).strip()


TEMPLATES: dict[str, Callable[[str], str]] = {"README.md": _in_markdown, "_quarto.yml": _in_yaml}
"""Files that are templates, and how the title of the report is quoted in each."""
