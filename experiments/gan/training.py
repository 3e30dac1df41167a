"""Training of a generator with quality measures and checkpoints, shared by all GANs of this chapter."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import tpdl
from tpdl import Arrays, checkpoint, progress

if TYPE_CHECKING:
    import numpy as np
    import torch
    from torch import nn

    from experiments.lab.methods.adversarial_training import AdversarialTraining

MOMENTS = (0, 50, 100, 200, 300, 500, 750, 1000, 1500, 2000, 2500)
"""Iterations before which a generator is measured; it is also measured at the end."""

HISTORY = ("loss_d", "loss_g", "d_real", "d_fake")
"""The columns of `AdversarialTraining.history`."""

SAVING = 60.0
"""Seconds between two checkpoints."""

Measure = Callable[["np.ndarray"], dict[str, float]]
"""uint8 [images, side, side] -> numbers by name."""


def train(
    training: AdversarialTraining,
    iterations: int,
    measure: Measure,
    samples: int,
    sheet: torch.Tensor,
    sheet_labels: torch.Tensor | None = None,
    sample_labels: torch.Tensor | None = None,
) -> dict[str, np.ndarray]:
    """Train, measure at `MOMENTS` and at the end, and save a checkpoint every minute.

    A run that was killed continues from its last checkpoint, with the same result as without the interruption.

    Args:
        training: not yet begun.
        iterations: number of batches.
        measure: measures generated images.
        samples: how many of them, always from the same noise.
        sheet: noise [images, nz] of the images that are kept at every measurement.
        sheet_labels, sample_labels: requested classes, for a conditional network.

    Returns:
        "history" [iterations, 4], columns as in `HISTORY`; "moment" [moments], iterations before each measurement,
        "seconds" [moments] of training up to it, "measure/NAME" [moments] and "sheet" uint8 [moments, images, side,
        side]; "generator/NAME", its weights at the end.
    """
    import time

    import numpy as np
    import torch

    from experiments.lab.methods.adversarial_training import generate, noise
    from tpdl import atomic_path

    moments = [moment for moment in MOMENTS if moment < iterations] + [iterations]
    z = noise(samples, training.nz, [training.seed, 2])
    measured: list[dict[str, float]] = []
    sheets: list[torch.Tensor] = []
    spent = 0.0

    kept = checkpoint.path("training.pt") if checkpoint.folder else None
    if kept and kept.exists():
        state = torch.load(kept, weights_only=True, map_location=training.device)
        training.restore(state["training"])
        measured, spent, sheets = state["measured"], state["spent"], [images.cpu() for images in state["sheets"]]
    resumed_at, spent_before = training.iteration, spent

    def save() -> None:
        if kept:
            state = {"training": training.state(), "measured": measured, "spent": spent, "sheets": sheets}
            with atomic_path(kept) as temporary:
                torch.save(state, temporary)

    def clock() -> float:
        if training.device.type == "cuda":
            torch.cuda.synchronize()  # what was asked for is done, not only asked for
        return time.perf_counter()

    for moment in moments[len(measured) :]:
        started = clock()
        while training.iteration < moment:
            training.step()
            progress.update(done=training.iteration, total=iterations, unit="iterations")
            if time.perf_counter() - started > SAVING:
                spent += clock() - started
                save()
                started = clock()
        spent += clock() - started
        measured.append({"seconds": spent} | measure(generate(training.generator, z, sample_labels)))
        sheets.append(torch.from_numpy(generate(training.generator, sheet, sheet_labels)))
        progress.update(frechet=round(measured[-1]["frechet"], 2))
        save()
    images = (iterations - resumed_at) * training.setting.batch
    tpdl.note(images_per_second=round(images / max(spent - spent_before, 1e-9)), resumed_at=resumed_at)
    arrays = {"history": training.history(), "moment": np.array(moments), "sheet": torch.stack(sheets).numpy()}
    for name in measured[0]:
        arrays[name if name == "seconds" else f"measure/{name}"] = np.array([float(found[name]) for found in measured])
    state = training.generator.state_dict()
    return arrays | {f"generator/{name}": value.cpu().contiguous().numpy() for name, value in state.items()}


def digit_measure(classifier: Arrays, wanted: np.ndarray | None = None) -> tuple[Measure, int]:
    """The function that measures generated digits, and their number: that of the real ones they are compared with."""
    from experiments.gan.quality import as_seen, measures, trained_classifier, yardstick

    model, real = trained_classifier(classifier), yardstick(classifier)
    return lambda images: measures(as_seen(model, images), real, wanted), len(real.feature)


def built(make: Callable[[], nn.Module], seed: int, normal: bool = True) -> nn.Module:
    """A network with random weights decided by `seed`: DCGAN's, or torch's own if not `normal`."""
    import torch

    from experiments.lab.nets.dcgan import initialise

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = make()
        if normal:
            initialise(model)
    return model


def measured_rows(training: Arrays, **about: Any) -> list[dict[str, Any]]:
    """The measurements of a training run as rows; the columns `about` the run come first."""
    names = [name for name in training if name.startswith("measure/")]
    return [
        about
        | {"iteration": int(moment), "seconds": round(float(training["seconds"][i]), 1)}
        | {name.removeprefix("measure/"): float(training[name][i]) for name in names}
        for i, moment in enumerate(training["moment"])
    ]


def history_rows(training: Arrays, window: int = 20, **about: Any) -> list[dict[str, Any]]:
    """Losses and discriminator outputs as rows, averaged over `window` iterations.

    The columns `about` the run come first.
    """
    history = training["history"]
    return [
        about
        | {"iteration": begin + len(history[begin : begin + window])}
        | dict(zip(HISTORY, history[begin : begin + window].mean(0).astype(float).tolist(), strict=True))
        for begin in range(0, len(history), window)
    ]
