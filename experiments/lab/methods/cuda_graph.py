"""A training iteration without Python in it: captured once as a CUDA graph, then replayed (Nguyen et al. 2021).

Launching the hundreds of small kernels of an iteration one by one takes the processor longer than a GPU needs to carry
them out. A CUDA graph is launched as one. It repeats exactly the operations that were captured, on the same memory, so

- what differs from one iteration to the next is an input, copied into a tensor that stays where it is: the indices of
  the batch, noise; or it is filled into such a tensor: a learning rate that changes;
- what one wants to know of an iteration is collected on the device; nothing waits for a number.

On a CPU the same function is simply called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import numpy as np
import torch
from torch import Tensor

WARM = 3
"""Iterations that run without a graph: libraries choose their algorithms, and optimizers make their state in them."""

ROOM = 1000
"""Iterations whose numbers lie on the device before they are fetched, for which the processor waits."""

Update = Callable[..., Mapping[str, Tensor]]
"""One iteration: called with the inputs as tensors on the device, by name; returns what is collected, by name."""


class GraphedIteration:
    """One training iteration, and what was collected in all of them.

        def update(chosen: Tensor) -> dict[str, Tensor]:
            loss = model(images[chosen]).square().mean()
            loss.backward()
            …
            return {"loss": loss}

        iteration = GraphedIteration(update, device)
        for i in range(3000):
            rate.fill_(annealed(i / 3000))
            iteration(chosen=order[i])
        iteration.collected()["loss"]     # float32 [3000]

    The first iterations are real ones, too, and run like the others, only launched one kernel at a time; so does an
    iteration with inputs of another shape, the last batch of an epoch for instance. `update` must not ask for a number
    (`float(loss)`), nor depend on Python values that change.

    Args:
        update: carries out one iteration.
        device: where everything lies.
        graphed: False to launch every kernel, also on a GPU.
    """

    def __init__(self, update: Update, device: torch.device, graphed: bool = True) -> None:
        self._update, self._device = update, device
        self._graphed = graphed and device.type == "cuda"
        self._inputs: dict[str, Tensor] = {}
        self._collected: dict[str, Tensor] = {}
        self._position = torch.zeros(1, dtype=torch.int64, device=device)
        self._filled = 0
        self._fetched: dict[str, list[np.ndarray]] = {}
        self._graph: torch.cuda.CUDAGraph | None = None
        self._warm = 0

    def __call__(self, **inputs: Tensor) -> None:
        """Carry out the next iteration. Tensors on the CPU are copied to the device without waiting for it."""
        if self._filled == ROOM:
            self._fetch()
        if not self._graphed or not self._fits(inputs):
            self._run({name: value.to(self._device) for name, value in inputs.items()})
        else:
            self._take(inputs)
            if self._warm < WARM:
                self._run_aside()
            else:
                self._replay()
        self._filled += 1

    def collected(self) -> dict[str, np.ndarray]:
        """What `update` has returned in all iterations so far: arrays [iterations, …], by name."""
        self._fetch()
        return {name: np.concatenate(parts) for name, parts in self._fetched.items()}

    def restore(self, collected: Mapping[str, np.ndarray]) -> None:
        """Go on after the iterations in which this was `collected`.

        A graph is captured anew: the state of an optimizer lies in other tensors after it was restored.
        """
        self._fetched = {name: [values] for name, values in collected.items()}
        self._position.zero_()
        self._filled = 0
        self._graph, self._warm = None, 0

    def _fits(self, inputs: Mapping[str, Tensor]) -> bool:
        """Whether the inputs have the names and shapes of the first ones, for which the graph is."""
        shapes = {name: value.shape for name, value in self._inputs.items()}
        return not shapes or shapes == {name: value.shape for name, value in inputs.items()}

    def _take(self, inputs: Mapping[str, Tensor]) -> None:
        for name, value in inputs.items():
            if name not in self._inputs:
                self._inputs[name] = torch.empty_like(value, device=self._device)
            # From pinned memory the copy runs while this process prepares the next one.
            self._inputs[name].copy_(value.pin_memory() if value.device.type == "cpu" else value, non_blocking=True)

    def _run_aside(self) -> None:
        """Launch an iteration on another stream than the usual one, as has to be done before a capture."""
        aside = torch.cuda.Stream()
        aside.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(aside), fastest_convolutions():
            self._run(self._inputs)
        torch.cuda.current_stream().wait_stream(aside)
        self._warm += 1

    def _replay(self) -> None:
        if self._graph is None:
            self._graph = torch.cuda.CUDAGraph()
            with torch.cuda.graph(self._graph), fastest_convolutions():
                self._run(self._inputs)
        self._graph.replay()

    def _run(self, inputs: Mapping[str, Tensor]) -> None:
        for name, value in self._update(**inputs).items():
            if name not in self._collected:
                shape = ROOM, *value.shape
                self._collected[name] = torch.zeros(shape, dtype=torch.float32, device=self._device)
            self._collected[name].index_copy_(0, self._position, value.detach()[None].to(torch.float32))
        self._position += 1

    def _fetch(self) -> None:
        """Take what was collected off the device, and begin anew there."""
        if not self._filled:
            return
        for name, values in self._collected.items():
            self._fetched.setdefault(name, []).append(values[: self._filled].cpu().numpy().copy())
        self._position.zero_()
        self._filled = 0


@contextmanager
def fastest_convolutions() -> Iterator[None]:
    """Let cuDNN try its algorithms on every new shape, and keep the fastest, while the block runs."""
    before = torch.backends.cudnn.benchmark
    torch.backends.cudnn.benchmark = True
    try:
        yield
    finally:
        torch.backends.cudnn.benchmark = before


def follow_schedule(optimizer: torch.optim.Optimizer) -> None:
    """Put the β₁ that a schedule has set for Adam where a CUDA graph reads it: in a tensor that stays where it is.

        schedule.step()
        follow_schedule(optimizer)

    Schedules fill a new learning rate into its tensor, if it is in one, but set β₁ as a Python number; the graph would
    go on with that of its capture. On a CPU, where there is no graph, the number is left as it is.
    """
    for group in optimizer.param_groups:
        device = group["params"][0].device
        if device.type == "cuda":
            beta1, beta2 = group["betas"]
            group.setdefault("beta1", torch.empty((), device=device)).fill_(beta1)
            group["betas"] = group["beta1"], beta2


def sum_in_order(values: np.ndarray) -> float:
    """The sum of float32 `values` [iterations], added one after the other in float32, as in an accumulator on a device.

    mean = sum_in_order(iteration.collected()["loss"]) / iterations
    """
    return float(np.cumsum(values, dtype=np.float32)[-1])
