"""What one file says, on its own: its symbols with their hashes and references, imports, effects and declarations.

>>> summary = summarise(b"import numpy as np\\nSCALE = 2\\ndef f(x): return np.exp(SCALE * x)", "lib", is_package=False)
>>> summary["symbols"]["f"]["refs"], summary["symbols"]["SCALE"]["value"], summary["imports"]
(['SCALE', 'np.exp'], ['value', 2], {'np': ['numpy:']})

A summary is made of JSON values and depends on nothing but the text of the file, so it can be kept in a cache.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from typing import Any, NotRequired, TypedDict

from tpdl.fingerprint.canonical import Function, changed, dotted, dump, effective, root
from tpdl.fingerprint.hashing import digest
from tpdl.fingerprint.literals import encode, is_literal
from tpdl.fingerprint.scopes import Collector, Uses, bind
from tpdl.fingerprint.steps import declared, misplaced, without_step_decorators


class Part(TypedDict):
    """A piece of source."""

    hash: str
    refs: list[str]
    """References to what it uses, see `tpdl.fingerprint.scopes`."""
    loads: list[str]
    """Modules that imports inside of it execute."""
    members: NotRequired[list[str]]
    """The methods and nested classes of a class."""
    alias: NotRequired[str]
    """The reference it merely renames: `build = registry.build`."""
    changes: NotRequired[list[str]]
    """What it changes in place, or may: `TABLE[k] = v`, `TABLE.append(v)`, `global TABLE`."""


class Symbol(Part):
    """A function, class, method or module-level name."""

    kind: str
    """"def", "class", "member" or "data"."""
    value: NotRequired[list[Any]]
    """Its encoded literal value."""
    calls: NotRequired[list[str]]
    """What is called at import time to make it: decorators, `make` in `X = make()`. They may register it."""
    bases: NotRequired[list[str]]
    """The base classes of a class, as references; `__init_subclass__` of one may register it."""
    metaclasses: NotRequired[list[str]]


class Effect(Part):
    """A statement that runs at import time for its effect."""

    target: NotRequired[str]
    """The imported thing it acts on, as a reference: `REGISTRY["a"] = f`, `nets.add(f)`."""
    stores: NotRequired[bool]
    """Whether it assigns to the target, rather than calling it."""


class Summary(TypedDict):
    """What one file says."""

    hash: str
    """The hash of all symbols, effects and imports."""
    symbols: dict[str, Symbol]
    imports: dict[str, list[str]]
    """Name -> references to what was imported under it."""
    stars: list[str]
    """Modules of which all names are imported: `from pkg.mod import *`."""
    loads: list[str]
    """Modules that its imports execute."""
    effects: list[Effect]
    steps: list[dict[str, Any]]
    """What its step decorators say, see `tpdl.fingerprint.steps.declared`."""
    problems: list[list[Any]]
    """`[line, message]` for each step decorator in a place where none can be."""
    error: NotRequired[list[Any]]
    """`[line, message]` of a syntax error; then everything else is empty and `hash` is that of the text."""


def summarise(text: bytes | ast.Module, module: str, is_package: bool) -> Summary:
    """The summary of one file.

    Args:
        text: its content, or the tree that it was parsed into.
        module: its name.
        is_package: it is the `__init__.py` of a package, so relative imports start from itself.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = text if isinstance(text, ast.Module) else ast.parse(text)
        return _Reader(module, is_package).read(tree)
    except (SyntaxError, ValueError, RecursionError) as error:
        line, message = getattr(error, "lineno", None) or 1, getattr(error, "msg", None) or str(error)
        broken = Summary(hash="", symbols={}, imports={}, stars=[], loads=[], effects=[], steps=[], problems=[])
        broken["hash"] = digest([text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else ""])
        broken["error"] = [line, message]
        return broken


