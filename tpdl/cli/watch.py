"""`tpdl watch`: keep the page in the browser up to date with what is saved."""

from __future__ import annotations

from tpdl.cli.common import Arguments, Commands, add_command, find_project, profile_of
from tpdl.errors import Exit


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, watch)
    parser.add_argument("--port", type=int, default=0, metavar="N", help="by default any free one, printed")
    parser.add_argument("--pdf", action="store_true", help="keep the PDF up to date, too")


def watch(arguments: Arguments) -> int:
    """Serve the report; on every save draw and render again, and reload the browser page. Never measures anything."""
    from tpdl.watch import watch as keep_watching

    keep_watching(find_project(), profile_of(arguments), _say, arguments.port, arguments.pdf)
    return Exit.OK


def _say(text: str) -> None:
    print(text, flush=True)
