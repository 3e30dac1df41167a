"""What a piece of code may do to the rest of the project when it runs: what is provably harmless, and what is not.

>>> tree = ast.parse("NAMES = [str(n) for n in range(3)]\\nTABLE['a'] = NAMES\\nwith lock: x = 1")
>>> for statement in tree.body:
...     print(Reader(frozenset()).statement(statement).to_json())
{'calls': ['range', 'str'], 'uses': ['range', 'str']}
{'items': ['TABLE'], 'uses': ['NAMES', 'TABLE']}
{'unknown': True, 'uses': ['lock']}

The reader knows a short list of forms that cannot matter. Whatever is not on it makes the piece `unknown`, so that a
form nobody thought of counts as one that may do anything. What a name is bound to is not known here: `calls` may be
harmless or not, and `tpdl.fingerprint.importing` decides that.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tpdl.fingerprint.canonical import Function, dotted, effective
from tpdl.fingerprint.known import CHANGING_METHODS, OF_THE_MOMENT, PATH_METHODS, READING_METHODS, TEXT_METHODS
from tpdl.fingerprint.scopes import bind

_DISPLAYS = (ast.List, ast.Dict, ast.Set, ast.ListComp, ast.DictComp, ast.SetComp)
_PARTS = (
    *(ast.BinOp, ast.BoolOp, ast.Compare, ast.UnaryOp, ast.IfExp, ast.Tuple, ast.List, ast.Set, ast.Dict, ast.Starred),
    *(ast.JoinedStr, ast.FormattedValue, ast.Slice, ast.operator, ast.boolop, ast.cmpop, ast.unaryop, ast.keyword),
    ast.expr_context,
)
"""Expressions that do nothing but what their parts do, as long as these are plain values."""


_WITH_OUTPUT = frozenset({"sqrt", "log", "deg2rad"})
"""Functions whose second argument may be an array that takes the result, as `np.sqrt(x, out)` does."""


@dataclass
class Acts:
    """What a piece of code does when it runs, as references to names of its module (see `tpdl.fingerprint.scopes`)."""

    unknown: bool = False
    """It holds something of which it cannot be said what it does."""
    calls: list[str] = field(default_factory=list)
    """What it calls."""
    decorators: list[str] = field(default_factory=list)
    """What it decorates with: `@register`."""
    factories: list[str] = field(default_factory=list)
    """What makes decorators that it decorates with: `@register("vgg")`."""
    items: list[str] = field(default_factory=list)
    """Containers of which it sets items."""
    sets: list[str] = field(default_factory=list)
    """Attributes that it sets: "lib.f"."""
    rebinds: list[str] = field(default_factory=list)
    """Names of its module that it binds anew: `global COUNT`."""
    uses: list[str] = field(default_factory=list)
    """What it reads."""
    through: list[str] = field(default_factory=list)
    """What it goes through, or hands to somebody who may; of an iterator that uses something up."""
    bases: list[str] = field(default_factory=list)
    """The base classes of classes that it makes; "Base[]" where they are subscripted."""
    metaclasses: list[str] = field(default_factory=list)
    methods: list[str] = field(default_factory=list)
    """Methods of these classes that an enumeration calls when it is made."""

    def add(self, name: str, reference: str) -> None:
        """Enter a reference, once."""
        references = getattr(self, name)
        if reference not in references:
            references.append(reference)

    def merge(self, other: Acts) -> None:
        """Add what another piece does."""
        for name, value in vars(other).items():
            if name == "unknown":
                self.unknown |= value
            else:
                for reference in value:
                    self.add(name, reference)

    def to_json(self) -> dict[str, Any]:
        """As JSON values, without what is empty."""
        return {name: value for name, value in vars(self).items() if value}

    @property
    def nothing(self) -> bool:
        """Whether it does nothing at all, whatever its names are bound to."""
        return not self.to_json()


class Reader:
    """Reads code of one scope.

    Args:
        local: the names that are not the module's.
        fresh: those of them that hold something made here, which nothing else knows.
        in_function: the code is a function's body.
    """

    def __init__(
        self, local: frozenset[str], fresh: frozenset[str] = frozenset(), in_function: bool = False, lazy: bool = False
    ) -> None:
        self._local = local
        self._fresh = fresh
        self._in_function = in_function
        self._lazy = lazy
        self.acts = Acts()
        self.nested: list[Function | ast.Lambda] = []
        """The functions that the code makes."""

    def statement(self, node: ast.stmt) -> Acts:
        """Read one statement; what was read so far is in `acts`."""
        match node:
            case ast.Pass() | ast.Break() | ast.Continue() | ast.Nonlocal():
                if isinstance(node, ast.Nonlocal):
                    self._unknown()
            case ast.Import() | ast.ImportFrom():
                if self._in_function:  # what it loads is not followed from here
                    self._unknown()
            case ast.Global():
                for name in node.names:
                    self.acts.add("rebinds", name)
            case ast.Expr():
                self._expression(node.value)
            case ast.Assign():
                self._expression(node.value)
                self._all_targets(node.targets)
                if any(isinstance(target, ast.Tuple | ast.List) for target in node.targets):
                    self._goes_through(node.value)
            case ast.AnnAssign():
                self._annotation(node.annotation)
                if node.value:
                    self._expression(node.value)
                    self._target(node.target)
            case ast.AugAssign():
                self._expression(node.value)
                self._augmented(node.target)
            case ast.Delete():
                self._all_targets(node.targets)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node)
            case ast.ClassDef():
                self._class(node)
            case ast.If():
                self._expression(node.test)
                self._block([*node.body, *node.orelse])
            case ast.For():
                self._expression(node.iter)
                self._goes_through(node.iter)
                self._target(node.target)
                self._block([*node.body, *node.orelse])
            case ast.While():
                self._expression(node.test)
                self._block([*node.body, *node.orelse])
            case ast.Try() | ast.TryStar():
                for handler in node.handlers:
                    if handler.type:
                        self._expression(handler.type)
                    self._block(handler.body)
                self._block([*node.body, *node.orelse, *node.finalbody])
            case ast.Return() if self._in_function:
                if node.value:
                    self._expression(node.value)
            case ast.Raise() | ast.Assert() if self._in_function:
                for part in ast.iter_child_nodes(node):
                    if isinstance(part, ast.expr):
                        self._expression(part)
            case _ if type(node).__name__ == "TypeAlias":
                pass  # `type X = …` is evaluated when it is asked for
            case _:
                self._unknown(node)
        return self.acts

    def _block(self, statements: Iterable[ast.stmt]) -> None:
        for statement in effective(statements):
            self.statement(statement)

    def _unknown(self, node: ast.AST | None = None) -> None:
        """Something that is on no list; what it reads is noted all the same."""
        self.acts.unknown = True
        for part in ast.walk(node) if node else ():
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and part.id not in self._local:
                self.acts.add("uses", part.id)

    def _expression(self, node: ast.expr) -> None:
        match node:
            case ast.Constant():
                pass
            case ast.Name():
                self._use(node)
            case ast.Attribute():
                if dotted(node):
                    self._use(node)
                else:
                    self._expression(node.value)
            case ast.Subscript():
                self._expression(node.value)
                self._expression(node.slice)
            case ast.Lambda():
                self.nested.append(node)
                self._parts([default for default in [*node.args.defaults, *node.args.kw_defaults] if default])
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(node)
            case ast.NamedExpr():
                self._expression(node.value)
            case ast.Call():
                self._call(node)
            case _ if isinstance(node, _PARTS):
                if isinstance(node, ast.Starred | ast.Compare):
                    self._goes_through(node)
                self._parts(ast.iter_child_nodes(node))
            case _:
                self._unknown(node)

    def _parts(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            if isinstance(node, ast.expr):
                self._expression(node)
            elif isinstance(node, ast.keyword):
                self._expression(node.value)

    def _use(self, node: ast.expr) -> str:
        """Note what is read; "" for what is local."""
        names = dotted(node) or [""]
        if names[0] in self._local:
            return ""
        self.acts.add("uses", ".".join(names))
        return ".".join(names)

    def _goes_through(self, node: ast.AST) -> None:
        """Note what an expression goes through; what a call does with its arguments is noted there."""
        if isinstance(node, ast.Call):
            return
        names = dotted(node) if isinstance(node, ast.expr) else None
        if names is None:
            for part in ast.iter_child_nodes(node):
                self._goes_through(part)
        elif names[0] not in self._local:
            self.acts.add("through", ".".join(names))

    def _comprehension(self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp) -> None:
        outside = self._local
        self._expression(node.generators[0].iter)
        self._goes_through(node.generators[0].iter)
        for generator in node.generators:
            if generator.is_async:
                self._unknown()
            names = [part.id for part in ast.walk(generator.target) if isinstance(part, ast.Name)]
            self._local |= frozenset(name for name in names if _binds(generator.target, name))
            self._target(generator.target)
            if generator is not node.generators[0]:
                self._expression(generator.iter)
                self._goes_through(generator.iter)
            for condition in generator.ifs:
                self._expression(condition)
        self._parts([node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt])
        self._local = outside

    def _call(self, node: ast.Call) -> None:
        self._parts([*node.args, *node.keywords])
        for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
            self._goes_through(argument)
        function = node.func
        names = dotted(function)
        if names and names[0] not in self._local:
            self._use(function)
            keys = {keyword.arg for keyword in node.keywords}
            if names[-1] in ("sorted", "min", "max") and not keys.isdisjoint(
                {"key", None}
            ):  # it calls what it is handed
                self._unknown()
            if "out" in keys or (names[-1] in _WITH_OUTPUT and len(node.args) > 1):  # it writes to an argument
                self._unknown()
            self.acts.add("calls", ".".join(names))
            return
        match function:
            case ast.Attribute(value=ast.Name(id=name), attr=method) if name in self._fresh:
                if method not in CHANGING_METHODS | READING_METHODS or node.keywords:
                    self._unknown()
            case ast.Attribute(value=ast.Constant(value=str()) | ast.JoinedStr() as text, attr=method):
                self._expression(text)
                if method not in TEXT_METHODS:
                    self._unknown()
            case ast.Attribute(value=value, attr=method) if names is None and method in PATH_METHODS:
                self._expression(value)
                if not _starts_with_path(value):
                    self._unknown()
                if method in OF_THE_MOMENT:
                    self.acts.add("calls", f"pathlib:Path.{method}")
            case ast.Attribute(value=ast.Call(func=ast.Name(id="super"), args=[]), attr="__init_subclass__"):
                pass
            case _:
                self._unknown(function)

    def _all_targets(self, targets: Iterable[ast.expr]) -> None:
        for target in targets:
            self._target(target)

    def _target(self, node: ast.expr) -> None:
        """What an assignment, a loop or `del` writes to."""
        match node:
            case ast.Name():
                pass  # the name is bound, which is what the statement is known for
            case ast.Tuple(elts=items) | ast.List(elts=items):
                self._all_targets(items)
            case ast.Starred(value=value):
                self._target(value)
            case ast.Subscript(value=value, slice=index):
                self._expression(index)
                self._container(value)
            case ast.Attribute(value=value):
                names = dotted(node)
                if names and names[0] not in self._local:
                    self.acts.add("uses", ".".join(names[:-1]))
                    self.acts.add("sets", ".".join(names))
                elif not (isinstance(value, ast.Name) and value.id in self._fresh):
                    self._unknown(node)
            case _:
                self._unknown(node)

    def _container(self, node: ast.expr) -> None:
        names = dotted(node)
        if names and names[0] not in self._local:
            self.acts.add("uses", ".".join(names))
            self.acts.add("items", ".".join(names))
        elif not (names and len(names) == 1 and names[0] in self._fresh):
            self._unknown(node)

    def _augmented(self, node: ast.expr) -> None:
        """`X += [1]` may change the object that X is, which others may know by other names."""
        match node:
            case ast.Name(id=name) if name not in self._local:
                self.acts.add("uses", name)
                self.acts.add("items", name)
            case ast.Name(id=name):
                if name not in self._fresh:
                    self._unknown()
            case ast.Attribute() if (names := dotted(node)) and names[0] not in self._local:
                self._target(node)
                self.acts.add("items", ".".join(names))
            case _:  # what `X["a"]` holds was not made here
                self._target(node)
                self._unknown(node)

    def _annotation(self, node: ast.expr) -> None:
        """Annotations are evaluated where they stand, unless a future import says otherwise."""
        if not self._lazy and any(isinstance(part, ast.Call | ast.NamedExpr | ast.Await) for part in ast.walk(node)):
            self._expression(node)

    def _decorator(self, node: ast.expr, properties: frozenset[str] = frozenset()) -> None:
        names = dotted(node.func if isinstance(node, ast.Call) else node)
        if isinstance(node, ast.Call):
            self._parts([*node.args, *node.keywords])
        if names and names[0] not in self._local:
            self._use(node.func if isinstance(node, ast.Call) else node)
            self.acts.add("factories" if isinstance(node, ast.Call) else "decorators", ".".join(names))
        elif not (names and names[0] in properties and names[1:] in (["setter"], ["getter"], ["deleter"])):
            self._unknown(node)

    def _function(self, node: Function, properties: frozenset[str] = frozenset()) -> None:
        """Making a function evaluates its decorators, defaults and annotations, and not its body."""
        self.nested.append(node)
        for decorator in node.decorator_list:
            self._decorator(decorator, properties)
        arguments = node.args
        self._parts([default for default in [*arguments.defaults, *arguments.kw_defaults] if default])
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
        for annotation in [*(argument.annotation for argument in every if argument), node.returns]:
            if annotation:
                self._annotation(annotation)

    def _class(self, node: ast.ClassDef) -> None:
        """Making a class evaluates its head, runs its body, and lets its bases and its metaclass know."""
        if self._in_function:
            self._unknown(node)
            return
        for decorator in node.decorator_list:
            self._decorator(decorator)
        for base in node.bases:
            name = base.value if isinstance(base, ast.Subscript) else base
            if isinstance(base, ast.Subscript):
                self._expression(base.slice)
            names = dotted(name)
            if names and names[0] not in self._local:
                self._use(name)
                self.acts.add("bases", ".".join(names) + ("[]" if isinstance(base, ast.Subscript) else ""))
            else:
                self._unknown(base)
        for keyword in node.keywords:
            names = dotted(keyword.value)
            if keyword.arg == "metaclass" and names and names[0] not in self._local:
                self._use(keyword.value)
                self.acts.add("metaclasses", ".".join(names))
            elif keyword.arg in ("metaclass", None):
                self._unknown(keyword.value)
            else:
                self._expression(keyword.value)
        statements = list(effective(node.body))
        outer, outer_fresh = self._local, self._fresh
        self._fresh |= fresh_names(statements, frozenset())
        properties = frozenset(item.name for item in statements if isinstance(item, Function))
        for item in statements:
            if isinstance(item, Function):
                if item.name in ("__init__", "__new__", "_generate_next_value_"):
                    self.acts.add("methods", item.name)
                self._function(item, properties)
            else:
                self.statement(item)
            self._local |= bind([item], "").names
        self._local, self._fresh = outer, outer_fresh


def statement_acts(node: ast.stmt, lazy: bool = False) -> Acts:
    """What a statement of a module does when the module is imported.

    Args:
        node: the statement.
        lazy: annotations are not evaluated.
    """
    return Reader(frozenset(), lazy=lazy).statement(node)


def function_acts(node: Function, makes_self: bool = False) -> tuple[Acts, Acts | None]:
    """What calling a function does, and what calling the function that it returns does, if it surely makes that itself.

    Args:
        node: the function.
        makes_self: the first parameter is an object that has just been made, as in `__init__`.
    """
    reader = _called(node, frozenset(), makes_self)
    nested = [each for each in reader.nested if isinstance(each, Function) and not each.decorator_list]
    made = {each.name for each in nested}
    returns = [part.value for part in _own_statements(node.body) if isinstance(part, ast.Return)]
    if not returns or not all(isinstance(value, ast.Name) and value.id in made for value in returns):
        return reader.acts, None
    inner = Acts()
    for each in nested:
        inner.merge(_called(each, _names_of(node), False).acts)
    return reader.acts, inner


def _called(node: Function, outer: frozenset[str], makes_self: bool) -> Reader:
    """What running a function's body does."""
    local = outer | _names_of(node)
    first = [argument.arg for argument in [*node.args.posonlyargs, *node.args.args]][:1] if makes_self else []
    statements = list(effective(node.body))
    parameters = frozenset(part.arg for part in ast.walk(node.args) if isinstance(part, ast.arg))
    fresh = fresh_names(statements, parameters)
    reader = Reader(local, fresh | frozenset(first), in_function=True)
    if isinstance(node, ast.AsyncFunctionDef) or any(
        isinstance(part, ast.Yield | ast.YieldFrom | ast.Await) for part in ast.walk(node)
    ):
        reader._unknown()
    for statement in statements:
        reader.statement(statement)
    return reader


