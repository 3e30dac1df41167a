"""Whether Quarto renders for a publication.

Quarto tells what runs before it renders about files and folders, and not which command it carries out. So its own
command line is looked up, among the processes that have started this one; Windows has no simple way to ask for it.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePath

VARIABLE = "TPDL_PUBLISH"
"""Environment variable: set, it says that this is a publication, where nobody could find it out."""
COMMANDS = ("publish", "render", "preview")


def started_by_quarto() -> bool:
    """Whether Quarto has started this process before it renders."""
    return bool(os.environ.get("QUARTO_PROJECT_OUTPUT_DIR"))


def publishing() -> bool:
    """Whether what is rendered now is published: the variable says so, or Quarto was called as `quarto publish`."""
    if os.environ.get(VARIABLE):
        return True
    return next((command for arguments in _ancestors() if (command := quarto_command(arguments))), "") == "publish"


def quarto_command(arguments: Sequence[str]) -> str:
    """What Quarto was called to do; empty if that is no call of Quarto.

    >>> quarto_command(["/opt/quarto/bin/tools/x86_64/deno", "run", "/opt/quarto/bin/quarto.js", "publish", "gh-pages"])
    'publish'
    >>> quarto_command(["bash", "publish", "quarto"])
    ''
    """
    for at, argument in enumerate(arguments):
        if re.fullmatch(r"quarto(\.(js|ts|exe|cmd))?", PurePath(argument).name):
            return next((after for after in arguments[at + 1 :] if after in COMMANDS), "")
    return ""


def _ancestors() -> Iterator[list[str]]:
    """The command lines of the processes that this one was started by, from the nearest on."""
    pid = os.getppid()
    while pid > 1:
        try:
            if Path("/proc/self/stat").exists():
                status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
                arguments = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace").split("\0")
                # The name of the program, in brackets, may itself hold spaces and brackets.
                pid = int(status.rpartition(")")[2].split()[1])
            else:
                command = ["ps", "-o", "ppid=", "-o", "args=", "-p", str(pid)]
                done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=True)
                parent, *arguments = done.stdout.split()
                pid = int(parent)
        except (OSError, ValueError, IndexError, subprocess.SubprocessError):
            return
        yield arguments
