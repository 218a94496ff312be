"""Once a night, let go of what is older than it is kept: outcomes, logged decisions, files of retired classifiers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from matcher.use_cases.ports import ClassifierState, Job, Records, Shelf, Store
from matcher.use_cases.start_job import start_job
from matcher.use_cases.start_training import SCHEDULE

FORGET_OLD = "forget_old"
BATCH = 1_000  # rows a transaction: others wait for no more than that
IN_SERVICE = (ClassifierState.CURRENT, ClassifierState.SHADOW)


@dataclass(frozen=True, slots=True)
class Terms:
    """How long outcomes and logged decisions are kept (`None`: for ever), and how many retired classifiers' files."""

    outcomes: timedelta | None
    decisions: timedelta | None
    classifiers: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many went, and the moment before which they did (`None`: nothing is too old to be kept).

    `held_by` names what still needs older outcomes: classifiers in service, and jobs that wait or run.
    """

    outcomes: int
    outcomes_before: datetime | None
    decisions: int
    decisions_before: datetime | None
    classifiers: tuple[str, ...]
    held_by: tuple[str, ...]


def plan_forgetting(records: Records, day: date, *, now: datetime) -> Job | None:
    """The job of that day, queued; `None` where it was planned already. Its id is made of the day, as nights' are."""
    job_id = f"{FORGET_OLD}.{day.isoformat()}"
    if records.jobs.get(job_id) is not None:
        return None
    return start_job(records, FORGET_OLD, {}, actor=SCHEDULE, now=now, new_id=lambda: job_id)


def forget_old(store: Store, shelf: Shelf, terms: Terms, *, now: datetime, note: Callable[[int], None]) -> Forgotten:
    """What went. Each batch is a transaction of its own; `note` hears how many rows went so far, and may raise.

    Nothing goes that an open job was asked to read; no outcome that a classifier in service was learnt from, which an
    erasure has to find; and of classifiers only the files, never the card, of no one that waits for a second person.
    """
    with store.reading() as records:
        needed = _needed(records)
    outcomes_before, decisions_before = _cut(terms.outcomes, now, needed), _cut(terms.decisions, now, needed)
    told = 0

    def gone(how: Callable[[Records], int]) -> int:
        nonlocal told
        total, batch = 0, BATCH
        while batch == BATCH:
            with store.writing() as records:
                batch = how(records)
            total, told = total + batch, told + batch
            note(told)
        return total

    outcomes = 0 if outcomes_before is None else gone(
        lambda records: records.outcomes.forget_before(outcomes_before, limit=BATCH)
    )  # fmt: skip
    decisions = 0 if decisions_before is None else gone(
        lambda records: records.decisions.forget_before(decisions_before, limit=BATCH)
    )  # fmt: skip
    removed = _without_files(store, shelf, keep=terms.classifiers, now=now)
    held = tuple(sorted(who for who, moment in needed.items() if terms.outcomes and moment < now - terms.outcomes))
    return Forgotten(outcomes, outcomes_before, decisions, decisions_before, removed, held)


def _needed(records: Records) -> dict[str, datetime]:
    """From when on what is stored is needed, by what needs it."""
    serving = (records.classifiers.in_state(state) for state in IN_SERVICE)
    needed = {one.version: one.first_outcome_at for one in serving if one is not None}
    for job in records.jobs.unfinished():
        since = job.arguments.get("since")
        if isinstance(since, str):
            needed[job.id] = datetime.fromisoformat(since)
    return needed


def _cut(kept: timedelta | None, now: datetime, needed: dict[str, datetime]) -> datetime | None:
    return None if kept is None else min([now - kept, *needed.values()])


def _without_files(store: Store, shelf: Shelf, *, keep: int, now: datetime) -> tuple[str, ...]:
    """The classifiers whose files went: the registry knows it first, so that nobody is promoted without files."""
    with store.writing() as records:
        waiting = {one.subject for one in records.approvals.waiting(now=now)}
        removed = [one for one in records.classifiers.superfluous(keep=keep) if one not in waiting]
        for version in removed:
            records.classifiers.note_removal(version, at=now)
    for version in removed:
        shelf.remove(version)
    return tuple(removed)
