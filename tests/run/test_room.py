"""Steps share GPUs and memory: as many at a time as fit, and once more alone where it was not enough."""

from __future__ import annotations

import itertools
import json
import os
import sys
from pathlib import Path

import pytest

from tpdl.run.devices import Device, devices
from tpdl.run.memory import available, kills
from tpdl.run.room import Admission, Need, Room

GPU = Device("GPU-0a", "one", memory=80 * 10**9)
OTHER = Device("GPU-1b", "two", memory=80 * 10**9)

SMI = """#!/bin/sh
# What `nvidia-smi` prints on a machine with two GPUs.
echo "GPU-0a11, 0, NVIDIA H100 80GB HBM3, 81559, 1024, 37"
echo "GPU-1b22, 1, NVIDIA H100 80GB HBM3, 81559, 0, [N/A]"
"""

STEPS = """
import os
from pathlib import Path
from time import sleep

from tpdl import experiment


def memory() -> int:
    return 40 * 10**9 if "CUDA_VISIBLE_DEVICES" in os.environ else 0


class OutOfMemoryError(RuntimeError):
    pass


def noted(name: str, others: int) -> int:
    '''How many of its kind run with it, once that many have begun.'''
    Path(f"{name}.{os.getpid()}").touch()
    for _ in range(300):
        if len(list(Path().glob(f"{name}.*"))) >= others:
            break
        sleep(0.02)
    return len(list(Path().glob(f"{name}.*")))


@experiment(matrix={"n": [0, 1, 2, 3]}, device="gpu", gpu_memory="30GB")
def trained(n: int) -> dict:
    beside = noted(f"trained-{os.environ['CUDA_VISIBLE_DEVICES']}", 2)
    return {"beside": beside, "gpu": os.environ["CUDA_VISIBLE_DEVICES"]}


@experiment(matrix={"n": [0, 1]}, device="gpu", gpu_memory="30GB")
def hungry(n: int) -> dict:
    if noted("hungry", 2) and not Path("hungry.full").exists():
        Path("hungry.full").touch()
        raise OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 GiB")
    return {"n": n}


@experiment(device="gpu")
def hopeless() -> dict:
    raise OutOfMemoryError("CUDA out of memory. Tried to allocate 200.00 GiB")
"""


@pytest.fixture
def smi(tmp_path_factory):
    """A folder with a program that says what `nvidia-smi` says on a machine with two GPUs."""
    folder = tmp_path_factory.mktemp("programs")
    (folder / "nvidia-smi").write_text(SMI)
    (folder / "nvidia-smi").chmod(0o755)
    return folder


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_devices_are_those_of_the_driver(smi, monkeypatch):
    monkeypatch.setenv("PATH", str(smi), prepend=os.pathsep)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    first, second = devices()
    assert first == Device("GPU-0a11", "NVIDIA H100 80GB HBM3", 81559 * 2**20, 1024 * 2**20, 37)
    assert second.utilisation is None
    for visible, expected in (("1", ["GPU-1b22"]), ("GPU-1b,0", ["GPU-1b22", "GPU-0a11"]), ("", []), ("-1", [])):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
        assert [device.uuid for device in devices()] == expected
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "MIG-7f")
    assert devices() == [Device("MIG-7f", "GPU")]
    (smi / "nvidia-smi").write_text("#!/bin/sh\necho 'NVIDIA-SMI has failed'\nexit 9\n")
    assert devices() == []


