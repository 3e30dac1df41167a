"""The rules under which records that name none were made: `tpdl upgrade` asks them whether one is still fresh.

    Rules1(root, ignore).closure("experiments.transfer.cuts:layer_cut")   # as the record holds it

Frozen: nothing here is to be improved, since every change would make old records look stale. The file goes when records
of these rules are no longer carried over. `tpdl.fingerprint` says how names are followed; what these rules did not see
(what a name is bound to, effects that no list named) is why there are others now.
"""

from __future__ import annotations

import ast
import builtins
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from tpdl.fingerprint.canonical import Function, changed, dotted, root
from tpdl.fingerprint.hashing import digest
from tpdl.fingerprint.literals import encode, is_literal
from tpdl.fingerprint.modules import Modules
from tpdl.fingerprint.steps import declared, misplaced, without_step_decorators

_SKIPPED = frozenset({"ctx", "type_comment", "kind", "type_ignores", "simple", "str"})
"""Fields that follow from a node's position, or repeat the source text."""

_BLIND_DECORATORS = frozenset(
    {
        *("property", "setter", "getter", "deleter", "staticmethod", "classmethod", "abstractmethod"),
        *("cached_property", "cache", "lru_cache", "wraps", "contextmanager", "override", "final"),
        *("no_grad", "inference_mode"),
    }
)
"""Last names of common decorators that never look at annotations."""


