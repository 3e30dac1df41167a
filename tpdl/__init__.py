"""tpdl: deep-learning experiments in, a lab report out.

What an experiment module needs:

    import tpdl
    from tpdl import experiment, figure, summary

Importing it is quick: neither pandas nor matplotlib is imported before something needs it.
"""

from tpdl.cells import Cells
from tpdl.cli.alone import main
from tpdl.errors import StepError, UserError
from tpdl.files import atomic_path, sha256_file
from tpdl.images import Images, Picture
from tpdl.notebook import load, project
from tpdl.plan.declare import experiment, figure, summary
from tpdl.readings import reading
from tpdl.run.context import Arrays, checkpoint, note, profile, progress
from tpdl.sheets import Box, Outline, Sheet, Tile
from tpdl.videos import Video

__all__ = [
    "Arrays",
    "Box",
    "Cells",
    "Images",
    "Outline",
    "Picture",
    "Sheet",
    "StepError",
    "Tile",
    "UserError",
    "Video",
    "atomic_path",
    "checkpoint",
    "experiment",
    "figure",
    "load",
    "main",
    "note",
    "profile",
    "progress",
    "project",
    "reading",
    "sha256_file",
    "summary",
]
