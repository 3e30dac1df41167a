"""The measuring steps of the fourth chapter on the stand-in digits, with narrow networks and few batches."""

from __future__ import annotations

import functools

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from experiments.gan import training as module
from experiments.gan.cdcgan import cdcgan_agreement, conditional_generator, train_conditional
from experiments.gan.classifier import classifier_accuracy, real_measures
from experiments.gan.interpolation import dcgan_generator, interpolation, interpolation_sheet
from experiments.gan.memorisation import memorisation, neighbours
from experiments.gan.quality import as_seen, measures, trained_classifier, yardstick
from experiments.gan.sizes import scenes, size_training
from experiments.gan.training import digit_measure, train
from experiments.gan.z_columns import z_columns, z_columns_sheet, z_properties
from experiments.lab.data.mnist import small_digits
from experiments.lab.data.squares import enlarged, padded
from experiments.lab.methods.adversarial_training import generate, noise
from experiments.lab.methods.digit_training import read_digits
from tests.experiments.gan_digits import small_classifier, small_training


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "demo")
    monkeypatch.setattr(module, "MOMENTS", (0,))


@functools.cache
def trained() -> dict[str, np.ndarray]:
    measure, samples = digit_measure(small_classifier())
    return train(small_training(), 6, measure, samples, noise(20, 5, [3]))


@functools.cache
def conditional(sees_class: bool = True) -> dict[str, np.ndarray]:
    return train_conditional(small_classifier(), 4, 4, 1e-3, 0, sees_class)


def test_the_classifier_is_stored_whole() -> None:
    found, digits = small_classifier(), small_digits()
    features, probabilities = read_digits(trained_classifier(found), padded(digits.test))
    np.testing.assert_allclose(features, found["feature"], atol=1e-4)
    assert (probabilities.argmax(1) == found["predicted"]).all()
    values = classifier_accuracy(found)
    assert values["accuracy"] == pytest.approx(accuracy_score(digits.test_labels, probabilities.argmax(1)))
    assert values["low"] <= values["accuracy"] <= values["high"]
    assert values["errors"] == (probabilities.argmax(1) != digits.test_labels).sum()
    assert abs(found["reference"].mean() - 0.5) < 0.01


def test_real_digits_are_the_best_there_is() -> None:
    found = small_classifier()
    real = yardstick(found)
    same = {key: found[key][found["reference"]] for key in ("feature", "predicted", "confidence")}
    perfect = measures(same, real, found["label"][found["reference"]])
    assert perfect["frechet"] == pytest.approx(0, abs=1e-3) and perfect["diversity"] == pytest.approx(1)
    floor = real_measures(found, splits=3)
    grey = as_seen(trained_classifier(found), np.random.default_rng(0).integers(0, 256, (148, 32, 32), np.uint8))
    assert 0 < floor["frechet"].max() < measures(grey, real)["frechet"]
    assert floor["agreement"].mean() == pytest.approx(classifier_accuracy(found)["accuracy"], abs=0.1)
    one = {key: values[:1].repeat(50, 0) for key, values in same.items()}
    repeated = measures(one, real)
    assert repeated["effective_classes"] == 1 and repeated["classes_covered"] == 1 and repeated["diversity"] == 0


def test_large_digits_are_averaged_down() -> None:
    model, squares = trained_classifier(small_classifier()), padded(small_digits().test[:9])
    doubled = squares.repeat(2, 1).repeat(2, 2)
    np.testing.assert_allclose(as_seen(model, doubled)["feature"], as_seen(model, squares)["feature"], atol=1e-4)


def test_enlarged_digits_are_measured_against_enlarged_ones() -> None:
    found = small_classifier()
    squares = enlarged(padded(small_digits().test), 2)
    enlarged_alike = size_training("mnist-64", [0], found, iterations=1, width=2)[0]["floor"]
    as_they_are = measures(as_seen(trained_classifier(found), squares[~found["reference"]]), yardstick(found))[
        "frechet"
    ]
    assert 0 < enlarged_alike < as_they_are


def test_a_generator_is_restored_from_its_arrays() -> None:
    generator = dcgan_generator(trained())
    assert generator.nz == 5
    difference = generate(generator, noise(20, 5, [3])).astype(int) - trained()["sheet"][-1]
    assert np.abs(difference).max() <= 1
    result = conditional()
    labels = np.arange(10).repeat(8)
    import torch

    images = generate(conditional_generator(result), noise(8, 100, [3]).repeat(10, 1), torch.from_numpy(labels))
    assert np.abs(images.astype(int) - result["sheet"][-1]).max() <= 1


