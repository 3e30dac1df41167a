"""The predictions experiment, against torchvision's own transforms and a network whose answers are known."""

from __future__ import annotations

import os

import matplotlib
import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import binomtest, norm
from torch import nn
from torchvision.transforms import v2

from experiments.lab.methods.classify import best, probabilities
from experiments.lab.nets.imagenet_statistics import DEVIATION, MEAN
from experiments.lab.nets.inputs import coloured
from experiments.transfer.photographs import photographs
from experiments.transfer.predictions import (
    prediction_settings,
    prediction_settings_dots,
    predictions,
    predictions_sheet,
    predictions_values,
)
from tpdl import Picture
from tpdl.plan import theme


def test_colour_inputs_are_those_of_torchvisions_transforms() -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 20, 24, 3), dtype=np.uint8)
    steps = [v2.CenterCrop(16), v2.ToDtype(torch.float32, scale=True)]
    tensor = torch.from_numpy(images).permute(0, 3, 1, 2)
    torch.testing.assert_close(coloured(images, 16, normalise=False), v2.Compose(steps)(tensor))
    torch.testing.assert_close(coloured(images, 16), v2.Compose([*steps, v2.Normalize(MEAN, DEVIATION)])(tensor))


def test_probabilities_and_the_best_of_them() -> None:
    scores = torch.tensor([[0.0, np.log(3.0), np.log(4.0)]])
    found = probabilities(nn.Identity(), scores)
    np.testing.assert_allclose(found, [[1 / 8, 3 / 8, 4 / 8]], rtol=1e-6)
    chosen, sure = best(found, 2)
    assert chosen.tolist() == [[2, 1]]
    np.testing.assert_allclose(sure, [[4 / 8, 3 / 8]], rtol=1e-6)