def effective(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that do something at run time, with the branch of `if TYPE_CHECKING:` that does.

    >>> [ast.unparse(statement) for statement in effective(ast.parse("'A docstring.'\\npass\\nx = 1").body)]
    ['x = 1']
    """
    for statement in statements:
        if isinstance(statement, ast.Pass):
            continue
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        if isinstance(statement, ast.If) and (checking := _type_checking(statement.test)) is not None:
            yield from effective(statement.orelse if checking else statement.body)
            continue
        if isinstance(statement, Function) and any(_last_name(d) == "overload" for d in statement.decorator_list):
            continue
        yield statement


def reads_annotations(function: Function) -> bool:
    """Whether a decorator may read the parameters' annotations: any may, except the well-known ones that do not."""
    return any(_last_name(decorator) not in _BLIND_DECORATORS for decorator in function.decorator_list)


def dump(node: ast.AST, in_class: bool = False) -> str:
    """The canonical text of a tree. In a class body annotations are kept: dataclasses and their kin read them."""
    out: list[str] = []
    _write(node, out, in_class)
    return "".join(out)


def _write(node: ast.AST, out: list[str], in_class: bool) -> None:
    """Append the text of a tree to `out`, a piece at a time."""
    dropped: tuple[str, ...] = ()
    if isinstance(node, ast.Constant | ast.MatchSingleton):
        out.append(f"{type(node).__name__}({_constant(node.value)})")
        return
    if isinstance(node, ast.AnnAssign) and not in_class:
        if node.value is None:
            return
        node = ast.Assign(targets=[node.target], value=node.value)
    elif isinstance(node, Function) and not reads_annotations(node):
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
    for name in sorted(node._fields):
        value = getattr(node, name, None)
        if value is None or value == [] or name in _SKIPPED or name in dropped:
            continue
        if name in ("body", "orelse", "finalbody") and isinstance(value, list):
            value = list(effective(value))
        out.append(f"{name}=")
        _write_value(value, out, inside)
        out.append(",")
    out.append(")")


def _write_value(value: object, out: list[str], in_class: bool) -> None:
    if isinstance(value, ast.AST):
        _write(value, out, in_class)
    elif isinstance(value, list):
        out.append("[")
        for item in value:
            _write_value(item, out, in_class)
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


def _type_checking(test: ast.expr) -> bool | None:
    """True for `TYPE_CHECKING`, False for `not TYPE_CHECKING`, None for other conditions."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = _type_checking(test.operand)
        return None if inner is None else not inner
    return True if (names := dotted(test)) and names[-1] == "TYPE_CHECKING" else None


def _last_name(decorator: ast.expr) -> str:
    """ "lru_cache" of `@functools.lru_cache(maxsize=1)`."""
    names = dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
    return names[-1] if names else ""


_COMPREHENSIONS = frozenset({ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp})
_BIND_NOTHING = frozenset({ast.Constant, ast.Load, ast.Store, ast.Del, ast.Pass, ast.alias})
_SEES_ALL_GLOBALS = frozenset({"globals", "eval", "exec"})


@dataclass
class Bound:
    """The names that some statements bind in their own scope."""

    names: set[str] = field(default_factory=set)
    imports: dict[str, set[str]] = field(default_factory=dict)
    """Name -> references to what was imported under it."""
    loads: set[str] = field(default_factory=set)
    """Modules that the imports execute: "pkg.mod", and "pkg.mod:name" where `name` may be a submodule."""
    stars: set[str] = field(default_factory=set)
    """Modules of which all names are imported: `from pkg.mod import *`."""
    outer: set[str] = field(default_factory=set)
    """Names declared global."""
    enclosing: set[str] = field(default_factory=set)
    """Names declared nonlocal."""


@dataclass
class Scope:
    """A function's or class's scope; None stands for the module's."""

    bound: Bound
    parent: Scope | None
    is_class: bool = False


@dataclass
class Uses:
    """What a piece of code uses."""

    refs: set[str] = field(default_factory=set)
    loads: set[str] = field(default_factory=set)
    """Modules that imports in the code execute, as in `Bound`."""
    calls: set[str] = field(default_factory=set)
    """References that are called when the statement itself runs, not later inside a function."""
    changes: set[str] = field(default_factory=set)
    """References that are changed in place: `TABLE[k] = v`, `TABLE.append(v)`, `global TABLE`."""

    def __ior__(self, other: Uses) -> Uses:
        for name, references in vars(other).items():
            getattr(self, name).update(references)
        return self


def extended(reference: str, attributes: Sequence[str]) -> str:
    """The reference to an attribute of what `reference` means.

    >>> extended("lab.nets:build", ["__name__"]), extended("lab.nets:", ["build"])
    ('lab.nets:build.__name__', 'lab.nets:build')
    """
    dot = "." if attributes and not reference.endswith(":") else ""
    return reference + dot + ".".join(attributes)


def imported(statement: ast.Import | ast.ImportFrom, package: str, bound: Bound) -> None:
    """Enter what an import statement binds.

    Args:
        statement: the statement.
        package: what relative imports start from.
        bound: where it is entered.
    """
    if isinstance(statement, ast.Import):
        for alias in statement.names:
            top = alias.name.partition(".")[0]
            bound.imports.setdefault(alias.asname or top, set()).add(f"{alias.name if alias.asname else top}:")
            bound.loads.add(alias.name)
        return
    source = statement.module or ""
    if statement.level:
        parents = package.split(".")
        base = ".".join(parents[: len(parents) - statement.level + 1])
        source = f"{base}.{source}".strip(".")
    bound.loads.add(source)
    for alias in statement.names:
        if alias.name == "*":
            bound.stars.add(source)
        else:
            bound.imports.setdefault(alias.asname or alias.name, set()).add(f"{source}:{alias.name}")
            bound.loads.add(f"{source}:{alias.name}")


def bind(nodes: Iterable[ast.AST], package: str, bound: Bound | None = None, in_comprehension: bool = False) -> Bound:
    """All names that `nodes` bind in the scope they stand in, not in the scopes nested in it.

    Args:
        nodes: statements or expressions of one scope.
        package: what relative imports start from.
        bound: where the names are entered; by default a new one.
        in_comprehension: the nodes stand in a comprehension, whose targets are bound in a scope of its own.
    """
    bound = bound or Bound()
    for node in nodes:
        kind = type(node)
        if kind in _BIND_NOTHING:
            continue
        inside = in_comprehension
        children: Iterable[ast.AST] = ast.iter_child_nodes(node)
        if isinstance(node, ast.Name):
            if not in_comprehension and not isinstance(node.ctx, ast.Load):
                bound.names.add(node.id)
            continue
        if isinstance(node, Function):
            bound.names.add(node.name)
            children = [*node.decorator_list, *_defaults(node.args)]
        elif isinstance(node, ast.ClassDef):
            bound.names.add(node.name)
            children = [*node.decorator_list, *node.bases, *node.keywords]
        elif isinstance(node, ast.Lambda):
            children = _defaults(node.args)
        elif kind in _COMPREHENSIONS:
            inside = True  # its targets are its own; only `:=` reaches out
        elif isinstance(node, ast.NamedExpr):
            bound.names.add(node.target.id)
            children = [node.value]
        elif isinstance(node, ast.If):
            children = [node.test, *effective(node.body), *effective(node.orelse)]
        elif isinstance(node, ast.Import | ast.ImportFrom):
            imported(node, package, bound)
        elif isinstance(node, ast.Global):
            bound.outer.update(node.names)
        elif isinstance(node, ast.Nonlocal):
            bound.enclosing.update(node.names)
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            bound.names.add(node.name)
        elif isinstance(node, ast.MatchMapping) and node.rest:
            bound.names.add(node.rest)
        bind(children, package, bound, inside)
    return bound


class Collector:
    """Walks code of one module, and collects in `uses` what it uses.

    Args:
        module: its name.
        package: what its relative imports start from.
    """

    def __init__(self, module: str, package: str) -> None:
        self._module = module
        self._package = package
        self.uses = Uses()
        self._function_depth = 0
        """Inside how many functions the walk is: calls there do not happen when the module is imported."""

    def statements(self, statements: Iterable[ast.stmt], scope: Scope | None = None, in_class: bool = False) -> Uses:
        """Collect from statements of one scope."""
        for statement in effective(statements):
            self._visit(statement, scope, in_class)
        return self.uses

    def class_shell(self, node: ast.ClassDef) -> Uses:
        """Collect from a class of the module without its methods and nested classes, which are symbols of their own."""
        scope = self._class_head(node, None)
        self._class_body(node, scope, skip=Function | ast.ClassDef)  # type: ignore[arg-type]
        return self.uses

    def member(self, node: ast.stmt, owner: Bound) -> Uses:
        """Collect from a method; its decorators and defaults see the names its class binds, its body does not."""
        self._visit(node, Scope(owner, None, is_class=True), True)
        return self.uses

    def _visit(self, node: ast.AST, scope: Scope | None, in_class: bool = False) -> None:
        match node:
            case ast.Name() | ast.Attribute():
                self._chain(node, scope)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, scope)
            case ast.Lambda():
                self._all(_defaults(node.args), scope)
                bound = Bound(names=_parameters(node.args))
                bind([node.body], self._package, bound)
                self._body([node.body], Scope(bound, scope))
            case ast.ClassDef():
                self._class_body(node, self._class_head(node, scope))
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(node, scope)
            case ast.Import() | ast.ImportFrom():
                bound = Bound()
                imported(node, self._package, bound)
                self.uses.loads |= bound.loads
            case ast.Global():
                self.uses.refs.update(node.names)
                self.uses.changes.update(node.names)
            case ast.AugAssign():
                if isinstance(node.target, ast.Name):  # `X += 1` also reads X
                    self.uses.refs |= self._references([node.target.id], scope)
                self._all(ast.iter_child_nodes(node), scope)
            case ast.AnnAssign():
                parts = [node.target, node.value, node.annotation if in_class else None]
                self._all([part for part in parts if part], scope)
            case ast.Call():
                self._call(node, scope)
            case ast.Subscript():
                if _is_own_module(node):
                    self.uses.refs.add(f"{self._module}:")
                self._stored(node, scope)
                self._all(ast.iter_child_nodes(node), scope)
            case ast.If():
                self._all([node.test, *effective(node.body), *effective(node.orelse)], scope, in_class)
            case _ if type(node).__name__ == "TypeAlias":
                inner = Scope(Bound(names=_type_parameters(node)), scope)
                self._all(ast.iter_child_nodes(node), inner)
            case _:
                self._all(ast.iter_child_nodes(node), scope, in_class)

    def _all(self, nodes: Iterable[ast.AST], scope: Scope | None, in_class: bool = False) -> None:
        for node in nodes:
            self._visit(node, scope, in_class)

    def _body(self, nodes: Iterable[ast.AST], scope: Scope) -> None:
        """Visit the body of a function."""
        self._function_depth += 1
        self._all(nodes, scope)
        self._function_depth -= 1

    def _function(self, node: Function, scope: Scope | None) -> None:
        self._all([*node.decorator_list, *_defaults(node.args)], scope)
        for decorator in node.decorator_list:
            self._called(decorator, scope)
        outer = Scope(Bound(names=_type_parameters(node)), scope)
        if reads_annotations(node):
            self._all(getattr(node, "type_params", []), outer)
            self._all([a.annotation for a in _all_parameters(node.args) if a.annotation], outer)
            self._all([node.returns] if node.returns else [], outer)
        statements = list(effective(node.body))
        bound = Bound(names=_parameters(node.args))
        bind(statements, self._package, bound)
        self._body(statements, Scope(bound, outer))

    def _class_head(self, node: ast.ClassDef, scope: Scope | None) -> Scope:
        """Visit decorators, base classes and keywords; the scope of the body, in which nothing is bound yet."""
        self._all(node.decorator_list, scope)
        for decorator in node.decorator_list:
            self._called(decorator, scope)
        outer = Scope(Bound(names=_type_parameters(node)), scope) if _type_parameters(node) else scope
        self._all([*getattr(node, "type_params", []), *node.bases, *node.keywords], outer)
        return Scope(Bound(), outer, is_class=True)

    def _class_body(self, node: ast.ClassDef, scope: Scope, skip: type | None = None) -> None:
        """A class body runs from top to bottom: a name is the class's own only below where it was bound."""
        for statement in effective(node.body):
            if skip is None or not isinstance(statement, skip):
                self._visit(statement, scope, True)
            bind([statement], self._package, scope.bound)

    def _comprehension(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, scope: Scope | None
    ) -> None:
        first = node.generators[0]
        self._visit(first.iter, scope)
        bound = Bound()
        for generator in node.generators:
            bind([generator.target], self._package, bound)
        inner = Scope(bound, scope)
        for generator in node.generators:
            self._all([generator.target, *generator.ifs], inner)
            if generator is not first:
                self._visit(generator.iter, inner)
        self._all([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt], inner)

    def _call(self, node: ast.Call, scope: Scope | None) -> None:
        """A call uses its function and arguments; `import_module("pkg.mod")` and `globals()` reach further."""
        self._called(node.func, scope)
        names = dotted(node.func)
        first = node.args[0] if node.args else None
        if names and names[-1] in ("import_module", "__import__") and isinstance(first, ast.Constant):
            if isinstance(first.value, str) and not first.value.startswith("."):
                self.uses.refs.add(f"{first.value}:")
                self.uses.loads.add(first.value)
        elif names and len(names) == 1 and names[0] in _SEES_ALL_GLOBALS and self._find(names[0], scope) is None:
            self.uses.refs.add(f"{self._module}:")
        self._all(ast.iter_child_nodes(node), scope)

    def _called(self, function: ast.expr, scope: Scope | None) -> None:
        """Note what is called now, and that `X.append(f)` may change X."""
        names = root(function).split(".")
        if not self._function_depth:
            self.uses.calls |= self._references(names, scope)
        if len(names) > 1:
            self.uses.changes |= self._references(names, scope)

    def _stored(self, node: ast.Attribute | ast.Subscript, scope: Scope | None) -> None:
        """Note that `X.a = v` and `del X["a"]` change X."""
        if not isinstance(node.ctx, ast.Load) and (chain := root(node)):
            self.uses.changes |= self._references(chain.split("."), scope)

    def _chain(self, node: ast.Name | ast.Attribute, scope: Scope | None) -> None:
        """A name, perhaps with attributes."""
        if isinstance(node, ast.Attribute):
            self._stored(node, scope)
        elif not isinstance(node.ctx, ast.Load):
            return  # binding a name uses nothing; `global` is seen where it is declared
        if names := dotted(node):
            self.uses.refs |= self._references(names, scope)
        else:
            self._all(ast.iter_child_nodes(node), scope)

    def _references(self, names: list[str], scope: Scope | None) -> set[str]:
        """What `a.b.c` refers to; nothing, where `a` is a local name that no import has bound."""
        binding_scope = self._find(names[0], scope)
        if binding_scope is None:
            return {".".join(names)}
        return {extended(target, names[1:]) for target in binding_scope.bound.imports.get(names[0], ())}

    def _find(self, name: str, scope: Scope | None) -> Scope | None:
        """The scope that binds `name`, seen from `scope`; None for the module (or the builtins)."""
        start = scope
        while scope is not None:
            bound = scope.bound
            if not scope.is_class or scope is start:
                if name in bound.outer:
                    return None
                if (name in bound.names or name in bound.imports) and name not in bound.enclosing:
                    return scope
            scope = scope.parent
        return None


