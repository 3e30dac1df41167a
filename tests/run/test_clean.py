"""What killed writers, older versions and steps that are gone have left is found."""

from __future__ import annotations

import json
import os
import time


def aged(path, seconds):
    os.utime(path, (time.time() - seconds,) * 2)
    return path


def test_unfinished_files_are_removed_by_the_next_run_and_by_clean(fresh):
    left = [
        aged(fresh.write("figures/toy/.curve.csv.0123abcd.tmp.csv", "half"), 60),
        aged(fresh.write(".tpdl/full/checkpoints/toy/.x.npz.0123abcd.tmp.npz", "half"), 60),
    ]
    at_work = fresh.write("figures/toy/.curve.csv.89abcdef.tmp.csv", "half")
    said = fresh.tpdl("clean", "--dry-run")
    assert all(path.name in said for path in left) and at_work.name not in said
    fresh.edit("helpers/maths.py", "x * x", "x * x + 1")
    fresh.tpdl("run", "toy")
    assert not any(path.exists() for path in left) and at_work.exists()
    aged(at_work, 60)
    fresh.tpdl("clean", "--yes")
    assert not at_work.exists()


def test_products_of_steps_that_are_gone_are_listed_and_removed_when_asked(fresh):
    fresh.write("figures/by-hand.png", "no product")
    fresh.edit("experiments/toy/curve.py", "def curve_values", "def curve_value")
    assert "in figures/" not in fresh.tpdl("clean", "--yes"), "the values are still those of the curve"
    fresh.edit("experiments/toy/curve.py", '"small", "large"]', '"small"]')
    said = fresh.tpdl("clean", "--yes")
    assert "these 2 files any more; `tpdl clean --figures` removes them" in said
    assert (fresh.root / "figures/toy/curve/network=large.csv").exists()
    fresh.tpdl("clean", "--yes", "--figures")
    assert not (fresh.root / "figures/toy/curve/network=large.csv").exists()
    assert not (fresh.root / "figures/toy/curve/network=large.csv.record.json").exists()
    assert (fresh.root / "figures/by-hand.png").exists()
    assert "nothing to clean" in fresh.tpdl("clean")


def test_what_an_older_version_left_in_the_folder_for_temporary_files(lab, tmp_path_factory):
    temporary = tmp_path_factory.mktemp("tmp")
    for name in ("tpdl-empty", "tpdl-full", "tpdl-other", "tpdl-new"):
        (temporary / name).mkdir()
    (temporary / "tpdl-full/outcome.json").write_text("{}")
    (temporary / "tpdl-other/weights.bin").write_text("somebody's")
    for name in ("tpdl-empty", "tpdl-full", "tpdl-other"):
        aged(temporary / name, 100_000)
    lab.tpdl("clean", "--yes", TMPDIR=str(temporary))
    assert {path.name for path in temporary.iterdir()} == {"tpdl-other", "tpdl-new"}


def test_old_snapshots(fresh):
    fresh.tpdl("run", "--force", "toy")
    snapshots = fresh.root / ".tpdl/snapshots"
    assert "snapshots" not in fresh.tpdl("clean", "--dry-run")
    for path in snapshots.rglob("*"):
        aged(path, 10 * 86400)
    fresh.edit("helpers/maths.py", "x ** 3", "x ** 3 + 1")
    fresh.tpdl("run", "--force", "toy")
    before = {path for path in snapshots.rglob("*") if path.is_file()}
    fresh.tpdl("clean", "--yes")
    after = {path for path in snapshots.rglob("*") if path.is_file()}
    assert after < before
    (manifest,) = snapshots.glob("*.json")
    needed = {snapshots / sha[:2] / sha[2:] for sha in json.loads(manifest.read_text()).values()}
    contents = {path for path in after if path.parent.parent == snapshots and not path.suffix}
    assert contents == needed, "what is needed, and nothing else"
    fresh.tpdl("run", "--force", "toy")
