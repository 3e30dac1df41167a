"""MNIST-M (Ganin et al. 2016, section 5.2.4): MNIST's digits, each drawn into a crop of a photograph.

    image = |crop − 255 · [digit > 0]|        per pixel and channel

where there is ink the photograph is inverted, so a digit has no colour of its own and may be brighter or darker than
what is around it. Photographs are the training images of BSDS500 (Arbeláez et al. 2011). Where the published archive
lies, it is read instead; in the demo profile scikit-learn's digits are drawn into its two sample photographs.
"""

from __future__ import annotations

import io
import tarfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from experiments.lab.data.mnist import SIDE, Digits
from experiments.lab.data.mnist import load as load_mnist
from experiments.lab.data.place import data_root, needed
from tpdl import UserError, profile

ARCHIVE = "mnist_m/mnist_m.tar.gz"
"""Of the authors, with mnist_m_{train,test}/*.png and mnist_m_{train,test}_labels.txt; below the data root."""


def load(seed: int = 0) -> Digits:
    """The data set: images are uint8 [images, 28, 28, 3].

    Args:
        seed: of the crops; without effect where the published archive is read.

    Raises:
        UserError: the digits or the photographs are not on this machine, or cannot be read.
    """
    if profile() == "demo":
        return draw(load_mnist(), sample_photographs(), seed)
    archive = data_root() / ARCHIVE
    return read_archive(archive) if archive.is_file() else draw(load_mnist(), photographs(), seed)


def draw(digits: Digits, photographs: Sequence[np.ndarray], seed: int = 0) -> Digits:
    """All digits drawn into crops, the test images after the training images from one stream of random numbers."""
    images = blend(np.concatenate([digits.train, digits.test]), photographs, seed)
    split = len(digits.train)
    return Digits(images[:split], digits.train_labels, images[split:], digits.test_labels)


def blend(digits: np.ndarray, photographs: Sequence[np.ndarray], seed: int = 0) -> np.ndarray:
    """|crop − 255 · [digit > 0]| for a random crop of a random photograph.

    Args:
        digits: uint8 [images, height, width], white on black.
        photographs: uint8 [their height, their width, 3], each larger than a digit.
        seed: of photographs and places.

    Returns:
        uint8 [images, height, width, 3].
    """
    count, height, width = digits.shape
    rng = np.random.default_rng(seed)
    which = rng.integers(len(photographs), size=count)
    down, right = rng.random((2, count))
    crops = np.empty((count, height, width, 3), np.uint8)
    for i, photograph in enumerate(photographs):
        # A view of every crop there is: [rows, columns, 3, height, width]. Only the chosen ones are copied.
        places = np.lib.stride_tricks.sliding_window_view(photograph, (height, width), axis=(0, 1))
        here = np.flatnonzero(which == i)
        row, column = (down[here] * places.shape[0]).astype(int), (right[here] * places.shape[1]).astype(int)
        crops[here] = places[row, column].transpose(0, 2, 3, 1)
    ink = digits[..., None] > 0
    return np.where(ink, 255 - crops, crops)  # |crop − 255| = 255 − crop


def coloured(digits: Digits) -> Digits:
    """Grey digits with their grey repeated on three channels, as the network sees them: uint8 [images, 28, 28, 3]."""
    train, test = (np.repeat(images[..., None], 3, axis=-1) for images in (digits.train, digits.test))
    return Digits(train, digits.train_labels, test, digits.test_labels)


def photographs() -> list[np.ndarray]:
    """The training photographs of BSDS500 in the order of their names.

    Raises:
        UserError: they are not on this machine, or one cannot be read.
    """
    first = needed("mnist-m", "bsds500/train/*.jpg")
    return [_photograph(file) for file in sorted(first.parent.glob("*.jpg"))]


def sample_photographs() -> list[np.ndarray]:
    """The two photographs that come with scikit-learn, at the size of those of BSDS500."""
    from sklearn.datasets import load_sample_images

    return [
        np.asarray(Image.fromarray(image).resize((481, 321), Image.Resampling.BILINEAR))
        for image in load_sample_images().images
    ]


def read_archive(archive: Path) -> Digits:
    """The published data set: 59 001 training and 9001 test images of 32×32, of which the middle 28×28 is kept.

    Raises:
        UserError: the archive is damaged, or holds something else.
    """
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                if member.isfile() and (content := tar.extractfile(member)):
                    found["/".join(Path(member.name).parts[-2:])] = content.read()
        parts: list[np.ndarray] = []
        for split in ("train", "test"):
            listed = next(text for name, text in found.items() if name.endswith(f"mnist_m_{split}_labels.txt"))
            rows = [line.split() for line in listed.decode("ascii").splitlines() if line.strip()]
            parts += [
                np.stack([_middle(found[f"mnist_m_{split}/{name}"]) for name, _ in rows]),
                np.array([int(label) for _, label in rows]),
            ]
    except (OSError, EOFError, KeyError, ValueError, StopIteration, tarfile.TarError) as error:
        raise UserError(
            f"mnist-m: {archive} is not the published MNIST-M ({type(error).__name__}: {error}); "
            "remove it to have the images made"
        ) from error
    return Digits(*parts)


def _middle(encoded: bytes) -> np.ndarray:
    image = np.asarray(Image.open(io.BytesIO(encoded)).convert("RGB"))
    top, left = (image.shape[0] - SIDE) // 2, (image.shape[1] - SIDE) // 2
    if min(top, left) < 0:
        raise ValueError(f"an image of {image.shape[0]}×{image.shape[1]} pixels")
    return image[top : top + SIDE, left : left + SIDE]


def _photograph(file: Path) -> np.ndarray:
    try:
        image = np.asarray(Image.open(file).convert("RGB"))
    except OSError as error:
        raise UserError(
            f"mnist-m: {file} cannot be read ({error}); put the photograph of BSDS500 there again"
        ) from error
    if min(image.shape[:2]) < SIDE:
        raise UserError(f"mnist-m: {file} has {image.shape[0]}×{image.shape[1]} pixels, less than a digit")
    return image
