"""What one chapter needs of the prepared report, so that it is made again only if something changed that it shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from tpdl.render.scan import Item
from tpdl.render.sheets import texts

GROUPS = {"value": "values", "claim": "claims", "when": "whens", "with": "withs", "image": "figures", "table": "tables"}
"""Kind of a construct -> the part of the report in which the filter looks it up."""


def excerpt(data: Mapping[str, Any], items: Sequence[Item], text: str) -> dict[str, Any]:
    """The entries of the prepared report that the filter can ask for in a chapter.

    Args:
        data: what `prepare` writes to `.tpdl/report.json`.
        items: all constructs of the chapter.
        text: its source.
    """
    if ".questions" in text:  # the table of all questions shows something of every chapter
        return {**data, "graph": data["graph"] if ".graph" in text else {}}
    part: dict[str, Any] = {group: {} for group in GROUPS.values()}
    for item in items:
        group = GROUPS.get(item.kind)
        key = item.label if item.kind == "table" else item.text
        if group and key in data[group]:
            part[group][key] = data[group][key]
    # Values and claims in captions, alternative texts and labels that come from the functions that draw.
    said = [text for entry in part["figures"].values() for text in (entry["caption"], entry["alt"])]
    said += [text for entry in part["figures"].values() if entry["sheet"] for text in texts(entry["sheet"])]
    words = " ".join(" ".join(said).split())
    for group in ("values", "claims"):
        part[group] |= {key: entry for key, entry in data[group].items() if key in words}
    return {**data, **part, "questions": [], "graph": data["graph"] if ".graph" in text else {}}
