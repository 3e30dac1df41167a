"""Sees what a process opens, looks for, lists, imports and starts, through Python's audit events.

Example:
    watch = start(Scope("/lab", results=["/lab/figures"]), "/lab/.tpdl/full/observed/5f2c")
    pd.read_csv("my.csv")
    stop(watch)
    watch.all_events()      # [["read", "/lab/my.csv", "03ac… 4 17…", 81402], …]

Each event is a list of a kind, a path, a value and a time:

    read     a file, with the SHA-256 of its content and its signature at that moment
    module   the same of a source file that was imported
    absent   a file or folder that was looked for and is not there
    listed   a folder, with the names in it
    changed  a file that was read before and has changed since
    wrote    a file that the process has written, renamed or removed; made: a folder
    note     what cannot be watched, in words in place of the path

A process that the step has started writes its events to a file in the folder, line by line, as it may be killed at any
time. A fork inherits the hook; another Python finds it by way of `children/sitecustomize.py`. So this file imports
nothing but the standard library, and works outside of its package.
"""

from __future__ import annotations

import builtins
import hashlib
import importlib
import json
import os
import re
import stat
import sys
import sysconfig
import time
from _thread import get_ident
from collections.abc import Callable, Container, Iterator
from types import ModuleType
from typing import Any

FOLDER = "TPDL_OBSERVED"
"""Environment variable: the folder of the step's `scope.json`, and of the events of the processes that it starts."""
SCOPE = "scope.json"
CHILDREN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "children")
"""The folder that is put on PYTHONPATH for them."""

