"""`tpdl clean`: remove local files that no step refers to any more."""

from __future__ import annotations

from tpdl.cli.common import Arguments, Commands, add_command, find_project
from tpdl.cli.text import print_json
from tpdl.errors import Exit


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, clean, profile=False)
    parser.add_argument("-y", "--yes", action="store_true", help="do not ask")
    parser.add_argument("--figures", action="store_true", help="products in figures/ that no step makes any more, too")
    parser.add_argument("--scratch", action="store_true", help="scratch results, too: those of `tpdl run -S`")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be freed")
    parser.add_argument("--json", action="store_true", help="only print what would be freed, as JSON")


def clean(arguments: Arguments) -> int:
    """Remove local files that no step refers to any more, after saying what that frees."""
    from tpdl.plan.clean import disowned, remove, scratch_results, unreferenced

    project = find_project()
    found = unreferenced(project) + (scratch_results(project) if arguments.scratch else [])
    old = [(path, path.stat().st_size) for path in disowned(project)]
    if arguments.figures:
        found += old
    if arguments.json:
        print_json([{"path": path, "bytes": size} for path, size in found])
        return Exit.OK
    if not found:
        print("nothing to clean: every local file belongs to a step")
    for path, size in found:
        shown = path.relative_to(project.root) if path.is_relative_to(project.root) else path
        print(f"{size / 1e6:10.1f} MB  {shown}")
    total = sum(size for _, size in found) / 1e6
    if found and arguments.dry_run:
        print(f"{total:.1f} MB would be freed")
    elif found and (arguments.yes or _confirmed(f"free {total:.1f} MB?")):
        remove(path for path, _ in found)
        print(f"freed {total:.1f} MB")
    if old and not arguments.figures:
        print(f"in figures/, no step makes these {len(old)} files any more; `tpdl clean --figures` removes them:")
        for path, _ in old:
            print(f"  {path.relative_to(project.root)}")
    return Exit.OK


def _confirmed(question: str) -> bool:
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False
