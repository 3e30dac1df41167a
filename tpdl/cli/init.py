"""`tpdl init`: a small working report in a new folder."""

from __future__ import annotations

import shlex
from pathlib import Path

from tpdl.cli.common import Arguments, Commands, add_command
from tpdl.errors import Exit, UserError


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, init, profile=False)
    parser.add_argument("folder", metavar="DIR", help="a new or empty folder")
    parser.add_argument(
        "--template",
        default="report",
        metavar="KIND",
        help="report (by default), paper, lab (question cards) or slides",
    )


def init(arguments: Arguments) -> int:
    """Make a small working report in a new folder."""
    from tpdl.init import start_project

    if not arguments.folder.strip():
        raise UserError("tpdl init needs the name of a folder")
    print("\n".join(f"  {path}" for path in start_project(Path(arguments.folder), arguments.template)))
    print(f"next: cd {shlex.quote(arguments.folder)} && tpdl run && tpdl report")
    return Exit.OK
