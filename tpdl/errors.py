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
    """A mistake in what tpdl was given. The message is one line: what is wrong, where, and what to do.

    Examples:
        >>> from tpdl import UserError
        >>> def weights(network: str) -> str:
        ...     if network != "vgg16":
        ...         raise UserError(f"there are no weights for {network!r}; `tpdl data` lists those that there are")
        ...     return "vgg16.pth"
        >>> weights("vgg17")
        Traceback (most recent call last):
        tpdl.errors.UserError: there are no weights for 'vgg17'; `tpdl data` lists those that there are

        The command line prints that line, without a traceback, and ends with exit code 2.
    """

    exit_code: Exit = Exit.USAGE


class StepError(UserError):
    """A step could not deliver its product; the old product, if there was one, is untouched.

    Examples:
        >>> from tpdl import StepError
        >>> def mean(values: list[float]) -> float:
        ...     if not values:
        ...         raise StepError("no image passed the filter; lower `threshold`")
        ...     return sum(values) / len(values)
        >>> mean([])
        Traceback (most recent call last):
        tpdl.errors.StepError: no image passed the filter; lower `threshold`

        The step counts as failed with this reason, steps that need it do not run, all others do; the exit code is 1.
    """

    exit_code = Exit.NOT_FRESH
