"""The worker's part of a rehearsal: reads what it runs on, replays it twice, and keeps what came of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import numpy as np

from matcher.use_cases.ports import Records
from matcher.use_cases.run_job import JobRun
from matcher.use_cases.start_rehearsal import RehearsalOrder

if TYPE_CHECKING:
    from api.wiring import Klik
    from matcher.simulation.rehearse import Case

BUILDING = 1  # the stream of chance that draws what is not stored


def work_on_rehearsal(klik: "Klik", run: JobRun) -> None:
    """Replay the contacts under the rules in force when it was asked for, and under the draft as it was then."""
    from api.rehearsal_report import document  # here: a worker that rehearses nothing does without the simulation
    from matcher.rules import parse_rule_set
    from matcher.use_cases.change_draft import the_rule_set
    from matcher.use_cases.rehearse_rules import rehearse_rules

    told: Mapping[str, Any] = run.job.arguments
    order = order_of(told)
    run.go_on(0)
    with run.store.reading() as records:
        current = the_rule_set(records, told["current"] or "current")
        case, source = case_of_order(klik, records, order)
    pair = parse_rule_set(current.document), parse_rule_set(told["draft"])
    found = rehearse_rules(case, *pair, progress=run.go_on)
    with run.ending() as ending:
        ending.result = document(found, source=source, seed=order.seed, within_s=order.within_s)


def case_of_order(klik: "Klik", records: Records, order: RehearsalOrder) -> "tuple[Case, dict[str, object]]":
    """What the order replays, out of this installation, and what it was made of; for the job and the command alike."""
    from matcher.use_cases.read_rehearsal_case import read_rehearsal_case

    zone, rng = ZoneInfo(klik.settings.timezone), np.random.default_rng([order.seed, BUILDING])
    return read_rehearsal_case(records, order, framework=klik.framework, timezone=zone, now=klik.now(), rng=rng)


def order_of(told: Mapping[str, Any]) -> RehearsalOrder:
    """What was asked for, out of the job's arguments."""
    since, until = (None if told[name] is None else datetime.fromisoformat(told[name]) for name in ("since", "until"))
    return RehearsalOrder(
        since=since,
        until=until,
        sample=told["sample"],
        generated=told["generated"],
        hours=told["hours"],
        within_s=told["within_s"],
        seed=told["seed"],
    )
