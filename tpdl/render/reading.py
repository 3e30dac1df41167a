"""The constructs of a book's chapters that count: those whose conditions hold.

Example:
    ::: {when="layer_cut.best.accuracy > 0.9"}
    Better than nine in ten.                       <- found, and counted only if the condition holds
    :::
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tpdl.render.bindings import BindingError, Bindings, Missing, expand
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
    bindings: dict[str, Missing] = field(default_factory=dict)
    """Bindings of a block, behind those around it -> what of their results is missing."""
    problems: list[Problem] = field(default_factory=list)

    def of_kind(self, kind: Kind) -> list[Item]:
        """The constructs of a kind that count, in the order of the book."""
        return [item for items in self.counted.values() for item in items if item.kind == kind]

    def holds(self, item: Item) -> bool:
        """Whether the conditions of all blocks around it hold."""
        return all(self.conditions.get(condition, False) for condition in item.conditions)

    def counts(self, item: Item) -> bool:
        """Whether a reader meets it: its conditions hold, and what the blocks around it bind is there."""
        return self.holds(item) and all(self.bindings.get(scope) == Missing() for scope in item.scopes)


def read_chapters(chapters: Sequence[Chapter], evaluator: Evaluator, bindings: Bindings) -> Reading:
    """Find the constructs of all chapters, and evaluate the conditions and bindings among them."""
    reading = Reading()
    for chapter in chapters:
        items = [_at_origin(item, chapter) for item in scan(chapter.text)]
        _evaluate(items, evaluator, bindings, reading)
        reading.written[chapter.path] = items
        reading.counted[chapter.path] = [item for item in items if reading.counts(item)]
    for item in (item for items in reading.written.values() for item in items):
        if item.kind == "when":  # it stands nowhere but inside of what is dropped
            reading.conditions.setdefault(item.text, False)
        elif item.kind == "with":
            reading.bindings.setdefault(item.text, Missing("what is around it is missing"))
    return reading


def _at_origin(item: Item, chapter: Chapter) -> Item:
    """The item with the place where it was written, which may be an included file."""
    path, line = chapter.origin(item.line)
    return replace(item, path=path, line=line)


def _evaluate(items: Sequence[Item], evaluator: Evaluator, bindings: Bindings, reading: Reading) -> None:
    """From the outside in: what stands inside of what is dropped is never evaluated, and counts as false or missing."""
    for item in items:
        if item.kind == "when" and item.text not in reading.conditions and reading.counts(item):
            reading.conditions[item.text] = _holds(item, evaluator, reading.problems)
        elif item.kind == "with" and item.text not in reading.bindings and reading.counts(item):
            reading.bindings[item.text] = _missing(item, bindings, reading.problems)


def _missing(item: Item, bindings: Bindings, problems: list[Problem]) -> Missing:
    """What of the results that a block binds is missing; bindings that say nothing are a mistake of the author's."""
    try:
        return bindings.missing(item.text)
    except (BindingError, ExpressionError) as error:
        problems.append(item.problem(f"binding {error}"))
        return Missing(str(error))


def _holds(item: Item, evaluator: Evaluator, problems: list[Problem]) -> bool:
    """Whether a condition holds. One about what is not measured yet does not, and is no mistake of the author's."""
    try:
        return evaluator.truth(expand(item.text)).holds
    except NotMeasured:
        return False
    except ExpressionError as error:
        problems.append(item.problem(f"condition {error}"))
        return False
