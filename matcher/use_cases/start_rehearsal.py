"""Ask for a rehearsal of a rule set: the worker replays contacts under it and under the one in force."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from matcher.errors import invalid
from matcher.use_cases.change_draft import the_rule_set
from matcher.use_cases.draft_rule_set import current_version
from matcher.use_cases.ports import Job, Records
from matcher.use_cases.start_job import start_job

REHEARSE_RULES = "rehearse_rules"
MOST_CONTACTS = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RehearsalOrder:
    """What to replay: stored contacts of a period (at most `sample` of them), or `generated` ones in so many hours.

    `within_s` is the wait that is still in time.
    """

    since: datetime | None = None
    until: datetime | None = None
    sample: int | None = None
    generated: int | None = None
    hours: float = 8.0
    within_s: float = 20.0
    seed: int = 1


def start_rehearsal(
    records: Records, version: str, order: RehearsalOrder, *, actor: str, now: datetime, new_id: Callable[[], str]
) -> Job:
    """The queued job. Raises NotFound, and InvalidInput where there is nothing to replay or the period is upside down.

    It compares the very content that is there now, and the version in force now.
    """
    found = the_rule_set(records, version)
    check_order(records, order)
    arguments: Mapping[str, object] = {
        "draft": dict(found.document),
        "current": current_version(records),
        "since": None if order.since is None else order.since.isoformat(),
        "until": None if order.until is None else order.until.isoformat(),
        "sample": order.sample,
        "generated": order.generated,
        "hours": order.hours,
        "within_s": order.within_s,
        "seed": order.seed,
    }
    return start_job(records, REHEARSE_RULES, arguments, actor=actor, now=now, new_id=new_id)


def check_order(records: Records, order: RehearsalOrder) -> None:
    """Raise InvalidInput where there is nothing to replay or the period is upside down."""
    if order.generated is not None:
        return
    if order.since is None or order.until is None:
        raise invalid("/from", "required", "Give `from` and `to`, or a `scenario` to be generated.")
    if order.since >= order.until:
        raise invalid("/to", "window_order", "The period ends before it begins: turn them round.")
    if not records.decisions.window(order.since, order.until, limit=1):
        detail = "No decision of that period is stored: take another, or a `scenario` to be generated."
        raise invalid("/from", "nothing_stored", detail)
