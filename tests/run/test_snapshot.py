"""Files are edited, broken, undone and removed while a step runs, and it is as if nobody had."""

from __future__ import annotations

import json
import os

from tests.conftest import wait_for

SLOW = """
from pathlib import Path
from time import sleep

from tpdl import experiment


@experiment()
def slow(n: int = 1) -> dict:
    here = Path("ready")
    here.touch()
    while not Path("go").exists():
        sleep(0.01)
    import inspect
    import pkgutil

    from helpers import late

    text = pkgutil.get_data("helpers", "words.txt").decode()
    return {"late": late.value(), "source": inspect.getsource(late.value), "text": text, "file": late.__file__}


@experiment(inputs={"slow": slow})
def after(slow: dict) -> dict:
    from helpers import late

    return {"late": late.value(), "before": slow["late"]}


@experiment()
def fails() -> dict:
    Path("ready").touch()
    while not Path("go").exists():
        sleep(0.01)
    raise ValueError("as it was")
"""
LATE = "def value():\n    return 1\n"


def started(lab, *names):
    lab.write("experiments/slow.py", SLOW)
    lab.write("helpers/late.py", LATE)
    lab.write("helpers/words.txt", "old")
    process = lab.popen("run", *names)
    wait_for((lab.root / "ready").exists)
    return process


def end(lab, process):
    (lab.root / "go").touch()
    out, err = process.communicate(timeout=60)
    assert "Traceback" not in err
    return process.returncode, out + err


def result(lab, name):
    return json.loads((lab.root / f"figures/{name}.json").read_text())


def test_edits_during_a_run_change_nothing_of_it(lab):
    process = started(lab, "after")
    lab.write("helpers/late.py", LATE.replace("1", "2"))
    lab.write("helpers/words.txt", "new")
    lab.write("experiments/other.py", "def (broken")
    (lab.root / "helpers/maths.py").unlink()
    code, said = end(lab, process)
    assert code == 1 and "2 done; 2 out of date again, because the source changed meanwhile" in said
    path = str(lab.root / "helpers/late.py")
    assert result(lab, "slow") == {"late": 1, "source": LATE, "text": "old", "file": path}
    assert result(lab, "after") == {"late": 1, "before": 1}
    lab.write("experiments/other.py", "")
    assert lab.states("slow")["slow"] == "stale: code helpers.late:value changed"
    lab.write("helpers/late.py", LATE)
    assert lab.states("slow")["slow"] == "stale: file helpers/words.txt changed", "the text that was read is another"
    lab.write("helpers/words.txt", "old")
    assert lab.states("slow")["slow"] == "fresh"


def test_an_edit_that_is_undone_with_stale_bytecode_in_between(lab):
    """The two versions have the same size and second, so Python takes the bytecode of the one for the other."""
    process = started(lab, "slow")
    late = lab.root / "helpers/late.py"
    before = late.stat()
    late.write_text(LATE.replace("1", "2"))
    os.utime(late, ns=(before.st_atime_ns, before.st_mtime_ns))
    import py_compile

    py_compile.compile(str(late))
    late.write_text(LATE)
    os.utime(late, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert end(lab, process)[0] == 0
    assert result(lab, "slow")["late"] == 1
    lab.tpdl("run", "--force", "slow")
    assert result(lab, "slow")["late"] == 1
    assert lab.states("slow")["slow"] == "fresh"


def test_a_traceback_shows_the_lines_that_ran_under_the_files_own_paths(lab):
    process = started(lab, "fails")
    lab.write("experiments/slow.py", "# another file altogether\n" * 60)
    code, said = end(lab, process)
    assert code == 1
    assert "failed  fails: experiments/slow.py:34: ValueError: as it was" in said
    log = (lab.root / ".tpdl/full/logs/fails.log").read_text()
    assert f'File "{lab.root}/experiments/slow.py", line 34, in fails' in log
    assert 'raise ValueError("as it was")' in log


def test_modules_that_a_step_writes_can_be_imported(lab):
    lab.write(
        "experiments/writes.py",
        """
        import sys
        from pathlib import Path
        from tpdl import experiment

        @experiment()
        def writes() -> dict:
            Path("helpers/made.py").write_text("VALUE = 3")
            sys.path.insert(0, "elsewhere")
            import importlib

            importlib.invalidate_caches()
            from helpers import made

            import beside

            return {"made": made.VALUE, "beside": beside.VALUE, "file": beside.__file__}
        """,
    )
    lab.write("elsewhere/beside.py", "VALUE = 4")
    said = lab.tpdl("run", "writes", code=1)
    assert "1 out of date again" in said, "now that the module is there, the step depends on it"
    assert result(lab, "writes") == {"made": 3, "beside": 4, "file": str(lab.root / "elsewhere/beside.py")}


def test_a_file_that_may_change_without_a_trace_is_waited_for(fresh):
    path = fresh.root / "helpers/maths.py"
    path.write_text(path.read_text().replace("x * x", "x * x + 1"))
    os.utime(path, (int(path.stat().st_mtime),) * 2)  # as on a disk that knows whole seconds only
    fresh.tpdl("run", "toy")
    assert fresh.not_fresh() == {}


def test_a_content_is_kept_once(lab):
    lab.tpdl("run", "toy")
    kept = {path for path in (lab.root / ".tpdl/snapshots").rglob("*") if path.is_file()}
    lab.tpdl("run", "--force", "toy")
    assert {path for path in (lab.root / ".tpdl/snapshots").rglob("*") if path.is_file()} == kept


LISTING = """
import pkgutil
from pathlib import Path
from time import sleep

from tpdl import experiment


@experiment()
def listing() -> dict:
    Path("ready").touch()
    while not Path("go").exists():
        sleep(0.01)
    import helpers.plugins

    return {"listed": [list(each[1:]) for each in pkgutil.iter_modules(helpers.plugins.__path__, "p.")]}
"""


def test_a_step_lists_modules_as_they_were_when_the_run_began(lab):
    lab.write("helpers/plugins/first.py", "")
    lab.write("helpers/plugins/parts/__init__.py", "")
    lab.write("experiments/listing.py", LISTING)
    process = lab.popen("run", "listing")
    wait_for((lab.root / "ready").exists)
    (lab.root / "helpers/plugins/first.py").unlink()
    end(lab, process)
    assert result(lab, "listing") == {"listed": [["p.first", False], ["p.parts", True]]}
