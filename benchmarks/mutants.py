"""How good the quick tests are: changes of the code at random, and how many of them some test notices.

    pip install --group mutants
    python benchmarks/mutants.py [--folder FOLDER] [--number 200] [--seed 2026] [--survivors] [--show]

Works on what is committed, in a clone in FOLDER, and goes on where it was stopped:

1. cosmic-ray lists what can be changed in `PACKAGES`: comparisons, operators, numbers, `and` and `or`, `not`, True and
   False, loops, `break`, exceptions that are caught, decorators. Of each place that can be changed at all one change
   is taken, and of these `--number` are drawn, from each package in proportion. Not drawn is what cannot matter: types
   in annotations, which nobody evaluates; `if TYPE_CHECKING`; `is` for `==`, which only CPython's habits tell apart;
   and the rules of an older version, which are kept word for word (`FROZEN`).
2. The tests run once under coverage, child processes and forks included, to see which test executes what. Tests that
   are new are added on the next call.
3. Each mutant is judged by the tests that execute its statement, those first that go where few others go in the same
   function, until one fails (`--budget` seconds of tests at most; tests that take three times their time have failed,
   too). This happens in a sandbox with processes of its own where all is read-only but the clone, as a mutant of code
   that kills and deletes may kill and delete anything. It needs Linux, `unshare`, and the right to use it.
4. Printed: how many were caught, and each survivor with its change. `--show` prints no more than that; `--survivors`
   runs those once more that had survived, after tests were added.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import difflib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

PACKAGES = ("fingerprint", "plan", "run", "render", "embedded")
FROZEN = ("tpdl/fingerprint/rules_1.py",)
TESTS = ("tests", "--ignore=tests/lab", "--ignore=tests/experiments")  # those two are of the laboratory
ROOT = Path(__file__).parents[1]

SITE = """
import os
if os.environ.get("COVERAGE_PROCESS_START"):
    import coverage
    coverage.process_startup()
"""
COVERAGE = """
[run]
source = {clone}/tpdl
data_file = {folder}/coverage/data
parallel = true
context = ${{RUNNING_TEST-}}
patch = _exit, fork
disable_warnings = no-data-collected, module-not-imported, module-not-measured
"""
SANDBOX = """
mount --bind {folder} {folder} && mount -o remount,bind,ro / && cd {clone} || exit 99
for other in $(findmnt -rno TARGET -t ext4,xfs,btrfs,overlay); do
    [ "$other" = {folder} ] || mount -o remount,bind,ro "$other" 2>/dev/null
done
"$@"
exit $?
"""


class Mutant:
    """One change of one file."""

    def __init__(self, operator: str, path: str, occurrence: int, start: tuple[int, int]) -> None:
        self.operator, self.path, self.occurrence, self.start = operator, path, occurrence, start

    @property
    def name(self) -> str:
        return f"{self.path}:{self.start[0]}:{self.start[1]} {self.operator}#{self.occurrence}"

    def text(self, original: str) -> str:
        """The file with the change."""
        from cosmic_ray.mutating import mutate_code

        text: str | None = mutate_code(original, operators()[self.operator], self.occurrence)
        assert text is not None, self.name
        return text


@cache
def operators() -> dict[str, Any]:
    """What cosmic-ray can do to a program, without what only CPython's habits tell apart."""
    from cosmic_ray.plugins import get_operator, operator_names

    names = [name for name in operator_names() if not name.endswith(("Eq_Is", "Eq_IsNot", "NoOp"))]
    return {name: operator() for name in names if not (operator := get_operator(name)).arguments()}


def places(root: Path, path: str) -> dict[tuple[Any, ...], list[Mutant]]:
    """Each place of a file that can be changed, and the changes of it."""
    from cosmic_ray.ast import ast_nodes, get_ast

    text = (root / path).read_text(encoding="utf-8")
    nodes, ignored = list(ast_nodes(get_ast(text))), list(without_effect(ast.parse(text)))
    found = defaultdict(list)
    for name, operator in operators().items():
        positions = [position for node in nodes for position in operator.mutation_positions(node)]
        for occurrence, (start, end) in enumerate(positions):
            if not any(first <= start and end <= last for first, last in ignored):
                found[path, start, name.rpartition("/")[2].partition("_")[0]].append(
                    Mutant(name, path, occurrence, start)
                )
    return found


