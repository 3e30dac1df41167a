"""Where data lie on this machine: one answer for `tpdl status`, for `tpdl data` and for a running step."""

from __future__ import annotations

import os
from pathlib import Path

from tpdl.errors import UserError


def data_root(default: Path) -> Path:
    """The folder that holds data sets and weights: `TPDL_DATA`, or else `default`. Absolute, to be handed on.

    A step in a process of its own finds the same folder in `TPDL_DATA`, whatever folder it runs in.
    """
    return absolute(os.environ.get("TPDL_DATA") or default)


def absolute(folder: str | os.PathLike[str]) -> Path:
    """The folder that somebody means: `~` is a home folder, and a relative path begins where the command runs.

    >>> absolute("digits") == Path.cwd() / "digits"
    True
    >>> absolute("~/photographs/../digits") == Path.home() / "digits"
    True

    Raises:
        UserError: `~name`, and there is no user of that name.
    """
    try:
        return Path(os.path.abspath(Path(folder).expanduser()))
    except RuntimeError as error:
        raise UserError(f"{folder}: there is no home folder of that user; write the path in full") from error
