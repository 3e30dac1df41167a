"""The sources as they would hash if something renamed still had its old name.

    >>> renames = Renames({"lab.methods": "tool.methods", "lab.nets:build": "lab.nets:make"})
    >>> renames.node("lab.methods.gram:accumulate"), renames.node("lab.nets:build")
    ('tool.methods.gram:accumulate', 'lab.nets:make')

A rename changes the text of whoever imports the thing, so hashes alone cannot tell it from an edit. Here each file is read twice: as it
is, which says who uses whom, and with the old names put back into the syntax tree, which says what the hashes were. Where these equal
what a record holds, symbol by symbol, nothing but names has changed. Names are put back only where it is certain what they mean; anything
else keeps its text, so that the comparison fails and the step is refused rather than waved through.

With the names, an import sorter changes the order of neighbouring imports, and splits the import of names of which one has moved to
another module; both are put back, too. (The order of imports decides nothing here: what a module does when it is imported is a
symbol of its own.)
"""

from __future__ import annotations

import ast
import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from tpdl.fingerprint.canonical import Function, dotted

if TYPE_CHECKING:
    from tpdl.fingerprint.summary import Summary


class Renames:
    """New name -> old name: modules ("pkg.mod", with all below) and symbols ("pkg.mod:name", with their members)."""

    def __init__(self, old_names: Mapping[str, str]) -> None:
        self._old = dict(old_names)

    def module(self, module: str) -> str:
        """The old name of a module."""
        return self._longest(module, {new: old for new, old in self._old.items() if ":" not in new})

    def packages(self) -> set[str]:
        """The top-level packages that anything was, or is, in."""
        return {name.partition(":")[0].partition(".")[0] for name in (*self._old, *self._old.values())}

    def node(self, node: str) -> str:
        """The old name of "module:symbol", or of what else a closure holds ("module:*", "module:<import>")."""
        module, _, name = node.partition(":")
        symbols = {new: old for new, old in self._old.items() if ":" in new}
        renamed = self._longest(node, symbols)
        return renamed if renamed != node else f"{self.module(module)}:{name}"

    def dotted(self, name: str) -> str:
        """The old name of something that is written with dots alone, "pkg.mod.symbol"."""
        return self._longest(name, {new.replace(":", "."): old.replace(":", ".") for new, old in self._old.items()})

    def closure(self, hashes: Mapping[str, str]) -> dict[str, str]:
        """A closure under the old names. Where two symbols would share one, both keep the new: nothing is proven of them."""
        names = Counter(self.node(node) for node in hashes)
        old = {node: self.node(node) for node in hashes}
        return dict(sorted((old[node] if names[old[node]] == 1 else node, sha) for node, sha in hashes.items()))

    def summary(self, text: bytes, module: str, is_package: bool) -> Summary:
        """What a file says, with the hashes that it would have under the old names."""
        from tpdl.fingerprint.summary import summarise

        found = summarise(text, module, is_package)
        if found.get("error"):
            return found
        package = module if is_package else module.rpartition(".")[0]
        tree = _OldNames(self, module, package).visit(ast.parse(text))
        before = summarise(tree, self.module(module), is_package)
        for name, symbol in found["symbols"].items():
            old = self.node(f"{module}:{name}").partition(":")[2]
            if old in before["symbols"]:
                symbol["hash"] = before["symbols"][old]["hash"]
        for effect, old_effect in zip(found["effects"], before["effects"], strict=False):
            effect["hash"] = old_effect["hash"]
        found["hash"] = before["hash"]
        return found

    @staticmethod
    def _longest(name: str, pairs: Mapping[str, str]) -> str:
        for new in sorted(pairs, key=len, reverse=True):
            if name == new or name.startswith(f"{new}."):
                return pairs[new] + name[len(new) :]
        return name


