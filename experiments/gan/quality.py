"""What is measured of a set of digits, generated or real."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tpdl import Arrays

if TYPE_CHECKING:
    import numpy as np

    from experiments.lab.nets.digit_classifier import DigitClassifier


@dataclass(frozen=True)
class Yardstick:
    """Real digits to compare with."""

    feature: np.ndarray
    """[images, 64]"""
    diversity: dict[int, float]
    """Mean distance of two images of a class, by class."""


def yardstick(classifier: Arrays, chosen: np.ndarray | None = None) -> Yardstick:
    """The test digits `chosen` (indices or mask), by default the reference half."""
    from experiments.lab.methods.within_class_diversity import within_class_diversity

    chosen = classifier["reference"] if chosen is None else chosen
    feature = classifier["feature"][chosen]
    return Yardstick(feature, within_class_diversity(feature, classifier["predicted"][chosen]))


def measures(found: Mapping[str, np.ndarray], real: Yardstick, wanted: np.ndarray | None = None) -> dict[str, float]:
    """Numbers about a set of digits.

    Args:
        found: "feature" [images, 64], "predicted" [images] and "confidence" [images], as the classifier sees them.
        real: what they are compared with.
        wanted: [images] classes that were asked for, if any were.

    Returns:
        frechet: distance of the features to the real ones; 0 is best.
        classes_covered: classes with at least 1 % of the images.
        effective_classes: exp of the entropy of the shares of the classes, 1 … 10.
        confidence: mean probability of the most probable class.
        diversity: mean distance of two images of a class, over that of real ones; 1 is as diverse as real digits.
        agreement: share of images in which the classifier sees the class asked for; only with `wanted`.
    """
    from experiments.lab.methods.class_coverage import class_shares, classes_covered, effective_classes
    from experiments.lab.methods.frechet_distance import frechet_distance
    from experiments.lab.methods.within_class_diversity import relative_diversity, within_class_diversity

    shares = class_shares(found["predicted"], 10)
    numbers = {
        "frechet": frechet_distance(found["feature"], real.feature),
        "classes_covered": classes_covered(shares),
        "effective_classes": effective_classes(shares),
        "confidence": float(found["confidence"].mean()),
        "diversity": relative_diversity(within_class_diversity(found["feature"], found["predicted"]), real.diversity),
    }
    return numbers if wanted is None else numbers | {"agreement": float((found["predicted"] == wanted).mean())}


def as_seen(model: DigitClassifier, images: np.ndarray) -> dict[str, np.ndarray]:
    """What the classifier makes of uint8 [images, side, side]; a side of 64 is averaged down to 32 first."""
    from experiments.lab.methods.digit_training import read_digits

    factor = images.shape[1] // 32
    if factor > 1:
        images = images.reshape(len(images), 32, factor, 32, factor).mean((2, 4)).round().astype("uint8")
    feature, probability = read_digits(model, images)
    return {"feature": feature, "predicted": probability.argmax(1), "confidence": probability.max(1)}


def trained_classifier(classifier: Arrays) -> DigitClassifier:
    """The network with the weights that the step `classifier` found, on the device that computes."""
    from experiments.lab.methods.device import best_device
    from experiments.lab.nets.digit_classifier import DigitClassifier

    model = DigitClassifier()
    model.load_state_dict(weights(classifier, "weights/"))
    return model.eval().to(best_device())


def weights(arrays: Arrays, prefix: str) -> dict:
    """The arrays whose names begin with `prefix`, as a state of a torch module."""
    import torch

    return {name.removeprefix(prefix): torch.from_numpy(arrays[name]) for name in arrays if name.startswith(prefix)}
