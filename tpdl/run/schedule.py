"""A topological wait over an executor: each step runs as soon as those it needs are done, if it still has to.

Example:
    with open_executor("process", workers=2) as (executor, call):
        report = run(plan, ["transfer/layer-cut"], executor, call, Listener(), workers=2)
    report.failed     # {}
"""

from __future__ import annotations

import contextlib
import heapq
import os
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from tpdl.errors import UserError
from tpdl.fingerprint import Sources
from tpdl.plan.facts import Facts, read_facts
from tpdl.plan.libraries import libraries
from tpdl.plan.plan import Plan
from tpdl.plan.record import COLUMNS, Record, read_record
from tpdl.plan.selection import with_group
from tpdl.plan.status import own_reasons
from tpdl.run.devices import Device, Monitor
from tpdl.run.forkserver import FRESH
from tpdl.run.job import Job, Outcome
from tpdl.run.memory import cores
from tpdl.run.room import Admission, Need, Room, need_of
from tpdl.run.snapshot import take

SAVE_INTERVAL = 10.0
"""Seconds between two times that the hashes of what was written are saved: the file holds those of all products."""


PRELOAD = ("numpy", "pandas")
PRELOAD_TO_DRAW = ("matplotlib.figure", "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg")


@dataclass(frozen=True)
class Limits:
    """What a step may take; None for what it declares, or any amount."""

    timeout: float | None = None
    """Seconds."""
    memory: int | None = None
    """Bytes of main memory."""


