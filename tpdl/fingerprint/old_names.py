"""The old names put back into the syntax tree of one module.

A name is put back only where it is certain what it means: it is bound in one place of the file, and in the whole file
nothing else has the old name, so that nothing can be captured. Whatever is less certain keeps its text. Then the hashes
differ from those of the record, and what uses the name is refused rather than waved through.

With the names, an import sorter changes the order of neighbouring imports, and splits the import of names of which one
has moved to another module; both are put back, too. (The order of imports decides nothing here: what a module does when
it is imported is a symbol of its own.)
"""

from __future__ import annotations

import ast
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tpdl.fingerprint.canonical import Function, dotted
from tpdl.fingerprint.scopes import Bound, bind
from tpdl.fingerprint.summary import imported_part


class OldNames:
    """New name -> old name: modules ("pkg.mod", with all below) and symbols ("pkg.mod:name", with their members)."""

    def __init__(self, old_names: Mapping[str, str]) -> None:
        self.old_names = dict(old_names)

    def module(self, module: str) -> str:
        """The old name of a module."""
        return self._longest(module, {new: old for new, old in self.old_names.items() if ":" not in new})

    def packages(self) -> set[str]:
        """The top-level packages that anything was, or is, in."""
        return {name.partition(":")[0].partition(".")[0] for name in (*self.old_names, *self.old_names.values())}

    def node(self, node: str) -> str:
        """The old name of "module:symbol", or of what else a closure holds ("module:*", "module:<import>")."""
        module, _, name = node.partition(":")
        symbols = {new: old for new, old in self.old_names.items() if ":" in new}
        renamed = self._longest(node, symbols)
        return renamed if renamed != node else f"{self.module(module)}:{name}"

    def symbols(self) -> set[str]:
        """What the renamed symbols are, or were, called in their modules."""
        names = (name for name in (*self.old_names, *self.old_names.values()) if ":" in name)
        return {name.partition(":")[2].partition(".")[0] for name in names}

    def dotted(self, name: str) -> str:
        """The old name of something that is written with dots alone, "pkg.mod.symbol"."""
        return self._longest(
            name, {new.replace(":", "."): old.replace(":", ".") for new, old in self.old_names.items()}
        )

    @staticmethod
    def _longest(name: str, pairs: Mapping[str, str]) -> str:
        for new in sorted(pairs, key=len, reverse=True):
            if name == new or name.startswith(f"{new}."):
                return pairs[new] + name[len(new) :]
        return name