NEVER = frozenset(
    {
        *(".git", ".hg", ".svn", ".tpdl", "__pycache__", "site-packages", "node_modules", ".ipynb_checkpoints"),
        *(".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".quarto", ".DS_Store"),
    }
)
"""Folders (and files) that decide no result, wherever they lie."""
HARMLESS = frozenset(
    {
        *("uname", "ldconfig", "lscpu", "nproc", "hostname", "lsb_release", "sysctl", "sw_vers", "nvidia-smi", "which"),
        *("system_profiler", "fc-list", "gcc", "cc", "ld", "objdump", "stty", "tput"),
    }
)
"""Programs that libraries ask about the machine."""
LARGE = 8_000_000
"""Bytes. What a larger file holds may be known from an earlier look at it."""

Event = list[Any]
Code = tuple[str, str]
"""A source file, and the name of a function or class in it, or `<module>`: what runs when it is imported."""


class Scope:
    """What concerns a step.

    Args:
        root: the project's folder.
        results: folders that hold the results of steps.
        ignored: files and folders that do not count: the step's own products, what it declares, and tpdl.
        data: declared data sets and weights.
        data_root: where data sets lie; what is read there and not declared is said.
        foreseen: source files of modules that the fingerprint covers: importing them is nothing new.
        whole: those of which all counts.
        links: folder outside of the project -> the link to it in the project.
    """

    def __init__(
        self,
        root: str,
        results: list[str] | None = None,
        ignored: list[str] | None = None,
        data: list[str] | None = None,
        data_root: str = "",
        foreseen: list[str] | None = None,
        whole: list[str] | None = None,
        links: dict[str, str] | None = None,
    ) -> None:
        self.root, self.results, self.ignored, self.data = root, results or [], ignored or [], data or []
        self.data_root, self.foreseen, self.whole, self.links = data_root, foreseen or [], whole or [], links or {}


def _installed() -> tuple[str, ...]:
    """The folders of the interpreter, of libraries, of the system, and of temporary files."""
    places = {*sysconfig.get_paths().values(), sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}
    places |= {os.path.realpath(place) for place in places}
    places -= {"/", os.path.expanduser("~")}
    return tuple(place.rstrip(os.sep) + os.sep for place in places if place)


def _temporary() -> tuple[str, ...]:
    places = [os.environ[name] for name in ("TMPDIR", "TEMP", "TMP") if os.environ.get(name)] or ["/tmp"]
    places += ["/dev/shm", *map(os.path.realpath, places)]
    return tuple(place.rstrip(os.sep) + os.sep for place in places)


_INSTALLED = _installed()
_SYSTEM = ("/usr/", "/etc/", "/proc/", "/sys/", "/dev/", "/lib", "/bin/", "/sbin/", "/var/", "/run/", "/System/")
_HERE = __file__
_IMPORTLIB = os.path.dirname(os.path.abspath(importlib.__file__)) + os.sep
_CTYPES = os.path.join(os.path.dirname(os.path.abspath(os.__file__)), "ctypes", "")
_TOOL = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
_IMPORTED = os.path.join(os.path.dirname(_HERE), "imported.py")
_SCANNERS = ("pkg_resources", "importlib_metadata")
"""Libraries that look through all of `sys.path` for what is installed."""
_WALKERS = (os.sep + "shutil.py", os.sep + "os.py", "<frozen os>")
"""Modules that open folders relative to others, to remove or walk through them."""


class Watch:
    """Collects the events of one process.

    Args:
        scope: what concerns the step.
        folder: where processes that it starts write theirs.
        known_hash: asked for the hash of a large file by its path and signature; None where it is not known.
        child: this is such a process.
    """

    def __init__(
        self,
        scope: Scope,
        folder: str,
        known_hash: Callable[[str, str], str | None] | None = None,
        child: bool = False,
    ) -> None:
        self.scope = scope
        self.folder = folder
        self.events: list[Event] = []
        self.quiet: set[Any] = set()
        """Paths, as they were given to `open`, that do not count."""
        self.causes: dict[tuple[str, str], set[Code]] = {}
        """Kind and path of an event -> the project's code that was running."""
        self.imported_again: set[str] = set()
        """Source files of modules that were imported again, by a statement that found them there."""
        self._known_hash = known_hash
        self._busy: set[int] = set()
        """Threads that are inside of the hook."""
        self._child = child
        self._file = -1
        self._kinds: dict[str, str] = {}
        self._signatures: dict[str, str] = {}
        self._served: dict[str, str] = {}
        self._said: set[tuple[str, str]] = set()
        self._own: set[str] = set()
        self._made: set[str] = set()
        self.foreseen, self._whole = frozenset(scope.foreseen), frozenset(scope.whole)
        self._ignored = frozenset(scope.ignored)
        self._ignored_below = tuple(path + os.sep for path in scope.ignored)
        self._results = tuple(path + os.sep for path in scope.results)
        self._root = scope.root + os.sep
        self._data, self._data_below = frozenset(scope.data), tuple(path + os.sep for path in scope.data)
        self._data_root = scope.data_root + os.sep if scope.data_root else ""
        self._links = tuple(target + os.sep for target in scope.links)
        self._installed = tuple(place for place in _INSTALLED if not self._root.startswith(place))
        self._temporary = _temporary()
        self._environments: dict[str, bool] = {}
        self._host = ""

    # What counts

    def kind(self, path: str) -> str:
        """What an absolute path is to the step: "counts", "data", "outside", or "" for nothing."""
        if path not in self._kinds:
            self._kinds[path] = self._kind(path)
        return self._kinds[path]

    def _kind(self, path: str) -> str:
        if path in self._ignored or path.startswith(self._ignored_below):
            return ""
        inside = path.startswith(self._root) or path == self.scope.root
        if path in self._data or path.startswith(self._data_below):
            return ""
        if inside and path.startswith(self._results):
            return "counts"
        if self._data_root and path.startswith(self._data_root):
            if inside and not path.startswith(os.path.join(self._root, ".tpdl")):
                return "counts"
            return "data"
        if inside:
            parts = path[len(self._root) :].split(os.sep)
            if not NEVER.isdisjoint(parts) or path.startswith(self._installed) or self._is_environment(parts[0]):
                return ""
            return "counts"
        parts = path.split(os.sep)
        if not NEVER.isdisjoint(parts) or path.startswith(self._installed):
            return ""
        if path.startswith(self._links):
            return "counts"
        for entry in sys.path:
            if entry and isinstance(entry, str) and path.startswith(os.path.join(os.path.abspath(entry), "")):
                return "counts"
        hidden = any(part.startswith(".") for part in parts)
        if hidden or path.startswith(_SYSTEM) or path.startswith(self._temporary) or not path.startswith("/"):
            return ""
        return "outside"

    def _is_environment(self, name: str) -> bool:
        """Whether a folder in the project is a virtual environment."""
        if name not in self._environments:
            self._environments[name] = os.path.exists(os.path.join(self._root, name, "pyvenv.cfg"))
        return self._environments[name]

    # What happens

    def handle(self, handler: Callable[..., None], arguments: Any) -> None:
        """Take note of an audit event. Whatever goes wrong here is none of the step's business."""
        thread = get_ident()
        if thread in self._busy:
            return
        self._busy.add(thread)
        try:
            handler(self, *arguments)
        except Exception as error:
            self._once("note", f"something could not be watched: {type(error).__name__}: {error}")
        finally:
            self._busy.discard(thread)

    def opened(self, given: Any, mode: Any, flags: Any) -> None:
        """A file is about to be opened."""
        if mode is None and isinstance(flags, int) and not flags & (os.O_WRONLY | os.O_RDWR):
            self._opened_below(given, flags)
        path = _absolute(given)
        if not path:
            return
        if path.endswith(".pyc"):
            path = _source(path)
        kind = self.kind(path)
        if not kind:
            if given == path:
                self.quiet.add(given)
            return
        flags = flags if isinstance(flags, int) else 0
        access = flags & (os.O_WRONLY | os.O_RDWR)
        if kind != "counts":
            if not access and os.path.isfile(path):
                self._read_elsewhere(path, kind)
        elif access == os.O_WRONLY or flags & os.O_TRUNC:
            self.wrote(path)
        elif access == os.O_RDWR:
            if os.path.exists(path):
                self._read(path, mode)
            self.wrote(path)
        else:
            self._read(path, mode)

    def _opened_below(self, given: Any, flags: int) -> None:
        """The same by `os.open`, perhaps in a folder that is open already: the event does not tell which."""
        name = os.fsdecode(given) if isinstance(given, (str, bytes)) or hasattr(given, "__fspath__") else ""
        if not name or os.path.isabs(name) or _caller().endswith(_WALKERS):
            return
        for folder in _open_folders():
            path = os.path.normpath(os.path.join(folder, name))
            if self.kind(path) == "counts" and not os.path.isdir(path):
                self._read(path)

    def _read(self, path: str, mode: Any = "r") -> None:
        if path in self._own or self._is_made(path):
            return
        what = "read"
        if path.endswith(".py"):
            caller = _caller()
            if caller.endswith((os.sep + "linecache.py", os.sep + "tokenize.py")):
                return  # for a traceback or a warning
            if caller.startswith("<frozen") or "runpy" in caller:
                if path in (self._whole if "runpy" in caller else self.foreseen):
                    return
                what = "module"
        try:
            found = os.stat(path)
        except OSError:
            if mode is None and _caller().endswith(_WALKERS):
                return  # relative to a folder that the event does not tell
            self._once("absent", path)
            return
        if not stat.S_ISREG(found.st_mode):
            return
        signature = _signature(found)
        known = self._signatures.get(path)
        if known == signature:
            self._note_causes("read", path)
            return
        self._signatures[path] = signature
        if known is not None:
            self._once("changed", path)
            return
        self._emit(what, path, f"{self._hash(path, found.st_size, signature)} {signature}")

    def _hash(self, path: str, size: int, signature: str) -> str:
        if size > LARGE and self._known_hash:
            sha = self._known_hash(path, signature)
            if sha:
                return sha
        whole = hashlib.sha256()
        try:
            with open(path, "rb") as file:
                for chunk in iter(lambda: file.read(1 << 20), b""):
                    whole.update(chunk)
        except OSError:
            return "unreadable"
        return whole.hexdigest()

    def _read_elsewhere(self, path: str, kind: str) -> None:
        if kind == "data":
            inside = os.path.relpath(path, self.scope.data_root)
            self._once("note", f"{inside} in TPDL_DATA", "undeclared data")
        else:
            self._once("note", path, "outside")

    def served(self, path: str, sha: str) -> None:
        """A file of the project was taken from its snapshot, by an import or through a loader."""
        self._served[path] = sha
        if path not in (self._whole if _is_run() else self.foreseen) and self.kind(path) == "counts":
            self._once("module" if path.endswith(".py") else "read", path, sha)

    def asked(self, path: str | None) -> None:
        """The source file of a module that was asked for by a name in a string, so that all of it counts."""
        if path and path.endswith(".pyc"):
            path = _source(path)
        if not path or path in self._whole or self.kind(path) != "counts":
            return
        self.imported_again.add(path)
        if path in self._served:
            self._once("module", path, self._served[path])
        elif path not in self._signatures:
            found = os.stat(path)
            self._signatures[path] = signature = _signature(found)
            self._emit("module", path, f"{self._hash(path, found.st_size, signature)} {signature}")

    def listed(self, given: Any = None, *rest: Any) -> None:
        """A folder is about to be listed."""
        path = _absolute("." if given is None else given)
        if not path or self.kind(path) != "counts" or path in self._own or self._is_made(path):
            return
        caller = _caller()
        if caller.startswith(("<frozen importlib", _IMPORTLIB)) or any(name in caller for name in _SCANNERS):
            return  # in search of modules, and not of their names
        if ("listed", path) in self._said:
            return
        try:
            names = sorted(os.listdir(path))
        except FileNotFoundError:
            self._once("absent", path)
        except OSError:
            return
        else:
            self._once("listed", path, names)

    def snapshot_listed(self, path: str) -> None:
        """The modules in a folder were listed, as they are in the snapshot."""
        if self.kind(path) == "counts" and ("listed", path) not in self._said:
            self._once("listed", path, sorted(os.listdir(path)))

    def looked_for(self, paths: dict[str, set[Code]]) -> None:
        """Modules that are not there were asked for by the project's code."""
        for path, causes in paths.items():
            if self.kind(path) == "counts" and not os.path.exists(path):
                self._once("absent", path)
                self.causes.setdefault(("absent", path), set()).update(causes)

    def connected(self, database: Any) -> None:
        """A database is about to be opened, to be read and perhaps to be changed."""
        name = os.fsdecode(database) if isinstance(database, (str, bytes)) or hasattr(database, "__fspath__") else ""
        if name.startswith("file:"):
            name = name[5:].partition("?")[0]
        if not name or name == ":memory:":
            return
        path = os.path.abspath(name)
        kind = self.kind(path)
        if kind == "counts":
            if os.path.exists(path):
                self._read(path)
            else:
                self.wrote(path)
            for ending in ("-journal", "-wal", "-shm"):
                self.wrote(path + ending)
        elif kind and os.path.isfile(path):
            self._read_elsewhere(path, kind)

    def called_by_ctypes(self, name: Any, *rest: Any) -> None:
        """A compiled library is about to be loaded, to be called from Python."""
        self.loaded(name)
        frame: Any = sys._getframe(1)
        while frame is not None and frame.f_code.co_filename.startswith((_HERE, _CTYPES)):
            frame = frame.f_back
        # What libraries load is theirs to know, and `import ctypes` loads something itself.
        if frame is not None and self.kind(frame.f_code.co_filename) == "counts":
            library = os.path.basename(os.fsdecode(name)) if isinstance(name, (str, bytes)) else ""
            self._once("note", library or "the C library", "compiled")

    def loaded(self, name: Any, *rest: Any) -> None:
        """A compiled library or module is about to be loaded."""
        path = _absolute(name) if isinstance(name, (str, bytes)) and os.sep in os.fsdecode(name) else ""
        if path and self.kind(path) == "counts":
            self._read(path)

    def imported(self, module: Any, filename: Any, *rest: Any) -> None:
        """A module is about to be imported; of a compiled one the file is known."""
        if filename is not None:
            self.loaded(filename)

    def ran(self, filename: Any) -> None:
        """A file is about to be run as a program."""
        path = _absolute(filename)
        if path and self.kind(path) == "counts":
            self._read(path)

    def wrote(self, given: Any, *rest: Any) -> None:
        """A file is about to be written or removed."""
        if rest and rest[-1] not in (-1, None) and isinstance(rest[-1], int):
            return  # relative to a folder that the event does not tell
        path = _absolute(given)
        if path and self.kind(path) == "counts" and path not in self._own:
            self._own.add(path)
            self._emit("wrote", path)

    def truncated(self, given: Any, *rest: Any) -> None:
        """A file is about to be cut off."""
        self.wrote(given)

    def made(self, given: Any, mode: Any = None, folder: Any = -1) -> None:
        """A folder is about to be made."""
        path = _absolute(given) if folder == -1 else ""
        if path and self.kind(path) == "counts" and not os.path.isdir(path):
            self._made.add(path)
            self._emit("made", path)

    def moved(self, source: Any, target: Any, source_folder: Any = -1, target_folder: Any = -1) -> None:
        """A file or folder is about to be renamed."""
        if source_folder != -1 or target_folder != -1:
            return
        old, new = _absolute(source), _absolute(target)
        if old and os.path.isdir(old):
            self.made(target)
        elif new and self.kind(new) != "counts":
            self._read_for_link(old)  # from there it can be read unseen
        self.wrote(old)
        self.wrote(new)

    def linked(self, source: Any, target: Any, *folders: Any) -> None:
        """A hard link is about to be made, under whose name the file can be read unseen."""
        if all(folder == -1 for folder in folders):
            self._read_for_link(_absolute(source))
            self.wrote(target)

    def linked_by_name(self, source: Any, target: Any, folder: Any = -1) -> None:
        """The same of a symbolic link, whose source is relative to the folder that it lies in."""
        if folder == -1:
            new = _absolute(target)
            self._read_for_link(os.path.normpath(os.path.join(os.path.dirname(new), os.fsdecode(source))))
            self.wrote(target)

    def _read_for_link(self, path: str) -> None:
        if path and os.path.isfile(path) and self.kind(path) == "counts":
            self._read(path)

    def _is_made(self, path: str) -> bool:
        return bool(self._made) and any(folder in self._made for folder in _with_parents(path))

    def started(self, program: Any, arguments: Any = (), folder: Any = None, environment: Any = None) -> None:
        """Another program is about to be started."""
        words = [os.fsdecode(word) for word in ([arguments] if isinstance(arguments, (str, bytes)) else arguments)]
        name = os.fsdecode(program) if program else (words or [""])[0]
        base = os.path.basename(name)
        if base in HARMLESS or _caller().endswith(os.sep + "platform.py"):
            return
        if not _is_python(name):
            shell = base in ("sh", "bash", "zsh", "dash", "cmd.exe") and len(words) > 2
            self._once("note", words[2][:60] if shell else base, "program")
            return
        isolated = any(re.fullmatch("-[a-zA-Z]*[IES][a-zA-Z]*", word) for word in _before_script(words[1:]))
        # Without an environment of its own it gets that of this process, which `_Carried` keeps in order.
        if isolated or not (environment is None or _leads_here(environment)):
            self._once("note", " ".join([base, *words[1:]])[:60], "isolated")

    def spawned(self, program: Any, arguments: Any = (), environment: Any = None) -> None:
        """The same without the module `subprocess`."""
        if not _caller().endswith(os.sep + "subprocess.py"):
            self.started(program, arguments, None, environment)

    def called_shell(self, command: Any) -> None:
        """A command is about to be carried out by the shell."""
        self._once("note", os.fsdecode(command)[:60], "program")

    def resolved(self, host: Any, *rest: Any) -> None:
        """The address of a host is asked for."""
        self._host = host if isinstance(host, str) else ""

    def reached(self, connection: Any, address: Any) -> None:
        """Another host is about to be asked."""
        host = address[0] if isinstance(address, tuple) and address and isinstance(address[0], str) else ""
        if host and not host.startswith(("127.", "::1", "localhost", "0.0.0.0")):
            self._once("note", self._host or host, "network")

    def note(self, text: str, kind: str) -> None:
        """Something that is to be said."""
        self._once("note", text, kind)

    # Where it goes

    def _once(self, kind: str, path: str, value: Any = None) -> None:
        if (kind, path) not in self._said:
            self._said.add((kind, path))
            self._emit(kind, path, value)
        else:
            self._note_causes(kind, path)

    def _emit(self, kind: str, path: str, value: Any = None) -> None:
        event = [kind, path, value, time.monotonic_ns()]
        if not self._child:
            self.events.append(event)
            self._note_causes(kind, path)
            return
        if self._file < 0:
            name = f"{os.getpid()}-{os.urandom(4).hex()}.jsonl"
            self._file = os.open(
                os.path.join(self.folder, name), os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_CLOEXEC", 0)
            )
        os.write(self._file, json.dumps(event).encode() + b"\n")

    def _note_causes(self, kind: str, path: str) -> None:
        if not self._child:
            self.causes.setdefault((kind, path), set()).update(self.running())

    def running(self) -> set[Code]:
        """The project's code that is running now."""
        found = set()
        frame: Any = sys._getframe(1)
        while frame is not None:
            code = frame.f_code
            if code.co_filename[:1] == os.sep and self.kind(code.co_filename) == "counts":
                found.add((code.co_filename, code.co_qualname.partition(".")[0]))
            frame = frame.f_back
        return found

    def own(self, path: str) -> bool:
        """Whether this process has written a file, or made its folder."""
        return path in self._own or self._is_made(path)

    def become_child(self) -> None:
        """In a fork: what happens here is written to a file of its own."""
        self._child, self._file, self._busy = True, -1, set()

    def all_events(self) -> list[Event]:
        """The events of this process, and of those that it has started, in the order in which they happened."""
        events = list(self.events)
        try:
            names = os.listdir(self.folder)
        except OSError:
            names = []
        for name in names:
            if name.endswith(".jsonl"):
                with open(os.path.join(self.folder, name), "rb") as file:
                    for line in file:
                        try:
                            events.append(json.loads(line))
                        except ValueError:  # its process was killed while it wrote the line
                            continue
        return sorted(events, key=lambda event: int(event[3]))


_HANDLERS: dict[str, Callable[..., None]] = {
    "open": Watch.opened,
    "os.listdir": Watch.listed,
    "os.scandir": Watch.listed,
    "sqlite3.connect": Watch.connected,
    "ctypes.dlopen": Watch.called_by_ctypes,
    "import": Watch.imported,
    "cpython.run_file": Watch.ran,
    "os.remove": Watch.wrote,
    "os.rmdir": Watch.wrote,
    "os.truncate": Watch.truncated,
    "os.mkdir": Watch.made,
    "os.rename": Watch.moved,
    "os.link": Watch.linked,
    "os.symlink": Watch.linked_by_name,
    "subprocess.Popen": Watch.started,
    "os.posix_spawn": Watch.spawned,
    "os.exec": Watch.spawned,
    "os.system": Watch.called_shell,
    "socket.getaddrinfo": Watch.resolved,
    "socket.connect": Watch.reached,
}

_watch: Watch | None = None
_hooked = False


def _hook(event: str, arguments: Any) -> None:
    # This runs at every audit event of the process, and there are many that nobody asks for.
    watch = _watch
    if watch is None:
        return
    handler = _HANDLERS.get(event)
    if handler is None or (event == "open" and _is_quiet(watch, arguments)):
        return
    watch.handle(handler, arguments)


def _is_quiet(watch: Watch, arguments: Any) -> bool:
    try:
        return arguments[0] in watch.quiet
    except TypeError:
        return False


def _install(watch: Watch) -> None:
    global _watch, _hooked
    if not _hooked:  # once; a hook stays for as long as the process lives
        _hooked = True
        sys.addaudithook(_hook)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=_after_fork)
    _watch = watch


