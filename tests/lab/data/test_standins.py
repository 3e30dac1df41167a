"""Stand-ins of the demo profile: the same everywhere, varied, and of the same form as the real data."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from sklearn.svm import LinearSVC

from experiments.lab.data import fifteen_scene, imagenet, mnist
from experiments.lab.data.drawn_scenes import COPIES, DRAWERS, draw, draw_scenes
from experiments.lab.data.textures import KINDS, draw_textures
from experiments.lab.methods.duplicates import across, identical
from tpdl.errors import UserError


def digest(array: np.ndarray) -> str:
    return sha256(np.ascontiguousarray(array).tobytes()).hexdigest()[:16]


def test_drawn_scenes_are_pinned() -> None:
    """Another digest means that every demo result changes: do it on purpose."""
    drawn = np.concatenate([draw(kind, np.random.default_rng(7)).ravel() for kind in sorted(DRAWERS)])
    assert digest(drawn) == "8a48109115e0d09b"


def test_textures_are_pinned() -> None:
    pixels, kinds = draw_textures(2, seed=3)
    assert (digest(pixels), digest(kinds)) == ("b7d7a0586e783833", "f4c85dff67522927")
    assert pixels.shape == (2 * len(KINDS), 64, 64)


def test_drawn_scenes_have_the_form_of_15_scene() -> None:
    scenes = draw_scenes(train_each=3, test_each=2)
    assert len(scenes.classes) == fifteen_scene.CLASSES
    assert (scenes.train, len(scenes)) == (45, 75)
    assert np.bincount(scenes.labels[:45]).tolist() == [3] * 15
    assert len({scenes.image(i).size for i in range(20)}) > 10
    assert scenes.pixels(0, 48).dtype == np.uint8
    assert scenes.encoded(5) == draw_scenes(train_each=3, test_each=2).encoded(5)


def test_drawn_scenes_give_the_audit_something_to_find() -> None:
    scenes = draw_scenes()
    named = sorted({*COPIES, *COPIES.values()})
    assert set(named) <= set(scenes.names)
    index = {name: i for i, name in enumerate(scenes.names)}
    groups = identical(lambda i: scenes.encoded(index[named[i]]), len(named))
    assert all(groups[named.index(copy)] == groups[named.index(original)] > 0 for copy, original in COPIES.items())
    leaked = across(groups, np.array([name.startswith("train/") for name in named]))
    assert leaked.sum() == 6


def test_drawn_scenes_are_neither_trivial_nor_hopeless_from_pixels() -> None:
    scenes = draw_scenes(train_each=10, test_each=10)
    pixels = np.stack([scenes.pixels(i, 24).ravel() for i in range(len(scenes))]) / 255.0
    machine = LinearSVC(dual=True, random_state=0, max_iter=20_000).fit(pixels[:150], scenes.labels[:150])
    assert 0.25 < machine.score(pixels[150:], scenes.labels[150:]) < 0.9


def test_small_digits_are_like_mnist() -> None:
    digits = mnist.small_digits()
    assert digits.train.shape == (1500, 28, 28) and digits.test.shape == (297, 28, 28)
    assert digits.train.dtype == np.uint8 and digits.train.max() == 255
    assert not digits.train[:, :4].any()
    assert set(digits.test_labels) == set(range(10))
    assert digest(mnist.small_digits().test_labels) == digest(digits.test_labels)


def test_texture_photographs_have_the_form_of_the_imagenet_images() -> None:
    photographs = imagenet.textures()
    assert photographs.images.shape == (25, 64, 64, 3)
    assert len(set(photographs.labels)) == 25


def test_loaders_follow_the_profile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "demo")
    assert fifteen_scene.load().names[0] == "train/bedroom/image_0001.png"
    assert len(mnist.load().test) == 297
    assert imagenet.load().images.shape[1] == 64


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("TPDL_PROFILE", "full")
    monkeypatch.setenv("TPDL_DATA", str(tmp_path))
    return tmp_path


def test_missing_data_say_how_to_get_them(full: Path) -> None:
    for module, name in ((mnist, "mnist"), (imagenet, "imagenet-25")):
        with pytest.raises(UserError, match=f"tpdl data fetch {name}"):
            module.load()


def test_damaged_mnist_is_one_line(full: Path) -> None:
    raw = full / "mnist/MNIST/raw"
    raw.mkdir(parents=True)
    for file in (
        "train-images-idx3-ubyte",
        "train-labels-idx1-ubyte",
        "t10k-images-idx3-ubyte",
        "t10k-labels-idx1-ubyte",
    ):
        (raw / file).write_bytes(b"\0\0\x08\x03")
    with pytest.raises(UserError, match=r"mnist: .* cannot be read"):
        mnist.load()


@pytest.mark.parametrize("images", [np.zeros((25, 224, 224, 3), np.float32), np.zeros((24, 224, 224, 3), np.uint8)])
def test_wrong_imagenet_images_are_refused(full: Path, images: np.ndarray) -> None:
    (full / "imagenet").mkdir()
    np.savez(full / "imagenet/imagenet_val_25.npz", X=images, y=np.zeros(25, int))
    (full / "imagenet/imagenet_class_index.json").write_text('{"0": ["n0", "tench"]}')
    with pytest.raises(UserError, match="not uint8"):
        imagenet.load()


def test_the_pickle_beside_the_imagenet_images_is_not_read(full: Path) -> None:
    (full / "imagenet").mkdir()
    images = np.zeros((25, 224, 224, 3), np.uint8)
    np.savez(
        full / "imagenet/imagenet_val_25.npz", X=images, y=np.zeros(25, int), label_map=np.array({"a": 1}, dtype=object)
    )
    (full / "imagenet/imagenet_class_index.json").write_text('{"0": ["n0", "great_white_shark"]}')
    assert imagenet.load().classes == ["great white shark"]


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\3\4"])
def test_damaged_imagenet_images_are_one_line(full: Path, content: bytes) -> None:
    (full / "imagenet").mkdir()
    (full / "imagenet/imagenet_val_25.npz").write_bytes(content)
    (full / "imagenet/imagenet_class_index.json").write_text("{}")
    with pytest.raises(UserError, match=r"imagenet-25: .* cannot be read"):
        imagenet.load()


@pytest.mark.skipif("TPDL_DATA" not in os.environ, reason="needs TPDL_DATA")
def test_real_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "full")
    digits, photographs = mnist.load(), imagenet.load()
    assert digits.train.shape == (60_000, 28, 28) and digits.test.shape == (10_000, 28, 28)
    assert np.bincount(digits.test_labels).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert photographs.images.shape == (25, 224, 224, 3) and len(photographs.classes) == 1000