def _is_own_module(node: ast.Subscript) -> bool:
    """Whether it is `sys.modules[__name__]`."""
    names = dotted(node.value)
    return bool(names and names[-1] == "modules") and isinstance(node.slice, ast.Name) and node.slice.id == "__name__"


def _all_parameters(arguments: ast.arguments) -> list[ast.arg]:
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    return [*named, *(parameter for parameter in (arguments.vararg, arguments.kwarg) if parameter)]


def _parameters(arguments: ast.arguments) -> set[str]:
    return {parameter.arg for parameter in _all_parameters(arguments)}


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [default for default in [*arguments.defaults, *arguments.kw_defaults] if default]


def _type_parameters(node: ast.AST) -> set[str]:
    return {parameter.name for parameter in getattr(node, "type_params", [])}


_OF_EVERY_MODULE = frozenset(
    {"__name__", "__file__", "__path__", "__package__", "__spec__", "__loader__", "__builtins__"}
)
Seen = set[tuple[str, str]]
"""The names already being followed, as (module, name): imports may lead in a circle."""
_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True)
class Found:
    """One thing that a reference may mean: a node, or something outside the project."""

    node: str = ""
    rest: tuple[str, ...] = ()
    """The attributes of the symbol that the reference asks for: ("shape",) for `TABLE.shape`."""
    opaque: str = ""
    """The name that is used here, and the dotted name of what it is bound to outside the project."""