def _after_fork() -> None:
    if _watch is not None:
        _watch.become_child()


def active() -> Watch | None:
    """The watch of the step that runs in this process."""
    return _watch


def start(
    scope: Scope,
    folder: str,
    known_hash: Callable[[str, str], str | None] | None = None,
) -> Watch:
    """Watch this process, and the Python processes that it starts, until `stop`.

    Args:
        scope: what concerns the step.
        folder: a new folder, in which these processes leave their events.
        known_hash: see `Watch`.
    """
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, SCOPE), "w") as file:
        json.dump(vars(scope), file)
    os.environ[FOLDER] = folder
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [CHILDREN, os.environ.get("PYTHONPATH", "")]))
    watch = Watch(scope, folder, known_hash)
    sys.meta_path.insert(0, _Lookout(watch))
    os.environ.__class__ = _Environment
    importlib.import_module = _import_module
    if _past:
        global _plain_import
        _plain_import, builtins.__import__ = builtins.__import__, _import_again
    _install(watch)
    return watch


def stop(watch: Watch) -> None:
    """Watch no more."""
    global _watch
    _watch = None
    if builtins.__import__ is _import_again:
        builtins.__import__ = _plain_import
    importlib.import_module = _original_import_module
    os.environ.__class__ = os._Environ
    for lookout in [finder for finder in sys.meta_path if isinstance(finder, _Lookout)]:
        sys.meta_path.remove(lookout)
        watch.looked_for(lookout.missing())
    os.environ.pop(FOLDER, None)
    os.unsetenv(FOLDER)  # the step may have removed it from `os.environ`
    path = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    os.environ["PYTHONPATH"] = os.pathsep.join(entry for entry in path if entry != CHILDREN)
    if not os.environ["PYTHONPATH"]:
        del os.environ["PYTHONPATH"]


