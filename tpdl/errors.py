"""Errors meant for the person at the keyboard, and the exit codes of the command line."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What the exit code of `tpdl` says."""

    OK = 0
    """Everything asked for is done, and everything asked about is fresh."""
    NOT_FRESH = 1
    """A step failed or is not fresh, or a claim does not hold."""
    USAGE = 2
    """The question could not be understood: unknown step, broken declaration, bad option."""
    INTERRUPTED = 130
    """Ctrl-C or a termination signal; what was finished is kept."""


class UserError(Exception):
    """A mistake in what tpdl was given. The message is one line: what is wrong, where, and what to do."""

    exit_code: Exit = Exit.USAGE


class StepError(UserError):
    """A step could not deliver its product; the old product, if there was one, is untouched."""

    exit_code = Exit.NOT_FRESH
