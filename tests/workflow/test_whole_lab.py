"""The benchmark of the whole laboratory: what is marked runs again, once, and every step is in the table."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from benchmarks import whole_lab
from benchmarks.whole_lab import day_of, kind_of, mark, of, rows, sentence, table, without
from tpdl.plan.plan import read_plan
from tpdl.plan.project import Project
from tpdl.plan.record import read_record
from tpdl.plan.selection import with_upstream


def test_what_is_marked_is_measured_again_once(fresh):
    plan = read_plan(Project(fresh.root))
    names = list(plan.steps)
    before = {name: read_record(plan.steps[name].record_path) for name in names}
    mark(plan, names, committed=fresh.root / "nothing")
    assert set(fresh.not_fresh()) == set(names)
    assert rows(plan, names, fresh.root / "samples.csv") == {}
    fresh.tpdl("run", "toy/curve/network=small", "--executor", "inline")
    assert set(fresh.not_fresh()) == {*names} - {"toy/curve/network=small"}, "a run that was stopped goes on"
    clone = Path(shutil.copytree(fresh.root / "figures", fresh.root / "clone" / "figures")).parent
    fresh.tpdl("run", "--executor", "inline")
    assert fresh.not_fresh() == {}
    mark(plan, names, committed=clone)
    marked = [name for name, state in fresh.not_fresh().items() if state.startswith("stale: ")]
    assert marked == ["toy/curve/network=small"], "what has been measured meanwhile is not marked"
    fresh.tpdl("run", "--executor", "inline")
    for name, record in before.items():
        after = read_record(plan.steps[name].record_path)
        assert after.products == record.products and after.fingerprint == record.fingerprint

    # Seconds of the GPU count for the kinds whose steps ran then.
    record = read_record(plan.steps["toy/curve/network=small"].record_path)
    when = datetime.fromisoformat(record.happened["made"]).timestamp()
    (fresh.root / "samples.csv").write_text(f"{when - 500:.0f},90,0\n{when:.0f},40,0\n")
    found = rows(plan, names, fresh.root / "samples.csv")
    assert {kind: row.steps for kind, row in found.items()} == {
        "other measurements": 2,
        "tables and values": 2,
        "figures": 1,
    }
    assert 40 in found["other measurements"].busy and 90 not in found["other measurements"].busy
    text = table(found, {"measuring": 12.0}, "a card")
    assert "| other measurements | 2 |" in text and "Passed: measuring 12 s." in text


def test_kinds_of_the_laboratory():
    plan = read_plan(Project(Path(__file__).parents[2]))
    kinds = {name: kind_of(plan, name) for name in plan.steps}
    assert kinds["gan/dcgan-training/seed=0"] == "GAN training"
    assert {kind for name, kind in kinds.items() if name.startswith("transfer/tuned-networks/")} == {"fine-tuning"}
    assert kinds["gan/dcgan/seed=0"] == "measures of GANs"
    assert "other measurements" not in {kind for name, kind in kinds.items() if name.startswith(("gan", "transfer"))}


def test_what_needs_a_step_that_is_left_out_is_left_out():
    plan = read_plan(Project(Path(__file__).parents[2]))
    names = [name for name in plan.steps if name.startswith("gan/")]
    left = without(plan, names, ["*-training"])
    assert left and not any(with_upstream(plan, [name]) & {*names} - {*left} for name in left)
    assert "gan/dcgan.svg" not in left and "gan/classifier" in left
    assert without(plan, names, []) == names


def test_the_steps_of_a_commit_are_those_with_results_there(tmp_path, monkeypatch, fresh):
    monkeypatch.setattr(whole_lab, "ROOT", fresh.root)
    git = ["git", "-C", fresh.root, "-c", "user.name=n", "-c", "user.email=e"]
    for command in (["init", "-q"], ["add", "figures"], ["commit", "-qm", "results", "--date", "2026-05-04T12:00:00"]):
        subprocess.run([*git, *command], check=True, env={**os.environ, "GIT_COMMITTER_DATE": "2026-05-04T12:00:00"})
    plan = read_plan(Project(fresh.root))
    assert of(plan, list(plan.steps), "HEAD") == list(plan.steps)
    (fresh.root / "figures/toy/curve/network=small.csv.record.json").unlink()
    subprocess.run([*git, "commit", "-qam", "one less"], check=True, capture_output=True)
    left = of(plan, list(plan.steps), "HEAD")
    assert left == ["toy/curve/network=large"], "what is made from later results is later"
    assert day_of("HEAD~1") == "4 May 2026"
    about = sentence("two cores", 1, [], [], {"measuring": 60.0}, "4 May 2026")
    assert about.endswith(
        ": the 1 steps that had results on 4 May 2026 already and need no later one took **1 minutes** from raw data "
        "to results."
    )
    with pytest.raises(SystemExit, match=r"--of: .*nowhere"):
        of(plan, [], "nowhere")


def test_the_tables_are_shown_between_the_marks_and_where_the_report_includes_them(tmp_path, monkeypatch):
    monkeypatch.setattr(whole_lab, "ROOT", tmp_path)
    (tmp_path / "report").mkdir()
    (tmp_path / "README.md").write_text("before\n" + "\nold\n".join(whole_lab.MARKS) + "\nafter\n")
    about = sentence("two cores", 7, ["toy"], ["*-training"], {"measuring": 100.0, "pages and PDF": 80.0})
    assert about.startswith("On two cores, ")
    assert about.endswith(
        ": the 7 steps of `toy`, without `*-training` and what is made from them, took **3 minutes** from raw data to "
        "pages and PDF."
    )
    whole_lab.show({"one": {"about": about, "tables": "| a |"}, "two": {"about": "B.", "tables": "| b |"}})
    expected = f"{about}\n\n| a |\n\nB.\n\n| b |\n"
    assert (tmp_path / whole_lab.CHAPTER).read_text() == expected
    assert (tmp_path / "README.md").read_text() == (
        f"before\n{whole_lab.MARKS[0]}\n{expected}{whole_lab.MARKS[1]}\nafter\n"
    )
    (tmp_path / "README.md").write_text("no marks\n")
    with pytest.raises(SystemExit, match=r"README\.md lacks the lines"):
        whole_lab.show({})
