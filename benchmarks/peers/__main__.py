"""One toy sweep in the hands of five tools: are the results right after each change, what ran needlessly, at what cost?

    python benchmarks/peers PEERS [--tool NAME] [--change NAME] [--rounds 3] [--jobs 2] [--write]

With `--write`, what is in results.json already is not asked again, so it goes on where it was stopped; remove that
file to begin anew. PEERS is the folder of a virtual environment with
`pip install "pytask==0.6.*" "dvc==3.67.*" "snakemake==9.27.*" "doit==0.37.*" matplotlib pyyaml`.

The rule is the same for all. A project is up to date; something is changed; the tool brings it up to date, and says so.
Then its results are compared, byte by byte, with those of a clean run of the same sources by the same tool: if they
differ, it is **wrong**. A step that ran to a result which was there already was needless work. Steps log what they
return; nothing that a tool prints is believed. Each project is written as the tool's documentation teaches, and lists
the helpers that its steps import wherever the tool has a place for them.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Lock

from changes import CHANGES, edit
from project import Project, ToolFailed
from tools import HERE, Tool, environment, tools

sys.path.insert(0, str(HERE.parents[1]))

from benchmarks.marked import put

TIMES = ("processor time, nothing to do", "processor time, drawing edited")
PAGES = (HERE.parents[1] / "README.md", HERE.parents[1] / "docs/concepts/others.md")
MARKS = ("<!-- benchmarks/peers --write -->", "<!-- end -->")


class Judge:
    """Asks tools, and compares with clean runs. What `started` has is one already: it was made from nothing."""

    def __init__(self, started: list[Project]) -> None:
        self.expected = {self.key(project): project.products() for project in started}

    def key(self, project: Project) -> tuple[str, frozenset[tuple[Path, bytes]]]:
        """The same sources in the hands of the same tool."""
        return project.tool.name, frozenset(project.sources().items())

    def verdict(self, started: Project, change: str, folder: Path) -> str:
        """What becomes of one change in the hands of one tool."""
        folder.mkdir()
        project = started.copy(folder / "changed")
        try:
            CHANGES[change](project)
        except ToolFailed as failure:
            print(failure, file=sys.stderr)
            return "stopped with an error"
        key = self.key(project)
        if key not in self.expected:
            clean = project.clean(folder / "clean")
            clean.bring_up_to_date()
            self.expected[key] = clean.products()
        assert len(self.expected[key]) >= 3, f"{project.tool.name} made {sorted(self.expected[key])} only"
        found = project.products()
        if any(found.get(name) != content for name, content in self.expected[key].items()):
            return "**wrong**"
        needless = project.needless()
        return f"right, {needless} needless" if needless else "right"


def times(projects: list[Project], rounds: int) -> dict[str, list[str]]:
    """What a run with nothing to do costs, and one after an edit of the drawing, as multiples of the first tool's.

    Processor time of the tool and of everything that it starts: on a busy machine the clock on the wall tells little.
    The best of several rounds counts, as noise only adds; the tools take turns.
    """
    seconds: dict[str, list[list[float]]] = {row: [] for row in TIMES}
    markers = ["o", "s", "^", "v", "D", "x", "*", "P"]
    for number in range(rounds):
        for row, found in seconds.items():
            found.append([])
            for project in projects:
                if row == TIMES[1]:
                    edit(project, "lib/plots.py", line_with(markers[number]), line_with(markers[number + 1]))
                before = processor_time()
                project.bring_up_to_date()
                found[-1].append(processor_time() - before)
                print(f"{row}: {project.tool.name}: {found[-1][-1]:.2f} s", flush=True)
    rows = {}
    for row, found in seconds.items():
        best = [min(column) for column in zip(*found, strict=True)]
        rows[row] = [f"{value / best[0]:.1f} ×" for value in best]
    return rows


def line_with(marker: str) -> str:
    """The line of the source that has it."""
    return f'MARKER = "{marker}"'


def processor_time() -> float:
    """Seconds that processes which this one has started have used up to now."""
    spent = os.times()
    return spent.children_user + spent.children_system


class Results:
    """Cells by row and tool, in a file that grows as they are measured."""

    def __init__(self, path: Path | None) -> None:
        self.path, self.lock = path, Lock()
        self.cells: dict[str, dict[str, str]] = json.loads(path.read_text()) if path and path.exists() else {}

    def add(self, row: str, tool: str, cell: str) -> None:
        """Say it, and keep it."""
        with self.lock:
            print(f"{row}: {tool}: {cell}", flush=True)
            self.cells.setdefault(row, {})[tool] = cell
            if self.path:
                self.path.write_text(json.dumps(self.cells, indent=2, ensure_ascii=False) + "\n")

    def table(self, names: list[str]) -> str:
        """In Markdown; what nobody has measured is said to be so."""
        rows = [row for row in [*CHANGES, *TIMES] if row in self.cells]
        lines = [["change", *names], ["---"] * (len(names) + 1)]
        lines += [[row, *(self.cells[row].get(name, "not measured") for name in names)] for row in rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Ask for every verdict, then for the times, and print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peers", type=Path, help="the folder of the environment with the other tools")
    parser.add_argument("--tool", action="append", help="this one only; can be given several times")
    parser.add_argument("--change", action="append", choices=list(CHANGES), help="this one only; likewise")
    parser.add_argument("--rounds", type=int, default=3, choices=range(8), help="how often times are taken; 0: never")
    parser.add_argument("--jobs", type=int, default=2, help="changes tried at once; times are taken one by one")
    parser.add_argument("--write", action="store_true", help="keep what is found in results.json; show it on PAGES")
    options = parser.parse_args()
    if options.tool and "tpdl" not in options.tool:
        options.rounds = 0  # times are multiples of tpdl's
    results = Results(HERE / "results.json" if options.write else None)
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(options.jobs) as pool:
        folder, shell = Path(scratch), environment(options.peers.resolve())
        every = tools(folder / "store")
        asked = [tool for tool in every if not options.tool or tool.name in options.tool]
        left = {
            tool.name: [row for row in options.change or CHANGES if tool.name not in results.cells.get(row, {})]
            for tool in asked
        }
        busy = [tool for tool in asked if left[tool.name] or options.rounds]
        started = list(pool.map(lambda tool: up_to_date(tool, folder / tool.name, shell), busy))
        judge = Judge(started)

        def ask(project: Project, change: str) -> None:
            place = folder / f"{project.tool.name}-{[*CHANGES].index(change)}"
            results.add(change, project.tool.name, judge.verdict(project, change, place))

        waiting = [pool.submit(ask, project, change) for project in started for change in left[project.tool.name]]
        for each in waiting:
            each.result()
        if options.rounds:
            for row, cells in times(started, options.rounds).items():
                for project, cell in zip(started, cells, strict=True):
                    results.add(row, project.tool.name, cell)
    print(results.table([tool.name for tool in asked]))
    if options.write:
        show(f"{results.table([tool.name for tool in every])}\n\n{conditions(options.peers)}")


def show(measured: str) -> None:
    """The table as README and documentation have it, between two marks."""
    (HERE / "results.md").write_text(measured + "\n")
    for page in PAGES:
        put(page, MARKS, measured)


def conditions(peers: Path) -> str:
    """When, with which versions, and on what kind of machine."""
    code = "import importlib.metadata as m; print(*(f'{n} {m.version(n)}' for n in {}), sep=', ')"
    found = [
        subprocess.run(
            [python, "-c", code.replace("{}", repr(names))], check=True, capture_output=True, text=True
        ).stdout
        for python, names in (
            (sys.executable, ["tpdl"]),
            (peers / "bin/python", ["pytask", "dvc", "snakemake", "doit"]),
        )
    ]
    cores = os.cpu_count() or 1
    busy = f", busy with other work (load average {os.getloadavg()[1]:.0f})" if os.getloadavg()[1] > cores else ""
    machine = f"{platform.system()}, Python {platform.python_version()}, {cores} cores{busy}"
    return f"{date.today():%-d %B %Y}: {', '.join(line.strip() for line in found)}; {machine}."


def up_to_date(tool: Tool, root: Path, variables: dict[str, str]) -> Project:
    """The tool's project after its first run."""
    project = Project.made(tool, root, variables)
    project.bring_up_to_date()
    return project


if __name__ == "__main__":
    main()
