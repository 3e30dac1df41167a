"""EfficientNet-Lite: the published network behind the common input scale, and real photographs named rightly."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from efficientnet_lite_pytorch import EfficientNet
from PIL import Image
from sklearn.datasets import load_sample_image

from experiments.lab.nets.cuts import cuts
from experiments.lab.nets.imagenet_statistics import DEVIATION, MEAN
from experiments.lab.nets.layers import layers
from experiments.lab.nets.registry import build, image_size
from tpdl.errors import UserError


@pytest.fixture(autouse=True)
def no_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_DATA", str(tmp_path))


def normalised(images: torch.Tensor) -> torch.Tensor:
    return (images - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(DEVIATION).view(3, 1, 1)


LITES = [("efficientnet_lite0", 224), ("efficientnet_lite1", 240), ("efficientnet_lite2", 260)]


@pytest.mark.parametrize(("name", "side"), LITES)
def test_it_is_the_packages_network_on_values_from_minus_one_to_one(name: str, side: int) -> None:
    assert image_size(name) == side
    images = torch.rand(2, 3, side, side)
    model = build(name)
    published = EfficientNet.from_name(name.replace("_", "-")).eval()
    published.load_state_dict(model.state_dict())
    with torch.inference_mode():
        torch.testing.assert_close(model(normalised(images)), published(images * 2 - 1), rtol=1e-3, atol=1e-4)


def test_its_layers_hold_the_published_number_of_parameters_and_it_has_a_cut_after_every_relu6() -> None:
    assert sum(layer.parameters for layer in layers("efficientnet_lite0")) == 4_652_008
    found = cuts("efficientnet_lite0")
    assert len(found) == 1 + 1 + 2 * 15 + 1  # stem; the first block has no expansion; fifteen with two; head
    assert found[-1].shape == (1280, 7, 7)


@pytest.mark.parametrize(("name", "published"), [("efficientnet_lite1", 5_416_680), ("efficientnet_lite2", 6_092_072)])
def test_the_larger_ones_have_the_published_number_of_parameters_too(name: str, published: int) -> None:
    assert sum(layer.parameters for layer in layers(name)) == published


@pytest.mark.parametrize(("name", "side"), LITES)
def test_its_weights_know_a_photograph_that_is_not_imagenets(name: str, side: int) -> None:
    """scikit-learn's picture of a Chinese temple: 698 is palace, and the other classes named are buildings, too."""
    photograph = Image.fromarray(load_sample_image("china.jpg")).resize((side, side), Image.Resampling.BILINEAR)
    pixels = torch.frombuffer(bytearray(photograph.tobytes()), dtype=torch.uint8).view(1, side, side, 3)
    with torch.inference_mode():
        best = build(name)(normalised(pixels.permute(0, 3, 1, 2) / 255)).topk(5).indices[0]
    assert 698 in best.tolist(), best
    assert len({442, 449, 483, 497, 663, 698, 832} & set(best.tolist())) >= 4, best


def test_weights_of_the_user_come_first(tmp_path: Path) -> None:
    (tmp_path / "weights").mkdir()
    (tmp_path / "weights/efficientnet_lite0.pth").write_bytes(b"not weights")
    with pytest.raises(UserError, match=r"efficientnet_lite0\.pth: cannot be read as weights"):
        build("efficientnet_lite0")
