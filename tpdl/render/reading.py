"""The constructs of a book's chapters that count: those whose conditions hold.

Example:
    ::: {when="layer_cut.best.accuracy > 0.9"}
    Better than nine in ten.                       <- found, and counted only if the condition holds
    :::
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tpdl.render.book import Chapter
from tpdl.render.expressions import Evaluator, ExpressionError, NotMeasured
from tpdl.render.problem import Problem
from tpdl.render.scan import Item, Kind, scan


@dataclass
class Reading:
    """What was found in the chapters."""

    counted: dict[str, list[Item]] = field(default_factory=dict)
    """Chapter -> the constructs in it that count."""
    written: dict[str, list[Item]] = field(default_factory=dict)
    """Chapter -> all constructs in it, also inside what a condition drops."""
    conditions: dict[str, bool] = field(default_factory=dict)
    """Condition -> whether it holds."""
    problems: list[Problem] = field(default_factory=list)

    def of_kind(self, kind: Kind) -> list[Item]:
        """The constructs of a kind that count, in the order of the book."""
        return [item for items in self.counted.values() for item in items if item.kind == kind]


def read_chapters(chapters: Sequence[Chapter], evaluator: Evaluator) -> Reading:
    """Find the constructs of all chapters, and evaluate the conditions among them."""
    reading = Reading()
    for chapter in chapters:
        items = [_at_origin(item, chapter) for item in scan(chapter.text)]
        _evaluate_conditions(items, evaluator, reading)
        reading.written[chapter.path] = items
        reading.counted[chapter.path] = [item for item in items if _counts(item, reading.conditions)]
    return reading


def _at_origin(item: Item, chapter: Chapter) -> Item:
    """The item with the place where it was written, which may be an included file."""
    path, line = chapter.origin(item.line)
    return replace(item, path=path, line=line)


def _evaluate_conditions(items: Sequence[Item], evaluator: Evaluator, reading: Reading) -> None:
    """From the outside in: a condition inside of what another one drops is never evaluated, and counts as false."""
    conditions = [item for item in items if item.kind == "when"]
    for item in conditions:
        if item.text not in reading.conditions and _counts(item, reading.conditions):
            reading.conditions[item.text] = _holds(item, evaluator, reading.problems)
    for item in conditions:
        reading.conditions.setdefault(item.text, False)


def _counts(item: Item, conditions: dict[str, bool]) -> bool:
    return all(conditions.get(condition, False) for condition in item.conditions)


def _holds(item: Item, evaluator: Evaluator, problems: list[Problem]) -> bool:
    """Whether a condition holds. One about what is not measured yet does not, and is no mistake of the author's."""
    try:
        return evaluator.truth(item.text).holds
    except NotMeasured:
        return False
    except ExpressionError as error:
        problems.append(item.problem(f"condition {error}"))
        return False
