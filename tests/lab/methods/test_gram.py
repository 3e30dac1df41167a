"""Gram matrices: equal to those of the raw features, however small the disk, and resumed where a kill left them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.preprocessing import normalize
from torch import Tensor

from experiments.lab.methods.gram import Gram, Totals, gram_matrices
from experiments.lab.methods.spool import DeviceSpool, Spool, blocks, passes
from experiments.lab.nets.cuts import Cut, cuts, tapped
from experiments.lab.nets.registry import build, image_size
from tpdl.errors import StepError, UserError

IMAGES, TRAIN, BATCH = 7, 4, 3
network_of = cache(lambda network: build(network, "random"))


class Images:
    """Random images in batches; counts how often they were asked for."""

    def __init__(self, network: str, images: int = IMAGES) -> None:
        side = image_size(network)
        self.all = torch.randn(images, 3, side, side, generator=torch.Generator().manual_seed(0))
        self.asked = 0

    def __call__(self) -> Iterator[Tensor]:
        self.asked += 1
        yield from self.all.split(BATCH)


def raw_features(network: str, images: Tensor) -> dict[str, np.ndarray]:
    """The features as they are, all at once."""
    seen: dict[str, np.ndarray] = {}
    keep = lambda cut, output: seen.update({cut.name: output.flatten(1).double().numpy()})  # noqa: E731
    with torch.inference_mode(), tapped(network_of(network), cuts(network), keep) as run:
        run(images)
    return seen


def computed(network: str, images: Images, folder: Path, **options: Any) -> dict[str, Gram]:
    """Name of the cut -> Gram matrix."""
    given = (network_of(network), cuts(network), images, len(images.all), TRAIN, folder / "spool")
    return {cut.name: gram for cut, gram in gram_matrices(*given, **options)}


@pytest.mark.parametrize("network", ["tiny_vgg", "tiny_squeezenet"])
def test_equal_to_the_raw_features(network: str, tmp_path: Path) -> None:
    images = Images(network)
    grams = computed(network, images, tmp_path, width=1000)
    for name, features in raw_features(network, images.all).items():
        unit = normalize(features)
        np.testing.assert_allclose(grams[name].kernel, unit @ unit[:TRAIN].T, atol=2e-6)
        np.testing.assert_allclose(grams[name].norms, np.linalg.norm(features, axis=1), rtol=1e-5)
    assert images.asked == 1
    assert not (tmp_path / "spool").exists()


def test_equal_to_the_raw_features_at_every_cut_of_vgg16(tmp_path: Path) -> None:
    images = Images("vgg16", images=5)
    grams = computed("vgg16", images, tmp_path)
    raw = raw_features("vgg16", images.all)
    assert list(grams) == list(raw)
    for name, features in raw.items():
        unit = normalize(features)
        np.testing.assert_allclose(grams[name].kernel, unit @ unit[:TRAIN].T, atol=5e-6)


def test_with_little_disk_the_network_runs_several_times_and_the_result_is_the_same(tmp_path: Path) -> None:
    once, often = Images("tiny_vgg"), Images("tiny_vgg")
    whole, totals = computed("tiny_vgg", once, tmp_path, width=1000), Totals()
    budget = 58_000 * 4 * IMAGES
    sliced = computed("tiny_vgg", often, tmp_path, width=1000, budget=budget, totals=totals)
    assert often.asked == totals.passes > 1
    assert any(gram.passes == 2 for gram in sliced.values())  # a cut whose slices lie in two passes
    for name, gram in whole.items():
        np.testing.assert_array_equal(gram.kernel, sliced[name].kernel)
        np.testing.assert_allclose(gram.norms, sliced[name].norms)


def test_passes_follow_the_network_and_fill_the_budget() -> None:
    first, second = Cut(1, "a", "m.a", (10,)), Cut(2, "b", "m.b", (4,))
    packed = passes(blocks([first, second], 4), images=2, budget=6 * 2 * 4)
    assert [[(block.cut.name, block.start, block.stop) for block in some] for some in packed] == [
        [("a", 0, 4)],
        [("a", 4, 8), ("a", 8, 10)],
        [("b", 0, 4)],
    ]


def test_a_budget_below_one_block_is_refused() -> None:
    with pytest.raises(UserError, match="does not fit the budget"):
        passes(blocks([Cut(1, "a", "m.a", (10,))], 10), images=100, budget=100)


def test_a_killed_run_goes_on_after_the_last_finished_cut(tmp_path: Path) -> None:
    saved: dict[str, Any] = {}
    options: dict[str, Any] = {"load": saved.get, "save": saved.__setitem__}
    images = Images("tiny_vgg")
    given = (network_of("tiny_vgg"), cuts("tiny_vgg"), images, IMAGES, TRAIN, tmp_path / "spool")
    running = gram_matrices(*given, **options)
    for _ in range(4):
        next(running)
    running.close()  # the kill
    assert list(saved) == ["relu1", "relu2", "relu3", "relu4"]

    spooled = Totals()
    resumed = computed("tiny_vgg", images, tmp_path, totals=spooled, **options)
    left = sum(cut.features for cut in cuts("tiny_vgg")[4:])
    assert spooled.spooled_bytes == left * IMAGES * 4
    for name, gram in computed("tiny_vgg", images, tmp_path).items():
        np.testing.assert_array_equal(resumed[name].kernel, gram.kernel)

    finished, nothing = Images("tiny_vgg"), Totals()
    computed("tiny_vgg", finished, tmp_path, totals=nothing, **options)
    assert (finished.asked, nothing.passes) == (0, 0)


def test_leftovers_of_a_killed_run_are_not_read(tmp_path: Path) -> None:
    images = Images("tiny_vgg")
    expected = computed("tiny_vgg", images, tmp_path)["relu1"].kernel
    (tmp_path / "spool").mkdir()
    (tmp_path / "spool" / "001-000000000.f32").write_bytes(b"\1" * 4096)
    np.testing.assert_array_equal(computed("tiny_vgg", images, tmp_path)["relu1"].kernel, expected)


def test_an_image_without_any_feature_has_inner_products_of_zero(tmp_path: Path) -> None:
    images = Images("tiny_vgg")
    model, wanted = network_of("tiny_vgg"), cuts("tiny_vgg")[:1]
    images.all[2] = 0  # the biases are zero too, so that no ReLU fires
    [(_, gram)] = gram_matrices(model, wanted, images, IMAGES, TRAIN, tmp_path / "spool")
    assert not gram.kernel[2].any() and not gram.kernel[:, 2].any()
    assert np.isfinite(gram.kernel).all()


def test_a_spool_in_memory_gives_what_files_give(tmp_path: Path) -> None:
    wide = blocks([Cut(1, "a", "m.a", (10,))], 4)
    rows = torch.randn(7, 10)
    files, memory = Spool(tmp_path / "spool", wide, np.empty(28, np.float32)), DeviceSpool(wide, 7, rows.device)
    for block in wide:
        for part in rows[:, block.start : block.stop].split(3):
            np.testing.assert_allclose(memory.append(block, part), files.append(block, part))
        torch.testing.assert_close(memory.take(block), rows[:, block.start : block.stop], rtol=0, atol=0)
        torch.testing.assert_close(files.take(block), rows[:, block.start : block.stop], rtol=0, atol=0)
    files.close()


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    """No file may be larger than a kilobyte here, which is as good as a full disk."""
    resource = pytest.importorskip("resource")
    block = blocks([Cut(1, "a", "m.a", (10,))], 10)[0]
    spool = Spool(tmp_path / "spool", [block], np.empty(10_000, np.float32))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        with pytest.raises(StepError, match=r"cannot spool features to .*; free some disk"):
            spool.append(block, torch.zeros(1000, 10))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    spool.close()
    assert not (tmp_path / "spool").exists()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_computes_the_same(tmp_path: Path) -> None:
    images = Images("tiny_vgg")
    raw = raw_features("tiny_vgg", images.all)
    for name, gram in computed("tiny_vgg", images, tmp_path).items():
        unit = normalize(raw[name])
        np.testing.assert_allclose(gram.kernel, unit @ unit[:TRAIN].T, atol=1e-5)
