"""Records of older rules are carried over where nothing has changed, and nothing is measured for it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tpdl.plan
from tests.fingerprint.tree import PROJECTS
from tpdl.fingerprint.rules_1 import Rules1
from tpdl.plan.status import OLDER_RULES

CELL = "toy/curve/network=small"

PINNED = {
    "app:<import>": "72c10ee82dd3ea14",
    "app:COUNT": "1c7937ef2db8f7ca",
    "app:helper": "b8293fc85dcec896",
    "app:run": "07651d7bc91483ef",
    "lib._impl:Base": "c40552ba06d0451d",
    "lib._impl:Net": "971e17d377ae1cf2",
    "lib._impl:Net.__getitem__": "238f0ec1ac88d5a2",
    "lib._impl:Net.size": "b2ddc40ca1f892b2",
    "lib._impl:TABLE": "1ff66cb37207bd38",
    "lib._impl:_register": "19f78972b5a03b28",
    "lib:WIDTHS": "c621a070c5632890",
}
"""What the first rules made of a project, when they were the present ones."""


def test_the_first_rules_are_what_they_were():
    assert Rules1(PROJECTS / "pinned", ("tpdl",)).closure("app:run", ["lib:register"]) == PINNED


@pytest.fixture
def older(fresh):
    """A project whose records are as the first rules had them."""
    rules = Rules1(fresh.root, ("tpdl",))
    theme = Rules1(Path(tpdl.plan.__file__).parent, (), packages=["theme"]).closure("theme:light", ["theme:dark"])
    for path in (fresh.root / "figures").rglob("*.record.json"):
        record = json.loads(path.read_text())
        del record["rules"], record["wiring"]
        if record["function"]:
            record["symbols"] = rules.closure(record["function"]) | (theme if ".svg." in path.name else {})
        path.write_text(json.dumps(record))
    return fresh


def records(lab):
    return {path: json.loads(path.read_text()) for path in (lab.root / "figures").rglob("*.record.json")}


def products(lab):
    files = (path for path in (lab.root / "figures").rglob("*") if path.is_file())
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files if ".record." not in path.name}


def test_a_record_of_older_rules_is_stale_and_says_what_to_do(older):
    assert older.not_fresh()[CELL] == f"stale: {OLDER_RULES}"


def test_what_is_fresh_is_carried_over_and_nothing_is_measured(older):
    made, before = products(older), records(older)
    assert "5 of 5 records carried over" in older.tpdl("upgrade")
    assert older.not_fresh() == {}
    assert products(older) == made
    for path, record in records(older).items():
        assert record["carried"]["rules"] == 1 and record["rules"] == 2
        assert record["happened"] == before[path]["happened"] and record["products"] == before[path]["products"]
    assert "every record was made under these rules" in older.tpdl("upgrade")


def test_what_has_changed_since_stays_as_it_is(older):
    older.edit("helpers/maths.py", "x * x", "x * x + 0")
    before = records(older)
    said = older.tpdl("upgrade", code=1)
    assert f"stays    {CELL}: code helpers.maths:square changed" in said
    states = older.not_fresh()
    assert states[CELL] == f"stale: {OLDER_RULES}"
    after = records(older)
    cells = [path for path in before if path.name.startswith("network=")]
    assert len(cells) == 2 and all(after[path] == before[path] for path in cells)
    assert all("carried" in after[path] for path in before if path not in cells)


def test_a_changed_parameter_or_product_is_not_carried_over(older):
    older.edit("experiments/toy/curve.py", "n: int = 4", "n: int = 5")
    with (older.root / "figures/toy/curve.values.json").open("a") as file:
        file.write(" ")
    said = older.tpdl("upgrade", code=1)
    assert f"stays    {CELL}: parameter n: 4 -> 5" in said
    assert "stays    toy/curve.values: product curve.values.json is not what was written" in said


def test_a_dry_run_writes_nothing(older):
    before = records(older)
    assert "5 of 5 records would be carried over" in older.tpdl("upgrade", "--dry-run")
    assert records(older) == before


def test_a_rerun_is_the_other_way(older):
    older.tpdl("run", "--executor", "inline")
    assert older.not_fresh() == {}
    assert all("carried" not in record and record["rules"] == 2 for record in records(older).values())


def test_accept_takes_a_record_of_older_rules_on_a_persons_word(older):
    older.edit("helpers/maths.py", "x * x", "x * x + 0")
    older.tpdl("accept", CELL, "--because", "adding nothing")
    assert CELL not in older.not_fresh()
