"""What ends the message about a mistyped name: the names that are most like it."""

from __future__ import annotations

from collections.abc import Iterable

SHOWN = 8
"""How many names are listed where none is near."""


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
