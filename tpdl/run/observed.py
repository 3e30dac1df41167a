"""What a step was seen to read while it ran: from audit events (`tpdl.run.audit`) to what its record keeps.

Example:
    with Observing(job) as observing:
        result = call()
    observing.found.observed     # {"my.csv": "03ac…", "local.yaml": None}; see `tpdl.plan.observed`
    observing.found.warnings     # ["started `ffmpeg`; what it read was not watched; declare it with files=[…]"]

What the fingerprint covers already does not join the record: modules that the analysis of the source has foreseen,
inputs, declared data and files. Neither does what the step has written before it read it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from tpdl.files import FileSignature, sha256_bytes, sha256_file
from tpdl.plan.hashes import HashCache
from tpdl.plan.observed import (
    ALL,
    Now,
    contents,
    hash_of_code,
    hash_of_names,
    names_that_count,
    own_files,
    with_images,
)
from tpdl.plan.record import RECORD_SUFFIX, Record, read_record
from tpdl.plan.step import Observed
from tpdl.plan.variants import base_of
from tpdl.run import audit, imported, snapshot
from tpdl.run.job import Job

MANY = 100
"""Files. Where more were read in one folder, the folder counts, and not each of them."""
SHOWN = 3
"""How many paths a warning names."""
TOOL = os.fspath(Path(__file__).parents[1])
NATIVE = ("safetensors", "torchvision.io", "cv2", "h5py", "pyarrow", "netCDF4", "zarr", "tables", "decord", "av")
"""Libraries that open files in compiled code, which no audit event tells of."""


@dataclass
class Found:
    """What a step has read."""

    observed: Observed = field(default_factory=dict)
    moved: list[str] = field(default_factory=list)
    """What has changed between being read and the end of the step: nobody knows what the result was made of."""
    warnings: list[str] = field(default_factory=list)
    """What was not watched, or is a mistake, a line each."""


class Observing:
    """Watches this process while the block runs, and those that are started in it.

    Args:
        job: what is carried out.
        earlier: events of an earlier attempt, whose checkpoint is taken up.
    """

    def __init__(self, job: Job, earlier: Iterable[audit.Event] = ()) -> None:
        self.found = Found()
        self._job = job
        self._earlier = list(earlier)
        self._folder = os.fspath(job.places.state / "observed" / os.urandom(6).hex())
        self._hashes: HashCache | None = None
        self._watch: audit.Watch | None = None
        self._scope = _scope(job)

    def __enter__(self) -> Observing:
        with contextlib.suppress(OSError):  # a disk that is full fails the step elsewhere, in plain words
            self._watch = audit.start(self._scope, self._folder, self._known_hash)
            self._watch.events += self._earlier
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._watch is None:
            return
        audit.stop(self._watch)
        try:
            if error is None:
                events = [*self._of_earlier_steps(), *self._watch.all_events()]
                self.found = gather(self._job, events, self._scope.links)
        finally:
            audit.remember(self._watch)
            shutil.rmtree(self._folder, ignore_errors=True)

    def _of_earlier_steps(self) -> list[audit.Event]:
        """What steps that ran in this process before have read in the place of this one."""
        job = self._job
        modules = {module: os.path.join(job.root, path) for module, path in job.foreseen.items()}
        if self._watch is None:
            return []
        return audit.from_earlier_steps(self._watch, job.step.function, modules, job.fingerprint.symbols)

    def events(self) -> list[audit.Event]:
        """What has happened so far, for a checkpoint."""
        return self._watch.all_events() if self._watch else []

    def _known_hash(self, path: str, signature: str) -> str | None:
        """The hash of a large file, where an earlier look at it is remembered."""
        if self._hashes is None:
            self._hashes = HashCache(Path(self._job.root, ".tpdl", "cache", "hashes.json"))
        return self._hashes.known(path, signature)


def is_as_it_was(job: Job, observed: Observed) -> bool:
    """Whether what was observed is as it was then."""
    root = Path(job.root)
    return Now(root, HashCache(root / ".tpdl" / "cache" / "hashes.json")).of(observed, job.step) == observed


def _scope(job: Job) -> audit.Scope:
    """What concerns a step."""
    root, places, step = Path(job.root), job.places, job.step
    whole = {symbol.partition(":")[0] for symbol in job.fingerprint.symbols if symbol.endswith(":*")}
    inputs = [path for paths in job.input_products.values() for path in paths]
    given = with_images(map(Path, inputs))
    ignored = [*map(os.fspath, own_files(step) | given), *(path + RECORD_SUFFIX for path in inputs), TOOL]
    return audit.Scope(
        root=job.root,
        results=[os.fspath(places.figures), os.fspath(places.local)],
        ignored=[*ignored, *job.stand_ins],
        data=list(job.data_paths),
        data_root=job.data_root,
        foreseen=[os.path.join(job.root, path) for path in job.foreseen.values()],
        whole=[os.path.join(job.root, path) for module, path in job.foreseen.items() if module in whole],
        links=_links(root, job.foreseen.values()),
    )


def _links(root: Path, modules: Iterable[str]) -> dict[str, str]:
    """The folders outside of the project that a link in its folder, or beside one of its modules, leads to."""
    folders = {root, *(root / path for module in modules for path in Path(module).parents)}
    links = {}
    for folder in folders:
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_symlink():
                    target = os.path.realpath(entry.path)
                    if not target.startswith(os.fspath(root) + os.sep):
                        links[target] = entry.path
    return links


def gather(job: Job, events: Sequence[audit.Event], links: Mapping[str, str] | None = None) -> Found:
    """What the events of a step come to, at its end.

    Args:
        job: what was carried out.
        events: in the order in which they happened.
        links: folder outside of the project -> the link to it; found out where it is left out.
    """
    return _Gathering(job, events, _links(Path(job.root), job.foreseen.values()) if links is None else links).found


class _Gathering:
    def __init__(self, job: Job, events: Sequence[audit.Event], links: Mapping[str, str]) -> None:
        self.found = Found()
        self._job, self._root, self._links = job, Path(job.root), links
        self._hashes = HashCache(self._root / ".tpdl" / "cache" / "unused")
        self._notes: dict[str, list[str]] = {}
        self._wrote: dict[str, int] = {}
        self._made: dict[str, int] = {}
        first: dict[tuple[str, str], audit.Event] = {}
        for event in events:
            kind, path, value, when = event
            if kind == "note":
                self._notes.setdefault(str(value), [])
                if path not in self._notes[str(value)]:
                    self._notes[str(value)].append(path)
            elif kind in ("wrote", "made"):
                (self._wrote if kind == "wrote" else self._made).setdefault(path, when)
            else:
                known = first.setdefault((kind, path), event)
                if kind in ("read", "module") and known[2].split()[0] != value.split()[0]:
                    self._moved(path)  # two processes have read two versions
        reads = [event for (kind, _), event in first.items() if kind in ("read", "module")]
        for kind, path, value, when in reads:
            if not self._is_own(path, when):
                self._enter_file(kind, path, *value.partition(" ")[::2])
        for (kind, path), (_, _, value, when) in first.items():
            if kind == "changed" and not self._was_written(path):
                self._moved(path)
            elif kind == "absent" and not self._was_written(path):
                self.found.observed.setdefault(self._key(path), None)
            elif kind == "listed" and not self._is_own(path, when):
                self._enter_listing(Path(path), value)
        self._put_together(reads)
        self.found.observed = dict(sorted(self.found.observed.items()))
        self._warn()

    def _is_own(self, path: str, when: int) -> bool:
        """Whether the step had written a file, or made its folder, at that time."""
        return any(at <= when for at in self._writings(path))

    def _was_written(self, path: str) -> bool:
        """Whether it did so at all."""
        return bool(self._writings(path))

    def _writings(self, path: str) -> list[int]:
        above = [path, *map(os.fspath, Path(path).parents)] if self._made else []
        made = [self._made[folder] for folder in above if folder in self._made]
        return [self._wrote[path], *made] if path in self._wrote else made

    def _key(self, path: str) -> str:
        """A path as it stands in the record."""
        for target, link in self._links.items():
            if path == target or path.startswith(target + os.sep):
                path = link + path[len(target) :]
        return os.path.relpath(path, self._root).replace(os.sep, "/")

    def _moved(self, path: str) -> None:
        if self._key(path) not in self.found.moved:
            self.found.moved.append(self._key(path))

    def _enter_file(self, kind: str, path: str, sha: str, signature: str) -> None:
        key = self._key(path)
        content = None if kind == "read" else self._source(path, sha)
        if kind == "read" and self._job.fingerprint.files.get(key) == sha:
            pass  # declared, and as it was when the run began
        elif key in self._job.fingerprint.files:
            self._moved(path)
        elif key in self.found.observed and kind == "module":
            return  # its text was read, too
        elif kind == "read":
            self.found.observed[key] = sha
        else:
            self.found.observed[key] = hash_of_code(content) if content is not None else "code unknown"
        if content is None and kind == "module":
            self._moved(path)
        if signature:
            self._compare(path, key, sha, signature)

    def _source(self, path: str, sha: str) -> bytes | None:
        """The source of a module as it was imported; None where that is not known any more."""
        for place in (Path(path), snapshot.kept(self._root, sha)):
            with contextlib.suppress(OSError):
                content = place.read_bytes()
                if sha256_bytes(content) == sha:
                    return content
        return None

    def _compare(self, path: str, key: str, sha: str, signature: str) -> None:
        """Whether a file is as it was when it was opened."""
        try:
            now = FileSignature.of(Path(path))
            if str(now) == signature or sha256_file(Path(path)) == sha:
                return
        except OSError:
            if not self._was_written(path):
                self._moved(path)
                return
        if self._was_written(path):
            self._notes.setdefault("changed itself", []).append(key)
        else:
            self._moved(path)

    def _enter_listing(self, folder: Path, names: Sequence[str]) -> None:
        """Names that the step has added and removed itself are no news; others tell of somebody else."""
        own = own_files(self._job.step)
        before = names_that_count(folder, names, own)
        try:
            after = names_that_count(folder, os.listdir(folder), own)
        except OSError:
            after = set()
        if all(self._was_written(os.fspath(folder / name)) for name in before ^ after):
            before = after
        key = self._key(os.fspath(folder))
        self.found.observed["./" if key == "." else f"{key}/"] = hash_of_names(folder, before, own)

    def _put_together(self, reads: Iterable[audit.Event]) -> None:
        """Where very many files of one folder were read, all of it counts."""
        keys = [self._key(path) for kind, path, _, _ in reads if kind == "read"]
        keys = [key for key in keys if key in self.found.observed]
        for folder, count in Counter(key.rpartition("/")[0] for key in keys).items():
            if count > MANY:
                for key in keys:
                    if key.rpartition("/")[0] == folder:
                        self.found.observed.pop(key, None)
                self.found.observed[f"{folder or '.'}{ALL}"] = contents(self._root / folder, self._hashes)

    def _warn(self) -> None:
        """Say what was seen and is not compared, a line for each kind."""
        notes = self._notes | {"result": self._results_of_others(), "native": _native_libraries(self._job)}
        if self._job.step.data or self._job.step.files:
            notes.pop("compiled", None)  # what was asked for is done
        for kind, text in _WARNINGS.items():
            if paths := list(dict.fromkeys(notes.get(kind, []))):
                text = _PLURALS.get(kind, text) if len(paths) > 1 else text
                more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
                self.found.warnings.append(text.format(", ".join(f"`{path}`" for path in paths[:SHOWN]) + more))
        self.found.warnings += self._notes.get("None", [])[:1]

    def _results_of_others(self) -> list[str]:
        """Results of other steps that were read by their paths."""
        found = []
        places = self._job.places
        for key in self.found.observed:
            path = self._root / key
            if path.suffix and (path.is_relative_to(places.figures) or path.is_relative_to(places.local)):
                found.append(f"{key} ({step})" if (step := _maker(path)) else key)
        return found


_WARNINGS = {
    "program": "started {}; what it read was not watched; declare it with files=[…]",
    "isolated": "started {} without the environment of the step; what it read was not watched; declare files=[…]",
    "result": "read {} by its path, the result of another step; declare it with inputs={{…}}",
    "undeclared data": "read {}, which belongs to no data set that it declares; declare data=[…]",
    "outside": "read {}, which lies outside of the project and is not compared; declare a data set: data=[…]",
    "network": "asked {} in the network; what came from there is not compared",
    "native": "imports {}, which reads files in compiled code and is not watched; declare files=[…] or data=[…]",
    "compiled": "loaded {} with ctypes; what compiled code opens was not watched; declare it with files=[…]",
    "environment": "read the environment variable {}, which is not compared; make it a parameter",
    "changed itself": "has changed {} after it had read it, so it is stale at once; keep such a file in "
    "tpdl.checkpoint.path(…), or out of the project",
}
_PLURALS = {
    "result": "read {} by their paths, results of other steps; declare them with inputs={{…}}",
    "undeclared data": "read {}, which belong to no data set that it declares; declare data=[…]",
    "outside": "read {}, which lie outside of the project and are not compared; declare a data set: data=[…]",
    "native": "imports {}, which read files in compiled code and are not watched; declare files=[…] or data=[…]",
    "environment": "read the environment variables {}, which are not compared; make them parameters",
}
"""What is said of several."""


def _maker(path: Path) -> str:
    """The step that a product belongs to, as its record says."""
    for place in [
        path.with_name(path.name + RECORD_SUFFIX),
        *path.parent.glob(f"{base_of(path.name)}.*{RECORD_SUFFIX}"),
    ]:
        record = read_record(place)
        if isinstance(record, Record) and path.name in record.products:
            return record.step
    return ""


def _native_libraries(job: Job) -> list[str]:
    """Libraries whose reading is not seen, where an experiment declares nothing that they might read."""
    if job.step.data or job.step.files or job.step.kind != "experiment":
        return []
    used = imported.directly({module.partition(".")[0] for module in job.foreseen})
    return [name for name in NATIVE if name in used]
