"""One toy sweep in the hands of five tools: are the results right after each change, what ran needlessly, at what cost?

    python benchmarks/peers PEERS [--tool NAME] [--change NAME] [--rounds 3] [--jobs 2] [--write]

PEERS is the folder of a virtual environment with
`pip install "pytask==0.6.*" "dvc==3.67.*" "snakemake==9.27.*" "doit==0.37.*" matplotlib pyyaml`.

The rule is the same for all. A project is up to date; something is changed; the tool brings it up to date, and says so.
Then its results are compared, byte by byte, with those of a clean run of the same sources by the same tool: if they
differ, it is **wrong**. A step that ran to a result which was there already was needless work. Steps log what they
return; nothing that a tool prints is believed. Each project is written as the tool's documentation teaches, and lists
the helpers that its steps import wherever the tool has a place for them.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from changes import CHANGES, edit
from project import Project
from tools import HERE, Tool, environment, tools


class Judge:
    """Asks tools, and compares with clean runs, of which one is made for the same sources."""

    def __init__(self) -> None:
        self.expected: dict[tuple[str, frozenset[tuple[Path, bytes]]], dict[str, bytes]] = {}

    def verdict(self, started: Project, change: str, folder: Path) -> str:
        """What becomes of one change in the hands of one tool."""
        folder.mkdir()
        project = started.copy(folder / "changed")
        CHANGES[change](project)
        found, expected = project.products(), self.clean_run(project, folder / "clean")
        if any(found.get(name) != content for name, content in expected.items()):
            verdict = "**wrong**"
        else:
            needless = project.needless()
            verdict = f"right, {needless} needless" if needless else "right"
        print(f"{change}: {project.tool.name}: {verdict}", flush=True)
        return verdict

    def clean_run(self, project: Project, root: Path) -> dict[str, bytes]:
        """The results of a clean run of the project's sources."""
        key = project.tool.name, frozenset(project.sources().items())
        if key not in self.expected:
            clean = project.clean(root)
            clean.bring_up_to_date()
            self.expected[key] = clean.products()
            assert len(self.expected[key]) >= 3, f"{project.tool.name} made {sorted(self.expected[key])} only"
        return self.expected[key]


def times(projects: list[Project], rounds: int) -> dict[str, list[str]]:
    """What a run with nothing to do costs, and one after an edit of the drawing, as multiples of the first tool's.

    Processor time of the tool and of everything that it starts: on a busy machine the clock on the wall tells little.
    The best of several rounds counts, as noise only adds; the tools take turns.
    """
    seconds: dict[str, list[list[float]]] = {"nothing to do": [], "drawing edited": []}
    markers = ["o", "s", "^", "v", "D", "x", "*", "P"]
    for number in range(rounds):
        for label, found in seconds.items():
            found.append([])
            for project in projects:
                if label == "drawing edited":
                    edit(project, "lib/plots.py", line_with(markers[number]), line_with(markers[number + 1]))
                before = processor_time()
                project.bring_up_to_date()
                found[-1].append(processor_time() - before)
    rows = {}
    for label, found in seconds.items():
        best = [min(column) for column in zip(*found, strict=True)]
        print(label, [f"{value:.2f} s" for value in best], flush=True)
        rows[f"processor time, {label}"] = [f"{value / best[0]:.1f} ×" for value in best]
    return rows


def line_with(marker: str) -> str:
    """The line of the source that has it."""
    return f'MARKER = "{marker}"'


def processor_time() -> float:
    """Seconds that processes which this one has started have used up to now."""
    spent = os.times()
    return spent.children_user + spent.children_system


def table(names: list[str], rows: dict[str, list[str]]) -> str:
    """The rows as a table in Markdown."""
    head = ["change", *names]
    lines = [head, ["---"] * len(head), *([row, *cells] for row, cells in rows.items())]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main() -> None:
    """Ask for every verdict, then for the times, and print both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("peers", type=Path, help="the folder of the environment with the other tools")
    parser.add_argument("--tool", action="append", help="this one only; can be given several times")
    parser.add_argument("--change", action="append", choices=list(CHANGES), help="this one only; likewise")
    parser.add_argument(
        "--rounds", type=int, default=3, choices=range(8), help="how often each time is taken; 0: not at all"
    )
    parser.add_argument(
        "--jobs", type=int, default=2, help="changes tried at once; times are taken one after the other"
    )
    parser.add_argument("--write", action="store_true", help="keep the table in results.md, which README and docs show")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        asked = [tool for tool in tools(folder / "store") if not options.tool or tool.name in options.tool]
        with ThreadPoolExecutor(options.jobs) as pool:
            shell = environment(options.peers.resolve())
            started = list(pool.map(lambda tool: up_to_date(tool, folder / tool.name, shell), asked))
            judge = Judge()
            rows = {
                change: [
                    pool.submit(judge.verdict, project, change, folder / f"{project.tool.name}-{index}")
                    for project in started
                ]
                for index, change in enumerate(options.change or CHANGES)
            }
            cells = {change: [verdict.result() for verdict in verdicts] for change, verdicts in rows.items()}
        if options.rounds:
            cells |= times(started, options.rounds)
    shown = table([tool.name for tool in asked], cells)
    print(shown)
    if options.write:
        (HERE / "results.md").write_text(f"{shown}\n\n{conditions(options.peers)}\n")


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