def test_dropout_is_at_work_only_when_asked_for_and_leaves_the_model_in_evaluation_mode() -> None:
    model = nn.Sequential(nn.Dropout(0.5)).eval()
    scores = torch.ones(4, 50)
    np.testing.assert_allclose(probabilities(model, scores), 1 / 50)
    first, again, other = (probabilities(model, scores, dropout=True, seed=seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()
    # What survives is doubled: two values of probability, exp(2) to 1.
    assert first.max(1) / first.min(1) == pytest.approx(np.exp(2))
    assert not model.training


@pytest.fixture(scope="module")
def made_up() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Three images: right, right among five, wrong."""
    rows = [
        ("cat", 1, "cat", 0.9, True),
        ("cat", 2, "dog", 0.1, False),
        ("dog", 1, "cat", 0.8, False),
        ("dog", 2, "dog", 0.2, True),
        ("cow", 1, "cat", 0.6, False),
        ("cow", 2, "dog", 0.4, False),
    ]
    table = pd.DataFrame(rows, columns=["true", "rank", "class", "probability", "correct"])
    table.insert(0, "image", [1, 1, 2, 2, 3, 3])
    table.insert(0, "normalised", True)
    table.insert(0, "network", "n")
    raw = table[table["rank"] == 1].assign(normalised=False, probability=0.3, correct=False)
    table = pd.concat([table, raw], ignore_index=True)
    settings = pd.DataFrame(
        {
            "network": "n",
            "normalised": [True, True, True, False, False, False],
            "mode": ["evaluation", "training", "training"] * 2,
            "seed": [0, 0, 1] * 2,
            "accuracy": [0.6, 0.2, 0.4, 0.1, 0.0, 0.2],
            "top5": 0.9,
            "true_probability": 0.5,
            "agreement": 1.0,
        }
    )
    return table, settings


def test_values_for_the_text(made_up: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    about = predictions_values(*made_up)["by_network"]["n"]
    assert (about["images"], about["right"], about["among_five"]) == (3, 1, 2)
    assert about["wrong"][0] == {"true": "dog", "class": "cat", "probability": 0.8}
    assert about["sure_and_wrong"] == pytest.approx(0.7)
    training = about["settings"]["normalised_training"]
    assert training["accuracy"] == pytest.approx(0.3)
    assert training["deviation"] == pytest.approx(0.1)
    lost = 3 * (about["settings"]["normalised_evaluation"]["accuracy"] - 0.3)
    assert about["lost_in_training_mode"] == pytest.approx(lost)
    assert (training["lowest"], training["highest"], training["passes"]) == (0.2, 0.4, 2)
    assert about["settings"]["raw_evaluation"]["accuracy"] == pytest.approx(0.1)


def test_the_worth_of_normalisation_image_by_image(made_up: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    table, settings = made_up
    one = table[table["rank"] == 1].head(1)
    # Thirteen of 25 are right with it, two of these and one more without.
    right = {True: lambda image: image < 13, False: lambda image: image in (3, 7, 20)}
    rows = pd.concat(
        [
            one.assign(image=image, normalised=normalised, correct=kind(image))
            for normalised, kind in right.items()
            for image in range(25)
        ],
        ignore_index=True,
    )
    rows["correct"] = rows["correct"].astype(bool)
    found = predictions_values(rows.iloc[::-1], settings)["by_network"]["n"]["without_normalisation"]
    assert (found["right"], found["only_with"], found["only_without"]) == (3, 11, 1)
    assert found["gain"] == pytest.approx(0.4) and found["p"] == pytest.approx(binomtest(1, 12).pvalue)
    differences = np.array([right[True](image) - right[False](image) for image in range(25)], float)
    wanted = norm.interval(0.95, 0.4, differences.std() / 5)
    assert (found["low"], found["high"]) == pytest.approx(wanted, abs=0.05)


def test_the_pictures(made_up: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    table, settings = made_up
    images = {name: Picture(np.zeros((8, 8, 3), np.uint8), name) for name in ("cat", "dog", "cow")}
    tiles = predictions_sheet(table, images).tiles
    assert [tile and tile.label for tile in tiles] == ["**cat** 90%", "**dog** → *cat* 80%", "**cow** → *cat* 60%"]
    assert [tile and tile.frames[0].shows for tile in tiles] == ["cat", "dog", "cow"]
    for narrow in (False, True):
        with matplotlib.rc_context(theme.dark()):
            dots = prediction_settings_dots(settings, narrow=narrow)
            dots.canvas.draw()
        drawn = np.concatenate([each.get_offsets()[:, 0] for each in dots.axes[0].collections])
        np.testing.assert_allclose(sorted(drawn), sorted(settings["accuracy"]), err_msg="a dot for each pass")
        assert len(dots.axes[0].lines) == 4, "a mean for each setting"


@pytest.mark.slow
def test_the_demo_profile_recognises_textures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "demo")
    rows = predictions("tiny_squeezenet")
    used, raw = rows[rows["normalised"]], rows[~rows["normalised"]]
    assert len(used) == 125 and len(raw) == 25
    assert used.query("rank == 1")["correct"].mean() > 5 / 40
    settings = prediction_settings("tiny_squeezenet", passes=2)
    intended = settings.query("normalised and mode == 'evaluation'").iloc[0]
    assert intended["agreement"] == 1
    assert intended["accuracy"] == used.query("rank == 1")["correct"].mean()
    assert settings.query("not normalised and mode == 'evaluation'")["accuracy"].item() == raw["correct"].mean()
    assert len(predictions_sheet(rows, photographs()).tiles) == 25


@pytest.mark.slow
@pytest.mark.skipif("TPDL_DATA" not in os.environ, reason="needs TPDL_DATA")
def test_probabilities_of_the_real_network_are_torchvisions(monkeypatch: pytest.MonkeyPatch) -> None:
    from torchvision import models

    from experiments.lab.data import imagenet
    from experiments.lab.nets.registry import build

    monkeypatch.setenv("TPDL_PROFILE", "full")
    rows = predictions("squeezenet1_1").query("rank == 1 and normalised")
    photographs = imagenet.load()
    preset = models.SqueezeNet1_1_Weights.IMAGENET1K_V1.transforms(crop_size=224, resize_size=224)
    images = preset(torch.from_numpy(photographs.images).permute(0, 3, 1, 2))
    with torch.inference_mode():
        sure, chosen = build("squeezenet1_1")(images).softmax(1).max(1)
    np.testing.assert_allclose(rows["probability"], sure, atol=1e-5)
    assert rows["class"].tolist() == [photographs.classes[i] for i in chosen]
