"""The whole laboratory again, from raw data to pages: how long each kind of step takes, and how busy the GPU is.

    python benchmarks/whole_lab.py --scratch /tmp/lab               # every step, the pages, the public loops
    python benchmarks/whole_lab.py --scratch /tmp/lab gan --no-pages --no-loops
    python benchmarks/whole_lab.py --scratch /tmp/lab --demo gan/dcgan adaptation/dann    # small, on stand-ins
    python benchmarks/whole_lab.py --scratch /tmp/lab --without '*-training' '*scratch-run*' --write
    python benchmarks/whole_lab.py --scratch /tmp/lab --of v1.0 --without '*-training' --write    # the steps of then
    python benchmarks/whole_lab.py --scratch /tmp/lab --only-loops --batches 10 --write

It works in a scratch copy of the files that git knows here, with their records marked as out of date, and runs
`tpdl run -j auto` there: nothing of this folder changes. Stopped at any moment, the same command goes on where it was;
the times of all attempts add up. Of a step that has never run on a GPU nobody knows how much of it it needs; the copy
takes `--assume` for it, and whichever runs out of memory is tried once more by itself.

With `--write` the tables are kept in whole_lab.json, one for each machine and selection, and shown in the README and in
the report's last chapter.

In the table the time of a step is that of its process, of cells measured together their share; steps that ran side by
side add up to more than has passed, which is given below. The GPU's utilisation is the mean of what `nvidia-smi` said
every second while steps of that kind ran, whatever ran beside them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.marked import put
from tpdl.files import read_json, write_json
from tpdl.plan.limits import size
from tpdl.plan.plan import Plan, read_plan
from tpdl.plan.project import Project
from tpdl.plan.record import Record, read_record, save_record
from tpdl.plan.selection import select, with_upstream
from tpdl.run.devices import devices

ROOT = Path(__file__).resolve().parents[1]
KINDS = {
    "GAN training": ["gan/*training*"],
    "DANN and pseudo-label training": ["adaptation/*training*", "adaptation/*pseudo-labels*"],
    "fine-tuning": ["transfer/tuned-*", "transfer/scratch-run*", "transfer/grey-learned*"],
    "features, Gram matrices, SVMs": ["transfer/*"],
    "adversarial images": ["visualization/adversarial*", "visualization/strength*"],
    "saliency": ["visualization/*saliency*", "visualization/*maps*"],
    "class images": ["visualization/*image*", "visualization/*trajectories*"],
    "measures of GANs": ["gan/*"],
    "other measurements": ["*"],
}
"""Kind of measurement -> the steps that are meant; of several the first."""
MADE = {".git", ".venv", ".tpdl", "_book", "data", "__pycache__", "node_modules"}
"""Folders that hold nothing of the project."""
AGAIN = "benchmarks:again"
"""Marks a record as out of date, in the place of what changed while the step ran."""
KEPT = Path(__file__).with_suffix(".json")
"""What `--write` keeps."""
MARKS = ("<!-- benchmarks/whole_lab.py --write -->", "<!-- end of benchmarks/whole_lab.py -->")
"""Where the README has the tables, between two lines of its own."""
CHAPTER = "report/_times.md"
"""What the report's last chapter includes."""


@dataclass
class Kind:
    """A row of the table."""

    steps: int = 0
    seconds: float = 0.0
    speeds: list[float] = field(default_factory=list)
    """Images a second, as steps have noted it."""
    busy: list[int] = field(default_factory=list)
    """Per cent of the GPU, each second."""


def files() -> list[str]:
    """The files of this folder: those that git knows or, in a copy without its history, all but what is made."""
    known = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if known.returncode == 0:
        return [name for name in known.stdout.split("\0") if name]
    names = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return [name.as_posix() for name in names if not MADE & set(name.parts)]


def copied(scratch: Path) -> Path:
    """The scratch copy, made where it is not there yet."""
    copy = scratch / "lab"
    if not copy.exists():
        making = scratch / "lab.unfinished"
        shutil.rmtree(making, ignore_errors=True)
        for name in files():
            if (ROOT / name).is_file():
                (making / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, making / name)
        making.rename(copy)
    return copy


