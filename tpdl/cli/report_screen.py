"""What the command line prints about a report: problems with file and line, verdicts of the claims, what was written."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from tpdl.errors import Exit
from tpdl.render.prepare import prepare
from tpdl.render.problem import Problem

if TYPE_CHECKING:
    from tpdl.plan.project import Project


def print_preparation(project: Project, profile: str) -> int:
    """Evaluate the documents for a renderer that was started by somebody else; stop it if something is wrong.

    `TPDL_DRAFT` in the environment lets it go on.
    """
    problems = prepare(project, profile).problems
    _print_problems(problems)
    return Exit.NOT_FRESH if problems and not os.environ.get("TPDL_DRAFT") else Exit.OK


def print_claims(project: Project, profile: str) -> int:
    """One line for every claim of the documents: verdict, place, text, expression."""
    claims = prepare(project, profile).claims
    for claim in claims:
        verdict = "holds" if claim.holds else "cannot be evaluated" if claim.reason else "FALSE"
        reason = f"  ({claim.reason})" if claim.reason else ""
        print(f"{verdict}  {claim.path}:{claim.line}  {claim.text}  [{claim.expression}]{reason}")
    false = sum(not claim.holds for claim in claims)
    count = f"{len(claims)} claim{'s' if len(claims) != 1 else ''}"
    print(f"{count}, " + (f"{false} of them false or not to be evaluated" if false else "all of them hold"))
    return Exit.NOT_FRESH if false else Exit.OK


def print_report(project: Project, profile: str, to: Sequence[str], renderer: str, draft: bool) -> int:
    """Render, and say with what, how long it took, what was written, and what is wrong."""
    from tpdl.report import build

    result = build(project, profile, to, renderer, draft)
    _print_problems(result.problems)
    if result.outputs:
        pages = [path for path in result.outputs if path.suffix != ".pdf"]
        shown = [*pages[:1], *(path for path in result.outputs if path.suffix == ".pdf")]
        print(
            f"rendered with the {result.renderer} renderer in {result.seconds:.1f} s: {len(result.claims)} claims checked"
        )
        for path in shown:
            print(f"  {os.path.relpath(path)}")
    else:
        print("nothing was rendered; `--draft` renders all the same and marks what is wrong", file=sys.stderr)
    return Exit.NOT_FRESH if result.problems and not (draft and result.outputs) else Exit.OK


def _print_problems(problems: Iterable[Problem]) -> None:
    for problem in problems:
        print(f"tpdl: {problem}", file=sys.stderr)
