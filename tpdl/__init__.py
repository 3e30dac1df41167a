"""tpdl: deep-learning experiments in, a lab report out.

What an experiment module needs:

    import tpdl
    from tpdl import experiment, figure, summary

Importing it is quick: neither pandas nor matplotlib is imported before something needs it.
"""

from tpdl.cli.alone import main
from tpdl.errors import StepError, UserError
from tpdl.files import atomic_path, sha256_file
from tpdl.images import Images, Picture
from tpdl.plan.declare import experiment, figure, summary
from tpdl.readings import reading
from tpdl.run.context import Arrays, checkpoint, note, profile, progress
from tpdl.sheets import Box, Outline, Sheet, Tile

__all__ = [
    "Arrays",
    "Box",
    "Images",
    "Outline",
    "Picture",
    "Sheet",
    "StepError",
    "Tile",
    "UserError",
    "atomic_path",
    "checkpoint",
    "experiment",
    "figure",
    "main",
    "note",
    "profile",
    "progress",
    "reading",
    "sha256_file",
    "summary",
]