_past: list[tuple[Event, set[Code]]] = []
"""What earlier steps have seen in this process, and the code that was running."""


def remember(watch: Watch) -> None:
    """Keep what a step has seen for those that run in the same process after it, and find its modules imported."""
    kinds = ("read", "module", "absent", "listed", "note")
    for event in watch.events:
        causes = watch.causes.get((event[0], event[1]))
        if event[0] in kinds and causes:
            _past.append((event, causes))


def from_earlier_steps(watch: Watch, function: str, modules: dict[str, str], symbols: Container[str]) -> list[Event]:
    """What earlier steps of this process have seen while they ran code that this step uses, too.

    A module is imported once in a process, and a cached function computes once; so what they have read is what this
    step has got. What a function has read that caches nothing is among it: nobody can tell.

    Args:
        watch: what has watched the step.
        function: "module:name" of the step's own function, which is not cached.
        modules: module -> source file, of those that the step is known to import.
        symbols: "module:name" of what the step is known to use.
    """
    names = {path: module for module, path in modules.items()}
    again = set(watch.imported_again)

    def is_used(code: Code) -> bool:
        file, name = code
        module = names.get(file, "")
        if file in again or (module and (name == "<module>" or f"{module}:*" in symbols)):
            return True
        return f"{module}:{name}" in symbols and f"{module}:{name}" != function

    found: list[Event] = []
    for event, causes in _past:
        kind, path = event[0], event[1]
        is_module = kind == "module" and path in watch.imported_again
        if kind != "note" and (watch.kind(path) != "counts" or watch.own(path)):
            continue
        if is_module or any(map(is_used, causes)):
            found.append(event)
    return found


