"""A topological wait over an executor: each step runs as soon as those it needs are done, if it still has to.

Example:
    with open_executor("process", workers=2) as (executor, call):
        report = run(plan, ["transfer/layer-cut"], executor, call, Listener(), workers=2)
    report.failed     # {}
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace

from tpdl.plan.facts import Facts, read_facts
from tpdl.plan.libraries import libraries
from tpdl.plan.plan import Plan
from tpdl.plan.status import own_reasons
from tpdl.run.job import Job, Outcome


class Listener:
    """Told of every step as it starts and ends. This one shows nothing; `tpdl.cli.display` has one that does."""

    def started(self, name: str) -> None:
        """A step was handed to the executor."""

    def tick(self) -> None:
        """Called a few times a second while steps run."""

    def ended(self, outcome: Outcome) -> None:
        """A step delivered or failed."""

    def passed_over(self, name: str, reason: str) -> None:
        """A step did not have to run, or could not."""


@dataclass
class Report:
    """What became of the steps that were to run."""

    done: list[str] = field(default_factory=list)
    """Steps that ran and delivered."""
    unchanged: list[str] = field(default_factory=list)
    """Not run after all: what they need was made again, and came out the same."""
    failed: dict[str, str] = field(default_factory=dict)
    """Step -> what went wrong, in one line."""
    blocked: dict[str, str] = field(default_factory=dict)
    """Step -> the failed step that it needs."""
    moved: dict[str, list[str]] = field(default_factory=dict)
    """Step -> symbols whose source changed while it ran."""
    unseen: dict[str, list[str]] = field(default_factory=dict)
    """In the tracing mode: step -> functions that it executed and that its fingerprint does not know."""

    @property
    def ok(self) -> bool:
        """Everything that was to run ran, and is fresh."""
        return not (self.failed or self.blocked or self.moved or self.unseen)


def run(
    plan: Plan,
    names: Sequence[str],
    executor: Executor,
    call: Callable[..., Outcome],
    listener: Listener,
    workers: int = 1,
    always: Collection[str] = (),
    commit: str | None = None,
) -> Report:
    """Run steps; one that fails stops only those that need it.

    Args:
        plan: the steps.
        names: which ones, in the plan's order.
        executor: where they run.
        call: what to submit: called with the job's JSON text and the number of threads.
        listener: told of every step as it starts and ends.
        workers: how many steps run at a time.
        always: steps to run even where nothing is stale.
        commit: recorded with each product.
    """
    report = Report()
    waiting = dict.fromkeys(names)
    running: dict[Future[Outcome], str] = {}
    threads = max(1, (os.cpu_count() or 1) // workers) if workers > 1 else None
    work = _Work(plan, listener, report, waiting, frozenset(always), commit, libraries(plan.project.root))
    try:
        while waiting or running:
            for name in list(waiting):
                busy = {*waiting, *running.values()}
                if len(running) >= workers or busy.intersection(plan.steps[name].upstream):
                    continue
                del waiting[name]
                if job := work.prepared(name):
                    listener.started(name)
                    running[executor.submit(call, job.to_json(), threads)] = name
            if running:
                finished, _ = wait(running, timeout=0.15, return_when=FIRST_COMPLETED)
                listener.tick()
                for future in finished:
                    work.settle(running.pop(future), future)
    except BaseException:
        for future in running:
            future.cancel()
        raise
    return report


@dataclass(frozen=True)
class _Work:
    """What the steps of one run have in common."""

    plan: Plan
    listener: Listener
    report: Report
    waiting: Collection[str]
    always: Collection[str]
    commit: str | None
    libraries: dict[str, str]

    def prepared(self, name: str) -> Job | None:
        """The job of the step, or None where it cannot run or need not. What is on disk is read now."""
        plan, report, step = self.plan, self.report, self.plan.steps[name]
        sources = plan.project.sources(plan.profile)  # a new look: somebody may have edited them during the run
        facts = read_facts(plan, [name], sources)[name]
        broken = [up for up in step.upstream if up in report.failed or up in report.blocked]
        if broken or facts.unrecorded_inputs:
            report.blocked[name] = (broken or facts.unrecorded_inputs)[0]
            self.listener.passed_over(name, f"not run: it needs {report.blocked[name]}")
            return None
        if unreadable := step.problem or facts.unreadable:
            report.failed[name] = unreadable
            self.listener.passed_over(name, f"cannot run: {unreadable}")
            return None
        if facts.absent_data:
            report.failed[name] = next(iter(facts.absent_data.values()))
            self.listener.passed_over(name, f"cannot run: {report.failed[name]}")
            return None
        followers = [down for down in self.waiting if name in plan.steps[down].upstream]
        needed = step.local and not facts.is_here and followers
        if not (needed or name in self.always or list(own_reasons(step, facts))):
            report.unchanged.append(name)
            self.listener.passed_over(name, "still fresh: what it needs came out the same")
            return None
        return job_for(plan, name, facts, self.commit, self.libraries)

    def settle(self, name: str, future: Future[Outcome]) -> None:
        """Enter in the report how a step ended, and tell the listener."""
        report = self.report
        try:
            outcome = future.result()
        except Exception as error:
            outcome = Outcome(name, 0.0, f"the executor failed: {type(error).__name__}: {error}")
        if outcome.message is not None:
            report.failed[name] = outcome.message
        else:
            report.done.append(name)
            if outcome.moved:
                report.moved[name] = outcome.moved
            if outcome.unseen:
                report.unseen[name] = outcome.unseen
        self.listener.ended(outcome)


def job_for(plan: Plan, name: str, facts: Facts, commit: str | None, libraries: dict[str, str]) -> Job:
    """The job of a step whose inputs are there.

    Inputs count as they lie on disk, and not as their records say: a picture drawn from a file that somebody has edited
    must not pass for one that was drawn from what was measured.

    Args:
        plan: the steps.
        name: of the step.
        facts: about it, as read before anything of the project is imported.
        commit: recorded with the product.
        libraries: import name -> distribution, of those whose versions are recorded.
    """
    step = plan.steps[name]
    upstream = [plan.steps[up] for up in facts.now.inputs]
    hashes = plan.project.hashes
    inputs = {up.name: {path.name: sha for path in up.products if (sha := hashes.of_file(path))} for up in upstream}
    return Job(
        root=str(plan.project.root),
        profile=plan.profile,
        step=step,
        fingerprint=replace(facts.now, inputs=inputs),
        input_products={up.name: str(up.product) for up in upstream},
        input_cells={up.name: up.cell for up in upstream},
        data_root=str(plan.project.data_root),
        commit=commit,
        libraries=libraries,
        device=str(plan.project.settings.get("device", "")),
    )
