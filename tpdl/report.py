"""Render the report: with Quarto where one that is new enough is installed, else with the embedded renderer.

Example:
    result = build(Project.find(Path.cwd()), to=["html"])
    result.renderer, result.outputs[0], result.problems     # "embedded", _book/index.html, []
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tpdl.embedded.render import render_embedded
from tpdl.embedded.single import render_single
from tpdl.embedded.slides import render_slides
from tpdl.embedded.typesetter import Later, Typesetter
from tpdl.errors import UserError
from tpdl.plan.plan import Plan
from tpdl.plan.project import Project
from tpdl.quarto.render import render_with_quarto
from tpdl.quarto.version import REQUIRED, find_quarto
from tpdl.render.prepare import prepare
from tpdl.render.problem import Problem
from tpdl.render.statements import Claim

RENDERERS = ("auto", "quarto", "embedded")
APART = {"single": "single file of a book", "slides": "slides of a book"}
"""Formats that the embedded renderer makes in any case, and what Quarto does not make."""
FORMATS = ("html", "pdf", *APART)
"""A page for each chapter, the printed book, everything in one file, slides."""


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
    stem: str = ""
    """The name, without suffix, of the files that hold the whole report."""
    note: str = ""
    """Why the renderer is another one than might be expected, or a page less than it could be; mostly empty."""


def build(
    project: Project,
    profile: str = "full",
    to: Sequence[str] = ("html", "pdf"),
    renderer: str = "auto",
    draft: bool = False,
    plan: Plan | None = None,
    typesetter: Typesetter | Later | None = None,
    output: Path | None = None,
    say: Callable[[str], None] | None = None,
    edition: str = "model",
) -> ReportResult:
    """Render the report of a project. Prints nothing.

    Args:
        project: whose `_quarto.yml` describes the book.
        profile: "full", or "demo" for stand-in data; such a report says so on every page.
        to: "html", "pdf", "single", "slides": one or several of them.
        renderer: "quarto", "embedded", or "auto" for Quarto where one that is new enough is installed.
        draft: render in spite of false claims and unknown names, which are marked in the pages.
        plan: of that profile, if it is already there.
        typesetter: of the embedded renderer, for the PDF; by default one of its own.
        output: the folder for the pages, inside the project; by default what `_quarto.yml` says.
        say: is told of each chapter when its turn comes, by a renderer that takes long.
        edition: "model", with the answers; or "student", with room for them.

    Raises:
        UserError: the request or the book's configuration is wrong, or the renderer stopped.
    """
    started = time.perf_counter()
    for name in to:
        if name not in FORMATS:
            raise UserError(f"there is no format {name!r}; the formats are {', '.join(FORMATS)}")
    if renderer not in RENDERERS:
        raise UserError(f"there is no renderer {renderer!r}; choose {', '.join(RENDERERS)}")
    if renderer == "quarto" and (apart := [name for name in to if name in APART]):
        raise UserError(
            f"Quarto makes no {APART[apart[0]]}; leave `--renderer quarto` out for `--to {apart[0]}`"
            + (", or run `quarto render --profile slides`" if apart[0] == "slides" else "")
        )
    quarto, note = None, ""
    book_formats = [name for name in to if name not in APART]
    if renderer != "embedded" and book_formats:
        quarto = find_quarto(project.root)
        needed = ".".join(map(str, REQUIRED))
        if renderer == "quarto" and quarto is None:
            raise UserError(
                f"Quarto is not installed; install {needed} or newer, or use `--renderer embedded`, "
                "which needs nothing but Python packages"
            )
        if quarto and not quarto.usable:
            if renderer == "quarto":
                raise UserError(f"{quarto.objection}; install a newer one, or use `--renderer embedded`")
            note, quarto = f"{quarto.objection}; the embedded renderer is used", None
    prepared = prepare(project, profile, plan, edition)
    if output:
        prepared.book.output = output
    chosen = "quarto" if quarto else "embedded"
    result = ReportResult(
        chosen,
        [],
        prepared.problems,
        prepared.claims,
        prepared.broken,
        stem=prepared.book.pdf.stem,
        note="; ".join(filter(None, [note, prepared.note])),
    )
    if quarto is None:
        result.outputs, refused = (
            render_embedded(prepared, book_formats, draft, typesetter) if book_formats else ([], [])
        )
        result.problems = sorted([*prepared.problems, *refused])
    elif draft or not prepared.problems:
        if say:
            say(f"rendering with {quarto.name}")
        result.outputs = render_with_quarto(quarto, prepared, profile, book_formats, say)
    for name in to:
        if name in APART:
            written, refused = (
                render_single(prepared, draft, say) if name == "single" else render_slides(prepared, draft)
            )
            result.outputs += written
            result.problems = sorted({*result.problems, *refused})
    result.seconds = time.perf_counter() - started
    return result
