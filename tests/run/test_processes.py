"""What a step may do in its process, and that nothing is left of it."""

from __future__ import annotations

import json
import os
import platform
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import interrupt, wait_for
from tpdl.run.descendants import children, memory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")

TAME = """
import os
import sys
from tpdl import experiment


@experiment()
def forks() -> dict:
    child = os.fork()
    if child == 0:
        os._exit(7)
    return {"code": os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}


@experiment()
def reads() -> dict:
    return {"input": sys.stdin.read()}


def double(x):
    return 2 * x


@experiment()
def pools() -> dict:
    import multiprocessing

    results = {}
    for method in ("fork", "spawn", "forkserver"):
        with multiprocessing.get_context(method).Pool(2) as pool:
            results[method] = pool.map(double, [1, 2])
    return results


@experiment()
def threads() -> dict:
    import threading

    threading.Thread(target=threading.Event().wait).start()  # never ends
    return {"threads": os.environ["OMP_NUM_THREADS"]}


@experiment(matrix={"n": [1, 2]})
def noise(n: int) -> dict:
    import numpy as np

    return {"x": np.random.rand()}


@experiment()
def unused() -> dict:
    return {"pid": os.getpid(), "session": os.getsid(0)}


@experiment()
def fills() -> dict:
    import resource

    for _ in range(50):
        b"x" * 50_000_000
    return {"faults": resource.getrusage(resource.RUSAGE_SELF).ru_minflt}
"""

WILD = """
import os
import subprocess
import sys
import time
from pathlib import Path
from tpdl import experiment


@experiment()
def leaves() -> dict:
    detached = [sys.executable, "-c", "import os, time; os.setsid(); time.sleep(1000)"]
    subprocess.Popen(detached)
    subprocess.Popen(["sh", "-c", "(setsid sleep 1000 &)"])
    return {}


@experiment()
def exits() -> dict:
    sys.exit(0)


@experiment()
def leaves_python() -> dict:
    os._exit(0)


@experiment()
def debugs() -> dict:
    breakpoint()
    return {}
"""


def marked(lab) -> list[int]:
    """The processes that `lab` has started and that are still there: they have its mark in their environment."""
    mark = f"LAB_MARK={lab.root}".encode()
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and mark in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def result(lab, name):
    return json.loads((lab.root / f"figures/{name}.json").read_text())