def _import_again(name: str, globals: Any = None, locals: Any = None, fromlist: Any = (), level: int = 0) -> ModuleType:
    """`import`, which tells nobody of a module that an earlier step has imported."""
    module = _plain_import(name, globals, locals, fromlist, level)
    watch = _watch
    if watch is not None and isinstance(globals, dict) and watch.kind(str(globals.get("__file__"))) == "counts":
        base = module.__name__ if fromlist else name
        parts = base.split(".")
        names = [".".join(parts[: count + 1]) for count in range(len(parts))]
        for each in [*names, *(f"{base}.{item}" for item in fromlist or ())]:
            file = getattr(sys.modules.get(each), "__file__", None)
            if isinstance(file, str) and file not in watch.foreseen:
                watch.imported_again.add(file)
    return module


_plain_import = builtins.__import__


def watch_child() -> None:
    """In a Python process that a step has started: watch it, too."""
    folder = os.environ.get(FOLDER, "")
    if not os.path.isfile(os.path.join(folder, SCOPE)):
        return
    with open(os.path.join(folder, SCOPE)) as file:
        scope = Scope(**json.load(file))
    if not any("multiprocessing" in word for word in getattr(sys, "orig_argv", ())):
        scope.foreseen = scope.whole = []  # it is a program of its own, and not part of the step's function
    os.environ.__class__ = _Carried
    _install(Watch(scope, folder, child=True))


