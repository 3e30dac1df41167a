"""Bad input gets one clear line: what, where, what to do; never a traceback, never lost work."""

from __future__ import annotations

import errno
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import complaint, one_line
from tpdl.errors import StepError
from tpdl.files import atomic_write

CELL = "toy/curve/network=small"
PRODUCT = "figures/toy/curve/network=small.csv"

MODULE = """
from tpdl import experiment, figure
import pandas as pd

{body}
"""


def test_unknown_step_suggests_the_nearest(fresh):
    line = one_line(fresh.tpdl("run", "toy/curv", code=2))
    assert "there is no step 'toy/curv'" in line and "did you mean toy/curve" in line


def test_no_project_here(lab, tmp_path_factory):
    lab.root = tmp_path_factory.mktemp("empty")
    assert "is in no tpdl project" in one_line(lab.tpdl("status", code=2))


@pytest.mark.parametrize("command", [["status"], ["run"], ["report", "--to", "html"], ["init", "x"], ["data"]])
def test_the_current_folder_is_gone(lab, command):
    gone = lab.root / "gone"
    gone.mkdir()
    script = f"rmdir {gone}; exec {sys.executable} -c 'from tpdl.cli.main import main; main()' \"$@\""
    said = subprocess.run(["sh", "-c", script, "sh", *command], cwd=gone, capture_output=True, text=True, check=False)
    assert said.returncode == 2
    assert "the folder that this command was started in is gone" in one_line(said.stdout + said.stderr)


@pytest.mark.parametrize("profile", [[], ["--demo"]], ids=["full", "demo"])
def test_a_wrong_name_in_demo_is_said_in_every_profile(lab, profile):
    lab.write("experiments/wrong.py", MODULE.format(body="@experiment(demo={'zz': 1})\ndef one(z=1) -> dict: ..."))
    said = lab.tpdl("status", *profile, code=2)
    assert "experiments/wrong.py:5: demo names 'zz', which is no parameter" in said


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "@experiment(inputs={'b': 'experiments.wrong:two'})\ndef one(b) -> dict: ...\n"
            "@experiment(inputs={'a': one})\ndef two(a) -> dict: ...",
            "in a circle: experiments.wrong:one -> experiments.wrong:two -> experiments.wrong:one",
        ),
        (
            "@experiment()\ndef one() -> dict: ...\n@figure(one)\ndef a(r): ...\n@figure(one)\ndef b(r): ...",
            "both write figures/one.svg",
        ),
        ("@experiment()\ndef one(x=(1, 2)) -> dict: ...", "parameter 'x' is (1, 2), which is no JSON value"),
        ("@experiment()\ndef one(x=b'') -> dict: ...", "is neither a literal"),
        ("@experiment()\ndef one(x) -> dict: ...", "parameter 'x' has no default"),
        ("@experiment(matrix={'y': [1]})\ndef one(x=1) -> dict: ...", "matrix names 'y', which is no parameter"),
        ("@experiment()\ndef one(): ...", "the return annotation says nothing"),
        (
            "@experiment(matrix={'x': [1], 'x': [2]})\ndef one(x=1) -> dict: ...",
            "experiments/wrong.py:5: matrix of @experiment at one cannot be evaluated: the key 'x' is there twice",
        ),
        ("@experiment(seed=3)\ndef one() -> dict: ...", "@experiment has no argument 'seed'"),
        ("@experiment(matrix={'x': compute(3)})\ndef one(x=1) -> dict: ...", "experiments/wrong.py:"),
        ("@experiment()\ndef one( -> dict: ...", "experiments/wrong.py:"),
        ("@experiment(data=['set/{size}'])\ndef one() -> dict: ...", "refers to something that is no parameter"),
        ("@experiment(matrx={'x': [1]})\ndef one(x=1) -> dict: ...", "'matrx'; did you mean `matrix`?"),
        ("@experiment(matrix={'sed': [1]})\ndef one(seed=1) -> dict: ...", "did you mean `seed`?"),
        ("@experiment(matrix={'x': [9**9**9]})\ndef one(x=1) -> dict: ...", "asks for too much: a power with more"),
        ("@experiment(matrix={'x': [0] * 10**9})\ndef one(x=1) -> dict: ...", "asks for too much: it takes more"),
        ("@experiment(data=['{x:>2000000000}'])\ndef one(x=1) -> dict: ...", "asks for too much: the format"),
        ("@experiment()\ndef one(x='%09999999999d' % 5) -> dict: ...", "asks for too much: the format"),
        ("@experiment(data='abc')\ndef one() -> dict: ...", "data of @experiment must be a list of texts, not 'abc'"),
        (
            "@experiment(optional=3)\ndef one() -> dict: ...",
            "optional of @experiment must be a mapping from parameters",
        ),
        ("@experiment(optional={'y': [1]})\ndef one(x=1) -> dict: ...", "optional names 'y', which is no parameter"),
        ("@experiment(local='yes')\ndef one() -> dict: ...", "local of @experiment must be True or False"),
        ("@experiment()\ndef one() -> dict: ...\n@figure(one, suffix='../../x')\ndef a(r): ...", "a part of a file's"),
        ("@experiment()\ndef one() -> dict: ...\n@figure([one])\ndef a(r): ...", "must be experiments of this project"),
        (
            "@experiment()\ndef one() -> dict: ...\n@figure(one, caption=3)\ndef a(r): ...",
            "caption of @figure must be a",
        ),
        (
            "@experiment(matrix={'x': [0] * 999, 'y': [1] * 999})\ndef one(x=1, y=1) -> dict: ...",
            "the matrix has 998,001 combinations",
        ),
    ],
    ids=[
        "circle",
        "one product twice",
        "tuple",
        "bytes",
        "no default",
        "matrix",
        "no annotation",
        "one key twice",
        "unknown argument",
        "not literal",
        "syntax",
        "data name",
        "nearly an argument",
        "nearly a parameter",
        "huge power",
        "huge list",
        "wide format",
        "wide text",
        "text for a list",
        "number for a mapping",
        "optional without a parameter",
        "text for a truth",
        "suffix with a path",
        "list of experiments",
        "number for a text",
        "many cells",
    ],
)
def test_wrong_declarations(lab, body, expected):
    """One line says what is wrong and where; everything else is as it was."""
    lab.write("experiments/wrong.py", MODULE.format(body=body))
    said = lab.tpdl("status", code=2)
    assert expected in complaint(said) and "toy/curve/network=small" in said


