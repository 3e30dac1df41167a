"""Archives: whole or not at all, and never outside of their folder."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from tpdl.data import unpack
from tpdl.errors import StepError


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def tarred(path: Path, *members: tarfile.TarInfo, content: bytes = b"") -> Path:
    with tarfile.open(path, "w:gz" if path.suffix == ".tgz" else "w") as archive:
        for member in members:
            member.size = len(content) if member.isfile() else 0
            archive.addfile(member, io.BytesIO(content))
    return path


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member


def zipped_link(path: Path) -> Path:
    member = zipfile.ZipInfo("link")
    member.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "/etc/passwd")
    return path


def left(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def test_a_zip_and_a_tar_file_are_unpacked(tmp_path: Path) -> None:
    unpack(zipped(tmp_path / "a.zip", {"in/deep.txt": b"one", "two.txt": b"two"}), tmp_path / "new/zip")
    assert (tmp_path / "new/zip/in/deep.txt").read_bytes() == b"one"
    unpack(tarred(tmp_path / "a.tgz", tarfile.TarInfo("in/deep.txt"), content=b"three"), tmp_path / "new/tar")
    assert (tmp_path / "new/tar/in/deep.txt").read_bytes() == b"three"
    assert left(tmp_path / "new") == [
        "tar",
        "tar/in",
        "tar/in/deep.txt",
        "zip",
        "zip/in",
        "zip/in/deep.txt",
        "zip/two.txt",
    ]


@pytest.mark.parametrize("name", ["../out.txt", "in/../../out.txt", "/out.txt", r"..\out.txt", r"C:\out.txt"])
@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_a_member_outside_of_the_folder_is_refused(tmp_path: Path, name: str, kind: str) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    archive = inner / f"a.{kind}"
    if kind == "zip":
        zipped(archive, {"good.txt": b"x", name: b"x"})
    else:
        tarred(archive, tarfile.TarInfo("good.txt"), tarfile.TarInfo(name))
    with pytest.raises(StepError, match="outside of its folder") as caught:
        unpack(archive, inner / "data")
    assert "\n" not in str(caught.value)
    assert left(tmp_path) == ["inner", f"inner/a.{kind}"]


def test_links_and_devices_are_refused(tmp_path: Path) -> None:
    archives = [
        tarred(tmp_path / "1.tar", link("link", "/etc/passwd")),
        tarred(tmp_path / "2.tar", tarfile.TarInfo("a"), link("link", "a")),
        tarred(tmp_path / "3.tar", tarfile.TarInfo("a"), link("link", "a", tarfile.LNKTYPE)),
        tarred(tmp_path / "4.tar", link("pipe", "", tarfile.FIFOTYPE)),
        zipped_link(tmp_path / "5.zip"),
    ]
    for archive in archives:
        with pytest.raises(StepError, match="neither file nor folder"):
            unpack(archive, tmp_path / "data")
    assert left(tmp_path) == ["1.tar", "2.tar", "3.tar", "4.tar", "5.zip"]


def test_a_content_that_is_too_large_is_refused(tmp_path: Path) -> None:
    zeros = bytes(10_000)
    for archive in (
        zipped(tmp_path / "a.zip", {"zeros": zeros}),
        tarred(tmp_path / "a.tgz", tarfile.TarInfo("zeros"), content=zeros),
    ):
        assert archive.stat().st_size < 1000
        with pytest.raises(StepError, match="would unpack to"):
            unpack(archive, tmp_path / "data", limit=5000)
    assert left(tmp_path) == ["a.tgz", "a.zip"]


def test_what_hides_behind_a_large_member_is_not_unpacked_to_be_found(tmp_path: Path) -> None:
    """A gigabyte of zeros is a megabyte of archive; what follows it would be known only after unpacking all of it."""
    header = tarfile.TarInfo("zeros")
    header.size = 10**15
    archive = tmp_path / "a.tgz"
    with gzip.open(archive, "wb") as packed:
        packed.write(header.tobuf(tarfile.PAX_FORMAT))
        packed.write(bytes(10**7))
    with pytest.raises(StepError, match=r"would unpack to 1000000\.0 GB"):
        unpack(archive, tmp_path / "data")


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_too_many_members_are_refused(tmp_path: Path, kind: str) -> None:
    archive, names = tmp_path / f"a.{kind}", [f"{number}.txt" for number in range(20)]
    if kind == "zip":
        zipped(archive, dict.fromkeys(names, b""))
    else:
        tarred(archive, *map(tarfile.TarInfo, names))
    with pytest.raises(StepError, match="holds more than 19 files and folders"):
        unpack(archive, tmp_path / "data", most=19)
    assert left(tmp_path) == [f"a.{kind}"]
    unpack(archive, tmp_path / "data", most=20)


def test_a_chain_of_links_longer_than_a_path_may_be(tmp_path: Path) -> None:
    """CVE-2025-4517: where a path is too long to be resolved, Python's own filter takes a link for harmless."""
    inner = tmp_path / "inner"
    inner.mkdir()
    members, path = [], ""
    for letter in "abcdefghijklmnop":
        folder = tarfile.TarInfo(f"{path}{'d' * 247}")
        folder.type = tarfile.DIRTYPE
        members += [folder, link(f"{path}{letter}", "d" * 247)]
        path += f"{letter}/"
    members += [link(f"{path}{'l' * 254}", "../" * 16), link("escape", f"{path}{'l' * 254}/../../out")]
    archive = tarred(inner / "a.tar", *members, tarfile.TarInfo("escape/stolen"))
    with pytest.raises(StepError, match="neither file nor folder"):
        unpack(archive, inner / "data")
    assert left(tmp_path) == ["inner", "inner/a.tar"]


def damaged() -> dict[str, bytes]:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", bytes(range(256)) * 40)
    broken = bytearray(packed.getvalue())
    broken[60:80] = b"\xff" * 20  # in the middle of the compressed content
    encrypted = bytearray(packed.getvalue())
    encrypted[6] |= 1
    encrypted[encrypted.index(b"PK\1\2") + 8] |= 1
    gzipped = io.BytesIO()
    with tarfile.open(fileobj=gzipped, mode="w:gz") as tar:
        member = tarfile.TarInfo("a.txt")
        member.size = 10_240
        tar.addfile(member, io.BytesIO(bytes(range(256)) * 40))
    return {
        "empty": b"",
        "text": b"no archive",
        "only the beginning of a zip file": b"PK\3\4 broken",
        "broken zip": bytes(broken),
        "encrypted zip": bytes(encrypted),
        "half a tar file": gzipped.getvalue()[: len(gzipped.getvalue()) // 2],
    }


@pytest.mark.parametrize("content", damaged().values(), ids=damaged())
def test_a_damaged_archive_is_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.zip").write_bytes(content)
    with pytest.raises(StepError, match="cannot be unpacked") as caught:
        unpack(tmp_path / "a.zip", tmp_path / "data")
    assert "\n" not in str(caught.value)
    assert left(tmp_path) == ["a.zip"]


def test_what_is_there_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data/mine.txt").write_text("mine")
    with pytest.raises(StepError, match="cannot be unpacked into"):
        unpack(zipped(tmp_path / "a.zip", {"mine.txt": b"theirs"}), tmp_path / "data")
    assert (tmp_path / "data/mine.txt").read_text() == "mine"
    assert left(tmp_path) == ["a.zip", "data", "data/mine.txt"]


def test_an_archive_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StepError, match="No such file"):
        unpack(tmp_path / "none.zip", tmp_path / "data")
    assert left(tmp_path) == []
