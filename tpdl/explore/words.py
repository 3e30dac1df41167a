"""A caption as plain words, with its values put in.

Example:
    Words(plan).of("[Loss falls to `train.last.loss:.2f`{.value}.]{claim=\"…\"}")     # "Loss falls to 0.31."
"""

from __future__ import annotations

import re

from tpdl.plan.plan import Plan
from tpdl.render.expressions import Evaluator, ExpressionError, show, split_format
from tpdl.render.markup import one_line
from tpdl.render.namespace import Namespace

VALUE = re.compile(r"`([^`]+)`\{\.value[^}]*\}")
REFERENCE = re.compile(r"@(?:fig|tbl|sec|eq|lst)-([\w-]*\w)")
MARKUP = re.compile(r"[*`$]|\{[^}]*\}|\[|\]")


class Words:
    """Puts values into captions and labels of a project's pictures."""

    def __init__(self, plan: Plan) -> None:
        self._evaluator = Evaluator(Namespace(plan))

    def of(self, text: str) -> str:
        """The text as a reader sees it."""
        return one_line(MARKUP.sub("", REFERENCE.sub(r"\1", VALUE.sub(self._value, text))))

    def _value(self, found: re.Match[str]) -> str:
        try:
            expression, form = split_format(one_line(found[1]))
            return show(self._evaluator.value(expression), form)
        except ExpressionError:
            return "(not measured)"
