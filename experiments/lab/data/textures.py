"""Procedural textures of 40 kinds, on which the stand-in networks are pretrained."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

SIDE = 64


def draw_textures(each: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """`each` textures of every kind: grey uint8 [40 × each, 64, 64] and their kinds [40 × each], shuffled."""
    rng = np.random.default_rng(seed)
    kinds = rng.permutation(np.repeat(np.arange(len(KINDS)), each))
    return np.stack([_photographed(KINDS[kind](rng), rng) for kind in kinds]), kinds


def smooth_noise(shape: tuple[int, int], cells: tuple[float, float], rng: np.random.Generator) -> np.ndarray:
    """Value noise in 0 … 1: random numbers on a coarse grid of `cells` (down, across), interpolated in between."""
    down, across = (np.linspace(0, count, pixels) for count, pixels in zip(cells, shape, strict=True))
    grid = rng.random((int(cells[0]) + 2, int(cells[1]) + 2))
    i, j = down.astype(int), across.astype(int)
    v, u = ((t := down - i) * t * (3 - 2 * t))[:, None], ((t := across - j) * t * (3 - 2 * t))[None, :]
    upper = grid[np.ix_(i, j)] * (1 - u) + grid[np.ix_(i, j + 1)] * u
    lower = grid[np.ix_(i + 1, j)] * (1 - u) + grid[np.ix_(i + 1, j + 1)] * u
    return upper * (1 - v) + lower * v


def _rotated(angle: float, period: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Pixel coordinates turned by `angle`, in periods, with a random shift."""
    y, x = np.mgrid[:SIDE, :SIDE] / period
    cosine, sine = np.cos(angle), np.sin(angle)
    return x * cosine + y * sine + rng.random(), y * cosine - x * sine + rng.random()


def _grating(angle: float, period: float) -> Callable[[np.random.Generator], np.ndarray]:
    def draw(rng: np.random.Generator) -> np.ndarray:
        u, _ = _rotated(angle + rng.normal(0, 0.06), period * rng.uniform(0.85, 1.15), rng)
        return 0.5 + 0.5 * np.sin(2 * np.pi * u)

    return draw


def _noise(down: float, across: float, sharp: bool) -> Callable[[np.random.Generator], np.ndarray]:
    def draw(rng: np.random.Generator) -> np.ndarray:
        noise = smooth_noise((SIDE, SIDE), (down * rng.uniform(0.9, 1.1), across * rng.uniform(0.9, 1.1)), rng)
        return (noise > 0.5).astype(float) if sharp else noise

    return draw


def _lattice(
    shape: Callable[[np.ndarray, np.ndarray], np.ndarray], period: float, turned: bool
) -> Callable[..., np.ndarray]:
    def draw(rng: np.random.Generator) -> np.ndarray:
        angle = rng.uniform(0, np.pi) if turned else rng.normal(0, 0.06)
        u, v = _rotated(angle, period * rng.uniform(0.85, 1.15), rng)
        return shape(u % 1 - 0.5, v % 1 - 0.5).astype(float)

    return draw


def _disc(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return u**2 + v**2 < 0.09


def _ring(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return abs(u**2 + v**2 - 0.12) < 0.05


def _square(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.maximum(abs(u), abs(v)) < 0.28


def _checks(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return (u > 0) ^ (v > 0)


def _dash(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return (abs(u) < 0.38) & (abs(v) < 0.12)


def _cross(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.minimum(abs(u), abs(v)) < 0.1


def _photographed(texture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Random contrast, sign, lighting and grain, so that none of them tells the kind."""
    light = smooth_noise((SIDE, SIDE), (1.5, 1.5), rng) - 0.5
    sign = rng.choice([-1.0, 1.0])
    value = 0.5 + sign * rng.uniform(0.25, 0.9) * (texture - 0.5) + 0.4 * light + rng.normal(0, 0.06, texture.shape)
    return (255 * np.clip(value, 0, 1)).astype(np.uint8)


KINDS: list[Callable[[np.random.Generator], np.ndarray]] = [
    *(_grating(np.pi * turn / 6, period) for turn in range(6) for period in (5.0, 12.0)),
    *(
        _noise(*cells, sharp)
        for cells in ((4, 4), (9, 9), (20, 20), (3, 20), (20, 3), (8, 32), (32, 8))
        for sharp in (False, True)
    ),
    *(_lattice(shape, period, True) for shape in (_disc, _ring, _square, _checks, _cross) for period in (10.0, 20.0)),
    *(_lattice(shape, 14.0, False) for shape in (_dash, lambda u, v: _dash(v, u), _square, _checks)),
]
"""40 kinds: gratings, noise of several grains and directions, and lattices of small shapes."""
