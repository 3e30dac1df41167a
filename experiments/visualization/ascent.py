"""Gradient ascent with snapshots and checkpoints, shared by the class-image experiments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tpdl import checkpoint, note, progress

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor


LOOK_EVERY = 25
"""Steps from one look at the probabilities to the next, for which a GPU is waited for."""


def snapshots(
    network: str,
    start: Tensor,
    targets: Sequence[int],
    wanted: Sequence[int],
    *,
    rate: float | Sequence[float],
    l2: float | Sequence[float],
    seed: int = 0,
    key: str = "ascent",
    save_every: int = 250,
) -> tuple[np.ndarray, np.ndarray]:
    """Gradient ascent from each row of `start`, all in one batch, with the images kept after some of the steps.

    Args:
        network: its name.
        start: network inputs [rows, 3, side, side].
        targets: class indices [rows].
        wanted: numbers of steps after which the images are kept, ascending.
        rate, l2: one for all rows, or one for each.
        seed: of the jitter.
        key: name of the checkpoint.
        save_every: steps between two checkpoints.

    Returns:
        network inputs float32 [len(wanted), rows, 3, side, side], and the probability of the target before each step
        [steps, rows].
    """
    import time

    import numpy as np
    import torch

    from experiments.lab.methods.class_image import Ascent
    from experiments.lab.nets.frozen import frozen, on_device_of

    rows, side, steps = len(start), start.shape[-1], wanted[-1]
    model = frozen(network)
    images = on_device_of(model, start)
    each = lambda value: torch.tensor(np.broadcast_to(value, rows).copy(), dtype=torch.float32)  # noqa: E731
    ascent = Ascent(
        model,
        images,
        images.new_tensor(targets, dtype=torch.long),
        rate=each(rate),
        l2=each(l2),
        steps=steps,
        jitter=jitter(side),
        seed=seed,
    )
    kept = np.zeros((len(wanted), *start.shape), np.float32)
    if state := checkpoint.load(key):
        kept = state["kept"]
        ascent.restore(state)
    begun, resumed = time.perf_counter(), ascent.taken
    for done in range(resumed + 1, steps + 1):
        ascent.step()
        progress.update(done=done, total=steps, unit="steps")
        if done % LOOK_EVERY == 0:
            progress.update(probability=float(ascent.probabilities()[-1].mean()))
        if done in wanted:
            kept[list(wanted).index(done)] = ascent.images.cpu().numpy()
        if done % save_every == 0 and done < steps:
            checkpoint.save(key, {"kept": kept} | ascent.state())
    probabilities = ascent.probabilities()
    if steps > resumed:
        note(images_per_second=round(rows * (steps - resumed) / (time.perf_counter() - begun), 1))
    return kept, probabilities


def jitter(side: int) -> int:
    """16 pixels of 224, as in the lab, and proportionally fewer for a smaller image."""
    return max(1, round(16 * side / 224))


def noise(rows: int, side: int, seed: int) -> Tensor:
    """Standard normal noise, the same in every row: network inputs [rows, 3, side, side]."""
    import torch

    image = torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(seed))
    return image.repeat(rows, 1, 1, 1)


def class_index(classes: Sequence[str], name: str) -> int:
    """Index of the class called `name`.

    Raises:
        UserError: there is no such class; the message suggests the nearest name.
    """
    from tpdl import UserError

    if name not in classes:
        import difflib

        near = difflib.get_close_matches(name, classes, n=1)
        raise UserError(f"no class is called {name!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
    return list(classes).index(name)
