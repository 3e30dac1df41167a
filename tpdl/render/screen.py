"""`tpdl report`, `tpdl prepare` and `tpdl claims` as a person reads them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tpdl.engine.errors import Exit
from tpdl.render.prepare import Claim, prepare
from tpdl.render.problem import Problem
from tpdl.render.report import build

if TYPE_CHECKING:
    from rich.console import Console

    from tpdl.engine.project import Project


def build_and_print(
    project: Project, profile: str, to: Sequence[str], renderer: str, draft: bool, console: Console
) -> int:
    """Render, then say with what, where the result is, and what is wrong. Exit code 1 if something is, unless `draft`."""
    result = build(project, profile, to, renderer, draft)
    _print_problems(result.problems, console)
    name = "Quarto" if result.renderer == "quarto" else "the embedded renderer"
    if not result.outputs:
        print(f"nothing was rendered; mend what is above{'' if draft else ', or render all the same with --draft'}")
        return Exit.NOT_FRESH
    pages = [path for path in result.outputs if path.suffix == ".html"]
    for path in [*pages[:1], *(path for path in result.outputs if path.suffix == ".pdf")]:
        more = f" and {len(pages) - 1} more pages" if path in pages and len(pages) > 1 else ""
        print(f"{_shown(path)}{more}")
    holding = sum(claim.holds for claim in result.claims)
    print(f"rendered with {name} in {result.seconds:.1f} s; {holding} of {len(result.claims)} claims hold")
    return Exit.NOT_FRESH if result.problems and not draft else Exit.OK


def prepare_and_print(project: Project, profile: str, console: Console) -> int:
    """Evaluate the documents for a renderer; exit code 1, which stops Quarto, if something is wrong.

    `TPDL_DRAFT=1` in the environment lets the rendering go on.
    """
    prepared = prepare(project, os.environ.get("TPDL_PROFILE", profile))
    if os.environ.get("TPDL_DRAFT") != "1":
        _print_problems(prepared.problems, console)
        return Exit.NOT_FRESH if prepared.problems else Exit.OK
    return Exit.OK


def claims_table(project: Project, profile: str, console: Console) -> int:
    """List every claim with its verdict; exit code 1 if one does not hold."""
    claims = prepare(project, profile).claims
    for claim in claims:
        _print_claim(claim, console)
    false = [claim for claim in claims if not claim.holds]
    print(f"{len(claims)} claims, {len(claims) - len(false)} hold" + (f", {len(false)} do not" if false else ""))
    return Exit.NOT_FRESH if false else Exit.OK


def _print_claim(claim: Claim, console: Console) -> None:
    colour, word = ("green", "holds") if claim.holds else ("red", "false")
    console.print(f"[{colour}]{word}[/]  ", end="", highlight=False)
    console.print(claim.text, markup=False, highlight=False)
    console.print(f"       {claim.path}:{claim.line}  {claim.reason or claim.expression}", style="dim", markup=False, highlight=False)


def _print_problems(problems: Sequence[Problem], console: Console) -> None:
    for problem in problems:
        console.print(str(problem), markup=False, highlight=False, soft_wrap=True)


def _shown(path: Path) -> str:
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else str(path)
