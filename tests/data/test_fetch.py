"""Downloads against a server on this machine: what is not exactly the published file is not kept."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

import pytest

from tests.conftest import Lab
from tests.data.conftest import ARCHIVE, CONTENT
from tpdl.data import Catalogue, Download, Entry
from tpdl.errors import StepError, UserError

SHA256 = sha256(CONTENT).hexdigest()


def published(url: str, digest: str = SHA256, compressed: bool = False) -> Catalogue:
    """A data set called "toy" at an address."""
    download = Download(url, "toy/file.bin", digest, compressed)
    return Catalogue([Entry("toy", "a toy", "none", "nowhere", len(CONTENT), ("toy/file.bin",), (download,))])


def files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


@pytest.mark.parametrize("digits", [8, 64])
def test_a_file_is_fetched_verified_and_put_in_place(server: str, tmp_path: Path, digits: int) -> None:
    catalogue = published(f"{server}/file", SHA256[:digits])
    assert catalogue.resolve("toy", tmp_path) == []
    assert catalogue.fetch("toy", tmp_path) == tmp_path / "toy"
    [path] = catalogue.resolve("toy", tmp_path)
    assert path.read_bytes() == CONTENT
    assert catalogue.verify("toy", tmp_path) is None
    assert files(tmp_path) == ["toy", "toy/file.bin"]


@pytest.mark.parametrize("name", ["file.gz", "untold.gz"])
def test_a_compressed_file_is_unpacked(server: str, tmp_path: Path, name: str) -> None:
    published(f"{server}/{name}", compressed=True).fetch("toy", tmp_path)
    assert (tmp_path / "toy/file.bin").read_bytes() == CONTENT
    assert files(tmp_path) == ["toy", "toy/file.bin"]


@pytest.mark.skipif(os.name != "posix", reason="permissions of Unix")
def test_others_can_read_what_was_fetched(server: str, tmp_path: Path) -> None:
    published(f"{server}/file").fetch("toy", tmp_path)
    (tmp_path / "written").touch()
    assert (tmp_path / "toy/file.bin").stat().st_mode == (tmp_path / "written").stat().st_mode


@pytest.mark.parametrize(
    ("path", "digest", "compressed", "message"),
    [
        ("/file", "0" * 64, False, "is not the expected file: its SHA-256 begins"),
        ("/file.gz", SHA256, False, "is not the expected file"),
        ("/short", SHA256, False, "cannot be downloaded"),
        ("/short.gz", SHA256, True, "cannot be downloaded"),
        ("/nothing", SHA256, False, "cannot be downloaded .*404"),
        ("/file", SHA256, True, "arrived damaged"),
    ],
)
def test_anything_else_is_refused_in_one_line_and_leaves_nothing(
    server: str, tmp_path: Path, path: str, digest: str, compressed: bool, message: str
) -> None:
    catalogue = published(f"{server}{path}", digest, compressed)
    with pytest.raises(StepError, match=message) as caught:
        catalogue.fetch("toy", tmp_path)
    assert "\n" not in str(caught.value)
    assert files(tmp_path) == ["toy"]


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/file", "nonsense", "gopher://somewhere/file"])
def test_a_server_that_is_not_there(tmp_path: Path, url: str) -> None:
    with pytest.raises(StepError, match="cannot be downloaded") as caught:
        published(url).fetch("toy", tmp_path)
    assert "\n" not in str(caught.value)


def test_a_place_that_cannot_be_written(server: str, tmp_path: Path) -> None:
    (tmp_path / "toy").write_text("a file where the folder should be")
    with pytest.raises(StepError, match="cannot write to"):
        published(f"{server}/file").fetch("toy", tmp_path)


def test_what_is_there_is_not_fetched_again(server: str, tmp_path: Path) -> None:
    catalogue = published(f"{server}/nothing")
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy/file.bin").write_bytes(b"mine")
    catalogue.fetch("toy", tmp_path)
    assert (tmp_path / "toy/file.bin").read_bytes() == b"mine"
    assert "is not the published file" in str(catalogue.verify("toy", tmp_path))


def test_an_archive_is_fetched_and_unpacked(server: str, tmp_path: Path) -> None:
    download = Download(f"{server}/toy.zip", "toy.zip", sha256(ARCHIVE).hexdigest())
    entry = Entry("toy", "a toy", "none", "nowhere", 3, ("toy",), (download,), archives=("toy.zip",))
    assert Catalogue([entry]).fetch("toy", tmp_path) == tmp_path / "toy"
    assert (tmp_path / "toy/inside/one.txt").read_text() == "one"
    (tmp_path / "toy/inside/one.txt").unlink()
    Catalogue([entry]).fetch("toy", tmp_path)
    assert not (tmp_path / "toy/inside/one.txt").exists(), "a folder that is there is not replaced"


def test_an_archive_is_arranged_as_its_entry_says(server: str, tmp_path: Path) -> None:
    def arrange(archive: Path, folder: Path) -> None:
        folder.mkdir()
        (folder / archive.name).touch()

    entry = Entry("toy", "a toy", "none", "nowhere", 3, ("toy",), archives=("a.zip", "b.zip"), arrange=arrange)
    (tmp_path / "b.zip").write_bytes(ARCHIVE)
    Catalogue([entry]).fetch("toy", tmp_path)
    assert files(tmp_path) == ["b.zip", "toy", "toy/b.zip"]


def test_an_entry_that_forgets_what_it_promises(server: str, tmp_path: Path) -> None:
    download = Download(f"{server}/file", "toy/file.bin", SHA256)
    catalogue = Catalogue([Entry("toy", "a toy", "none", "nowhere", 3, ("toy/other.bin",), (download,))])
    with pytest.raises(StepError, match=r"toy/other\.bin is not in .*its entry"):
        catalogue.fetch("toy", tmp_path)


def test_data_without_an_address_say_what_to_do(tmp_path: Path) -> None:
    entry = Entry("toy", "a toy", "none", "https://home", 3, ("toy",), by_hand="put it into {root}")
    with pytest.raises(UserError, match=f"toy cannot be fetched: put it into {tmp_path}; its home is https://home"):
        Catalogue([entry]).fetch("toy", tmp_path)


def test_the_command_fetches_what_the_catalogue_lists(lab: Lab, server: str) -> None:
    lab.write("pyproject.toml", '[tool.tpdl]\ncatalogue = "my_data"\n')
    lab.write(
        "my_data.py",
        f"""
        from tpdl.data import Catalogue, Download, Entry

        catalogue = Catalogue([
            Entry("good", "a toy", "none", "https://home", 40_000, ("good.bin",),
                  (Download("{server}/file", "good.bin", "{SHA256[:8]}"),)),
            Entry("bad", "a toy", "none", "https://home", 40_000, ("bad.bin",),
                  (Download("{server}/file", "bad.bin", "00000000"),)),
        ])
        """,
    )
    said = lab.tpdl("data", "list", "good", COLUMNS="500")
    assert "a toy; 40 kB from https://home; get it with `tpdl data fetch good`" in said
    assert "fetched good" in lab.tpdl("data", "fetch", "good")
    assert "good is here already" in lab.tpdl("data", "fetch", "good")
    assert "good: nothing recorded to compare with" in lab.tpdl("data", "verify", "good")
    said = lab.tpdl("data", "fetch", "bad", code=1)
    assert "is not the expected file: its SHA-256 begins" in said
    assert files(lab.root / ".tpdl/data") == ["good.bin"]
    lab.write(".tpdl/data/good.bin", "something else")
    assert "is not the published file" in lab.tpdl("data", "verify", "good", code=1)
