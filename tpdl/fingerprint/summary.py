"""What one file says, on its own: its symbols with their hashes and references, imports, effects and declarations.

>>> summary = summarise(b"import numpy as np\\nSCALE = 2\\ndef f(x): return np.exp(SCALE * x)", "lib", is_package=False)
>>> summary["symbols"]["f"]["refs"], summary["symbols"]["SCALE"]["value"], summary["imports"]
(['np.exp', 'SCALE'], ['value', 2], {'np': ['numpy:']})

A summary is made of JSON values and depends on nothing but the text of the file, so it can be kept in a cache.
"""

from __future__ import annotations

import ast
import builtins
import warnings
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NotRequired, TypedDict

from tpdl.fingerprint.acts import Acts, function_acts, statement_acts
from tpdl.fingerprint.canonical import Function, changed, dotted, dump, effective, root
from tpdl.fingerprint.hashing import digest
from tpdl.fingerprint.known import CONTAINERS, ITERATORS
from tpdl.fingerprint.literals import encode, is_literal
from tpdl.fingerprint.marks import Certain, mark
from tpdl.fingerprint.scopes import Collector, Uses, bind
from tpdl.fingerprint.steps import declared, misplaced, nearly_declared, without_step_decorators


class Part(TypedDict):
    """A piece of source."""

    hash: str
    full: NotRequired[str]
    """The hash with docstrings, annotations and the order of definitions, where it is another."""
    ordered: NotRequired[str]
    """The hash with the order of definitions, where it is another."""
    refs: list[str]
    """References to what it uses, see `tpdl.fingerprint.scopes`, in the order in which they stand."""
    loads: list[str]
    """Modules that imports inside of it execute."""
    tried: NotRequired[list[str]]
    """Those of them that may fail without harm: in `try`, or in `with`."""
    looks: NotRequired[list[str]]
    """What it may look at besides, see `tpdl.fingerprint.scopes.Uses`."""
    members: NotRequired[list[str]]
    """The methods and nested classes of a class."""
    alias: NotRequired[str]
    """The reference it merely renames: `build = registry.build`."""


class Symbol(Part):
    """A function, class, method or module-level name."""

    kind: str
    """"def", "class", "member" or "data"."""
    value: NotRequired[list[Any]]
    """Its encoded literal value."""
    acts: NotRequired[dict[str, Any]]
    """What making it does, see `tpdl.fingerprint.acts`."""
    body: NotRequired[dict[str, Any]]
    """What calling it does."""
    inner: NotRequired[dict[str, Any]]
    """What calling the function that it returns does."""
    decorated: NotRequired[bool]
    """It may be something else than the function or class that its source shows."""
    patched: NotRequired[bool]
    """A statement below the definition changes it: `Net.forward = other`."""
    setter: NotRequired[bool]
    """It is the setter of a property."""
    accessor: NotRequired[bool]
    """It is a method with a decorator, which may be a property's."""
    iterator: NotRequired[bool]
    """Going through it uses it up: `(n for n in N)`."""
    fresh: NotRequired[list[str]]
    """Only for names that hold something which is made where they are bound: what is called to make it."""
    stars: NotRequired[int]
    """How many `import *` stand above it."""
    maybe: NotRequired[bool]
    """Only a condition, or something else that may go two ways, binds it."""


class Event(TypedDict):
    """A statement that does something when the module is imported, or an import."""

    hash: str
    refs: list[str]
    loads: list[str]
    """What it imports, if it is an import; else what its code does."""
    names: list[str]
    """The symbols that its source belongs to."""
    acts: NotRequired[dict[str, Any]]
    """What it does, see `tpdl.fingerprint.acts`; an import has none."""
    tried: NotRequired[bool]
    """It is an import that may fail: in `try`, or in `with`."""
    maybe: NotRequired[bool]
    """It is an import that only a condition brings about."""
    bare: NotRequired[bool]
    """It is a call whose result nobody keeps, so that it was made for its effect."""