def test_no_driver_no_device(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert devices() == []


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
def test_steps_share_the_gpus_and_are_tried_again(lab, smi):
    (lab.root / "experiments/toy/curve.py").unlink()
    lab.write("experiments/gpus.py", STEPS)
    lab.write("pyproject.toml", '[tool.tpdl]\ndevice_memory = "experiments.gpus:memory"\n')
    path = f"{smi}{os.pathsep}{os.environ['PATH']}"
    said = lab.tpdl("run", "-j", "4", "trained", "hungry", "hopeless", code=1, PATH=path)
    results = [json.loads((lab.root / f"figures/trained/n={n}.json").read_text()) for n in range(4)]
    assert [result["gpu"] for result in results] == ["GPU-0a11", "GPU-0a11", "GPU-1b22", "GPU-1b22"]
    assert {result["beside"] for result in results} == {2}
    record = json.loads((lab.root / "figures/trained/n=0.json.record.json").read_text())
    assert record["happened"]["device_peak_bytes"] == 40 * 10**9
    assert said.count("again   hungry/n=") == 1 and "(out of device memory)" in said
    assert "done    hungry/n=0" in said and "done    hungry/n=1" in said
    assert "failed  hopeless: " in said and "200.00 GiB" in said
    assert "1 failed: hopeless" in said


AGAIN = """
from pathlib import Path
from time import sleep

from tpdl import experiment


@experiment(matrix={"n": [0, 1]})
def greedy(n: int) -> dict:
    Path(f"begun-{n}").touch()
    while not (Path("begun-0").exists() and Path("begun-1").exists()):
        sleep(0.02)
    if n == 0 and not Path("full").exists():
        Path("full").touch()
        raise MemoryError
    return {"n": n}
"""


def test_out_of_main_memory(lab):
    (lab.root / "experiments/toy/curve.py").unlink()
    lab.write("experiments/greedy.py", AGAIN)
    said = lab.tpdl("run", "-j", "2")
    assert "again   greedy/n=0: " in said and "(out of memory)" in said and "3 done" in said
    assert lab.not_fresh() == {}
    (lab.root / "full").unlink()
    assert "failed  greedy/n=0: " in lab.tpdl("run", "-j", "2", "--force", "greedy/n=0", code=1), "it was alone"


def test_auto(lab):
    assert "done    toy/curve/network=small" in lab.tpdl("run", "-j", "auto")
    assert "argument -j/--jobs: 'many' is not a whole number, or 'auto'" in lab.tpdl("run", "-j", "many", code=2)
    said = lab.tpdl("run", "--force", "toy", "-j", "auto", "--executor", "dask", code=2)
    assert "how many steps run at a time cannot be chosen for executor 'dask'; say so: -j 8" in said


def admitted(needs: dict[str, Need], room: Room) -> list[str]:
    """The names that may start, one after the other, with nothing given back."""
    admission = Admission(iter([*needs, None, None, None]).__next__, room, needs.__getitem__)
    return [name for name, _ in iter(admission.next, None)]


def gpu(memory: int | None = None) -> Need:
    return Need(device=True, device_memory=memory and memory * 10**9)


def test_what_fits():
    # By memory, with a tenth left; whoever has said nothing has a GPU for himself; others go on without one.
    needs = {"a": gpu(30), "b": gpu(30), "c": gpu(30), "d": Need(), "e": gpu(1)}
    assert admitted(needs, Room(9, None, [GPU])) == ["a", "b", "d"]
    assert admitted(needs, Room(9, None, [GPU, OTHER])) == ["a", "b", "c", "d", "e"]
    assert admitted({"a": gpu(), "b": gpu(1), "c": gpu(), "d": gpu()}, Room(9, None, [GPU, OTHER])) == ["a", "b"]
    # What is larger than there is gets all; a GPU of unknown memory takes one at a time.
    assert admitted({"a": gpu(500), "b": gpu(1)}, Room(9, None, [GPU])) == ["a"]
    assert admitted({"a": gpu(1), "b": gpu(1)}, Room(9, None, [Device("MIG-7f", "GPU")])) == ["a"]
    # No GPU: cores alone count.
    assert admitted(needs, Room(3)) == ["a", "b", "c"]
    # Main memory, too.
    needs = {"a": Need(6), "b": Need(6), "c": Need(1), "d": gpu(1)}
    assert admitted(needs, Room(9, 10, [GPU])) == ["a", "d"], "nobody overtakes b in main memory"
    assert admitted({"a": Need(4), "b": Need(4), "c": Need(4)}, Room(9, 10)) == ["a", "b"]


def test_once_more_alone():
    room = Room(4, None, [GPU])
    names = itertools.chain(["a", "b", "c", None, "d"], itertools.repeat(None))
    admission = Admission(names.__next__, room, lambda name: Need() if name == "c" else gpu(10))
    assert [name for name, _ in iter(admission.next, None)] == ["a", "b", "c"]
    assert room.give("a"), "others ran beside it"
    admission.again("a", "device memory")
    assert admission.next() is None, "b is on the GPU still, and d behind it"
    room.give("b")
    assert admission.next() == ("a", {"CUDA_VISIBLE_DEVICES": "GPU-0a"}) and admission.next() is None
    room.give("a")
    admission.again("c", "memory")
    assert room.give("c")
    assert admission.next() == ("c", {}), "nothing else may run"
    assert admission.next() is None
    assert not room.give("c")
    assert admission.next() == ("d", {"CUDA_VISIBLE_DEVICES": "GPU-0a"}) and not admission


def test_memory_of_a_container(tmp_path: Path):
    proc, group = tmp_path / "proc", tmp_path / "sys/fs/cgroup/pod"
    group.mkdir(parents=True)
    (proc / "self").mkdir(parents=True)
    assert available(tmp_path) is None and kills(tmp_path) == 0
    (proc / "meminfo").write_text("MemTotal: 100 kB\nMemAvailable:   50 kB\n")
    (proc / "vmstat").write_text("nr_free_pages 7\noom_kill 3\n")
    assert available(tmp_path) == 50 * 1024 and kills(tmp_path) == 3
    (proc / "self/cgroup").write_text("0::/pod\n")
    for name, text in (("memory.max", "30000"), ("memory.current", "20000"), ("memory.stat", "anon 1\nfile 5000\n")):
        (group / name).write_text(text)
    (group / "memory.events").write_text("low 0\noom 9\noom_kill 8\n")
    assert available(tmp_path) == 15000 and kills(tmp_path) == 8
    (group / "memory.max").write_text("max\n")
    assert available(tmp_path) == 50 * 1024