class _Reader:
    """Sorts the statements of a module by the symbol they belong to."""

    def __init__(self, module: str, is_package: bool) -> None:
        self._module = module
        self._package = module if is_package else module.rpartition(".")[0]
        self._parts: dict[str, list[str]] = {}
        self._uses: dict[str, Uses] = {}
        self._kinds: dict[str, str] = {}
        self._extra: dict[str, dict[str, Any]] = {}
        self._effects: list[Effect] = []
        self._steps: list[dict[str, Any]] = []
        self._placed: set[int] = set()
        self._context: list[str] = []
        """The branches of `if` statements around what is being read, as text: they are part of its hash."""
        self._context_tests: list[ast.expr] = []
        """The conditions of these statements."""

    def read(self, tree: ast.Module) -> Summary:
        """The summary of a parsed module."""
        statements = list(imported_part(tree.body))
        self._bound = bind(statements, self._package)
        self._imports = {name: sorted(targets) for name, targets in self._bound.imports.items()}
        if (text := ast.get_docstring(tree, clean=False)) is not None:
            self._add("__doc__", [ascii(text)], Uses(), "data")
        self._read(statements)
        symbols = {name: self._symbol(name) for name in self._parts}
        return Summary(
            hash=digest(
                [f"{name} {symbol['hash']}" for name, symbol in sorted(symbols.items()) if name != "__doc__"]
                + [effect["hash"] for effect in self._effects]
                + sorted(self._bound.loads)
            ),
            symbols=symbols,
            imports=self._imports,
            stars=sorted(self._bound.stars),
            loads=sorted(self._bound.loads),
            effects=self._effects,
            steps=self._steps,
            problems=misplaced(tree, self._placed, self._imports),
        )

    def _read(self, statements: Iterable[ast.stmt]) -> None:
        """Enter each statement at the symbol it belongs to."""
        for statement in effective(statements):
            match statement:
                case ast.Import() | ast.ImportFrom():
                    if self._context:  # the condition decides which of two imports happens, so it belongs to the name
                        self._belongs(statement, bind([statement], self._package).imports)
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    self._function(statement)
                case ast.ClassDef():
                    self._class(statement, statement.name)
                case ast.If():
                    self._if(statement)
                case ast.Global():
                    pass
                case _:
                    self._statement(statement)

    def _if(self, node: ast.If) -> None:
        """Both branches count, each with the condition."""
        if names := bind([node.test], self._package).names:
            self._belongs(ast.Expr(node.test), names)
        self._context_tests.append(node.test)
        for branch, body in (("if", node.body), ("else", node.orelse)):
            self._context.append(f"{branch} {dump(node.test)}")
            self._read(imported_part(body))
            self._context.pop()
        self._context_tests.pop()

    def _function(self, node: Function) -> None:
        self._placed.add(id(node))
        if step := declared(node, self._imports):
            self._steps.append(step)
        node = without_step_decorators(node, self._imports)
        uses = self._collector().statements([node])
        self._add(node.name, [dump(node)], uses, "def")

    def _class(self, node: ast.ClassDef, qualname: str) -> None:
        """A class is one symbol without its methods and nested classes, and each of these is one of its own."""
        members = [item for item in effective(node.body) if isinstance(item, Function | ast.ClassDef)]
        shell = changed(node, body=[item for item in effective(node.body) if item not in members])
        self._add(qualname, [dump(shell)], self._collector().class_shell(node), "class")
        uses = self._uses[qualname]
        extra = self._extra.setdefault(qualname, {})
        for key in ("members", "bases", "metaclasses"):
            extra.setdefault(key, [])
        extra["bases"] += [".".join(names) for base in node.bases if (names := dotted(base))]
        metaclasses = [dotted(keyword.value) for keyword in node.keywords if keyword.arg == "metaclass"]
        extra["metaclasses"] += [".".join(names) for names in metaclasses if names]
        own = bind(effective(node.body), self._package)
        for item in members:
            name = f"{qualname}.{item.name}"
            extra["members"].append(name)
            if isinstance(item, ast.ClassDef):
                self._class(item, name)
            else:
                used = self._collector().member(item, own)
                uses.calls |= used.calls
                self._add(name, [dump(item)], used, "member")

    def _statement(self, node: ast.stmt) -> None:
        """An assignment, a call, or a compound statement as a whole."""
        bound = bind([node], self._package)
        touched = _touched(node)
        own = {chain.partition(".")[0] for chain, is_call in touched if self._is_own(chain, is_call)}
        names = bound.names | set(bound.imports) | own
        self._belongs(node, names)
        if names == {getattr(_only_target(node), "id", None)}:
            self._assigned(node, next(iter(names)))
        for chain, is_call in touched:
            if self._is_own(chain, is_call):
                continue
            uses = self._collector().statements([node])
            effect = Effect(hash=digest([*self._context, dump(node)]), refs=self._known(uses), loads=sorted(uses.loads))
            if chain.partition(".")[0] in self._imports:
                effect["target"] = chain
                effect["stores"] = not is_call
            if effect not in self._effects:
                self._effects.append(effect)

    def _assigned(self, node: ast.stmt, name: str) -> None:
        """Remember what `name = value` says, if this is all that is said about it."""
        value = getattr(node, "value", None)
        extra = self._extra.setdefault(name, {})
        if not isinstance(value, ast.expr) or len(self._parts[name]) > 1 or self._context:
            return
        if (names := dotted(value)) and names != [name]:
            extra["alias"] = ".".join(names)
        if is_literal(encoded := encode(value)):
            extra["value"] = encoded

    def _is_own(self, chain: str, is_call: bool) -> bool:
        """Whether a change of `chain` belongs to a symbol of this module.

        A call does only where the symbol is data, as in `TABLE.append(x)`: calling a function or class may do anything.
        """
        name = chain.partition(".")[0]
        if name not in self._bound.names or name in self._imports:
            return False
        return not is_call or (chain != name and self._kinds.get(name, "data") == "data")

    def _belongs(self, node: ast.stmt, names: Iterable[str]) -> None:
        """Enter a statement at each of the names that it binds or changes."""
        for name in sorted(names):
            self._add(name, [dump(node)], self._collector().statements([node]), "data")

    def _collector(self) -> Collector:
        """A collector for the next piece of source, which uses what the conditions around it use."""
        collector = Collector(self._module, self._package)
        for test in self._context_tests:
            collector.statements([ast.Expr(test)])
        return collector

    def _add(self, name: str, parts: list[str], uses: Uses, kind: str) -> None:
        text = "\n".join([*self._context, *parts])
        self._parts.setdefault(name, []).append(text)
        all_uses = self._uses.setdefault(name, Uses())
        all_uses |= uses
        self._kinds.setdefault(name, kind)

    def _symbol(self, name: str) -> Symbol:
        uses, extra = self._uses[name], dict(self._extra.get(name, {}))
        if len(self._parts[name]) > 1:
            extra.pop("alias", None)
            extra.pop("value", None)
        alias = extra.get("alias")
        symbol = Symbol(
            hash=digest(self._parts[name]),
            kind=self._kinds[name],
            refs=[ref for ref in self._known(uses) if ref not in (name, alias)],
            loads=sorted(uses.loads),
        )
        if calls := self._known(Uses(refs=uses.calls)):
            symbol["calls"] = calls
        if changes := self._known(Uses(refs=uses.changes)):
            symbol["changes"] = changes
        symbol.update({key: value for key, value in extra.items() if value})  # type: ignore[typeddict-item]
        return symbol

    def _known(self, uses: Uses) -> list[str]:
        """The references without builtins and typing errors. With `import *` any name may come from there."""
        if self._bound.stars:
            return sorted(uses.refs)
        known = {"__doc__", *self._bound.names, *self._bound.imports}
        return sorted(ref for ref in uses.refs if ":" in ref or ref.partition(".")[0] in known)