class Resolver:
    """Follows names through imports, re-exports, aliases and `import *`."""

    def __init__(self, modules: Modules, summary: Callable[[str], Summary | None]) -> None:
        self._modules = modules
        self._summary = summary
        self._memo: dict[tuple[str, str], list[Found]] = {}

    def reference(self, module: str, reference: str) -> list[Found]:
        """Everything that `reference`, in `module`, may mean."""
        key = ("", reference) if ":" in reference else (module, reference)
        if key not in self._memo:
            source, colon, chain = reference.rpartition(":")
            names = tuple(chain.split(".")) if chain else ()
            found = self._in_module(source, names, set()) if colon else self._global(module, names, set())
            if not colon:  # the name that is used here, and where it comes from: both decide what the code does
                found = (replace(each, opaque=f"{names[0]}={each.opaque}") if each.opaque else each for each in found)
            self._memo[key] = list(dict.fromkeys(found))
        return self._memo[key]

    def loads(self, load: str) -> str | None:
        """The module that "pkg.mod" or "pkg.mod:name" executes; None if it is not the project's or no module."""
        module, _, name = load.partition(":")
        if name:
            summary = self._summary(module)
            if summary and (name in summary["symbols"] or name in summary["imports"]):
                return None
            module = f"{module}.{name}"
        if not self._modules.is_ours(module) or self._modules.is_ignored(module) or not self._modules.exists(module):
            return None
        return module

    def whole(self, module: str) -> Iterator[str]:
        """The nodes that stand for everything in a module; for a package, everything below it too."""
        for name in (module, *self._modules.below(module)):
            if self._modules.file(name) and not self._modules.is_ignored(name):
                yield f"{name}:*"

    def _global(self, module: str, names: tuple[str, ...], seen: Seen, nested: bool = False) -> Iterator[Found]:
        """A chain that starts at a global name of `module`."""
        summary = self._summary(module)
        first, rest = names[0], names[1:]
        if summary is None:
            return
        if (module, first) in seen or first in _OF_EVERY_MODULE:
            return
        seen = seen | {(module, first)}
        symbol, targets = summary["symbols"].get(first), summary["imports"].get(first, ())
        if symbol is not None:
            yield Found(f"{module}:{first}", rest)
            if alias := symbol.get("alias"):
                yield from self._alias(module, alias, rest, seen)
        for target in targets:
            source, _, attribute = target.partition(":")
            yield from self._in_module(source, (*([attribute] if attribute else []), *rest), seen)
        if symbol is None and not targets:
            yield from self._starred(summary, names, seen, nested)

    def _alias(self, module: str, alias: str, rest: tuple[str, ...], seen: Seen) -> Iterator[Found]:
        """What `name.rest` means where the module says `name = alias`."""
        source, colon, chain = alias.rpartition(":")
        names = (*chain.split("."), *rest) if chain else rest
        yield from self._in_module(source, names, seen) if colon else self._global(module, names, seen)

    def _starred(self, summary: Summary, names: tuple[str, ...], seen: Seen, nested: bool) -> Iterator[Found]:
        """A name that only `import *` can have bound; where none of its sources has that name, all of them count."""
        found = False
        for source in summary["stars"]:
            if self._summary(source) is not None:
                for each in self._global(source, names, seen, nested=True):
                    found = True
                    yield each
            elif not self._modules.is_ours(source):
                yield Found(opaque=f"{source}:*")
        if not found and not nested and names[0] not in _BUILTINS:
            for source in self._star_sources(summary):
                yield from (Found(node) for node in self.whole(source))

    def _star_sources(self, summary: Summary) -> list[str]:
        """The modules that `import *` takes names from, directly or through each other."""
        sources: list[str] = []
        waiting = list(summary["stars"])
        while waiting:
            source = waiting.pop()
            other = self._summary(source)
            if other is not None and source not in sources:
                sources.append(source)
                waiting += other["stars"]
        return sources

    def _in_module(self, module: str, names: tuple[str, ...], seen: Seen) -> Iterator[Found]:
        """A chain of attributes of a module: its own names first, then its submodules; else all of it counts."""
        modules = self._modules
        if not modules.is_ours(module) or not modules.exists(module):
            yield Found(opaque=f"{module}:{'.'.join(names)}")
            return
        if modules.is_ignored(module):
            return
        if not names:
            yield from (Found(node) for node in self.whole(module))
            return
        first, rest = names[0], names[1:]
        summary, submodule = self._summary(module), f"{module}.{first}"
        known = summary is not None and (first in summary["symbols"] or first in summary["imports"])
        found = False
        if summary and (known or summary["stars"]):
            for each in self._global(module, names, seen, nested=True):
                found = True
                yield each
        # `from .gram import gram` hides the submodule, but whoever writes `pkg.gram.x` may mean it.
        if modules.exists(submodule) and (not found or (rest and known)):
            yield from self._in_module(submodule, rest, seen)
        elif found or known or first in _OF_EVERY_MODULE:
            return
        elif summary is None:
            yield Found(opaque=f"{module}:{'.'.join(names)}")
        else:
            for source in (module, *self._star_sources(summary)):
                yield from (Found(node) for node in self.whole(source))


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
    """Of everything that importing the file brings or does."""
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


