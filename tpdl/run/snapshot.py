"""A step runs from the sources that its fingerprint was taken of, whatever becomes of the files meanwhile.

Example:
    manifest, sources = take(plan, names)     # when a run begins
    install(manifest, root)                   # in the process of a step, before anything of the project is imported

Files are kept by content under `.tpdl/snapshots/`, each content once; a snapshot is a JSON file that says which path
has which content. Modules are imported from there under their own names and paths, so that `__file__`, tracebacks and
logs show the project's own. Python's bytecode beside the sources is neither read nor written: it is told apart by size
and second, which an edit and its undoing may share.

What is not in a snapshot is taken from where it lies: files that a step opens by their path, modules that it writes
itself, and folders that cannot be imported.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.machinery
import importlib.util
import json
import linecache
import marshal
import os
import pkgutil
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from stat import S_ISREG
from types import CodeType, ModuleType

from tpdl.errors import StepError, UserError
from tpdl.files import FileSignature, atomic_write, read_bytes, read_json, sha256_bytes
from tpdl.fingerprint import IGNORED, Sources
from tpdl.plan.imports import make_importable
from tpdl.plan.plan import Plan
from tpdl.plan.project import FOLDER
from tpdl.run import audit

SMALL = 256 * 1024
"""Bytes. Larger files beside the sources, which are data, are left where they are."""
SETTLING, PATIENCE = 2.5, 10.0
"""Seconds."""
ROOT, MANIFEST = "TPDL_ROOT", "TPDL_SNAPSHOT"
"""Environment variables that tell the processes which a step starts."""


def take(plan: Plan, names: Iterable[str]) -> tuple[Path, Sources]:
    """Keep the project's sources as they are now.

    Args:
        plan: the steps.
        names: those that will run.

    Returns:
        the snapshot, and a look at the same sources that has read all that the steps need.

    Raises:
        UserError: files are edited all the time.
    """
    project = plan.project
    steps = {(plan.steps[name].function, plan.steps[name].uses) for name in names if plan.steps[name].function}
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        before = _signatures(project.root)
        # What was changed a moment ago may be changed again without a trace. A clock that is wrong is not waited for.
        if all(signature.is_settled for signature in before.values()) or time.monotonic() - began > SETTLING:
            files = _kept(project.root, before)
            sources = project.sources(plan.profile)
            for function, uses in steps:
                sources.closure(function, uses)
            if files is not None and _signatures(project.root) == before:
                return _write_manifest(project.root, files), sources
        time.sleep(0.05)
    raise UserError(f"the sources in {project.root} are edited all the time; run again when they are at rest")


def _kept(root: Path, signatures: Mapping[str, FileSignature]) -> dict[str, str] | None:
    """The content hash of every file, the content being kept; None where a file has gone meanwhile.

    A file that nobody here may read is left out: it stops whoever imports it, and nobody else.
    """
    known = _Known(root)
    files = {}
    for path, signature in signatures.items():
        sha = known.get(path, signature)
        if sha is None or not _is_kept(root, sha, signature.size):
            try:
                content = read_bytes(root / path)
            except FileNotFoundError:
                return None
            except OSError:
                continue
            sha = sha256_bytes(content)
            if not _is_kept(root, sha, len(content)):
                _write(_object(root, sha), content)
        files[path] = sha
        known.put(path, signature, sha)
    known.save()
    return files


class _Known:
    """The content hashes of the sources by signature, so that a run in which nothing was edited reads none."""

    def __init__(self, root: Path) -> None:
        self._file = root / ".tpdl" / "cache" / "snapshot.json"
        self._new: dict[str, list[str]] = {}
        try:
            old = read_json(self._file)
        except (OSError, ValueError):
            old = {}
        self._old = old if isinstance(old, dict) else {}

    def get(self, path: str, signature: FileSignature) -> str | None:
        known = self._old.get(path)
        return known[1] if isinstance(known, list) and len(known) == 2 and known[0] == str(signature) else None

    def put(self, path: str, signature: FileSignature, sha: str) -> None:
        self._new[path] = [str(signature), sha]

    def save(self) -> None:
        if self._new != self._old:
            with contextlib.suppress(StepError):  # the next run reads the files again
                atomic_write(self._file, json.dumps(self._new))


def _signatures(root: Path) -> dict[str, FileSignature]:
    """Every file of the project that may be imported, and the small files beside them, by path below the root."""
    found = {}
    for entry in _files(os.fspath(root), ""):
        try:
            found[os.path.relpath(entry.path, root).replace(os.sep, "/")] = FileSignature.from_stat(entry.stat())
        except OSError:
            continue
    return found


def _files(folder: str, prefix: str, above: tuple[str, ...] = ()) -> Iterator[os.DirEntry[str]]:
    """The files of a folder and of those in it; a link that leads back to one of those `above` it ends there."""
    real = os.path.realpath(folder)
    try:
        with os.scandir(folder) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError:
        return
    if real in above:
        return
    if any(entry.name == "pyvenv.cfg" for entry in entries):
        return
    holds_code = any(entry.name.endswith(".py") for entry in entries)
    for entry in entries:
        name = entry.name
        if os.path.isdir(entry.path):
            if name.isidentifier() and name != "__pycache__" and prefix + name not in ("figures", *IGNORED):
                yield from _files(entry.path, f"{prefix}{name}/", (*above, real))
        elif (name.endswith(".py") and os.path.isfile(entry.path)) or (
            holds_code and prefix and not name.startswith(".") and _is_small(entry)
        ):
            yield entry


def _is_small(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file() and entry.stat().st_size <= SMALL
    except OSError:
        return False


def kept(root: Path, sha: str) -> Path:
    """Where the content of that hash is kept, if it was ever part of a snapshot."""
    return _object(root, sha)


def _object(root: Path, sha: str) -> Path:
    return root / ".tpdl" / "snapshots" / sha[:2] / sha[2:]


def _is_kept(root: Path, sha: str, size: int) -> bool:
    """Whether a content is there, as far as the file system tells; `Snapshot.content` looks at it itself."""
    try:
        found = _object(root, sha).stat()
    except OSError:
        return False
    return S_ISREG(found.st_mode) and found.st_size == size


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all. It is not forced to the disk: it can be made again."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_bytes(content)
        temporary.replace(path)
    except OSError as error:
        raise StepError(f"cannot write {path}: {error.strerror or error}") from error


def _write_manifest(root: Path, files: Mapping[str, str]) -> Path:
    content = json.dumps(files, indent=0, sort_keys=True).encode()
    path = root / ".tpdl" / "snapshots" / f"{sha256_bytes(content)[:16]}.json"
    try:
        if read_bytes(path) == content:
            os.utime(path)  # when it was last used; see `tpdl clean`
            return path
    except OSError:
        pass
    _write(path, content)
    return path


def install(manifest: Path, root: Path) -> None:
    """Import the project's modules from a snapshot, here and in processes that `multiprocessing` starts from here."""
    os.environ[ROOT], os.environ[MANIFEST] = os.fspath(root), os.fspath(manifest)
    snapshot = Snapshot(root, read_json(manifest))
    sys.path_hooks.insert(0, snapshot.finder)
    sys.path_importer_cache.clear()
    make_importable(root, FOLDER)


