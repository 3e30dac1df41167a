"""What JPEG and WebP do to the report's images: similarity and size by quality.

`tpdl.images.QUALITY` was chosen by it.

    TPDL_DATA=… python benchmarks/image_quality.py

Structural similarity (Wang et al. 2004) of each image with what comes back from the file, 1 for equal images. On the 25
photographs and, where their arrays are here (`tpdl run --force visualization/class-images` makes them), on the class
images with stretched contrast, whose fine textures are the hardest case.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from experiments.lab.data import imagenet
from experiments.lab.methods.image_measures import structural_similarity
from experiments.lab.plots.pictures import colours, stretched
from tpdl.plan.project import Project

FORMATS: dict[str, dict[str, Any]] = {
    "JPEG, full colour": {"format": "JPEG", "subsampling": 0, "optimize": True},
    "WebP": {"format": "WEBP", "method": 6},
}
QUALITIES = (80, 85, 90, 92, 95)


def sets() -> Iterator[tuple[str, np.ndarray]]:
    """Name and images, uint8 [images, side, side, 3], of each set that is here."""
    photographs = [Image.fromarray(image).resize((224, 224)) for image in imagenet.load().images]
    yield "photographs", np.stack([np.asarray(image) for image in photographs])
    arrays = Project(Path(__file__).parents[1]).places("full").local / "visualization/class-images.npz"
    if arrays.exists():
        yield "class images", np.stack([stretched(colours(image)) for image in np.load(arrays)["image"]])


def main() -> None:
    """Print the table."""
    for name, images in sets():
        print(f"{name}: {len(images)} of {images.shape[1]} pixels")
        for (title, options), quality in itertools.product(FORMATS.items(), QUALITIES):
            files = []
            for image in images:
                buffer = io.BytesIO()
                Image.fromarray(image).save(buffer, quality=quality, **options)
                files.append(buffer)
            back = np.stack([np.asarray(Image.open(file).convert("RGB")) for file in files])
            similar = structural_similarity(images / 255, back / 255)
            size = np.mean([file.getbuffer().nbytes for file in files]) / 1000
            print(f"  {title}, {quality}: SSIM {similar.mean():.3f}, least {similar.min():.3f}; {size:.0f} kB an image")


if __name__ == "__main__":
    main()
