"""Milliseconds a batch of the lab's trainings: launched kernel by kernel, as a CUDA graph, and with seeds stacked.

    python benchmarks/training.py --device cuda [--batches 200] [--seeds 1 8 16] [--to table.json]
    python benchmarks/training.py --device cpu --batches 5 --seeds 1 2

DCGAN has the lab's networks and batches of 128; DANN batches of 32 + 32. Of each there are

- the public loop: PyTorch's DCGAN example, and a plain DANN loop, with `DataLoader`, on a GPU with two workers;
- on a GPU, the loop of the report with every kernel launched by itself;
- the loop of the report as it is, a CUDA graph on a GPU and plain calls on a CPU;
- a stack of one network, and several seeds as one network, by `torch.func` and, for DCGAN, by grouped convolutions;
- on a GPU, for DCGAN, several seeds as graphs of their own on streams of their own.

On a GPU with float32 and TF32, and DCGAN with bfloat16, too, as on a processor that multiplies such numbers itself; the
public loops as they come, which is TF32 on a GPU, and without what a step's process does with memory
(`tpdl.run.memory.keep_freed`). Beside each stands the arithmetic limit: the floating-point operations of its
convolutions and matrix products, at the rate at which the device multiplies two large matrices in the same precision.
Images a second count real images, and at DANN those of both domains, over all seeds. On a CPU the time
is that of the processor, so other load hardly counts. MNIST is read from the data folder; without it scikit-learn's
digits stand in, and the public DCGAN loop is left out.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import adaptation_throughput, gan_throughput
from experiments.lab.data import mnist, mnist_m
from experiments.lab.data.squares import padded
from experiments.lab.methods.adversarial_training import AdversarialTraining, Setting
from experiments.lab.methods.cuda_graph import WARM
from experiments.lab.methods.domain_adversarial import train
from experiments.lab.methods.gradient_reversal import schedule
from experiments.lab.methods.stacked_adversarial import StackedAdversarialTraining
from experiments.lab.methods.stacked_domain_adversarial import train_stacked
from experiments.lab.nets.dcgan import Discriminator, Generator, initialise
from experiments.lab.nets.stacked import Grouped, Mapped
from tpdl.run.memory import keep_freed

BATCH = Setting().batch
HALF = adaptation_throughput.HALF


@dataclass
class Row:
    """One line of the table."""

    training: str
    how: str
    seeds: int
    precision: str
    milliseconds: float
    """A batch, of all seeds together."""
    images_per_second: float
    limit: float | None
    """Milliseconds of the arithmetic alone."""


class Bench:
    """Times trainings on one device.

    Args:
        device: "cpu" or "cuda".
        batches: that are timed.
        seeds: how many are stacked, one row for each.
        added: called with all rows so far whenever there is one more, so that they can be kept.
    """

    def __init__(
        self, device: str, batches: int, seeds: Sequence[int], added: Callable[[list[Row]], None] = lambda rows: None
    ) -> None:
        self.device, self.batches, self.seeds, self._added = device, batches, seeds, added
        self.workers = 2 if device == "cuda" else 0  # on one core they would only take turns, and not be counted
        self.rows: list[Row] = []
        self._counted: dict[str, float] = {}
        self._rates: dict[str, float] = {}

    def precisions(self) -> list[str]:
        """Those that the device is measured in."""
        if self.device == "cuda":
            return ["float32", "TF32", "bfloat16"]
        return ["float32", *(["bfloat16"] if torch.ops.mkldnn._is_mkldnn_bf16_supported() else [])]

    def loops(self) -> list[tuple[str, bool]]:
        """The loops of the report: what they are called in the table, and whether an iteration is a graph."""
        launched = [("launched one by one", False)] if self.device == "cuda" else []
        return [*launched, ("loop of the report", True)]

    def public(self) -> None:
        """The rows of the public loops, before all others and that of smaller arrays first.

        glibc learns from the largest array that is freed which ones not to hand back to the system at once. So a loop
        is faster after one with larger arrays; and `keep_freed` cannot be taken back. What else is computed, for the
        last column, comes after the first loop, and uses no larger arrays than it.
        """
        precision = "TF32" if self.device == "cuda" else "float32"
        source, labels, target = domains(self.batches)
        with tempfile.TemporaryDirectory() as scratch:
            files = [
                adaptation_throughput.write(images, labels, Path(scratch) / name)
                for name, images in (("s", source), ("t", target))
            ]

            def epochs_of(epochs: int) -> None:
                with allowed(precision):
                    for _ in range(epochs):
                        adaptation_throughput.plain_training(*files, self.device, self.workers)

            self._time_epochs("public loop", 1, precision, epochs_of)
        if mnist_is_here():
            usual = gan_throughput.usual(self.workers, self.device)
            self._time("DCGAN", "public loop", 1, precision, usual)

    def dcgan(self) -> None:
        """The rows of DCGAN."""
        images, labels = digits()
        setting = Setting()
        for how, graphed in self.loops():
            training = AdversarialTraining(*pair(0), images, labels, setting, graphed=graphed)
            self._time("DCGAN", how, 1, "float32", training.step)
        if "bfloat16" in self.precisions():
            training = AdversarialTraining(*pair(0), images, labels, Setting(precision="bfloat16"))
            self._time("DCGAN", "loop of the report", 1, "bfloat16", training.step)
        for precision in self.precisions():
            setting = Setting(precision="bfloat16" if precision == "bfloat16" else "float32")
            for seeds in self.seeds:
                stacks = [None] if seeds == 1 else [Mapped, Grouped]
                for stack in stacks:
                    together = StackedAdversarialTraining(
                        [pair(seed) for seed in range(seeds)],
                        images,
                        labels,
                        setting,
                        range(seeds),
                        stack,
                    )
                    how = "graph, stack of one" if stack is None else f"graph, stacked ({stack.__name__})"
                    self._time("DCGAN", self._called(how), seeds, precision, together.step)
                if seeds > 1 and self.device == "cuda" and precision != "bfloat16":
                    step = self.side_by_side(seeds, images, labels, setting)
                    self._time("DCGAN", "graphs on streams", seeds, precision, step)

    def side_by_side(
        self, seeds: int, images: np.ndarray, labels: np.ndarray, setting: Setting
    ) -> Callable[[], object]:
        """A step of several trainings, each with a graph and a stream of its own."""
        trainings = [StackedAdversarialTraining([pair(seed)], images, labels, setting, [seed]) for seed in range(seeds)]
        streams = [torch.cuda.Stream() if self.device == "cuda" else None for _ in trainings]
        if self.device == "cuda":
            torch.cuda.synchronize()  # what was made on the default stream is there

        def step() -> None:
            for training, stream in zip(trainings, streams, strict=True):
                with torch.cuda.stream(stream):
                    training.step()

        return step

    def dann(self) -> None:
        """The rows of DANN: whole epochs, of which one is not timed."""
        source, labels, target = domains(self.batches)
        for how, graphed in self.loops():

            def alone(epochs: int, graphed: bool = graphed) -> None:
                train(source, labels, target, weight=schedule, epochs=epochs, batch=2 * HALF, graphed=graphed)

            self._time_epochs(how, 1, "float32", alone)
        for precision in (each for each in self.precisions() if each != "bfloat16"):
            for seeds in self.seeds:

                def stacked(epochs: int, seeds: int = seeds, precision: str = precision) -> None:
                    with allowed(precision):
                        train_stacked(
                            *(source, labels, target),
                            weights=[schedule] * seeds,
                            seeds=range(seeds),
                            epochs=epochs,
                            batch=2 * HALF,
                            device=torch.device(self.device),
                        )

                how = "graph, stack of one" if seeds == 1 else "graph, stacked (Mapped)"
                self._time_epochs(self._called(how), seeds, precision, stacked)

    def _called(self, how: str) -> str:
        return how if self.device == "cuda" else how.removeprefix("graph, ")

    def _time(self, training: str, how: str, seeds: int, precision: str, step: Callable[[], object]) -> None:
        with allowed(precision):
            for _ in range(2 * WARM):
                step()
            seconds = self._seconds(lambda: [step() for _ in range(self.batches)])
        self._add(training, how, seeds, precision, seconds / self.batches, BATCH)

    def _time_epochs(self, how: str, seeds: int, precision: str, work: Callable[[int], object]) -> None:
        """Two epochs, less the time of one: what happens in every run, and not in every epoch, is left out."""
        work(1)  # loads kernels, chooses algorithms, grows the allocator: once in a process
        one, two = self._seconds(lambda: work(1)), self._seconds(lambda: work(2))
        if two <= one:
            print(f"DANN {how}, {seeds} seeds, {precision}: two epochs took no longer than one; no row", flush=True)
            return
        self._add("DANN", how, seeds, precision, (two - one) / self.batches, 2 * HALF)

    def _add(self, training: str, how: str, seeds: int, precision: str, seconds: float, images: int) -> None:
        if precision not in self._rates:
            self._rates[precision] = self._multiplication(precision)
        limit = 1e3 * seeds * self._operations(training) / self._rates[precision]
        row = Row(training, how, seeds, precision, 1e3 * seconds, seeds * images / seconds, limit)
        self.rows.append(row)
        print(line(row), flush=True)
        self._added(self.rows)

    def _seconds(self, work: Callable[[], object]) -> float:
        """Of the processor, or of a GPU until it has done everything."""
        if self.device == "cpu":
            started = time.process_time()
            work()
            return time.process_time() - started
        torch.cuda.synchronize()
        started = time.perf_counter()
        work()
        torch.cuda.synchronize()
        return time.perf_counter() - started

    def _multiplication(self, precision: str) -> float:
        """Operations a second of multiplying large matrices."""
        side = 8192 if self.device == "cuda" else 1024
        kind = torch.bfloat16 if precision == "bfloat16" else torch.float32
        one, other = (torch.randn(side, side, device=self.device, dtype=kind) for _ in range(2))
        with allowed(precision):
            one @ other
            return max(2 * side**3 / self._seconds(lambda: one @ other) for _ in range(3))

    def _operations(self, training: str) -> float:
        """Floating-point operations of an iteration, counted after the first timing: it leaves memory behind."""
        if training not in self._counted:
            with FlopCounterMode(display=False) as counter:
                if training == "DCGAN":
                    AdversarialTraining(*pair(0), *digits(), Setting()).step()
                else:
                    train(*domains(1), weight=schedule, epochs=1, batch=2 * HALF)
            self._counted[training] = float(counter.get_total_flops())
        return self._counted[training]


def pair(seed: int) -> tuple[Generator, Discriminator]:
    """The lab's DCGAN with the initial weights of a seed."""
    torch.manual_seed(seed)
    networks = Generator(), Discriminator()
    for network in networks:
        initialise(network)
    return networks