def without_effect(tree: ast.Module) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """From where to where a file has annotations, and what only type checkers read."""
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            parts = [node.returns]
        elif isinstance(node, ast.arg | ast.AnnAssign):
            parts = [node.annotation]
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            parts = [node]
        for part in parts:
            if isinstance(part, ast.expr | ast.stmt) and part.end_lineno and part.end_col_offset is not None:
                yield (part.lineno, part.col_offset), (part.end_lineno, part.end_col_offset)


def draw(root: Path, number: int, seed: int) -> list[Mutant]:
    """Mutants at random, from each package in proportion to the places that it has."""
    dice = random.Random(seed)
    packages: dict[str, list[list[Mutant]]] = {}
    for package in PACKAGES:
        files = sorted(path.relative_to(root).as_posix() for path in (root / "tpdl" / package).rglob("*.py"))
        packages[package] = [
            changes for path in files if path not in FROZEN for _, changes in sorted(places(root, path).items())
        ]
    total = sum(map(len, packages.values()))
    shares = {package: number * len(found) / total for package, found in packages.items()}
    numbers = {package: int(share) for package, share in shares.items()}
    for package in sorted(shares, key=lambda package: shares[package] % 1, reverse=True)[
        : number - sum(numbers.values())
    ]:
        numbers[package] += 1
    print({package: f"{numbers[package]} of {len(found)}" for package, found in packages.items()}, file=sys.stderr)
    return [mutant for package, found in packages.items() for mutant in drawn(root, found, numbers[package], dice)]


def drawn(root: Path, found: list[list[Mutant]], number: int, dice: random.Random) -> list[Mutant]:
    """So many mutants that are programs at all: cosmic-ray also writes `if not x := 1`."""
    mutants: list[Mutant] = []
    for changes in dice.sample(found, len(found)):
        mutant = dice.choice(changes)
        with contextlib.suppress(SyntaxError):
            ast.parse(mutant.text((root / mutant.path).read_text(encoding="utf-8")))
            mutants.append(mutant)
        if len(mutants) == number:
            break
    return mutants


