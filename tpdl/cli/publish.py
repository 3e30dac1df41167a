"""`tpdl publish`: render the site and push it to its branch."""

from __future__ import annotations

import shutil

from tpdl.cli.common import Arguments, Commands, add_command, find_project
from tpdl.cli.report import render_and_print
from tpdl.errors import Exit


def add(commands: Commands) -> None:
    """Declare the command's arguments."""
    parser = add_command(commands, publish, profile=False)
    parser.add_argument("--remote", default="origin", help="the git remote to push to")
    parser.add_argument(
        "--as", dest="name", metavar="NAME", default="", help="into a folder: a version `v2`, or `preview/BRANCH`"
    )
    parser.add_argument("--withdraw", metavar="NAME", help="remove a version or a preview; renders nothing")
    parser.add_argument("--force", action="store_true", help="even if something is not fresh or a claim is false")


def publish(arguments: Arguments) -> int:
    """Render the site, push it to the branch gh-pages; refused while a step is not fresh or a claim is false."""
    from tpdl.plan.facts import read_facts
    from tpdl.plan.plan import read_plan
    from tpdl.plan.status import judge_all
    from tpdl.publish import check_fresh, check_repository, withdraw
    from tpdl.publish import publish as push
    from tpdl.publish.versions import check_name
    from tpdl.render.book import read_book

    project = find_project()
    if arguments.withdraw:
        done = withdraw(project.root, arguments.withdraw, arguments.remote)
        print(f"withdrew {arguments.withdraw} from {done.remote}/{done.branch}")
        return Exit.OK
    if arguments.name:
        check_name(arguments.name)
    check_repository(project.root, arguments.remote)
    if not arguments.force:
        plan = read_plan(project)
        plan.check()
        check_fresh(judge_all(plan, read_facts(plan)))
    # An empty folder: what is left of earlier renderings, or was put there by hand, is not published.
    site = project.state / "publish" / read_book(project.root).output.name
    shutil.rmtree(site, ignore_errors=True)
    if code := render_and_print(
        project, "full", ("html", "pdf"), "auto", arguments.force, despite="--force", output=site
    ):
        return code
    done = push(project.root, site, arguments.remote, name=arguments.name)
    where = f"{done.remote}/{done.branch}" + (f", as {arguments.name}/" if arguments.name else "")
    print(f"pushed {done.commit} to {where}" if done.commit else "nothing to push: the site is there")
    for note in done.notes:
        print(f"note: {note}")
    return Exit.OK
