"""Steps in processes of their own, each forked from a clean parent in milliseconds (see `tpdl.run.forkserver`).

Example:
    outcome = run_in_process(job.to_json(), threads=2)
    end_processes()

What a step imports is the project as it was when the run began, its peak memory is its own, its output goes to its log,
and when it is killed the others go on. When this process ends, however that happens, its steps end.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from signal import Signals

from tpdl.errors import StepError
from tpdl.files import FileSignature, emptied, write_json
from tpdl.plan.record import Record, read_record, timestamp
from tpdl.run.forkserver import FRESH
from tpdl.run.interpreter import end_interpreters, run_in_interpreter
from tpdl.run.job import Answer, Job, Outcome
from tpdl.run.memory import kills
from tpdl.run.supervisor import GRACE

THREADS = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
"""Environment variables that tell numerical libraries how many threads to use."""

_lock = threading.Lock()
_parents: dict[tuple[str, int | None, tuple[str, ...]], _CleanParent] = {}
"""Project, threads and preloaded modules -> the process that their steps are forked from."""
_connections: set[socket.socket] = set()
"""One for each step that runs now."""


def run_in_process(text: str, threads: int | None = None) -> Outcome:
    """Carry out the job `text` (see `Job.to_json`) in a process of its own, and wait for it.

    Args:
        threads: how many threads numerical libraries may use; None leaves it to them.
    """
    job = Job.from_json(text)
    start, before, killed = time.monotonic(), _signature(job), kills()
    with open(empty_log(job), "ab") as log:
        if hasattr(os, "fork"):
            answer = _supervised(job, text, threads, log.fileno())
        else:
            answer = run_in_interpreter(job, text, log.fileno(), _environment(threads))
    if answer.outcome and not answer.limit:
        return Outcome.from_json(answer.outcome)
    seconds = time.monotonic() - start
    if not answer.limit and (record := _delivered(job, before)):
        others = [Outcome(cell.step.name, seconds) for cell in job.together]
        return Outcome(job.step.name, seconds, moved=record.moved, others=others)
    message = f"{answer.limit}, and was ended" if answer.limit else _cause_of_death(answer.code)
    out_of = "memory" if answer.code == -Signals.SIGKILL and not answer.limit and kills() > killed else ""
    outcome, *outcome.others = [Outcome(cell.step.name, seconds, message, out_of_memory=out_of) for cell in job.cells]
    if not answer.asked:
        for cell in job.cells:
            with contextlib.suppress(StepError):
                write_json(cell.places.failure(cell.step.name), failure(cell, message))
    return outcome


def _signature(job: Job) -> str:
    """What the file system says of the step's record; empty where there is none."""
    try:
        return str(FileSignature.of(job.step.record_path))
    except OSError:
        return ""


def _delivered(job: Job, before: str) -> Record | None:
    """The record that a process has written that could not say so: a step that closes all open files closes the pipe.

    The record is written last, after those of cells that ran with it, so with it everything is there. `tpdl status`
    goes by it, and so must the run.
    """
    if _signature(job) in ("", before):
        return None
    record = read_record(job.step.record_path)
    if not isinstance(record, Record):
        return None
    is_its_own = replace(record.fingerprint, observed={}) == replace(job.fingerprint, observed={})
    return record if is_its_own else None


def _supervised(job: Job, text: str, threads: int | None, log: int) -> Answer:
    """Have a supervisor carry out the job, and wait for what it says."""
    with _request(job, threads, log) as connection:
        _connections.add(connection)
        try:
            connection.sendall(text.encode() + b"\n")
            return _answer(connection)
        finally:
            _connections.discard(connection)


def _environment(threads: int | None) -> dict[str, str]:
    return {**os.environ, **(dict.fromkeys(THREADS, str(threads)) if threads else {})}


def failure(job: Job, message: str) -> dict[str, str]:
    """What is noted of a step that has failed: `tpdl status` tells of it, until something that decides changes."""
    return {"digest": job.fingerprint.digest(), "message": message, "when": timestamp()}


def end_steps() -> None:
    """Have every step that runs in a process of its own ended: SIGTERM, and SIGKILL after a grace period."""
    for connection in list(_connections):
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
    end_interpreters()


def end_processes() -> None:
    """End the clean parents, and wait until they are gone with everything below them."""
    with _lock:
        parents = list(_parents.values())
        _parents.clear()
    for parent in parents:
        parent.close()


def empty_log(job: Job) -> Path:
    """The log of the job's step, emptied for a new run; those of cells that run with it say where it is."""
    log = emptied(job.places.log(job.step.name))
    for cell in job.together:
        words = f"measured together with {job.step.name}, whose log is {log.relative_to(job.root)}\n"
        emptied(job.places.log(cell.step.name)).write_text(words, encoding="utf-8")
    return log


class _CleanParent:
    """A process that has imported libraries, and that steps are forked from."""

    def __init__(self, root: str, threads: int | None, modules: tuple[str, ...]) -> None:
        self._requests, theirs = socket.socketpair()
        self._lock = threading.Lock()
        with theirs, emptied(Path(root, ".tpdl", "preload.log")).open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tpdl.run.forkserver", str(theirs.fileno()), *modules],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=Path(__file__).parents[2],  # where this package is found
                env=_environment(threads),
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # Ctrl-C reaches this process alone, which then ends the others
            )

    def connect(self, log: int) -> socket.socket:
        """A connection to a new supervisor, which writes to the open file `log`.

        Raises:
            OSError: the process is gone.
        """
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            socket.send_fds(self._requests, [b"."], [theirs.fileno(), log])
        return ours

    def close(self) -> None:
        """Let it end, with everything below it; if it does not, kill it."""
        self._requests.close()
        try:
            self._process.wait(2 * GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _request(job: Job, threads: int | None, log: int) -> socket.socket:
    """A connection to a new supervisor, from a clean parent that is started where there is none, or none any more."""
    modules = tuple(job.preload) if sys.platform != "darwin" else (FRESH,)  # the system's libraries there forbid forks
    key = (job.root, threads, modules)
    for _ in range(2):
        with _lock:
            if key not in _parents:
                _parents[key] = _CleanParent(*key)
            parent = _parents[key]
        try:
            return parent.connect(log)
        except OSError:
            with _lock:
                _parents.pop(key, None)
    raise StepError(f"the process that steps are forked from does not start; see {job.root}/.tpdl/preload.log")


def _answer(connection: socket.socket) -> Answer:
    """What the supervisor says when the step has ended."""
    text = b""
    with contextlib.suppress(OSError):
        while chunk := connection.recv(1 << 16):
            text += chunk
    try:
        return Answer(**json.loads(text))
    except ValueError:
        return Answer()


def _cause_of_death(code: int | None) -> str:
    """Why a process ended without a result, in words; a negative code is that of a signal."""
    if code is None:
        return "the process that watched it was ended"
    if code >= 0:
        return f"the process ended with exit code {code} and no result"
    name = Signals(-code).name
    hint = ", which usually means that memory ran out" if name == "SIGKILL" else ""
    return f"the process was ended by {name}{hint}"
