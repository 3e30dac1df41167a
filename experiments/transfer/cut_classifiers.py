"""A linear SVM at every cut, with its predictions for all test images."""

from __future__ import annotations

import tpdl
from experiments.transfer.gram import EACH_NETWORK, gram
from tpdl import Arrays, experiment, progress


@experiment(
    **EACH_NETWORK,
    inputs={"gram": gram},
    local=True,
)
def cut_classifiers(network: str, gram: Arrays, C: float = 1.0, folds: int = 5, seed: int = 0) -> Arrays:
    """A one-versus-rest linear SVM on coordinates from the Gram matrix: the same classifier as on the features.

    The SVM on all training images and those of the cross-validation are solved together; "svm_seconds" is the time of
    all of them, with the decision values of the test images.

    Args:
        network: whose Gram matrices these are.
        gram: the Gram matrices.
        C: inverse regularisation strength.
        folds: of the cross-validation on the training images.
        seed: of the folds.

    Returns:
        for every cut "CUT/predicted" and "CUT/score", predicted class and its decision value [test images]; arrays over
        cuts: "rank", "train_accuracy", "validation_accuracy", "factor_seconds", "svm_seconds", "peak_bytes".
    """
    import time

    import numpy as np
    from sklearn.model_selection import StratifiedKFold

    from experiments.lab.methods.factor import coordinates
    from experiments.lab.methods.linear_svms import linear_svms
    from experiments.lab.methods.memory import PeakMemory

    train = int(gram["train"])
    labels = gram["label"][:train]
    splits = list(StratifiedKFold(folds, shuffle=True, random_state=seed).split(np.zeros(train), labels))
    arrays, columns = {}, []
    for cut in progress(gram["cut"], "cuts"):
        with PeakMemory() as peak:
            begun = time.perf_counter()
            known, unknown = coordinates(gram[f"{cut}/kernel"], train)
            factored = time.perf_counter()
            machine, *parts = linear_svms(known, labels, [np.arange(train), *(fit for fit, _ in splits)], C)
            scores = machine.decision_function(unknown)
            if scores.ndim == 1:  # of two classes there is one value, of the second
                scores = np.stack([-scores, scores], axis=1)
            trained = time.perf_counter()
        right = [
            part.score(known[held_out], labels[held_out]) for part, (_, held_out) in zip(parts, splits, strict=True)
        ]
        arrays[f"{cut}/predicted"], arrays[f"{cut}/score"] = scores.argmax(1), scores.max(1)
        took = {"factor_seconds": factored - begun, "svm_seconds": trained - factored, "peak_bytes": peak.bytes}
        accuracies = {"train_accuracy": machine.score(known, labels), "validation_accuracy": np.mean(right)}
        columns.append({"rank": known.shape[1]} | accuracies | took)
    return arrays | {key: np.array([column[key] for column in columns]) for key in columns[0]}


if __name__ == "__main__":
    tpdl.main(__file__)