@pytest.mark.parametrize(
    ("annotation", "result", "expected"),
    [
        ("pd.DataFrame", "{'a': 1}", "must return a pandas DataFrame; it returned dict"),
        ("pd.DataFrame", "pd.DataFrame({'a': [1.0, float('nan')]})", "NaN or infinity in column 'a', row 1"),
        ("pd.DataFrame", "pd.DataFrame({'a': []})", "a table without rows"),
        ("dict", "[1]", "must return a mapping of JSON values; it returned list"),
        ("dict", "{'a': {'b': float('inf')}}", "returned inf for 'a.b'"),
        ("dict", "{'a': object()}", "returned object for 'a', which is no JSON value"),
        ("dict", "1 / 0", "experiments/wrong.py:6: ZeroDivisionError: division by zero"),
    ],
)
def test_wrong_results_are_refused_before_anything_is_written(lab, annotation, result, expected):
    body = f"@experiment()\ndef one() -> {annotation}:\n    return {result}"
    lab.write("experiments/wrong.py", MODULE.format(body=body))
    process = lab.popen("run", "one", "--executor", "process")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert expected in said.replace("\n        ", " ")
    assert "the whole log: .tpdl/full/logs/one.log" in said or "Error" not in said
    assert not (lab.root / "figures").exists()
    assert lab.states("one")["one"].startswith("failed: ")


def test_a_broken_step_does_not_stop_the_others(fresh):
    fresh.write(
        "experiments/wrong.py", MODULE.format(body="@experiment()\ndef one() -> dict:\n    raise OSError('no')")
    )
    fresh.edit("helpers/maths.py", "x * x", "x * x + 1")
    said = fresh.tpdl("run", code=1)
    assert "1 failed: one" in said
    assert list(fresh.not_fresh()) == ["one"]


def test_a_failed_step_keeps_its_old_product_and_says_so(fresh):
    before = (fresh.root / PRODUCT).read_bytes()
    fresh.edit("helpers/maths.py", "x * x", "x / 0")
    fresh.tpdl("run", code=1)
    assert (fresh.root / PRODUCT).read_bytes() == before
    assert fresh.states(CELL)[CELL].startswith("failed: helpers/maths.py:5: ZeroDivisionError")
    fresh.edit("helpers/maths.py", "x / 0", "x * x")
    assert fresh.not_fresh() == {}, "undone is undone"


def test_corrupt_record(fresh):
    record = fresh.root / (PRODUCT + ".record.json")
    record.write_text(record.read_text()[:100])
    assert "unreadable" in fresh.states(CELL)[CELL]
    record.write_text('{"tpdl": 1}')
    assert "incomplete" in fresh.states(CELL)[CELL]
    fresh.tpdl("run")
    assert fresh.not_fresh() == {}


