"""What only bindings can tell, noted in the syntax tree: whether `TYPE_CHECKING` and `overload` are the real ones.

>>> tree = ast.parse("from typing import TYPE_CHECKING as checking\\nif checking: import lib\\nelse: x = 1")
>>> [ast.unparse(statement) for statement in effective(mark(tree).body)]
['from typing import TYPE_CHECKING as checking', 'x = 1']
>>> own = ast.parse("TYPE_CHECKING = True\\nif TYPE_CHECKING:\\n    x = 1")
>>> [ast.unparse(statement) for statement in effective(mark(own).body)]
['TYPE_CHECKING = True', 'if TYPE_CHECKING:\\n    x = 1']

A name is taken for what an import binds it to only where nothing else in the whole file binds it, in whatever scope.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from tpdl.fingerprint.canonical import Function, dotted, effective
from tpdl.fingerprint.known import BLIND_DECORATORS, BUILTINS, OVERLOAD, TYPE_CHECKING

_STEPS = frozenset({"tpdl.experiment", "tpdl.figure", "tpdl.summary"})

__all__ = ["Certain", "effective", "mark"]


class Certain:
    """The names of one file that mean one thing wherever they stand."""

    def __init__(self, tree: ast.Module, hidden: Collection[str] = ()) -> None:
        self._hidden = frozenset(hidden)
        self._imports: dict[str, set[str]] = {}
        self._bound: set[str] = set()
        self._starred = False
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    name = alias.asname or alias.name.partition(".")[0]
                    self._imports.setdefault(name, set()).add(alias.name if alias.asname else name)
            elif isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    self._starred |= alias.name == "*"
                    source = f"{'.' * node.level}{node.module or ''}"
                    self._imports.setdefault(alias.asname or alias.name, set()).add(f"{source}.{alias.name}")
            else:
                self._bound.update(_bound_by(node))

    def binds(self, name: str) -> bool:
        """Whether the file binds a name otherwise than by an import."""
        return name in self._bound

    def meaning(self, node: ast.expr) -> str:
        """ "functools.cache" for whatever stands for it; "" where that is not certain."""
        names = dotted(node)
        if names is None or names[0] in self._bound or self._starred:
            return ""
        if targets := self._imports.get(names[0]):
            meaning = ".".join([*targets, *names[1:]]) if len(targets) == 1 else ""
            return "" if meaning.partition(".")[0] in self._hidden else meaning
        return ".".join(["builtins", *names]) if names[0] in BUILTINS else ""


def mark(tree: ast.Module, hidden: Collection[str] = ()) -> ast.Module:
    """Note what `effective` and `reads_annotations` look for; the tree itself stays as it is.

    Args:
        tree: a module.
        hidden: libraries that a module of the project hides, such as a `typing.py` of its own.
    """
    certain = Certain(tree, hidden)
    own_name = certain.binds("__name__")
    for node, own in _with_class_names(tree, frozenset()):
        if isinstance(node, ast.If) and (checking := _type_checking(node.test, certain)) is not None:
            node.checking = checking  # type: ignore[attr-defined]
        elif isinstance(node, ast.If):
            node.own_name = own_name  # type: ignore[attr-defined]
        elif isinstance(node, Function):
            meanings = [certain.meaning(_called(decorator)) for decorator in node.decorator_list]
            node.is_overload = any(meaning in OVERLOAD for meaning in meanings)  # type: ignore[union-attr]
            node.is_blind = all(  # type: ignore[union-attr]
                meaning in BLIND_DECORATORS or meaning in _STEPS or _is_accessor(decorator, own)
                for decorator, meaning in zip(node.decorator_list, meanings, strict=True)
            )
    return tree


def _with_class_names(node: ast.AST, own: frozenset[str]) -> Iterator[tuple[ast.AST, frozenset[str]]]:
    """Every node, with the properties that are defined in the class body it stands in."""
    for child in ast.iter_child_nodes(node):
        yield child, own
        inside = frozenset[str]()
        if isinstance(child, ast.ClassDef):
            inside = frozenset(item.name for item in child.body if isinstance(item, Function))
        yield from _with_class_names(child, inside)


def _is_accessor(decorator: ast.expr, own: frozenset[str]) -> bool:
    """Whether it is `@name.setter`, where the class has a function of that name above."""
    names = dotted(decorator)
    return bool(names and len(names) == 2 and names[0] in own and names[1] in ("setter", "getter", "deleter"))


def _called(decorator: ast.expr) -> ast.expr:
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def _type_checking(test: ast.expr, certain: Certain) -> bool | None:
    """True for `TYPE_CHECKING`, False for `not TYPE_CHECKING`, None for other conditions."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _type_checking(test.operand, certain)
        return None if inner is None else not inner
    return True if certain.meaning(test) in TYPE_CHECKING else None


def _bound_by(node: ast.AST) -> Iterator[str]:
    """The names that a node, and nothing below it, binds otherwise than by an import."""
    if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
        yield node.id
    elif isinstance(node, Function | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    elif type(node).__name__ in ("TypeVar", "ParamSpec", "TypeVarTuple"):
        yield node.name  # type: ignore[attr-defined]
