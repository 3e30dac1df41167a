"""Data sets and weights: finds, fetches, verifies and unpacks what a project's catalogue lists.

A project writes down what data there is, and `tpdl status`, `tpdl run` and `tpdl data` do the rest:

    # my_data.py, named in pyproject.toml: [tool.tpdl] catalogue = "my_data"
    from tpdl.data import Catalogue, Download, Entry

    catalogue = Catalogue(
        [
            Entry(
                name="irises",
                what="150 irises of three kinds, measured by Anderson",
                licence="CC BY 4.0",
                home="https://archive.ics.uci.edu/dataset/53/iris",
                size=4_551,
                paths=("irises/iris.data",),
                downloads=(Download("https://…/iris.data", "irises/iris.data", sha256="6f60…"),),
            )
        ]
    )

A folder of images needs no catalogue: a line in pyproject.toml declares it, and `image_folder` reads it.

Importing this imports nothing heavy: what downloads is imported when something is downloaded.
"""

from tpdl.data.archives import unpack
from tpdl.data.catalogue import Catalogue, CatalogueLike, load_catalogue
from tpdl.data.declared import Declared, data_folder
from tpdl.data.entry import Download, Entry
from tpdl.data.image_folder import ImageFolder, Part, image_folder
from tpdl.data.place import absolute, data_root

__all__ = [
    "Catalogue",
    "CatalogueLike",
    "Declared",
    "Download",
    "Entry",
    "ImageFolder",
    "Part",
    "absolute",
    "data_folder",
    "data_root",
    "image_folder",
    "load_catalogue",
    "unpack",
]
