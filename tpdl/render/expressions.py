"""The expressions that documents may contain, evaluated over results by a restricted evaluator (simpleeval).

>>> evaluator = Evaluator({"layer_cut": {"best": {"accuracy": 0.914}}})
>>> evaluator.value("layer_cut.best.accuracy > 0.9")
True
>>> show(evaluator.value("layer_cut.best.accuracy"), ".1%")
'91.4%'

A *value* is an expression with an optional Python format: `layer_cut.best.accuracy:.1%`. A *claim* and the condition of
a block are expressions that are true or false, and nothing else:

>>> evaluator.truth("layer_cut.best.accuracy > 0.95")
Truth(holds=False, found='layer_cut.best.accuracy = 0.914, not > 0.95')

Results are reached with dots and brackets; a dot looks up a key, never a
Python attribute.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from simpleeval import DEFAULT_OPERATORS, EvalWithCompoundTypes, FunctionNotDefined, InvalidExpression, NameNotDefined

from tpdl.limits import Budget, LimitExceeded, check_format, parse_expression
from tpdl.nearest import nearest

Result = TypeVar("Result")

FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function for function in (len, min, max, sum, abs, round, any, all, sorted)
}
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
OPENING, CLOSING = "([{", ")]}"
SIGNS: dict[type[ast.cmpop], str] = {
    **{ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">="},
    **{ast.In: "in", ast.NotIn: "not in", ast.Is: "is", ast.IsNot: "is not"},
}
OPPOSITE = {"in": "not in", "not in": "in", "is": "is not", "is not": "is"}
"""How it is said that a comparison is false, where that is not "not" and its sign."""
MAKING = (
    *(ast.BinOp, ast.Call, ast.List, ast.Tuple, ast.Set, ast.Dict),
    *(ast.ListComp, ast.GeneratorExp, ast.DictComp, ast.JoinedStr, ast.Slice),
)
"""Kinds of expressions that make something new, perhaps something large."""
LONGEST_SHOWN = 80
"""Characters of a value in a message."""


class ExpressionError(Exception):
    """The expression cannot be evaluated. The message says why and, for an unknown name, which names are near."""


class NotMeasured(ExpressionError):
    """The expression names a step that exists, but whose result does not exist yet."""

    def __init__(self, step: str, command: str) -> None:
        super().__init__(f"{step} is not measured yet; `{command}` measures it")
        self.step, self.command = step, command


class UnknownKey(ExpressionError):
    """A result has no part of this name."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


class NoTruth(ExpressionError):
    """A claim, or a part of it, is neither true nor false."""


@dataclass(frozen=True)
class Truth:
    """Whether a claim or condition holds."""

    holds: bool
    found: str = ""
    """What was found instead, for one that does not: `x.mean = 2.0, not > 3`."""


