"""What is wrong with a document, and where: one line each, `file:line: what; what to do`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake. `path` is relative to the project's root, `line` counts from 1."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


def nearest(word: str, known: Iterable[str]) -> str:
    """A hint that ends an error message: the names most like `word`, or the first ones there are.

    >>> nearest("acuracy", ["accuracy", "loss"]), nearest("x", ["accuracy", "loss"])
    ('did you mean `accuracy`?', 'there is `accuracy`, `loss`')
    """
    names = sorted(set(known))
    near = difflib.get_close_matches(word, names, n=3, cutoff=0.5)
    if near:
        return f"did you mean {' or '.join(f'`{name}`' for name in near)}?"
    if not names:
        return "there is nothing to choose from yet"
    shown = ", ".join(f"`{name}`" for name in names[:8])
    return f"there is {shown}{', …' if len(names) > 8 else ''}"
