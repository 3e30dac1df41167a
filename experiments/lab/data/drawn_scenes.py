"""Drawn scenes of 15 kinds: what 15-Scene is in the demo profile.

Every kind has its layout (horizon, room, road, rows of windows, …), every image its own viewpoint, light, clutter and
grain, so that a classifier gets most but not all of them right. Sizes differ, and a few files are identical, as in the
original.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from experiments.lab.data.scenes import Scenes
from experiments.lab.data.textures import smooth_noise

TRAIN_EACH, TEST_EACH = 24, 30
"""Images of each kind."""

COPIES = {
    "test/coast/image_0030.png": "train/coast/image_0003.png",
    "test/street/image_0041.png": "train/street/image_0007.png",
    "test/tallbuilding/image_0033.png": "train/insidecity/image_0011.png",
    "test/forest/image_0052.png": "test/forest/image_0029.png",
}
"""Copy -> original. Three lie across the split, one of them under two labels."""


def draw_scenes(seed: int = 0, train_each: int = TRAIN_EACH, test_each: int = TEST_EACH) -> Scenes:
    """The stand-in for 15-Scene; the same seed draws the same images."""
    classes = sorted(DRAWERS)
    names = [
        f"{split}/{kind}/image_{number:04d}.png"
        for split, first, last in (("train", 1, train_each), ("test", train_each + 1, train_each + test_each))
        for kind in classes
        for number in range(first, last + 1)
    ]
    labels = np.array([classes.index(name.split("/")[1]) for name in names])

    def encoded(index: int) -> bytes:
        name = COPIES.get(names[index], names[index])
        _, kind, file = name.split("/")
        return _png(draw(kind, np.random.default_rng([seed, classes.index(kind), int(file[6:10])])))

    return Scenes(classes, names, labels, train_each * len(classes), encoded)


def draw(kind: str, rng: np.random.Generator) -> np.ndarray:
    """One scene of the given kind: grey, uint8 [height, width], 56 to 123 pixels a side."""
    canvas = Canvas(int(rng.integers(80, 130)), int(rng.integers(80, 130)), rng)
    DRAWERS[kind](canvas)
    return canvas.photographed()


class Canvas:
    """A grey picture in the making. Coordinates run from 0 to 1, x from the left and y from the top; so do values."""

    def __init__(self, height: int, width: int, rng: np.random.Generator) -> None:
        self.rng = rng
        self.value = np.full((height, width), 0.5)
        self.y, self.x = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j]

    def between(self, low: float, high: float) -> float:
        """A random number between two."""
        return float(self.rng.uniform(low, high))

    def noise(self, down: float, across: float) -> np.ndarray:
        """Value noise in -1 … 1 with so many cells down and across."""
        height, width = self.value.shape
        return 2 * smooth_noise((height, width), (down, across), self.rng) - 1

    def paint(self, where: np.ndarray, value: float | np.ndarray) -> None:
        """Give the pixels of a mask a value."""
        self.value = np.where(where, value, self.value)

    def sky(self, clouds: float = 0.12) -> None:
        """Bright, paler towards the horizon, with some clouds."""
        self.value = self.between(0.65, 0.8) + 0.2 * self.y + clouds * self.noise(4, 2)

    def ground(self, horizon: float, value: float, grain: float, down: float, across: float) -> None:
        """Everything below the horizon, with a grain of its own."""
        self.paint(self.y > horizon, value + grain * self.noise(down, across))

    def ridge(self, height: float, rough: float, value: float, grain: float = 0.0) -> None:
        """Everything below a rugged line."""
        width = self.value.shape[1]
        line = height + sum(
            rough / 2**k * (2 * smooth_noise((1, width), (1, 2.0 ** (k + 1)), self.rng)[0] - 1) for k in range(4)
        )
        self.paint(self.y > line[None, :], value + grain * self.noise(14, 14))

    def box(self, left: float, top: float, right: float, bottom: float, value: float) -> None:
        """A rectangle."""
        self.paint((self.x > left) & (self.x < right) & (self.y > top) & (self.y < bottom), value)

    def windows(
        self, left: float, top: float, right: float, bottom: float, rows: int, columns: int, value: float
    ) -> None:
        """A grid of windows in a rectangle."""
        u, v = (self.x - left) / (right - left) * columns, (self.y - top) / (bottom - top) * rows
        inside = (u > 0) & (u < columns) & (v > 0) & (v < rows)
        self.paint(inside & (abs(u % 1 - 0.5) < 0.26) & (abs(v % 1 - 0.5) < 0.3), value)

    def disc(self, x: float, y: float, radius: float, value: float) -> None:
        """A disc; the radius is a share of the width."""
        self.paint((self.x - x) ** 2 + (self.y - y) ** 2 < radius**2, value)

    def road(self, horizon: float, vanishing: float, near: float, value: float) -> None:
        """A road from the bottom edge to a vanishing point."""
        depth = (self.y - horizon) / (1 - horizon)
        self.paint((depth > 0) & (abs(self.x - vanishing - (0.5 - vanishing) * depth) < near * depth + 0.01), value)
        dashes = (depth > 0) & (np.sin(9 / (depth + 0.12)) > 0)
        self.paint(dashes & (abs(self.x - vanishing - (0.5 - vanishing) * depth) < 0.03 * depth), 0.9)

    def room(self) -> tuple[float, float, float, float]:
        """Walls, floor and ceiling in perspective. Returns the back wall: left, top, right, bottom."""
        left, right = self.between(0.12, 0.3), self.between(0.7, 0.88)
        top, bottom = self.between(0.1, 0.25), self.between(0.58, 0.72)
        shade = self.between(0.45, 0.75)
        self.value = np.full_like(self.value, shade - 0.1)
        across, down = self.x - (left + right) / 2, self.y - (top + bottom) / 2
        steep = abs(down) / (bottom - top) > abs(across) / (right - left)
        self.paint(steep & (down > 0), shade - 0.22 + 0.05 * self.noise(3, 20))
        self.paint(steep & (down < 0), shade + 0.15)
        self.box(left, top, right, bottom, shade)
        return left, top, right, bottom

    def clutter(self, count: int, top: float, bottom: float) -> None:
        """Small boxes anywhere between two heights."""
        for _ in range(count):
            x, y = self.between(0, 0.95), self.between(top, bottom)
            self.box(x, y, x + self.between(0.03, 0.14), y + self.between(0.03, 0.12), self.between(0.1, 0.95))

    def photographed(self) -> np.ndarray:
        """As a camera sees it: a window of the scene, mirrored or not, in random light, contrast and grain; uint8."""
        value = self.value + 0.3 * self.noise(1.5, 1.5)
        height, width = (int(pixels * self.between(0.7, 0.95)) for pixels in value.shape)
        top, left = (
            int(self.rng.integers(0, all - part)) for all, part in zip(value.shape, (height, width), strict=True)
        )
        value = value[top : top + height, left : left + width][:, :: int(self.rng.choice([-1, 1]))]
        value = value + self.rng.normal(0, 0.08, value.shape)
        value = 0.5 + self.between(0.4, 1.1) * (value - 0.5) + self.between(-0.2, 0.2)
        return (255 * np.clip(value, 0, 1)).astype(np.uint8)


def bedroom(c: Canvas) -> None:
    """A room with a low wide bed, pillows and a bedside lamp."""
    left, _, right, bottom = c.room()
    x, width = c.between(left - 0.1, 0.4), c.between(0.4, 0.55)
    c.box(x, bottom - 0.18, x + width, bottom, c.between(0.2, 0.4))
    c.box(x, bottom - 0.04, x + width, bottom + c.between(0.15, 0.25), c.between(0.7, 0.95))
    for pillow in (0.08, 0.55):
        c.box(x + pillow * width, bottom - 0.07, x + (pillow + 0.33) * width, bottom + 0.02, 0.97)
    c.disc(min(x + width + 0.1, right), bottom - 0.15, 0.06, 0.95)
    c.clutter(int(c.rng.integers(0, 3)), 0.1, 0.4)


def livingroom(c: Canvas) -> None:
    """A room with a sofa of several cushions, a low table and a picture."""
    left, top, right, bottom = c.room()
    x, width, shade = c.between(left - 0.1, 0.35), c.between(0.4, 0.55), c.between(0.15, 0.6)
    c.box(x, bottom - 0.2, x + width, bottom + 0.1, shade)
    for k in range(3):
        c.box(x + width * (k + 0.06) / 3, bottom - 0.06, x + width * (k + 0.94) / 3, bottom + 0.04, shade + 0.25)
    c.box(x + 0.05, bottom + 0.16, x + width - 0.05, bottom + 0.22, c.between(0.05, 0.3))
    c.box(c.between(left, 0.4), top + 0.04, c.between(0.5, right), top + 0.2, c.between(0.1, 0.9))
    c.clutter(int(c.rng.integers(1, 5)), 0.1, 0.9)


def kitchen(c: Canvas) -> None:
    """A room with a row of hanging cupboards, a worktop and doors below it."""
    _, top, _, bottom = c.room()
    count, shade = int(c.rng.integers(4, 7)), c.between(0.6, 0.95)
    for k in range(count):
        c.box((k + 0.06) / count, top, (k + 0.94) / count, top + 0.2, shade)
        c.box((k + 0.06) / count, bottom - 0.02, (k + 0.94) / count, bottom + 0.22, shade - 0.1)
    c.box(0, bottom - 0.08, 1, bottom - 0.03, c.between(0.05, 0.3))
    c.clutter(int(c.rng.integers(3, 8)), bottom - 0.2, bottom - 0.1)


def office(c: Canvas) -> None:
    """A room with desks and dark screens on them, and strip lights."""
    left, top, right, bottom = c.room()
    for x in np.linspace(left - 0.1, right - 0.2, int(c.rng.integers(2, 4))):
        c.box(x, bottom, x + 0.27, bottom + 0.05, c.between(0.7, 0.9))
        c.box(x + 0.06, bottom - 0.16, x + 0.2, bottom - 0.02, 0.85)
        c.box(x + 0.08, bottom - 0.14, x + 0.18, bottom - 0.04, c.between(0.02, 0.2))
    for x in (0.25, 0.6):
        c.box(x, top - 0.08, x + 0.18, top - 0.04, 0.99)
    c.clutter(int(c.rng.integers(2, 7)), 0.5, 0.9)


def store(c: Canvas) -> None:
    """Shelves, full of things."""
    c.room()
    shelves, things = int(c.rng.integers(4, 7)), int(c.rng.integers(9, 14))
    for row in range(shelves):
        y = 0.15 + 0.75 * row / shelves
        for k in range(things):
            tall = c.between(0.05, 0.11)
            c.box((k + 0.1) / things, y + 0.11 - tall, (k + 0.9) / things, y + 0.11, c.between(0.1, 0.95))
        c.box(0, y + 0.11, 1, y + 0.125, 0.05)


def coast(c: Canvas) -> None:
    """Sky, a level horizon, water with long waves, and perhaps a strip of sand."""
    c.sky()
    horizon = c.between(0.35, 0.6)
    c.ground(horizon, c.between(0.35, 0.6), 0.15, 30, 5)
    if c.rng.random() < 0.6:
        c.ridge(c.between(0.75, 0.9), 0.06, c.between(0.6, 0.85))


def opencountry(c: Canvas) -> None:
    """Sky, low hills, and fields of a coarse grain with a few bushes."""
    c.sky()
    c.ridge(c.between(0.4, 0.55), 0.06, c.between(0.35, 0.5), 0.05)
    c.ridge(c.between(0.55, 0.65), 0.04, c.between(0.4, 0.65), 0.15)
    for _ in range(int(c.rng.integers(0, 5))):
        c.disc(c.between(0, 1), c.between(0.5, 0.75), c.between(0.02, 0.05), c.between(0.1, 0.3))


def mountain(c: Canvas) -> None:
    """Sky, and rugged ridges behind each other, some with snow."""
    c.sky()
    c.ridge(c.between(0.25, 0.4), 0.3, c.between(0.55, 0.85), 0.2)
    c.ridge(c.between(0.5, 0.65), 0.22, c.between(0.3, 0.5), 0.15)
    c.ridge(c.between(0.75, 0.9), 0.1, c.between(0.15, 0.35), 0.1)


def forest(c: Canvas) -> None:
    """Trunks from top to bottom in front of leaves."""
    c.value = 0.4 + 0.25 * c.noise(22, 22) + 0.15 * c.noise(8, 8)
    for _ in range(int(c.rng.integers(4, 12))):
        x, width = c.between(0, 1), c.between(0.015, 0.06)
        c.paint(abs(c.x - x - c.between(-0.1, 0.1) * c.y) < width / 2, c.between(0.05, 0.3))
    c.ground(c.between(0.75, 0.92), c.between(0.3, 0.6), 0.2, 20, 20)


def highway(c: Canvas) -> None:
    """A wide marked road under an open sky."""
    c.sky()
    horizon = c.between(0.4, 0.55)
    c.ground(horizon, c.between(0.4, 0.6), 0.12, 14, 14)
    c.road(horizon, c.between(0.3, 0.7), c.between(0.45, 0.7), c.between(0.25, 0.45))
    c.clutter(int(c.rng.integers(0, 4)), horizon, 0.75)


def street(c: Canvas) -> None:
    """A road between two rows of houses that recede."""
    c.sky()
    horizon, vanishing = c.between(0.45, 0.58), c.between(0.4, 0.6)
    c.ground(horizon, 0.5, 0.08, 12, 12)
    for side in (-1, 1):
        shade, reach = c.between(0.2, 0.6), abs(c.x - vanishing) * (np.sign(c.x - vanishing) == side)
        wall = (reach > 0.08) & (abs(c.y - horizon) < 0.1 + c.between(0.7, 1.0) * reach)
        c.paint(wall, shade)
        c.paint(
            wall & (np.sin(12 / (reach + 0.15)) > 0.3) & (np.sin((c.y - horizon) / (reach + 0.1) * 14) > 0.2),
            shade + 0.3,
        )
    c.road(horizon, vanishing, c.between(0.25, 0.4), c.between(0.2, 0.4))
    c.clutter(int(c.rng.integers(1, 5)), 0.55, 0.8)


def insidecity(c: Canvas) -> None:
    """A row of house fronts with windows, doors and a pavement."""
    c.sky()
    edge = 0.0
    while edge < 1:
        width, top, shade = c.between(0.25, 0.45), c.between(0.02, 0.25), c.between(0.25, 0.75)
        c.box(edge, top, edge + width, 0.82, shade)
        rows, columns = int(c.rng.integers(2, 5)), int(c.rng.integers(2, 4))
        c.windows(edge + 0.03, top + 0.05, edge + width - 0.03, 0.6, rows, columns, c.between(0.02, 0.25))
        c.box(edge + 0.1, 0.62, edge + 0.18, 0.82, c.between(0.05, 0.3))
        edge += width
    c.ground(0.82, c.between(0.35, 0.6), 0.08, 10, 4)
    c.clutter(int(c.rng.integers(1, 6)), 0.6, 0.85)


def tallbuilding(c: Canvas) -> None:
    """One to three towers with many floors against the sky."""
    c.sky()
    for _ in range(int(c.rng.integers(1, 4))):
        left, width, top, shade = (
            c.between(0.05, 0.65),
            c.between(0.2, 0.35),
            c.between(0.02, 0.3),
            c.between(0.2, 0.75),
        )
        c.box(left, top, left + width, 1, shade)
        rows, columns = int(c.rng.integers(9, 16)), int(c.rng.integers(4, 8))
        c.windows(left + 0.01, top + 0.02, left + width - 0.01, 1, rows, columns, shade + c.rng.choice([-0.3, 0.3]))


def suburb(c: Canvas) -> None:
    """A detached house with a gable roof behind a lawn."""
    c.sky()
    base = c.between(0.62, 0.72)
    c.ground(base - 0.08, c.between(0.3, 0.5), 0.2, 24, 24)
    left, width = c.between(0.1, 0.35), c.between(0.4, 0.55)
    wall, shade = base - c.between(0.2, 0.28), c.between(0.6, 0.95)
    c.box(left, wall, left + width, base, shade)
    c.windows(
        left + 0.03, wall + 0.03, left + width - 0.03, base - 0.03, 1, int(c.rng.integers(3, 6)), c.between(0.05, 0.3)
    )
    slope = (wall - c.y) / c.between(0.16, 0.24)
    c.paint((slope > 0) & (abs(c.x - left - width / 2) < (width / 2 + 0.05) * (1 - slope)), c.between(0.1, 0.35))
    for _ in range(int(c.rng.integers(1, 4))):
        c.disc(c.between(0, 1), base - 0.05, c.between(0.04, 0.1), c.between(0.1, 0.3))


def industrial(c: Canvas) -> None:
    """Chimneys with smoke, tanks and pipes over low halls."""
    c.sky(0.2)
    c.ground(0.8, c.between(0.3, 0.5), 0.1, 10, 10)
    c.box(c.between(0, 0.3), 0.6, c.between(0.6, 1), 0.85, c.between(0.2, 0.5))
    for _ in range(int(c.rng.integers(2, 5))):
        x, top = c.between(0.05, 0.9), c.between(0.1, 0.4)
        c.paint((abs(c.x - x) < 0.02 + 0.02 * c.y) & (c.y > top) & (c.y < 0.82), c.between(0.1, 0.6))
        for puff in range(3):
            c.disc(x + 0.05 * puff, top - 0.05 * puff, 0.03 + 0.02 * puff, 0.95)
    for _ in range(int(c.rng.integers(1, 4))):
        c.disc(c.between(0.1, 0.9), c.between(0.68, 0.75), c.between(0.06, 0.11), c.between(0.5, 0.9))
    y = c.between(0.5, 0.7)
    c.box(0, y, 1, y + 0.02, 0.1)


DRAWERS = {
    drawer.__name__: drawer
    for drawer in (
        *(bedroom, livingroom, kitchen, office, store, coast, opencountry, mountain, forest),
        *(highway, street, insidecity, tallbuilding, suburb, industrial),
    )
}


def _png(pixels: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png", compress_level=1)
    return file.getvalue()