def test_a_step_may_fork_use_pools_and_threads_and_read_its_empty_input(lab):
    lab.write("experiments/tame.py", TAME)
    lab.tpdl("run", "-j", "2", "forks", "reads", "pools", "threads", "noise", "unused", OMP_NUM_THREADS="7")
    assert result(lab, "forks") == {"code": 7}
    assert result(lab, "reads") == {"input": ""}
    assert result(lab, "pools") == {"fork": [2, 4], "spawn": [2, 4], "forkserver": [2, 4]}
    assert result(lab, "threads") == {"threads": str(max(1, (os.cpu_count() or 1) // 2))}
    lab.tpdl("run", "--force", "threads", OMP_NUM_THREADS="7")
    assert result(lab, "threads") == {"threads": "7"}, "a step by itself has what the user gives it"
    assert result(lab, "noise/n=1") != result(lab, "noise/n=2"), "forks of one parent draw different numbers"
    assert result(lab, "unused")["pid"] == result(lab, "unused")["session"]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has another allocator")
def test_large_memory_that_a_step_has_freed_is_used_again(lab):
    """Fifty times 50 MB are 12,000 new pages each time; what is used again needs them once."""
    lab.write("experiments/tame.py", TAME)
    lab.tpdl("run", "fills")
    again = result(lab, "fills")["faults"]
    lab.tpdl("run", "--force", "fills", MALLOC_MMAP_THRESHOLD_="1000000")
    assert result(lab, "fills")["faults"] > 10 * again, "whoever has set the allocator's own variables is obeyed"


def test_what_a_step_leaves_running_ends_with_it_and_leaving_python_is_a_failure(lab):
    lab.write("experiments/wild.py", WILD)
    said = lab.tpdl("run", "leaves", "exits", "leaves-python", "debugs", code=1, LAB_MARK=str(lab.root))
    assert marked(lab) == []
    assert result(lab, "leaves") == {}
    assert "failed  exits: experiments/wild.py:19: SystemExit: the step called sys.exit(0) instead of returning" in said
    assert "failed  leaves-python: the process ended with exit code 0 and no result" in said
    assert (
        "failed  debugs: breakpoint(): a step in a process of its own has no terminal; use `tpdl run --inline`" in said
    )
    assert lab.states("leaves-python")["leaves-python"].startswith("failed: the process ended with exit code 0")
    for name, message in (("exits", "SystemExit"), ("exits", "sys.exit(0)")):
        assert message in lab.tpdl("run", "--inline", name, code=1)


def test_a_step_that_closes_all_files_has_delivered_for_the_run_and_for_the_status(lab):
    lab.write("experiments/closes.py", CLOSES)
    said = lab.tpdl("run", "closes")
    assert "failed" not in said
    assert lab.states("closes") == {"closes": "fresh"}
    lab.edit("experiments/closes.py", '{"x": 1}', '{"x": float("nan")}')
    assert "failed  closes: the process ended" in lab.tpdl("run", "closes", code=1)
    assert lab.states("closes")["closes"].startswith("failed: ")


RAISES = """
from tpdl import experiment


class Stop(BaseException):
    pass


@experiment()
def interrupts() -> dict:
    raise KeyboardInterrupt


@experiment()
def leaves_generators() -> dict:
    raise GeneratorExit("early")


@experiment()
def stops() -> dict:
    raise Stop("enough")


@experiment()
def misnames() -> dict:
    raise ValueError("bad name \\udcff")


@experiment()
def works() -> dict:
    return {"x": 1}
"""
RAISED = {
    "leaves-generators": "experiments/raises.py:15: GeneratorExit: early",
    "stops": "experiments/raises.py:20: Stop: enough",
    "misnames": "experiments/raises.py:25: ValueError: bad name \\udcff",
}


@pytest.mark.parametrize("how", [[], ["--inline"]], ids=["process", "inline"])
def test_whatever_a_step_raises_is_said_with_its_place_and_the_others_run(lab, how):
    lab.write("experiments/raises.py", RAISES)
    raised = {**RAISED, **({} if how else {"interrupts": "experiments/raises.py:10: KeyboardInterrupt"})}
    said = lab.tpdl("run", *how, *raised, "works", code=1)
    for name, message in raised.items():
        assert f"failed  {name}: {message}" in said
        assert lab.states(name)[name].startswith(f"failed: {message}")
    assert lab.states("works") == {"works": "fresh"}


def test_an_interruption_ends_a_run_in_this_process(lab):
    lab.write("experiments/raises.py", RAISES)
    assert "tpdl: interrupted" in lab.tpdl("run", "--inline", "interrupts", "works", code=130)
    assert lab.states("works") == {"works": "missing: never run"}


CLOSES = """
import os
from tpdl import experiment


@experiment()
def closes() -> dict:
    os.closerange(3, 256)
    return {"x": 1}
"""

STUBBORN = """
import signal
import subprocess
import time
from pathlib import Path
from tpdl import atomic_path, experiment


@experiment()
def stubborn() -> dict:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    subprocess.Popen(["setsid", "sleep", "1000"])
    with atomic_path(Path("figures/stubborn.json")) as temporary:
        temporary.write_text("half")
        Path("ready").touch()
        time.sleep(1000)
    return {}
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_nothing_is_left_of_a_step_that_does_not_want_to_end(lab, how, tmp_path_factory):
    lab.write("experiments/stubborn.py", STUBBORN)
    temporary = tmp_path_factory.mktemp("tmp")
    process = lab.popen("run", "stubborn", LAB_MARK=str(lab.root), TMPDIR=str(temporary))
    wait_for((lab.root / "ready").exists)
    assert len(marked(lab)) >= 4
    process.send_signal(how)
    _, err = process.communicate(timeout=30)
    if how != signal.SIGKILL:
        assert process.returncode == 130 and "interrupted" in err
        assert marked(lab) == []
    wait_for(lambda: not marked(lab), 15)
    assert [path for path in (lab.root / "figures").rglob("*") if path.is_file()] == []
    assert list(temporary.iterdir()) == []


def test_steps_survive_the_process_that_they_were_forked_from(lab):
    lab.write(
        "experiments/long.py",
        """
        from pathlib import Path
        from time import sleep
        from tpdl import experiment

        @experiment(matrix={"n": [1, 2]})
        def long(n: int) -> dict:
            Path(f"ready{n}").touch()
            while not Path("go").exists():
                sleep(0.01)
            return {"n": n}
        """,
    )
    process = lab.popen("run", "long", LAB_MARK=str(lab.root))
    wait_for((lab.root / "ready1").exists)
    [server] = [pid for pid in marked(lab) if is_child(pid, process.pid)]
    os.kill(server, signal.SIGKILL)
    (lab.root / "go").touch()
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, out + err
    assert marked(lab) == []


def is_child(pid, parent):
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]) == parent


def test_settings_of_preload(lab):
    lab.write("pyproject.toml", '[tool.tpdl]\npreload = ["helpers.maths"]\n')
    assert "names helpers.maths, which is the project's own" in lab.tpdl("run", code=2)
    lab.write("pyproject.toml", '[tool.tpdl]\npreload = "torch"\n')
    assert "preload in [tool.tpdl] of pyproject.toml must be a list" in lab.tpdl("run", code=2)
    lab.write("pyproject.toml", '[tool.tpdl]\npreload = ["yaml", "no_such_library"]\n')
    lab.write(
        "experiments/what.py",
        """
        import sys
        from tpdl import experiment

        @experiment()
        def loaded() -> dict:
            return {"yaml": "yaml" in sys.modules, "experiments": "experiments" in sys.modules}
        """,
    )
    lab.tpdl("run", "loaded")
    assert result(lab, "loaded") == {"yaml": True, "experiments": True}
    happened = json.loads((lab.root / "figures/loaded.json.record.json").read_text())["happened"]
    assert "pyyaml" not in happened["libraries"] and "pandas" in happened["libraries"]
    lab.write("pyproject.toml", "[tool.tpdl]\npreload = false\n")
    lab.tpdl("run", "--force", "loaded")
    assert result(lab, "loaded") == {"yaml": False, "experiments": True}


def test_a_debugger_where_a_step_fails(lab):
    lab.write(
        "experiments/broken.py",
        """
        from tpdl import experiment

        @experiment()
        def broken() -> dict:
            found = 41
            assert found == 42
        """,
    )
    done = subprocess.run(
        [sys.executable, "-m", "tpdl", "run", "--pdb", "broken"],
        cwd=lab.root,
        input="p found + 1000\nq\n",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "(Pdb) 1041" in done.stdout
    assert done.returncode == 1, done.stderr
    assert "without --executor and -j" in lab.tpdl("run", "--pdb", "-j", "2", code=2)


def test_one_interrupt_is_enough_for_many(lab):
    lab.write("experiments/stubborn.py", STUBBORN)
    lab.write("experiments/other.py", STUBBORN.replace("def stubborn", "def other").replace("ready", "ready2"))
    process = lab.popen("run", "-j", "2", "stubborn", "other", LAB_MARK=str(lab.root))
    wait_for((lab.root / "ready").exists)
    wait_for((lab.root / "ready2").exists)
    interrupt(process)
    process.communicate(timeout=20)
    assert process.returncode == 130
    assert marked(lab) == []


def test_ctrl_c_in_a_terminal_reaches_a_step_only_through_the_run(lab):
    lab.write(
        "experiments/waits.py",
        """
        import signal
        import sys
        import time
        from pathlib import Path
        from tpdl import experiment

        def asked(*_):
            Path("asked").touch()
            sys.exit()

        @experiment()
        def waits() -> dict:
            signal.signal(signal.SIGINT, lambda *_: Path("interrupted").touch())
            signal.signal(signal.SIGTERM, asked)
            Path("ready").touch()
            time.sleep(60)
            return {}
        """,
    )
    process = subprocess.Popen([sys.executable, "-m", "tpdl", "run", "waits"], cwd=lab.root, start_new_session=True)
    wait_for((lab.root / "ready").exists)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(30) == 130
    assert not (lab.root / "interrupted").exists()
    assert (lab.root / "asked").exists(), "it is asked to end, and has time for it"
    assert "KeyboardInterrupt" not in (lab.root / ".tpdl/preload.log").read_text()


def test_a_process_that_is_gone_has_no_children_and_no_memory():
    command = [sys.executable, "-c", "input(print('ready', flush=True))"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None and process.stdout.readline() == b"ready\n"
    assert process.pid in children(os.getpid()) and memory(process.pid) > 1e6
    process.communicate(b"\n")
    assert (children(process.pid), memory(process.pid)) == ([], 0)


def test_fresh_interpreters_where_nothing_can_be_forked(lab):
    """As on Windows: no `os.fork`, so no clean parent and no supervisor."""
    lab.write(
        "experiments/here.py",
        """
        import sys
        import time
        from tpdl import experiment

        @experiment()
        def here() -> dict:
            return {"input": sys.stdin.read(), "file": __file__}

        @experiment(timeout=0.5)
        def slow() -> dict:
            time.sleep(60)
            return {}
        """,
    )
    code = "import os; del os.fork; from tpdl.cli.main import main; main()"
    command = [sys.executable, "-c", code, "run", "-j", "2", "here", "slow"]
    done = subprocess.run(command, cwd=lab.root, capture_output=True, text=True, timeout=120, check=False)
    assert "failed  slow: took longer than 0.5 s (timeout), and was ended" in done.stdout, done.stderr
    assert result(lab, "here") == {"input": "", "file": str(lab.root / "experiments/here.py")}
    assert list((lab.root / ".tpdl/full/processes").iterdir()) == []