def install_from_environment() -> None:
    """In a process that a step has started: import from the snapshot that the step was given."""
    if MANIFEST in os.environ:
        install(Path(os.environ[MANIFEST]), Path(os.environ[ROOT]))


class Snapshot:
    """The project's files as they were: `finder` is a hook for `sys.path_hooks`.

    Args:
        root: the project's folder.
        files: path below it -> SHA-256 of the content.
    """

    def __init__(self, root: Path, files: Mapping[str, str]) -> None:
        self.root = os.fspath(root)
        self.files = files
        self.folders = {""}
        for path in files:
            while path:
                path = path.rpartition("/")[0]
                self.folders.add(path)

    def finder(self, path: str) -> _Finder:
        """The finder for a folder of the project.

        Raises:
            ImportError: it is none, which tells Python to ask the next hook.
        """
        folder = os.path.relpath(os.path.realpath(path), self.root).replace(os.sep, "/")
        folder = "" if folder == "." else folder
        if folder not in self.folders:
            raise ImportError(f"{path} is not in the snapshot")
        return _Finder(self, folder)

    def content(self, path: str) -> bytes | None:
        """What a file holds, by its path; None if it is not in the snapshot."""
        sha = self.files.get(os.path.relpath(path, self.root).replace(os.sep, "/"))
        if sha is None:
            return None
        content = read_bytes(_object(Path(self.root), sha))
        if sha256_bytes(content) != sha:
            raise StepError(f"{_object(Path(self.root), sha)} is damaged; remove it, and run again")
        if watch := audit.active():
            watch.handle(audit.Watch.served, [os.path.abspath(path), sha])
        return content


