"""What must hold for any project: random module graphs, edits and reformattings against answers found otherwise."""

from __future__ import annotations

import ast
import random
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fingerprint.tree import changes, closure, write

MODULES = ["app", "lib", "pkg.a", "pkg.b", "pkg.sub.c", "space.d"]
STYLES = ["from", "from as", "module", "module as", "dotted", "local from", "local module", "hub", "star", "relative"]


@dataclass
class Symbol:
    """A symbol of a random project: which others it uses, and by which kind of import."""

    name: str
    module: str
    kind: str
    literal: int
    uses: list[tuple[int, str]] = field(default_factory=list)
    base: int | None = None
    tag: str = ""
    """What local names for it, and in it, are made of: they stay when it is renamed."""


@st.composite
def projects(draw: st.DrawFn) -> list[Symbol]:
    """Symbols with edges between any two of them; the first is the function under test."""
    count = draw(st.integers(2, 14))
    symbols = [
        Symbol(
            name=f"s{number}",
            tag=f"s{number}",
            module=draw(st.sampled_from(MODULES)) if number else "app",
            kind=draw(st.sampled_from(["function", "constant", "class"])) if number else "function",
            literal=1000 + number,
        )
        for number in range(count)
    ]
    for symbol in symbols:
        edge = st.tuples(st.integers(0, count - 1), st.sampled_from(STYLES))
        symbol.uses = draw(st.lists(edge, max_size=3))
        classes = [number for number, other in enumerate(symbols) if other.kind == "class"]
        if symbol.kind == "class" and classes and draw(st.booleans()):
            symbol.base = draw(st.sampled_from(classes))
    return symbols


def source(symbols: list[Symbol]) -> dict[str, str]:
    """The project as files."""
    modules = dict.fromkeys([*MODULES, *(symbol.module for symbol in symbols)])
    tops: dict[str, list[str]] = {module: [] for module in modules}
    bodies: dict[str, list[str]] = {module: [] for module in modules}
    hub: list[str] = []

    def expression(user: Symbol, number: int, style: str, local: list[str] | None) -> str:
        used = symbols[number]
        if used.module == user.module:
            return used.name
        if style.startswith("local") and local is None:
            style = "from"
        alias = f"module_of_{used.tag}_{user.tag}"
        match style:
            case "from as":
                tops[user.module].append(f"from {used.module} import {used.name} as {used.tag}_x")
                return f"{used.tag}_x"
            case "module as":
                tops[user.module].append(f"import {used.module} as {alias}")
                return f"{alias}.{used.name}"
            case "module" | "dotted":
                tops[user.module].append(f"import {used.module}")
                return f"{used.module}.{used.name}"
            case "local from":
                assert local is not None
                local.append(f"from {used.module} import {used.name} as {used.tag}_local")
                return f"{used.tag}_local"
            case "local module":
                assert local is not None
                local.append(f"import {used.module}")
                return f"{used.module}.{used.name}"
            case "hub":
                hub.append(f"from {used.module} import {used.name} as hub_{used.tag}")
                tops[user.module].append("import hub")
                return f"hub.hub_{used.tag}"
            case "star":
                tops[user.module].append(f"from {used.module} import *")
                return used.name
            case "relative" if user.module.startswith("pkg.") and used.module.startswith("pkg."):
                dots = "." * user.module.count(".")
                tops[user.module].append(f"from {dots}{used.module.removeprefix('pkg.')} import {used.name}")
                return used.name
        tops[user.module].append(f"from {used.module} import {used.name}")
        return used.name

    for symbol in symbols:
        lines = bodies[symbol.module]
        local: list[str] | None = None if symbol.kind == "constant" else []
        used = [expression(symbol, number, style, local) for number, style in symbol.uses]
        value = f"[{', '.join([str(symbol.literal), *used])}]"
        local = local and sorted(local, key=lambda line: (line.startswith("from"), line.split()[1]))
        if symbol.kind == "constant":
            lines.append(f"{symbol.name} = {value}")
        elif symbol.kind == "function":
            lines += [f"def {symbol.name}(x, y=2):", *[f"    {line}" for line in local or []], f"    return {value}"]
        else:
            base = f"({expression(symbol, symbol.base, 'from', None)})" if symbol.base is not None else ""
            lines += [f"class {symbol.name}{base}:", "    kind = 3", "    def method(self):"]
            lines += [*[f"        {line}" for line in local or []], f"        return {value}"]
    files = {"pkg/__init__.py": "", "pkg/sub/__init__.py": "", "hub.py": "\n".join(hub)}
    for module in tops:
        files[f"{module.replace('.', '/')}.py"] = "\n".join([*dict.fromkeys(tops[module]), *bodies[module]]) + "\n"
    return files


def reachable(symbols: list[Symbol]) -> set[str]:
    """The symbols that the first one uses, at any remove, from the graph alone."""
    seen: set[int] = set()
    todo = [0]
    while todo:
        number = todo.pop()
        if number not in seen:
            seen.add(number)
            symbol = symbols[number]
            todo += [used for used, _ in symbol.uses] + ([] if symbol.base is None else [symbol.base])
    names = {f"{symbols[number].module}:{symbols[number].name}" for number in seen}
    classes = {f"{symbols[n].module}:{symbols[n].name}.method" for n in seen if symbols[n].kind == "class"}
    return names | classes


def build(files: dict[str, str]) -> dict[str, str]:
    """The closure of app:s0 in a project of these files."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), files)
        return closure(Path(folder), "app:s0")


@settings(max_examples=150, deadline=None)
@given(projects())
def test_closure_is_reachability(symbols: list[Symbol]) -> None:
    # in modules that import each other, the order of imports and definitions is one thing more
    assert {name for name in build(source(symbols)) if "<" not in name} == reachable(symbols)


@settings(max_examples=60, deadline=None)
@given(projects(), st.data())
def test_a_literal_changes_its_own_symbol_and_nothing_else(symbols: list[Symbol], data: st.DataObject) -> None:
    before = build(source(symbols))
    edited = data.draw(st.sampled_from(symbols))
    edited.literal += 5000
    name = f"{edited.module}:{edited.name}" + (".method" if edited.kind == "class" else "")
    assert changes(before, build(source(symbols))) == ({name} & reachable(symbols))


@settings(max_examples=60, deadline=None)
@given(projects(), st.randoms(use_true_random=False))
def test_looks_do_not_matter(symbols: list[Symbol], chance: random.Random) -> None:
    files = source(symbols)
    assert build({name: disguised(text, chance) for name, text in files.items()}) == build(files)


def disguised(text: str, chance: random.Random) -> str:
    """The same code with docstrings, comments, blank lines, other indentation, or as the interpreter would print it."""
    if chance.random() < 0.4:
        return ast.unparse(ast.parse(text))
    width = chance.choice([1, 2, 7])
    lines = ['"""Docstring of the module."""'] if chance.random() < 0.5 else []
    for line in text.splitlines():
        depth = (len(line) - len(line.lstrip())) // 4
        lines += [""] * chance.randrange(3)
        lines += [" " * chance.randrange(9) + "# comment"] if chance.random() < 0.3 else []
        lines.append(" " * width * depth + line.strip().replace(", ", chance.choice([", ", ",", ",\\\n   "])))
        if chance.random() < 0.3:
            lines[-1] += "  # comment"
        if line.endswith(":") and chance.random() < 0.5:
            lines.append(" " * width * (depth + 1) + '"""Docstring."""')
    return "\n".join(lines) + "\n"
