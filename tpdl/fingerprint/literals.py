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
    ["compare", operators, operands]        one operator less than operands
    ["if", condition, value, value]
    ["item", value, index, line, text]
    ["call", "a.b.c", arguments, [[name, value], …], line, text]
    ["each", "list" | "set" | "dict", item, [[names, values, conditions], …]]       a comprehension
    ["other", line, text]                   for what cannot be evaluated
"""

from __future__ import annotations

import ast
import itertools
import operator
from collections.abc import Callable, Iterator
from typing import Any

from tpdl.fingerprint.canonical import dotted
from tpdl.fingerprint.pure import NAMES, PURE, Pure
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
_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "Eq": operator.eq,
    "NotEq": operator.ne,
    "Lt": operator.lt,
    "LtE": operator.le,
    "Gt": operator.gt,
    "GtE": operator.ge,
    "In": lambda item, items: item in items,
    "NotIn": lambda item, items: item not in items,
}
_COMPREHENSIONS = {ast.ListComp: "list", ast.GeneratorExp: "list", ast.SetComp: "set"}
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
        case ast.Compare(left=left, ops=ops, comparators=others) if all(
            type(op).__name__ in _COMPARISONS for op in ops
        ):
            return ["compare", [type(op).__name__ for op in ops], [encode(each) for each in (left, *others)]]
        case ast.IfExp(test=test, body=body, orelse=other):
            return ["if", encode(test), encode(body), encode(other)]
        case ast.Subscript(value=value, slice=index) if not isinstance(index, ast.Slice):
            return ["item", encode(value), encode(index), node.lineno, ast.unparse(node)]
        case ast.Call(func=func, args=args, keywords=keywords) if all(keyword.arg for keyword in keywords):
            if names := dotted(func):
                given = [[keyword.arg, encode(keyword.value)] for keyword in keywords]
                return ["call", ".".join(names), [encode(each) for each in args], given, node.lineno, ast.unparse(node)]
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp() | ast.DictComp():
            return _comprehension(node)
    if names := dotted(node):
        return ["name", ".".join(names), node.lineno]
    return ["other", node.lineno, ast.unparse(node)]


def _comprehension(node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> Encoded:
    loops = []
    for loop in node.generators:
        targets = loop.target.elts if isinstance(loop.target, ast.Tuple) else [loop.target]
        names = [target.id for target in targets if isinstance(target, ast.Name)]
        if len(names) < len(targets) or loop.is_async:
            return ["other", node.lineno, ast.unparse(node)]
        bound = names if isinstance(loop.target, ast.Tuple) else names[0]
        loops.append([bound, encode(loop.iter), [encode(condition) for condition in loop.ifs]])
    if isinstance(node, ast.DictComp):
        return ["each", "dict", ["tuple", [encode(node.key), encode(node.value)]], loops]
    return ["each", _COMPREHENSIONS[type(node)], encode(node.elt), loops]


def is_literal(encoded: Encoded) -> bool:
    """Whether everything in the expression can be evaluated, if its names can."""
    match encoded:
        case ["other", *_]:
            return False
        case ["list" | "tuple" | "set", items] | ["do" | "compare", _, items] | ["if", *items]:
            return all(is_literal(item) for item in items)
        case ["item", value, index, *_]:
            return is_literal(value) and is_literal(index)
        case ["call", names, arguments, given, *_]:
            known = names.rpartition(".")[2] in NAMES
            return known and all(is_literal(value) for value in (*arguments, *(value for _, value in given)))
        case ["each", _, item, loops]:
            return is_literal(item) and all(
                is_literal(values) and all(map(is_literal, conditions)) for _, values, conditions in loops
            )
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
            if isinstance(found := name(names, line), Pure):
                raise NotLiteral(line, names)
            return found
        case ["list" | "tuple" | "set" as kind, items]:
            values = _values(items, name, budget)
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
        case ["compare", operators, operands]:
            of = [evaluate(operand, name, budget) for operand in operands]
            return all(_COMPARISONS[op](*pair) for op, pair in zip(operators, itertools.pairwise(of), strict=True))
        case ["if", condition, then, otherwise]:
            return evaluate(then if evaluate(condition, name, budget) else otherwise, name, budget)
        case ["item", items, index, line, text]:
            try:
                return evaluate(items, name, budget)[evaluate(index, name, budget)]
            except LookupError:
                raise ValueError(f"{text} is not there") from None
        case ["call", function, arguments, given, line, text]:
            try:
                called = name(function, line)
            except NotLiteral as error:
                raise NotLiteral(line, text, error.hint) from None
            if not isinstance(called, Pure):
                raise NotLiteral(line, text)
            options = {option: evaluate(value, name, budget) for option, value in given}
            made = PURE[called.name](budget, *_values(arguments, name, budget), **options)
            budget.spend_on(made)
            return made
        case ["each", kind, item, loops]:
            found = list(_each(item, loops, name, budget))
            return {"list": list, "set": set, "dict": dict}[kind](found)
        case ["other", line, text]:
            raise NotLiteral(line, text)
    raise ValueError(f"unknown expression {encoded[0]!r}")


def _values(items: list[Encoded], name: Callable[[str, int], Any], budget: Budget) -> list[Any]:
    """The values of items, those of `*items` among them."""
    values: list[Any] = []
    for item in items:
        if item[0] == "spread":
            values += evaluate(item[1], name, budget)
        else:
            values.append(evaluate(item, name, budget))
    return values


def _each(item: Encoded, loops: list[Any], name: Callable[[str, int], Any], budget: Budget) -> Iterator[Any]:
    """The items that a comprehension makes."""
    if not loops:
        yield evaluate(item, name, budget)
        return
    (names, values, conditions), *inner = loops
    for value in evaluate(values, name, budget):
        budget.spend()
        bound = {names: value} if isinstance(names, str) else dict(zip(names, value, strict=True))

        def with_bound(names: str, line: int, bound: dict[str, Any] = bound) -> Any:
            return bound[names] if names in bound else name(names, line)

        if all(evaluate(condition, with_bound, budget) for condition in conditions):
            yield from _each(item, inner, with_bound, budget)