def imported_part(statements: Iterable[ast.stmt]) -> Iterable[ast.stmt]:
    """The statements that run when the module is imported."""
    for statement in effective(statements):
        if isinstance(statement, ast.If) and _is_main(statement.test):
            yield from imported_part(statement.orelse)
        else:
            yield statement


def _is_main(test: ast.expr) -> bool:
    """Whether it is `__name__ == "__main__"`, in this order or the other."""
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq):
        return False
    sides = {dump(test.left), dump(test.comparators[0])}
    return sides == {dump(ast.Name("__name__")), dump(ast.Constant("__main__"))}


def _only_target(node: ast.stmt) -> ast.expr | None:
    """What an assignment to one thing assigns to."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        return node.targets[0]
    return node.target if isinstance(node, ast.AnnAssign) and node.value else None


def _touched(node: ast.stmt) -> list[tuple[str, bool]]:
    """What a statement changes besides the names it binds: (chain, whether by a call); "" for what cannot be named."""
    chains: list[tuple[str, bool]] = []
    for item in [node, *ast.walk(node)] if hasattr(node, "body") or hasattr(node, "cases") else [node]:
        if isinstance(item, ast.Expr):
            calls = [part for part in ast.walk(item) if isinstance(part, ast.Call)]
            if isinstance(item.value, ast.Call):
                chains.append((root(item.value), True))
            elif calls:
                chains.append(("", True))
        elif isinstance(item, ast.Assert | ast.Raise):
            chains.append(("", True))
        elif isinstance(item, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Delete):
            targets = item.targets if isinstance(item, ast.Assign | ast.Delete) else [item.target]
            for target in targets:
                for part in _leaves(target):
                    if isinstance(part, ast.Attribute | ast.Subscript):
                        chains.append((root(part), False))
    return chains


def _leaves(target: ast.expr) -> Iterable[ast.expr]:
    """The parts of `a, (b, *c) = …` that are assigned to, one by one."""
    if isinstance(target, ast.Tuple | ast.List):
        for item in target.elts:
            yield from _leaves(item)
    else:
        yield target.value if isinstance(target, ast.Starred) else target
