"""Where data lie on this machine. Loaders use this, and not the catalogue: what the catalogue says decides no result.

`tpdl.data.data_root` decides where that is: inside a run, `TPDL_DATA` names the folder that it found, absolute. What
is done here about `~` and the project's own folder is for loaders that are called from a notebook or a test.
"""

from __future__ import annotations

import os
from pathlib import Path

from tpdl import UserError


def data_root() -> Path:
    """The folder that holds the data: `TPDL_DATA`, or else `.tpdl/data` of the project."""
    if given := os.environ.get("TPDL_DATA"):
        return Path(given).expanduser()
    here = Path.cwd()
    project = next((folder for folder in (here, *here.parents) if (folder / "experiments").is_dir()), here)
    return project / ".tpdl" / "data"


def needed(name: str, *patterns: str) -> Path:
    """The first file or folder below the data root that matches one of the patterns.

    Raises:
        UserError: there is none; the message says how to get the data set called `name`.
    """
    for pattern in patterns:
        for found in sorted(data_root().glob(pattern)):
            return found
    raise UserError(f"{name} is not at {data_root()}; `tpdl data fetch {name}` gets it, or says where it comes from")
