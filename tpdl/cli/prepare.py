"""`tpdl prepare`: evaluate what the documents refer to, for Quarto."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from tpdl.cli.common import Arguments, Commands, add_command, find_project, honest, profile_of, say_what_is_broken
from tpdl.cli.report import print_problems
from tpdl.errors import Exit

if TYPE_CHECKING:
    from tpdl.render.prepare import Prepared

EDITION = "TPDL_EDITION"
"""The variable that names the edition where Quarto runs this."""


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    add_command(commands, prepare)


def prepare(arguments: Arguments) -> int:
    """Evaluate everything the documents refer to, for the renderer; reads results, never makes them."""
    from tpdl.quarto.publication import publishing, started_by_quarto
    from tpdl.render.prepare import prepare as prepare_documents

    project = find_project()
    prepared = prepare_documents(project, profile_of(arguments), edition=os.environ.get(EDITION) or "model")
    say_what_is_broken(prepared.broken)
    print_problems(prepared.problems)
    if prepared.note:
        print(f"tpdl: {prepared.note}", file=sys.stderr)
    if os.environ.get("TPDL_DRAFT"):  # the renderer that has started this goes on and marks what is wrong
        return Exit.OK
    code = Exit.NOT_FRESH if prepared.problems else Exit.OK
    if started_by_quarto() and (line := _what_is_not_so(prepared)):
        when, published = project.settings.get("refuse_stale", "publish"), publishing()
        false = any(not claim.holds for claim in prepared.claims)
        stale = bool(prepared.waiting) and (when == "render" or (when == "publish" and published))
        if stale:
            code = Exit.NOT_FRESH
        refused = "" if not (stale or (false and code)) else "not published: " if published else "not rendered: "
        hint = "`tpdl run` brings results up to date, `refuse_stale` in [tool.tpdl] says what is refused"
        print(f"tpdl: {refused}{line}; {hint}", file=sys.stderr)
    return honest(code, prepared.broken)


def _what_is_not_so(prepared: Prepared) -> str:
    """How many steps are stale and how many claims false, in one line; empty if none is."""
    parts = []
    if steps := prepared.waiting:
        more = f" and {len(steps) - 1} more" if len(steps) > 1 else ""
        parts.append(f"{_counted(len(steps), 'step')} not fresh ({steps[0]}{more})")
    if false := sum(not claim.holds for claim in prepared.claims):
        parts.append(f"{_counted(false, 'claim')} false")
    return " and ".join(parts)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''} {'are' if number != 1 else 'is'}"