class Evaluator(EvalWithCompoundTypes):  # type: ignore[misc]  # simpleeval has no type hints
    """Evaluates expressions over named results.

    Args:
        names: what expressions may speak of.
    """

    def __init__(self, names: Mapping[str, Any]) -> None:
        super().__init__(functions=dict(FUNCTIONS), names=names)
        self._budget = Budget()
        self._skipped: list[ast.expr] = []
        """Parts of a claim that did not have to be evaluated to know whether it holds."""

    def value(self, expression: str) -> Any:
        """The value of `expression`.

        Raises:
            ExpressionError: it is malformed, names something unknown, asks for too much, or fails (division by zero,
                wrong types).
        """
        return self._evaluated(expression, self._eval)

    def truth(self, expression: str) -> Truth:
        """Whether `expression` is true, and what was found if it is not.

        Raises:
            ExpressionError: as for `value`; and it, or a part of it that `and`, `or` or `not` joins, is neither true
                nor false.
        """
        return self._evaluated(expression, self._truth_of)

    def _evaluated(self, expression: str, evaluate: Callable[[ast.expr], Result]) -> Result:
        """What `evaluate` makes of the parsed expression, every error as one that names the expression."""
        shown = expression if len(expression) <= 2 * LONGEST_SHOWN else f"{expression[: 2 * LONGEST_SHOWN]}…"
        try:
            parsed = parse_expression(expression)
        except (SyntaxError, ValueError) as error:
            reserved = [word for word in re.findall(r"\.(\w+)", expression) if keyword.iskeyword(word)]
            hint = f"; `{reserved[0]}` is a word of Python, write ['{reserved[0]}']" if reserved else ""
            raise ExpressionError(f"`{shown}` is no expression: {getattr(error, 'msg', error)}{hint}") from None
        except LimitExceeded as error:
            raise ExpressionError(f"`{shown}` asks for too much: {error}") from None
        self.expr, self._max_count, self._budget = expression, 0, Budget()
        self.operators = _bounded_operators(self._budget)
        self.functions |= {"round": self._budget.rounded, "sum": self._budget.total}
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return evaluate(parsed)
        except ExpressionError:
            raise
        except NameNotDefined as error:
            raise ExpressionError(
                f"`{expression}` names `{error.name}`, which is unknown; {nearest(error.name, self.names)}"
            ) from None
        except FunctionNotDefined as error:
            raise ExpressionError(
                f"`{expression}` calls `{error.func_name}`; the functions are {', '.join(FUNCTIONS)}"
            ) from None
        except LimitExceeded as error:
            raise ExpressionError(f"`{shown}` asks for too much: {error}") from None
        except InvalidExpression as error:
            raise ExpressionError(f"`{expression}` is not allowed: {error}") from None
        except Exception as error:
            raise ExpressionError(f"`{expression}` fails: {type(error).__name__}: {error}") from None

    # Truth

    def _truth_of(self, node: ast.expr) -> Truth:
        self._skipped = []
        truth = Truth(True) if self._holds(node) else Truth(False, "; ".join(self._because(node, False)))
        for part in self._skipped:  # checking one may skip others
            self._check_skipped(part)
        return truth

    def _check_skipped(self, node: ast.expr) -> None:
        """Refuse a part that is neither true nor false, although the parts before it decide.

        They may keep it from failing, as in `x is not None and x > 1`: that it cannot be evaluated is no mistake.
        """
        try:
            if isinstance(node, ast.BoolOp | ast.UnaryOp) or self._eval(node) is not None:
                self._holds(node)
        except NoTruth:
            raise
        except Exception:
            return

    def _holds(self, node: ast.expr) -> bool:
        """Whether a part is true; what is neither true nor false is an error, for it would always count as one."""
        match node:
            case ast.BoolOp(op=op, values=parts):
                decisive = isinstance(op, ast.Or)
                for position, part in enumerate(parts):
                    if self._holds(part) is decisive:
                        self._skipped += parts[position + 1 :]
                        return decisive
                return not decisive
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return not self._holds(part)
        value = self._eval(node)
        if not isinstance(value, bool):
            plain = value is not None and not isinstance(value, Mapping)
            raise NoTruth(
                f"`{ast.unparse(node)}` is a {kind(value)}{f', {brief(value)},' if plain else ''} and neither true nor "
                f"false; {'compare it with something' if plain else 'ask whether it `is not None`'}"
            )
        return value

    def _because(self, node: ast.expr, holds: bool) -> Iterator[str]:
        """Why a part is true or false, one phrase for each comparison that makes it so."""
        match node:
            case ast.BoolOp(values=parts):
                for part in parts:
                    try:
                        decides = self._holds(part) is holds
                    except Exception:  # a part behind another one that keeps it from being evaluated
                        return
                    if decides:
                        yield from self._because(part, holds)
            case ast.UnaryOp(op=ast.Not(), operand=part):
                yield from self._because(part, not holds)
            case ast.Compare():
                yield from self._comparisons(node, holds)
            case ast.Call(func=ast.Name(id="any" | "all" as name), args=[ast.GeneratorExp() | ast.ListComp() as each]):
                of = list(self._eval(each))
                yield f"{name}(…) is {holds}: {sum(map(bool, of))} of {len(of)} are true"
            case _:
                yield f"{ast.unparse(node)} is {holds}"

    def _comparisons(self, node: ast.Compare, holds: bool) -> Iterator[str]:
        """`a = 2, not < b = 1`: the links of a chain that are true, or the one that is false."""
        sides = [node.left, *node.comparators]
        for left, operation, right in zip(sides, node.ops, sides[1:], strict=False):
            link = ast.Compare(left, [operation], [right])
            if self._eval(link) is holds:
                sign = SIGNS[type(operation)]
                said = f" {sign}" if holds else f", {OPPOSITE.get(sign, f'not {sign}')}"
                yield f"{self._side(left)}{said} {self._side(right)}"
                if not holds:
                    return

    def _side(self, node: ast.expr) -> str:
        """One side of a comparison with its value, unless it says it itself."""
        text, value = ast.unparse(node), brief(self._eval(node))
        return text if text == value else f"{text} = {value}"

    # What simpleeval does for each kind of node, with bounds, and without Python's attributes

    def _eval(self, node: ast.AST) -> Any:
        self._budget.spend()
        result = super()._eval(node)
        if isinstance(node, MAKING) or (isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice)):
            self._budget.spend_on(result)
        return result

    def _check_disallowed_items(self, item: Any) -> None:
        """Results are numbers, texts, lists and groups; only something that is none of these can be forbidden."""
        if not isinstance(item, list | tuple | set | dict):
            super()._check_disallowed_items(item)

    def _eval_compare(self, node: ast.Compare) -> Any:
        left, result = self._eval(node.left), True
        for operation, comparator in zip(node.ops, node.comparators, strict=True):
            right = self._eval(comparator)
            self._budget.spend_on(left)
            self._budget.spend_on(right)
            result = self.operators[type(operation)](left, right)
            if not result:
                break
            left = right
        return result

    def _eval_formattedvalue(self, node: ast.FormattedValue) -> Any:
        form = self._eval(node.format_spec) if node.format_spec else ""
        check_format(form)
        return format(self._eval(node.value), form)

    def _eval_attribute(self, node: ast.Attribute) -> Any:
        """A dot is a look-up in a mapping. Python attributes, and with them every escape, are out of reach."""
        owner = self._owner(node.value)
        if not isinstance(owner, Mapping):
            raise ExpressionError(
                f"`{ast.unparse(node)}`: `{ast.unparse(node.value)}` is a {kind(owner)} and has no named parts"
            )
        try:
            return owner[node.attr]
        except KeyError:
            message = f"`{ast.unparse(node)}` is unknown; {nearest(node.attr, owner)}"
            raise UnknownKey(node.attr, message) from None

    def _eval_subscript(self, node: ast.Subscript) -> Any:
        owner, key = self._owner(node.value), self._eval(node.slice)
        try:
            return owner[key]
        except KeyError:
            hint = nearest(str(key), (str(name) for name in owner))
            raise UnknownKey(str(key), f"`{ast.unparse(node.value)}` has no {key!r}; {hint}") from None

    def _owner(self, node: ast.expr) -> Any:
        """The value of what stands before a dot or bracket.

        `_eval` searches whatever it returns for what is forbidden. In a chain of look-ups that would be done at every
        link; it is enough that the value that is taken out in the end is searched.
        """
        looked_up = isinstance(node, ast.Name | ast.Attribute | ast.Subscript)
        return self.nodes[type(node)](node) if looked_up else self._eval(node)

    def _eval_call(self, node: ast.Call) -> Any:
        if not isinstance(node.func, ast.Name):
            raise ExpressionError(
                f"`{ast.unparse(node.func)}` cannot be called; the functions are {', '.join(FUNCTIONS)}"
            )
        if node.func.id not in self.functions:
            raise FunctionNotDefined(node.func.id, self.expr)
        arguments = [self._eval(argument) for argument in node.args]
        keywords = dict(self._eval(argument) for argument in node.keywords)
        self._budget.spend_on(arguments)
        return self.functions[node.func.id](*arguments, **keywords)


