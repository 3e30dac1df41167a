"""Accuracy against images per class, on made-up Gram matrices whose raw features are known."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from experiments.transfer.sample_size import (
    best_cut,
    sample_size,
    sample_size_curve,
    sample_size_values,
)
from tpdl.plan import theme

CLASSES, EACH_TRAIN, EACH_TEST, FEATURES = 4, 10, 30, 80


def gram(apart: float) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    labels = np.concatenate([np.repeat(np.arange(CLASSES), EACH_TRAIN), np.repeat(np.arange(CLASSES), EACH_TEST)])
    middle = rng.normal(size=(CLASSES, FEATURES))
    raw = normalize(apart * middle[labels] + rng.normal(size=(len(labels), FEATURES)))
    train = CLASSES * EACH_TRAIN
    return {"raw": raw, "kernel": (raw @ raw[:train].T).astype(np.float32), "label": labels, "train": np.array(train)}


BEST = {"network": "tiny_squeezenet", "cut": "fire9-squeeze"}


@pytest.fixture(scope="module")
def grams() -> dict[str, dict[str, np.ndarray]]:
    return {"weights=pretrained": gram(0.5), "weights=random": gram(0.2)}


@pytest.fixture(scope="module")
def results(grams: dict) -> pd.DataFrame:
    return sample_size(grams, BEST, subsets=3)


def test_the_best_cut_is_chosen_by_validation_and_not_by_test_accuracy() -> None:
    curve = pd.DataFrame({"cut": ["a", "b"], "validation": [0.8, 0.7], "accuracy": [0.6, 0.9]})
    assert best_cut(curve)["cut"] == "a"


def test_all_images_give_the_accuracy_of_a_linear_svm_on_the_raw_features(grams: dict, results: pd.DataFrame) -> None:
    for weights, found in grams.items():
        raw, labels, train = found["raw"], found["label"], int(found["train"])
        row = results[(results["weights"] == weights.split("=")[1]) & (results["each"] == EACH_TRAIN)].iloc[0]
        machine = LinearSVC(C=row["C"], dual=True, tol=1e-6, max_iter=1_000_000).fit(raw[:train], labels[:train])
        assert row["accuracy"] == pytest.approx(machine.score(raw[train:], labels[train:]), abs=0.01)
        assert row["subsets"] == 1


def test_numbers_of_images_that_a_class_does_not_have_are_left_out(results: pd.DataFrame) -> None:
    assert sorted(results["each"].unique()) == [5, 10]
    assert results.query("each == 5")["subsets"].eq(3).all()
    assert (results["lowest"] <= results["accuracy"]).all() and (results["accuracy"] <= results["highest"]).all()


def test_all_of_the_smallest_class_come_last_and_leave_a_choice_in_the_others() -> None:
    """8, 10, 10 and 10 training images: 5 and 8 of each are tried, and 8 are not all."""
    found = gram(0.5)
    kept = np.r_[2 : len(found["label"])]
    smaller = {"kernel": found["kernel"][np.ix_(kept, np.arange(2, 40))], "label": found["label"][kept]}
    smaller["train"] = np.array(38)
    rows = sample_size({"weights=pretrained": smaller, "weights=random": smaller}, BEST, subsets=2)
    assert rows["each"].tolist() == [5, 8] * 2 and rows["subsets"].eq(2).all()
    assert rows["classes"].eq(CLASSES).all() and sample_size_values(rows)["chance"] == 1 / CLASSES


def test_a_single_number_of_images_is_its_own_half(results: pd.DataFrame) -> None:
    values = sample_size_values(results[results["each"] == 5])
    assert values["half"] == values["all"] == values["fewest"] and values["last_gain"] == 0


def test_test_labels_choose_nothing(grams: dict, results: pd.DataFrame) -> None:
    spoilt = {
        name: dict(found) | {"label": np.concatenate([found["label"][:40], 0 * found["label"][40:]])}
        for name, found in grams.items()
    }
    assert sample_size(spoilt, BEST, subsets=3)["C"].tolist() == results["C"].tolist()


def test_values_for_the_text(results: pd.DataFrame) -> None:
    values = sample_size_values(results)
    trained = results.query("weights == 'pretrained'")["accuracy"].tolist()
    random = results.query("weights == 'random'")["accuracy"].tolist()
    assert values["gap_all"] == pytest.approx(trained[-1] - random[-1])
    assert values["by_weights"]["random"][5]["accuracy"] == random[0]
    assert values["last_gain"] == pytest.approx(trained[1] - trained[0])


@pytest.mark.parametrize("style", [theme.light, theme.dark])
@pytest.mark.parametrize("narrow", [False, True])
def test_the_picture(results: pd.DataFrame, style, narrow: bool) -> None:  # type: ignore[no-untyped-def]
    with matplotlib.rc_context(style()):
        picture = sample_size_curve(results, narrow=narrow)
        picture.canvas.draw()
    said = " ".join(text.get_text() for text in picture.axes[0].texts)
    assert "pretrained weights" in said and "random weights" in said and "chance" in said