class Summary(TypedDict):
    """What one file says."""

    hash: str
    """Of everything that importing the file brings or does."""
    ordered: str
    """The same with the order of definitions."""
    full: str
    """The same with docstrings and annotations, too."""
    symbols: dict[str, Symbol]
    imports: dict[str, list[str]]
    """Name -> references to what was imported under it."""
    stars: list[str]
    """Modules of which all names are imported: `from pkg.mod import *`."""
    loads: list[str]
    """Modules that its imports execute."""
    events: list[Event]
    """What happens when the module is imported, in order."""
    written: NotRequired[list[Event]]
    """The same as it is written, where `events` are in the order of an import sorter."""
    bound: dict[str, int]
    """Name, or "*pkg.mod" for all that is imported from there -> how many events stand above its last binding."""
    steps: list[dict[str, Any]]
    """What its step decorators say, see `tpdl.fingerprint.steps.declared`."""
    problems: list[list[Any]]
    """`[line, message]` for each step decorator in a place where none can be."""
    error: NotRequired[list[Any]]
    """`[line, message]` of a syntax error; then everything else is empty and `hash` is that of the text."""


def summarise(text: bytes | ast.Module, module: str, is_package: bool, hidden: Collection[str] = ()) -> Summary:
    """The summary of one file.

    Args:
        text: its content, or the tree that it was parsed into.
        module: its name.
        is_package: it is the `__init__.py` of a package, so relative imports start from itself.
        hidden: libraries that a module of the project hides, such as a `typing.py` of its own.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = text if isinstance(text, ast.Module) else ast.parse(text)
        return _Reader(module, is_package, Certain(mark(tree, hidden), hidden)).read(tree)
    except (SyntaxError, ValueError, RecursionError) as error:
        line, message = getattr(error, "lineno", None) or 1, getattr(error, "msg", None) or str(error)
        broken = Summary(
            hash="",
            ordered="",
            full="",
            symbols={},
            imports={},
            stars=[],
            loads=[],
            events=[],
            bound={},
            steps=[],
            problems=[],
        )
        content = text.decode("utf-8", "backslashreplace") if isinstance(text, bytes) else ""
        broken["hash"] = broken["ordered"] = broken["full"] = digest([content])
        broken["error"] = [line, message]
        return broken


@dataclass
class _Piece:
    """What one statement says about a name."""

    text: str
    ordered: str
    full: str
    reads: dict[str, int]
    """Names of the module that are read when the statement runs -> how many statements about each stand above."""


_OF_CLASSES = ("__new__", "__init_subclass__", "__class_getitem__", "__set_name__", "__get__", "__set__", "__delete__")
"""Methods whose first argument is not an object that has just been made, where a class was called."""


class _Reader:
    """Sorts the statements of a module by the symbol they belong to."""

    def __init__(self, module: str, is_package: bool, certain: Certain) -> None:
        self._module = module
        self._package = module if is_package else module.rpartition(".")[0]
        self._certain = certain
        self._parts: dict[str, list[_Piece]] = {}
        self._uses: dict[str, Uses] = {}
        self._kinds: dict[str, str] = {}
        self._acts: dict[str, Acts] = {}
        self._fresh: dict[str, list[str] | None] = {}
        """Name -> what is called to make what it holds; None where it may hold something that others know, too."""
        self._extra: dict[str, dict[str, Any]] = {}
        self._events: list[tuple[Event, list[str], dict[str, int]]] = []
        """Each event with the texts of its hash, and the names that it may read."""
        self._counts: Counter[str] = Counter()
        """How many statements about a name have been read."""
        self._stars_read = 0
        self._steps: list[dict[str, Any]] = []
        self._placed: set[int] = set()
        self._context: list[str] = []
        """The branches of `if` statements around what is being read, as text: they are part of its hash."""
        self._context_tests: list[ast.expr] = []
        """The conditions of these statements."""
        self._bound_at: dict[str, int] = {}
        self._overloads: dict[str, list[str]] = {}

    def read(self, tree: ast.Module) -> Summary:
        """The summary of a parsed module."""
        statements = list(imported_part(tree.body))
        self._lazy = any(
            isinstance(item, ast.ImportFrom) and item.module == "__future__" and item.names[0].name == "annotations"
            for item in tree.body
        )
        self._bound = bind(statements, self._package)
        in_classes = bind(_imports_in_classes(statements), self._package)
        self._imports = dict(self._bound.imports)
        self._several = _bound_more_than_once(statements, self._package)
        for node in ast.walk(tree):
            if getattr(node, "is_overload", False) and isinstance(node, Function):
                self._overloads.setdefault(node.name, []).append(dump(node, full=True))
            if isinstance(node, ast.Global):  # a function may bind it to anything
                self._fresh.update(dict.fromkeys(node.names))
        if (text := ast.get_docstring(tree, clean=False)) is not None:
            self._add("__doc__", ascii(text), ascii(text), Uses(), "data", {})
        self._read(statements)
        symbols = {name: self._symbol(name) for name in self._parts}
        events = [self._event_of(*each) for each in self._events]
        loads = sorted({*self._bound.loads, *in_classes.loads})
        texts = {name: f"{name} {symbol['hash']}" for name, symbol in symbols.items() if name != "__doc__"}
        full = [f"{name} {symbol.get('full', symbol['hash'])}" for name, symbol in symbols.items()]
        done = [event["hash"] for event in events if "acts" in event]
        return Summary(
            hash=digest([*sorted(texts.values()), *done, *loads]),
            ordered=digest([*texts.values(), *done, *loads]),
            full=digest([*full, *done, *loads]),
            symbols=symbols,
            imports=self._imports,
            stars=self._bound.stars,
            loads=loads,
            events=events,
            bound=self._bound_at,
            steps=self._steps,
            problems=misplaced(tree, self._placed, self._imports),
        )

    def _read(self, statements: Iterable[ast.stmt]) -> None:
        """Enter each statement at the symbol it belongs to."""
        for statement in effective(statements):
            self._note_loads(statement)
            match statement:
                case ast.Import() | ast.ImportFrom():
                    self._import(statement)
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
            bound = bind([statement], self._package)
            for name in [*bound.names, *bound.imports, *(f"*{star}" for star in bound.stars)]:
                self._bound_at[name] = len(self._events)

    def _note_loads(self, node: ast.stmt) -> None:
        """Remember which modules are imported, and when."""
        if isinstance(node, ast.If | Function):
            return
        bound = bind([node, *_imports_in_classes([node])], self._package)
        self._stars_read += len(bound.stars)
        for load in bound.loads:
            event = Event(hash="", refs=[], loads=[load], names=[])
            if self._context:
                event["maybe"] = True
            if not isinstance(node, ast.Import | ast.ImportFrom | ast.ClassDef):
                event["tried"] = True
            if not any("acts" not in each and each["loads"] == [load] for each, _, _ in self._events):
                self._events.append((event, [], {}))

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        """An import belongs to its name where a condition, or its place among others, decides what that means."""
        for name, targets in bind([node], self._package).imports.items():
            if self._context or name in self._several:
                collector = self._collector()
                collector.uses.refs.update(targets)
                text = f"import {' '.join(targets)}"
                self._add(name, text, text, collector.uses, "data", {})
                self._fresh[name] = None

    def _if(self, node: ast.If) -> None:
        """Both branches count, each with the condition."""
        test = ast.Expr(node.test)
        names = bind([node.test], self._package).names
        acts = statement_acts(test)
        if names:
            self._belongs(test, names, acts)
        self._happens(names, acts, [dump(test)], ast.If(node.test, [], []))
        self._context_tests.append(node.test)
        for branch, body in (("if", node.body), ("else", node.orelse)):
            self._context.append(f"{branch} {dump(node.test)}")
            self._read(imported_part(body))
            self._context.pop()
        self._context_tests.pop()

    def _function(self, node: Function) -> None:
        self._placed.add(id(node))
        step = declared(node, self._imports)
        if not step and node.decorator_list and not self._bound.stars:
            step = nearly_declared(node, self._imports, {*self._bound.names, *self._imports, *dir(builtins)})
        if step:
            self._steps.append(step)
        node = without_step_decorators(node, self._imports)
        uses = self._collector().statements([node])
        acts = statement_acts(node, self._lazy)
        self._add(node.name, dump(node), dump(node, full=True), uses, "def", self._reads(acts))
        self._fresh[node.name] = None if self._fresh.get(node.name, []) is None else []
        self._made(node.name, node)
        if self._kinds[node.name] != "def" or len(self._parts[node.name]) > 1:
            self._extra.setdefault(node.name, {})["decorated"] = True
        evaluated = statement_acts(changed(node, decorator_list=[], args=_no_defaults(node.args)), self._lazy)
        self._happens([node.name], acts, [] if evaluated.nothing else [dump(node, full=True)], node)

    def _made(self, name: str, node: Function, makes_self: bool = False) -> None:
        """Remember what calling a function does."""
        body, inner = function_acts(node, makes_self)
        extra = self._extra.setdefault(name, {})
        extra["body"], extra["inner"] = self._json(body), self._json(inner) if inner else None
        if not getattr(node, "is_blind", False) and node.decorator_list:
            extra["decorated"] = True
        if node.decorator_list:
            extra["accessor"] = True
        if any(
            isinstance(decorator, ast.Attribute) and decorator.attr == "setter" for decorator in node.decorator_list
        ):
            extra["setter"] = True

    def _class(self, node: ast.ClassDef, qualname: str) -> None:
        """A class is one symbol without its methods and nested classes, and each of these is one of its own."""
        statements = list(effective(node.body))
        members = [item for item in statements if isinstance(item, Function | ast.ClassDef)]
        shell = changed(node, body=[item for item in statements if item not in members])
        in_order = " ".join(item.name for item in members)
        order = _order(statements, self._package)
        top = "." not in qualname
        acts = statement_acts(node, self._lazy) if top else Acts()
        text = "\n".join([dump(shell), *order])
        full = dump(changed(node, body=[item for item in node.body if item not in members]), full=True)
        reads = self._reads(acts)
        self._add(qualname, text, f"{full}\n{in_order}", self._collector().class_shell(node), "class", reads, in_order)
        self._fresh[qualname] = None if self._fresh.get(qualname, []) is None else []
        extra = self._extra.setdefault(qualname, {})
        extra.setdefault("members", [])
        if node.decorator_list:
            extra["decorated"] = True
        own = bind(statements, self._package)
        for item in members:
            name = f"{qualname}.{item.name}"
            extra["members"].append(name)
            if isinstance(item, ast.ClassDef):
                self._class(item, name)
            else:
                used = self._collector().member(item, own)
                self._add(name, dump(item), dump(item, full=True), used, "member", reads)
                self._made(name, item, item.name.startswith("__") and item.name not in _OF_CLASSES)
        if top:
            if self._kinds[qualname] != "class" or len(self._parts[qualname]) > 1:
                extra["decorated"] = True
            self._happens([qualname], acts, [f"class {qualname}: {in_order}"], node)

    def _statement(self, node: ast.stmt) -> None:
        """An assignment, a call, or a compound statement as a whole."""
        bound = bind([node], self._package)
        acts = statement_acts(node, self._lazy)
        touched = _touched(node)
        touched += [(chain, True) for chain in acts.calls if "." in chain]
        touched += [(chain, False) for chain in acts.items]
        own = {chain.partition(".")[0] for chain, is_call in touched if self._is_own(chain, is_call)}
        names = bound.names | set(bound.imports) | own
        for name in names if not isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign) else ():
            self._extra.setdefault(name, {}).setdefault("maybe", True)
        for name in names if _makes_iterator(node) else ():
            self._extra.setdefault(name, {})["iterator"] = True
        self._belongs(node, names, acts)
        for name in names:
            self._note_fresh(name, node, acts, name in own)
        if names == {getattr(_only_target(node), "id", None)}:
            self._assigned(node, next(iter(names)))
        others = [chain for chain, is_call in _touched(node) if not self._is_own(chain, is_call)]
        self._happens(names, acts, [dump(node)] if others or not names else [], node)

    def _note_fresh(self, name: str, node: ast.stmt, acts: Acts, is_change: bool) -> None:
        """Whether a name holds something that is made here, so that others can only know it by this name."""
        known = self._fresh.get(name, [])
        target = _only_target(node)
        if known is None:
            return
        if isinstance(target, ast.Name) and target.id == name:
            made = _made_by(node.value, self._certain)  # type: ignore[attr-defined]
            self._fresh[name] = None if made is None else [*known, *made]
        elif name in bind([node], self._package).names and not isinstance(node, ast.AugAssign):
            self._fresh[name] = None

    def _happens(self, names: Iterable[str], acts: Acts, texts: list[str], node: ast.stmt) -> None:
        """Enter what a statement does on import. Its text counts where it belongs to no symbol that says it already."""
        for name in names:
            self._acts.setdefault(name, Acts()).merge(acts)
        if acts.nothing:
            return
        collector = self._collector()
        uses = collector.statements([node]) if texts else Uses()
        head = [*self._context, *texts] if texts else [f"statement of {' '.join(sorted(names))}"]
        event = Event(
            hash="",
            refs=self._known(uses),
            loads=sorted(uses.loads),
            names=sorted(names),
            acts=self._json(acts),
        )
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            event["bare"] = True
        self._events.append((event, head, dict(self._counts)))

    def _event_of(self, event: Event, texts: list[str], reads: dict[str, int]) -> Event:
        if "acts" in event:
            event["hash"] = digest([*texts, *self._places(reads, "")])
        return event

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

    def _belongs(self, node: ast.stmt, names: Iterable[str], acts: Acts) -> None:
        """Enter a statement at each of the names that it binds or changes."""
        reads = self._reads(acts)
        for name in sorted(names):
            if self._kinds.get(name) in ("def", "class"):
                self._extra[name]["patched"] = True
            uses = self._collector().statements([node])
            self._add(name, dump(node), dump(node, full=True), uses, "data", reads)

    def _reads(self, acts: Acts) -> dict[str, int]:
        """The names that a statement may read when it runs, each with how often it was bound or changed above."""
        if acts.unknown or any(call.partition(".")[0] in self._all_names() for call in acts.calls):
            return dict(self._counts)  # what is called may read any of them
        return {name: self._counts[name] for name in {use.partition(".")[0] for use in acts.uses}}

    def _all_names(self) -> set[str]:
        return self._bound.names | set(self._bound.imports)

    def _places(self, reads: Mapping[str, int], own: str) -> list[str]:
        """For the names that are bound or changed more than once: which of these a statement comes after."""
        return [f"{name} {n}" for name, n in sorted(reads.items()) if self._counts[name] > 1 and name != own]

    def _collector(self) -> Collector:
        """A collector for the next piece of source, which uses what the conditions around it use."""
        collector = Collector(self._module, self._package, self._imports)
        for test in self._context_tests:
            collector.statements([ast.Expr(test)])
        return collector

    def _add(
        self, name: str, text: str, full: str, uses: Uses, kind: str, reads: dict[str, int], in_order: str = ""
    ) -> None:
        context = "".join(f"{line}\n" for line in self._context)
        piece = _Piece(context + text, f"{context}{text}{in_order and ' '}{in_order}", context + full, reads)
        self._parts.setdefault(name, []).append(piece)
        self._uses.setdefault(name, Uses()).update(uses)
        self._kinds.setdefault(name, kind)
        self._extra.setdefault(name, {}).setdefault("stars", self._stars_read)
        self._extra[name].setdefault("maybe", bool(self._context))
        self._counts[name] += 1

    def _symbol(self, name: str) -> Symbol:
        uses, extra = self._uses[name], dict(self._extra.get(name, {}))
        if len(self._parts[name]) > 1:
            extra.pop("alias", None)
            extra.pop("value", None)
        alias = extra.get("alias")
        refs = [ref for ref in uses.refs if ref not in (name, alias)]
        known = self._known(uses)
        places = [at for at, ref in enumerate(refs) if ref in known]
        after = [line for piece in self._parts[name] for line in self._places(piece.reads, name)]
        # which of its names mean something here: `f(len, max)` where one of the two is not Python's own
        meant = [f"names {places}"] if len(places) < len(refs) else []
        symbol = Symbol(
            hash=digest([*(piece.text for piece in self._parts[name]), *after, *meant]),
            kind=self._kinds[name],
            refs=[refs[at] for at in places],
            loads=sorted(uses.loads),
        )
        symbol["ordered"] = digest([*(piece.ordered for piece in self._parts[name]), *after, *meant])
        full = [piece.full for piece in self._parts[name]]
        if self._lazy and any("annotation=" in text or "returns=" in text for text in full):
            full.append("annotations are texts")
        full += self._overloads.get(name.rpartition(".")[2], ())
        symbol["full"] = digest([*full, *after, *meant])
        for key in ("ordered", "full"):
            if symbol[key] == symbol["hash"]:
                del symbol[key]  # type: ignore[misc]
        if uses.tried:
            symbol["tried"] = sorted(uses.tried)
        if uses.looks:
            symbol["looks"] = sorted(uses.looks)
        if name in self._acts and not self._acts[name].nothing:
            symbol["acts"] = self._json(self._acts[name])
        fresh = self._fresh.get(name)
        symbol.update({key: value for key, value in extra.items() if value})  # type: ignore[typeddict-item]
        if fresh is not None:
            symbol["fresh"] = sorted(set(fresh))
        return symbol

    def _json(self, acts: Acts) -> dict[str, Any]:
        """What is done, without the mere use of what is Python's own."""
        value = acts.to_json()
        if "uses" in value and not self._bound.stars:
            known = self._all_names()
            value["uses"] = [use for use in value["uses"] if use.partition(".")[0] in known]
        return {key: each for key, each in value.items() if each}

    def _known(self, uses: Uses) -> list[str]:
        """The references without builtins and typing errors. With `import *` any name may come from there."""
        if self._bound.stars:
            return list(uses.refs)
        known = {"__doc__", *self._bound.names, *self._bound.imports}
        return [ref for ref in uses.refs if ":" in ref or ref.partition(".")[0] in known]