def mark(plan: Plan, names: Sequence[str], assumed: int = 0, committed: Path | None = None) -> None:
    """Make steps out of date that have been measured, and keep what their records say of time and memory.

    Args:
        plan: the steps.
        names: which ones.
        assumed: bytes of a GPU that one needs of which it is not known.
        committed: a folder whose records were there before: one that is another by now has been measured already.
    """
    for name in names:
        path = plan.steps[name].record_path
        before = committed / path.relative_to(plan.project.root) if committed else path
        if before.exists() and path.exists() and before.read_bytes() != path.read_bytes():
            continue
        record = read_record(path)
        if isinstance(record, Record):
            record.moved = [AGAIN]
            if plan.steps[name].device and assumed:
                record.happened.setdefault("device_peak_bytes", assumed)
            save_record(path, record)


class Watch:
    """Adds up the time that passes, and writes down what the GPUs are doing, so that nothing is lost by a kill."""

    def __init__(self, folder: Path, part: str) -> None:
        self._state, self._samples, self._part = folder / "time.json", folder / "samples.csv", part
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._end.set()
        self._thread.join()

    def _look(self) -> None:
        state: dict[str, float] = read_json(self._state) if self._state.exists() else {}
        before, started, on_gpu = state.get(self._part, 0.0), time.monotonic(), bool(devices())
        ended = False
        while not ended:
            ended = self._end.wait(1.0)
            write_json(self._state, state | {self._part: before + time.monotonic() - started})
            if on_gpu and (seen := devices()):
                busy = statistics.mean(device.utilisation or 0 for device in seen)
                with self._samples.open("a") as file:
                    file.write(f"{time.time():.0f},{busy:.0f},{sum(device.used for device in seen)}\n")


def without(plan: Plan, names: Sequence[str], patterns: Sequence[str]) -> list[str]:
    """Those of the steps that neither match a pattern nor need one that does, in their order."""
    matching = {
        name
        for name, step in plan.steps.items()
        if any(fnmatchcase(each, pattern) for pattern in patterns for each in (name, step.base))
    }
    return _independent(plan, names, matching)


def of(plan: Plan, names: Sequence[str], revision: str) -> list[str]:
    """Those of the steps whose results were committed at a revision already, and that need no later one."""
    there = set(_git("ls-tree", "-r", "--name-only", "--full-tree", revision, "figures").splitlines())
    root = plan.project.root
    later = {name for name, step in plan.steps.items() if step.record_path.relative_to(root).as_posix() not in there}
    return _independent(plan, names, later)


def _independent(plan: Plan, names: Sequence[str], left_out: set[str]) -> list[str]:
    """The steps that are not among those left out, and need none of them."""
    left_out = {*left_out}
    for name, step in plan.steps.items():  # inputs come before what is made from them
        if left_out.intersection(step.upstream):
            left_out.add(name)
    return [name for name in names if name not in left_out]


def run(copy: Path, *arguments: str) -> int:
    """Run `tpdl` in the scratch copy, from its own sources."""
    environment = os.environ | {"PYTHONPATH": str(copy)}
    process = subprocess.Popen([sys.executable, "-m", "tpdl", *arguments], cwd=copy, env=environment)
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.wait()  # it was told, too, and ends its steps
        raise


def kind_of(plan: Plan, name: str) -> str:
    """The row that a step belongs to."""
    step = plan.steps[name]
    if step.kind != "experiment":
        return "figures" if step.kind == "figure" else "tables and values"
    return next(kind for kind, patterns in KINDS.items() if any(fnmatchcase(name, pattern) for pattern in patterns))


def rows(plan: Plan, names: Sequence[str], samples: Path) -> dict[str, Kind]:
    """Kind -> what its steps took."""
    seen = [tuple(map(float, line.split(","))) for line in samples.read_text().splitlines()] if samples.exists() else []
    found: dict[str, Kind] = {}
    for name in names:
        record = read_record(plan.steps[name].record_path)
        if not isinstance(record, Record) or record.moved:
            continue
        happened = record.happened
        kind = found.setdefault(kind_of(plan, name), Kind())
        kind.steps += 1
        kind.seconds += happened.get("seconds", 0.0)
        kind.speeds += _speeds(happened.get("notes") or {})
        end = datetime.fromisoformat(happened["made"]).timestamp()
        took = (happened.get("together") or happened).get("seconds", 0.0)
        kind.busy += [int(busy) for when, busy, _ in seen if end - took <= when <= end]
    return dict(sorted(found.items(), key=lambda item: -item[1].seconds))


def _speeds(notes: dict[str, Any]) -> Iterator[float]:
    for name in ("images_per_second", "images_per_second_in_training"):
        if isinstance(notes.get(name), int | float):
            yield float(notes[name])


