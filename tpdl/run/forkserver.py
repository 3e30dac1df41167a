"""The clean parent from which the processes of steps are forked: it has imported libraries, and nothing of the project.

Importing torch takes seconds, a fork of a process that has imported it takes milliseconds. It is run as

    python -m tpdl.run.forkserver SOCKET MODULE…

where SOCKET is the number of an inherited Unix socket and the modules are what to import. Each message on the socket
brings two open files: the connection that a step is asked for through, and the step's log; see `tpdl.run.supervisor`.
When the socket closes, because the one who started it has ended, however that happened, everything here ends.

It has no threads, because a fork copies none of them, and the locks that they held stay locked for ever.
"""

from __future__ import annotations

import gc
import importlib
import os
import signal
import socket
import sys
import time
import traceback
import warnings
import weakref
from collections.abc import Sequence

from tpdl.plan.libraries import installed_version
from tpdl.run import imported, supervisor
from tpdl.run.descendants import adopt_orphans, children, kill
from tpdl.run.snapshot import install_from_environment

FRESH = "fresh"
"""Given in place of modules: each step gets a fresh interpreter, not a fork."""


def serve(requests: socket.socket, fresh: bool) -> None:
    """Fork a supervisor for every request, until nobody can ask any more."""
    adopt_orphans()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the system collects those that have ended
    supervisors: set[int] = set()
    while True:
        message, files, _, _ = socket.recv_fds(requests, 1, 2)
        if not message:
            break
        with warnings.catch_warnings():
            # The threads of numerical libraries, which do not exist in the copy, are idle here, and know of forks.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            requests.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            supervisor.main(socket.socket(fileno=files[0]), files[1], fresh)
        for file in files:
            os.close(file)
        supervisors = {pid for pid in supervisors if _is_there(pid)} | {child}
    # Each supervisor has noticed, too, and ends its step. Whatever else has become a child of this process was left
    # behind by a supervisor that somebody killed.
    while remaining := children(os.getpid()):
        for pid in remaining:
            if pid not in supervisors:
                kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def preload(modules: Sequence[str]) -> None:
    """Import libraries. One that cannot be imported is left to the steps that need it, which say so."""
    os.environ.setdefault("MPLBACKEND", "agg")
    for module in ("tpdl.run.worker", *modules):
        try:
            importlib.import_module(module)
            installed_version(module.partition(".")[0])  # remembered, for the records of the steps
        except Exception:
            traceback.print_exc()
    # What the libraries want done at exit is not the business of every fork. There is no public way to list finalizers.
    for finalizer in list(getattr(weakref.finalize, "_registry", ())):
        finalizer.atexit = False
    gc.collect()
    gc.freeze()  # what is never collected is not written to, and stays shared by all forks


def main() -> None:
    """Import what the command line says, and serve."""
    del sys.path[0]  # the folder in which `-m` has found this package
    requests = socket.socket(fileno=int(sys.argv[1]))
    modules = sys.argv[2:]
    sys.argv[1:] = []
    fresh = modules == [FRESH]
    if not fresh:
        imported.record()
        preload(modules)
    serve(requests, fresh)


if __name__ == "__mp_main__":  # in a process that `multiprocessing` has started from a step's
    install_from_environment()
elif __name__ == "__main__":
    main()
