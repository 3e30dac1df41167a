"""Downloads: checked before use, and put in place whole or not at all.

Example:
    download(Download("https://example.org/digits.gz", "digits/images", sha256="ba89…", compressed=True), data_root)
"""

from __future__ import annotations

import gzip
import shutil
import tempfile
import zlib
from pathlib import Path

from tpdl.data.entry import Download
from tpdl.errors import StepError
from tpdl.files import atomic_path, sha256_file


def download(wanted: Download, root: Path) -> Path:
    """Fetch one file, with a progress bar on a terminal.

    Args:
        wanted: which file, and where it goes.
        root: the data root.

    Returns:
        the path that it lies at.

    Raises:
        StepError: the download broke off, was damaged or is another file, or cannot be written; nothing is left behind.
    """
    target = root / wanted.path
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Beside the target: a folder for temporary files is often small, and weights are large.
        scratch = tempfile.TemporaryDirectory(prefix=".fetch-", dir=target.parent)
    except OSError as error:
        raise StepError(f"cannot write to {target.parent} ({error.strerror or error})") from error
    with scratch as folder:
        fetched = _retrieved(wanted, folder)
        sha256 = sha256_file(fetched)
        if not sha256.startswith(wanted.sha256):
            raise StepError(
                f"{wanted.url} is not the expected file: its SHA-256 begins {sha256[:16]}, not {wanted.sha256[:16]}; "
                "it was not kept"
            )
        with atomic_path(target) as temporary:
            shutil.copyfile(fetched, temporary)  # pooch's own file is readable for this user alone
    return target


def _retrieved(wanted: Download, folder: str) -> Path:
    """The file, decompressed if need be, in a scratch folder and not yet trusted."""
    import pooch
    from tqdm import tqdm

    pooch.get_logger().setLevel("WARNING")  # it would print the hash of the download, to be pasted into the code
    name = wanted.path.rpartition("/")[2]
    unzip = pooch.Decompress(method="gzip", name="content") if wanted.compressed else None
    try:
        # Pooch sets the total as soon as the server says it; 1 only because an empty bar counts as no bar.
        with tqdm(total=1, desc=name, unit="B", unit_scale=True, leave=False, disable=None) as bar:
            return Path(pooch.retrieve(wanted.url, None, "fetched", folder, unzip, progressbar=bar))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise StepError(f"{wanted.url} arrived damaged ({error}); try again") from error
    except (OSError, ValueError) as error:  # the errors of requests are OSErrors
        reason = " ".join(str(error).split())
        raise StepError(f"{wanted.url} cannot be downloaded ({reason}); try again later") from error
