"""What all training runs of this chapter share: validation split, early stopping, checkpoints, and test."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tpdl import Arrays, checkpoint, note, progress

if TYPE_CHECKING:
    import numpy as np
    from torch import nn

PATIENCE = 8
"""Epochs without a lower validation loss before training stops."""
HELD_OUT = 0.2
"""Fraction of the training images of each class in the validation split."""


def trained(
    model: nn.Module,
    groups: list[dict[str, Any]],
    augmented: Any,
    plain: Any,
    images: Arrays,
    epochs: int,
    seed: int,
) -> dict[str, np.ndarray]:
    """Fine-tune with early stopping on a validation split, then classify the test images.

    Args:
        model, groups, augmented, plain: as in `experiments.lab.methods.fine_tuning.fine_tune`.
        images: pixels and labels of all images.
        epochs: largest number of epochs.
        seed: of the split, the order, augmentation and dropout.

    Returns:
        over epochs "epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "seconds",
        "memory" (bytes, see `fine_tune`); over test images "predicted" (class) and "correct"; and "free" and "weights"
        (numbers of parameters that are trained, and of all), "fit" and "held_out" (numbers of images), "memory_before"
        (bytes that the process used before the first epoch).
    """
    import numpy as np
    from sklearn.model_selection import train_test_split

    from experiments.lab.methods.fine_tuning import Course, fine_tune, scores_of
    from experiments.lab.methods.memory import resident

    train, labels = int(images["train"]), images["label"]
    fit, held_out = train_test_split(np.arange(train), test_size=HELD_OUT, stratify=labels[:train], random_state=seed)

    def shown(row: dict[str, float]) -> None:
        values = {key: row[key] for key in row if key != "memory"}
        progress.update(done=row["epoch"], total=epochs, unit="epochs", **values)

    before = resident()
    model, curve = fine_tune(
        model,
        groups,
        augmented,
        plain,
        labels,
        fit,
        held_out,
        Course(epochs, PATIENCE),
        seed=seed,
        load=lambda: checkpoint.load("epoch"),
        save=lambda state: checkpoint.save("epoch", state),
        watch=shown,
    )
    predicted = scores_of(model, plain, np.arange(train, len(labels))).argmax(1).numpy()
    seconds = sum(row["seconds"] for row in curve)
    note(epochs=len(curve), images_per_second_in_training=round(len(curve) * len(fit) / seconds, 1))
    return {key: np.array([row[key] for row in curve]) for key in curve[0]} | {
        "predicted": predicted.astype(np.min_scalar_type(len(images["class"]))),
        "correct": predicted == labels[train:],
        "free": np.array(sum(value.numel() for group in groups for value in group["params"])),
        "weights": np.array(sum(value.numel() for value in model.parameters())),
        "memory_before": np.array(before),
        "fit": np.array(len(fit)),
        "held_out": np.array(len(held_out)),
    }