def _names_of(node: Function) -> frozenset[str]:
    """The names that are a function's own."""
    bound = bind(effective(node.body), "")
    arguments = {argument.arg for argument in ast.walk(node.args) if isinstance(argument, ast.arg)}
    return frozenset((bound.names | set(bound.imports) | arguments) - bound.outer)


def fresh_names(statements: Iterable[ast.stmt], parameters: frozenset[str]) -> frozenset[str]:
    """The names that are bound to nothing but containers which are made in these statements."""
    fresh: set[str] = set()
    other: set[str] = set(parameters)
    for statement in _own_statements(statements):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if isinstance(value, _DISPLAYS):
                fresh.add(name)
                other |= bind([value], "").names
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if isinstance(value, _DISPLAYS):
                fresh.add(name)
                other |= bind([value], "").names
            case ast.AugAssign(target=ast.Name()):
                pass
            case ast.If(test=head) | ast.While(test=head):
                other |= bind([head], "").names
            case _:
                bound = bind([statement], "")
                other |= bound.names | bound.imports.keys()
    return frozenset(fresh - other)


def _own_statements(statements: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """All statements of one scope, blocks opened."""
    for statement in effective(statements):
        yield statement
        if not isinstance(statement, Function | ast.ClassDef):
            for block in [statement, *getattr(statement, "handlers", []), *getattr(statement, "cases", [])]:
                for name in ("body", "orelse", "finalbody"):
                    yield from _own_statements(getattr(block, name, []))


def _binds(target: ast.expr, name: str) -> bool:
    return any(isinstance(p, ast.Name) and p.id == name and isinstance(p.ctx, ast.Store) for p in ast.walk(target))


def _starts_with_path(node: ast.expr) -> bool:
    """Whether it is `Path(…)`, perhaps with attributes; that the name is pathlib's is judged with the call."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in PATH_METHODS:
        return _starts_with_path(node.func.value)
    names = dotted(node.func) if isinstance(node, ast.Call) else None
    return bool(names and names[-1].endswith("Path"))
