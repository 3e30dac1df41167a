"""Code that looks names up while it runs: there a rename changes what happens without changing a line.

    TABLE[function.__name__] = function      # TABLE["vgg"] is gone once the function is called vgg16
    import_module("lab.nets." + name)        # finds nothing once lab.nets is tool.nets
    logging.getLogger(__name__)

The hashes of such code stay the same, so a rename that it may notice must not be taken for one that changes nothing
but names.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from tpdl.fingerprint.canonical import Function, dotted, effective, reads_annotations
from tpdl.fingerprint.old_names import owned

Matters = Literal["symbol", "class", "module", "own module"]


@dataclass(frozen=True)
class Lookup:
    """A place where a name is looked up."""

    text: str
    """As a reason: "reads __name__"."""
    matters: Matters
    """For renames of what: of functions, classes and constants; of classes; of modules; of the module it stands in."""


_ATTRIBUTES: dict[str, Matters] = {
    "__name__": "symbol",
    "__qualname__": "symbol",
    "__dict__": "symbol",
    "__globals__": "symbol",
    "__module__": "module",
    "__file__": "module",
}
_OF_THE_MODULE = frozenset({"__name__", "__file__", "__package__", "__spec__", "__path__", "__loader__"})
_HARMLESS_ON_CLASSES = frozenset({"dataclass", "total_ordering", "final", "runtime_checkable"})


def lookups(tree: ast.Module, old_names: Collection[str]) -> Iterator[tuple[str, Lookup]]:
    """(symbol, lookup) for every lookup in a module; the symbol is "" where the statement belongs to no single one.

    Args:
        tree: the module.
        old_names: "pkg.mod" and "pkg.mod:symbol", which a string may still name.
    """
    imports = {
        alias.asname or alias.name.partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    patterns = [_pattern(name) for name in old_names]
    classes = [name.rpartition(":")[2] for name in old_names if ":" in name]
    for owner, statement in owned(tree):
        for node in _walk(statement):
            for lookup in _in_node(node, imports, patterns, classes):
                yield owner, lookup


def shows_its_name(statement: ast.stmt) -> bool:
    """Whether a decorator may see what a function or class is called: any may, but for the well-known ones."""
    if isinstance(statement, Function):
        return reads_annotations(statement)
    if not isinstance(statement, ast.ClassDef):
        return False
    called = [d.func if isinstance(d, ast.Call) else d for d in statement.decorator_list]
    return not all((names := dotted(each)) and names[-1] in _HARMLESS_ON_CLASSES for each in called)


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """All that runs: without docstrings, and what is for type checkers only."""
    yield node
    for field, value in ast.iter_fields(node):
        if isinstance(value, list):
            statements = field in ("body", "orelse", "finalbody")
            inner: Iterable[ast.AST] = effective(value) if statements else [v for v in value if isinstance(v, ast.AST)]
        else:
            inner = [value] if isinstance(value, ast.AST) else []
        for item in inner:
            yield from _walk(item)


def _in_node(
    node: ast.AST, imports: Collection[str], patterns: Iterable[re.Pattern[str]], classes: Iterable[str]
) -> Iterator[Lookup]:
    match node:
        case ast.Name(id=name) if name in _OF_THE_MODULE:
            yield Lookup(f"reads {name}", "own module")
        case ast.Name(id="inspect"):
            yield Lookup("uses inspect", "symbol")
            yield Lookup("uses inspect", "module")
        case ast.Attribute(value=ast.Call(func=ast.Name(id="type")), attr="__name__" | "__qualname__" as name):
            yield Lookup(f"reads {name}", "class")
        case ast.Attribute(value=value, attr=name):
            if name in _ATTRIBUTES:
                yield Lookup(f"reads {name}", _ATTRIBUTES[name])
            if name == "__name__" and (names := dotted(value)) and names[0] in imports:
                yield Lookup(f"reads {name}", "module")
            if any(name.startswith(f"_{owner}__") for owner in classes):
                yield Lookup(f"names {name}", "class")
        case ast.Constant(value=str(text)):
            for pattern in patterns:
                if found := pattern.search(text):
                    yield Lookup(f"says {found.group()!r}", "symbol")
                    yield Lookup(f"says {found.group()!r}", "module")
        case ast.Call(func=function, args=arguments):
            called = dotted(function)
            if called and called[-1] in ("import_module", "__import__"):
                first = arguments[0] if arguments else None
                known = isinstance(first, ast.Constant) and isinstance(first.value, str) and first.value[:1] != "."
                if not known or called[-1] == "__import__":
                    yield Lookup("imports by a computed name", "module")


def _pattern(name: str) -> re.Pattern[str]:
    """Finds "pkg.mod", "pkg.mod:symbol" or "pkg.mod.symbol" in a text; a single word only at its beginning."""
    written = re.escape(name).replace(":", "[:.]")
    if re.search(r"[.:]", name):
        return re.compile(rf"(?<![\w.]){written}(?!\w)")
    return re.compile(rf"^{written}(?=$|[.:])")
