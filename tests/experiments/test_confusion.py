"""The confusion matrix against scikit-learn's, and the surest mistakes by hand."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from seaborn.utils import relative_luminance
from sklearn.metrics import confusion_matrix as reference

from experiments.transfer.confusion import (
    confusion,
    confusion_matrix,
    confusion_values,
    mistake_pictures,
    mistakes,
    mistakes_sheet,
)
from tpdl.plan import theme

NAMES = np.array(["bedroom", "coast", "kitchen"])
TRUTH = np.array([0, 0, 0, 0, 1, 1, 1, 2, 2, 2])
FOUND = np.array([0, 2, 2, 0, 1, 1, 1, 0, 2, 2])
SCORE = np.array([9, 0.5, 0.7, 9, 9, 9, 9, 0.6, 9, 9.0])
CURVE = pd.DataFrame({"cut": ["early", "late"], "validation": [0.5, 0.9]})


@pytest.fixture(scope="module")
def given() -> tuple[dict, pd.DataFrame, dict]:
    images = np.array([f"train/{i}" for i in range(2)] + [f"test/{i}" for i in range(len(TRUTH))])
    gram = {"class": NAMES, "train": np.array(2), "label": np.concatenate([[0, 1], TRUTH]), "image": images}
    return gram, CURVE, {"late/predicted": FOUND, "late/score": SCORE}


def test_counts_are_scikit_learns(given: tuple) -> None:
    rows = confusion(*given)
    assert set(rows["cut"]) == {"late"}
    found = rows.pivot(index="true", columns="predicted", values="images").loc[NAMES, NAMES]
    np.testing.assert_array_equal(found, reference(TRUTH, FOUND))
    assert rows.groupby("true")["share"].sum().tolist() == pytest.approx([1, 1, 1])


def test_the_surest_mistakes_come_first(given: tuple) -> None:
    rows = mistakes(*given, count=2)
    assert rows["image"].tolist() == ["test/2", "test/7"]
    assert rows["index"].tolist() == [4, 9]
    assert rows["true"].tolist() == ["bedroom", "kitchen"]
    assert rows["predicted"].tolist() == ["kitchen", "bedroom"]


def test_values_for_the_text(given: tuple) -> None:
    values = confusion_values(confusion(*given), mistakes(*given))
    assert values["accuracy"] == 0.7
    assert values["errors"] == 3
    assert values["best"] == {"class": "coast", "share": 1.0}
    assert values["worst"] == {"class": "bedroom", "share": 0.5}
    assert values["pairs"][0] == {"first": "bedroom", "second": "kitchen", "images": 3, "of_errors": 1.0}
    assert (values["shown"], values["landscapes"]) == (3, 0)
    assert values["largest"] == {"true": "bedroom", "predicted": "kitchen", "share": 0.5}


def test_without_any_mistake_the_nearest_to_one_are_shown(given: tuple) -> None:
    gram, curve, classifiers = given
    perfect = (gram, curve, classifiers | {"late/predicted": TRUTH})
    rows = mistakes(*perfect, count=2)
    assert rows["image"].tolist() == ["test/1", "test/7"] and (rows["true"] == rows["predicted"]).all()
    values = confusion_values(confusion(*perfect), rows)
    assert (values["errors"], values["shown"], values["five_pairs"], values["largest"]) == (0, 0, 0, None)
    sheet = mistakes_sheet(rows, {"01": "a", "02": "b"})
    assert [tile.label for tile in sheet.tiles] == ["**bedroom**", "**kitchen**"]


def contrast(one, other) -> float:  # type: ignore[no-untyped-def]
    """Of two colours, from 1 to 21, as the guidelines for accessible pages define it."""
    darker, lighter = sorted(relative_luminance(colour) for colour in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("style", [theme.light, theme.dark])
@pytest.mark.parametrize("narrow", [False, True])
def test_pictures_have_names_and_numbers_that_can_be_read(given: tuple, style, narrow: bool) -> None:  # type: ignore[no-untyped-def]
    with matplotlib.rc_context(style()):
        picture = confusion_matrix(confusion(*given), narrow=narrow)
        picture.canvas.draw()
    axis = picture.axes[0]
    names = [label.get_text() for label in axis.get_yticklabels()]
    assert sorted(names) == sorted(NAMES) and names == [label.get_text() for label in axis.get_xticklabels()]
    assert abs(names.index("bedroom") - names.index("kitchen")) == 1, "those that are confused are neighbours"
    assert sorted(text.get_text() for text in axis.texts) == ["100", "33", "50", "50", "67"]
    shades = axis.collections[0].get_facecolor().reshape(len(NAMES), len(NAMES), 4)
    for text in axis.texts:
        column, row = text.get_position()
        assert contrast(text.get_color(), shades[int(row), int(column)]) > 3


def test_the_sheet_shows_the_surest_mistakes_lossily(given: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "demo")
    wrong = mistakes(*given)
    pictures = mistake_pictures(wrong, count=2, side=16)
    assert [(picture.exact, max(picture.width, picture.height)) for picture in pictures.values()] == [(False, 16)] * 2
    tiles = mistakes_sheet(wrong, pictures).tiles
    assert [tile and tile.label for tile in tiles] == ["**bedroom** → *kitchen*", "**kitchen** → *bedroom*"]
