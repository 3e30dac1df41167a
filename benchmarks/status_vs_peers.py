"""How long a question costs: status and a no-op run on 101 up-to-date steps, beside pytask and DVC on the same graph.

One step makes a table, a hundred steps read it; every step uses a helper of its own and one that all share. Each tool
is asked in the way its users do, after one warm-up, and the best of several runs counts: noise only adds.

    python benchmarks/status_vs_peers.py PEERS

PEERS is the folder of a virtual environment with `pip install "pytask==0.6.*" "dvc==3.67.*"`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

STEPS = 100
REPEATS = 5


def tpdl_project(root: Path) -> None:
    """101 experiments in ten modules, each with a helper."""
    (root / "lib").mkdir(parents=True)
    (root / "lib/__init__.py").write_text("")
    (root / "lib/shared.py").write_text("def scale(x):\n    return 3 * x\n")
    (root / "experiments").mkdir()
    source = "from tpdl import experiment\n\n\n@experiment()\ndef source() -> dict:\n    return {'x': 7}\n"
    (root / "experiments/first.py").write_text(source)
    for index in range(STEPS):
        (root / f"lib/part{index}.py").write_text(f"def part(x):\n    return x + {index}\n")
        (root / f"experiments/step{index}.py").write_text(
            "from experiments.first import source\n"
            f"from lib.part{index} import part\n"
            "from lib.shared import scale\n"
            "from tpdl import experiment\n\n\n"
            "@experiment(inputs={'given': source})\n"
            f"def step{index}(given: dict) -> dict:\n    return {{'x': scale(part(given['x']))}}\n"
        )


def pytask_project(root: Path) -> None:
    """The same graph as pytask tasks."""
    root.mkdir(parents=True)
    (root / "pyproject.toml").write_text("[tool.pytask.ini_options]\npaths = ['.']\n")
    (root / "task_first.py").write_text(
        "from pathlib import Path\nfrom typing import Annotated\nfrom pytask import Product\n\n\n"
        "def task_source(out: Annotated[Path, Product] = Path('source.json')):\n    out.write_text('7')\n"
    )
    for index in range(STEPS):
        (root / f"task_{index}.py").write_text(
            "from pathlib import Path\nfrom typing import Annotated\nfrom pytask import Product\n\n\n"
            f"def task_step{index}(\n"
            f"    given: Path = Path('source.json'), out: Annotated[Path, Product] = Path('out{index}.json')\n"
            "):\n"
            f"    out.write_text(str(3 * (int(given.read_text()) + {index})))\n"
        )


def dvc_project(root: Path) -> None:
    """The same graph as DVC stages."""
    root.mkdir(parents=True)
    stages = [
        "stages:",
        "  source:",
        "    cmd: python -c \"open('source.json','w').write('7')\"",
        "    outs: [source.json]",
    ]
    for index in range(STEPS):
        (root / f"step{index}.py").write_text(
            f"open('out{index}.json', 'w').write(str(3 * (int(open('source.json').read()) + {index})))\n"
        )
        stages += [
            f"  step{index}:",
            f"    cmd: python step{index}.py",
            f"    deps: [source.json, step{index}.py]",
            f"    outs: [out{index}.json]",
        ]
    (root / "dvc.yaml").write_text("\n".join(stages) + "\n")


def best(command: list[str], root: Path, repeats: int = REPEATS) -> float:
    """Seconds of the quickest of several runs of `command`."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        subprocess.run(command, cwd=root, check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Build the three projects, bring each up to date, and time."""
    peers = Path(sys.argv[1]) / "bin"
    os.environ["PATH"] = f"{peers}{os.pathsep}{os.environ['PATH']}"
    os.environ["DVC_NO_ANALYTICS"] = "1"
    # An installed package comes compiled; one that is used from its checkout must be allowed to keep its bytecode.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    tpdl, pytask, dvc = [sys.executable, "-m", "tpdl"], [str(peers / "pytask")], [str(peers / "dvc")]
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs, other = Path(folder, "tpdl"), Path(folder, "pytask"), Path(folder, "dvc")
        tpdl_project(ours), pytask_project(theirs), dvc_project(other)
        # The fast way to a fresh state: one process for all hundred and one steps.
        subprocess.run([*tpdl, "run", "--executor", "inline"], cwd=ours, check=True, capture_output=True)
        subprocess.run([*pytask, "build"], cwd=theirs, check=True, capture_output=True)
        for command in (["git", "init", "-q"], [*dvc, "init", "-q"], [*dvc, "repro", "-q"]):
            subprocess.run(command, cwd=other, check=True, capture_output=True)
        rows = [
            ("status", "tpdl status", best([*tpdl, "status"], ours), 1.0),
            ("status", "pytask build --dry-run", best([*pytask, "build", "--dry-run"], theirs), 0.0),
            ("status", "dvc status", best([*dvc, "status"], other), 0.0),
            ("no-op run", "tpdl run", best([*tpdl, "run"], ours), 1.0),
            ("no-op run", "pytask build", best([*pytask, "build"], theirs), 0.0),
            ("no-op run", "dvc repro", best([*dvc, "repro"], other), 0.0),
        ]
    print(f"{STEPS + 1} steps, everything up to date; best of {REPEATS}")
    for question, command, seconds, _ in rows:
        ours_seconds = next(row[2] for row in rows if row[0] == question and row[3])
        print(f"{question:10} {command:24} {seconds:6.2f} s   {seconds / ours_seconds:5.1f} x tpdl")


if __name__ == "__main__":
    main()
