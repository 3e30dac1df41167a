"""What CONTRIBUTING.md, the hooks and the workflows say is so."""

from __future__ import annotations

import re

import yaml

from tests.docs.test_pages import ROOT, mistake

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


def checks() -> list[str]:
    """What `make check` calls: program and subcommand."""
    target = re.search(r"^check:.*\n((?:\t.*\n)+)", MAKEFILE, re.MULTILINE)
    assert target
    calls = [line.removeprefix("$(BIN)/") for line in target[1].split("\t") if line.strip()]
    return [" ".join(word for word in call.split() if not word.startswith(("-", "."))) for call in calls]


def test_paths_and_links_lead_somewhere() -> None:
    named = re.findall(r"`((?:docs|experiments|report|tests|tpdl)/[\w./-]+)`", TEXT) + re.findall(
        r"\]\(([^)#:]+)\)", TEXT
    )
    assert len(named) > 20
    assert [path for path in named if "NAME" not in path and "CHAPTER" not in path and not (ROOT / path).exists()] == []


def test_targets_and_commands_are_there() -> None:
    targets = set(re.findall(r"^([\w-]+):", MAKEFILE, re.MULTILINE))
    assert set(re.findall(r"`?make ([\w-]+)", TEXT)) <= targets
    commands = re.findall(r"(?:^ {4}|`)(tpdl [^`#\n]+)", TEXT, re.MULTILINE)
    assert len(commands) > 5 and [why for command in commands if (why := mistake(command))] == []


def test_hooks_and_workflow_ask_what_make_check_asks() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8"))
    entries = [hook["entry"].removeprefix(".venv/bin/") for repo in config["repos"] for hook in repo["hooks"]]
    workflow = yaml.safe_load((ROOT / ".github/workflows/test.yml").read_text(encoding="utf-8"))
    run = "\n".join(step.get("run", "") for step in workflow["jobs"]["everything"]["steps"])
    assert checks()
    for check in checks():
        assert any(entry.startswith(check) for entry in entries), f"no hook asks {check}"
        assert check in run, f"the workflow does not ask {check}"
    assert {repo["repo"] for repo in config["repos"]} == {"local"}, "nothing is downloaded"
