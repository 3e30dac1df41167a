"""Weights: the right ones are loaded, wrong ones are refused in one line, and nothing is unpickled."""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from experiments.lab.nets.registry import build
from experiments.lab.nets.weights import fill, read_state
from tpdl.errors import UserError


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("TPDL_DATA", str(tmp_path))
    (tmp_path / "weights").mkdir()
    return tmp_path / "weights"


@pytest.mark.parametrize("file", ["squeezenet1_1.safetensors", "squeezenet1_1.pth", "squeezenet1_1-b8a52dc0.pth"])
def test_weights_are_found_and_loaded(weights: Path, file: str) -> None:
    state = build("squeezenet1_1", "random", seed=3).state_dict()
    save_file(state, weights / file) if file.endswith("safetensors") else torch.save(state, weights / file)
    loaded = build("squeezenet1_1").state_dict()
    assert all(torch.equal(loaded[key], value) for key, value in state.items())


def test_a_pth_file_of_the_format_before_torch_1_6_is_read(tmp_path: Path) -> None:
    """torchvision's oldest weights may be in it: one pickle after the other, and no zip archive."""
    state = build("tiny_vgg", "random", seed=3).state_dict()
    torch.save(state, tmp_path / "old.pth", _use_new_zipfile_serialization=False)
    assert not zipfile.is_zipfile(tmp_path / "old.pth")
    loaded = read_state(tmp_path / "old.pth")
    assert loaded.keys() == state.keys() and all(torch.equal(loaded[key], value) for key, value in state.items())


def test_random_weights_are_decided_by_the_seed() -> None:
    first, same, other = (build("squeezenet1_1", "random", seed).features[0].weight for seed in (0, 0, 1))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_building_leaves_the_global_random_state_alone() -> None:
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    build("tiny_vgg", "random")
    assert torch.equal(torch.rand(3), expected)


def test_missing_weights_say_how_to_get_them(weights: Path) -> None:
    with pytest.raises(UserError, match="tpdl data fetch weights/squeezenet1_1"):
        build("squeezenet1_1")


def test_weights_of_another_shape_name_the_tensor_and_both_shapes(weights: Path) -> None:
    state = build("squeezenet1_1", "random").state_dict()
    state["classifier.1.weight"] = torch.zeros(10, 512, 1, 1)
    save_file(state, weights / "squeezenet1_1.safetensors")
    with pytest.raises(
        UserError, match=r"'classifier.1.weight' has shape \(10, 512, 1, 1\), .* needs \(1000, 512, 1, 1\)"
    ):
        build("squeezenet1_1")


def test_weights_of_another_network_are_refused() -> None:
    model = build("tiny_vgg", "random")
    with pytest.raises(UserError, match=r"'features\.0\.weight' is missing"):
        fill(model, {}, Path("x.pth"))
    with pytest.raises(UserError, match="'surplus' has no place"):
        fill(model, model.state_dict() | {"surplus": torch.zeros(1)}, Path("x.pth"))


class Harmful:
    """Unpickling it would make a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple:
        return Path.touch, (self.path,)


@pytest.mark.filterwarnings("ignore:Detected pickle protocol")
def test_a_pickle_is_not_executed(tmp_path: Path) -> None:
    harmed = tmp_path / "harmed"
    (tmp_path / "weights.pth").write_bytes(pickle.dumps(Harmful(harmed)))
    torch.save({"a": Harmful(harmed)}, tmp_path / "zipped.pth")
    for file in ("weights.pth", "zipped.pth"):
        with pytest.raises(UserError, match="cannot be read as weights"):
            read_state(tmp_path / file)
    assert not harmed.exists()


def test_a_truncated_file_is_one_line(tmp_path: Path) -> None:
    save_file({"a": torch.zeros(100)}, tmp_path / "w.safetensors")
    (tmp_path / "w.safetensors").write_bytes((tmp_path / "w.safetensors").read_bytes()[:200])
    with pytest.raises(UserError, match="cannot be read as weights") as caught:
        read_state(tmp_path / "w.safetensors")
    assert "\n" not in str(caught.value)
