"""What the text says about results: values, which are put into it, and claims, which results can contradict.

Example:
    The best cut reaches `layer_cut.best.accuracy:.1%`{.value}.
    [It is the last but one.]{claim="layer_cut.best.cut == 'relu14'"}
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tpdl.render.bindings import also_bound, expand, under
from tpdl.render.expressions import Evaluator, ExpressionError, NotMeasured, Truth, kind, show, split_format
from tpdl.render.markup import one_line
from tpdl.render.namespace import Namespace
from tpdl.render.problem import Problem
from tpdl.render.scan import Item


@dataclass(frozen=True)
class Claim:
    """A statement of the text that results can contradict, with the verdict."""

    text: str
    expression: str
    holds: bool
    path: str
    line: int
    reason: str = ""
    """Why it could not be evaluated, if it could not."""
    found: str = ""
    """What was found instead, if it is false: `x.mean = 2.0, not > 3`."""


class Statements:
    """Evaluates values and claims, and keeps what the filter places in the text.

    Args:
        evaluator: over the results of the project.
        names: those of the evaluator, which note what is read.
        binding: whether a claim that does not hold is a mistake. In the demo profile it is none: claims are about the
            real data, and stand-ins may contradict them.
    """

    def __init__(self, evaluator: Evaluator, names: Namespace, binding: bool) -> None:
        self._evaluator, self._names, self._binding = evaluator, names, binding
        self.values: dict[str, dict[str, Any]] = {}
        """Text of the construct -> the `text` to show and its `title`; for one that cannot be shown `problem`, for
        others the `steps` whose results it is made of."""
        self.verdicts: dict[str, dict[str, Any]] = {}
        """Text of a claim -> its `expression` and the `steps` that it is about, whether it `holds`, else what was
        `found`, or the `reason` why nothing could be."""
        self.claims: list[Claim] = []
        self.problems: list[Problem] = []

    def add_value(self, item: Item) -> None:
        """Evaluate a value, unless it was evaluated already; a mistake is reported wherever it stands."""
        if item.text in self.values and "problem" not in self.values[item.text]:
            return
        expression, form = split_format(expand(item.text))
        self._names.used()  # forget what others have read
        try:
            value = self._evaluator.value(expression)
            text = show(value, form)
        except ExpressionError as error:
            short = "not measured yet" if isinstance(error, NotMeasured) else f"unknown: {expression}"
            self.values[item.text] = {"text": short, "title": str(error), "problem": True}
            message = str(error) if expression in str(error) else f"`{expression}`: {error}"
            self.problems.append(item.problem(_with_names(message, item)))
            return
        used = self._names.used()
        title = f"{expression} = {_exact(value)}" + (f", from {', '.join(used)}" if used else "")
        self.values[item.text] = {"text": text, "title": title, "steps": used}

    def add_claim(self, item: Item) -> None:
        """Evaluate a claim, and report it where it does not hold or cannot be evaluated."""
        words, expression, reason = self._words(item), expand(item.text), ""
        self._names.used()  # forget what others have read
        try:
            truth = self._evaluator.truth(expression)
        except ExpressionError as error:
            truth, reason = Truth(False), str(error)
            self.problems.append(item.problem(_with_names(f"claim {error}", item)))
        else:
            if not truth.holds and self._binding:
                self.problems.append(item.problem(f"the claim “{words}” does not hold: {truth.found}"))
        self.claims.append(Claim(words, expression, truth.holds, item.path, item.line, reason, truth.found))
        checked = {"expression": expression, "holds": truth.holds, "reason": reason, "found": truth.found}
        checked["steps"] = self._names.used()
        self.verdicts[item.text] = checked

    def _words(self, item: Item) -> str:
        """The words of a claim as the reader sees them, with the values put in."""

        def put_in(found: re.Match[str]) -> str:
            try:
                expression, form = split_format(expand(under(item.scopes[-1:], one_line(found[1]))))
                return show(self._evaluator.value(expression), form)
            except ExpressionError:
                return found[1]

        text = re.sub(r"`([^`]+)`\{\.value[^}]*\}", put_in, item.inside)
        return re.sub(r"[*`$]|\{[^}]*\}|\[|\]", "", text)


def _with_names(message: str, item: Item) -> str:
    """What is wrong with an expression; of one with an unknown name also the names that are bound where it stands."""
    return message + also_bound(item.text) if "which is unknown" in message else message


def _exact(value: Any) -> str:
    """A value with all its digits, for whoever wants to know what was rounded."""
    if isinstance(value, float):
        return f"{value:.10g}"
    return repr(value) if isinstance(value, int | str) else kind(value)
