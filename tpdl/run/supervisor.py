"""Watches over the process of one step: ends it when it has to, with everything it started, and says how it ended.

A supervisor is forked from the clean parent (`tpdl.run.forkserver`), and forks the step in turn. It talks with the one
who wants the step through a connection of their own:

    -> the job, one line of JSON (see `tpdl.run.job.Job`)
    <- how it ended, one line of JSON (see `Answer`)

When the connection closes, the step is ended: SIGTERM, after a grace period SIGKILL. So it is when whoever wants the
step is killed. What the step has left running is killed when it ends, whether it has succeeded or not.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import sys
import tempfile
import time
from dataclasses import asdict
from typing import Any, NoReturn

from tpdl.files import remove_unfinished
from tpdl.run import imported
from tpdl.run.descendants import adopt_orphans, die_with_parent, end_children, kill, kill_group, memory
from tpdl.run.job import Answer, Job

GRACE = 5.0
"""Seconds from SIGTERM to SIGKILL, and from a step's result to the end of its process."""
MEMORY_INTERVAL = 0.1
"""Seconds between two looks at the memory of a step that has a limit."""
NO_PIDFD_INTERVAL = 0.02


def main(connection: socket.socket, log: int, fresh: bool) -> NoReturn:
    """Carry out what the connection asks for, and end this process.

    Args:
        connection: to whoever wants the step.
        log: the open file that the step's output goes to.
        fresh: give the step a new interpreter.
    """
    try:
        os.setsid()
        adopt_orphans()
        if text := _line(connection):
            _carry_out(text, connection, log, fresh)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.write(log, f"{type(error).__name__}: {error}\n".encode())
    finally:
        end_children()
        os._exit(0)


def _carry_out(text: bytes, connection: socket.socket, log: int, fresh: bool) -> None:
    job = Job.from_json(text.decode())
    reading, writing = os.pipe()
    parent = os.getpid()
    child = os.fork()
    if child == 0:
        connection.close()
        os.close(reading)
        _become_step(text, job, log, writing, parent, fresh)
    os.close(writing)
    watch = _Watch(child, reading, connection, job.timeout, job.memory)
    code = watch.until_it_ends()
    end_children()
    answer = Answer(watch.outcome(), code, watch.limit, watch.asked)
    if answer.outcome is None:
        for cell in job.cells:
            for path in (*cell.step.products, cell.step.record_path):
                remove_unfinished(path)
    with contextlib.suppress(OSError):
        connection.sendall(json.dumps(asdict(answer)).encode() + b"\n")


def _line(connection: socket.socket) -> bytes:
    """The line that comes through the connection; empty where it closes before."""
    text = b""
    while not text.endswith(b"\n"):
        chunk = connection.recv(1 << 16)
        if not chunk:
            return b""
        text += chunk
    return text