class _Finder:
    """Finds modules in one folder of a snapshot; what the snapshot does not have, where it lies."""

    def __init__(self, snapshot: Snapshot, folder: str) -> None:
        self._snapshot, self._folder = snapshot, folder
        path = os.path.join(snapshot.root, folder) if folder else snapshot.root
        loaders = [
            (importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES),
            (importlib.machinery.SourceFileLoader, importlib.machinery.SOURCE_SUFFIXES),
        ]
        self._live = importlib.machinery.FileFinder(path, *loaders)

    def find_spec(self, fullname: str, target: ModuleType | None = None) -> importlib.machinery.ModuleSpec | None:
        """What Python asks for."""
        name = fullname.rpartition(".")[2]
        base = f"{self._folder}/{name}" if self._folder else name
        folder = os.path.join(self._snapshot.root, base)
        for path, locations in ((f"{base}/__init__.py", [folder]), (f"{base}.py", None)):
            if path in self._snapshot.files:
                whole = os.path.join(self._snapshot.root, path)
                return importlib.util.spec_from_file_location(
                    fullname,
                    whole,
                    loader=_Loader(fullname, whole, self._snapshot),
                    submodule_search_locations=locations,
                )
        if base in self._snapshot.folders:
            spec = importlib.machinery.ModuleSpec(fullname, None)
            spec.submodule_search_locations = [folder]
            return spec
        return self._live.find_spec(fullname)

    def iter_modules(self, prefix: str = "") -> Iterator[tuple[str, bool]]:
        """What `pkgutil.iter_modules` lists: each module's name, and whether it is a package."""
        beginning = f"{self._folder}/" if self._folder else ""
        inside = [path.removeprefix(beginning) for path in self._snapshot.files if path.startswith(beginning)]
        found = {path.removesuffix("/__init__.py"): True for path in inside if re.fullmatch(r"\w+/__init__\.py", path)}
        for path in inside:
            if re.fullmatch(r"\w+\.py", path) and path != "__init__.py":
                found.setdefault(path.removesuffix(".py"), False)
        found = dict(pkgutil.iter_importer_modules(self._live)) | found  # type: ignore[attr-defined]  # not in typeshed
        yield from ((prefix + name, is_package) for name, is_package in sorted(found.items()))

    def invalidate_caches(self) -> None:
        """Forget what folders hold."""
        self._live.invalidate_caches()


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module of a snapshot under its own path."""

    def __init__(self, fullname: str, path: str, snapshot: Snapshot) -> None:
        super().__init__(fullname, path)
        self._snapshot = snapshot

    def get_data(self, path: str) -> bytes:
        content = self._snapshot.content(path)
        return super().get_data(path) if content is None else content

    def get_code(self, fullname: str) -> CodeType:
        """The module's code; compiled once for each content, path and version of Python."""
        source = self.get_data(self.path)
        lines = importlib.util.decode_source(source).splitlines(keepends=True)
        linecache.cache[self.path] = (len(source), None, lines, self.path)  # for tracebacks, and `inspect.getsource`
        key = (source, self.path.encode(), importlib.util.MAGIC_NUMBER, str(sys.flags.optimize).encode())
        cached = _object(Path(self._snapshot.root), _digest(key)).with_suffix(".code")
        try:
            code = read_bytes(cached)
            if sha256_bytes(code[32:])[:32].encode() == code[:32]:
                loaded: CodeType = marshal.loads(code[32:])
                return loaded
        except (OSError, ValueError, EOFError, TypeError):
            pass
        compiled: CodeType = self.source_to_code(source, self.path)
        dumped = marshal.dumps(compiled)
        with contextlib.suppress(StepError):  # a full disk is not the import's business
            _write(cached, sha256_bytes(dumped)[:32].encode() + dumped)
        return compiled


def _digest(parts: Sequence[bytes]) -> str:
    whole = hashlib.sha256()
    for part in parts:
        whole.update(len(part).to_bytes(8, "big") + part)
    return whole.hexdigest()
