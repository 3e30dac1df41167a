"""MNIST-M by its recipe: pinned bytes, pixels checked one by one against the formula, and the published archive."""

from __future__ import annotations

import io
import os
import tarfile
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from experiments.lab.data import mnist, mnist_m
from experiments.lab.data.catalog import catalogue
from tpdl.errors import UserError


def made_up(count: int = 50) -> tuple[np.ndarray, list[np.ndarray]]:
    """Digits that are bars, and three photographs that are ramps, no two pixels of one alike."""
    rng = np.random.default_rng(5)
    digits = np.where(rng.random((count, 28, 28)) < 0.3, rng.integers(1, 256, (count, 28, 28)), 0).astype(np.uint8)
    photographs = []
    for i, (height, width) in enumerate(((40, 60), (60, 40), (28, 28))):
        rows, columns = np.indices((height, width))
        photographs.append(np.stack([3 * rows, 4 * columns, np.full_like(rows, 100 * i)], axis=-1).astype(np.uint8))
    return digits, photographs


def test_the_bytes_are_pinned() -> None:
    """Another digest means that every result of the chapter changes: do it on purpose."""
    images = mnist_m.blend(*made_up(), seed=0)
    assert images.shape == (50, 28, 28, 3) and images.dtype == np.uint8
    assert sha256(images.tobytes()).hexdigest()[:16] == "f99c14165e82fe6d"


def test_every_image_is_the_difference_of_a_crop_and_a_binarised_digit() -> None:
    digits, photographs = made_up()
    images = mnist_m.blend(digits, photographs, seed=3)
    seen = set()
    for digit, image in zip(digits, images, strict=True):
        ink = digit > 0
        crop = np.where(ink[..., None], 255 - image.astype(int), image)
        which = int(crop[0, 0, 2]) // 100
        row, column = int(crop[0, 0, 0]) // 3, int(crop[0, 0, 1]) // 4
        expected = photographs[which][row : row + 28, column : column + 28].astype(int)
        np.testing.assert_array_equal(crop, expected)
        np.testing.assert_array_equal(image, abs(expected - 255 * ink[..., None]))
        seen.add((which, row, column))
    assert len(seen) > 25 and {which for which, _, _ in seen} == {0, 1, 2}


def test_seeds_give_other_crops_of_the_same_digits() -> None:
    digits, photographs = made_up()
    first, again, other = (mnist_m.blend(digits, photographs, seed=seed) for seed in (0, 0, 1))
    assert np.array_equal(first, again) and not np.array_equal(first, other)


def test_the_stand_in_has_the_form_of_mnist_m(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "demo")
    domain, digits = mnist_m.load(), mnist.load()
    assert domain.train.shape == (1500, 28, 28, 3) and domain.test.shape == (297, 28, 28, 3)
    assert np.array_equal(domain.test_labels, digits.test_labels)
    assert not np.array_equal(domain.train[0], domain.train[0, ::-1])
    grey = mnist_m.coloured(digits)
    assert grey.train.shape == domain.train.shape and np.array_equal(grey.test[..., 1], digits.test)


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("TPDL_PROFILE", "full")
    monkeypatch.setenv("TPDL_DATA", str(tmp_path))
    return tmp_path


def archive(path: Path, side: int = 32, leave_out: str = "") -> np.ndarray:
    """An archive laid out as the published one, with three images in each part. Returns the images, all six."""
    path.parent.mkdir(parents=True)
    images = np.random.default_rng(1).integers(0, 256, (6, side, side, 3)).astype(np.uint8)
    with tarfile.open(path, "w:gz") as tar:

        def add(name: str, content: bytes) -> None:
            if leave_out and leave_out in name:
                return
            about = tarfile.TarInfo(f"mnist_m/{name}")
            about.size = len(content)
            tar.addfile(about, io.BytesIO(content))

        for split, offset in (("train", 0), ("test", 3)):
            for i in range(3):
                buffer = io.BytesIO()
                Image.fromarray(images[offset + i]).save(buffer, "PNG")
                add(f"mnist_m_{split}/{i:08d}.png", buffer.getvalue())
            add(f"mnist_m_{split}_labels.txt", "".join(f"{i:08d}.png {i + offset}\n" for i in range(3)).encode())
    return images


def test_the_published_archive_is_read_where_it_is(full: Path) -> None:
    images = archive(full / mnist_m.ARCHIVE)
    read = mnist_m.load()
    np.testing.assert_array_equal(read.train, images[:3, 2:-2, 2:-2])
    np.testing.assert_array_equal(read.test, images[3:, 2:-2, 2:-2])
    assert read.train_labels.tolist() == [0, 1, 2] and read.test_labels.tolist() == [3, 4, 5]
    assert catalogue.resolve("mnist-m", full) == [full / mnist_m.ARCHIVE]


@pytest.mark.parametrize("wrong", ["empty", "test_labels", "00000001.png", "small"])
def test_a_damaged_archive_is_one_line(full: Path, wrong: str) -> None:
    path = full / mnist_m.ARCHIVE
    if wrong == "empty":
        path.parent.mkdir()
        path.write_bytes(b"")
    else:
        archive(path, side=20 if wrong == "small" else 32, leave_out="" if wrong == "small" else wrong)
    with pytest.raises(UserError, match=r"mnist-m: .* is not the published MNIST-M"):
        mnist_m.load()


def test_photographs_that_are_missing_damaged_or_too_small_are_one_line(full: Path) -> None:
    with pytest.raises(UserError, match="tpdl data fetch mnist-m"):
        mnist_m.photographs()
    folder = full / "bsds500/train"
    folder.mkdir(parents=True)
    Image.fromarray(np.zeros((20, 40, 3), np.uint8)).save(folder / "1.jpg")
    with pytest.raises(UserError, match="less than a digit"):
        mnist_m.photographs()
    (folder / "1.jpg").write_bytes(b"no picture")
    with pytest.raises(UserError, match="cannot be read"):
        mnist_m.photographs()


def test_photographs_are_taken_out_of_the_archive_of_bsds500(full: Path) -> None:
    with tarfile.open(full / "BSR_bsds500.tgz", "w:gz") as tar:
        for split, names in (("train", "ab"), ("test", "c")):
            for name in names:
                buffer = io.BytesIO()
                Image.fromarray(np.full((30, 40, 3), 7, np.uint8)).save(buffer, "JPEG")
                about = tarfile.TarInfo(f"BSR/BSDS500/data/images/{split}/{name}.jpg")
                about.size = buffer.tell()
                tar.addfile(about, io.BytesIO(buffer.getvalue()))
    catalogue.fetch("mnist-m", full)
    assert [file.name for file in sorted((full / "bsds500/train").iterdir())] == ["a.jpg", "b.jpg"]
    assert len(mnist_m.photographs()) == 2


def test_another_archive_is_not_taken_for_bsds500(full: Path) -> None:
    with tarfile.open(full / "BSR_bsds500.tgz", "w:gz"):
        pass
    with pytest.raises(UserError, match="is not BSDS500"):
        catalogue.fetch("mnist-m", full)
    assert not (full / "bsds500/train").exists()


@pytest.mark.skipif("TPDL_DATA" not in os.environ, reason="needs TPDL_DATA")
def test_real_photographs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TPDL_PROFILE", "full")
    found = mnist_m.photographs()
    assert len(found) == 200 and {image.shape[:2] for image in found} == {(321, 481), (481, 321)}
