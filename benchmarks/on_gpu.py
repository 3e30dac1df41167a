"""Everything that is to be measured on a GPU, in one go, and a small archive of what came out.

    TPDL_DATA=/data python benchmarks/on_gpu.py --scratch /tmp/gpu
    python benchmarks/on_gpu.py --scratch /tmp/trial --small     # a trial in minutes, on stand-ins, also without a GPU

In this order: do graphed and eager training agree on this card (tests); milliseconds a batch (`training.py`); the whole
laboratory, twice, as the first pass learns how much of the card each step uses (`whole_lab.py`). It needs the packages
of the groups `experiments` and `test`, and the data sets. What is done is not done again: stopped at any moment, the
same command goes on. What came out is packed into SCRATCH/measured.tar.xz: tables, logs, and the results and records
that differ from those committed here. Unpacked in a clone, it replaces these.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def parts(scratch: Path, small: bool) -> dict[str, list[str]]:
    """Name -> command, in order."""
    benchmarks = ROOT / "benchmarks"
    lab = [str(benchmarks / "whole_lab.py"), "--scratch", str(scratch / "whole")]
    training = [str(benchmarks / "training.py"), "--to", str(scratch / "training.json")]
    tests = ["-m", "pytest", "-n", "0", "-q", "tests/lab/methods/test_stacked_training.py"]
    if small:
        lab += ["--demo", "--no-pages", "--batches", "3", "gan/dcgan", "adaptation/dann"]
        return {"tests": tests, "training": [*training, "--batches", "3", "--seeds", "1", "2"], "lab": lab}
    return {"tests": tests, "training": training, "lab-1": [*lab, "--no-loops"], "lab-2": [*lab, "--pass", "2"]}


def carried_out(name: str, command: list[str], scratch: Path) -> bool:
    """Whether a part is done. Its output goes to a log, and to the terminal.

    Args:
        name: of the part.
        command: arguments for Python.
        scratch: where notes and logs lie.
    """
    done, log = scratch / f"{name}.done", scratch / f"{name}.log"
    if done.exists():
        print(f"{name}: done already", flush=True)
        return True
    print(f"{name}: {' '.join(command)}", flush=True)
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        assert process.stdout
        for line in process.stdout:
            sys.stdout.buffer.write(line)
            sys.stdout.flush()
            file.write(line)
    if process.wait() == 0:
        done.touch()
    return done.exists()


def new_results(copy: Path) -> Iterator[Path]:
    """Files below `figures/` of the copy that are not what is committed here, relative to the copy."""
    for path in sorted(copy.glob("figures/**/*")):
        name = path.relative_to(copy)
        if path.is_file() and (not (ROOT / name).is_file() or (ROOT / name).read_bytes() != path.read_bytes()):
            yield name


def pack(scratch: Path) -> Path:
    """The archive of everything that was measured."""
    archive, copy = scratch / "measured.tar.xz", scratch / "whole" / "lab"
    with tarfile.open(archive, "w:xz", preset=9) as tar:
        for path in sorted([*scratch.glob("*.json"), *scratch.glob("*.log"), *scratch.glob("whole/*/*.*")]):
            if path.suffix in (".json", ".log", ".md", ".csv") and copy not in path.parents:
                tar.add(path, f"benchmark/{path.relative_to(scratch).as_posix()}")
        for name in new_results(copy):
            tar.add(copy / name, name.as_posix())
    return archive


def main() -> int:
    """Carry out the parts that are left, and pack."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scratch", type=Path, required=True, help="a folder for everything that is made")
    parser.add_argument("--small", action="store_true", help="a trial in minutes, on stand-ins, also without a GPU")
    given = parser.parse_args()
    scratch = given.scratch.resolve()
    scratch.mkdir(parents=True, exist_ok=True)
    if not given.small:
        import torch

        if not torch.cuda.is_available():
            parser.error("there is no GPU that torch can use; --small tries the same without one")
    left = [name for name, command in parts(scratch, given.small).items() if not carried_out(name, command, scratch)]
    archive = pack(scratch)
    print(f"packed {archive.stat().st_size / 1e6:.1f} MB: {archive}")
    if left:
        print(f"not done: {', '.join(left)}; the same command goes on")
    return int(bool(left))


if __name__ == "__main__":
    raise SystemExit(main())
