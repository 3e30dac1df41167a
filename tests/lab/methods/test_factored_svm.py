"""The heart of the layer-cut curve: a linear SVM on factored coordinates is the linear SVM on the features."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from experiments.lab.methods.factor import coordinates
from experiments.lab.methods.linear_svm import linear_svm


def random_features(images: int, features: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Sparse positive features, as behind a ReLU, with some structure and unit length."""
    rng = np.random.default_rng(seed)
    labels = np.arange(images) % classes
    centres = rng.normal(size=(classes, features))
    return normalize(np.maximum(0, 0.3 * centres[labels] + rng.normal(size=(images, features)))), labels


def kernel(features: np.ndarray, train: int) -> np.ndarray:
    """What the Gram accumulation delivers: float32."""
    return (features.astype(np.float32) @ features[:train].astype(np.float32).T).astype(np.float32)


@pytest.mark.parametrize(("features", "C", "seed"), [(5000, 1.0, 0), (5000, 100.0, 1), (300, 1.0, 2), (40, 1.0, 3)])
def test_decisions_equal_those_on_the_raw_features(features: int, C: float, seed: int) -> None:
    """With more features than images and with fewer, when the Gram matrix has not full rank."""
    raw, labels = random_features(250, features, 5, seed)
    train = 100
    known, unknown = coordinates(kernel(raw, train), train)
    assert known.shape[1] == min(train, features)
    on_coordinates = linear_svm(known, labels[:train], C)
    on_features = LinearSVC(C=C, dual=True, tol=1e-8, max_iter=100_000).fit(raw[:train], labels[:train])
    np.testing.assert_allclose(
        on_coordinates.decision_function(unknown), on_features.decision_function(raw[train:]), atol=2e-4
    )
    np.testing.assert_array_equal(on_coordinates.predict(unknown), on_features.predict(raw[train:]))


def test_coordinates_have_the_features_inner_products() -> None:
    raw, _ = random_features(60, 1000, 3, seed=0)
    known, unknown = coordinates(kernel(raw, 40), 40)
    np.testing.assert_allclose(known @ known.T, raw[:40] @ raw[:40].T, atol=1e-6)
    np.testing.assert_allclose(unknown @ known.T, raw[40:] @ raw[:40].T, atol=1e-6)
    assert (np.diff((known**2).sum(0)) <= 1e-12).all()  # largest variance first


def test_identical_training_images_only_lower_the_rank() -> None:
    raw, _ = random_features(80, 1000, 4, seed=0)
    raw[7] = raw[3]
    raw[50] = raw[3]  # and a test image like them
    known, unknown = coordinates(kernel(raw, 40), 40)
    assert known.shape[1] == 39
    np.testing.assert_allclose(known[7], known[3], atol=1e-6)
    np.testing.assert_allclose(unknown[10], known[3], atol=1e-5)


@pytest.mark.skipif("TPDL_DATA" not in os.environ, reason="needs TPDL_DATA")
def test_equal_on_real_features_of_a_real_network(tmp_path: Path) -> None:
    """SqueezeNet's last Fire module, 86 528 features, on 5 training and 5 test images of each of the 15 classes."""
    import torch

    from experiments.lab.data import fifteen_scene
    from experiments.lab.methods.gram import gram_matrices
    from experiments.lab.nets.cuts import cuts, tapped
    from experiments.lab.nets.inputs import batches
    from experiments.lab.nets.registry import build

    scenes = fifteen_scene.read(Path(os.environ["TPDL_DATA"]) / "15SceneData")
    chosen = [i for c in range(15) for i in np.flatnonzero(scenes.labels[: scenes.train] == c)[:5]]
    train = len(chosen)
    chosen += [scenes.train + i for c in range(15) for i in np.flatnonzero(scenes.labels[scenes.train :] == c)[:5]]
    labels = scenes.labels[chosen]
    give = lambda: batches(lambda i: scenes.pixels(chosen[i], 224), len(chosen))  # noqa: E731
    model = build("squeezenet1_1")
    last = [cut for cut in cuts("squeezenet1_1") if cut.name == "fire9-expand"]
    rows: list[np.ndarray] = []
    with torch.inference_mode(), tapped(model, last, lambda cut, output: rows.append(output.flatten(1).numpy())) as run:
        for batch in give():
            run(batch)
    raw = normalize(np.concatenate(rows).astype(np.float64))
    [(_, gram)] = gram_matrices(model, last, give, len(chosen), train, tmp_path / "spool")
    known, unknown = coordinates(gram.kernel, train)
    on_coordinates = linear_svm(known, labels[:train])
    on_features = LinearSVC(dual=True, tol=1e-6, max_iter=100_000).fit(raw[:train], labels[:train])
    expected = on_features.decision_function(raw[train:])
    np.testing.assert_allclose(on_coordinates.decision_function(unknown), expected, atol=1e-4)
    np.testing.assert_array_equal(on_coordinates.predict(unknown), on_features.predict(raw[train:]))
    assert on_coordinates.score(unknown, labels[train:]) > 0.5
