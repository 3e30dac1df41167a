"""A training iteration without Python in it: captured once as a CUDA graph, then replayed (Nguyen et al. 2021).

Launching the hundreds of small kernels of an iteration one by one takes the processor longer than a GPU needs to carry
them out. A CUDA graph is launched as one. It repeats exactly the operations that were captured, on the same memory, so

- what differs from one iteration to the next is an input, copied into a tensor that stays where it is: the indices of
  the batch, noise, a learning rate that changes;
- what one wants to know of an iteration is collected on the device; nothing waits for a number.

On a CPU the same function is simply called.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import Tensor

WARM = 3
"""Iterations that run without a graph: libraries choose their algorithms, and optimizers make their state in them."""

Update = Callable[..., Mapping[str, Tensor]]
"""One iteration: called with the inputs as tensors on the device, by name; returns what is collected, by name."""


class GraphedIteration:
    """One training iteration, and what was collected in all of them.

        def update(chosen: Tensor, rate: Tensor) -> dict[str, Tensor]:
            loss = model(images[chosen]).square().mean()
            loss.backward()
            …
            return {"loss": loss}

        iteration = GraphedIteration(update, device, iterations=3000)
        for i in range(3000):
            iteration(chosen=order[i], rate=torch.tensor(annealed(i / 3000)))
        iteration.collected()["loss"]     # float32 [3000]

    The first iterations are real ones, too, and run like the others, only launched one kernel at a time. `update` must
    not ask for a number (`float(loss)`), nor depend on Python values that change.

    Args:
        update: carries out one iteration.
        device: where everything lies.
        iterations: for how many there is room in what is collected.
        graphed: False to launch every kernel, also on a GPU.
    """

    def __init__(self, update: Update, device: torch.device, iterations: int, graphed: bool = True) -> None:
        self._update, self._device, self._room = update, device, iterations
        self._graphed = graphed and device.type == "cuda"
        self._inputs: dict[str, Tensor] = {}
        self._collected: dict[str, Tensor] = {}
        self._position = torch.zeros(1, dtype=torch.int64, device=device)
        self._calls = 0
        self._graph: torch.cuda.CUDAGraph | None = None
        self._since_reset = 0

    def __call__(self, **inputs: Tensor) -> None:
        """Carry out the next iteration. Tensors on the CPU are copied to the device without waiting for it.

        Raises:
            IndexError: there is no room for what it collects.
        """
        if self._calls >= self._room:
            raise IndexError(f"there is room for {self._room} iterations")
        self._take(inputs)
        if not self._graphed:
            self._run()
        elif self._since_reset < WARM:
            aside = torch.cuda.Stream()
            aside.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(aside):
                self._run()
            torch.cuda.current_stream().wait_stream(aside)
        else:
            if self._graph is None:
                self._graph = torch.cuda.CUDAGraph()
                with torch.cuda.graph(self._graph):
                    self._run()
            self._graph.replay()
        self._calls += 1
        self._since_reset += 1

    def reset(self) -> None:
        """Capture anew: tensors that `update` works on are others than before, those of a restored state for instance.

        What was collected stays.
        """
        self._graph, self._since_reset = None, 0

    def collected(self) -> dict[str, np.ndarray]:
        """What `update` has returned in all iterations so far: arrays [iterations, …], by name."""
        return {name: values[: self._calls].cpu().numpy() for name, values in self._collected.items()}

    def restore(self, collected: Mapping[str, np.ndarray]) -> None:
        """Go on after the iterations in which this was `collected`."""
        self._calls = min((len(values) for values in collected.values()), default=0)
        self._position.fill_(self._calls)
        for name, values in collected.items():
            self._collected[name] = self._empty(torch.from_numpy(values[0]) if len(values) else torch.zeros(()))
            self._collected[name][: self._calls] = torch.from_numpy(values[: self._calls]).to(self._device)
        self.reset()

    def _take(self, inputs: Mapping[str, Tensor]) -> None:
        for name, value in inputs.items():
            if not self._graphed:
                self._inputs[name] = value.to(self._device)
                continue
            if name not in self._inputs:
                self._inputs[name] = torch.empty_like(value, device=self._device)
            # From pinned memory the copy runs while this process prepares the next one.
            self._inputs[name].copy_(value.pin_memory() if value.device.type == "cpu" else value, non_blocking=True)

    def _run(self) -> None:
        for name, value in self._update(**self._inputs).items():
            if name not in self._collected:
                self._collected[name] = self._empty(value)
            self._collected[name].index_copy_(0, self._position, value.detach()[None].to(torch.float32))
        self._position += 1

    def _empty(self, value: Tensor) -> Tensor:
        return torch.zeros(self._room, *value.shape, dtype=torch.float32, device=self._device)
