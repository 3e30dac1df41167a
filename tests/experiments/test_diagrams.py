"""The diagrams of networks say what the networks are, and can be read: all inside, nothing over something else."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable

import matplotlib
import pandas as pd
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.text import Text
from matplotlib.transforms import Bbox
from torch import nn

from experiments.adaptation.diagram import DOMAIN, FEATURES, LABEL, MAPS, dann_diagram
from experiments.gan.diagram import (
    CLASSES,
    CONDITIONAL_DISCRIMINATOR,
    CONDITIONAL_GENERATOR,
    DISCRIMINATOR,
    GENERATOR,
    NOISE,
    SIDE,
    cdcgan_diagram,
    dcgan_diagram,
)
from experiments.lab.nets.cdcgan import ConditionalDiscriminator, ConditionalGenerator
from experiments.lab.nets.cuts import cuts
from experiments.lab.nets.dann import DomainAdversarialNetwork
from experiments.lab.nets.dcgan import Discriminator, Generator
from experiments.transfer.diagram import vgg16_diagram
from experiments.transfer.parameters import parameters
from tpdl.plan import theme


@pytest.fixture(scope="module")
def layers() -> pd.DataFrame:
    """The tables of layers, as the experiment collects them."""
    return pd.concat([parameters("squeezenet1_1"), parameters("vgg16")], ignore_index=True)


@pytest.fixture(scope="module", params=["vgg16", "dann", "dcgan", "cdcgan"])
def draw(request: pytest.FixtureRequest, layers: pd.DataFrame) -> Callable[..., Figure]:
    """Each of the diagrams."""
    functions = {"dann": dann_diagram, "dcgan": dcgan_diagram, "cdcgan": cdcgan_diagram}
    return functions.get(request.param) or (lambda **looks: vgg16_diagram(layers, **looks))


def texts(figure: Figure) -> list[str]:
    """All that is written."""
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def shapes(module: nn.Module, kinds: tuple[type[nn.Module], ...], *inputs: torch.Tensor) -> list[tuple[int, ...]]:
    """Shapes of the outputs of all layers of some kinds, in the order in which they are computed."""
    found: list[tuple[int, ...]] = []
    for layer in module.modules():
        if isinstance(layer, kinds):
            layer.register_forward_hook(lambda _, __, output: found.append(tuple(output.shape[1:])))
    with torch.inference_mode():
        module.eval()(*inputs)
    return found


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_everything_is_inside_legible_and_apart(draw: Callable[..., Figure], narrow: bool) -> None:
    with matplotlib.rc_context(theme.light()):
        figure = draw(narrow=narrow)
        assert figure.get_size_inches()[0] == (3.7 if narrow else 7.6)
        renderer = FigureCanvasAgg(figure).get_renderer()
        written = [text for text in figure.findobj(Text) if text.get_text()]
        places = {f"{i} {text.get_text()}": text.get_window_extent(renderer) for i, text in enumerate(written)}
    assert all(text.get_fontsize() >= 8 for text in written)
    page = figure.bbox
    for words, place in places.items():
        assert page.x0 <= place.x0 and place.x1 <= page.x1 and page.y0 <= place.y0 and place.y1 <= page.y1, words
    for (one, here), (other, there) in itertools.combinations(places.items(), 2):
        shared = Bbox.intersection(here, there)
        assert shared is None or min(shared.size) < 1, (one, other)


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_the_dark_one_says_the_same(draw: Callable[..., Figure], narrow: bool) -> None:
    drawn = []
    for style in (theme.light(), theme.dark()):
        with matplotlib.rc_context(style):
            drawn.append(texts(draw(narrow=narrow)))
    assert drawn[0] == drawn[1]


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_vgg16_has_its_layers_and_its_cuts(layers: pd.DataFrame, narrow: bool) -> None:
    figure = vgg16_diagram(layers, narrow=narrow)
    said = "\n".join(texts(figure))
    rows = layers[layers["network"] == "vgg16"]
    for shape in set(rows["shape"]) - set(rows.loc[rows["kind"] == "pooling", "shape"]):
        channels, *sides = shape.split("×")
        maps = f"{channels} × {' × '.join(sides)}" if narrow else f"{channels} × {sides[0]}²" if sides else ""
        assert (maps if sides else f"{int(channels):,}") in said, shape
    known = cuts("vgg16")
    assert [text for text in texts(figure) if text.isdigit()] == [str(cut.index) for cut in known]
    marks = figure.findobj(Circle)
    assert len(marks) == len(known) == 15
    ink = matplotlib.colors.to_rgb(matplotlib.rcParams["text.color"])
    filled = [matplotlib.colors.to_rgb(mark.get_facecolor()) == ink for mark in marks]  # type: ignore[arg-type]
    assert filled == [cut is known[-1] for cut in known]
    assert f"{rows['parameters'].sum() / 1e6:.1f} million parameters" in said and "fc6 74%" in said


def test_the_first_network_with_fully_connected_layers_is_drawn() -> None:
    tiny = texts(vgg16_diagram(parameters("tiny_vgg")))
    assert "64 × 3²" in tiny and "40" in tiny  # the side before the last pooling, and the number of textures


def test_dann_has_the_layers_of_the_network() -> None:
    network = DomainAdversarialNetwork()
    image = torch.zeros(1, 3, 28, 28)
    assert shapes(network.features, (nn.MaxPool2d,), image) == [(channels, side, side) for channels, side in MAPS]
    features = network.features(image)
    assert features.shape == (1, FEATURES)
    assert shapes(network.label, (nn.Linear,), features) == [(units,) for units in LABEL]
    assert shapes(network.domain, (nn.Linear,), features) == [(units,) for units in DOMAIN]
    for narrow in (False, True):
        said = texts(dann_diagram(narrow=narrow))
        for words in (*(f"{channels} × {side}²" for channels, side in MAPS), str(FEATURES), *map(str, LABEL + DOMAIN)):
            assert words in said


def test_dcgan_has_the_layers_of_the_networks() -> None:
    generator, discriminator = Generator(), Discriminator()
    assert generator.nz == NOISE
    made = shapes(generator, (nn.ConvTranspose2d,), torch.zeros(1, NOISE))
    assert made == [(channels, side, side) for channels, side in (*GENERATOR, (1, SIDE))]
    judged = shapes(discriminator, (nn.Conv2d,), torch.zeros(1, 1, SIDE, SIDE))
    assert judged == [*((channels, side, side) for channels, side in DISCRIMINATOR), (1, 1, 1)]
    for narrow in (False, True):
        said = texts(dcgan_diagram(narrow=narrow))
        for channels, side in GENERATOR + DISCRIMINATOR:
            assert said.count(f"{channels} × {side}²") == 2  # the two networks mirror each other


def test_conditional_dcgan_has_the_layers_of_the_networks() -> None:
    z, x, y = torch.zeros(1, NOISE), torch.zeros(1, 1, SIDE, SIDE), torch.tensor([3])
    generator, discriminator = ConditionalGenerator(), ConditionalDiscriminator()
    assert (generator.nz, generator.classes, discriminator.classes) == (NOISE, CLASSES, CLASSES)
    (channels, side), *rest = CONDITIONAL_GENERATOR
    made = shapes(generator, (nn.ConvTranspose2d,), z, y)
    assert made == [*[(channels // 2, side, side)] * 2, *((c, s, s) for c, s in rest), (1, SIDE, SIDE)]
    (channels, side), *rest = CONDITIONAL_DISCRIMINATOR
    judged = shapes(discriminator, (nn.Conv2d,), x, y)
    assert judged == [*[(channels // 2, side, side)] * 2, *((c, s, s) for c, s in rest), (1, 1, 1)]
    for narrow in (False, True):
        said = texts(cdcgan_diagram(narrow=narrow))
        for (channels, side), *rest in (CONDITIONAL_GENERATOR, CONDITIONAL_DISCRIMINATOR):
            assert said.count(f"{channels // 2} × {side}²") == 2
            assert all(f"{c} × {s}²" in said for c, s in rest)
        assert any(re.search(rf"{CLASSES} × {SIDE}²", words) for words in said)