@dataclass
class ImportTime:
    """What importing a module does to the rest of the project."""

    effects: dict[str, list[Effect]] = field(default_factory=dict)
    """Node "module:<import…>" -> the statements it stands for."""
    conditional: list[tuple[str, frozenset[str]]] = field(default_factory=list)
    """A node, and the nodes that it changes: it counts for whoever uses one of these, and for nobody else."""


class Graph:
    """What can be reached from a symbol, and what it hashes to.

    Args:
        resolver: says what a reference in a module means.
        summary: asked for what the file of a module says; None for what is not the project's.
    """

    def __init__(self, resolver: Resolver, summary: Callable[[str], Summary | None]) -> None:
        self._resolver = resolver
        self._summary = summary
        self._edges_of: dict[str, tuple[str, ...]] = {}
        self._hashes: dict[str, str] = {}
        self._import_times: dict[str, ImportTime] = {}

    def closure(self, start: Iterable[str]) -> set[str]:
        """All nodes that `start` uses, directly or not, and what imported modules do to any of them.

        `@register` and `TABLE[k] = f` in a module that is imported belong to `TABLE`: they are added if `TABLE` is
        reached, and may lead to more. So it is done again until nothing is added.
        """
        nodes: set[str] = set()
        self._reach(start, nodes)
        size = 0
        while size < len(nodes):
            size = len(nodes)
            for module in [node[:-1] for node in nodes if node.endswith(":")]:
                for node, targets in self._import_time(module).conditional:
                    if node not in nodes and not targets.isdisjoint(nodes):
                        self._reach([node], nodes)
        return nodes

    def hash(self, node: str) -> str:
        """16 hexadecimal digits of a node's own content, and of the names that it uses from outside the project."""
        if node not in self._hashes:
            module, _, name = node.partition(":")
            parts = self._parts(module, name)
            references = {ref for part in parts for ref in [*part["refs"], part.get("alias", "")] if ref}
            meanings = (meaning for ref in references for meaning in self._resolver.reference(module, ref))
            outside = sorted({meaning.opaque for meaning in meanings if meaning.opaque})
            summary = self._summary(module)
            own = [summary["hash"]] if summary and name == "*" else [part["hash"] for part in parts]
            self._hashes[node] = own[0] if len(own) == 1 and not outside else digest([*own, *outside])
        return self._hashes[node]

    def _reach(self, start: Iterable[str], seen: set[str]) -> None:
        """Add to `seen` what can be reached from `start`."""
        open_nodes = list(start)
        while open_nodes:
            node = open_nodes.pop()
            if node not in seen:
                seen.add(node)
                open_nodes += self._edges(node)

    def _edges(self, node: str) -> tuple[str, ...]:
        """The nodes that a node uses directly."""
        if node not in self._edges_of:
            module, _, name = node.partition(":")
            self._edges_of[node] = tuple(dict.fromkeys(self._using(module, name) if name else self._importing(module)))
        return self._edges_of[node]

    def _importing(self, module: str) -> Iterable[str]:
        """Importing a module runs its parents, its imports, and its statements that have an effect."""
        parent = module.rpartition(".")[0]
        if parent:
            yield f"{parent}:"
        summary = self._summary(module)
        if summary is None:
            return
        yield from self._loaded(summary["loads"])
        if summary.get("error"):
            yield f"{module}:*"
        if f"{module}:<import>" in self._import_time(module).effects:
            yield f"{module}:<import>"

    def _using(self, module: str, name: str) -> Iterable[str]:
        """Using a symbol imports its module, and uses its members and whatever its source refers to."""
        yield f"{module}:"
        for part in self._parts(module, name):
            yield from self._loaded(part["loads"])
            yield from (f"{module}:{member}" for member in part.get("members", ()))
            # What an alias stands for is followed where it is used: `nets = pkg.nets` does not use all of pkg.nets.
            aliased = [part["alias"]] if name == "*" and "alias" in part else []
            for reference in [*part["refs"], *aliased]:
                yield from (meaning.node for meaning in self._resolver.reference(module, reference) if meaning.node)

    def _parts(self, module: str, name: str) -> Sequence[Part]:
        """The pieces of source that a node stands for."""
        summary = self._summary(module)
        if summary is None:
            return []
        if name == "*":
            return [*summary["symbols"].values(), *summary["effects"]]
        if name.startswith("<"):
            return self._import_time(module).effects[f"{module}:{name}"]
        return [summary["symbols"][name]]

    def _loaded(self, loads: Iterable[str]) -> list[str]:
        """The nodes of the modules that imports execute."""
        return [f"{module}:" for load in loads if (module := self._resolver.loads(load))]

    def _import_time(self, module: str) -> ImportTime:
        """What importing a module does to the rest of the project; found out once."""
        if module not in self._import_times:
            result = self._import_times[module] = ImportTime()
            summary = self._summary(module)
            if summary is not None:
                for effect in summary["effects"]:
                    self._sort(module, effect, result)
                for name, symbol in summary["symbols"].items():
                    if changed := self._registers_with(module, symbol):
                        result.conditional.append((f"{module}:{name}", changed))
        return self._import_times[module]

    def _sort(self, module: str, effect: Effect, result: ImportTime) -> None:
        """An effect on one imported object counts for those who use the object; any other counts for all."""
        target = effect.get("target")
        meanings = self._resolver.reference(module, target) if target else []
        changed = frozenset(meaning.node for meaning in meanings if meaning.node)
        whole = not changed or any(meaning.opaque or meaning.node.endswith(":*") for meaning in meanings)
        if whole or not (effect.get("stores") or all(self._kind(node) == "data" for node in changed)):
            result.effects.setdefault(f"{module}:<import>", []).append(effect)
            return
        node = f"{module}:<import {target}>"
        result.effects.setdefault(node, []).append(effect)
        result.conditional.append((node, changed))

    def _registers_with(self, module: str, symbol: Symbol) -> frozenset[str]:
        """What making a symbol may have changed elsewhere: decorators, base classes and calls can keep the symbol."""
        changed: set[str] = set()
        for call in symbol.get("calls", ()):
            for meaning in self._resolver.reference(module, call):
                if meaning.node:
                    changed |= {meaning.node} if meaning.rest else self._changed_by(meaning)
        for metaclass in symbol.get("metaclasses", ()):
            changed |= {meaning.node for meaning in self._resolver.reference(module, metaclass) if meaning.node}
        for base in symbol.get("bases", ()):
            for meaning in self._resolver.reference(module, base):
                reached: set[str] = set()
                self._reach([meaning.node] if meaning.node else [], reached)
                hooks = {node.rpartition(".")[0] for node in reached if node.endswith(".__init_subclass__")}
                changed |= hooks and (hooks | self._changed_by(meaning))
        return frozenset(changed)

    def _changed_by(self, called: Found) -> set[str]:
        """The module-level objects that a called function changes, itself or through what it calls."""
        reached: set[str] = set()
        self._reach([called.node], reached)
        changed = {called.node} if self._kind(called.node) == "data" else set()
        for node in reached:
            module, _, name = node.partition(":")
            for part in self._parts(module, name) if name else ():
                for reference in part.get("changes", ()):
                    targets = {meaning.node for meaning in self._resolver.reference(module, reference)}
                    changed |= {target for target in targets if self._kind(target) == "data"}
        return changed

    def _kind(self, node: str) -> str:
        """The kind of a symbol; "" for nodes that are none."""
        module, _, name = node.partition(":")
        summary = self._summary(module)
        symbol = summary["symbols"].get(name) if summary else None
        return symbol["kind"] if symbol else ""


