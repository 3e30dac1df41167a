"""Quality measures of a set of digits, generated or real, by the digit classifier."""

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
    """Real digits for comparison."""

    feature: np.ndarray
    """[images, 64]."""
    diversity: dict[int, float]
    """Mean distance of two images of a class, by class."""


def yardstick(classifier: Arrays, chosen: np.ndarray | None = None) -> Yardstick:
    """The test digits `chosen` (indices or mask) for comparison; by default the reference half."""
    from experiments.lab.methods.within_class_diversity import within_class_diversity

    chosen = classifier["reference"] if chosen is None else chosen
    feature = classifier["feature"][chosen]
    return Yardstick(feature, within_class_diversity(feature, classifier["predicted"][chosen]))


def measures(found: Mapping[str, np.ndarray], real: Yardstick, wanted: np.ndarray | None = None) -> dict[str, float]:
    """Fréchet distance, class coverage, confidence and diversity of a set of digits.

    Args:
        found: "feature" [images, 64], "predicted" [images] and "confidence" [images], from the classifier.
        real: what they are compared with.
        wanted: requested classes [images], for a conditional network.

    Returns:
        frechet: Fréchet distance to the features of real digits; 0 is best.
        classes_covered: number of classes with at least 1 % of the images.
        effective_classes: exp of the entropy of the class shares, 1 … 10.
        confidence: mean probability of the most probable class.
        diversity: mean distance of two images of a class, relative to real ones; 1 is as diverse as real digits.
        agreement: fraction of images classified as the requested class; only with `wanted`.
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
    """The classifier's output for uint8 [images, side, side]; images of side 64 are averaged down to 32 first."""
    from experiments.lab.methods.digit_training import read_digits

    factor = images.shape[1] // 32
    if factor > 1:
        images = images.reshape(len(images), 32, factor, 32, factor).mean((2, 4)).round().astype("uint8")
    feature, probability = read_digits(model, images)
    return {"feature": feature, "predicted": probability.argmax(1), "confidence": probability.max(1)}


def trained_classifier(classifier: Arrays) -> DigitClassifier:
    """The classifier with the weights that the step `classifier` stored, on the best device."""
    from experiments.lab.device import best_device
    from experiments.lab.nets.digit_classifier import DigitClassifier

    model = DigitClassifier()
    model.load_state_dict(weights(classifier, "weights/"))
    return model.eval().to(best_device())


def weights(arrays: Arrays, prefix: str) -> dict:
    """The arrays whose names begin with `prefix`, as the state of a torch module."""
    import torch

    return {name.removeprefix(prefix): torch.from_numpy(arrays[name]) for name in arrays if name.startswith(prefix)}
