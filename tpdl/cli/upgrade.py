"""`tpdl upgrade`."""

from __future__ import annotations

from tpdl.cli.common import Arguments, Commands, add_command, plan_of
from tpdl.cli.text import brief
from tpdl.errors import Exit


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, upgrade)
    parser.add_argument("--dry-run", action="store_true", help="show what would be carried over, and what stays")


def upgrade(arguments: Arguments) -> int:
    """Carry results over to the rules of this version, where nothing has changed; nothing is measured."""
    from tpdl.plan.upgrade import upgrade as carry_over

    found = carry_over(plan_of(arguments), arguments.dry_run)
    stays = {name: reasons for name, reasons in found.items() if reasons}
    for name, reasons in stays.items():
        print(f"stays    {name}: {brief(reasons)}")
    if not found:
        print("every record was made under these rules")
        return Exit.OK
    words = "would be carried over" if arguments.dry_run else "carried over"
    rest = f", {len(stays)} not: they were not fresh" if stays else ""
    print(f"{len(found) - len(stays)} of {len(found)} records {words}{rest}")
    return Exit.NOT_FRESH if stays else Exit.OK
