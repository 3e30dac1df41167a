"""What ends the message about a mistyped name: the names that are most like it."""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterable
from pathlib import Path

SHOWN = 8
"""How many names are listed where none is near."""
NEAR = 0.6
"""How much alike, from 0 to 1, an unknown name in a program and the one that is meant are."""


def near(word: str, known: Iterable[str], cutoff: float = 0.5) -> list[str]:
    """The names most like `word`, the nearest first, at most three.

    >>> near("statsu", ["run", "status"])
    ['status']
    """
    # Imported only where something was mistyped: `tpdl status` must not wait for it.
    import difflib

    return difflib.get_close_matches(word[:200], sorted(set(known)), n=3, cutoff=cutoff)


def did_you_mean(word: str, known: Iterable[str], cutoff: float = 0.5) -> str:
    """A hint to put behind an error message, with what divides it from the message; empty where no name is near.

    >>> did_you_mean("statsu", ["run", "status"]), did_you_mean("x", ["run", "status"])
    ('; did you mean `status`?', '')
    """
    names = near(word, known, cutoff)
    return f"; did you mean {' or '.join(f'`{name}`' for name in names)}?" if names else ""


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that ends an error message: the names most like `word`, or the first ones there are.

    >>> nearest("acuracy", ["accuracy", "loss"]), nearest("x", ["accuracy", "loss"])
    ('did you mean `accuracy`?', 'there is `accuracy`, `loss`')
    """
    names = sorted(set(known))
    if hint := did_you_mean(word, names):
        return hint.removeprefix("; ")
    if not names:
        return "there is nothing to choose from yet"
    shown = ", ".join(f"`{name}`" for name in names[:SHOWN])
    return f"there is {shown}{', …' if len(names) > SHOWN else ''}"


def hint_for(error: BaseException, root: Path) -> str:
    """What Python may have been meant to be told, where it does not know a name; empty for any other error.

    Args:
        error: as it was caught.
        root: the folder whose modules a misspelt import may have meant.
    """
    with contextlib.suppress(Exception):  # a hint must never hide the error
        if found := _word_and_known(error, root):
            word, known, cutoff = found
            nearest_first = near(word, known, cutoff)
            return f"; did you mean `{nearest_first[0]}`?" if nearest_first else ""
    return ""


def _word_and_known(error: BaseException, root: Path) -> tuple[str, Iterable[str], float] | None:
    """The name that is unknown, those that there are, and how near one of them must be."""
    if isinstance(error, ModuleNotFoundError) and error.name:
        from pkgutil import iter_modules

        package, _, word = error.name.rpartition(".")
        folders = list(sys.modules[package].__path__) if package else [str(root)]
        folders_of = [path.name for folder in map(Path, folders) for path in folder.iterdir() if path.is_dir()]
        ours = [*(module.name for module in iter_modules(folders)), *folders_of]
        if package or near(word, ours, NEAR):
            return word, ours, NEAR
        # Among all that is installed, some name is a little like any other.
        return word, {*sys.stdlib_module_names, *(module.name for module in iter_modules())}, 0.8
    if isinstance(error, ImportError) and error.name:
        found = re.match(r"cannot import name '(\w+)'", str(error))
        return (found[1], dir(sys.modules[error.name]), NEAR) if found else None
    if isinstance(error, NameError) and error.name and (frames := error.__traceback__):
        while frames.tb_next:
            frames = frames.tb_next
        return error.name, [*frames.tb_frame.f_locals, *frames.tb_frame.f_globals], NEAR
    if isinstance(error, AttributeError) and error.name and error.obj is not None:
        return error.name, dir(error.obj), NEAR
    return None
