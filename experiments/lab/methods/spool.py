"""A spool of features: written image by image, read back block of features by block of features.

A network computes all features of one image; a Gram matrix is summed over blocks of features of *all* images. In
between lie up to hundreds of gigabytes. On a CPU, where a run of the network is dear, the transposition goes through
files: one for each block, to which rows are appended. On a GPU a run costs less than writing its features to a disk, so
they stay in its memory, as many at a time as fit, and the network runs more often.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from experiments.lab.nets.cuts import Cut
from tpdl import StepError, UserError

FLOAT = 4
"""Bytes of a float32."""


@dataclass(frozen=True)
class Block:
    """Features `start` to `stop` of one cut."""

    cut: Cut
    start: int
    stop: int

    def bytes(self, images: int) -> int:
        """Size of its file for so many images."""
        return (self.stop - self.start) * images * FLOAT


def blocks(cuts: Iterable[Cut], width: int) -> list[Block]:
    """Divide the features of the cuts, in order, into blocks of at most `width` features."""
    return [
        Block(cut, start, min(start + width, cut.features)) for cut in cuts for start in range(0, cut.features, width)
    ]


def passes(blocks: list[Block], images: int, budget: int) -> list[list[Block]]:
    """Pack the blocks, in forward order, into as few runs of the network as fit `budget` bytes each.

    The order makes early passes cheap: a pass runs the network only as deep as its last block.

    Raises:
        UserError: the budget does not even hold one block.
    """
    packed: list[list[Block]] = []
    room = 0
    for block in blocks:
        size = block.bytes(images)
        if size > budget:
            raise UserError(
                f"a block of {size / 1e6:.0f} MB does not fit the budget of {budget / 1e6:.0f} MB; free some"
            )
        if size > room:
            packed.append([])
            room = budget
        packed[-1].append(block)
        room -= size
    return packed


class DeviceSpool:
    """The blocks of one pass in the memory of a device.

    Args:
        blocks: of the pass.
        images: how many rows each will have.
        device: where the network runs.
    """

    def __init__(self, blocks: list[Block], images: int, device: torch.device) -> None:
        self._rows = {block: torch.empty(images, block.stop - block.start, device=device) for block in blocks}
        self._filled = dict.fromkeys(blocks, 0)

    def append(self, block: Block, rows: Tensor) -> np.ndarray:
        """Append rows [some images, width] to a block; returns their squared norms, float64 [some images]."""
        first = self._filled[block]
        self._filled[block] = first + len(rows)
        self._rows[block][first : first + len(rows)] = rows
        return torch.linalg.vector_norm(rows, dim=1, dtype=torch.float64).square().cpu().numpy()

    def take(self, block: Block) -> Tensor:
        """All rows of a block, float32 [images, width]; it is forgotten here."""
        return self._rows.pop(block)

    def close(self) -> None:
        """Free the remaining blocks."""
        self._rows.clear()


class Spool:
    """The files of the blocks of one pass, in a folder of their own that is emptied before and removed after.

    Args:
        folder: of the files.
        blocks: of the pass.
        memory: float32 [at least as many as the largest block has], which `take` reads into again and again, because
            the first access to fresh memory costs more than reading the file.
    """

    def __init__(self, folder: Path, blocks: list[Block], memory: np.ndarray) -> None:
        self._folder, self._memory = folder, memory
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._files = {block: self._path(block).open("wb", buffering=0) for block in blocks}

    def append(self, block: Block, rows: Tensor) -> np.ndarray:
        """Append rows [some images, width] to a block; returns their squared norms, float64 [some images].

        Raises:
            StepError: the disk is full, or the file cannot be written.
        """
        part = rows.numpy()
        try:
            unwritten = np.ascontiguousarray(part, dtype=np.float32).reshape(-1).view(np.uint8).data
            while len(unwritten):
                unwritten = unwritten[self._files[block].write(unwritten) :]
        except OSError as error:
            raise StepError(
                f"cannot spool features to {self._folder}: {error.strerror or error}; free some disk"
            ) from error
        return np.einsum("ij,ij->i", part, part, dtype=np.float64)

    def take(self, block: Block) -> Tensor:
        """All rows of a block, float32 [images, width], valid until the next is taken; its file is deleted."""
        self._files.pop(block).close()
        path = self._path(block)
        rows = self._memory[: path.stat().st_size // FLOAT]
        with path.open("rb", buffering=0) as file:
            unread = rows.view(np.uint8).data
            while len(unread) and (count := file.readinto(unread)):
                unread = unread[count:]
        path.unlink()
        if len(unread):
            raise StepError(f"{path} became shorter while it was read; run the step again")
        return torch.from_numpy(rows.reshape(-1, block.stop - block.start))

    def close(self) -> None:
        """Delete the remaining files."""
        for file in self._files.values():
            file.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, block: Block) -> Path:
        return self._folder / f"{block.cut.index:03d}-{block.start:09d}.f32"
