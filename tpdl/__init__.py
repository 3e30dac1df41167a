"""tpdl: deep-learning experiments in, a lab report out.

What an experiment module needs. Importing this imports neither torch nor matplotlib nor pandas.
"""

from tpdl.engine.context import Arrays, checkpoint, main, note, profile, progress
from tpdl.engine.declare import experiment, figure, summary

__all__ = ["Arrays", "checkpoint", "experiment", "figure", "main", "note", "profile", "progress", "summary"]