NO_LIMITS = Limits()


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

    def again(self, outcome: Outcome) -> None:
        """A step has run out of memory beside others, and is tried once more by itself: it has not ended yet."""

    def devices(self, seen: Sequence[Device]) -> None:
        """What the GPUs are doing, every other second, where steps that use one are to run."""


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
    surprises: dict[str, str] = field(default_factory=dict)
    """Step with another result than before, though nothing that decides it has changed -> what may be behind it."""
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
    keep_nan: Collection[str] = (),
    limits: Limits = NO_LIMITS,
    here: bool = False,
    room: Room | None = None,
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
        keep_nan: steps of which NaN and infinity are results.
        limits: in place of those that the steps declare.
        here: the steps run in this process, from the sources as they lie on disk, and not from a snapshot.
        room: what there is for them; by default as much as `workers` steps take.
    """
    names = with_group(plan, names)
    queue = Queue(plan, names)
    running: dict[Future[Outcome], Job] = {}
    threads = max(1, cores() // workers) if workers > 1 else None
    snapshot, sources = ("", plan.project.sources(plan.profile)) if here else take(plan, names)
    common = Common(
        commit,
        libraries(plan.project.root),
        preloaded(plan, names),
        os.fspath(snapshot),
        limits,
        frozenset(keep_nan),
        frozenset(always),
    )
    work = _Work(plan, sources, listener, Report(), queue, frozenset(always), common)
    room = room or Room(workers)
    admission = Admission(queue.pop, room, work.need if room.counts else lambda name: Need())
    retried: set[str] = set()
    saved = time.monotonic()
    monitor = Monitor() if room.devices else None
    try:
        with monitor or contextlib.nullcontext():
            while queue or admission or running:
                while admitted := admission.next():
                    name, environment = admitted
                    if job := work.prepared(name):
                        for cell in job.cells:
                            listener.started(cell.step.name)
                        text = replace(job, environment=environment).to_json()
                        running[executor.submit(call, text, threads)] = job
                    else:
                        room.give(name)
                        queue.finished(name)
                finished, _ = wait(running, timeout=0.15, return_when=FIRST_COMPLETED)
                if monitor and (seen := monitor.news()) is not None:
                    listener.devices(seen)
                listener.tick()
                for future in finished:
                    job = running.pop(future)
                    name = job.step.name
                    outcome = outcome_of(job, future)
                    if room.give(name) and outcome.out_of_memory and name not in retried:
                        retried.add(name)
                        admission.again(name, outcome.out_of_memory)
                        for each in (outcome, *outcome.others):
                            listener.again(each)
                        continue
                    for each in (outcome, *outcome.others):
                        work.settle(each)
                    queue.finished(name)
                if time.monotonic() - saved > SAVE_INTERVAL:
                    plan.project.hashes.save()
                    saved = time.monotonic()
    except BaseException:
        for future in running:
            future.cancel()
        raise
    finally:
        plan.project.hashes.save()
        sources.save_cache()
    if not here:
        work.note_edits()
    return work.report


class Queue:
    """Steps that wait for others, and those that wait no more, in time linear in the steps and what they need.

        queue = Queue(plan, ["curve/n=1", "curve"])
        queue.pop()                    # "curve/n=1"
        queue.pop()                    # None: "curve" needs it
        queue.finished("curve/n=1")
        queue.pop()                    # "curve"

    Cells that run together are one: the first of them stands for all.

    Args:
        plan: the steps.
        names: which ones are to run, in the plan's order; they are ready in this order, too.
    """

    def __init__(self, plan: Plan, names: Sequence[str]) -> None:
        first = {name: (plan.steps[name].together or (name,))[0] for name in names}
        self._names = list(dict.fromkeys(first.values()))
        self._position = {name: position for position, name in enumerate(self._names)}
        self._unfinished: dict[str, int] = {}
        """Step -> how many of those that it needs have not run yet."""
        self._followers: dict[str, list[str]] = {}
        self._needed: set[str] = set()
        for name in self._names:
            upstream = [up for up in plan.steps[name].upstream if up in first]
            self._needed.update(upstream)
            needed = list(dict.fromkeys(first[up] for up in upstream))
            self._unfinished[name] = len(needed)
            for up in needed:
                self._followers.setdefault(up, []).append(name)
        self._ready = [self._position[name] for name in self._names if not self._unfinished[name]]

    def __bool__(self) -> bool:
        """Whether a step is ready now."""
        return bool(self._ready)

    def pop(self) -> str | None:
        """The first step that waits for nothing; None where there is none."""
        return self._names[heapq.heappop(self._ready)] if self._ready else None

    def finished(self, name: str) -> None:
        """A step that was popped has run, or will not: those that need it wait for it no longer."""
        for follower in self._followers.get(name, ()):
            self._unfinished[follower] -= 1
            if not self._unfinished[follower]:
                heapq.heappush(self._ready, self._position[follower])

    def is_needed(self, name: str) -> bool:
        """Whether a step that is to run needs this one."""
        return name in self._needed


@dataclass(frozen=True)
class _Work:
    """What the steps of one run have in common."""

    plan: Plan
    sources: Sources
    """One look at the sources, for all steps of the run."""
    listener: Listener
    report: Report
    queue: Queue
    always: Collection[str]
    common: Common

    def need(self, name: str) -> Need:
        """What the step takes while it runs."""
        step = self.plan.steps[name]
        record = read_record(step.record_path)
        return need_of(step, record if isinstance(record, Record) else None)

    def prepared(self, name: str) -> Job | None:
        """The job of the step, or None where it cannot run or need not. What is on disk is read now.

        Of cells that run together it is the job of the first, which holds those of the others.
        """
        names = self.plan.steps[name].together or (name,)
        facts = read_facts(self.plan, names, self.sources, save=False)
        if not all([self._can_run(each, facts[each]) for each in names]):  # a list: each of them is reported
            return None
        needed = {each: self._has_to_run(each, facts[each]) for each in names}
        if not any(needed.values()):
            for each in names:
                self.report.unchanged.append(each)
                self.listener.passed_over(each, "still fresh: what it needs came out the same")
            return None
        step = self.plan.steps[name]
        foreseen = self.sources.loaded(step.function, step.uses) if step.function else {}
        jobs = [
            replace(job_for(self.plan, each, facts[each], self.common, foreseen), needed=needed[each]) for each in names
        ]
        return replace(jobs[0], together=tuple(jobs[1:]))

    def _can_run(self, name: str, facts: Facts) -> bool:
        """Whether everything is there that the step needs. What is not is reported."""
        report, step = self.report, self.plan.steps[name]
        broken = [up for up in step.upstream if up in report.failed or up in report.blocked]
        if broken or facts.unrecorded_inputs:
            report.blocked[name] = (broken or facts.unrecorded_inputs)[0]
            self.listener.passed_over(name, f"not run: it needs {report.blocked[name]}")
            return False
        absent = [*facts.absent_data.values(), *facts.absent_files]
        if problem := step.problem or facts.unreadable or next(iter(absent), ""):
            report.failed[name] = problem
            self.listener.passed_over(name, f"cannot run: {problem}")
            return False
        return True

    def _has_to_run(self, name: str, facts: Facts) -> bool:
        """Whether something asks for the step now that what it needs has run."""
        step = self.plan.steps[name]
        is_wanted = step.local and not facts.is_here and self.queue.is_needed(name)
        return is_wanted or name in self.always or bool(list(own_reasons(step, facts)))

    def note_edits(self) -> None:
        """Enter in the report the steps whose sources were edited during the run: what they ran from is no more."""
        now = self.plan.project.sources(self.plan.profile)
        for name in self.report.done:
            step = self.plan.steps[name]
            if not step.function:
                continue
            then = self.sources.closure(step.function, step.uses)
            try:
                closure = now.closure(step.function, step.uses)
            except UserError:  # it is gone, or broken
                closure = {}
            if edited := [symbol for symbol in {**then, **closure} if then.get(symbol) != closure.get(symbol)]:
                self.report.moved[name] = [*self.report.moved.get(name, []), *edited]

    def settle(self, outcome: Outcome) -> None:
        """Enter in the report how a step ended, and tell the listener."""
        report, name = self.report, outcome.step
        if outcome.message is not None:
            report.failed[name] = outcome.message
        else:
            report.done.append(name)
            if outcome.moved:
                report.moved[name] = outcome.moved
            if outcome.surprise:
                report.surprises[name] = outcome.surprise
            if outcome.unseen:
                report.unseen[name] = outcome.unseen
        self.listener.ended(outcome)


def outcome_of(job: Job, future: Future[Outcome]) -> Outcome:
    """How a job ended, with the outcomes of all its cells, even where the executor has failed."""
    try:
        return future.result()
    except UserError as error:
        message = str(error)
    except Exception as error:
        message = f"the executor failed: {type(error).__name__}: {error}"
    first, *others = [Outcome(cell.step.name, 0.0, message) for cell in job.cells]
    return replace(first, others=others)


@dataclass(frozen=True)
class Common:
    """What the jobs of one run have in common; see `Job`."""

    commit: str | None
    libraries: dict[str, str]
    preload: tuple[str, ...]
    snapshot: str
    limits: Limits
    keep_nan: Collection[str]
    always: Collection[str]


def preloaded(plan: Plan, names: Iterable[str]) -> tuple[str, ...]:
    """What the process imports that steps are forked from: the setting `preload`, and what tpdl itself needs for them.

    Raises:
        UserError: the setting is no list of libraries, or names a module of the project.
    """
    setting = plan.project.settings.get("preload", [])
    if setting is False:
        return (FRESH,)
    if not isinstance(setting, list) or not all(isinstance(name, str) for name in setting):
        raise UserError("preload in [tool.tpdl] of pyproject.toml must be a list of libraries, or false")
    for name in setting:
        top = plan.project.root / name.partition(".")[0]
        if top.is_dir() or top.with_suffix(".py").exists():
            raise UserError(
                f"preload in [tool.tpdl] of pyproject.toml names {name}, which is the project's own; "
                "only libraries can be imported before the steps"
            )
    kinds = {plan.steps[name].kind for name in names}
    to_draw = PRELOAD_TO_DRAW if "figure" in kinds else ()
    return tuple(dict.fromkeys([*PRELOAD, *to_draw, *(setting if "experiment" in kinds else ())]))


def job_for(
    plan: Plan, name: str, facts: Facts, common: Common, foreseen: Mapping[str, str] = MappingProxyType({})
) -> Job:
    """The job of a step whose inputs are there.

    Inputs count as they lie on disk, and not as their records say: a picture drawn from a file that somebody has edited
    must not pass for one that was drawn from what was measured.

    Args:
        plan: the steps.
        name: of the step.
        facts: about it, as read before anything of the project is imported.
        common: what it shares with the other jobs of the run.
        foreseen: the modules that the step is known to import, with the paths of their sources.
    """
    step = plan.steps[name]
    upstream = [plan.steps[up] for up in facts.now.inputs]
    hashes = plan.project.hashes
    inputs = {up.name: {path.name: sha for path in up.products if (sha := hashes.of_file(path))} for up in upstream}
    for up, content in facts.now.inputs.items():
        inputs[up] |= {COLUMNS: content[COLUMNS]} if COLUMNS in content else {}
    return Job(
        root=str(plan.project.root),
        profile=plan.profile,
        step=step,
        # the record says of a cell that it was measured together with others only if it is
        fingerprint=replace(facts.now, inputs=inputs, together=step.group if step.together else {}),
        input_products={up.name: [str(path) for path in up.products] for up in upstream},
        input_cells={up.name: up.cell for up in upstream},
        data_root=str(plan.project.data_root),
        commit=common.commit,
        libraries=common.libraries,
        device=str(plan.project.settings.get("device", "")),
        preload=common.preload,
        snapshot=common.snapshot,
        foreseen=dict(foreseen),
        stand_ins=_stand_ins(plan),
        data_paths=tuple(os.fspath(path) for data in step.data for path in plan.project.find_data(data))
        if plan.profile != "demo"
        else (),
        data_sets={data: os.fspath(path) for data in step.data if (path := plan.project.declared_data(data))}
        if plan.profile != "demo"
        else {},
        timeout=common.limits.timeout or step.timeout,
        memory=common.limits.memory or step.memory,
        keep_nan=name in common.keep_nan,
        again=name in common.always,
        device_memory=str(plan.project.settings.get("device_memory", "")),
    )


def _stand_ins(plan: Plan) -> tuple[str, ...]:
    """The files and folders of the modules that make stand-ins, which decide nothing in the full profile."""
    modules = plan.project.settings.get("demo_only", []) if plan.profile != "demo" else []
    places = [os.path.join(plan.project.root, *str(module).split(".")) for module in modules]
    return tuple(path for place in places for path in (place, f"{place}.py"))
