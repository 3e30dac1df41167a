"""Arrays: compressed, the same bytes for the same arrays, and a word about what is large."""

from __future__ import annotations

import zipfile

import numpy as np

ARRAYS = """
import numpy as np

from tpdl import Arrays, experiment


@experiment(local=LOCAL)
def arrays(size: int = SIZE) -> Arrays:
    noise = np.random.default_rng(0).random(size)
    return {"zeros": np.zeros(100_000), "noise": noise, "names": np.array(["a", "bc"])}


@experiment(inputs={"arrays": arrays})
def total(arrays: Arrays) -> dict:
    return {"sum": float(arrays["noise"].sum()), "names": arrays["names"].tolist()}
"""


def write(lab, size: int, local: bool = False) -> None:
    lab.write("experiments/arrays.py", ARRAYS.replace("SIZE", str(size)).replace("LOCAL", str(local)))


def test_arrays_are_compressed_and_come_back(lab):
    write(lab, 10)
    said = lab.tpdl("run", "arrays", "total")
    product = lab.root / "figures/arrays.npz"
    assert product.stat().st_size < 10_000, "100,000 zeros and little else"
    with np.load(product) as stored:
        assert stored["zeros"].shape == (100_000,) and stored["names"].tolist() == ["a", "bc"]
        np.testing.assert_array_equal(stored["noise"], np.random.default_rng(0).random(10))
    assert "MB" not in said


def test_the_same_arrays_are_the_same_bytes(lab):
    write(lab, 10)
    lab.tpdl("run", "arrays")
    product = lab.root / "figures/arrays.npz"
    before = product.read_bytes()
    with zipfile.ZipFile(product) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}, "no time is noted"
    assert "same result as before" in lab.tpdl("run", "arrays", "--force")
    assert product.read_bytes() == before


def test_arrays_that_an_earlier_version_wrote_without_compression_are_read(lab):
    write(lab, 10)
    lab.tpdl("run", "arrays")
    product = lab.root / "figures/arrays.npz"
    with np.load(product) as stored:
        arrays = dict(stored)
    np.savez(product, **arrays)
    record = product.with_name("arrays.npz.record.json")
    from tpdl import sha256_file

    text = record.read_text()
    import json

    value = json.loads(text)
    value["products"]["arrays.npz"] = sha256_file(product)
    record.write_text(json.dumps(value))
    lab.tpdl("run", "total")
    assert lab.states("arrays", "total") == {"arrays": "fresh", "total": "fresh"}


def test_a_large_product_says_how_to_keep_it_out_of_the_repository(lab):
    write(lab, 200_000)
    said = lab.tpdl("run", "arrays")
    assert "figures/arrays.npz has 1.5 MB" in said and "@experiment(local=True) keeps it under .tpdl/" in said
    assert "MB" not in lab.tpdl("run", "--demo", "arrays"), "nothing of the demo is committed"
    write(lab, 200_000, local=True)
    said = lab.tpdl("run", "arrays", "--force")
    assert "MB" not in said
    assert (lab.root / ".tpdl/full/local/arrays.npz").stat().st_size > 2_400_000, "read again at the disk's speed"