class Tests:
    """The clone, and which test executes what in it."""

    patience = 3.0
    """A test that takes so many times its time has failed."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clone, self.file = folder, folder / "clone", folder / "tests.json"
        known = json.loads(self.file.read_text()) if self.file.exists() else {}
        self.seconds: dict[str, float] = known.get("seconds", {})
        self.useless: list[str] = known.get("useless", [])
        """Tests that were skipped, or fail without any mutant, as some with a limit of time do under coverage."""
        self.lines: dict[str, dict[str, list[str]]] = known.get("lines", {})
        """File -> line -> the tests that execute it."""

    def update(self) -> None:
        """Bring the clone to what is committed, and look at tests that are new."""
        if not self.clone.exists():
            subprocess.run(["git", "clone", "--quiet", ROOT, self.clone], check=True)
        self.clean()
        subprocess.run(["git", "pull", "--quiet"], cwd=self.clone, check=True)
        collected = self.pytest(["--collect-only", *TESTS], capture=True).splitlines()
        names = [line for line in collected if "::" in line and not line.startswith(("ERROR", "FAILED"))]
        if new := [name for name in names if name not in self.seconds and name not in self.useless]:
            print(f"{len(new)} tests under coverage", file=sys.stderr)
            self.measure(new)

    def measure(self, names: list[str]) -> None:
        """Run tests under coverage, and remember what they execute."""
        data = self.folder / "coverage"
        data.mkdir(exist_ok=True)
        (data / "sitecustomize.py").write_text(SITE)
        (data / "settings").write_text(COVERAGE.format(clone=self.clone, folder=self.folder))
        self.pytest(["-p", "mutants", *self.listed(names)], COVERAGE_PROCESS_START=os.fspath(data / "settings"))
        self.read(names)

    def read(self, names: list[str]) -> None:
        """Add what coverage has written."""
        import coverage

        data = coverage.CoverageData(self.folder / "coverage" / "combined")
        for part in sorted((self.folder / "coverage").glob("data.*")):
            one = coverage.CoverageData(part)
            one.read()
            data.update(one)
            part.unlink()
        notes = json.loads((self.folder / "coverage" / "notes.json").read_text())
        users = defaultdict(list)
        for test, fixtures in notes["fixtures"].items():
            for fixture in fixtures:
                users[fixture].append(test)
        for path in data.measured_files():
            lines = self.lines.setdefault(Path(path).relative_to(self.clone).as_posix(), {})
            for line, contexts in data.contexts_by_lineno(path).items():
                tests = {test for context in contexts for test in users.get(context, [context]) if "::" in test}
                lines[str(line)] = sorted(tests.union(lines.get(str(line), [])))
        self.seconds |= {test: seconds for test, seconds in notes["seconds"].items() if test in notes["passed"]}
        self.useless += [test for test in names if test not in self.seconds]
        self.file.write_text(json.dumps({"seconds": self.seconds, "useless": self.useless, "lines": self.lines}))

    def clean(self) -> None:
        """Undo what a mutant has done."""
        for command in (["checkout", "--quiet", "."], ["clean", "-fdxq", "-e", "__pycache__"]):
            subprocess.run(["git", *command], cwd=self.clone, check=True)

    def listed(self, names: list[str]) -> list[str]:
        """The arguments of pytest for tests by name; there may be too many for a command line."""
        file = self.folder / "chosen"
        file.write_text("\n".join(names))
        return [f"@{file}"]

    def pytest(self, arguments: list[str], capture: bool = False, **environment: str) -> str:
        """Run pytest in the clone."""
        command, variables = self.command(arguments)
        out = subprocess.PIPE if capture else None
        done = subprocess.run(command, cwd=self.clone, env=variables | environment, stdout=out, text=True, check=False)
        return done.stdout or ""

    def command(self, arguments: list[str]) -> tuple[list[str], dict[str, str]]:
        paths = [self.folder / "coverage", self.clone / "benchmarks", self.clone]
        temporary = self.folder / "temporary"
        temporary.mkdir(exist_ok=True)
        variables = {"PYTHONPATH": os.pathsep.join(map(str, paths)), "TMPDIR": str(temporary)}
        variables["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"  # importing them all takes longer than most of the tests
        options = ["-q", "-p", "pytest_timeout", "-p", "no:cacheprovider", "-o", "addopts=", "-m", "not slow"]
        return [sys.executable, "-m", "pytest", *options, *arguments], os.environ | variables

    def caught(self, mutant: Mutant, budget: float) -> str:
        """Which test notices a mutant, how many were asked in vain, or what else has become of it."""
        names = self.chosen(mutant, budget)
        if not names:
            return "survived: no test executes it"
        path = self.clone / mutant.path
        path.write_text(mutant.text(path.read_text(encoding="utf-8")), encoding="utf-8")
        for stale in path.parent.glob(f"__pycache__/{path.stem}.*"):  # it may have the same second and size
            stale.unlink()
        limit = self.patience * sum(self.seconds[name] for name in names) + 60
        command, variables = self.command(["-x", *self.listed(names)])
        script = SANDBOX.format(folder=self.folder, clone=self.clone)
        inside = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script, "sh"]
        try:
            done = subprocess.run([*inside, *command], env=variables, capture_output=True, text=True, timeout=limit)
        except subprocess.TimeoutExpired:
            return "caught: too slow"
        finally:
            self.clean()
            for stale in path.parent.glob(f"__pycache__/{path.stem}.*"):
                stale.unlink()
        if done.returncode == 0:
            return f"survived: {len(names)} tests"
        failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
        if done.returncode not in (1, 2) and not failed:
            return f"caught: exit code {done.returncode} {done.stdout[-300:]} {done.stderr[-300:]}"
        return f"caught: {failed[0] if failed else done.stdout[-300:]}"

    def chosen(self, mutant: Mutant, budget: float) -> list[str]:
        """The tests that execute a mutant's statement, those first that go where few others go in the same function.

        Where none is known to, whatever uses the file: nobody has noted what a process did that was killed.
        """
        lines = {int(line): tests for line, tests in self.lines.get(mutant.path, {}).items()}
        statement, function = around((self.clone / mutant.path).read_text(encoding="utf-8"), mutant.start[0])
        tests = {test for line in statement for test in lines.get(line, [])}
        tests = tests or {test for executing in lines.values() for test in executing}
        special: dict[str, float] = defaultdict(float)
        for line in function:
            for test in lines.get(line, []):
                special[test] += 1 / len(lines[line])
        left = budget
        chosen: list[str] = []
        for test in sorted(tests & self.seconds.keys(), key=lambda test: (-special[test], self.seconds[test])):
            if self.seconds[test] <= left or not chosen:
                left -= self.seconds[test]
                chosen.append(test)
        files: dict[str, float] = defaultdict(float)
        for test in chosen:
            files[test.partition("::")[0]] += self.seconds[test]
        return sorted(chosen, key=lambda test: (files[test.partition("::")[0]], test.partition("::")[0]))


def around(text: str, line: int) -> tuple[set[int], set[int]]:
    """The lines of the statement that a line belongs to, and those of the function around it.

    For a function's head and decorators both are its body, and for what runs at import the functions of the file.
    """
    statements = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.stmt)]
    functions = [node for node in statements if isinstance(node, ast.FunctionDef)]
    containing = [node for node in statements if _first(node) <= line <= (node.end_lineno or 0)]
    innermost = containing[-1]  # the walk goes from the outside to the inside
    outer = [node for node in containing if isinstance(node, ast.FunctionDef)]
    whole = _lines(outer[-1].body if outer else [part for node in functions for part in node.body])
    if not outer or innermost is outer[-1]:
        return whole, whole
    body = getattr(innermost, "body", None)
    head = range(_first(innermost), body[0].lineno if body else (innermost.end_lineno or 0) + 1)
    return (set(head) if line in head else {line}), whole  # `except` is in no head


def _first(node: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _lines(statements: list[ast.stmt]) -> set[int]:
    return {line for node in statements for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)}


def report(clone: Path, mutants: list[Mutant], results: dict[str, str]) -> None:
    """Print the table and the survivors."""
    table = Counter((mutant.path.split("/")[1], results.get(mutant.name, "").split(":")[0]) for mutant in mutants)
    for package in PACKAGES:
        caught, survived = table[package, "caught"], table[package, "survived"]
        print(f"{package:12} {caught:4} caught, {survived:3} survived")
    caught = sum(result.startswith("caught") for result in results.values())
    print(f"{caught} of {len(results)} caught" + (f": {caught / len(results):.1%}" if results else ""))
    for mutant in mutants:
        if results.get(mutant.name, "").startswith("survived"):
            original = (clone / mutant.path).read_text(encoding="utf-8")
            changes = difflib.unified_diff(original.splitlines(), mutant.text(original).splitlines(), n=0, lineterm="")
            print(f"\n{mutant.name}\n  {results[mutant.name]}")
            print("\n".join("  " + line for line in list(changes)[3:]))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--folder", type=Path, default=Path.home() / ".cache" / "tpdl-mutants")
    parser.add_argument("--number", type=int, default=200)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--budget", type=float, default=60, help="seconds of tests for one mutant")
    parser.add_argument("--survivors", action="store_true", help="run those again that have survived")
    parser.add_argument("--show", action="store_true", help="print the results so far")
    options = parser.parse_args()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background, tests of Ctrl-C would find it ignored
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    tests = Tests(folder)
    file = folder / f"results-{options.number}-{options.seed}.json"
    results: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}
    if not options.show:
        tests.update()
    mutants = draw(tests.clone, options.number, options.seed)
    if options.survivors:
        results = {name: result for name, result in results.items() if result.startswith("caught")}
    for mutant in mutants if not options.show else []:
        if mutant.name not in results:
            start = time.monotonic()
            results[mutant.name] = tests.caught(mutant, options.budget)
            print(f"{mutant.name}: {results[mutant.name]} ({time.monotonic() - start:.0f} s)", file=sys.stderr)
            file.write_text(json.dumps(results, indent=1))
    report(tests.clone, mutants, results)


# As a plugin of pytest: tell coverage which test runs, in child processes, too.

_notes: dict[str, dict[str, Any]] = {"seconds": {}, "fixtures": {}, "passed": {}}


def _running(name: str) -> None:
    import coverage

    os.environ["RUNNING_TEST"] = name
    if current := coverage.Coverage.current():
        current.switch_context(name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Note how long a test takes, and which shared fixtures it uses."""
    _running(item.nodeid)
    start = time.monotonic()
    result = yield
    _notes["seconds"][item.nodeid] = time.monotonic() - start
    fixtures = [found[-1] for found in item._fixtureinfo.name2fixturedefs.values()]  # type: ignore[attr-defined]
    _notes["fixtures"][item.nodeid] = [_fixture(one) for one in fixtures if one.scope != "function"]
    _running("")
    return result


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any) -> Iterator[Any]:
    """What a shared fixture executes counts for all tests that use it."""
    if fixturedef.scope == "function":
        return (yield)
    test = os.environ["RUNNING_TEST"]
    _running(_fixture(fixturedef))
    result = yield
    _running(test)
    return result


def _fixture(definition: Any) -> str:
    return f"fixture {definition.argname} of {definition.baseid}"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note which tests pass."""
    if report.when == "call" and report.passed:
        _notes["passed"][report.nodeid] = True


def pytest_sessionfinish() -> None:
    """Leave the notes to the one who has started pytest."""
    Path(os.environ["COVERAGE_PROCESS_START"]).with_name("notes.json").write_text(json.dumps(_notes))


if __name__ == "__main__":
    main()
