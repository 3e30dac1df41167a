"""`tpdl prepare`."""

from __future__ import annotations

import os

from tpdl.cli.common import Arguments, Commands, add_command, find_project, profile_of
from tpdl.cli.report import print_problems
from tpdl.errors import Exit


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    add_command(commands, prepare)


def prepare(arguments: Arguments) -> int:
    """Evaluate everything the documents refer to, for the renderer; reads results, never makes them."""
    from tpdl.render.prepare import prepare as prepare_documents

    problems = prepare_documents(find_project(), profile_of(arguments)).problems
    print_problems(problems)
    # With TPDL_DRAFT the renderer that has started this goes on and marks what is wrong.
    return Exit.NOT_FRESH if problems and not os.environ.get("TPDL_DRAFT") else Exit.OK
