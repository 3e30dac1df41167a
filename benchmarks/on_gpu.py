"""Everything that is to be measured on a GPU, in one go, and a small archive of what came out.

    TPDL_DATA=/data python benchmarks/on_gpu.py --scratch /tmp/gpu [--minutes 8] [--from measured.tar.xz]
    python benchmarks/on_gpu.py --scratch /tmp/trial --small     # a trial in minutes, on stand-ins, also without a GPU

In this order: do graphed and eager training agree on this card (tests); milliseconds a batch (`training.py`); the whole
laboratory (`whole_lab.py`). It needs the packages of the groups `experiments` and `test`, and the data sets.

What is done is not done again: stopped at any moment, by `--minutes` for instance, the same command goes on. What came
out is packed into SCRATCH/measured.tar.xz, which takes a while after `--minutes`: tables, logs, and the results and
records that differ from those committed here. On another machine `--from` goes on from such an archive, where only
large intermediates are made again. Its `figures/`, unpacked in a clone, replaces what is there.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.whole_lab import AGAIN, copied
from tpdl.plan.record import RECORD_SUFFIX

ROOT = Path(__file__).resolve().parents[1]
NOTES = ("*.json", "*.log", "*.done", "whole/*/*.md", "whole/*/*.csv", "whole/*/*.json")
"""What is packed of the scratch folder, beside results."""
PATIENCE = 30
"""Seconds that a part has to end after it was interrupted."""


def parts(scratch: Path, small: bool) -> dict[str, list[str]]:
    """Name -> command, in order."""
    benchmarks = ROOT / "benchmarks"
    # Its loops are in `training` already.
    lab = [str(benchmarks / "whole_lab.py"), "--scratch", str(scratch / "whole"), "--no-loops"]
    training = [str(benchmarks / "training.py"), "--to", str(scratch / "training.json")]
    tests = ["-m", "pytest", "-n", "0", "-q"]
    named = ("graphed_training", "stacked_training", "fine_tuning", "mixed_precision")
    tests += [f"tests/lab/methods/test_{name}.py" for name in named]
    if small:
        lab += ["--demo", "--no-pages", "gan/dcgan", "adaptation/dann"]
        training += ["--batches", "3", "--seeds", "1", "2"]
    return {"tests": tests, "training": training, "lab": lab}


def carried_out(name: str, command: list[str], scratch: Path, seconds: float | None) -> bool:
    """Whether a part is done. Its output goes to a log, and to the terminal.

    Args:
        name: of the part.
        command: arguments for Python.
        scratch: where notes and logs lie.
        seconds: after which it is interrupted; None for never.
    """
    done, log = scratch / f"{name}.done", scratch / f"{name}.log"
    if done.exists():
        print(f"{name}: done already", flush=True)
        return True
    if seconds is not None and seconds <= 0:
        return False
    print(f"{name}: {' '.join(command)}", flush=True)
    with log.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, "-u", *command],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        assert process.stdout

        def interrupt() -> None:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGINT)
                with contextlib.suppress(RuntimeError):  # it runs already
                    patience.start()

        def kill() -> None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

        patience = threading.Timer(PATIENCE, kill)
        patience.daemon = True

        timer = threading.Timer(seconds, interrupt) if seconds is not None else None
        if timer:
            timer.start()
        try:
            for line in process.stdout:
                sys.stdout.buffer.write(line)
                sys.stdout.flush()
                file.write(line)
            code = process.wait()
        except KeyboardInterrupt:
            interrupt()
            code = process.wait() or 130
        finally:
            patience.cancel()
            if timer:
                timer.cancel()
    if code == 0:
        done.touch()
    return done.exists()


def new_results(copy: Path) -> Iterator[Path]:
    """Files below `figures/` of the copy that are not what is committed here, relative to the copy.

    Records that were only marked as out of date are left out: these steps are to be measured still.
    """
    for path in sorted(copy.glob("figures/**/*")):
        name = path.relative_to(copy)
        if not path.is_file() or ((ROOT / name).is_file() and (ROOT / name).read_bytes() == path.read_bytes()):
            continue
        if not (path.name.endswith(RECORD_SUFFIX) and AGAIN in path.read_text(encoding="utf-8")):
            yield name


def pack(scratch: Path) -> Path:
    """The archive of everything that was measured."""
    archive, copy = scratch / "measured.tar.xz", scratch / "whole" / "lab"
    with tarfile.open(archive, "w:xz", preset=9) as tar:
        for path in sorted({path for pattern in NOTES for path in scratch.glob(pattern)}):
            if copy not in path.parents:
                tar.add(path, f"benchmark/{path.relative_to(scratch).as_posix()}")
        for name in new_results(copy):
            tar.add(copy / name, name.as_posix())
    return archive


def unpack(archive: Path, scratch: Path) -> None:
    """Begin where the run ended whose archive this is."""
    copy = copied(scratch / "whole")
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            inside = member.name.startswith("benchmark/")
            member.name = member.name.removeprefix("benchmark/")
            tar.extract(member, scratch if inside else copy, filter="data")


def main() -> int:
    """Carry out the parts that are left, and pack."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scratch", type=Path, required=True, help="a folder for everything that is made")
    parser.add_argument("--minutes", type=float, help="stop after that long, and pack what there is")
    parser.add_argument("--from", type=Path, dest="archive", help="go on from the archive of another machine")
    parser.add_argument("--small", action="store_true", help="a trial in minutes, on stand-ins, also without a GPU")
    given = parser.parse_args()
    end = None if given.minutes is None else time.monotonic() + 60 * given.minutes
    scratch = given.scratch.resolve()
    if not given.small:
        import torch

        if not torch.cuda.is_available():
            parser.error("there is no GPU that torch can use; --small tries the same without one")
    if given.archive and not scratch.exists():
        unpack(given.archive, scratch)
    scratch.mkdir(parents=True, exist_ok=True)
    left = []
    for name, command in parts(scratch, given.small).items():
        if not carried_out(name, command, scratch, None if end is None else end - time.monotonic()):
            left.append(name)
    archive = pack(scratch)
    print(f"packed {archive.stat().st_size / 1e6:.1f} MB: {archive}")
    if left:
        print(f"not done: {', '.join(left)}; the same command goes on")
    return int(bool(left))


if __name__ == "__main__":
    raise SystemExit(main())
