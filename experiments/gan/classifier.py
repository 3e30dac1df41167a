"""The digit classifier that measures generated digits, and what the measures are for real ones."""

from __future__ import annotations

import pandas as pd

import tpdl
from experiments.gan.quality import measures, yardstick
from tpdl import Arrays, experiment, progress, summary


@experiment(data=["mnist"], demo={"epochs": 5}, local=True, device="gpu")
def classifier(epochs: int = 6, seed: int = 0) -> Arrays:
    """Train on the training digits, padded to 32×32. About four minutes on one core.

    Neither the classifier nor any generator is trained on the test digits. They are divided at random into two halves:
    generated digits are compared with the first; the second shows how far apart two sets of real digits are.

    Returns:
        "weights/NAME"; for the test digits "feature" [images, 64], "predicted", "confidence" and "label" [images];
        "reference" [images], whether a digit is in the first half; "loss" [epochs], mean over the training digits.
    """
    import time

    import numpy as np

    from experiments.lab.data import mnist
    from experiments.lab.data.squares import padded
    from experiments.lab.methods.digit_training import read_digits, train_digits

    digits, begun, losses = mnist.load(), time.perf_counter(), []
    training = train_digits(padded(digits.train), digits.train_labels, epochs=epochs, seed=seed)
    for model, loss in progress(training, "epochs", total=epochs):  # noqa: B007  the last one is what counts
        losses.append(loss)
    tpdl.note(images_per_second=round(epochs * len(digits.train) / (time.perf_counter() - begun)))
    features, probabilities = read_digits(model, padded(digits.test))
    order = np.random.default_rng(seed).permutation(len(features))
    reference = np.zeros(len(features), bool)
    reference[order[: len(order) // 2]] = True
    arrays = {"feature": features, "predicted": probabilities.argmax(1), "confidence": probabilities.max(1)}
    arrays |= {"label": digits.test_labels.astype(np.int64), "reference": reference, "loss": np.array(losses)}
    return arrays | {f"weights/{name}": value.cpu().numpy() for name, value in model.state_dict().items()}


@experiment(inputs={"classifier": classifier})
def classifier_accuracy(classifier: Arrays, seed: int = 0) -> dict:
    """Accuracy on the test digits with its 95 % bootstrap interval, accuracy by class, and the least accurate class."""
    from experiments.lab.methods.intervals import bootstrap_interval

    right, label = classifier["predicted"] == classifier["label"], classifier["label"]
    low, high = bootstrap_interval(right, seed=seed)
    by_class = [float(right[label == digit].mean()) for digit in range(10)]
    return {
        "accuracy": float(right.mean()),
        "low": low,
        "high": high,
        "errors": int((~right).sum()),
        "test_images": len(right),
        "by_class": by_class,
        "worst": int(min(range(10), key=by_class.__getitem__)),
        "confidence": float(classifier["confidence"].mean()),
        "epochs": len(classifier["loss"]),
    }


@experiment(inputs={"classifier": classifier}, demo={"splits": 5})
def real_measures(classifier: Arrays, splits: int = 20, seed: int = 0) -> pd.DataFrame:
    """The quality measures of real digits: what generated digits can reach at best.

    One row for each random split of the test digits into halves: the second half is measured against the first as
    generated digits are measured against the reference. `agreement` is the classifier's accuracy on the half.
    """
    import numpy as np

    rows = []
    for split in range(splits):
        order = np.random.default_rng([seed, split]).permutation(len(classifier["label"]))
        half = len(order) // 2
        reference, rest = order[:half], order[half : 2 * half]
        found = {key: classifier[key][rest] for key in ("feature", "predicted", "confidence")}
        wanted = classifier["label"][rest]
        rows.append({"split": split, "samples": half} | measures(found, yardstick(classifier, reference), wanted))
    return pd.DataFrame(rows)


@summary(real_measures)
def real_measures_values(results: pd.DataFrame) -> dict:
    """Mean, lowest and highest of each measure over the splits."""
    names = [name for name in results.columns if name not in ("split", "samples")]
    return {
        "samples": results["samples"].iloc[0],
        "splits": len(results),
        **{name: results[name].mean() for name in names},
        **{f"lowest_{name}": float(results[name].min()) for name in names},
        **{f"highest_{name}": float(results[name].max()) for name in names},
    }


if __name__ == "__main__":
    tpdl.main(__file__)
