"""The expressions that documents may contain, evaluated over results by a restricted evaluator (simpleeval).

>>> evaluator = Evaluator({"layer_cut": {"best": {"accuracy": 0.914}}})
>>> evaluator.value("layer_cut.best.accuracy > 0.9")
True
>>> show(evaluator.value("layer_cut.best.accuracy"), ".1%")
'91.4%'

A *value* is an expression with an optional Python format: `layer_cut.best.accuracy:.1%`. A *claim* and the condition of
a block are expressions whose truth counts. Results are reached with dots and brackets; a dot looks up a key, never a
Python attribute.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from collections.abc import Callable, Mapping
from typing import Any

from simpleeval import EvalWithCompoundTypes, FunctionNotDefined, InvalidExpression, NameNotDefined

from tpdl.render.problem import nearest

FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function for function in (len, min, max, sum, abs, round, any, all, sorted)
}
SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
OPENING, CLOSING = "([{", ")]}"


class ExpressionError(Exception):
    """The expression cannot be evaluated. The message says why and, for an unknown name, which names are near."""


class NotMeasured(ExpressionError):
    """The expression names a step that exists, but whose result does not exist yet."""

    def __init__(self, step: str, command: str) -> None:
        super().__init__(f"{step} is not measured yet; `{command}` measures it")
        self.step = step


class Evaluator(EvalWithCompoundTypes):  # type: ignore[misc]  # simpleeval has no type hints
    """Evaluates expressions over named results.

    Args:
        names: what expressions may speak of.
    """

    def __init__(self, names: Mapping[str, Any]) -> None:
        super().__init__(functions=FUNCTIONS, names=names)
        self.functions = FUNCTIONS

    def value(self, expression: str) -> Any:
        """The value of `expression`.

        Raises:
            ExpressionError: it is malformed, names something unknown, or fails (division by zero, wrong types).
        """
        try:
            parsed = ast.parse(expression.strip(), mode="eval")
        except (SyntaxError, ValueError) as error:
            reserved = [word for word in re.findall(r"\.(\w+)", expression) if keyword.iskeyword(word)]
            hint = f"; `{reserved[0]}` is a word of Python, write ['{reserved[0]}']" if reserved else ""
            raise ExpressionError(f"`{expression}` is no expression: {getattr(error, 'msg', error)}{hint}") from None
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return self.eval(expression, ast.Expr(parsed.body))
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
        except InvalidExpression as error:
            raise ExpressionError(f"`{expression}` is not allowed: {error}") from None
        except Exception as error:
            raise ExpressionError(f"`{expression}` fails: {type(error).__name__}: {error}") from None

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
            raise ExpressionError(f"`{ast.unparse(node)}` is unknown; {nearest(node.attr, owner)}") from None

    def _eval_subscript(self, node: ast.Subscript) -> Any:
        owner, key = self._owner(node.value), self._eval(node.slice)
        try:
            return owner[key]
        except KeyError:
            hint = nearest(str(key), (str(name) for name in owner))
            raise ExpressionError(f"`{ast.unparse(node.value)}` has no {key!r}; {hint}") from None

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
        return super()._eval_call(node)


def split_format(text: str) -> tuple[str, str]:
    """Split `expression:format` at the first colon outside brackets and quotes.

    An expression has no colon there (slices are in brackets), so everything after it is the format, colons included.

    >>> split_format("best['a:b'][1:3]:.1%")
    ("best['a:b'][1:3]", '.1%')
    """
    depth, quote = 0, ""
    for position, character in enumerate(text):
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        elif character in OPENING:
            depth += 1
        elif character in CLOSING:
            depth -= 1
        elif character == ":" and depth == 0:
            return text[:position].strip(), text[position + 1 :].strip()
    return text.strip(), ""


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
        text = format(value, form)
    except (ValueError, TypeError) as error:
        raise ExpressionError(f"the format `{form}` does not fit the {kind(value)} {value!r}: {error}") from None
    return typeset(text) if isinstance(value, int | float) else text


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
