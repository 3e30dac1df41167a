"""The stand-in networks: batch normalisation folds away exactly, and pretraining teaches them their textures."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from experiments.lab.data.textures import KINDS, draw_textures
from experiments.lab.nets import pretraining
from experiments.lab.nets.inputs import normalised
from experiments.lab.nets.registry import image_size
from experiments.lab.nets.tiny import BUILDERS


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[list[int]]:
    """A training so short that it teaches nothing; a list with an entry for each. Nothing of it outlives the test.

    It happens outside of any project: weights that another process has kept would be taken for these, and these would
    be kept for others.
    """
    monkeypatch.chdir(tmp_path)
    importlib.reload(pretraining)  # it remembers what it has trained
    trainings: list[int] = []

    def drawn(each: int) -> tuple[np.ndarray, np.ndarray]:
        trainings.append(each)
        return draw_textures(each)

    monkeypatch.setattr(pretraining, "EPOCHS", 1)
    monkeypatch.setattr(pretraining, "IMAGES_PER_CLASS", 1)
    monkeypatch.setattr(pretraining, "draw_textures", drawn)
    yield trainings
    monkeypatch.undo()
    importlib.reload(pretraining)


@pytest.mark.parametrize("name", BUILDERS)
def test_folding_leaves_the_function_and_restores_the_architecture(
    name: str, short: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The network that is trained, as it is before batch normalisation is folded away and as it is handed out."""
    images, expected = torch.randn(4, 3, image_size(name), image_size(name)), []
    keys, build = list(BUILDERS[name]().state_dict()), BUILDERS[name]

    def watched() -> nn.Module:
        model = build()
        plain_eval = model.eval

        def eval_() -> nn.Module:
            if any(isinstance(module, nn.BatchNorm2d) for module in plain_eval().modules()):
                expected.append(model(images).detach())
            return model

        model.eval = eval_  # type: ignore[method-assign]
        return model

    monkeypatch.setitem(BUILDERS, name, watched)
    model = pretraining.pretrained(name)
    assert list(model.state_dict()) == keys and len(short) == len(expected) == 1
    assert not any(isinstance(module, nn.BatchNorm2d | nn.BatchNorm1d) for module in model.modules())
    torch.testing.assert_close(model(images), expected[0], rtol=1e-3, atol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize("name", BUILDERS)
def test_pretraining_teaches_the_textures(name: str) -> None:
    pixels, kinds = draw_textures(4, seed=1)
    model, side = pretraining.pretrained(name), image_size(name)
    with torch.inference_mode():
        found = model(normalised(pixels[:, :side, :side])).argmax(1).numpy()
    assert (found == kinds).mean() > 20 / len(KINDS)  # twenty times chance


def test_weights_are_trained_once_for_all_processes_of_a_project(
    tmp_path: Path, short: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {name: getattr(pretraining, name) for name in ("EPOCHS", "IMAGES_PER_CLASS", "draw_textures")}

    def again() -> dict[str, torch.Tensor]:
        """As another process would have it."""
        vars(importlib.reload(pretraining)).update(settings)
        return pretraining.pretrained("tiny_vgg").state_dict()

    monkeypatch.chdir(tmp_path)
    again()
    pretraining.pretrained("tiny_vgg")
    assert len(short) == 1, "a process trains once"
    again()
    assert len(short) == 2 and list(tmp_path.iterdir()) == [], "no project, nothing kept"
    (tmp_path / ".tpdl").mkdir()
    first, kept = again(), again()
    assert len(short) == 3 and all(torch.equal(kept[key], value) for key, value in first.items())
    (file,) = (tmp_path / ".tpdl/cache/stand-ins").iterdir()
    file.write_bytes(file.read_bytes()[:100])  # half a file counts as none
    again()
    again()
    assert len(short) == 4
    monkeypatch.setattr(torch, "__version__", "0.0")
    again()
    assert len(short) == 5
