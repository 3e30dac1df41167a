"""Another classifier of torchvision in chapter 1: `-S network=…` to try it, `[tool.tpdl.matrix]` to keep it."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from experiments.lab.nets.cuts import cuts
from tests.docs.reader import Reader, blocks
from tests.experiments.test_other_photographs import INLINE, PAGE, ROOT, draw, tpdl

NETWORK = "shufflenet_v2_x0_5"
"""The smallest of torchvision's. It is in no experiment's matrix."""
CELL = "transfer/layer-cut/network=squeezenet1_1"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the laboratory without results, with three kinds of leaves for photographs."""
    shutil.copytree(ROOT / "experiments", tmp_path / "experiments", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (edit,) = (block for block in blocks(PAGE.read_text(encoding="utf-8")) if '-scenes = "' in block.content)
    Reader(tmp_path, {}, tmp_path / "unused").edit("pyproject.toml", edit.content)
    draw(tmp_path / "leaves")
    (tmp_path / "data/weights").mkdir(parents=True)
    return tmp_path


def add_weights(project: Path, *networks: str) -> None:
    """Random ones."""
    import torch
    from torchvision.models import get_model

    torch.manual_seed(0)
    for network in networks:
        torch.save(get_model(network, weights=None).state_dict(), project / f"data/weights/{network}.pth")


def rows_of(path: Path) -> list[dict[str, str]]:
    """A table that a step has made."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_missing_weights_are_one_line(project: Path) -> None:
    said = tpdl(project, "run", CELL, "-S", f"network={NETWORK}", *INLINE, code=1)
    assert f"get it with `tpdl data fetch weights/{NETWORK}`" in said
    said = tpdl(project, "run", CELL, "-S", "network=shuflenet_v2_x0_5", *INLINE, code=1)
    assert len([line for line in said.splitlines() if "shuflenet_v2_x0_5" in line and "cannot run" in line]) == 1


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_to_try_one_its_features_are_measured_on_the_way(project: Path) -> None:
    add_weights(project, NETWORK)
    said = tpdl(project, "run", CELL, "-S", f"network={NETWORK}", *INLINE)
    assert f"scratch/transfer/gram/network={NETWORK}" in said
    rows = rows_of(project / f".tpdl/full/scratch/transfer/layer-cut/network={NETWORK}.csv")
    assert [row["cut"] for row in rows] == [cut.name for cut in cuts(NETWORK)]
    assert {(row["network"], row["data"]) for row in rows} == {(NETWORK, "leaves")}
    assert not list(project.glob("figures/**/*")), "nothing that is kept was made"


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_to_try_one_on_stand_ins_needs_no_weights(project: Path) -> None:
    tpdl(project, "run", "--demo", "transfer/layer-cut", "-S", f"network={NETWORK}", *INLINE)
    rows = rows_of(project / f".tpdl/demo/scratch/transfer/layer-cut/network={NETWORK}.csv")
    assert len(rows) == len(cuts(NETWORK)) and max(float(row["accuracy"]) for row in rows) > 2 / 15


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_for_good_it_is_a_line_in_pyproject(project: Path) -> None:
    """Beside SqueezeNet, which the experiments on a single network are about."""
    networks = ["squeezenet1_1", NETWORK]
    add_weights(project, *networks)
    with (project / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[tool.tpdl.matrix]\nnetwork = {json.dumps(networks)}\n")
    tpdl(project, "run", "transfer/networks", "transfer/networks.svg", "transfer/networks.values", *INLINE)
    folder = project / "figures/transfer"
    rows = rows_of(folder / "networks.csv")
    assert [row["network"] for row in rows] == networks
    assert all(0 < float(row["fastest"]) <= float(row["slowest"]) for row in rows)
    values = json.loads((folder / "networks.values.json").read_text(encoding="utf-8"))
    assert NETWORK in json.dumps(values)
    assert NETWORK in (folder / "networks.svg").read_text(encoding="utf-8")
