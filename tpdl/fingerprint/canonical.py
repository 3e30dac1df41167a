"""One text for one meaning: the form of a syntax tree that is hashed.

>>> spaced = ast.parse("def f(x: int):  # a comment\\n    'What it does.'\\n    return x*2")
>>> plain = ast.parse("def f(x): return x * 2")
>>> dump(spaced) == dump(plain)
True

`ast.dump` differs between Python versions and keeps what does not matter. This dump is the same on every supported
version and leaves out comments, formatting and positions, docstrings and other bare constants, `pass`,
`if TYPE_CHECKING:`, `@overload`, and annotations that nothing reads at run time (see `reads_annotations`). Whether
these names are typing's own is for `tpdl.fingerprint.marks` to say, which looks at what they are bound to.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Iterator
from typing import TypeVar

Function = ast.FunctionDef | ast.AsyncFunctionDef
Node = TypeVar("Node", bound=ast.AST)

_SKIPPED = frozenset({"ctx", "type_comment", "kind", "type_ignores", "simple", "str"})
"""Fields that follow from a node's position, or repeat the source text."""


def dotted(node: ast.expr) -> list[str] | None:
    """The names of an expression such as `a.b.c`; None for anything that is not names joined by dots.

    >>> dotted(ast.parse("np.linalg.norm", mode="eval").body)
    ['np', 'linalg', 'norm']
    >>> dotted(ast.parse("f().x", mode="eval").body)
    """
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    return [node.id, *reversed(names)]


def root(node: ast.expr) -> str:
    """The dotted name that an expression starts with; "" where it does not start with a name.

    >>> root(ast.parse("TABLES.nets['vgg'].append(1)", mode="eval").body)
    'TABLES.nets'
    """
    while True:
        if names := dotted(node):
            return ".".join(names)
        if isinstance(node, ast.Attribute | ast.Subscript | ast.Starred):
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        else:
            return ""


def changed(node: Node, **fields: object) -> Node:
    """A shallow copy of `node` with other fields; the tree itself stays as it is."""
    copied = copy.copy(node)
    for field, value in fields.items():
        setattr(copied, field, value)
    return copied


def effective(statements: Iterable[ast.stmt], docs: bool = False) -> Iterator[ast.stmt]:
    """The statements that do something at run time, with the branch of `if TYPE_CHECKING:` that does.

    >>> [ast.unparse(statement) for statement in effective(ast.parse("'A docstring.'\\npass\\nx = 1").body)]
    ['x = 1']

    Args:
        statements: of one block.
        docs: keep docstrings.
    """
    for statement in statements:
        if isinstance(statement, ast.Pass):
            continue
        if not docs and isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        if isinstance(statement, ast.If) and (checking := getattr(statement, "checking", None)) is not None:
            yield from effective(statement.orelse if checking else statement.body, docs)
            continue
        if getattr(statement, "is_overload", False):
            continue
        yield statement


def reads_annotations(function: Function) -> bool:
    """Whether a decorator may read the parameters' annotations: any may, except the known ones that do not."""
    return bool(function.decorator_list) and not getattr(function, "is_blind", False)


def dump(node: ast.AST, in_class: bool = False, full: bool = False) -> str:
    """The canonical text of a tree.

    Args:
        node: the tree.
        in_class: it stands in a class body, where annotations are kept: dataclasses and their kin read them.
        full: keep docstrings and all annotations, for those who read them.
    """
    out: list[str] = []
    _write(node, out, in_class, full)
    return "".join(out)


def _write(node: ast.AST, out: list[str], in_class: bool, full: bool) -> None:
    """Append the text of a tree to `out`, a piece at a time."""
    dropped: tuple[str, ...] = ()
    if isinstance(node, ast.Constant | ast.MatchSingleton):
        out.append(f"{type(node).__name__}({_constant(node.value)})")
        return
    if isinstance(node, ast.AnnAssign) and not in_class and not full:
        if node.value is None:
            return
        node = ast.Assign(targets=[node.target], value=node.value)
    elif isinstance(node, Function) and not full and not reads_annotations(node):
        node = _without_annotations(node)
        dropped = ("returns", "type_params")
    elif isinstance(node, ast.JoinedStr):
        node = ast.JoinedStr(values=_merged(node.values))
    elif isinstance(node, ast.FormattedValue) and isinstance(node.format_spec, ast.JoinedStr):
        spec = _merged(node.format_spec.values)
        format_spec = ast.JoinedStr(values=spec) if spec else None
        node = ast.FormattedValue(value=node.value, conversion=node.conversion, format_spec=format_spec)
    inside = isinstance(node, ast.ClassDef) or (in_class and not isinstance(node, Function | ast.Lambda))
    out.append(f"{type(node).__name__}(")
    for field in sorted(node._fields):
        value = getattr(node, field, None)
        if value is None or value == [] or field in _SKIPPED or field in dropped:
            continue
        if field in ("body", "orelse", "finalbody") and isinstance(value, list):
            value = list(effective(value, full))
        out.append(f"{field}=")
        _write_value(value, out, inside, full)
        out.append(",")
    out.append(")")


def _write_value(value: object, out: list[str], in_class: bool, full: bool) -> None:
    if isinstance(value, ast.AST):
        _write(value, out, in_class, full)
    elif isinstance(value, list):
        out.append("[")
        for item in value:
            _write_value(item, out, in_class, full)
            out.append(",")
        out.append("]")
    else:
        out.append(ascii(value))


def _constant(value: object) -> str:
    # `repr` of a string depends on the Unicode tables of the Python version, and Python refuses to write integers of
    # thousands of digits in decimal.
    if isinstance(value, str):
        return ascii(value)
    return hex(value) if type(value) is int else repr(value)


def _merged(values: list[ast.expr]) -> list[ast.expr]:
    """The pieces of an f-string with neighbouring and empty texts put together; versions cut them differently."""
    merged: list[ast.expr] = []
    for piece in values:
        if isinstance(piece, ast.Constant) and isinstance(piece.value, str):
            last = merged[-1] if merged else None
            if not piece.value:
                continue
            if isinstance(last, ast.Constant) and isinstance(last.value, str):
                merged[-1] = ast.Constant(value=last.value + piece.value)
                continue
        merged.append(piece)
    return merged


def _without_annotations(function: Function) -> Function:
    """A copy of `function` (its head, not its body) whose parameters have no annotations."""

    def bare(parameter: ast.arg | None) -> ast.arg | None:
        return None if parameter is None else ast.arg(arg=parameter.arg)

    arguments = function.args
    without = ast.arguments(
        posonlyargs=[ast.arg(arg=parameter.arg) for parameter in arguments.posonlyargs],
        args=[ast.arg(arg=parameter.arg) for parameter in arguments.args],
        vararg=bare(arguments.vararg),
        kwonlyargs=[ast.arg(arg=parameter.arg) for parameter in arguments.kwonlyargs],
        kw_defaults=arguments.kw_defaults,
        kwarg=bare(arguments.kwarg),
        defaults=arguments.defaults,
    )
    return changed(function, args=without)
