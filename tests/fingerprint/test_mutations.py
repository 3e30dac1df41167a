"""Random edits of this repository's own experiments: who becomes stale, against another way of finding out.

The other way knows nothing of symbols: a step cannot reach a module that no import leads to, whatever is edited there
(too few are never stale); and a function that a step's own text calls by name is surely used (too many are never
fresh).
"""

from __future__ import annotations

import ast
import random
import shutil
from pathlib import Path

import pytest

from tpdl.fingerprint import Sources

ROOT = Path(__file__).parents[2]


def imports(path: Path, module: str) -> set[str]:
    """Every module that a file may import, by any statement in it; with all parents."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = module.split(".")[: len(module.split(".")) - node.level] if node.level else []
            source = ".".join([*package, *(node.module or "").split(".")]).strip(".")
            found |= {source, *(f"{source}.{alias.name}" for alias in node.names)}
    parts = [name.split(".") for name in found]
    return {".".join(names[:end]) for names in parts for end in range(1, len(names) + 1)}


class Mutation(ast.NodeTransformer):
    """One random change of meaning in a function: a number, an operator, a comparison, or a statement less."""

    def __init__(self, at: int) -> None:
        self.at, self.seen = at, -1

    def generic_visit(self, node: ast.AST) -> ast.AST:
        self.seen += 1
        if self.seen == self.at:
            if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value is not True:
                return ast.Constant(node.value + 1)
            if isinstance(node, ast.BinOp):
                operator = ast.Add() if isinstance(node.op, ast.FloorDiv) else ast.FloorDiv()
                return ast.BinOp(node.left, operator, node.right)
            if isinstance(node, ast.Compare) and len(node.ops) == 1:
                comparison = ast.NotEq() if isinstance(node.ops[0], ast.Eq) else ast.Eq()
                return ast.Compare(node.left, [comparison], node.comparators)
            if isinstance(node, ast.Return) and node.value:
                return ast.Return(ast.Tuple([node.value, ast.Constant(0)], ast.Load()))
            if isinstance(node, ast.Assign | ast.Expr | ast.AugAssign) and not isinstance(node.value, ast.Constant):
                return ast.Assert(ast.Constant(1))
            self.at += 1
        return super().generic_visit(node)


def mutated(text: str, name: str, chance: random.Random) -> str | None:
    """The file, as Python prints it, with one change in a function at its top; None where nothing can be changed."""
    tree = ast.parse(text)
    function = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name)
    size = sum(1 for statement in function.body for _ in ast.walk(statement))
    function.body = Mutation(chance.randrange(size)).visit(ast.Module(list(function.body), [])).body
    after = ast.unparse(ast.fix_missing_locations(tree))
    return after if ast.dump(ast.parse(after)) != ast.dump(ast.parse(text)) else None


def closures(root: Path) -> dict[str, dict[str, str]]:
    sources = Sources(root, cache=root / "cache")
    steps = [f"{each.module}:{each.qualname}" for each in sources.declarations()]
    found = {step: sources.closure(step) for step in steps}
    sources.save_cache()
    return found


def tried(root: Path, count: int, seed: int) -> dict[str, int]:
    """Try random edits; how many were tried of each kind."""
    chance = random.Random(seed)
    files = {
        ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sorted(root.glob("experiments/**/*.py"))
    }
    leads_to = {module: imports(path, module) & files.keys() for module, path in files.items()}
    before = closures(root)
    reach: dict[str, set[str]] = {}
    for step in before:
        seen, todo = set[str](), [step.partition(":")[0]]
        while todo:
            if (module := todo.pop()) not in seen:
                seen.add(module)
                todo += leads_to.get(module, ())
        reach[step] = seen
    numbers = {"meaning": 0, "looks": 0, "stale": 0, "unreachable": 0}
    while numbers["meaning"] + numbers["looks"] < count:
        module = chance.choice(sorted(files))
        path, text = files[module], files[module].read_text(encoding="utf-8")
        functions = [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]
        if not functions:
            continue
        name = chance.choice(functions)
        looks = chance.random() < 0.3
        after = f"# A comment.\n{text}\n\n# Another.\n" if looks else mutated(text, name, chance)
        if after is None:
            continue
        path.write_text(after, encoding="utf-8")
        now = closures(root)
        path.write_text(text, encoding="utf-8")
        stale = {step for step in before if now[step] != before[step]}
        numbers["looks" if looks else "meaning"] += 1
        if looks:
            assert not stale, (module, stale)
            continue
        used = {step for step, closure in before.items() if step == f"{module}:{name}"}
        used |= {step for step in before if step.startswith(f"{module}:") and calls(text, step.partition(":")[2], name)}
        assert used <= stale, (module, name, used - stale)
        far = {step for step in before if module not in reach[step]}
        assert not stale & far, (module, name, stale & far)
        numbers["stale"] += len(stale)
        numbers["unreachable"] += len(far)
    return numbers


def calls(text: str, function: str, name: str) -> bool:
    """Whether a function's own text calls another one of its module by name."""
    tree = ast.parse(text)
    node = next((each for each in tree.body if isinstance(each, ast.FunctionDef) and each.name == function), None)
    if node is None:
        return False
    own = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    return name not in own and any(
        isinstance(each, ast.Call) and isinstance(each.func, ast.Name) and each.func.id == name
        for each in ast.walk(node)
    )


def copied(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "experiments", tmp_path / "experiments", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_random_edits(tmp_path: Path) -> None:
    numbers = tried(copied(tmp_path), 12, seed=1)
    assert numbers["meaning"] and numbers["looks"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_many_random_edits(tmp_path: Path) -> None:
    numbers = tried(copied(tmp_path), 200, seed=2)
    assert numbers["stale"] > 200
