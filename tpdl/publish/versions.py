"""The versions of a site beside each other, `v1/`, `v2/` and so on, and how a reader gets from one to the other.

`versions.json` on the branch says which there are; `versions.html` shows it. A line at the end of each page leads
there, so that the pages of an old version, which nobody touches again, know of the newer ones.
"""

from __future__ import annotations

import contextlib
import html
import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from tpdl.errors import UserError
from tpdl.files import atomic_write, read_text
from tpdl.templates import fill

LISTING, PAGE = "versions.json", "versions.html"
PREVIEW = "preview"
"""The folder of sites that are no versions: they are not listed."""
NAME = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)*")
LINE = Path(__file__).with_name("line.html")
LIST = Path(__file__).with_name("versions.html")
BEGIN, END = "<!-- tpdl versions -->", "<!-- /tpdl versions -->"


@dataclass(frozen=True)
class Version:
    """A version of the site, in a folder of its name."""

    name: str
    commit: str
    """The source it was rendered from, shortened."""
    date: str
    """The day of that commit."""


def check_name(name: str) -> None:
    """Refuse what is no name of a folder.

    Raises:
        UserError: it is none.
    """
    if not NAME.fullmatch(name) or ".." in name or name.endswith(".lock"):
        raise UserError(f"a version is named like a folder, `v2` or `{PREVIEW}/new-figures`, not {name!r}")
    if name.split("/")[0] in (LISTING, PAGE) or name == PREVIEW:
        raise UserError(f"{name!r} is taken; name the version otherwise, as in `v2` or `{PREVIEW}/new-figures`")


def is_version(name: str) -> bool:
    """Whether what has that name is listed; previews are not, nor is the site itself."""
    return bool(name) and name.split("/")[0] != PREVIEW


@dataclass(frozen=True)
class Listing:
    """What `versions.json` holds."""

    title: str = "Report"
    """Of the report."""
    versions: tuple[Version, ...] = ()
    """The newest first."""

    @classmethod
    def read(cls, text: str) -> Listing:
        """The listing; an empty one if it is damaged."""
        with contextlib.suppress(ValueError, TypeError, KeyError):
            content = json.loads(text)
            return cls(str(content["title"]), tuple(Version(**entry) for entry in content["versions"]))
        return cls()

    def without(self, name: str) -> Listing:
        """The listing without a version."""
        return Listing(self.title, tuple(version for version in self.versions if version.name != name))

    def files(self) -> dict[str, bytes]:
        """The files that show it, by their names at the top of the branch; none where there is no version."""
        if not self.versions:
            return {}
        page = fill(LIST, title=self.title, versions=self.versions)
        return {LISTING: f"{json.dumps(asdict(self), indent=1)}\n".encode(), PAGE: page.encode()}


def add_line(site: Path, name: str, site_is_there: bool) -> None:
    """Write at the end of every page of a site which version it is, and where the others are.

    Args:
        site: the folder with the rendered pages, which are changed.
        name: of the version, or of the preview; empty for the site itself.
        site_is_there: whether something is published at the top.
    """
    for page in site.rglob("*.html"):
        text = read_text(page)
        if "</body>" not in text:
            continue
        depth = len(page.relative_to(site).parts) - 1 + (len(name.split("/")) if name else 0)
        line = f"{BEGIN}{fill(LINE, name=name, version=is_version(name), up='../' * depth, site=site_is_there)}{END}\n"
        text = re.sub(rf"{re.escape(BEGIN)}.*?{re.escape(END)}\n", "", text, flags=re.DOTALL)
        before, body, after = text.rpartition("</body>")
        atomic_write(page, f"{before}{line}{body}{after}")


def title_of(site: Path) -> str:
    """The title of a site's first page."""
    found = re.search(r"<title>\s*(.*?)\s*</title>", read_text(site / "index.html"), re.DOTALL)
    return html.unescape(re.sub(r"\s+", " ", found[1])) if found else "Report"