def _imports_in_classes(statements: Iterable[ast.stmt]) -> list[ast.stmt]:
    """The imports that stand in class bodies, which run with everything else; not those inside of methods."""
    found: list[ast.stmt] = []
    for statement in statements:
        for node in _outside_functions(statement):
            if isinstance(node, ast.ClassDef):
                body = [item for each in node.body for item in _outside_functions(each)]
                found += [item for item in body if isinstance(item, ast.Import | ast.ImportFrom)]
    return found


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    if not isinstance(node, Function | ast.Lambda):
        yield node
        for child in ast.iter_child_nodes(node):
            yield from _outside_functions(child)


def _bound_more_than_once(statements: Iterable[ast.stmt], package: str) -> set[str]:
    """The names of which more than one statement says what they mean, and not all of them the same."""
    counts: Counter[str] = Counter()
    targets: dict[str, set[str]] = {}
    for statement in _blocks_opened(statements):
        bound = bind([statement], package)
        counts.update(bound.names)
        for name, meant in bound.imports.items():
            targets.setdefault(name, set()).update(meant)
    return {name for name, meant in targets.items() if len(meant) + counts[name] > 1}


def _blocks_opened(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in imported_part(statements):
        if isinstance(statement, ast.If):
            yield from _blocks_opened([*statement.body, *statement.orelse])
        else:
            yield statement


def _order(statements: Sequence[ast.stmt], package: str) -> list[str]:
    """The order of the statements of a class body, as far as it decides something.

    A name that is bound twice means the second thing, and who reads it in between the first.
    """
    bound = [bind([item], package) for item in statements]
    counts = Counter(name for each in bound for name in {*each.names, *each.imports})
    several = {name for name, count in counts.items() if count > 1}
    if not several:
        return []
    lines = []
    for item, each in zip(statements, bound, strict=True):
        read = {part.id for part in ast.walk(item) if isinstance(part, ast.Name)} & several
        if names := ({*each.names, *each.imports} | read) & several:
            owner = item.name if isinstance(item, Function | ast.ClassDef) else type(item).__name__
            lines.append(f"{owner} {' '.join(sorted(names))}")
    return lines


def _no_defaults(arguments: ast.arguments) -> ast.arguments:
    return changed(arguments, defaults=[], kw_defaults=[None] * len(arguments.kwonlyargs))


def _made_by(value: ast.expr, certain: Certain) -> list[str] | None:
    """What is called to make a value that nothing else can know; None where it may be known already."""
    match value:
        case ast.Constant() | ast.List() | ast.Dict() | ast.Set() | ast.ListComp() | ast.DictComp() | ast.SetComp():
            return []
        case ast.Tuple() | ast.BinOp() | ast.Compare() | ast.UnaryOp() | ast.JoinedStr() | ast.GeneratorExp():
            return []
        case ast.Call() if (meaning := certain.meaning(value.func)) in CONTAINERS:
            return [meaning]
    return None


def _makes_iterator(node: ast.AST) -> bool:
    """Whether a statement may leave something behind that is used up by going through it, as `(n for n in N)` is."""
    for part in ast.iter_child_nodes(node):
        gone_through = (
            (isinstance(node, ast.For | ast.comprehension) and part is node.iter)
            or (isinstance(node, ast.Call) and part in node.args and _last_name(node.func) in _CONSUMING)
            or (isinstance(node, ast.Assign) and all(isinstance(t, ast.Tuple | ast.List) for t in node.targets))
        )
        made = isinstance(part, ast.GeneratorExp) or (
            isinstance(part, ast.Call) and _last_name(part.func) in _ITERATORS
        )
        if (made and not gone_through) or _makes_iterator(part):
            return True
    return False


_CONSUMING = frozenset(
    {
        *("list", "tuple", "set", "frozenset", "dict", "sum", "any", "all", "min", "max", "sorted", "join"),
        *("OrderedDict", "Counter", "deque"),
    }
)
"""Last names of calls that go through what they are given, and keep none of it."""
_ITERATORS = frozenset(name.rpartition(".")[2] for name in ITERATORS)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def imported_part(statements: Iterable[ast.stmt]) -> Iterable[ast.stmt]:
    """The statements that run when the module is imported."""
    for statement in effective(statements):
        if isinstance(statement, ast.If) and not getattr(statement, "own_name", False) and _is_main(statement.test):
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
