"""MNIST (LeCun, Cortes and Burges): 70 000 handwritten digits; scikit-learn's 1797 digits stand in for the demo."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from experiments.lab.data.place import data_root, needed
from tpdl import UserError, profile

SIDE = 28
DEMO_TEST = 297


@dataclass(frozen=True)
class Digits:
    """Images uint8 [images, 28, 28], white on black, and labels [images] 0 … 9."""

    train: np.ndarray
    train_labels: np.ndarray
    test: np.ndarray
    test_labels: np.ndarray


def load() -> Digits:
    """The data set, read by torchvision, or in the demo profile its stand-in.

    Raises:
        UserError: it is not on this machine, or its files are damaged.
    """
    if profile() == "demo":
        return small_digits()
    from torchvision.datasets import MNIST

    needed("mnist", "mnist/MNIST/raw/train-images-idx3-ubyte")
    root = data_root() / "mnist"
    try:
        train, test = (MNIST(root, train=train, download=False) for train in (True, False))
    except (RuntimeError, ValueError, AssertionError) as error:
        raise UserError(f"mnist: {root} cannot be read ({error}); remove it and `tpdl data fetch mnist`") from error
    return Digits(train.data.numpy(), train.targets.numpy(), test.data.numpy(), test.targets.numpy())


def small_digits(seed: int = 0) -> Digits:
    """scikit-learn's 8×8 digits, enlarged to 20×20 in the middle of 28×28 as MNIST's are, 1500 for training."""
    from sklearn.datasets import load_digits

    images, labels = load_digits(return_X_y=True)
    images = np.stack([_enlarged(image.reshape(8, 8)) for image in images])
    order = np.random.default_rng(seed).permutation(len(images))
    train, test = order[:-DEMO_TEST], order[-DEMO_TEST:]
    return Digits(images[train], labels[train], images[test], labels[test])


def _enlarged(image: np.ndarray) -> np.ndarray:
    grey = Image.fromarray((image * (255 / 16)).astype(np.uint8)).resize((20, 20), Image.Resampling.BICUBIC)
    framed = np.zeros((SIDE, SIDE), np.uint8)
    framed[4:24, 4:24] = np.asarray(grey)
    return framed
