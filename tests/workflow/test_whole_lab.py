"""The benchmark of the whole laboratory: what is marked runs again, once, and every step is in the table."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from benchmarks.whole_lab import kind_of, mark, rows, table
from tpdl.plan.plan import read_plan
from tpdl.plan.project import Project
from tpdl.plan.record import read_record


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
