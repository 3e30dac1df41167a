"""Networks compared at their best cut, with the times of all cuts."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest

from experiments.transfer.cut_times import cut_times, cut_times_values
from experiments.transfer.networks import best_answers, networks, networks_dots, networks_values
from tpdl import Cells
from tpdl.plan import theme

CURVE = pd.DataFrame(
    {
        "network": ["tiny_vgg", "tiny_vgg", "tiny_squeezenet"],
        "index": [2, 14, 16],
        "cut": ["relu2", "relu14", "fire9-squeeze"],
        "features": [18432, 256, 432],
        "validation": [0.6, 0.7, 0.8],
        "accuracy": [0.75, 0.65, 0.7],
        "low": [0.7, 0.6, 0.65],
        "high": [0.8, 0.7, 0.75],
        "test_images": [20] * 3,
    }
)


def answers(right: int, network: str) -> dict[str, np.ndarray]:
    """The first so many of 20 test images."""
    return {"correct": np.arange(20) < right, "network": np.array(network)}


ANSWERS = Cells(
    {"network=tiny_vgg": answers(13, "tiny_vgg"), "network=tiny_squeezenet": answers(14, "tiny_squeezenet")},
    {"network=tiny_vgg": {"network": "tiny_vgg"}, "network=tiny_squeezenet": {"network": "tiny_squeezenet"}},
)


@pytest.fixture(scope="module")
def times() -> pd.DataFrame:
    return cut_times(CURVE, images=2, rounds=3)


@pytest.fixture(scope="module")
def results(times: pd.DataFrame) -> pd.DataFrame:
    return networks(CURVE, times)


def test_every_measured_cut_has_its_time_and_later_ones_take_longer(times: pd.DataFrame) -> None:
    assert times[["network", "index", "cut"]].to_dict("list") == CURVE[["network", "index", "cut"]].to_dict("list")
    assert (times["fastest"] <= times["milliseconds"]).all() and (times["milliseconds"] <= times["slowest"]).all()
    early, late, _ = times["milliseconds"]
    assert 0 < early < late
    values = cut_times_values(times)
    about = values["by_network"]["tiny_vgg"]
    assert about["cuts"] == {"relu2": early, "relu14": late} and about["first_share"] == early / late
    assert values["rounds"] == 3 and values["idle"] == (times["idleness"].min() >= 0.95)


def test_each_network_is_at_the_cut_that_validation_chose(times: pd.DataFrame, results: pd.DataFrame) -> None:
    assert results["network"].tolist() == ["tiny_vgg", "tiny_squeezenet"]
    assert results["cut"].tolist() == ["relu14", "fire9-squeeze"]
    assert results["accuracy"].tolist() == [0.65, 0.7]
    assert results["milliseconds"].tolist() == times["milliseconds"].tolist()[1:]
    assert results["side"].tolist() == [48, 64]


def test_answers_are_those_at_the_best_cut() -> None:
    given = {"label": np.array([0, 1, 0, 1, 1]), "train": np.array(2)}
    predicted = {"relu2/predicted": np.array([1, 0, 0]), "relu14/predicted": np.array([0, 1, 0])}
    found = best_answers("tiny_vgg", given, CURVE[CURVE["network"] == "tiny_vgg"], predicted)
    assert found["correct"].tolist() == [True, True, False] and found["network"] == "tiny_vgg"


def test_networks_are_compared_on_the_same_images(results: pd.DataFrame) -> None:
    values = networks_values(results, ANSWERS)
    assert values["best"]["network"] == "tiny_squeezenet" and values["worst"]["network"] == "tiny_vgg"
    assert values["fastest"]["milliseconds"] == results["milliseconds"].min()
    over = values["by_network"]["tiny_squeezenet"]["over"]["tiny_vgg"]
    assert over["gain"] == pytest.approx(1 / 20) and over["low"] == 0, "a single image decides"
    assert not over["better"] and not over["worse"]
    clear = Cells(ANSWERS | {"network=tiny_vgg": answers(2, "tiny_vgg")}, ANSWERS.parameters)
    by_network = networks_values(results, clear)["by_network"]
    assert by_network["tiny_squeezenet"]["over"]["tiny_vgg"]["better"]
    assert by_network["tiny_vgg"]["over"]["tiny_squeezenet"]["worse"]


def test_one_network_alone_has_none_to_be_compared_with(results: pd.DataFrame) -> None:
    values = networks_values(results.iloc[:1], answers(13, "tiny_vgg"))
    assert values["by_network"]["tiny_vgg"]["over"] == {} and values["count"] == 1


@pytest.mark.parametrize("style", [theme.light, theme.dark])
@pytest.mark.parametrize("narrow", [False, True])
def test_the_picture_has_a_dot_for_each_network_and_a_line_for_the_family(
    results: pd.DataFrame,
    style,
    narrow: bool,  # type: ignore[no-untyped-def]
) -> None:
    lites = ("squeezenet1_1", "efficientnet_lite0", "efficientnet_lite1", "efficientnet_lite2")
    four = pd.concat([results] * 2, ignore_index=True).assign(network=lites)
    with matplotlib.rc_context(style()):
        picture = networks_dots(four, narrow=narrow)
        picture.canvas.draw()
    assert len(picture.axes) == 3, "against time, multiplications and size"
    for axis in picture.axes:
        family, *dots = axis.lines
        assert len(family.get_xdata()) == 3 and [len(dot.get_xdata()) for dot in dots] == [1] * 4
        assert len({dot.get_marker() for dot in dots}) == 4
    names = {text.get_text() for text in picture.legends[0].get_texts()}
    assert names == {"SqueezeNet 1.1", "EfficientNet-Lite0", "EfficientNet-Lite1", "EfficientNet-Lite2"}
