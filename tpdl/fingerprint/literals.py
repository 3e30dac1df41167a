"""Literal expressions as JSON values, so that they can be kept in the cache and evaluated without parsing.

>>> encoded = encode(ast.parse("[1, *SIZES]", mode="eval").body)
>>> encoded
['list', [['value', 1], ['spread', ['name', 'SIZES', 1]]]]
>>> evaluate(encoded, lambda name, line: {"SIZES": [2, 4]}[name])
[1, 2, 4]

An encoded expression is a list whose first item says what it is:

    ["value", v]
    ["list" | "tuple" | "set", items]       items may be ["spread", value] for `*value`
    ["dict", [[key, value], …]]             the key is None for `**value`
    ["name", "a.b.c", line]
    ["do", operator, operands]
    ["other", line, text]                   for what cannot be evaluated
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from tpdl.fingerprint.canonical import dotted
from tpdl.limits import DIGITS, Budget

Encoded = list[Any]

_OPERATORS: dict[str, Callable[..., Any]] = {
    "Sub": operator.sub,
    "Div": operator.truediv,
    "FloorDiv": operator.floordiv,
    "BitOr": operator.or_,
    "UAdd": operator.pos,
    "USub": operator.neg,
    "Not": operator.not_,
}
_BOUNDED: dict[str, Callable[[Budget, Any, Any], Any]] = {
    "Add": Budget.plus,
    "Mult": Budget.times,
    "Mod": Budget.remainder,
    "Pow": Budget.power,
}
"""Operators whose results can be of any size."""
_SEQUENCES = {ast.List: "list", ast.Tuple: "tuple", ast.Set: "set"}


class NotLiteral(Exception):
    """An expression that cannot be evaluated from the source alone; `hint` says what may have been meant."""

    def __init__(self, line: int, text: str, hint: str = "") -> None:
        super().__init__(text)
        self.line, self.text, self.hint = line, text, hint


def encode(node: ast.expr) -> Encoded:
    """The expression as JSON values, as the module describes it."""
    match node:
        case ast.Constant(value=int(value)) if abs(value) >= 10**DIGITS:
            return ["other", node.lineno, f"a number with more than {DIGITS} digits"]
        case ast.Constant(value=value) if value is None or isinstance(value, bool | int | float | str):
            return ["value", value]
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items):
            return [_SEQUENCES[type(node)], [encode(item) for item in items]]
        case ast.Starred(value=value):
            return ["spread", encode(value)]
        case ast.Dict(keys=keys, values=values):
            return ["dict", [[key and encode(key), encode(value)] for key, value in zip(keys, values, strict=True)]]
        case ast.BinOp(op=op, left=left, right=right) if type(op).__name__ in _OPERATORS | _BOUNDED:
            return ["do", type(op).__name__, [encode(left), encode(right)]]
        case ast.UnaryOp(op=op, operand=operand) if type(op).__name__ in _OPERATORS:
            return ["do", type(op).__name__, [encode(operand)]]
    if names := dotted(node):
        return ["name", ".".join(names), node.lineno]
    return ["other", node.lineno, ast.unparse(node)]


def is_literal(encoded: Encoded) -> bool:
    """Whether everything in the expression can be evaluated, if its names can."""
    match encoded:
        case ["other", *_]:
            return False
        case ["list" | "tuple" | "set", items] | ["do", _, items]:
            return all(is_literal(item) for item in items)
        case ["spread", value]:
            return is_literal(value)
        case ["dict", items]:
            return all((key is None or is_literal(key)) and is_literal(value) for key, value in items)
    return True


def evaluate(encoded: Encoded, name: Callable[[str, int], Any], budget: Budget | None = None) -> Any:
    """The value of an encoded expression.

    Args:
        encoded: the expression.
        name: called with a dotted name and its line for the value of that name.
        budget: what it may cost, shared with the names in it; by default one of its own.

    Raises:
        NotLiteral: some part cannot be evaluated.
        LimitExceeded: it asks for too much, as `9**9**9` does.
        ArithmeticError, TypeError, ValueError: an operator does not apply, or a mapping has a key twice.
    """
    budget = budget or Budget()
    budget.spend()
    match encoded:
        case ["value", value]:
            return value
        case ["name", names, line]:
            return name(names, line)
        case ["list" | "tuple" | "set" as kind, items]:
            values: list[Any] = []
            for item in items:
                if item[0] == "spread":
                    values += evaluate(item[1], name, budget)
                else:
                    values.append(evaluate(item, name, budget))
            budget.spend(len(values))
            return {"list": list, "tuple": tuple, "set": set}[kind](values)
        case ["dict", items]:
            result: dict[Any, Any] = {}
            written = set()
            for key, value in items:
                of = evaluate(value, name, budget)
                if key is None:
                    result.update(of)
                    continue
                at = evaluate(key, name, budget)
                if at in written:
                    raise ValueError(f"the key {at!r} is there twice")
                written.add(at)
                result[at] = of
            return result
        case ["do", op, operands]:
            of = [evaluate(operand, name, budget) for operand in operands]
            made = _BOUNDED[op](budget, *of) if op in _BOUNDED else _OPERATORS[op](*of)
            budget.spend_on(made)
            return made
        case ["other", line, text]:
            raise NotLiteral(line, text)
    raise ValueError(f"unknown expression {encoded[0]!r}")
