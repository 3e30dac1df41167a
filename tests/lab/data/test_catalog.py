"""The lab's catalogue: light, complete, and clear about what is missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from experiments.lab.data.catalog import catalogue
from experiments.lab.data.place import data_root, needed
from tpdl.data import Entry
from tpdl.errors import UserError
from tpdl.files import sha256_file


def test_it_imports_nothing_heavy() -> None:
    code = (
        "import sys, pathlib, experiments.lab.data.catalog as c; "
        "c.catalogue.describe('weights/vgg16', pathlib.Path()); print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"torch", "torchvision", "numpy", "pandas", "matplotlib", "pooch", "requests", "tqdm"} & set(loaded)


@pytest.mark.parametrize("name", catalogue.names())
def test_what_is_missing_is_one_line_with_size_home_and_cure(name: str, tmp_path: Path) -> None:
    line = catalogue.describe(name, tmp_path)
    assert "\n" not in line
    assert (
        str(tmp_path) in line
        and " MB" in line
        and "http" in line
        and (f"tpdl data fetch {name}" in line or "pip install --group experiments" in line)
    )
    assert catalogue.resolve(name, tmp_path) == [] or catalogue.entry(name).packaged
    assert catalogue.verify(name, tmp_path) is None


@pytest.mark.parametrize("entry", catalogue.entries, ids=lambda entry: entry.name)
def test_addresses_and_paths_agree(entry: Entry) -> None:
    if entry.downloads:
        assert {download.path for download in entry.downloads} == set(entry.paths)
    for download in entry.downloads:
        assert download.url.startswith("http") and len(download.sha256) in (8, 64)
        assert Path(download.url).name.removesuffix(".gz") == Path(download.path).name
    assert entry.downloads or entry.by_hand


def test_mnists_and_torchvisions_addresses_are_torchvisions_own() -> None:
    from torchvision import models
    from torchvision.datasets import MNIST

    urls = {Path(download.url).name: download.url for download in catalogue.entry("mnist").downloads}
    assert urls == {file: MNIST.mirrors[0] + file for file, _ in MNIST.resources}
    for network in ("squeezenet1_1", "vgg16"):
        published = models.get_model_weights(network)["IMAGENET1K_V1"]
        entry = catalogue.entry(f"weights/{network}")
        assert entry.downloads[0].url == published.url
        assert entry.size == pytest.approx(published.meta["_file_size"] * 2**20, rel=1e-3)


def test_any_torchvision_network_has_an_entry() -> None:
    entry = catalogue.entry("weights/resnet18")
    assert entry.downloads[0].sha256 == "f37072fd"
    with pytest.raises(UserError, match="no ImageNet weights"):
        catalogue.entry("weights/nonet")


def test_an_unknown_name_lists_the_known() -> None:
    with pytest.raises(UserError, match="the catalogue has 15-scene, imagenet-25, mnist"):
        catalogue.resolve("cifar", Path())


def test_local_safetensors_come_before_torchvisions_file(tmp_path: Path) -> None:
    (tmp_path / "weights").mkdir()
    published = tmp_path / "weights/squeezenet1_1-b8a52dc0.pth"
    published.touch()
    assert catalogue.resolve("weights/squeezenet1_1", tmp_path) == [published]
    local = tmp_path / "weights/squeezenet1_1.safetensors"
    local.touch()
    assert catalogue.resolve("weights/squeezenet1_1", tmp_path) == [local]


def test_the_root_is_given_or_the_projects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_DATA", str(tmp_path / "given"))
    assert data_root() == tmp_path / "given"
    monkeypatch.delenv("TPDL_DATA")
    (tmp_path / "experiments/deep").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "experiments/deep")
    assert data_root() == tmp_path / ".tpdl/data"
    with pytest.raises(UserError, match="`tpdl data fetch mnist`"):
        needed("mnist", "mnist/*")


def test_a_packages_weights_are_found_after_the_users_own(tmp_path: Path) -> None:
    (shipped,) = catalogue.resolve("weights/efficientnet_lite0", tmp_path)
    assert sha256_file(shipped).startswith(shipped.stem.rpartition("-")[2])
    own = tmp_path / "weights/efficientnet_lite0.pth"
    own.parent.mkdir()
    own.touch()
    assert catalogue.resolve("weights/efficientnet_lite0", tmp_path) == [own]


def test_15_scene_has_a_check_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "15SceneData/train/coast").mkdir(parents=True)
    assert "holds 0 training and 0 test images" in str(catalogue.verify("15-scene", tmp_path))


def test_data_without_an_address_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"put the archive .* into .*; its home is https://figshare"):
        catalogue.fetch("15-scene", tmp_path)


def test_without_torchvision_other_networks_are_missing_and_nothing_worse() -> None:
    code = (
        "import sys\n"
        "sys.modules['torchvision'] = None\n"
        "from pathlib import Path\n"
        "from experiments.lab.data.catalog import catalogue\n"
        "print(catalogue.resolve('weights/resnet18', Path('/nowhere')))\n"
        "print(catalogue.describe('weights/resnet18', Path('/nowhere')))\n"
    )
    found, about = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert found == "[]"
    assert "only torchvision knows its address; `pip install --group experiments`" in about
