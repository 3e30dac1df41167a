"""`tpdl init`: a small working report to start from. Its files are in `tpdl/starter/`."""

from __future__ import annotations

import re
import shutil
import unicodedata
from collections.abc import Callable
from pathlib import Path

import yaml

from tpdl.errors import StepError, UserError
from tpdl.nearest import nearest
from tpdl.templates import fill

HERE = Path(__file__).parent
STARTER = HERE / "starter"
"""What every project begins with."""
KINDS = {
    "report": "a book of a summary and a chapter",
    "paper": "one document, with its references",
    "lab": "question cards, and the table of all questions in front",
    "slides": "a book, and slides of it",
}
"""Templates. What is in the folder `starter-KIND` is added to the starter, or takes the place of what it has."""
CHAPTERS = {"paper": ("index.qmd",)}
"""What a template's book consists of, if it is other than that of all others."""
USUAL = ("index.qmd", "report/means.qmd", "report/references.qmd")
HIDDEN = ("gitattributes", "gitignore", "github")
"""What gets a leading dot in the project."""
SUFFIX = ".jinja"
"""Of files that are templates; the suffix of what is made of them is in `FILLED`."""
SKIPPED = ("__pycache__", "*.pyc")
"""What may lie among the files of the starter and is not part of it."""


def start_project(folder: Path, kind: str = "report") -> list[Path]:
    """Fill `folder`, which is made if need be, with a project that runs and renders at once.

    Args:
        folder: a new or empty one; its name becomes the title of the report.
        kind: one of `KINDS`.

    Returns:
        the files, relative to `folder`, sorted.

    Raises:
        UserError: there is something in `folder` already, it is a file, or there is no such template.
        StepError: it cannot be written.
    """
    if kind not in KINDS:
        raise UserError(f"there is no template {kind!r}; {nearest(kind, KINDS)}")
    if folder.exists() and not folder.is_dir():
        raise UserError(f"{folder} is a file; name a folder")
    if folder.is_dir() and any(folder.iterdir()):
        raise UserError(f"{folder} is not empty, and nothing in it is overwritten; name a new folder")
    try:
        for source in (STARTER, HERE / f"starter-{kind}"):
            if source.is_dir():
                shutil.copytree(source, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*SKIPPED))
        # Package data with a leading dot is easily lost on the way into a wheel, so it has none until now.
        for name in HIDDEN:
            (folder / name).rename(folder / f".{name}")
        _fill_templates(folder, kind)
        for chapter in set(USUAL) - set(CHAPTERS.get(kind, USUAL)):
            (folder / chapter).unlink()
        # Quarto wants the filter and the style inside the project.
        shutil.copyfile(HERE / "render" / "tpdl.lua", folder / "report" / "tpdl.lua")
        shutil.copytree(HERE / "render" / "tpdl-filter", folder / "report" / "tpdl-filter")
        shutil.copyfile(HERE / "render" / "theme" / "elements.css", folder / "report" / "tpdl.css")
    except OSError as error:
        raise StepError(f"cannot write {error.filename or folder}: {error.strerror or error}") from error
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def _fill_templates(folder: Path, kind: str) -> None:
    """Put each file that is made from a template in the place of the template."""
    title = _title(folder)
    for template in sorted(folder.rglob(f"*{SUFFIX}")):
        name = template.relative_to(folder)
        source = next(path for path in (HERE / f"starter-{kind}" / name, STARTER / name) if path.exists())
        suffix, quoted = FILLED[name.stem]
        values = {"title": quoted(title), "name": _package_name(title), "template": kind}
        text = fill(source, **values, chapters=CHAPTERS.get(kind, USUAL))
        template.with_suffix(suffix).write_text(text, encoding="utf-8", newline="\n")
        template.unlink()


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


def _package_name(title: str) -> str:
    """A name for the project that Python's packaging allows.

    >>> _package_name("Über alles, 2")
    'uber-alles-2'
    >>> _package_name("報告")
    'report'
    """
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-") or "report"


FILLED: dict[str, tuple[str, Callable[[str], str]]] = {
    "README": (".md", _in_markdown),
    "_quarto": (".yml", _in_yaml),
    "environment": (".yml", _in_yaml),
    "pyproject": (".toml", str),
    "slides": (".qmd", _in_yaml),
}
"""Templates, without their suffix: the suffix of what is made of each, and how the title of the report is quoted."""