class Rules1:
    """The closures of a project under these rules."""

    def __init__(self, root: Path, ignore: Sequence[str], packages: Sequence[str] | None = None) -> None:
        self._root = root
        self._modules = Modules(root, packages, ignore)
        self._summaries: dict[str, Summary | None] = {}
        self._resolver = Resolver(self._modules, self._summary)
        self._graph = Graph(self._resolver, self._summary)

    def closure(self, function: str, uses: Sequence[str] = ()) -> dict[str, str]:
        """Symbol -> hash, as a record of these rules holds them; empty where the function or a use is not there."""
        module, _, qualname = function.partition(":")
        summary = self._summary(module)
        if summary is None or qualname not in summary["symbols"]:
            return {}
        start = [function]
        for use in uses:
            source, colon, _ = use.partition(":")
            if colon:
                start += [meaning.node for meaning in self._resolver.reference(source, use) if meaning.node]
            else:
                start += [*self._resolver.whole(source), f"{source}:"]
        nodes = self._graph.closure(start)
        return {node: self._graph.hash(node) for node in sorted(nodes) if not node.endswith(":")}

    def _summary(self, module: str) -> Summary | None:
        if module not in self._summaries:
            ours = self._modules.is_ours(module) and not self._modules.is_ignored(module)
            file = self._modules.file(module) if ours else None
            text = (self._root / file.path).read_bytes() if file else b""
            self._summaries[module] = summarise(text, module, file.is_package) if file else None
        return self._summaries[module]
