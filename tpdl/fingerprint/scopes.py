"""Which names of its module does a piece of code use? Python's scoping rules, applied to the syntax tree.

>>> tree = ast.parse('''
... def f(x):
...     from lab import nets
...     return nets.build(x) + OFFSET
... ''')
>>> sorted(Collector("app", "").statements(tree.body).refs)
['OFFSET', 'lab:nets.build']

A *reference* is a string. "np.linalg.norm" is a chain that starts at a global name of the module. "pkg.mod:func.attr"
is a chain that starts in a module that is imported inside a function; "pkg.mod:" is such a module, used as a value.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tpdl.fingerprint.canonical import Function, dotted, effective, reads_annotations

_COMPREHENSIONS = frozenset({ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp})
_BIND_NOTHING = frozenset({ast.Constant, ast.Load, ast.Store, ast.Del, ast.Pass, ast.alias})
_SEES_ALL_GLOBALS = frozenset({"globals", "eval", "exec"})
_LOOKS_AT = {
    **dict.fromkeys(("__annotations__", "__doc__", "__signature__", "__annotate__"), "text"),
    **dict.fromkeys(("__dict__", "vars"), "order"),
    **dict.fromkeys(("__subclasses__",), "subclasses"),
    **dict.fromkeys(("__globals__", "f_globals"), "modules"),
}
"""Attributes and functions through which code looks at other code -> what it sees, see `Uses.looks`."""


class References:
    """A set of references that keeps the order in which they came.

    The order tells which place in the source each belongs to: `f(net, teacher)` with the two bound to `small` and
    `large`, or to `large` and `small`.
    """

    def __init__(self) -> None:
        self._items: dict[str, None] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def update(self, references: Iterable[str]) -> None:
        """Add several."""
        self._items.update(dict.fromkeys(references))


@dataclass
class Bound:
    """The names that some statements bind in their own scope."""

    names: set[str] = field(default_factory=set)
    imports: dict[str, list[str]] = field(default_factory=dict)
    """Name -> references to what was imported under it, in order: of two, the last one holds."""
    loads: References = field(default_factory=References)
    """Modules that the imports execute, in order: "pkg.mod", and "pkg.mod:name" where `name` may be a submodule."""
    stars: list[str] = field(default_factory=list)
    """Modules, in order, of which all names are imported: `from pkg.mod import *`."""
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

    refs: References = field(default_factory=References)
    loads: set[str] = field(default_factory=set)
    """Modules that imports in the code execute, as in `Bound`."""
    tried: set[str] = field(default_factory=set)
    """Those of them that stand in `try` or `with`, where they may fail."""
    looks: set[str] = field(default_factory=set)
    """What it may look at besides the things that it names: the "text" of docstrings and annotations; the "order" of
    definitions; "subclasses" of what it uses; its own "module" as a whole; all "modules"."""

    def update(self, other: Uses) -> None:
        """Add what another piece uses."""
        self.refs.update(other.refs)
        self.loads |= other.loads
        self.tried |= other.tried
        self.looks |= other.looks


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
            _append(bound.imports.setdefault(alias.asname or top, []), f"{alias.name if alias.asname else top}:")
            bound.loads.update([alias.name])
        return
    source = statement.module or ""
    if statement.level:
        parents = package.split(".")
        base = ".".join(parents[: len(parents) - statement.level + 1])
        source = f"{base}.{source}".strip(".")
    bound.loads.update([source])
    for alias in statement.names:
        if alias.name == "*":
            _append(bound.stars, source)
        else:
            _append(bound.imports.setdefault(alias.asname or alias.name, []), f"{source}:{alias.name}")
            bound.loads.update([f"{source}:{alias.name}"])


def _append(items: list[str], item: str) -> None:
    """Add to the end, where what is said last holds."""
    if item in items:
        items.remove(item)
    items.append(item)


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
        imports: what the module imports, as in `Bound`.
    """

    def __init__(self, module: str, package: str, imports: Mapping[str, Sequence[str]] | None = None) -> None:
        self._module = module
        self._package = package
        self._imports = imports or {}
        self._trying = 0
        self.uses = Uses()

    def statements(self, statements: Iterable[ast.stmt], scope: Scope | None = None, in_class: bool = False) -> Uses:
        """Collect from statements of one scope."""
        for statement in effective(statements):
            self._visit(statement, scope, in_class)
        return self.uses

    def class_shell(self, node: ast.ClassDef) -> Uses:
        """Collect from a class of the module without its methods and nested classes, which are symbols of their own."""
        scope = self._class_head(node, None)
        self._class_body(node, scope, skip=(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
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
                self._visit(node.body, Scope(bound, scope))
            case ast.ClassDef():
                self._class_body(node, self._class_head(node, scope))
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(node, scope)
            case ast.Import() | ast.ImportFrom():
                bound = Bound()
                imported(node, self._package, bound)
                self.uses.loads.update(bound.loads)
                self.uses.tried.update(bound.loads if self._trying else ())
            case ast.Try() | ast.TryStar() | ast.With() | ast.AsyncWith():
                self._trying += 1
                self._all(ast.iter_child_nodes(node), scope, in_class)
                self._trying -= 1
            case ast.Global():
                self.uses.refs.update(node.names)
            case ast.AugAssign():
                if isinstance(node.target, ast.Name):  # `X += 1` also reads X
                    self.uses.refs.update(self._references([node.target.id], scope))
                self._all(ast.iter_child_nodes(node), scope)
            case ast.AnnAssign():
                parts = [node.target, node.value, node.annotation if in_class else None]
                self._all([part for part in parts if part], scope)
            case ast.Call():
                self._call(node, scope)
            case ast.Subscript():
                if _is_own_module(node):
                    self.uses.refs.update([f"{self._module}:"])
                    self._all([_first(node.value), node.slice], scope)
                    return
                self._all(ast.iter_child_nodes(node), scope)
            case ast.Constant(value=str(text)) if text in _LOOKS_AT:  # getattr(f, "__doc__")
                self.uses.looks.add(_LOOKS_AT[text])
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

    def _function(self, node: Function, scope: Scope | None) -> None:
        self._all([*node.decorator_list, *_defaults(node.args)], scope)
        outer = Scope(Bound(names=_type_parameters(node)), scope)
        if reads_annotations(node):
            self._all(getattr(node, "type_params", []), outer)
            self._all([a.annotation for a in _all_parameters(node.args) if a.annotation], outer)
            self._all([node.returns] if node.returns else [], outer)
        statements = list(effective(node.body))
        bound = Bound(names=_parameters(node.args))
        bind(statements, self._package, bound)
        for name in sorted(bound.outer & bound.imports.keys()):  # it is used by whoever uses the module's name
            self.uses.refs.update(bound.imports[name])
        self._all(statements, Scope(bound, outer))

    def _class_head(self, node: ast.ClassDef, scope: Scope | None) -> Scope:
        """Visit decorators, base classes and keywords; the scope of the body, in which nothing is bound yet."""
        self._all(node.decorator_list, scope)
        outer = Scope(Bound(names=_type_parameters(node)), scope) if _type_parameters(node) else scope
        self._all([*getattr(node, "type_params", []), *node.bases, *node.keywords], outer)
        return Scope(Bound(), outer, is_class=True)

    def _class_body(self, node: ast.ClassDef, scope: Scope, skip: tuple[type, ...] = ()) -> None:
        """A class body runs from top to bottom: a name is the class's own only below where it was bound."""
        for statement in effective(node.body):
            if not isinstance(statement, skip):
                self._visit(statement, scope, True)
            for imported_names in bind([statement], self._package).imports.values():
                self.uses.refs.update(imported_names)  # as attributes of the class, others use them
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
        """A call uses its function and arguments; `import_module("pkg.mod")` reaches further."""
        names = dotted(node.func)
        first = node.args[0] if node.args else None
        name = first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
        if names in (["vars"], ["dir"]) and scope is None and not node.args:  # the names of the module
            self.uses.refs.update([f"{self._module}:"])
        if name.startswith(".") and len(node.args) > 1:
            name = self._absolute(name, node.args[1])
        if names and name and not name.startswith(".") and self._imports_by_name(names, scope):
            self.uses.refs.update([f"{name}:"])
            self.uses.loads.add(name)
        if names and name and names[-2:] == ["modules", "get"]:
            self.uses.refs.update([f"{name}:"])  # sys.modules.get("torch"): one module, which is loaded or not
            self._all([_first(node.func), *node.args, *node.keywords], scope)
            return
        self._all(ast.iter_child_nodes(node), scope)

    def _absolute(self, name: str, package: ast.expr) -> str:
        """The module that `import_module(".mod", package)` means; "" where that cannot be told."""
        match package:
            case ast.Constant(value=str(start)):
                pass
            case ast.Name(id="__package__"):
                start = self._package
            case ast.Name(id="__name__"):
                start = self._module
            case _:
                return ""
        rest = name.lstrip(".")
        parents = start.split(".")
        kept = parents[: len(parents) - (len(name) - len(rest)) + 1]
        return ".".join([*kept, rest]) if kept and rest else ""

    def _imports_by_name(self, names: list[str], scope: Scope | None) -> bool:
        """Whether it is `importlib.import_module`, under whatever name, or `__import__`."""
        bound = self._find(names[0], scope)
        imported = bound.bound.imports if bound else self._imports
        meanings = [extended(target, names[1:]) for target in imported.get(names[0], ())]
        return names[-1] in ("import_module", "__import__") or "importlib:import_module" in meanings

    def _chain(self, node: ast.Name | ast.Attribute, scope: Scope | None) -> None:
        """A name, perhaps with attributes."""
        if isinstance(node, ast.Attribute):
            if node.attr in _LOOKS_AT:
                self.uses.looks.add(_LOOKS_AT[node.attr])
        elif not isinstance(node.ctx, ast.Load):
            return  # binding a name uses nothing; `global` is seen where it is declared
        elif self._find(node.id, scope) is None:
            if node.id in _LOOKS_AT and node.id != "__doc__":
                self.uses.looks.add(_LOOKS_AT[node.id])
            if node.id in _SEES_ALL_GLOBALS or (scope is None and node.id == "locals") or node.id == "__annotations__":
                self.uses.refs.update([f"{self._module}:"])
        if names := dotted(node):
            self.uses.refs.update(self._references(names, scope))
        else:
            self._all(ast.iter_child_nodes(node), scope)

    def _references(self, names: list[str], scope: Scope | None) -> list[str]:
        """What `a.b.c` refers to; nothing, where `a` is a local name that no import has bound."""
        binding_scope = self._find(names[0], scope)
        if binding_scope is None:
            return [".".join(names)]
        return [extended(target, names[1:]) for target in binding_scope.bound.imports.get(names[0], ())]

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


def _first(node: ast.expr) -> ast.expr:
    """`sys` of `sys.modules`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node


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
