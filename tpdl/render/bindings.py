"""Short names for results, which hold inside a block: `::: {with="net=layer_cut.by_network.vgg16"}`.

>>> expand("net=layer_cut.by_network.vgg16 ⊢ net.best.accuracy:.1%")
'layer_cut.by_network.vgg16.best.accuracy:.1%'

A name stands for the text of its expression, and nothing is evaluated before it is used. What stands in such a block is
known by what it says together with the bindings around it, the outermost first, divided by `⊢`: the same words in two
blocks may be about two results. The filter makes the same keys (scopes.lua).
"""

from __future__ import annotations

import ast
import keyword
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from tpdl.limits import LimitExceeded, parse_expression
from tpdl.render.expressions import Evaluator, NotMeasured, UnknownKey, split_format, split_outside
from tpdl.render.namespace import Namespace, run_command

if TYPE_CHECKING:
    from tpdl.plan.plan import Plan
    from tpdl.plan.status import Status

TURNSTILE = " ⊢ "
"""What divides bindings from what is said under them."""
FORM = 'with="name=expression; other=expression"'


class BindingError(Exception):
    """The bindings of a block are malformed; the message says how."""


@dataclass(frozen=True)
class Missing:
    """Why a block cannot be shown; for one that can, both are empty."""

    reason: str = ""
    command: str = ""
    """What measures it."""


def under(scope: Sequence[str], text: str) -> str:
    """The key of `text` inside of blocks with these bindings, the outermost first.

    >>> under(["a=b.c"], "a.d:.1%")
    'a=b.c ⊢ a.d:.1%'
    """
    return TURNSTILE.join((*scope, text))


def said(key: str) -> str:
    """What is said, without the bindings around it.

    >>> said("a=b.c ⊢ a.d:.1%")
    'a.d:.1%'
    """
    return key.rpartition(TURNSTILE)[2]


def parse_bindings(text: str) -> dict[str, str]:
    """Name -> expression, in their order.

    >>> parse_bindings("net=cuts['a;b']; best=net.best")
    {'net': "cuts['a;b']", 'best': 'net.best'}

    Raises:
        BindingError: it has another form, or binds a name twice.
    """
    bindings: dict[str, str] = {}
    for part in split_outside(text, ";"):
        if not part.strip():
            continue
        name, equals, expression = (piece.strip() for piece in part.partition("="))
        if not equals or not expression or expression.startswith("="):
            raise BindingError(f"`{part.strip()}` binds no name; write {FORM}")
        if not name.isidentifier() or keyword.iskeyword(name):
            raise BindingError(f"`{name}` cannot be a name; take letters, digits and underscores, as in {FORM}")
        if name in bindings:
            raise BindingError(f"`{name}` is bound twice in one block; rename one of them")
        bindings[name] = expression
    if not bindings:
        raise BindingError(f"nothing is bound; write {FORM}")
    return bindings


@cache
def expand(key: str) -> str:
    """A value with its format, a claim or a condition, with the expressions put in the place of their short names."""
    scope, _, text = key.rpartition(TURNSTILE)
    known = _known(scope)
    if not known:
        return text
    expression, form = split_format(text)
    expression = _put_in(expression, known)
    return f"{expression}:{form}" if form else expression


@cache
def _known(scope: str) -> Mapping[str, str]:
    """Short name -> full expression, for the bindings of all blocks around; inner ones go before outer ones."""
    known: dict[str, str] = {}
    for text in scope.split(TURNSTILE) if scope else ():
        try:
            inner = parse_bindings(text)
        except BindingError:  # said where the block is
            continue
        for name, expression in inner.items():
            known = {**known, name: _put_in(expression, known)}
    return known


def _put_in(expression: str, known: Mapping[str, str]) -> str:
    """The expression as it is where it uses no short name, or cannot be parsed, which is said when it is evaluated."""
    try:
        tree = parse_expression(expression)
        if not any(isinstance(node, ast.Name) and node.id in known for node in ast.walk(tree)):
            return expression
        return ast.unparse(_PutIn({name: parse_expression(each) for name, each in known.items()}).visit(tree))
    except (SyntaxError, ValueError, LimitExceeded):
        return expression


class _PutIn(ast.NodeTransformer):
    """Replaces names; the variable of a comprehension hides a short name of the same spelling."""

    def __init__(self, known: Mapping[str, ast.expr]) -> None:
        self._known = known

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """A name that is read, and bound."""
        return self._known.get(node.id, node)

    def _comprehension(self, node: ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp) -> ast.AST:
        own = {each.id for part in node.generators for each in ast.walk(part.target) if isinstance(each, ast.Name)}
        inner = _PutIn({name: each for name, each in self._known.items() if name not in own})
        return inner.generic_visit(node)

    visit_ListComp = visit_GeneratorExp = visit_SetComp = visit_DictComp = _comprehension


class Bindings:
    """Finds out which blocks with bindings have what they are about.

    Args:
        evaluator: over the results of the project.
        names: those of the evaluator, which note what is read.
        plan: whose results they are.
        states: of its steps.
    """

    def __init__(self, evaluator: Evaluator, names: Namespace, plan: Plan, states: Mapping[str, Status]) -> None:
        self._evaluator, self._names, self._plan, self._states = evaluator, names, plan, states

    def missing(self, key: str) -> Missing:
        """What of the results that a block binds is not there.

        A result that is not measured is missing, and so is a part of one of whose runs some are not measured: results
        of the network whose weights nobody had. Where all is measured, an unknown part is a slip of the pen.

        Args:
            key: of the bindings: those around them, and their text.

        Raises:
            BindingError, ExpressionError: they are malformed, or name what no step makes.
        """
        for name in parse_bindings(said(key)):
            self._names.used()  # forget what others have read
            try:
                self._evaluator.value(expand(f"{key}{TURNSTILE}{name}"))
            except NotMeasured as error:
                return Missing(f"{error.step} is not measured", error.command)
            except UnknownKey as error:
                if missing := self._not_measured(error.key):
                    return missing
                raise
        return Missing()

    def _not_measured(self, key: str) -> Missing | None:
        """The run that would have brought a key: the one that has it among its parameters, else the first one."""
        behind, waiting = set[str](), self._names.used()
        while waiting:
            name = waiting.pop()
            if name in self._plan.steps and name not in behind:
                behind.add(name)
                waiting += self._plan.steps[name].upstream
        absent = [
            name for name in self._plan.steps if name in behind and self._states[name].state in ("missing", "failed")
        ]
        if absent:
            meant = [name for name in absent if key in self._spellings(name)]
            name = (meant or absent)[0]
            return Missing(f"{name} is not measured", run_command(self._plan, name))
        return Missing("the demonstration does not measure it") if self._plan.profile == "demo" else None

    def _spellings(self, name: str) -> set[str]:
        """The parameters of a run as a summary may spell them for a key."""
        values = {str(value) for value in self._plan.steps[name].cell.values()}
        return values | {value.replace("-", "_") for value in values}


def also_bound(key: str) -> str:
    """The short names that hold where an expression stands which names something unknown, to end the message.

    >>> also_bound("net=cuts.vgg ⊢ ent.best")
    '; bound here: `net`'
    """
    names = list(_known(key.rpartition(TURNSTILE)[0]))
    return f"; bound here: {', '.join(f'`{name}`' for name in names)}" if names else ""
