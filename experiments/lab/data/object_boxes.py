"""Where the object of the true class is in the 25 validation images: boxes drawn by hand, to a few pixels.

ImageNet's own boxes are published by file name, and the 25 images have lost theirs. *Lakeside* has none: the scene is
the class.
"""

from __future__ import annotations

import numpy as np

from tpdl import profile

Box = tuple[int, int, int, int]

BOXES: dict[int, list[Box]] = {
    0: [(154, 151, 191, 188), (54, 135, 70, 151), (121, 137, 139, 156), (12, 121, 23, 131), (147, 126, 157, 134)],
    1: [(21, 34, 178, 139)],
    2: [(2, 7, 195, 208)],
    3: [(29, 46, 169, 185)],
    4: [(18, 43, 124, 169), (113, 65, 223, 224)],
    5: [(58, 21, 172, 215)],
    6: [(107, 89, 191, 197)],
    7: [(69, 11, 195, 205)],
    8: [(0, 0, 222, 184)],
    9: [(68, 56, 153, 151)],
    10: [(23, 0, 193, 210)],
    12: [(20, 0, 220, 224)],
    13: [(40, 35, 180, 224)],
    14: [(5, 26, 224, 224)],
    15: [(0, 65, 210, 197)],
    16: [(6, 2, 221, 206)],
    17: [(87, 39, 127, 171)],
    18: [(73, 2, 178, 220)],
    19: [(92, 56, 129, 107)],
    20: [(9, 2, 224, 205)],
    21: [(35, 26, 126, 172)],
    22: [(26, 99, 138, 203)],
    23: [(41, 20, 204, 182)],
    24: [(84, 131, 137, 167)],
}
"""Image (from 0) -> boxes (left, top, right, bottom) in pixels of 224, the last two not included."""


def box_masks(images: int, side: int) -> np.ndarray:
    """Whether a pixel is inside a box: bool [images, side, side]; all false where an image has none.

    In the demo profile, whose textures have no object, the middle quarter of every image stands in.
    """
    masks = np.zeros((images, side, side), bool)
    if profile() == "demo":
        masks[:, side // 4 : side - side // 4, side // 4 : side - side // 4] = True
        return masks
    for image, boxes in BOXES.items():
        for left, top, right, bottom in boxes:
            left, top, right, bottom = (round(edge * side / 224) for edge in (left, top, right, bottom))
            masks[image, top:bottom, left:right] = True
    return masks


def boxes(image: int, side: int) -> list[Box]:
    """The boxes of an image (from 0) that is `side` pixels wide, each as in `BOXES`; none where it has none."""
    if profile() == "demo":
        return [(side // 4, side // 4, side - side // 4, side - side // 4)]
    return [tuple(round(edge * side / 224) for edge in box) for box in BOXES.get(image, [])]  # type: ignore[misc]
