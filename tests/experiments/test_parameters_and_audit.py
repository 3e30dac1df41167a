"""The layer table and the audit of the data set."""

from __future__ import annotations

import os

import matplotlib
import numpy as np
import pandas as pd
import pytest
from torchvision import models

from experiments.transfer.dataset_audit import dataset_audit, dataset_audit_classes, dataset_audit_values, leakage
from experiments.transfer.parameters import parameters, parameters_by_layer, parameters_values
from tpdl.plan import theme


def test_vgg16s_table_and_totals() -> None:
    rows = parameters("vgg16")
    values = parameters_values(rows)["vgg16"]
    assert values["total"] == 138_357_544
    assert (values["fully_connected"], values["fully_connected_weights"]) == (123_642_856, 123_633_664)
    assert (values["convolutional_layers"], values["fully_connected_layers"]) == (13, 3)
    assert values["outputs"] == 1000
    assert values["outside_estimate"] == pytest.approx((14_714_688 + 4096 + 4096 + 1000) / 138_357_544)
    assert values["largest_layer"] == "classifier.0"
    assert rows.loc[rows["module"] == "features.28", "shape"].item() == "512×14×14"


def test_tables_agree_with_the_published_counts() -> None:
    for network in ("vgg16", "squeezenet1_1"):
        published = models.get_model_weights(network)["IMAGENET1K_V1"].meta
        rows = parameters(network)
        assert rows["parameters"].sum() == published["num_params"]
        assert rows["multiplications"].sum() / 1e9 == pytest.approx(published["_ops"], abs=0.006)


@pytest.mark.parametrize("narrow", [False, True])
def test_the_picture_of_the_parameters(narrow: bool) -> None:
    rows = pd.concat([parameters("tiny_vgg"), parameters("tiny_squeezenet")], ignore_index=True)
    with matplotlib.rc_context(theme.dark()):
        picture = parameters_by_layer(rows, narrow=narrow)
        picture.canvas.draw()
    assert [axis.get_title("left") for axis in picture.axes] == ["tiny_vgg", "tiny_squeezenet"]
    for axis, (_, each) in zip(picture.axes, rows.groupby("network", sort=False), strict=True):
        lengths = np.array([segment.get_width() for segment in axis.patches])
        assert len(lengths) == (each["parameters"] > 0).sum() + len(each), "a segment for each layer that has some"
        assert lengths.sum() == pytest.approx(2), "both bars are whole"
    words = {text.get_text() for text in picture.axes[0].texts}
    connected = rows[(rows["network"] == "tiny_vgg") & (rows["kind"] == "linear")]["parameters"]
    share = connected.sum() / rows[rows["network"] == "tiny_vgg"]["parameters"].sum()
    assert f"{share:.1%} in {len(connected)} fully connected layers" in words


@pytest.fixture(scope="module")
def audit() -> pd.DataFrame:
    """Six training images of two classes and six test images; three pairs of copies."""
    names = [f"train/{c}/{i}" for c in "ab" for i in range(3)] + [f"test/{c}/{i}" for c in "ab" for i in range(3)]
    groups = [1, 0, 2, 2, 0, 3, 1, 0, 0, 0, 0, 3]
    return pd.DataFrame(
        {
            "image": names,
            "split": [name.split("/")[0] for name in names],
            "class": [name.split("/")[1] for name in names],
            "width": [10, 20] * 6,
            "height": 10,
            "group": groups,
        }
    )