class _Lookout:
    """Asked first for every module: takes note of who asks, and finds nothing."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._asked: dict[str, set[tuple[str, ...]]] = {}
        """Module -> the folders that Python looked through, in their order, when the project's code asked for it."""
        self._causes: dict[str, set[Code]] = {}

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> None:
        """What Python asks for."""
        if self._from_project():
            # Not the libraries' own: they ask for much that is optional.
            folders = sys.path if path is None else path
            places = tuple(os.path.abspath(folder) for folder in folders if isinstance(folder, str))
            self._asked.setdefault(name, set()).add(places)
            self._causes.setdefault(name, set()).update(self._watch.running())

    def _from_project(self) -> bool:
        frame: Any = sys._getframe(1)
        while frame is not None:
            file = frame.f_code.co_filename
            if not file.startswith(("<frozen importlib", _IMPORTLIB)) and file not in (_HERE, _IMPORTED):
                return self._watch.kind(file) == "counts"
            frame = frame.f_back
        return False

    def missing(self) -> dict[str, set[Code]]:
        """The paths at which modules would lie that the project's code has asked for in vain, or found further on."""
        found: dict[str, set[Code]] = {}
        root = self._watch.scope.root
        for name, asked in list(self._asked.items()):
            module = sys.modules.get(name)
            place, last = _place(module), name.rpartition(".")[2]
            if module is not None and not place:
                continue  # it is built in, which comes before all folders
            # The analysis of the source sees a module in the project's folder that takes the place of a library's.
            seen = root if place and self._watch.kind(place) != "counts" else ""
            for folders in asked:
                before = folders[: folders.index(place)] if place in folders else folders
                for folder in before:
                    inside = folder == root or folder.startswith((root + os.sep, *self._watch.scope.links))
                    if inside and folder != seen:
                        for path in (os.path.join(folder, last + ".py"), os.path.join(folder, last)):
                            found.setdefault(path, set()).update(self._causes[name])
        return found


