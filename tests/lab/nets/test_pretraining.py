"""The stand-in networks: batch normalisation folds away exactly, and pretraining teaches them their textures."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from experiments.lab.data.textures import KINDS, draw_textures
from experiments.lab.nets import pretraining
from experiments.lab.nets.inputs import normalised
from experiments.lab.nets.registry import image_size
from experiments.lab.nets.tiny import BUILDERS


@pytest.mark.parametrize("name", BUILDERS)
def test_folding_leaves_the_function_and_restores_the_architecture(name: str) -> None:
    torch.manual_seed(0)
    model, images = BUILDERS[name](), torch.randn(4, 3, image_size(name), image_size(name))
    keys = list(model.state_dict())
    pretraining._add_normalisation(model)
    model.train()(images)  # gives the running means and variances values of their own
    model.eval()
    expected = model(images)
    pretraining._fold_normalisation(model)
    assert list(model.state_dict()) == keys
    assert not any(isinstance(module, nn.BatchNorm2d | nn.BatchNorm1d) for module in model.modules())
    torch.testing.assert_close(model(images), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILDERS)
def test_pretraining_teaches_the_textures(name: str) -> None:
    pixels, kinds = draw_textures(4, seed=1)
    model, side = pretraining.pretrained(name), image_size(name)
    with torch.inference_mode():
        found = model(normalised(pixels[:, :side, :side])).argmax(1).numpy()
    assert (found == kinds).mean() > 20 / len(KINDS)  # twenty times chance


def test_weights_are_trained_once_for_all_processes_of_a_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trained: list[str] = []

    def train(name: str) -> dict[str, torch.Tensor]:
        trained.append(name)
        torch.manual_seed(len(trained))
        return BUILDERS[name]().state_dict()

    def again(name: str) -> dict[str, torch.Tensor]:
        pretraining._trained.cache_clear()  # as in another process
        return pretraining._trained(name)

    monkeypatch.setattr(pretraining, "_train", train)
    monkeypatch.chdir(tmp_path)
    again("tiny_vgg")
    again("tiny_vgg")
    assert trained == ["tiny_vgg"] * 2 and list(tmp_path.iterdir()) == []  # no project, nothing kept
    (tmp_path / ".tpdl").mkdir()
    first, kept = again("tiny_vgg"), again("tiny_vgg")
    assert len(trained) == 3 and all(torch.equal(kept[key], value) for key, value in first.items())
    (file,) = (tmp_path / ".tpdl/cache/stand-ins").iterdir()
    file.write_bytes(file.read_bytes()[:100])  # half a file counts as none
    again("tiny_vgg")
    again("tiny_vgg")
    assert len(trained) == 4
    monkeypatch.setattr(pretraining.torch, "__version__", "0.0")
    again("tiny_vgg")
    assert len(trained) == 5
    pretraining._trained.cache_clear()