def test_truncated_or_edited_product(fresh):
    product = fresh.root / PRODUCT
    whole = product.read_bytes()
    product.write_bytes(whole[: len(whole) // 2])
    assert "edited by hand, or truncated" in fresh.states(CELL)[CELL]
    product.write_bytes(whole + b"small,9,1\n")
    said = fresh.tpdl("run", CELL)
    assert "the file is kept as" in said
    kept = list((fresh.root / ".tpdl/kept").iterdir())
    assert [path.read_bytes() for path in kept] == [whole + b"small,9,1\n"], "somebody's work may be in it"
    assert product.read_bytes() == whole


def test_a_missing_product_of_a_drawing(fresh):
    (fresh.root / "figures/toy/curve.dark.svg").unlink()
    assert fresh.not_fresh() == {"toy/curve.svg": "stale: product curve.dark.svg is gone"}


def test_figure_without_results_says_what_to_run(lab):
    assert "which has no results yet; tpdl run toy/curve" in one_line(lab.tpdl("figure", "toy/curve", code=2))


def test_drawing_something_that_is_no_figure(fresh):
    fresh.edit("experiments/toy/curve.py", "return picture", "return 3")
    assert "must return a matplotlib Figure; it returned int" in fresh.tpdl("figure", "toy/curve", code=1)


def test_accept_refuses_to_vouch_for_an_edited_product(fresh):
    (fresh.root / PRODUCT).write_text("network,x,y\n")
    assert "cannot be accepted" in one_line(fresh.tpdl("accept", CELL, code=2))


def test_accept_refuses_to_vouch_for_what_was_never_run(lab):
    said = one_line(lab.tpdl("accept", CELL, code=2))
    assert said.endswith(f"{CELL} cannot be accepted: it was never run; tpdl run {CELL}")


def test_wrong_options(lab):
    assert "unrecognized arguments: --nonsense" in one_line(lab.tpdl("status", "--nonsense", code=2))
    assert "there is no such folder" in one_line(lab.tpdl("--data", "/no/where", "status", code=2))
    assert "(tpdl run --help)" in one_line(lab.tpdl("run", "--profile", code=2))
    assert "'x' is not a whole number" in one_line(lab.tpdl("run", "-j", "x", code=2))
    assert "needs the name of a folder" in one_line(lab.tpdl("init", "", code=2))
    for more in ([], ["--dry-run"], ["toy/curve"]):
        assert "there is no executor 'cloud'" in one_line(lab.tpdl("run", "--executor", "cloud", *more, code=2))


def test_full_disk_keeps_the_old_file(tmp_path):
    """A file-size limit is what a full disk looks like to a program: writing stops in the middle."""
    resource = pytest.importorskip("resource", reason="Windows has no limit for the size of files")
    path = tmp_path / "results.csv"
    path.write_text("old")
    program = (
        "import resource, sys; from pathlib import Path; from tpdl.files import atomic_write;"
        "from tpdl.errors import StepError\n"
        "try: atomic_write(Path(sys.argv[1]), 'x' * 100_000)\n"
        "except StepError as error: print(error)"
    )
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))  # noqa: E731
    done = subprocess.run(
        [sys.executable, "-B", "-c", program, str(path)], capture_output=True, text=True, preexec_fn=limit, check=False
    )
    assert "cannot write" in done.stdout and "untouched" in done.stdout, done
    assert path.read_text() == "old" and [p.name for p in tmp_path.iterdir()] == ["results.csv"]


def test_read_only_disk(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(StepError, match="Read-only file system"):
        atomic_write(tmp_path / "x", "new")
    assert list(tmp_path.iterdir()) == []


def test_products_folder_that_cannot_be_written(fresh):
    """A file stands where the folder of the products should be: the step fails with one line and status still works."""
    import shutil

    shutil.rmtree(fresh.root / "figures/toy")
    (fresh.root / "figures/toy").write_text("in the way")
    said = fresh.tpdl("run", CELL, code=1)
    assert "cannot write" in said and "--keep-nan" not in said and fresh.states(CELL)


def test_what_needs_a_step_that_failed_does_not_run(fresh):
    fresh.edit("helpers/maths.py", "x * x", "x / 0")
    picture = (fresh.root / "figures/toy/curve.svg").stat().st_mtime_ns
    said = " ".join(fresh.tpdl("run", code=1).split())
    assert re.search(r"toy/curve: not run: it needs toy/curve/network=(small|large)", said), said
    assert "toy/curve.svg: not run: it needs toy/curve" in said
    assert (fresh.root / "figures/toy/curve.svg").stat().st_mtime_ns == picture, "nothing is drawn of old results"


def test_status_json_is_json_even_with_failures(fresh):
    fresh.edit("helpers/maths.py", "x * x", "x / 0")
    fresh.tpdl("run", code=1)
    steps = json.loads(fresh.tpdl("status", "--json", code=1))
    assert {step["state"] for step in steps} == {"failed", "stale upstream"}
    assert Path(steps[0]["products"][0]).is_relative_to("figures")