def _place(module: Any) -> str:
    """The folder in which a module was found; "" for none that lies in a folder."""
    file = getattr(module, "__file__", None)
    parts = list(getattr(module, "__path__", ()))
    if parts and isinstance(parts[0], str):
        return os.path.dirname(os.path.abspath(parts[0]))
    return os.path.dirname(os.path.abspath(file)) if isinstance(file, str) else ""


class _Carried(os._Environ):  # type: ignore[type-arg]
    """`os.environ`; where a step changes or removes what leads its processes here, these inherit it nonetheless.

    `os.environ` itself is as the step has left it.
    """

    def __setitem__(self, key: str, value: str) -> None:
        super().__setitem__(key, value)
        self._keep(key)

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        self._keep(key)

    def _keep(self, key: str) -> None:
        if _watch is None or key not in (FOLDER, "PYTHONPATH"):
            return
        path = self.get("PYTHONPATH", "")
        if CHILDREN not in path.split(os.pathsep):
            os.putenv("PYTHONPATH", os.pathsep.join(filter(None, [CHILDREN, path])))
        os.putenv(FOLDER, _watch.folder)


class _Environment(_Carried):
    """`os.environ`, which takes note of what the project's code asks it for. There is no audit event for that."""

    def __iter__(self) -> Iterator[str]:
        keys = list(super().__iter__())
        _copying[get_ident()] = keys[::-1]
        yield from keys

    def __getitem__(self, key: str) -> str:
        copying = _copying.get(get_ident())
        if copying and copying.pop() == key:
            pass  # one after the other: a copy for another process, or to be searched, which asks for none of them
        elif _watch is not None and isinstance(key, str) and not key.startswith(_USUAL):
            _copying.pop(get_ident(), None)
            frame: Any = sys._getframe(1)
            while frame is not None and frame.f_code.co_filename in _MAPPINGS:
                frame = frame.f_back
            if frame is not None and _watch.kind(frame.f_code.co_filename) == "counts":
                _watch.note(key, "environment")
        value: str = super().__getitem__(key)
        return value


