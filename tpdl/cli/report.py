"""`tpdl report`: render the report."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tpdl.cli.common import Arguments, Commands, add_command, find_project, honest, profile_of, say_what_is_broken
from tpdl.errors import Exit

if TYPE_CHECKING:
    from tpdl.plan.project import Project
    from tpdl.render.problem import Problem


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, report)
    parser.add_argument(
        "--to", action="append", choices=("html", "pdf", "single", "slides"), help="only this format; may be repeated"
    )
    parser.add_argument(
        "--renderer",
        default="auto",
        choices=("auto", "quarto", "embedded"),
        help="which one; by default Quarto where 1.9 or newer is installed",
    )
    parser.add_argument(
        "--edition",
        default="model",
        metavar="EDITION",
        help="model, with the answers, or student, with room for them; that one goes to a folder of its own",
    )
    parser.add_argument("--draft", action="store_true", help="exit code 0 even if a claim is false")


def report(arguments: Arguments) -> int:
    """Render the report, HTML and PDF, with Quarto where it is installed, else with the embedded renderer."""
    formats = arguments.to or ("html", "pdf")
    return render_and_print(
        find_project(),
        profile_of(arguments),
        formats,
        arguments.renderer,
        arguments.draft,
        despite="--draft",
        edition=arguments.edition,
    )


def render_and_print(
    project: Project,
    profile: str,
    to: Sequence[str],
    renderer: str,
    draft: bool,
    *,
    despite: str,
    output: Path | None = None,
    edition: str = "model",
) -> int:
    """Render, and say with what, how long it took, what was written, and what is wrong.

    Args:
        project: whose report it is.
        profile: "full" or "demo".
        to: the formats.
        renderer: which one, or "auto".
        draft: render in spite of mistakes in the documents.
        despite: the option of the command that asks for that.
        output: the folder for the pages, if it is another than usual.
        edition: "model" or "student".
    """
    from tpdl.report import build

    result = build(project, profile, to, renderer, draft, output=output, say=_progress(), edition=edition)
    if result.note:
        print(f"tpdl: {result.note}", file=sys.stderr)
    say_what_is_broken(result.broken)
    print_problems(result.problems)
    if result.outputs:
        pages = [path for path in result.outputs if path.name == "index.html"]
        shown = [*pages[:1], *(path for path in result.outputs if path.stem in (result.stem, "slides"))]
        claims = len(result.claims)
        print(f"rendered with the {result.renderer} renderer in {result.seconds:.1f} s: {claims} claims checked")
        for path in shown:
            print(f"  {os.path.relpath(path)}")
    else:
        print(f"nothing was rendered; `{despite}` renders all the same and marks what is wrong", file=sys.stderr)
    return honest(Exit.NOT_FRESH if result.problems and not (draft and result.outputs) else Exit.OK, result.broken)


def _progress() -> Callable[[str], None]:
    """What prints how far a renderer is: each chapter where somebody looks on, else only that it has begun."""
    watched = sys.stderr.isatty()

    def say(text: str) -> None:
        if watched or not text.startswith("["):
            print(text, file=sys.stderr, flush=True)

    return say


def print_problems(problems: Iterable[Problem]) -> None:
    """What is wrong with the documents, a line each."""
    for problem in problems:
        print(f"tpdl: {problem}", file=sys.stderr)
