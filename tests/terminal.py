"""A command on a terminal: what is printed for a person differs from what a script gets."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios

from tests.conftest import Lab


def on_a_terminal(lab: Lab, columns: int, *arguments: str, colours: bool = True) -> list[str]:
    """The lines of a command on a terminal of so many columns, without colours and movements of the cursor."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "NO_COLOR")}
    command = [sys.executable, "-m", "tpdl", *arguments]
    process = subprocess.Popen(command, cwd=lab.root, env=environment | {"TERM": "xterm"}, stdout=theirs, stderr=theirs)
    os.close(theirs)
    said = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not part:
            break
        said += part
    process.wait()
    os.close(ours)
    assert not colours or b"\x1b[" in said, "colours"
    return re.sub(r"\x1b\[[?\d;]*[A-Za-z]", "", said.decode()).splitlines()