_copying: dict[int, list[str]] = {}
"""Thread -> the names that it has listed and may be about to copy with their values, the next one last."""
_USUAL = (
    *(
        "TPDL_",
        "PYTHON",
        "PATH",
        "HOME",
        "USER",
        "LOGNAME",
        "SHELL",
        "LANG",
        "LC_",
        "TERM",
        "TMP",
        "TEMP",
        "XDG_",
        "PWD",
    ),
    *("OMP_", "MKL_", "OPENBLAS_", "NUMEXPR_", "CUDA_", "CUBLAS_", "TORCH_", "PYTORCH_", "HF_", "MPL", "NO_COLOR"),
)
"""Beginnings of the names of variables that say where things are and how many threads there are."""
_MAPPINGS = frozenset({os._Environ.__getitem__.__code__.co_filename, os._Environ.get.__code__.co_filename})
_original_import_module = importlib.import_module


def _import_module(name: str, package: str | None = None) -> Any:
    """`importlib.import_module`, which tells nobody of a module that was imported before."""
    module = _original_import_module(name, package)
    if _watch is not None and not sys._getframe(1).f_code.co_filename.startswith(_TOOL):
        _watch.handle(Watch.asked, [getattr(module, "__file__", None)])
    return module


def _leads_here(environment: Any) -> bool:
    """Whether a Python process with this environment finds `children/sitecustomize.py`."""
    try:
        values = {os.fsdecode(key): os.fsdecode(value) for key, value in dict(environment).items()}
    except (TypeError, ValueError):
        return False
    path = values.get("PYTHONPATH", "").split(os.pathsep)
    if FOLDER not in values or CHILDREN not in path:
        return False
    before = path[: path.index(CHILDREN)]
    return not any(os.path.exists(os.path.join(folder, "sitecustomize.py")) for folder in before)


def _absolute(given: Any) -> str:
    """The path that `open` and its kin were given, from the root; "" for what is none."""
    if isinstance(given, int):
        try:
            path = os.readlink(f"/proc/self/fd/{given}")
        except OSError:
            return ""
        return path if path.startswith("/") and os.path.isdir(path) else ""
    try:
        path = os.fsdecode(given)
    except TypeError:
        return ""
    return os.path.abspath(path) if path else ""


def _open_folders() -> list[str]:
    """The folders that this process has open."""
    folders = []
    for number in os.listdir("/proc/self/fd" if os.path.isdir("/proc/self/fd") else "/dev/fd"):
        try:
            if not stat.S_ISDIR(os.fstat(int(number)).st_mode):
                continue
            if sys.platform == "darwin":
                import fcntl

                folders.append(os.fsdecode(fcntl.fcntl(int(number), fcntl.F_GETPATH, bytes(1024)).rstrip(b"\0")))
            else:
                folders.append(os.readlink(f"/proc/self/fd/{number}"))
        except OSError:
            continue
    return folders


def _with_parents(path: str) -> Iterator[str]:
    """A path, and the folders that it lies in."""
    while True:
        yield path
        parent = os.path.dirname(path)
        if parent == path:
            return
        path = parent


def _source(path: str) -> str:
    """The source file of bytecode in `__pycache__`."""
    folder, name = os.path.split(path)
    if os.path.basename(folder) != "__pycache__":
        return path
    return os.path.join(os.path.dirname(folder), name.partition(".")[0] + ".py")


def _signature(found: os.stat_result) -> str:
    """The same text as that of `tpdl.files.FileSignature`."""
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ctime_ns} {found.st_ino}"


def _caller() -> str:
    """The file of the code that has caused the event."""
    frame: Any = sys._getframe(1)
    while frame is not None and frame.f_code.co_filename == _HERE:
        frame = frame.f_back
    return frame.f_code.co_filename if frame is not None else ""


def _is_run() -> bool:
    """Whether the code is run by `runpy`, and not imported."""
    frame: Any = sys._getframe(1)
    for _ in range(8):
        if frame is None:
            return False
        if "runpy" in frame.f_code.co_filename:
            return True
        frame = frame.f_back
    return False


def _is_python(program: str) -> bool:
    """Whether a program is Python, or a script that Python runs."""
    if re.fullmatch(r"(python|pypy)[\d.]*w?(\.exe)?", os.path.basename(program)):
        return True
    for folder in [""] if os.sep in program else os.environ.get("PATH", "").split(os.pathsep):
        try:
            with open(os.path.join(folder, program), "rb") as file:
                first = file.readline(200)
            return first.startswith(b"#!") and b"python" in first
        except OSError:
            continue
    return False


def _before_script(words: list[str]) -> list[str]:
    """The options of Python itself."""
    options = []
    for word in words:
        if not word.startswith("-") or word in ("-c", "-m", "-"):
            break
        options.append(word)
    return options
