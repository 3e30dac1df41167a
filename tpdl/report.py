"""Render the report: with Quarto where it is installed, else with the embedded renderer.

Example:
    result = build(Project.find(Path.cwd()), to=["html"])
    result.renderer, result.outputs[0], result.problems     # "embedded", _book/index.html, []
"""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tpdl.embedded.render import render_embedded
from tpdl.embedded.typesetter import Later, Typesetter
from tpdl.errors import UserError
from tpdl.plan.plan import Plan
from tpdl.plan.project import Project
from tpdl.render.prepare import Prepared, prepare
from tpdl.render.problem import Problem
from tpdl.render.statements import Claim

FORMATS = {"html": "html", "pdf": "typst"}
"""Format -> Quarto's name for the one it comes from."""
RENDERERS = ("auto", "quarto", "embedded")


@dataclass
class ReportResult:
    """What a rendering has written and found."""

    renderer: str
    """"quarto" or "embedded"."""
    outputs: list[Path] = field(default_factory=list)
    """The pages and the PDF; empty where there were problems and no draft was asked for."""
    problems: list[Problem] = field(default_factory=list)
    """Every mistake in the documents."""
    claims: list[Claim] = field(default_factory=list)
    """Every claim of the documents with its verdict."""
    broken: tuple[str, ...] = ()
    """What is wrong with experiments, of which what is recorded was shown."""
    seconds: float = 0.0
    """How long it took."""


def build(
    project: Project,
    profile: str = "full",
    to: Sequence[str] = ("html", "pdf"),
    renderer: str = "auto",
    draft: bool = False,
    plan: Plan | None = None,
    typesetter: Typesetter | Later | None = None,
) -> ReportResult:
    """Render the report of a project. Prints nothing.

    Args:
        project: whose `_quarto.yml` describes the book.
        profile: "full", or "demo" for stand-in data; such a report says so on every page.
        to: "html", "pdf" or both.
        renderer: "quarto", "embedded", or "auto" for Quarto where it is installed.
        draft: render in spite of false claims and unknown names, which are marked in the pages.
        plan: of that profile, if it is already there.
        typesetter: of the embedded renderer, for the PDF; by default one of its own.

    Raises:
        UserError: the request or the book's configuration is wrong, or the renderer stopped.
    """
    started = time.perf_counter()
    for name in to:
        if name not in FORMATS:
            raise UserError(f"there is no format {name!r}; the formats are {' and '.join(FORMATS)}")
    if renderer not in RENDERERS:
        raise UserError(f"there is no renderer {renderer!r}; choose {', '.join(RENDERERS)}")
    chosen = renderer if renderer != "auto" else "quarto" if quarto_path() else "embedded"
    prepared = prepare(project, profile, plan)
    result = ReportResult(chosen, [], prepared.problems, prepared.claims, prepared.broken)
    if chosen == "embedded":
        result.outputs, refused = render_embedded(prepared, to, draft, typesetter)
        result.problems = sorted([*prepared.problems, *refused])
    elif draft or not prepared.problems:
        result.outputs = _render_with_quarto(prepared, profile, to)
    result.seconds = time.perf_counter() - started
    return result


def quarto_path() -> str | None:
    """The path of Quarto; None where it is not installed. `TPDL_QUARTO` names one that is not on the path."""
    return shutil.which(os.environ.get("TPDL_QUARTO", "quarto"))


def _render_with_quarto(prepared: Prepared, profile: str, to: Sequence[str]) -> list[Path]:
    quarto = quarto_path()
    if quarto is None:
        raise UserError("Quarto is not installed; `--renderer embedded` needs nothing but Python packages")
    book = prepared.book
    # Quarto runs `tpdl prepare` itself; problems have been reported already, so they must not stop it there.
    environment = os.environ | {"TPDL_PROFILE": profile, "TPDL_DRAFT": "1"}
    command = [quarto, "render", str(book.root), "--output-dir", book.output.relative_to(book.root).as_posix()]
    if len(to) == 1:
        command += ["--to", FORMATS[to[0]]]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
        raise UserError(f"Quarto stopped: {' '.join(lines[-3:])}")
    outputs = [book.output / chapter.page for chapter in book.chapters] if "html" in to else []
    return outputs + ([book.pdf] if "pdf" in to else [])