def _bounded_operators(budget: Budget) -> dict[type[ast.AST], Callable[..., Any]]:
    """Python's operators, as far as the budget goes."""
    plain: dict[type[ast.AST], Callable[..., Any]] = DEFAULT_OPERATORS
    return plain | {
        ast.Add: budget.plus,
        ast.Mult: budget.times,
        ast.Pow: budget.power,
        ast.Mod: budget.remainder,
        ast.LShift: budget.shift,
    }


def split_format(text: str) -> tuple[str, str]:
    """Split `expression:format` at the first colon outside brackets and quotes.

    An expression has no colon there (slices are in brackets), so everything after it is the format, colons included.

    >>> split_format("best['a:b'][1:3]:.1%")
    ("best['a:b'][1:3]", '.1%')
    """
    expression = split_outside(text, ":")[0]
    return expression.strip(), text[len(expression) + 1 :].strip()


def split_outside(text: str, divider: str) -> list[str]:
    """The parts of a text between dividers that are outside of brackets and quotes.

    >>> split_outside("a=x['b;c'];d=y", ";")
    ["a=x['b;c']", 'd=y']
    """
    parts, depth, quote = [""], 0, ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in OPENING:
            depth += 1
        elif character in CLOSING:
            depth -= 1
        elif character == divider and depth == 0:
            parts.append("")
            continue
        parts[-1] += character
    return parts


