"""A fresh interpreter for each step, where processes cannot be forked at all: Windows.

Example:
    outcome = run_in_interpreter(job, text, threads=2)

It is slower than a fork, and watches less: limits of memory are not kept, and what a step has started is ended with it
only where the system's `taskkill` finds it.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path

from tpdl.run.job import Answer, Job

PARENT = "TPDL_PARENT"
"""Environment variable: the process that wants the step. When it has gone, the step ends."""
SYNCHRONIZE, INFINITE = 0x00100000, 0xFFFFFFFF  # of Windows

_children: set[subprocess.Popen[bytes]] = set()


def run_in_interpreter(job: Job, text: str, log: int, environment: Mapping[str, str]) -> Answer:
    """Carry out the job in a new interpreter, and say how that ended.

    Args:
        job: what to do.
        text: the same as JSON.
        log: the open file that the output goes to.
        environment: variables of the new process.
    """
    folder = job.places.state / "processes"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder) as files:
        request, result = Path(files, "job.json"), Path(files, "outcome.json")
        request.write_text(text, encoding="utf-8")
        child = subprocess.Popen(
            [sys.executable, "-m", "tpdl.run.worker", os.fspath(request), os.fspath(result)],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            cwd=job.root,
            env={**environment, PARENT: str(os.getpid())},
        )
        _children.add(child)
        answer = Answer()
        try:
            answer.code = child.wait(job.timeout)
        except subprocess.TimeoutExpired:
            answer.limit = f"took longer than {job.timeout:g} s (timeout)"
            end_with_descendants(child)
            answer.code = child.wait()
        finally:
            _children.discard(child)
        with contextlib.suppress(OSError, ValueError):
            answer.outcome = json.loads(result.read_text(encoding="utf-8"))
    return answer


def end_interpreters() -> None:
    """End all steps that run now."""
    for child in list(_children):
        end_with_descendants(child)


def end_with_descendants(child: subprocess.Popen[bytes]) -> None:
    """End a process and, where the system can say what these are, those that it has started."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(child.pid)], capture_output=True, check=False)
    child.kill()


def end_with_parent() -> None:
    """End this process when the one that wants it has gone."""
    parent = int(os.environ.pop(PARENT, 0))
    if not parent:
        return

    def wait() -> None:
        if sys.platform == "win32":
            import ctypes

            handle = ctypes.windll.kernel32.OpenProcess(SYNCHRONIZE, False, parent)
            ctypes.windll.kernel32.WaitForSingleObject(handle, INFINITE)
        else:
            stop = threading.Event()
            while os.getppid() == parent:
                stop.wait(0.2)
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
