"""`tpdl prepare`: evaluate what the documents refer to, for Quarto."""

from __future__ import annotations

import os

from tpdl.cli.common import Arguments, Commands, add_command, find_project, honest, profile_of, say_what_is_broken
from tpdl.cli.report import print_problems
from tpdl.errors import Exit


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    add_command(commands, prepare)


def prepare(arguments: Arguments) -> int:
    """Evaluate everything the documents refer to, for the renderer; reads results, never makes them."""
    from tpdl.render.prepare import prepare as prepare_documents

    prepared = prepare_documents(find_project(), profile_of(arguments))
    say_what_is_broken(prepared.broken)
    print_problems(prepared.problems)
    if os.environ.get("TPDL_DRAFT"):  # the renderer that has started this goes on and marks what is wrong
        return Exit.OK
    return honest(Exit.NOT_FRESH if prepared.problems else Exit.OK, prepared.broken)
