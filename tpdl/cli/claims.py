"""`tpdl claims`: every claim of the documents, with its verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tpdl.cli.common import (
    Arguments,
    Commands,
    add_command,
    add_json,
    find_project,
    honest,
    profile_of,
    say_what_is_broken,
)
from tpdl.cli.text import print_json
from tpdl.errors import Exit

if TYPE_CHECKING:
    from tpdl.render.statements import Claim


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    add_json(add_command(commands, claims))


def claims(arguments: Arguments) -> int:
    """List every claim of the documents with its verdict; exit code 1 if one is false."""
    from tpdl.render.prepare import prepare

    prepared = prepare(find_project(), profile_of(arguments))
    say_what_is_broken(prepared.broken)
    all_claims = prepared.claims
    false = sum(not claim.holds for claim in all_claims)
    code = honest(Exit.NOT_FRESH if false else Exit.OK, prepared.broken)
    if arguments.json:
        print_json([{"verdict": _verdict(claim), **vars(claim)} for claim in all_claims])
        return code
    for claim in all_claims:
        verdict = "FALSE" if _verdict(claim) == "false" else _verdict(claim)
        reason = f"  ({claim.reason or claim.found})" if claim.reason or claim.found else ""
        print(f"{verdict}  {claim.path}:{claim.line}  {claim.text}  [{claim.expression}]{reason}")
    count = f"{len(all_claims)} claim{'s' if len(all_claims) != 1 else ''}"
    print(f"{count}, " + (f"{false} of them false or not to be evaluated" if false else "all of them hold"))
    return code


def _verdict(claim: Claim) -> str:
    return "holds" if claim.holds else "cannot be evaluated" if claim.reason else "false"