def table(found: dict[str, Kind], passed: dict[str, float], device: str) -> str:
    """The table as Markdown."""
    total = sum(kind.seconds for kind in found.values()) or 1.0
    on_gpu = any(kind.busy for kind in found.values())
    lines = [
        f"On {device}.",
        "",
        "| kind of step | steps | time of steps | share | images/s, median |" + on_gpu * " GPU busy |",
        "|---|---:|---:|---:|---:|" + on_gpu * "---:|",
    ]
    for name, kind in found.items():
        speed = f"{statistics.median(kind.speeds):,.0f}" if kind.speeds else ""
        busy = f"{statistics.mean(kind.busy):.0f} %" if kind.busy else ""
        lines.append(
            f"| {name} | {kind.steps} | {kind.seconds:.0f} s | {kind.seconds / total:.0%} | {speed} |"
            + on_gpu * f" {busy} |"
        )
    lines += [
        f"| all | {sum(kind.steps for kind in found.values())} | {total:.0f} s | | |" + on_gpu * " |",
        "",
        "Passed: " + ", ".join(f"{part} {seconds:.0f} s" for part, seconds in passed.items()) + ".",
    ]
    return "\n".join(lines)


def loops(result: Path, device: str, batches: int) -> str:
    """The public loops beside those of the lab, on the same device, as Markdown; measured where they were not yet."""
    if not result.exists():
        script = Path(__file__).with_name("training.py")
        command = [sys.executable, str(script), "--device", device, "--seeds", "1", "--batches", str(batches)]
        unfinished = result.with_suffix(".unfinished")  # it is written after every row
        subprocess.run([*command, "--to", str(unfinished)], check=True)
        unfinished.rename(result)
    lines = ["| training | loop | precision | ms a batch | images/s |", "|---|---|---|---:|---:|"]
    for row in sorted(read_json(result)["rows"], key=lambda row: row["training"] != "DCGAN"):
        if "stack of one" in row["how"]:  # of interest beside larger stacks only
            continue
        lines.append(
            f"| {row['training']} | {row['how']} | {row['precision']} | {row['milliseconds']:.2f} | "
            f"{row['images_per_second']:,.0f} |"
        )
    return "\n".join(lines)


def day_of(revision: str) -> str:
    """The day of a commit, as in "4 May 2026"."""
    return f"{datetime.fromisoformat(_git('log', '-1', '--format=%cs', revision).strip()):%-d %B %Y}"


def _git(*arguments: str) -> str:
    """What git says. Where it fails, for want of the commit or of a repository, this ends with git's own line."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"whole_lab.py: --of: {done.stderr.strip()}")
    return done.stdout


def sentence(
    device: str,
    steps: int,
    names: Sequence[str],
    left_out: Sequence[str],
    passed: dict[str, float],
    day: str | None = None,
) -> str:
    """What was measured, where and when, and how long all of it took.

    Args:
        device: where.
        steps: how many.
        names, left_out: what was asked for, and left out.
        passed: part -> seconds.
        day: only steps that had results then; None for all that there are.
    """
    which = f"the {steps} steps" + (f" of {_listed(names)}" if names else "")
    if day:
        which += f" that had results on {day} already and need no later one"
    if left_out:
        which += f", without {_listed(left_out)} and what is made from them,"
    today = datetime.now()
    return (
        f"On {device}, {today:%-d %B %Y}: {which} took **{sum(passed.values()) / 60:.0f} minutes** from raw data to "
        + ("pages and PDF." if "pages and PDF" in passed else "results.")
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def shown(kept: dict[str, dict[str, Any]]) -> str:
    """All tables that are kept, with a sentence before each."""
    return "\n\n".join(f"{each['about']}\n\n{each['tables']}" for each in kept.values())


def show(kept: dict[str, dict[str, Any]]) -> None:
    """Put the tables into the README, between its marks, and where the report's last chapter includes them."""
    put(ROOT / "README.md", MARKS, shown(kept))
    (ROOT / CHAPTER).write_text(shown(kept) + "\n")