def test_conditional_trainings_say_how_often_the_class_is_right() -> None:
    for sees_class in (True, False):
        result = conditional(sees_class)
        assert ((result["measure/agreement"] >= 0) & (result["measure/agreement"] <= 1)).all()
        assert result["sheet"].shape == (2, 80, 32, 32)
    table = cdcgan_agreement(0, conditional(), small_classifier(), each=6)
    assert table["digits"].sum() == 60 and (table.groupby("asked")["digits"].sum() == 6).all()


def test_interpolation_starts_and_ends_the_same_on_both_paths() -> None:
    table = interpolation(trained(), small_classifier(), points=3).set_index(["path", "t"])
    for t in (0.0, 1.0):
        assert table.loc[("linear", t), "frechet"] == pytest.approx(table.loc[("spherical", t), "frechet"], rel=1e-3)
    assert table.loc[("linear", 0.5), "norm"] < table.loc[("spherical", 0.5), "norm"]
    pictures = interpolation_sheet(trained(), pairs=2, points=4, loops=3)
    assert pictures["linear"].shape == (2, 4, 32, 32) and pictures["loop"].shape == (40, 32, 96)
    assert (np.abs(pictures["linear"][:, 0].astype(int) - pictures["spherical"][:, 0]) <= 1).all()


def test_neighbours_are_training_digits() -> None:
    found = neighbours(trained(), count=30)
    assert found["closest"].shape == (2, 14, 32, 32)
    known = padded(small_digits().train).reshape(1500, -1)
    for image in found["closest"][1]:
        assert (known == image.ravel()).all(1).any()
    distances = np.linalg.norm((found["closest"][0].astype(float) - found["closest"][1]) / 255, axis=(1, 2))
    np.testing.assert_allclose(distances, np.sort(found["generated"])[:14], rtol=1e-6)
    assert len(memorisation(found)) == 60


def test_columns_of_z() -> None:
    narrow = {"sees_class=true,seed=0": conditional(), "sees_class=false,seed=0": conditional(False)}
    found = z_properties({"seed=0": conditional()}, narrow, columns=20)
    assert sorted(key for key in found if key.endswith("/z")) == ["lab-0/z", "narrow-0/z"]
    np.testing.assert_array_equal(found["lab-0/slant"], found["narrow-0/slant"])  # the same training under both names
    table = z_columns(found)
    assert len(table) == 6 and table["column_share"].between(0, 1).all()


def test_z_that_decides_everything_is_found() -> None:
    """A made-up generator whose slant is a linear function of z, and whose thickness is noise."""
    draw = np.random.default_rng(0)
    z, weight = draw.standard_normal((300, 6)), np.array([3.0, 0, 0, 4.0, 0, 0])
    made = {
        "lab-0/z": z,
        "lab-0/slant": (z @ weight)[None] + 5 * np.arange(10)[:, None] + 0.1 * draw.standard_normal((10, 300)),
    }
    made |= {"lab-0/thickness": draw.standard_normal((10, 300)), "lab-0/width": draw.standard_normal((10, 300))}
    table = z_columns(made).set_index("property")
    assert table.loc["slant", "column_share"] > 0.99 and table.loc["slant", "r2"] > 0.99
    assert table.loc["slant", "shuffled_share"] == pytest.approx(0.1, abs=0.03)
    assert table.loc["thickness", "p"] > 0.001 and abs(table.loc["thickness", "correlation"]) < 0.05


def test_moving_along_the_direction_of_a_property_changes_nothing_else() -> None:
    """Each made-up property is one entry of z, so the pictures are those of a z with that entry replaced."""
    import torch

    generator = conditional_generator(conditional())
    draw = np.random.default_rng(0)
    known, entries = draw.standard_normal((400, generator.nz)), {"slant": 7, "thickness": 0, "width": 50}
    made = {"lab-0/z": known} | {f"lab-0/{key}": known[None, :, at].repeat(10, 0) for key, at in entries.items()}
    images = z_columns_sheet(conditional(), made, columns=2, reach=2.0)
    z = noise(1, generator.nz, [1, 9])
    for key, at in entries.items():
        for point, t in enumerate(np.linspace(-2, 2, 7)):
            way = z.clone()
            way[:, at] = t
            (expected,) = generate(generator, way, torch.full((1,), 4))
            assert np.abs(images[key][4, point].astype(int) - expected).max() <= 2


@pytest.mark.slow
def test_scenes_are_squares() -> None:
    images = scenes(32)
    assert images.shape[1:] == (32, 32) and images.dtype == np.uint8 and images.std() > 10
