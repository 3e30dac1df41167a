"""A spool of features on disk: written image by image, read back block of features by block of features.

A network computes all features of one image; a Gram matrix is summed over blocks of features of *all* images. In
between lie up to hundreds of gigabytes, so the transposition goes through files: one for each block, to which rows are
appended.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

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
    """Pack the blocks, in forward order, into as few runs of the network as fit `budget` bytes of disk each.

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
                f"a block of {size / 1e6:.0f} MB does not fit the disk budget of {budget / 1e6:.0f} MB; free some disk"
            )
        if size > room:
            packed.append([])
            room = budget
        packed[-1].append(block)
        room -= size
    return packed


class Spool:
    """The files of the blocks of one pass, in a folder of their own that is emptied before and removed after."""

    def __init__(self, folder: Path, blocks: list[Block]) -> None:
        self._folder = folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        self._files = {block: self._path(block).open("wb", buffering=0) for block in blocks}

    def append(self, block: Block, rows: np.ndarray) -> None:
        """Append rows, float32 [some images, width], to a block.

        Raises:
            StepError: the disk is full, or the file cannot be written.
        """
        try:
            unwritten = np.ascontiguousarray(rows, dtype=np.float32).reshape(-1).view(np.uint8).data
            while len(unwritten):
                unwritten = unwritten[self._files[block].write(unwritten) :]
        except OSError as error:
            raise StepError(
                f"cannot spool features to {self._folder}: {error.strerror or error}; free some disk"
            ) from error

    def take(self, block: Block, memory: np.ndarray) -> np.ndarray:
        """All rows of a block, float32 [images, width], read into the beginning of `memory`; its file is deleted.

        The same memory is used again and again, because the first access to fresh memory costs more than reading the
        file.
        """
        self._files.pop(block).close()
        path = self._path(block)
        rows = memory[: path.stat().st_size // FLOAT]
        with path.open("rb", buffering=0) as file:
            unread = rows.view(np.uint8).data
            while len(unread) and (count := file.readinto(unread)):
                unread = unread[count:]
        path.unlink()
        if len(unread):
            raise StepError(f"{path} became shorter while it was read; run the step again")
        return rows.reshape(-1, block.stop - block.start)

    def close(self) -> None:
        """Delete the remaining files."""
        for file in self._files.values():
            file.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _path(self, block: Block) -> Path:
        return self._folder / f"{block.cut.index:03d}-{block.start:09d}.f32"