class _OldNames(ast.NodeTransformer):
    """Puts the old names into the syntax tree of one module."""

    def __init__(self, renames: Renames, module: str, package: str) -> None:
        self._renames = renames
        self._module = module
        self._package = package
        self._old_package = renames.module(f"{package}.x").rpartition(".")[0] if package else ""
        self._imports: dict[str, str] = {}
        """Local name -> the dotted name it stands for; only names with one meaning in the whole file."""
        self._local: dict[str, str] = {}
        """Names of the module itself, or imported into it, that were called otherwise."""
        self._ours = renames.packages() | {module.partition(".")[0]}
        self._affected: set[ast.AST] = set()
        """Import statements that the renames have changed."""

    def visit_Module(self, node: ast.Module) -> ast.AST:
        imports: dict[str, set[str]] = {}
        for item in ast.walk(node):
            if isinstance(item, ast.Import | ast.ImportFrom):
                for name, target in _imported(item, self._package):
                    imports.setdefault(name, set()).add(target)
        bindings = Counter(_bindings(node))
        self._imports = {
            name: next(iter(targets)) for name, targets in imports.items() if len(targets) == 1 and not bindings[name]
        }
        candidates = {
            name: self._renames.dotted(target).rpartition(".")[2]
            for name, target in self._imports.items()
            if target.rpartition(".")[2] == name and "." in target
        }
        for name in _defined(node.body):
            if bindings[name] == 1 and name not in imports:
                candidates[name] = self._renames.node(f"{self._module}:{name}").partition(":")[2]
        self._local = {
            new: old
            for new, old in candidates.items()
            if new != old and (old in candidates or not (bindings[old] or old in imports))
        }
        tree = self.generic_visit(node)
        for item in ast.walk(tree):
            for _, value in ast.iter_fields(item):
                if isinstance(value, list) and any(isinstance(each, ast.Import | ast.ImportFrom) for each in value):
                    self._sort_imports(value)
        return tree

    def _sort_imports(self, statements: list[Any]) -> None:
        """Put the project's imports of each run into the order in which an import sorter had left them."""
        runs = itertools.groupby(
            range(len(statements)), lambda at: isinstance(statements[at], ast.Import | ast.ImportFrom)
        )
        for is_import, run in [(is_import, list(run)) for is_import, run in runs]:
            if not is_import or self._affected.isdisjoint(statements[at] for at in run):
                continue
            places = [at for at in run if _sort_key(statements[at])[1].partition(".")[0] in self._ours]
            ordered = _joined(sorted((statements[at] for at in places), key=_sort_key))
            for at, statement in itertools.zip_longest(places, ordered):
                statements[at] = statement
        statements[:] = [statement for statement in statements if statement is not None]

    def visit_Import(self, node: ast.Import) -> ast.AST:
        names = [ast.alias(self._renames.module(alias.name), alias.asname) for alias in node.names]
        if [alias.name for alias in names] == [alias.name for alias in node.names]:
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
            parts.setdefault(old_source, []).append(ast.alias(old_name, alias.asname))
        if not affected:
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
        return ast.copy_location(ast.Name(self._local.get(node.id, node.id), node.ctx), node)

    def visit_Global(self, node: ast.Global) -> ast.AST:
        return ast.copy_location(ast.Global([self._local.get(name, name) for name in node.names]), node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.name = self._local.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        node.name = self._local.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        node.name = self._local.get(node.name, node.name)
        return self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        names = dotted(node)
        base = self._imports.get(names[0]) if names else None
        if names is None or base is None:
            return self.generic_visit(node)
        old = self._renames.dotted(".".join([base, *names[1:]])).split(".")
        old_base = self._renames.dotted(base).split(".")
        if base == names[0] and base.partition(".")[0] == base:  # `import a.b`, used as `a.b.f`
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

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """`import_module("pkg.mod")`."""
        names = dotted(node.func)
        first = node.args[0] if node.args else None
        by_name = names and names[-1] in ("import_module", "__import__")
        if by_name and isinstance(first, ast.Constant) and isinstance(first.value, str):
            node.args[0] = ast.copy_location(ast.Constant(self._renames.module(first.value)), first)
        return self.generic_visit(node)


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


def _bindings(tree: ast.AST) -> Iterator[str]:
    """Every name that anything but an import binds, in any scope, once for each time."""
    for node in ast.walk(tree):
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
        else:
            yield from (parameter.name for parameter in getattr(node, "type_params", []))


def _defined(body: Iterable[Any]) -> Iterator[str]:
    """The names that the statements of a module define, each in one place."""
    for statement in body:
        if isinstance(statement, Function | ast.ClassDef):
            yield statement.name
        elif isinstance(statement, ast.Assign):
            yield from (target.id for target in statement.targets if isinstance(target, ast.Name))
        elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            yield statement.target.id
