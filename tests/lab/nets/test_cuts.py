"""The cuts of a network: which there are, in which order, and what is seen there."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from experiments.lab.nets.cuts import cuts, flat, tapped
from experiments.lab.nets.layers import layers
from experiments.lab.nets.registry import build
from tpdl.errors import UserError

VGG16_SHAPES = [
    *[(64, 224, 224)] * 2,
    *[(128, 112, 112)] * 2,
    *[(256, 56, 56)] * 3,
    *[(512, 28, 28)] * 3,
    *[(512, 14, 14)] * 3,
    *[(4096,)] * 2,
]
"""From the paper: configuration D of Simonyan and Zisserman 2015."""


def test_vgg16_has_the_labs_15_cuts() -> None:
    found = cuts("vgg16")
    assert [cut.name for cut in found] == [f"relu{i}" for i in range(1, 16)]
    assert [cut.shape for cut in found] == VGG16_SHAPES
    assert found[0].features == 3_211_264
    assert (found[13].module, found[14].module) == ("classifier.1", "classifier.4")


def test_squeezenet_has_18_cuts_with_the_papers_names() -> None:
    found = cuts("squeezenet1_1")
    fires = [f"fire{i}-{part}" for i in range(2, 10) for part in ("squeeze", "expand")]
    assert [cut.name for cut in found] == ["conv1", *fires, "conv10"]
    assert {cut.name: cut.features for cut in found}["fire9-expand"] == 86_528


@pytest.mark.parametrize(
    ("network", "total"), [("vgg16", 138_357_544), ("squeezenet1_1", 1_235_496), ("resnet18", 11_689_512)]
)
def test_layers_hold_all_parameters(network: str, total: int) -> None:
    assert sum(layer.parameters for layer in layers(network)) == total


def test_vgg16s_fully_connected_layers() -> None:
    connected = [layer for layer in layers("vgg16") if layer.kind == "linear"]
    assert sum(layer.parameters for layer in connected) == 123_642_856
    assert sum(layer.weights for layer in connected) == 123_633_664
    assert connected[-1].shape == (1000,)


def test_multiplications_are_those_of_the_sums() -> None:
    """A 3×3 convolution of 3 to 64 channels at 224×224: 9 · 3 · 64 · 224² products."""
    assert layers("vgg16")[0].multiplications == 9 * 3 * 64 * 224**2


def _seen(model: nn.Module, network: str, images: torch.Tensor, names: list[str]) -> dict[str, torch.Tensor]:
    seen: dict[str, torch.Tensor] = {}
    wanted = [cut for cut in cuts(network) if cut.name in names]
    with (
        torch.inference_mode(),
        tapped(model, wanted, lambda cut, output: seen.update({cut.name: output.clone()})) as run,
    ):
        run(images)
    return seen


def test_taps_see_what_the_layers_deliver() -> None:
    """Against a pass written out by hand, layer for layer, although the ReLUs work in place."""
    model, images = build("tiny_vgg", "random"), torch.randn(2, 3, 48, 48)
    expected, x = {}, images
    with torch.inference_mode():
        for layer in model.features:
            x = torch.relu(x) if isinstance(layer, nn.ReLU) else layer(x)
            if isinstance(layer, nn.ReLU):
                expected[f"relu{len(expected) + 1}"] = x
    seen = _seen(model, "tiny_vgg", images, list(expected))
    assert list(seen) == list(expected)
    for name, value in expected.items():
        torch.testing.assert_close(seen[name], value)


def test_a_fire_module_is_cut_after_both_its_branches() -> None:
    model, images = build("tiny_squeezenet", "random"), torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        expected = model.features[:4](images)
    torch.testing.assert_close(_seen(model, "tiny_squeezenet", images, ["fire2-expand"])["fire2-expand"], expected)


def test_a_module_called_twice_is_two_cuts() -> None:
    found = cuts("resnet18")
    assert len(found) == 17
    assert [cut.module for cut in found[1:3]] == ["layer1.0.relu", "layer1.0.relu#2"]
    model, images = build("resnet18", "random"), torch.randn(1, 3, 224, 224)
    with torch.inference_mode():
        x = model.maxpool(torch.relu(model.bn1(model.conv1(images))))
        inner = torch.relu(model.layer1[0].bn1(model.layer1[0].conv1(x)))
        expected = {"relu2": inner, "relu3": model.layer1[0](x)}
    seen = _seen(model, "resnet18", images, list(expected))
    for name, value in expected.items():
        torch.testing.assert_close(seen[name], value)


def test_a_pass_stops_after_the_deepest_wanted_cut() -> None:
    model, reached = build("tiny_vgg", "random"), []
    model.classifier.register_forward_hook(lambda *_: reached.append("classifier"))
    _seen(model, "tiny_vgg", torch.randn(1, 3, 48, 48), ["relu3"])
    assert not reached
    _seen(model, "tiny_vgg", torch.randn(1, 3, 48, 48), ["relu15"])
    assert not reached  # relu15 lies inside the classifier, before its last layer
    model(torch.randn(1, 3, 48, 48))
    assert reached == ["classifier"]


def test_flat_features_are_a_permutation_that_is_the_same_for_all_images() -> None:
    output = torch.randn(4, 3, 5, 6)
    last = output.to(memory_format=torch.channels_last)
    assert flat(last).data_ptr() == last.data_ptr()
    torch.testing.assert_close(flat(last) @ flat(last).T, flat(output) @ flat(output).T)


def test_an_unknown_network_names_the_nearest() -> None:
    with pytest.raises(UserError, match="did you mean 'vgg16'"):
        cuts("vgg_16")


@pytest.mark.filterwarnings("ignore::FutureWarning")  # torchvision announces another initialisation
def test_a_network_whose_activations_are_functions_is_refused() -> None:
    with pytest.raises(UserError, match="calls its activations as functions"):
        cuts("googlenet")
