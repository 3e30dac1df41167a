"""How much an expression, a declaration or a format may ask for.

A slip such as `9**9**9` or `:>2000000000` is an error, and never a hang:

    budget = Budget()
    budget.power(9, 99999)      # LimitExceeded: a power with more than 400 digits
    check_format(".1%")         # fine

All sizes are found out before anything of that size is made.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import Any

LONGEST = 4000
"""Characters of an expression."""
DEEPEST = 60
"""Brackets, operators and look-ups inside one another."""
DIGITS = 400
"""Of a whole number; the largest fraction has 309."""
WIDEST = 100
"""Characters or digits that a format may ask for."""
WORK = 2_000_000
"""Operations, and items that are made, in one expression: about a second."""


class LimitExceeded(Exception):
    """The expression asks for too much; the message says for what."""


def parse_expression(text: str) -> ast.expr:
    """The syntax tree of an expression, if it is neither too long nor too deep to have been meant.

    Raises:
        LimitExceeded: it is.
        SyntaxError, ValueError: it is no expression.
    """
    if len(text) > LONGEST:
        raise LimitExceeded(f"it has {len(text)} characters, at most {LONGEST} are read; put it into a summary")
    too_deep = f"more than {DEEPEST} levels are inside one another; put a part of it into a summary"
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (RecursionError, MemoryError):  # MemoryError is what the parser says about too many brackets
        raise LimitExceeded(too_deep) from None
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return tree
    raise LimitExceeded(too_deep)


def check_format(form: str) -> None:
    """Refuse a format that makes a text of absurd length, as `:>2000000000` does.

    Raises:
        LimitExceeded: it does.
    """
    for number in re.findall(r"\d+", form):
        if len(number) > 3 or int(number) > WIDEST:
            raise LimitExceeded(f"the format `{form[:40]}` asks for more than {WIDEST} characters or digits")


class Budget:
    """What the evaluation of one expression may still cost."""

    def __init__(self, work: int = WORK) -> None:
        self._left = work

    def spend(self, amount: int = 1) -> None:
        """Pay for some operations or items.

        Raises:
            LimitExceeded: that is more than is left.
        """
        self._left -= amount
        if self._left < 0:
            raise LimitExceeded(f"it takes more than {WORK:,} operations")

    def spend_on(self, value: Any) -> None:
        """Pay for every item of a value, however deep; what is shared counts each time, as whoever prints it does."""
        waiting = [value]
        while waiting:
            match waiting.pop():
                case str() as text:
                    self.spend(1 + len(text) // 8)
                case Mapping() as mapping:
                    self.spend(1 + len(mapping))
                    waiting += mapping.values()
                case list() | tuple() | set() | frozenset() as items:
                    self.spend(1 + len(items))
                    waiting += items
                case int() as number if abs(number).bit_length() > DIGITS * 3.33:
                    raise LimitExceeded(f"a number has more than {DIGITS} digits")
                case _:
                    self.spend()

    def power(self, base: Any, exponent: Any) -> Any:
        """`base ** exponent`, if it is no absurdly large number."""
        if isinstance(base, int) and isinstance(exponent, int) and exponent > 0:
            digits = abs(base).bit_length() * exponent * 0.30103
            if abs(base) > 1 and digits > DIGITS:
                raise LimitExceeded(f"a power with more than {DIGITS} digits")
        return base**exponent

    def times(self, left: Any, right: Any) -> Any:
        """`left * right`, if it is no absurdly long text or list."""
        for items, count in ((left, right), (right, left)):
            if isinstance(items, str | list | tuple) and isinstance(count, int):
                self.spend(len(items) * max(0, count))
        return left * right

    def plus(self, left: Any, right: Any) -> Any:
        """`left + right`, if there is work left for all the items of a text or list."""
        self.spend(sum(len(side) for side in (left, right) if isinstance(side, str | list | tuple)))
        return left + right

    def shift(self, left: Any, right: Any) -> Any:
        """`left << right`, if it is no absurdly large number."""
        if isinstance(right, int) and right > DIGITS * 3.33:
            raise LimitExceeded(f"a number with more than {DIGITS} digits")
        return left << right

    def remainder(self, left: Any, right: Any) -> Any:
        """`left % right`, of numbers, or of a text whose formats are of a sensible width."""
        if isinstance(left, str):
            for form in re.findall(r"%[^%a-zA-Z]*", left):
                check_format(form)
                if "*" in form:
                    raise LimitExceeded("a format whose width is computed")
        return left % right

    def total(self, items: Any, start: Any = 0) -> Any:
        """`sum(items, start)`; every sum of lists copies what was added so far."""
        if not isinstance(start, str | list | tuple):
            return sum(items, start)
        for item in items:
            start = self.plus(start, item)
        return start

    def rounded(self, number: Any, digits: Any = None) -> Any:
        """`round(number, digits)`."""
        if isinstance(digits, int) and abs(digits) > DIGITS:
            raise LimitExceeded(f"`round` with {digits} digits")
        return round(number, digits) if digits is not None else round(number)