def test_leaked_images_are_left_out_of_training_and_test(audit: pd.DataFrame) -> None:
    """Features of one number, ±1 by class; the leaked test image of class a is a copy that looks like class b."""
    look = np.array([-1, 1, 1, -1, -1, -1, -1, 1, 1, -1, -1, -1.0])
    features = np.stack([look, np.ones(12)], axis=1) / np.sqrt(2)
    gram = {"train": np.array(6), "label": np.array([0, 0, 0, 1, 1, 1] * 2)}
    gram["relu1/kernel"] = (features @ features[:6].T).astype(np.float32)
    curve = pd.DataFrame({"cut": ["relu1"], "validation": [0.5]})
    rows = leakage(audit, gram, curve, network="tiny_vgg").set_index(["trained_on", "tested_on"])
    assert rows.loc[("all", "all"), ["train_images", "test_images"]].tolist() == [6, 6]
    clean = rows.loc[("without leaked", "without leaked")]
    assert clean[["train_images", "test_images", "correct"]].tolist() == [4, 4, 4]
    leaked = rows.loc[("without leaked", "only leaked")]
    assert leaked[["test_images", "correct"]].tolist() == [2, 1]
    for _, row in rows.iterrows():
        assert row["change_low"] <= row["change"] <= row["change_high"]
    with_all = rows.xs("all", level="trained_on")
    assert with_all[["change", "change_low", "change_high"]].eq(0).all(axis=None)
    for tested_on, row in rows.xs("without leaked", level="trained_on").iterrows():
        assert row["change"] == pytest.approx(row["accuracy"] - with_all.loc[tested_on, "accuracy"])
    values = dataset_audit_values(audit, rows.reset_index())
    assert values["leakage"]["clean_clean"]["accuracy"] == 1
    assert values["leakage"]["all_all"]["test_images"] == 6


def test_without_duplicates_nothing_is_left_out(audit: pd.DataFrame) -> None:
    features = np.stack([np.repeat([-1, 1, -1, 1], 3), np.ones(12)], axis=1) / np.sqrt(2)
    gram = {"train": np.array(6), "label": np.array([0, 0, 0, 1, 1, 1] * 2)}
    gram["relu1/kernel"] = (features @ features[:6].T).astype(np.float32)
    curve = pd.DataFrame({"cut": ["relu1"], "validation": [0.5]})
    clean = leakage(audit.assign(group=0), gram, curve, network="tiny_vgg")
    assert clean["tested_on"].tolist() == ["all", "without leaked"] * 2 and clean["test_images"].eq(6).all()
    copies = leakage(audit.assign(group=[*range(1, 7)] * 2), gram, curve, network="tiny_vgg")
    assert copies[["trained_on", "tested_on"]].values.tolist() == [["all", "all"], ["all", "only leaked"]]
    assert list(dataset_audit_values(audit, copies)["leakage"]) == ["all_all", "all_only_leaked"]


def test_the_audits_values(audit: pd.DataFrame) -> None:
    accuracy = pd.DataFrame({"network": "n", "cut": "c", "trained_on": "all", "tested_on": ["all", "without leaked"]})
    accuracy = accuracy.assign(accuracy=[0.5, 0.45], low=0.4, high=0.6, correct=1, train_images=6, test_images=6)
    values = dataset_audit_values(audit, accuracy.assign(change=0, change_low=-0.1, change_high=0.1))
    assert values["leakage"]["all_clean"]["change_low"] == -0.1
    counts = audit.groupby(["split", "class"]).size()
    assert values["balanced_in_training_only"] == (counts["train"].nunique() == 1 and counts["test"].nunique() > 1)
    assert (values["identical_groups"], values["across_split"], values["within_train"], values["within_test"]) == (
        3,
        2,
        1,
        0,
    )
    assert values["conflicting"] == [["train/a/2", "train/b/0"]]
    assert values["across"] == [["train/a/0", "test/a/0"], ["train/b/2", "test/b/2"]]
    assert values["sizes"] == 2


@pytest.mark.parametrize("narrow", [False, True])
def test_the_picture_of_the_audit(audit: pd.DataFrame, narrow: bool) -> None:
    with matplotlib.rc_context(theme.light()):
        picture = dataset_audit_classes(audit, narrow=narrow)
        picture.canvas.draw()
    assert sum(segment.get_width() for segment in picture.axes[0].patches) == len(audit)
    assert [label.get_text() for label in picture.axes[0].get_yticklabels()] == ["a", "b"]


@pytest.mark.skipif("TPDL_DATA" not in os.environ, reason="needs TPDL_DATA")
def test_the_audit_of_the_real_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "full")
    rows = dataset_audit()
    groups = [members for number, members in rows.groupby("group") if number]
    across = [members for members in groups if members["split"].nunique() == 2]
    assert (len(rows), len(groups), len(across)) == (4485, 18, 11)
    [conflicting] = [set(members["image"]) for members in groups if members["class"].nunique() == 2]
    assert conflicting == {"test/tallbuilding/image_0300.jpg", "train/insidecity/image_0305.jpg"}
    assert len(rows[["width", "height"]].drop_duplicates()) == 266
