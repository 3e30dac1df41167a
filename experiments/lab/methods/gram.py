"""Exact Gram matrices of the features at every cut of a network, in bounded memory.

A linear classifier of features φ(x) with d components that is trained on n images needs only the inner products

    K[i, j] = <φ(x_i), φ(x_j)> / (|φ(x_i)| |φ(x_j)|),        i over all images, j over the training images,

(representer theorem; Schölkopf, Herbrich and Smola 2001), and not the n × d matrix of features, which has 38 GB for
VGG16's first layer and 1500 images in double precision. The sum over d is taken in blocks of features,

    K = Σ_b B_b B_b[train]ᵀ,        B_b: [images, width of block b],

so that memory holds only one block (images × width × 4 bytes) and K itself, whatever d is. Products within a block are
float32, the sum over blocks is float64.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from experiments.lab.device import best_device
from experiments.lab.methods.memory import PeakMemory
from experiments.lab.methods.spool import FLOAT, Block, DeviceSpool, Spool, blocks, passes
from experiments.lab.nets.cuts import Cut, flat, tapped

WIDTH = 49_152
"""Features in a block: 0.9 GB for 4485 images."""
DISK_SHARE = 0.75
"""Fraction of the free disk that the spool may take by default."""
DEVICE_BYTES = 16 * 2**30
"""Memory of a GPU that the features of one pass may take by default."""


@dataclass
class Gram:
    """The Gram matrix of L2-normalised features at one cut, with its cost."""

    kernel: np.ndarray
    """K, float32 [images, training images]; the training images come first."""
    norms: np.ndarray
    """|φ(x)|, float64 [images]."""
    passes: int
    """How many times the network ran over the images for this cut: 1 unless the disk was too small for it."""
    forward_seconds: float
    """Time of the network up to this cut, for all images, without spooling."""
    gram_seconds: float
    """Time for spooling, reading back and the products."""
    peak_bytes: int
    """Peak resident memory while its products were computed or, if higher, while the network ran."""


@dataclass
class Totals:
    """Totals over all cuts, for the record."""

    passes: int = 0
    images_per_second: float = 0.0
    spooled_bytes: int = 0


def gram_matrices(
    model: nn.Module,
    cuts: list[Cut],
    batches: Callable[[], Iterable[Tensor]],
    images: int,
    train: int,
    folder: Path,
    *,
    width: int = WIDTH,
    budget: int | None = None,
    load: Callable[[str], Mapping[str, Any] | None] = lambda key: None,
    save: Callable[[str, Mapping[str, Any]], None] = lambda key, state: None,
    totals: Totals | None = None,
) -> Iterator[tuple[Cut, Gram]]:
    """Yield each cut with its Gram matrix, in forward order.

        for cut, gram in gram_matrices(model, cuts("vgg16"), batches, images=4485, train=1500, folder=spool):
            classifier = linear_svm(coordinates(gram.kernel, 1500)[0], labels)

    Args:
        model: in evaluation mode; moved to the best device.
        cuts: of this model, in forward order.
        batches: called once for each pass; yields float32 [batch, 3, side, side], `images` images in all.
        images, train: number of all images, and of the training images, which come first.
        folder: for the spool; created, and removed at the end.
        width: features in a block; with `images` it decides the memory.
        budget: bytes for the spool; by default three quarters of the disk that is free, or 16 GiB of a GPU's memory. If
            that is too little for all features at once, the network runs several times, each time only as deep as
            needed.
        load, save: keep finished cuts, by name, so that they survive a kill.
        totals: filled in.
    """
    totals = totals if totals is not None else Totals()
    device = best_device()
    model = model.to(device).to(memory_format=torch.channels_last)
    finished = {cut.name: state for cut in cuts if (state := load(cut.name)) is not None}
    todo = [cut for cut in cuts if cut.name not in finished]
    if budget is None and device.type == "cuda":
        budget = DEVICE_BYTES
    elif budget is None:
        folder.parent.mkdir(parents=True, exist_ok=True)
        budget = int(DISK_SHARE * shutil.disk_usage(folder.parent).free)
    made = _compute(model, passes(blocks(todo, width), images, budget), batches, images, train, folder, device, totals)
    for cut in cuts:
        if cut.name in finished:
            yield cut, Gram(**finished[cut.name])
        else:
            gram = next(made)
            save(cut.name, asdict(gram))
            yield cut, gram


def _compute(
    model: nn.Module,
    plan: list[list[Block]],
    batches: Callable[[], Iterable[Tensor]],
    images: int,
    train: int,
    folder: Path,
    device: torch.device,
    totals: Totals,
) -> Iterator[Gram]:
    gram = _Sum(images, train)
    largest = max((block.bytes(images) // FLOAT for wanted in plan for block in wanted), default=0)
    memory = np.empty(largest, np.float32)  # not touched, and so not there, unless files are read into it
    for wanted in plan:
        on_disk = device.type == "cpu"
        spool = Spool(folder, wanted, memory) if on_disk else DeviceSpool(wanted, images, device)
        try:
            run = _Forward(wanted, spool, images)
            with PeakMemory() as while_running:
                seconds = run(model, batches(), device)
            totals.passes += 1
            totals.images_per_second = images / seconds
            totals.spooled_bytes += sum(block.bytes(images) for block in wanted)
            for block in wanted:
                if block.start == 0:
                    gram = _Sum(images, train)
                begun = time.perf_counter()
                with PeakMemory() as while_multiplying:
                    gram.add(spool.take(block))
                gram.gram_seconds += time.perf_counter() - begun
                if block is wanted[-1] or block.stop == block.cut.features:
                    gram.end_of_pass(run, block.cut)
                gram.peak_bytes = max(gram.peak_bytes, while_running.bytes, while_multiplying.bytes)
                if block.stop == block.cut.features:
                    yield gram.result()
        finally:
            spool.close()


class _Forward:
    """One run of the network over all images, which spools the wanted blocks and measures the time up to each cut."""

    def __init__(self, wanted: list[Block], spool: Spool | DeviceSpool, images: int) -> None:
        self.by_cut: dict[Cut, list[Block]] = {}
        for block in wanted:
            self.by_cut.setdefault(block.cut, []).append(block)
        self.spool = spool
        self.squares = {cut: np.zeros(images) for cut in self.by_cut}
        self.reached = dict.fromkeys(self.by_cut, 0.0)
        self.spooling = dict.fromkeys(self.by_cut, 0.0)

    def __call__(self, model: nn.Module, batches: Iterable[Tensor], device: torch.device) -> float:
        started, first = time.perf_counter(), 0
        with torch.inference_mode(), tapped(model, list(self.by_cut), self._take) as run:
            for batch in batches:
                self._rows = slice(first, first := first + len(batch))
                self._begun, self._aside = time.perf_counter(), 0.0
                run(batch.to(device, memory_format=torch.channels_last, non_blocking=True))
        return time.perf_counter() - started

    def _take(self, cut: Cut, output: Tensor) -> None:
        features = flat(output)
        if features.is_cuda:
            torch.cuda.synchronize()  # the time up to here is measured
        now = time.perf_counter()
        self.reached[cut] += now - self._begun - self._aside
        for block in self.by_cut[cut]:
            part = features[:, block.start : block.stop]
            self.squares[cut][self._rows] += self.spool.append(block, part)
        spent = time.perf_counter() - now
        self.spooling[cut] += spent
        self._aside += spent


class _Sum:
    """The running sum over the blocks of one cut, possibly over several passes."""

    def __init__(self, images: int, train: int) -> None:
        self.kernel = np.zeros((images, train))
        self.squares = np.zeros(images)
        self.passes = 0
        self.forward_seconds = self.gram_seconds = 0.0
        self.peak_bytes = 0

    def add(self, rows: Tensor) -> None:
        train = self.kernel.shape[1]
        if rows.is_cuda:
            self.kernel += (rows @ rows[:train].T).cpu().numpy()
        else:
            # numpy's OpenBLAS is up to twice as fast here as torch's MKL, and does half the work for B Bᵀ.
            block = rows.numpy()
            self.kernel[:train] += block[:train] @ block[:train].T
            self.kernel[train:] += block[train:] @ block[:train].T

    def end_of_pass(self, run: _Forward, cut: Cut) -> None:
        self.passes += 1
        self.squares += run.squares[cut]
        self.forward_seconds += run.reached[cut]
        self.gram_seconds += run.spooling[cut]

    def result(self) -> Gram:
        norms = np.sqrt(self.squares)
        scale = np.divide(
            1.0, norms, out=np.zeros_like(norms), where=norms > 0
        )  # an image with no feature at all stays 0
        kernel = self.kernel * scale[:, None] * scale[: self.kernel.shape[1]]
        return Gram(
            kernel.astype(np.float32), norms, self.passes, self.forward_seconds, self.gram_seconds, self.peak_bytes
        )