def main() -> int:
    """Run everything, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", help="steps, experiments or folders; by default all")
    parser.add_argument("--scratch", type=Path, required=True, help="a folder for the copy and the tables")
    parser.add_argument("--demo", action="store_true", help="the demo profile: small, on stand-ins")
    parser.add_argument("--pass", type=int, default=1, dest="number", help="a higher number measures everything anew")
    parser.add_argument("--assume", default="6GB", metavar="SIZE", help="of a GPU, for a step that has never used one")
    parser.add_argument(
        "--without", nargs="+", default=[], metavar="PATTERN", help="leave out these steps, and what is made from them"
    )
    parser.add_argument("--of", metavar="REVISION", help="only the steps that had results at this commit")
    parser.add_argument("--no-pages", action="store_true", help="measure, and render nothing")
    parser.add_argument("--no-loops", action="store_true", help="without the public loops")
    parser.add_argument("--only-loops", action="store_true", help="the public loops beside those of the lab, no steps")
    parser.add_argument("--batches", type=int, default=200, help="of the public loops")
    parser.add_argument("--write", action="store_true", help="keep the tables, and show them in README and report")
    given = parser.parse_args()
    if given.only_loops:
        return only_loops(given.scratch, given.batches, given.write)
    copy = copied(given.scratch.resolve())
    profile = ["--demo"] if given.demo else []
    plan = read_plan(Project(copy), "demo" if given.demo else "full")
    needed = with_upstream(plan, select(plan, given.names) if given.names else plan.steps)
    names = without(plan, [name for name in plan.steps if name in needed], given.without)
    if given.of:
        names = of(plan, names, given.of)
    asked = given.names
    if given.without or given.of:
        # By their names; what has never been measured, for want of its weights, is not asked for.
        asked = [name for name in names if plan.steps[name].record_path.exists()]
    state = given.scratch / f"{'demo' if given.demo else 'full'}-{given.number}"
    selection = state / "selection.json"
    chosen = {"names": given.names, "without": given.without, "of": given.of}
    if selection.exists() and read_json(selection) != chosen:
        parser.error(f"{state} has the times of another selection; use another folder, or --pass {given.number + 1}")
    marked = (state / "marked").read_text().splitlines() if (state / "marked").exists() else []
    mark(plan, [name for name in names if name not in marked], size(given.assume), ROOT if given.number == 1 else None)
    state.mkdir(parents=True, exist_ok=True)
    write_json(selection, chosen)
    (state / "marked").write_text("".join(f"{name}\n" for name in {*marked, *names}))
    with Watch(state, "measuring"):
        code = run(copy, "run", "-j", "auto", *profile, *asked)
    if code == 130:
        return code
    if not given.no_pages:
        with Watch(state, "pages and PDF"):
            code = max(code, run(copy, "report", "--draft", "--renderer", "embedded", *profile))
    on_gpu = devices()
    device = on_gpu[0].name if on_gpu else f"{os.cpu_count()} cores, without a GPU"
    found, passed = rows(plan, names, state / "samples.csv"), read_json(state / "time.json")
    text = table(found, passed, device)
    if not given.no_loops:
        text += "\n\n" + loops(state / "loops.json", "cuda" if on_gpu else "cpu", given.batches)
    (state / "tables.md").write_text(text + "\n")
    print(text)
    if given.write and code == 0:
        steps = sum(kind.steps for kind in found.values())
        about = sentence(device, steps, given.names, given.without, passed, given.of and day_of(given.of))
        which = f"{' '.join(given.names) or 'all'} without {' '.join(given.without) or 'nothing'}"
        which += f" of {given.of}" if given.of else ""
        keep(f"{device}: {which}", about, text.partition("\n\n")[2])
    return code


def only_loops(scratch: Path, batches: int, write: bool) -> int:
    """Measure and print the table of the loops alone."""
    scratch.mkdir(parents=True, exist_ok=True)
    on_gpu = devices()
    device = on_gpu[0].name if on_gpu else "one core of a processor"
    text = loops(scratch / "loops.json", "cuda" if on_gpu else "cpu", batches)
    print(text)
    if write:
        today = datetime.now()
        about = f"An iteration of training beside public loops, on {device}, {today:%-d %B %Y}:"
        keep(f"{device}: loops", about, text)
    return 0


def keep(which: str, about: str, tables: str) -> None:
    """Keep tables for what was measured, in the place of older ones, and show all that are kept."""
    kept = read_json(KEPT) if KEPT.exists() else {}
    kept[which] = {"about": about, "tables": tables}
    write_json(KEPT, kept)
    show(kept)


if __name__ == "__main__":
    try:
        raise SystemExit(main())
    except KeyboardInterrupt:
        raise SystemExit(130) from None