class _Watch:
    """Waits for one process.

    Args:
        pid: of the process, which leads a session of its own.
        results: the pipe that its outcome comes through.
        connection: when it closes, the process is to end.
        timeout: seconds that it may take.
        memory: bytes that it may use.
    """

    def __init__(
        self, pid: int, results: int, connection: socket.socket, timeout: float | None, memory: int | None
    ) -> None:
        self.limit = ""
        """Which limit was exceeded, in words."""
        self.asked = False
        """Whether the connection has closed first."""
        self._pid, self._results, self._connection = pid, results, connection
        self._timeout, self._memory = timeout, memory
        self._text = b""
        self._started = time.monotonic()
        self._kill_at: float | None = None
        self._look_at = self._started
        self._pidfd = os.pidfd_open(pid) if hasattr(os, "pidfd_open") else None
        self._open = {results, connection.fileno(), *([] if self._pidfd is None else [self._pidfd])}

    def until_it_ends(self) -> int:
        """Wait, and keep the limits. Returns the exit code; that of a signal is negative."""
        while True:
            for file in self._ready():
                self._read(file)
            ended, status = os.waitpid(self._pid, os.WNOHANG)
            if ended:
                self._drain()
                return os.waitstatus_to_exitcode(status)
            self._keep_limits(time.monotonic())

    def outcome(self) -> dict[str, Any] | None:
        """What the process has said of itself; None where it did not come to that."""
        try:
            outcome: dict[str, Any] = json.loads(self._text)
        except ValueError:
            return None
        return outcome

    def _ready(self) -> list[int]:
        waits = [self._kill_at] if self._kill_at else []
        if self._timeout and not self._kill_at:
            waits.append(self._started + self._timeout)
        if self._memory:
            waits.append(self._look_at)
        if self._pidfd is None:
            waits.append(time.monotonic() + NO_PIDFD_INTERVAL)
        timeout = max(0.0, min(waits) - time.monotonic()) if waits else None
        poll = select.poll()
        for file in self._open:
            poll.register(file, select.POLLIN)
        return [file for file, _ in poll.poll(None if timeout is None else timeout * 1000 + 1)]

    def _read(self, file: int) -> None:
        if file == self._results:
            chunk = os.read(file, 1 << 16)
            self._text += chunk
            if self._text.endswith(b"\n"):
                self._kill_at = self._kill_at or time.monotonic() + GRACE
        elif file == self._connection.fileno():
            chunk = self._connection.recv(1)
            if not chunk:
                self.asked = True
                self._end()
        else:
            return
        if not chunk:
            self._open.discard(file)

    def _drain(self) -> None:
        """Read what is left in the pipe."""
        os.set_blocking(self._results, False)
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self._results, 1 << 16):
                self._text += chunk

    def _keep_limits(self, now: float) -> None:
        if self._timeout and not self._kill_at and now >= self._started + self._timeout:
            self.limit = f"took longer than {self._timeout:g} s (timeout)"
            self._end()
        if self._memory and now >= self._look_at:
            self._look_at = now + MEMORY_INTERVAL
            used = memory(self._pid)
            if used > self._memory and not self.limit:
                self.limit = f"used {_gigabytes(used)} of memory, more than {_gigabytes(self._memory)} (memory)"
                self._kill_at = now
        if self._kill_at and now >= self._kill_at:
            kill(self._pid, signal.SIGKILL)
            kill_group(self._pid, signal.SIGKILL)

    def _end(self) -> None:
        """Ask the process and its group to end; if they have not done so after the grace period, they are killed."""
        kill_group(self._pid, signal.SIGTERM)
        self._kill_at = min(self._kill_at or float("inf"), time.monotonic() + GRACE)


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.3g} GB" if size >= 1e8 else f"{size / 1e6:.3g} MB"


def _become_step(text: bytes, job: Job, log: int, results: int, parent: int, fresh: bool) -> NoReturn:
    """In the forked process: everything as a new interpreter would have it, then the step, then the end."""
    try:
        os.setsid()
        die_with_parent()
        if os.getppid() != parent:
            os._exit(1)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        nothing = os.open(os.devnull, os.O_RDONLY)
        for source, target in ((nothing, 0), (log, 1), (log, 2)):
            os.dup2(source, target)
        os.close(nothing)
        os.close(log)
        os.chdir(job.root)
        if fresh:
            _new_interpreter(text, results)
        _as_if_new()
        imported.mark()
        from tpdl.run.worker import run_and_report

        run_and_report(job, results)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(1)


def _as_if_new() -> None:
    """What a fork has in common with the other forks, and must not."""
    sys.argv = ["tpdl"]
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):
            stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    if "numpy" in sys.modules:  # seeded when it was imported; Python's own `random` sees to it itself
        import numpy as np

        np.random.seed()
    sys.breakpointhook = _no_terminal


def _no_terminal(*args: Any, **kwargs: Any) -> None:
    from tpdl.errors import StepError

    raise StepError("breakpoint(): a step in a process of its own has no terminal; use `tpdl run --inline`, or `--pdb`")


def _new_interpreter(text: bytes, results: int) -> NoReturn:
    """Replace this process by a fresh interpreter that carries the step out."""
    with tempfile.TemporaryFile() as file:
        file.write(text)
        file.flush()
        file.seek(0)
        for inherited in (file.fileno(), results):
            os.set_inheritable(inherited, True)
        command = [sys.executable, "-m", "tpdl.run.worker", str(file.fileno()), str(results)]
        os.execv(sys.executable, command)
