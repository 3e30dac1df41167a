"""Principal components from inner products, against scikit-learn's on the features themselves."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from sklearn.decomposition import PCA
from sklearn.svm import LinearSVC

from experiments.lab.methods.factor import coordinates
from experiments.lab.methods.pca import principal_components
from experiments.transfer.dimension_reduction import (
    dimension_reduction,
    dimension_reduction_curve,
    dimension_reduction_values,
)
from tests.experiments.test_layer_cut import TRAIN, made_up
from tpdl.plan import theme

CURVE = pd.DataFrame({"cut": ["relu1", "relu2"], "validation": [0.1, 0.9], "features": [400, 200]})


@pytest.fixture(scope="module")
def given() -> dict[str, np.ndarray]:
    return made_up()


@pytest.fixture(scope="module")
def results(given: dict) -> pd.DataFrame:
    return dimension_reduction(given, CURVE, network="tiny_vgg")


def test_components_are_those_of_the_raw_features_up_to_sign(given: dict) -> None:
    raw = given["relu2/raw"]
    known, unknown, shares = principal_components(*coordinates(given["relu2/kernel"], TRAIN))
    reference = PCA(20).fit(raw[:TRAIN])
    np.testing.assert_allclose(shares[:20], reference.explained_variance_ratio_, atol=1e-6)
    for found, images in ((known, raw[:TRAIN]), (unknown, raw[TRAIN:])):
        expected = reference.transform(images)
        signs = np.sign((found[:, :20] * expected).sum(0))
        np.testing.assert_allclose(found[:, :20] * signs, expected, atol=1e-4)
    assert shares.sum() == pytest.approx(1)


def test_accuracies_are_those_of_an_svm_on_scikit_learns_components(given: dict, results: pd.DataFrame) -> None:
    raw, labels = given["relu2/raw"], given["label"]
    assert results["dimensions"].tolist() == [8, 16, 32, 50]
    for _, row in results.iloc[:3].iterrows():
        reference = PCA(row["dimensions"], svd_solver="full").fit(raw[:TRAIN])
        machine = LinearSVC(dual=True, tol=1e-8, max_iter=1_000_000)
        machine.fit(reference.transform(raw[:TRAIN]), labels[:TRAIN])
        assert row["accuracy"] == pytest.approx(machine.score(reference.transform(raw[TRAIN:]), labels[TRAIN:]))
        assert row["variance"] == pytest.approx(reference.explained_variance_ratio_.sum(), abs=1e-5)


def test_values_for_the_text(results: pd.DataFrame) -> None:
    values = dimension_reduction_values(results)
    assert values["features"] == 200
    assert values["all"]["p_against_all"] == 1
    assert values["best"]["accuracy"] == results["accuracy"].max()
    assert values["fewest"]["dimensions"] == 8
    assert values["all"]["gain"] == values["all"]["gain_low"] == values["all"]["gain_high"] == 0
    for row in results.iloc[:-1].to_dict("records"):
        assert row["gain"] == pytest.approx(row["accuracy"] - values["all"]["accuracy"])
        assert row["gain_low"] <= row["gain"] <= row["gain_high"]
        assert (row["gain_low"] > 0 or row["gain_high"] < 0) == (row["p_against_all"] < 0.05)
    assert values["as_good_as_all"]["p_against_all"] > 0.05


@pytest.mark.parametrize("style", [theme.light, theme.dark])
@pytest.mark.parametrize("narrow", [False, True])
def test_the_picture(results: pd.DataFrame, style, narrow: bool) -> None:  # type: ignore[no-untyped-def]
    with matplotlib.rc_context(style()):
        picture = dimension_reduction_curve(results, narrow=narrow)
        picture.canvas.draw()
    accuracy = picture.axes[0].lines[0].get_ydata()
    np.testing.assert_array_equal(accuracy, results["accuracy"])
