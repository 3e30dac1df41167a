"""Networks compared at their best cut."""

from __future__ import annotations

import matplotlib
import pandas as pd
import pytest

from experiments.transfer.networks import networks, networks_dots, networks_values
from tpdl.plan import theme

CURVE = pd.DataFrame(
    {
        "network": ["tiny_vgg", "tiny_vgg", "tiny_squeezenet"],
        "cut": ["relu14", "relu2", "fire9-squeeze"],
        "features": [256, 18432, 432],
        "validation": [0.7, 0.6, 0.8],
        "accuracy": [0.65, 0.75, 0.7],
        "low": [0.6, 0.7, 0.65],
        "high": [0.7, 0.8, 0.75],
    }
)


@pytest.fixture(scope="module")
def results() -> pd.DataFrame:
    return networks(CURVE, images=2, rounds=1)


def test_each_network_is_at_the_cut_that_validation_chose(results: pd.DataFrame) -> None:
    assert results["network"].tolist() == ["tiny_vgg", "tiny_squeezenet"]
    assert results["cut"].tolist() == ["relu14", "fire9-squeeze"]
    assert results["accuracy"].tolist() == [0.65, 0.7]
    assert (results["milliseconds"] > 0).all()


def test_values_for_the_text(results: pd.DataFrame) -> None:
    values = networks_values(results)
    assert values["best"]["network"] == "tiny_squeezenet" and values["worst"]["network"] == "tiny_vgg"
    assert values["fastest"]["milliseconds"] == results["milliseconds"].min()
    assert values["by_network"]["tiny_vgg"]["features"] == 256


@pytest.mark.parametrize("style", [theme.light, theme.dark])
@pytest.mark.parametrize("narrow", [False, True])
def test_the_picture(results: pd.DataFrame, style, narrow: bool) -> None:  # type: ignore[no-untyped-def]
    with matplotlib.rc_context(style()):
        picture = networks_dots(results, narrow=narrow)
        picture.canvas.draw()
    assert len(picture.axes) == 2, "against multiplications and against size"
    for axis in picture.axes:
        assert len(axis.lines) == len(results)
        assert any("432 features" in text.get_text() for text in axis.texts)
