"""The classifiers on shared coordinates, against scikit-learn on the raw features."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.svm import LinearSVC

from experiments.transfer.heads import (
    STRENGTHS,
    head_strengths,
    heads,
    heads_bars,
    heads_strengths,
    heads_values,
)
from tests.experiments.test_layer_cut import TRAIN, made_up
from tpdl.plan import theme

CURVE = pd.DataFrame({"cut": ["relu1", "relu2"], "validation": [0.1, 0.9]})


@pytest.fixture(scope="module")
def given() -> dict[str, np.ndarray]:
    return made_up()


@pytest.fixture(scope="module")
def strengths(given: dict) -> pd.DataFrame:
    return head_strengths(given, CURVE, network="tiny_vgg")


@pytest.fixture(scope="module")
def results(given: dict, strengths: pd.DataFrame) -> pd.DataFrame:
    return heads(given, CURVE, strengths, network="tiny_vgg", epochs=30, seeds=2)


def test_the_path_of_c_is_cross_validation_of_the_raw_training_features(given: dict, strengths: pd.DataFrame) -> None:
    raw, labels = given["relu2/raw"][:TRAIN], given["label"][:TRAIN]
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    for C in (1.0, 10.0):
        machine = LinearSVC(C=C, dual=True, tol=1e-8, max_iter=1_000_000)
        expected = cross_val_score(machine, raw, labels, cv=folds)
        rows = strengths.query("head == 'SVM' and C == @C")
        np.testing.assert_allclose(rows["accuracy"], expected)
    assert len(strengths) == 2 * len(STRENGTHS) * 5


def test_test_images_do_not_choose_c(given: dict, strengths: pd.DataFrame) -> None:
    spoilt = dict(given) | {"label": np.concatenate([given["label"][:TRAIN], 0 * given["label"][TRAIN:]])}
    again = head_strengths(spoilt, CURVE, network="tiny_vgg")
    assert again["accuracy"].tolist() == strengths["accuracy"].tolist()


def test_accuracies_are_those_on_the_raw_features(given: dict, strengths: pd.DataFrame, results: pd.DataFrame) -> None:
    raw, labels = given["relu2/raw"], given["label"]
    rows = results.set_index("head")
    machines = {"SVM": LinearSVC(dual=True, tol=1e-8, max_iter=1_000_000), "logistic regression": LogisticRegression()}
    for head, machine in machines.items():
        means = strengths[strengths["head"] == head].groupby("C")["accuracy"].mean()
        assert rows.loc[head, "C"] == means.idxmax()
        machine.set_params(C=means.idxmax(), **({"max_iter": 5000, "tol": 1e-6} if head != "SVM" else {}))
        machine.fit(raw[:TRAIN], labels[:TRAIN])
        assert rows.loc[head, "accuracy"] == pytest.approx(machine.score(raw[TRAIN:], labels[TRAIN:]), abs=0.011)
    assert (rows["accuracy"] > 0.3).all()  # chance is 0.2
    assert rows.loc["multi-layer perceptron", "seeds"] == 2


def test_rows_are_sorted_and_compared_with_the_best(results: pd.DataFrame) -> None:
    assert results["accuracy"].is_monotonic_decreasing
    assert results["p_against_best"].iloc[0] == 1
    assert ((results["low"] <= results["accuracy"]) & (results["accuracy"] <= results["high"])).all()


def test_values_for_the_text(results: pd.DataFrame, strengths: pd.DataFrame) -> None:
    values = heads_values(results, strengths)
    assert values["best"]["accuracy"] == results["accuracy"].max()
    assert values["second"]["head"] == results["head"].iloc[1]
    assert set(values["by_head"]) == {"svm", "logistic", "last_layer", "mlp"}
    path = strengths.query("head == 'SVM'").groupby("C")["accuracy"].mean()
    assert values["strengths"]["svm"]["at_one"] == path[1.0]
    assert values["strengths"]["svm"]["accuracy"] == path.max()


def test_classifiers_are_alike_only_if_their_accuracies_meet(results: pd.DataFrame, strengths: pd.DataFrame) -> None:
    best = {"SVM": 1.0, "logistic regression": 10.0}
    found = strengths.assign(accuracy=(strengths["C"] == strengths["head"].map(best)) * 0.5)
    assert heads_values(results, found)["alike_if_tuned"]
    apart = found.assign(accuracy=found["accuracy"] + 0.02 * (found["head"] == "SVM"))
    assert not heads_values(results, apart)["alike_if_tuned"]
    swapped = strengths.assign(accuracy=(strengths["C"] == strengths["head"].map({"SVM": 10.0})) * 0.5)
    assert not heads_values(results, swapped)["alike_if_tuned"]


@pytest.mark.parametrize("style", [theme.light, theme.dark])
@pytest.mark.parametrize("narrow", [False, True])
def test_the_pictures(results: pd.DataFrame, strengths: pd.DataFrame, style, narrow: bool) -> None:  # type: ignore[no-untyped-def]
    with matplotlib.rc_context(style()):
        bars, path = heads_bars(results, narrow=narrow), heads_strengths(results, strengths, narrow=narrow)
        bars.canvas.draw()
        path.canvas.draw()
    names = [label.get_text().replace(",\n", ", ").replace("\n", " ") for label in bars.axes[0].get_yticklabels()]
    assert [name.replace(",", "") for name in names] == results["head"].str.replace(",", "").tolist(), "best on top"
    assert len(path.legends[0].get_texts()) == 2
    folds = strengths["fold"].nunique()
    assert len(path.axes[1].lines) == folds + 1, "a line for each fold, and one for the means"
