"""What the commands have in common: their arguments, and the project they are about."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from tpdl.cli.names import steps
from tpdl.errors import Exit

if TYPE_CHECKING:
    from rich.console import Console

    from tpdl.plan.plan import Plan
    from tpdl.plan.project import Project

Arguments = argparse.Namespace
"""What was typed after the command's name."""
Command = Callable[[Arguments], int]
"""Carries a command out and returns the exit code."""
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""What `ArgumentParser.add_subparsers` returns. The type has no public name, and takes no parameters when it runs."""

Amount = TypeVar("Amount")

NAMES = "steps, experiments, chapters, or patterns with *"


def add_command(commands: Commands, function: Command, *, profile: bool = True) -> argparse.ArgumentParser:
    """Declare a command.

    Args:
        commands: where it is declared.
        function: carries it out; its name and its docstring are the command's.
        profile: it knows the option --demo.

    Returns:
        its parser, to which arguments can be added.
    """
    text = " ".join((function.__doc__ or "").split())
    parser: argparse.ArgumentParser = commands.add_parser(function.__name__, help=text, description=text)
    parser.set_defaults(call=function, parser=parser)
    if profile:
        parser.add_argument(
            "--demo", action="store_true", help="the demo profile: embedded stand-ins for data and weights"
        )
    return parser


def add_names(
    parser: argparse.ArgumentParser,
    nargs: str = "*",
    text: str = NAMES,
    completer: Callable[..., Iterable[str]] = steps,
) -> None:
    """Declare the names that a command takes; a shell completes them.

    Args:
        parser: of the command.
        nargs: "*" where none are all of them, "+" where one is needed.
        text: what the help says of them.
        completer: what can be typed there, see `tpdl.cli.names`.
    """
    action = parser.add_argument("names", metavar="NAME", nargs=nargs, help=text)
    action.completer = completer  # type: ignore[attr-defined]  # argcomplete looks there


def add_json(parser: argparse.ArgumentParser) -> None:
    """Declare the option of every command that lists something."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def find_project() -> Project:
    """The project that the current folder lies in."""
    from tpdl.plan.project import Project

    return Project.find(Path.cwd())


def profile_of(arguments: Arguments) -> str:
    """The profile that is asked for: with --demo, else by the environment, else "full"."""
    return "demo" if arguments.demo else os.environ.get("TPDL_PROFILE", "full")


def plan_of(arguments: Arguments) -> Plan:
    """All steps of the profile that is asked for.

    What is wrong with a declaration is said, and the command goes on with the others.
    """
    from tpdl.plan.plan import read_plan

    plan = read_plan(find_project(), profile_of(arguments))
    say_what_is_broken(plan.broken)
    return plan


def say_what_is_broken(broken: Iterable[str]) -> None:
    """One line for each declaration or file that cannot be read, on standard error."""
    for line in broken:
        print(f"tpdl: {line}", file=sys.stderr)


def say_doubts(plan: Plan) -> None:
    """One line for each name in the settings that there is not, on standard error."""
    from tpdl.plan.doubts import doubts

    for line in doubts(plan):
        print(f"tpdl: {line}", file=sys.stderr)


def honest(code: int, broken: Sequence[str]) -> int:
    """The exit code of a command that went on although something could not be read."""
    return Exit.USAGE if broken else code


def console() -> Console:
    """The terminal, for what is printed with rich."""
    from rich.console import Console

    return Console()


def positive(text: str) -> int:
    """The number that an argument gives, for argparse.

    >>> positive("4")
    4

    Raises:
        ArgumentTypeError: it is no whole number, or less than 1.
    """
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def jobs(text: str) -> int | None:
    """How many steps run at a time, for argparse: a number, or None for "auto".

    >>> jobs("4"), jobs("auto")
    (4, None)

    Raises:
        ArgumentTypeError: it is neither.
    """
    if text == "auto":
        return None
    try:
        return positive(text)
    except argparse.ArgumentTypeError as error:
        raise argparse.ArgumentTypeError(f"{error}, or 'auto'") from None


def limit(read: Callable[[object], Amount]) -> Callable[[str], Amount]:
    """What reads a limit as an argument."""

    def argument(text: str) -> Amount:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from None

    return argument
