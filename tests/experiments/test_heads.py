"""The classifiers on shared coordinates, against scikit-learn on the raw features."""

from __future__ import annotations

import matplotlib
import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, t
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.svm import LinearSVC

from experiments.transfer.heads import (
    GRID,
    LAST_LAYER,
    MLP,
    SETTINGS,
    STRENGTHS,
    SVM,
    chosen_settings,
    head_settings,
    head_settings_grid,
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
def settings(given: dict) -> pd.DataFrame:
    return head_settings(given, CURVE, network="tiny_vgg", epochs=300, patience=5)


@pytest.fixture(scope="module")
def results(given: dict, strengths: pd.DataFrame, settings: pd.DataFrame) -> pd.DataFrame:
    return heads(given, CURVE, strengths, settings, network="tiny_vgg", seeds=2)


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


def test_test_images_choose_no_settings_either(given: dict, settings: pd.DataFrame) -> None:
    train = given["relu2/kernel"].shape[1]
    spoilt = dict(given) | {"label": np.concatenate([given["label"][:train], 0 * given["label"][train:]])}
    again = head_settings(spoilt, CURVE, network="tiny_vgg", epochs=300, patience=5)
    pd.testing.assert_frame_equal(again.drop(columns="seconds"), settings.drop(columns="seconds"))


def test_training_went_on_until_the_loss_did_not_fall(settings: pd.DataFrame) -> None:
    assert len(settings) == 5 * sum(len(grid) for grid in GRID.values())
    converged = settings["converged"]
    assert (settings["longest"] == settings["epochs"] + 5)[converged].all()
    assert (settings["longest"] == 300)[~converged].all()
    assert converged[settings["head"] == MLP].any()
    assert (settings.groupby(["head", *SETTINGS])[["epochs", "longest"]].nunique() == 1).all().all()


def test_the_setting_of_the_highest_mean_accuracy_is_chosen(settings: pd.DataFrame) -> None:
    wanted = (settings["head"] == MLP) & (settings["dropout"] == 0.5) & (settings["decay"] == 0.1)
    chosen = chosen_settings(settings.assign(accuracy=np.where(wanted, 0.9, 0.8)))
    assert (chosen[MLP]["dropout"], chosen[MLP]["decay"]) == (0.5, 0.1)
    assert chosen[MLP]["epochs"] == settings.loc[wanted, "epochs"].iloc[0]
    assert chosen[LAST_LAYER]["accuracy"] == pytest.approx(0.8)


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
    assert rows.loc[MLP, "seeds"] == 2


def test_the_gain_is_the_difference_of_accuracies_with_a_paired_interval(results: pd.DataFrame) -> None:
    rows = results.set_index("head")
    np.testing.assert_allclose(rows["gain"], rows["accuracy"] - rows.loc[SVM, "accuracy"], atol=1e-12)
    assert rows.loc[SVM, ["gain", "gain_low", "gain_high"]].tolist() == [0, 0, 0]
    assert rows.loc[SVM, "p_against_svm"] == 1
    others = rows.drop(index=SVM)
    assert ((others["gain_low"] <= others["gain"]) & (others["gain"] <= others["gain_high"])).all()
    # Three comparisons ask for 98.3 % each; logistic regression answers here as the SVM does.
    apart = others[others["gain_low"] < others["gain_high"]]
    assert {LAST_LAYER, MLP} <= set(apart.index)
    assert ((apart["all_low"] < apart["gain_low"]) & (apart["gain_high"] < apart["all_high"])).all()
    widths = (apart["all_high"] - apart["all_low"]) / (apart["gain_high"] - apart["gain_low"])
    assert (abs(widths / (norm.isf(0.05 / 6) / norm.isf(0.05 / 2)) - 1) < 0.15).all()
    # Of two seeds, half the range is the standard error of the mean.
    trained = rows[rows["seeds"] == 2]
    assert len(trained) == 2 and rows.drop(index=trained.index)["over_seeds"].isna().all()
    np.testing.assert_allclose(trained["over_seeds"], (trained["highest"] - trained["lowest"]) / 2 * t.ppf(0.975, 1))
    # The same images are hard for both, so the difference is surer than each accuracy.
    assert (others["gain_high"] - others["gain_low"] < 2 * (others["high"] - others["low"])).all()


def test_rows_are_sorted_and_compared_with_the_best(results: pd.DataFrame) -> None:
    assert results["accuracy"].is_monotonic_decreasing
    assert results["p_against_best"].iloc[0] == 1
    assert ((results["low"] <= results["accuracy"]) & (results["accuracy"] <= results["high"])).all()


def test_values_for_the_text(results: pd.DataFrame, strengths: pd.DataFrame, settings: pd.DataFrame) -> None:
    values = heads_values(results, strengths, settings)
    assert values["best"]["accuracy"] == results["accuracy"].max()
    assert values["second"]["head"] == results["head"].iloc[1]
    assert set(values["by_head"]) == {"svm", "logistic", "last_layer", "mlp"}
    path = strengths.query("head == 'SVM'").groupby("C")["accuracy"].mean()
    assert values["strengths"]["svm"]["at_one"] == path[1.0]
    assert values["strengths"]["svm"]["accuracy"] == path.max()
    tuned = settings[settings["head"] == MLP].groupby(SETTINGS)["accuracy"].mean()
    assert values["tuning"]["mlp"]["accuracy"] == pytest.approx(tuned.max())
    assert values["tuning"]["mlp"]["range"] == pytest.approx(tuned.max() - tuned.min())
    assert (values["tuning"]["mlp"]["settings"], values["tuning"]["mlp"]["patience"]) == (len(GRID[MLP]), 5)
    mlp = results.set_index("head").loc[MLP]
    over_seeds = values["by_head"]["mlp"]["gain_over_seeds"]
    assert over_seeds == pytest.approx(
        {"low": mlp["gain"] - mlp["over_seeds"], "high": mlp["gain"] + mlp["over_seeds"]}
    )
    assert "gain_over_seeds" not in values["by_head"]["svm"], "it is not random"
    assert values["tuning"]["mlp"]["dropouts"] == [0, 0.5]
    inside = settings.assign(accuracy=0.5 + 0.1 * (settings["decay"] == 0.1))
    edge = settings.assign(accuracy=0.5 + 0.1 * (settings["decay"] == 1.0))
    found = [heads_values(results, strengths, each)["tuning"]["mlp"]["decay_inside"] for each in (inside, edge)]
    assert found == [True, False]


def test_who_is_behind_the_svm_follows_from_the_interval(results, strengths, settings) -> None:  # type: ignore[no-untyped-def]
    is_mlp = results["head"] == MLP
    for low, high, side in ((-0.02, -0.01, "behind_svm"), (0.01, 0.02, "ahead_of_svm"), (-0.01, 0.02, "")):
        found = results.assign(gain_low=np.where(is_mlp, low, -0.1), gain_high=np.where(is_mlp, high, 0.1))
        values = heads_values(found, strengths, settings)
        assert [name for name in ("behind_svm", "ahead_of_svm") if values[name] == [MLP]] == [side] * bool(side)
        assert values["by_head"]["mlp"]["at_most"] == 0.02
    assert heads_values(results, strengths, settings.assign(converged=True))["limited"] == 0
    limited = settings.assign(converged=(settings["head"] != MLP) | (settings["decay"] != 1.0))
    assert heads_values(results, strengths, limited)["limited"] == 2  # with and without dropout


def test_classifiers_are_alike_only_if_their_accuracies_meet(results, strengths, settings) -> None:  # type: ignore[no-untyped-def]
    best = {"SVM": 1.0, "logistic regression": 10.0}
    found = strengths.assign(accuracy=(strengths["C"] == strengths["head"].map(best)) * 0.5)
    assert heads_values(results, found, settings)["alike_if_tuned"]
    apart = found.assign(accuracy=found["accuracy"] + 0.02 * (found["head"] == "SVM"))
    assert not heads_values(results, apart, settings)["alike_if_tuned"]
    swapped = strengths.assign(accuracy=(strengths["C"] == strengths["head"].map({"SVM": 10.0})) * 0.5)
    assert not heads_values(results, swapped, settings)["alike_if_tuned"]


@pytest.mark.parametrize("style", [theme.light, theme.dark])
@pytest.mark.parametrize("narrow", [False, True])
def test_the_pictures(results, strengths, settings, style, narrow: bool) -> None:  # type: ignore[no-untyped-def]
    with matplotlib.rc_context(style()):
        grid = head_settings_grid(settings, strengths, narrow=narrow)
        grid.canvas.draw()
        bars, path = heads_bars(results, narrow=narrow), heads_strengths(results, strengths, narrow=narrow)
        bars.canvas.draw()
        path.canvas.draw()
    names = [label.get_text().replace(",\n", ", ").replace("\n", " ") for label in bars.axes[0].get_yticklabels()]
    assert [name.replace(",", "") for name in names] == results["head"].str.replace(",", "").tolist(), "best on top"
    assert len(path.legends[0].get_texts()) == 2
    assert [text.get_text() for text in grid.legends[0].get_texts()] == ["no dropout", "dropout 0.5", "SVM"]
    folds = strengths["fold"].nunique()
    assert len(path.axes[1].lines) == folds + 1, "a line for each fold, and one for the means"