def show(value: Any, form: str = "") -> str:
    """`value` as the text shows it: with a Python format, a list as an enumeration, minus signs as minus signs.

    Raises:
        ExpressionError: the format does not fit, or a fraction comes without a format, so that nobody chose its digits.
    """
    if isinstance(value, list | tuple):
        shown = [show(item, form) for item in value]
        return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
    if isinstance(value, Mapping) or value is None:
        raise ExpressionError(f"the value is a {kind(value)}; a text can show a number, a word or a list of them")
    if isinstance(value, float) and not form:
        raise ExpressionError(f"the value is {value!r}; say how many digits to show, as in `:.2f` or `:.1%`")
    if isinstance(value, bool) and not form:
        return "yes" if value else "no"
    try:
        check_format(form)
        text = format(value, form)
    except LimitExceeded as error:
        raise ExpressionError(f"{error}; shorten it") from None
    except (ValueError, TypeError) as error:
        raise ExpressionError(
            f"the format `{form}` does not fit the {kind(value)} {brief(value)}: {error}; formats are such as `.1%`, "
            "`.2f` and `,d`"
        ) from None
    return typeset(text) if isinstance(value, int | float) else text


def brief(value: Any) -> str:
    """A value as Python writes it, cut where it is long; a group of values is called so.

    >>> brief(2.0), brief({"a": 1})
    ('2.0', 'a group of values')
    """
    if isinstance(value, Mapping):
        return f"a {kind(value)}"
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…"


def typeset(number: str) -> str:
    """A formatted number as it is printed: with a minus sign in place of a hyphen, and powers of ten written out.

    >>> typeset("-0.5"), typeset("2e-06")
    ('−0.5', '2\\xa0×\\xa010⁻⁶')
    """
    number = re.sub(r"^(\s*)-", "\\1\N{MINUS SIGN}", number)
    mantissa, _, exponent = number.partition("e")
    if not exponent:
        return number
    return f"{mantissa}\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}10{str(int(exponent)).translate(SUPERSCRIPTS)}"


def kind(value: Any) -> str:
    """What a value is, in the words of somebody who reads the report.

    >>> kind(0.5), kind([1, 2])
    ('number', 'list')
    """
    match value:
        case None:
            return "missing value"
        case bool():
            return "truth value"
        case int():
            return "whole number"
        case float():
            return "number"
        case str():
            return "text"
        case list() | tuple():
            return "list"
        case Mapping():
            return "group of values"
    return type(value).__name__
