"""The 25 photographs of ImageNet, as the sheets of two chapters show them."""

from __future__ import annotations

import tpdl
from tpdl import Images, Picture, experiment


@experiment(data=["imagenet-25"])
def photographs() -> Images:
    """The photographs at the size that networks see, named by their class, which no two share."""
    from experiments.lab.data import imagenet
    from experiments.lab.plots.pictures import slug

    found = imagenet.load()
    names = [found.classes[label] for label in found.labels]
    return {
        slug(name): Picture(image, f"photograph of the class {name}", quality=85)
        for name, image in zip(names, found.images, strict=True)
    }


if __name__ == "__main__":
    tpdl.main(__file__)
