"""`tpdl completion`: what makes the Tab key complete commands, options and names of steps."""

from __future__ import annotations

import os

from tpdl.cli.common import Arguments, Commands, add_command
from tpdl.errors import Exit

SHELLS = ("bash", "zsh", "fish")


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    add_command(commands, completion, profile=False).add_argument("shell", choices=SHELLS, help="which shell it is for")


def completion(arguments: Arguments) -> int:
    """Print what a shell has to read so that the Tab key completes commands, options and names."""
    from argcomplete.shell_integration import shellcode

    print(shellcode(["tpdl"], shell=arguments.shell))
    return Exit.OK


def is_asked() -> bool:
    """Whether it is a shell that asks, and not a person: then nothing but possible words may be printed."""
    return "_ARGCOMPLETE" in os.environ
