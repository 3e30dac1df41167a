"""Scopes and the canonical form on a lot of real code, against what Python itself says."""

from __future__ import annotations

import ast
import functools
import importlib.util
import symtable
from pathlib import Path

import pytest

from tpdl.fingerprint.canonical import Function, dump, effective
from tpdl.fingerprint.scopes import Collector, bind

SAMPLE = [
    "argparse",
    "ast",
    "asyncio.base_events",
    "bdb",
    "configparser",
    "contextlib",
    "copy",
    "csv",
    "dataclasses",
    "enum",
]
SAMPLE += ["fractions", "functools", "heapq", "inspect", "locale", "pickle", "pprint", "random", "shutil", "statistics"]
SAMPLE += [
    "string",
    "textwrap",
    "timeit",
    "tokenize",
    "trace",
    "traceback",
    "types",
    "urllib.parse",
    "warnings",
    "weakref",
]


@functools.cache
def text_of(module: str) -> str:
    """The source of a standard module, without annotations, which the two sides treat differently on purpose."""
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.origin or not spec.origin.endswith(".py"):
        pytest.skip(f"no source of {module}")
    return ast.unparse(NoAnnotations().visit(ast.parse(Path(spec.origin).read_bytes())))


class NoAnnotations(ast.NodeTransformer):
    """Removes annotations."""

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        self.generic_visit(node)
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        self.generic_visit(node)
        return ast.Assign([node.target], node.value, lineno=1) if node.value else ast.Pass()


def python_globals(table: symtable.SymbolTable) -> set[str]:
    """The global names that a function uses, its nested functions included, as Python's compiler sees them."""
    mine = {
        s.get_name() for s in table.get_symbols() if s.is_global() and (s.is_referenced() or s.is_declared_global())
    }
    return mine.union(*(python_globals(child) for child in table.get_children()))


@pytest.mark.parametrize("module", SAMPLE)
def test_global_names_are_those_of_the_compiler(module: str) -> None:
    text = text_of(module)
    table = symtable.symtable(text, module, "exec")
    tables = {child.get_lineno(): child for child in table.get_children()}
    for node in ast.parse(text).body:
        if not isinstance(node, Function) or any(isinstance(inner, ast.ClassDef) for inner in ast.walk(node)):
            continue
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        expected = python_globals(tables.get(node.lineno) or tables[first])
        found = Collector("m", "").statements([bare(node)]).refs
        assert {ref.partition(".")[0] for ref in found if ":" not in ref} == expected, node.name


def bare(node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.FunctionDef | ast.AsyncFunctionDef:
    """The function without decorators and defaults: they belong to the scope around it."""
    node.decorator_list = []
    node.args.defaults, node.args.kw_defaults = [], [None] * len(node.args.kwonlyargs)
    return node


@pytest.mark.parametrize("module", SAMPLE)
def test_module_names_are_those_of_the_compiler(module: str) -> None:
    text = text_of(module)
    symbols = symtable.symtable(text, module, "exec").get_symbols()
    expected = {s.get_name() for s in symbols if s.is_assigned() or s.is_imported() or s.is_namespace()}
    bound = bind(list(effective(ast.parse(text).body)), "")
    found = bound.names | set(bound.imports)
    inner_globals = {name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Global) for name in node.names}
    assert found - inner_globals == expected - inner_globals


@pytest.mark.parametrize("module", SAMPLE)
def test_printing_the_tree_changes_nothing(module: str) -> None:
    tree = ast.parse(text_of(module))
    assert dump(ast.parse(ast.unparse(tree))) == dump(tree)
