"""`tpdl init`: a small working report in a new folder."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tpdl.cli.common import Arguments, Commands, add_command
from tpdl.errors import Exit, UserError

MANY = 8
"""Files of one folder that are named; of more only the folder is."""


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
    print("\n".join(f"  {line}" for line in listed(start_project(Path(arguments.folder), arguments.template))))
    print(f"next: cd {shlex.quote(arguments.folder)} && tpdl run && tpdl report")
    return Exit.OK


def listed(paths: Sequence[Path | str]) -> list[str]:
    """The files that were made, a folder with many of them in one line.

    >>> listed(["README.md", *(f"report/tpdl-filter/{letter}.lua" for letter in "abcdefghi")])
    ['README.md', 'report/tpdl-filter/ (9 files)']
    """
    names = [Path(path).as_posix() for path in paths]
    inside = Counter(name.rpartition("/")[0] for name in names)
    lines = []
    for name in names:
        folder = name.rpartition("/")[0]
        lines.append(f"{folder}/ ({inside[folder]} files)" if folder and inside[folder] > MANY else name)
    return list(dict.fromkeys(lines))