class Restorer(ast.NodeTransformer):
    """Call `restore` with the tree of one module, which is changed in place."""

    def __init__(self, renames: OldNames, module: str, package: str) -> None:
        self._renames = renames
        self._module = module
        self._package = package
        self._old_package = renames.module(f"{package}.x").rpartition(".")[0] if package else ""
        self._imports: dict[str, str] = {}
        """Local name -> the dotted name it stands for; only names with one meaning in the whole file."""
        self._all_imports: dict[str, set[str]] = {}
        self._bindings: Counter[str] = Counter()
        self._names: set[str] = set()
        """Every name in the file, whatever it means."""
        self._local: dict[str, str] = {}
        """Names of the module itself, or imported into it -> what they were called."""
        self._ours = renames.packages() | {module.partition(".")[0]}
        self._affected: set[ast.AST] = set()
        """Import statements that the renames have changed."""
        self._hidden: frozenset[str] = frozenset()
        """While a function's body is visited: its own names, which mean nothing of the module's."""
        self.uncertain: set[str] = set()
        """Symbols, or "" for all of the module, with a name that ought to be put back and cannot be."""
        self._roots: set[str] = set()
        """Packages that the restored text names, and that nothing imports: `b.f` was `a.f` before `f` moved."""

    def restore(self, tree: ast.Module) -> ast.Module:
        """Put the old names back."""
        self._look(tree)
        self.generic_visit(tree)
        tree.body += [ast.Import([ast.alias(root)]) for root in sorted(self._roots)]
        for item in ast.walk(tree):
            for _, value in ast.iter_fields(item):
                if isinstance(value, list) and any(isinstance(each, ast.Import | ast.ImportFrom) for each in value):
                    self._sort_imports(value)
        return tree

    def symbol(self, name: str) -> str:
        """What a symbol of the module, "name" or "Class.method", is called in the restored tree."""
        top, dot, rest = name.partition(".")
        return self._local.get(top, top) + dot + rest

    def present(self, old: str) -> str:
        """The inverse of `symbol`."""
        top, dot, rest = old.partition(".")
        return next((new for new, was in self._local.items() if was == top), top) + dot + rest

    def _look(self, tree: ast.Module) -> None:
        for item in ast.walk(tree):
            if isinstance(item, ast.Import | ast.ImportFrom):
                for name, target in _imported(item, self._package):
                    self._all_imports.setdefault(name, set()).add(target)
        nodes = list(_scoped(tree, self._package, frozenset()))
        self._bindings = Counter(name for node, local in nodes for name in _bound_by(node) if name not in local)
        self._names = {name for node, local in nodes for name in _mentioned_by(node) if name not in local}
        self._names |= {*self._bindings, *self._all_imports}
        self._imports = {
            name: next(iter(targets))
            for name, targets in self._all_imports.items()
            if len(targets) == 1 and not self._bindings[name]
        }
        wanted = {
            (name, self._renames.dotted(target).rpartition(".")[2])
            for name, targets in self._all_imports.items()
            for target in targets
            if target.rpartition(".")[2] == name and "." in target
        }
        wanted |= {
            (name, self._renames.node(f"{self._module}:{name}").partition(":")[2]) for name in _defined(tree.body)
        }
        wanted = {(new, old) for new, old in wanted if new != old}
        captured = {
            new
            for new, old in wanted
            if any(old in local and new not in local and new in _mentioned_by(node) for node, local in nodes)
        }
        if "*" not in self._all_imports:  # else any name may come from there, and hide another
            once = {name for name in _defined(tree.body) if self._bindings[name] == 1 and name not in self._all_imports}
            certain = (once | self._imports.keys()) - captured
            self._local = self._safe({new: old for new, old in wanted if new in certain})
        uncertain = {name for new, old in wanted if self._local.get(new, new) != old for name in (new, old)}
        if "*" in self._all_imports:
            uncertain |= self._renames.symbols()
        self.uncertain = {
            owner
            for owner, part in owned(tree)
            for node, local in _scoped(part, self._package, frozenset())
            if any(name in uncertain and name not in local for name in (*_mentioned_by(node), *_bound_by(node)))
        }

    def _safe(self, candidates: Mapping[str, str]) -> dict[str, str]:
        """The renames after which no two things in the file share a name that did not share one."""
        local = {new: old for new, old in candidates.items() if not (_is_mangled(new) or _is_mangled(old))}
        while taken := {
            new
            for new, old in local.items()
            if (old in self._names and old not in local) or list(local.values()).count(old) > 1
        }:
            local = {new: old for new, old in local.items() if new not in taken}
        return local

    def _sort_imports(self, statements: list[Any]) -> None:
        """Put the project's imports of each run together, and in order, as an import sorter had left them."""
        runs = itertools.groupby(
            range(len(statements)), lambda at: isinstance(statements[at], ast.Import | ast.ImportFrom)
        )
        for is_import, run in [(is_import, list(run)) for is_import, run in runs]:
            if not is_import or self._affected.isdisjoint(statements[at] for at in run):
                continue
            places = [at for at in run if _sort_key(statements[at])[1].partition(".")[0] in self._ours]
            if not _any_order([statements[at] for at in run], self._package):
                continue
            ordered = _joined(sorted((statements[at] for at in places), key=_sort_key))
            for at, statement in itertools.zip_longest(places, ordered):
                statements[at] = statement
        statements[:] = [statement for statement in statements if statement is not None]

    def visit_Import(self, node: ast.Import) -> ast.AST:
        names = [ast.alias(self._renames.module(alias.name), alias.asname) for alias in node.names]
        roots = {
            (new.name.partition(".")[0], old.name.partition(".")[0]) for new, old in zip(node.names, names, strict=True)
        }
        captures = any(new != old and not self._may_be_root(old) for new, old in roots)
        if captures or [alias.name for alias in names] == [alias.name for alias in node.names]:
            return node
        statement = ast.copy_location(ast.Import(names), node)
        self._affected.add(statement)
        return statement

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | list[ast.AST]:
        source = _absolute(node, self._package)
        parts: dict[str, list[ast.alias]] = {}
        affected = self._old_package != self._package and bool(node.level)
        for alias in node.names:
            old_source, old_name = self._renames.module(source), alias.name
            if alias.name != "*":
                was = self._renames.dotted(f"{source}.{alias.name}")
                if was != f"{source}.{alias.name}":
                    old_source, _, old_name = was.rpartition(".")
            affected |= (old_source, old_name) != (source, alias.name)
            # where the old name is not certain, the import goes on binding the name that is used
            bound = alias.asname or (None if self._local.get(alias.name, alias.name) == old_name else alias.name)
            parts.setdefault(old_source, []).append(ast.alias(old_name, bound))
        if not affected or not _any_order([node], self._package):
            return node
        statements: list[ast.AST] = []
        for old_source, names in sorted(parts.items()):
            module, level = self._as_written(old_source, node.level)
            statement = ast.ImportFrom(module, sorted(names, key=lambda alias: alias.name), level)
            statements.append(ast.copy_location(statement, node))
        self._affected.update(statements)
        return statements

    def _as_written(self, old_source: str, level: int) -> tuple[str | None, int]:
        """A relative import stays relative where both ends moved together."""
        base = ".".join(self._old_package.split(".")[: len(self._old_package.split(".")) - level + 1]) if level else ""
        if level and base and (old_source == base or old_source.startswith(f"{base}.")):
            return old_source[len(base) + 1 :] or None, level
        return old_source, 0

    def visit_Name(self, node: ast.Name) -> ast.AST:
        name = node.id if node.id in self._hidden else self._local.get(node.id, node.id)
        return ast.copy_location(ast.Name(name, node.ctx), node)

    def visit_Global(self, node: ast.Global) -> ast.AST:
        return ast.copy_location(ast.Global([self._local.get(name, name) for name in node.names]), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        return self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        return self._function(node)

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST:
        if node.name not in self._hidden:
            node.name = self._local.get(node.name, node.name)
        body, node.body = node.body, []
        self.generic_visit(node)
        outside, self._hidden = self._hidden, self._hidden | _local_names(node, body, self._package)
        node.body = body
        inside = ast.Module(body, [])
        self.generic_visit(inside)
        node.body, self._hidden = inside.body, outside
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self._local.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        names = dotted(node)
        base = self._imports.get(names[0]) if names and names[0] not in self._hidden else None
        if names is None or base is None:
            return self.generic_visit(node)
        old = self._renames.dotted(".".join([base, *names[1:]])).split(".")
        old_base = self._renames.dotted(base).split(".")
        if base == names[0]:  # `import a.b`, used as `a.b.f`
            if old[0] != names[0] and not self._may_be_root(old[0]):
                return self.generic_visit(node)
            if old[0] != names[0] and self._renames.module(base) == base:
                self._roots.add(old[0])
            written = old
        elif old[: len(old_base)] == old_base:
            written = [self._local.get(names[0], names[0]), *old[len(old_base) :]]
        else:
            return self.generic_visit(node)
        result: ast.expr = ast.Name(written[0], ast.Load())
        for attribute in written[1:]:
            result = ast.Attribute(result, attribute, ast.Load())
        if isinstance(result, ast.Attribute):
            result.ctx = node.ctx
        return ast.copy_location(result, node)

    def _may_be_root(self, package: str) -> bool:
        """Whether nothing in the file but the package has its name."""
        return package not in self._names or self._imports.get(package) == package

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`import_module("pkg.mod")`."""
        names = dotted(node.func)
        base = self._imports.get(names[0]) if names and names[0] not in self._hidden else None
        imports = names and base and ".".join([base, *names[1:]]) == "importlib.import_module"
        first = node.args[0] if node.args else None
        if imports and isinstance(first, ast.Constant) and isinstance(first.value, str):
            node.args[0] = ast.copy_location(ast.Constant(self._renames.module(first.value)), first)
        return self.generic_visit(node)


def _is_mangled(name: str) -> bool:
    """Whether the name means something else inside a class: `__name` there is `_Class__name`."""
    return name.startswith("__") and not name.endswith("__")


def _any_order(statements: Iterable[ast.Import | ast.ImportFrom], package: str) -> bool:
    """Whether no name is imported twice with different meanings, of which the last one would hold."""
    found = {pair for statement in statements for pair in _imported(statement, package)}
    return len(found) == len({name for name, _ in found})


def _joined(statements: list[Any]) -> list[Any]:
    """Imports of the same module in one statement: what was split when one of its names moved to another module."""
    joined: list[Any] = []
    for _, group in itertools.groupby(statements, key=lambda each: (type(each), _sort_key(each))):
        first, *others = group
        if others and isinstance(first, ast.ImportFrom):
            names = sorted((alias for each in (first, *others) for alias in each.names), key=lambda alias: alias.name)
            joined.append(ast.copy_location(ast.ImportFrom(first.module, names, first.level), first))
        else:
            joined += [first, *others]
    return joined


def _sort_key(statement: ast.Import | ast.ImportFrom) -> tuple[bool, str]:
    if isinstance(statement, ast.Import):
        return False, statement.names[0].name
    return True, "." * statement.level + (statement.module or "")


def _absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parents = package.split(".")
    return ".".join([*parents[: len(parents) - node.level + 1], *([node.module] if node.module else [])])


def _imported(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[tuple[str, str]]:
    """Local name and dotted name of everything that a statement imports."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield (alias.asname, alias.name) if alias.asname else (alias.name.partition(".")[0],) * 2
    else:
        for alias in node.names:
            yield alias.asname or alias.name, f"{_absolute(node, package)}.{alias.name}"


def free_names(node: ast.AST, package: str) -> set[str]:
    """The names in a piece of source that may mean something of its module, or a builtin."""
    found = _scoped(node, package, frozenset())
    return {name for each, local in found for name in _mentioned_by(each) if name not in local}


def _scoped(node: ast.AST, package: str, local: frozenset[str]) -> Iterator[tuple[ast.AST, frozenset[str]]]:
    """Every node below, each with the names that are certain to be local where it stands."""
    yield node, local
    if not isinstance(node, Function):
        for child in ast.iter_child_nodes(node):
            yield from _scoped(child, package, local)
        return
    inside = local | _local_names(node, node.body, package)
    for child in ast.iter_child_nodes(node):
        if child in node.body:
            yield from _scoped(child, package, inside)
        elif isinstance(child, ast.arguments):
            for each, _ in _scoped(child, package, local):
                yield each, inside if each in _parameters(child) else local
        else:
            yield from _scoped(child, package, local)


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    found = [*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs, arguments.kwarg]
    return [parameter for parameter in found if parameter]


def _local_names(node: ast.FunctionDef | ast.AsyncFunctionDef, body: list[ast.stmt], package: str) -> frozenset[str]:
    """The names that mean a function's own variables all through its body, whatever is nested there."""
    bound = bind(body, package, Bound(names={parameter.arg for parameter in _parameters(node.args)}))
    names = bound.names - bound.imports.keys()
    for statement in body:
        for item in ast.walk(statement):
            if isinstance(item, ast.Global | ast.Nonlocal):
                names = names.difference(item.names)
            elif isinstance(item, ast.ClassDef):  # a class looks for its own names in the module, not in the function
                names -= bind(item.body, package).names
            elif isinstance(item, ast.Import | ast.ImportFrom):
                names = names.difference(name for name, _ in _imported(item, package))
    return frozenset(names)


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


def _mentioned_by(node: ast.AST) -> Iterator[str]:
    """The names that a node, and nothing below it, uses, or declares global or nonlocal."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Global | ast.Nonlocal):
        yield from node.names


def owned(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """(symbol, statement) for each statement that runs on import; "" where it belongs to no single symbol."""
    for statement in imported_part(tree.body):
        if isinstance(statement, Function | ast.ClassDef):
            yield statement.name, statement
        elif isinstance(statement, ast.Assign) and all(isinstance(target, ast.Name) for target in statement.targets):
            yield from ((target.id, statement) for target in statement.targets if isinstance(target, ast.Name))
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id, statement
        elif not isinstance(statement, ast.Import | ast.ImportFrom):
            yield "", statement


def _defined(body: Iterable[Any]) -> Iterator[str]:
    """The names that the statements of a module define, each in one place."""
    for statement in body:
        if isinstance(statement, Function | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id
