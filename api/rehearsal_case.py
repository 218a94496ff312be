"""What a rehearsal runs on, read from files: contacts in the contacts format, or a bank's call log."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from api.files.contacts import LoggedContact, contact_rows
from api.files.people import customer_rows, employee_rows
from api.replay_log import read_log
from matcher.errors import invalid
from matcher.profiles.framework import Framework
from matcher.profiles.people import Customer, Employee
from matcher.routing.snapshot import KnownCustomer
from matcher.simulation.from_contacts import Drawn, Seen, scenario_of
from matcher.simulation.klik import Known
from matcher.simulation.rebuild import rebuild
from matcher.simulation.rehearse import Case, with_customers
from matcher.simulation.staffing import StaffingTerms

BUILDING = 1  # the stream of chance that draws what files do not tell
SHORT_S = 5  # as in `klik replay`: who hangs up sooner is counted apart

Source = Mapping[str, object]


def read_staff(path: Path, framework: Framework) -> dict[str, Employee]:
    """The employees of a file who are active, by id. Raises InvalidInput with every faulty line."""
    with path.open("rb") as stream:
        return {one.id: one for one in employee_rows(stream, framework).values() if one.active}


def read_known(path: Path, framework: Framework) -> Known:
    """The customers of a file, as if they were stored. Raises InvalidInput with every faulty line."""
    with path.open("rb") as stream:
        customers: dict[str, Customer] = {one.id: one for one in customer_rows(stream, framework).values()}
    return Known({who: KnownCustomer(one) for who, one in customers.items()})


def read_contacts(path: Path, *, sample: int | None, seed: int) -> list[Seen]:
    """The contacts of a file, at most `sample` of them drawn. Raises InvalidInput where one does not say when it came.

    Service times and patiences stay unknown where the file leaves them out.
    """
    with path.open("rb") as stream:
        logged = list(contact_rows(stream).values())
    for one in logged:
        if one.arrived_at is None:
            detail = (
                f"{one.contact.id} does not say when it came; a rehearsal needs the column arrived_at in each line."
            )
            raise invalid("/arrived_at", "missing", detail)
    seen = [_seen(one) for one in logged]
    if sample is None or sample >= len(seen):
        return seen
    chosen = np.random.default_rng([seed, 0]).choice(len(seen), size=sample, replace=False)
    return [seen[place] for place in sorted(chosen)]


def case_of_contacts(
    seen: list[Seen],
    staff: Mapping[str, Employee],
    framework: Framework,
    *,
    known: Known,
    timezone: str,
    within_s: float,
    seed: int,
    name: str,
) -> tuple[Case, Source]:
    """The case, and what it was made of. Raises InvalidInput without contacts or without staff."""
    rng = np.random.default_rng([seed, BUILDING])
    scenario, drawn = scenario_of(seen, staff, timezone=ZoneInfo(timezone), rng=rng)
    case = Case(with_customers(scenario, known), framework, replace(known, customers={}), within_s=within_s, seed=seed)
    return case, {"name": name, "contacts": len(seen), "employees": len(staff), **_drawn(drawn)}


def case_of_log(
    path: Path, known: Mapping[str, Employee], framework: Framework, *, within_s: float, seed: int
) -> tuple[Case, Source]:
    """The case a bank's call log makes, as `klik replay` reads it: staffing, service and patience from the log."""
    history = read_log(path, short_s=SHORT_S)
    starts_at = datetime.combine(history.first_day, datetime.min.time(), tzinfo=UTC)
    rng = np.random.default_rng([seed, BUILDING])
    made = rebuild(history, rng=rng, starts_at=starts_at, terms=StaffingTerms(), known=known)
    drawn = {"services_drawn": made.drawn.service_of_leavers, "patiences_drawn": made.drawn.patience_of_answered}
    told = {"name": path.name, "contacts": len(made.scenario.arrivals), "employees": len(made.scenario.employees)}
    return Case(made.scenario, framework, within_s=within_s, seed=seed), {**told, **drawn, "nobody_gives_up": False}


def _seen(one: LoggedContact) -> Seen:
    assert one.arrived_at is not None  # as its reader made sure
    return Seen(one.contact, one.arrived_at, one.service_s, one.patience_s)


def _drawn(drawn: Drawn) -> dict[str, object]:
    return {
        "services_drawn": drawn.services,
        "patiences_drawn": drawn.patiences,
        "nobody_gives_up": drawn.nobody_gives_up,
    }
