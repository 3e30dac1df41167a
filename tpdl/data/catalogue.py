"""The catalogue: where a named data set is, what is said where it is missing, and how it gets here."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol, cast

from tpdl.data.archives import unpack
from tpdl.data.entry import Entry
from tpdl.data.packaged import packaged_file
from tpdl.errors import StepError, UserError
from tpdl.files import sha256_file
from tpdl.nearest import did_you_mean, hint_for


class CatalogueLike(Protocol):
    """What tpdl asks of a project's catalogue. A `Catalogue` has it; so has a module with these four functions.

    There may be a fifth, `verify(name, root) -> str | None`: what is wrong with the copy that is here.
    """

    def names(self) -> list[str]:
        """The names of all data sets."""

    def resolve(self, name: str, root: Path) -> list[Path]:
        """The files or folders of a data set whose place is below `root`; empty where it is not there."""

    def describe(self, name: str, root: Path) -> str:
        """One line about a data set that is not at `root`: what, how large, where from, and the command to fetch it."""

    def fetch(self, name: str, root: Path) -> Path:
        """Download, verify, unpack, and put in place; where it lies then."""


class Catalogue:
    """Data sets that are described by entries.

    Examples:
        >>> catalogue = Catalogue([Entry("irises", "150 irises", "CC BY", "https://…", 4_551, ("irises/iris.data",))])
        >>> catalogue.names()
        ['irises']
        >>> catalogue.resolve("irises", Path("/nowhere"))
        []

    Args:
        entries: in the order in which they are listed.
        unlisted: called with a name that no entry has; returns an entry for it, or None. For names that follow a rule,
            such as the weights of any network.
    """

    def __init__(self, entries: Iterable[Entry], unlisted: Callable[[str], Entry | None] | None = None) -> None:
        self.entries = tuple(entries)
        self._unlisted = unlisted or (lambda name: None)
        names = self.names()
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise UserError(f"the data catalogue has two entries called {twice!r}; rename one")

    def names(self) -> list[str]:
        """All names, in the order of the entries."""
        return [entry.name for entry in self.entries]

    def entry(self, name: str) -> Entry:
        """The entry of that name.

        Raises:
            UserError: there is no such data.
        """
        listed = next((entry for entry in self.entries if entry.name == name), None)
        entry = listed or self._unlisted(name)
        if entry is None:
            hint = did_you_mean(name, self.names()) or f"; the catalogue has {', '.join(self.names())}"
            raise UserError(f"no data is called {name!r}{hint}")
        return entry

    def resolve(self, name: str, root: Path) -> list[Path]:
        """The files and folders of `name` that are to be read, or [] unless all are there."""
        entry = self.entry(name)
        for alternative in entry.alternatives:
            if (root / alternative).is_file():
                return [root / alternative]
        if entry.packaged and (file := packaged_file(*entry.packaged)):
            return [file]
        paths = [root / path for path in entry.paths]
        return paths if all(path.exists() for path in paths) else []

    def describe(self, name: str, root: Path) -> str:
        """One line on data that are missing: what they are, how large, where they come from, and how to get them."""
        entry = self.entry(name)
        about = f"{name} is not at {root}: {entry.what}" + (f"; {_size(entry.size)}" if entry.size else "")
        if entry.downloads:
            return f"{about} from {entry.home}; get it with `tpdl data fetch {name}`"
        return f"{about}; home {entry.home}; {entry.by_hand.format(root=root)}"

    def fetch(self, name: str, root: Path) -> Path:
        """Download, verify and put in place what is missing of `name`, and return the folder it lies in.

        An archive in the data root, downloaded or put there by hand, is unpacked. What is there already is kept.

        Raises:
            UserError: there is no stable public address; the message says what to do by hand.
            StepError: a download broke off or is not the file that it should be, or an archive cannot be unpacked;
                nothing of it is left behind.
        """
        from tpdl.data.download import download

        entry = self.entry(name)
        folder = root / entry.paths[0]
        if not _archive(entry, root):
            if not entry.downloads:
                raise UserError(
                    f"{name} cannot be fetched: {entry.by_hand.format(root=root)}; its home is {entry.home}"
                )
            for file in entry.downloads:
                if not (root / file.path).exists():
                    download(file, root)
        archive = _archive(entry, root)
        if archive and not folder.exists():
            (entry.arrange or unpack)(archive, folder)
        if not self.resolve(name, root):
            absent = [path for path in entry.paths if not (root / path).exists()]
            raise StepError(
                f"{name} was fetched, and {', '.join(absent)} is not in {root}; its entry in the catalogue is wrong"
            )
        return folder if archive else folder.parent

    def verify(self, name: str, root: Path) -> str | None:
        """What is wrong with the copy of `name` that is here, in a line; None if nothing is known to be wrong."""
        entry = self.entry(name)
        for file in entry.downloads:
            path = root / file.path
            if path.exists() and not sha256_file(path).startswith(file.sha256):
                return f"{path} is not the published file (SHA-256); remove it and fetch it again"
        if entry.check and (root / entry.paths[0]).exists():
            return entry.check(root / entry.paths[0])
        return None


def load_catalogue(setting: str) -> CatalogueLike:
    """The catalogue that the setting `catalogue` of `[tool.tpdl]` names.

    Args:
        setting: "module:name" of a catalogue; or "module", which has one called `catalogue`, or is one.

    Raises:
        UserError: there is no such module, it cannot be imported, or what is there is no catalogue.
    """
    module_name, _, name = setting.partition(":")
    where = f"[tool.tpdl] catalogue = {setting!r}"
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # a module of the project, which may be broken in any way
        reason = f"{type(error).__name__}: {' '.join(str(error).split())}{hint_for(error, Path.cwd())}"
        if isinstance(error, SyntaxError) and error.filename:
            reason = f"{error.filename}:{error.lineno}: {error.msg}"
        raise UserError(f"{where} cannot be imported: {reason}") from error
    if name and not hasattr(module, name):
        raise UserError(f"{where}: the module has no {name!r}")
    catalogue = getattr(module, name) if name else getattr(module, "catalogue", module)
    for function in ("names", "resolve", "describe", "fetch"):
        if not callable(getattr(catalogue, function, None)):
            raise UserError(f"{where} is no data catalogue: it has no function {function!r}; use tpdl.data.Catalogue")
    return cast(CatalogueLike, catalogue)


def _archive(entry: Entry, root: Path) -> Path | None:
    """The archive of a data set, if one of those that will do is in the data root."""
    return next((root / archive for archive in entry.archives if (root / archive).is_file()), None)


def _size(size: int) -> str:
    """`4 MB`, `12 kB`."""
    return f"{size / 1e6:.0f} MB" if size >= 1e6 else f"{size / 1e3:.0f} kB"