def digits() -> tuple[np.ndarray, np.ndarray]:
    """Images of 32×32 pixels and their labels."""
    found = mnist.load() if mnist_is_here() else mnist.small_digits()
    repeats = -(-2 * BATCH // len(found.train))
    return padded(np.concatenate([found.train] * repeats)), np.concatenate([found.train_labels] * repeats)


def domains(batches: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Coloured digits, their labels, and digits on photographs: as many as the batches of an epoch take."""
    found = mnist.small_digits()
    count = HALF * batches
    chosen = np.arange(count) % len(found.train)
    source = mnist_m.coloured(found).train[chosen]
    target = mnist_m.blend(found.train, mnist_m.sample_photographs())[chosen]
    return source, found.train_labels[chosen], target


def mnist_is_here() -> bool:
    """Whether MNIST itself lies in the data folder."""
    from experiments.lab.data.catalog import catalogue
    from experiments.lab.data.place import data_root

    return bool(catalogue.resolve("mnist", data_root()))


@contextlib.contextmanager
def allowed(precision: str) -> Iterator[None]:
    """TF32 in convolutions and matrix products, where that is the precision, while the block runs.

    Args:
        precision: "float32", "TF32" or "bfloat16".
    """
    backends: Any = torch.backends
    before = backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32
    backends.cuda.matmul.allow_tf32 = backends.cudnn.allow_tf32 = precision == "TF32"
    try:
        yield
    finally:
        backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32 = before


HEAD = f"{'':7} {'':30} {'seeds':>5} {'':9} {'ms a batch':>10} {'images/s':>10} {'limit, ms':>10}"


def line(row: Row) -> str:
    """A row as it is printed."""
    limit = f"{row.limit:10.3f}" if row.limit else ""
    return (
        f"{row.training:7} {row.how:30} {row.seeds:5} {row.precision:9} {row.milliseconds:10.3f} "
        f"{row.images_per_second:10,.0f} {limit}"
    )


def main() -> None:
    """Measure, print, and write the rows as JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--batches", type=int, default=200, help="that are timed")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 8, 16], help="how many are stacked")
    parser.add_argument("--to", type=Path, help="a JSON file for the rows")
    given = parser.parse_args()
    if given.device == "cuda" and not torch.cuda.is_available():
        parser.error("there is no GPU that torch can use; --device cpu runs the same on the processor")
    if given.device == "cpu":
        torch.set_num_threads(1)
    card = torch.cuda.get_device_name() if given.device == "cuda" else "one core of the processor"
    print(f"{card}, torch {torch.__version__}\n{HEAD}", flush=True)

    def keep(rows: list[Row]) -> None:
        if given.to:
            given.to.parent.mkdir(parents=True, exist_ok=True)
            found = {"device": card, "torch": torch.__version__, "rows": [asdict(row) for row in rows]}
            given.to.write_text(json.dumps(found, indent=1) + "\n")

    bench = Bench(given.device, given.batches, given.seeds, keep)
    bench.public()
    keep_freed()  # as the process of a step does
    bench.dcgan()
    bench.dann()


if __name__ == "__main__":
    main()
