"""What a simulation runs on: who arrives when with what patience, and who is on duty when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isfinite, isnan

from matcher.contacts.contact import Contact
from matcher.errors import Fault, InvalidInput
from matcher.profiles.people import Employee


@dataclass(frozen=True, slots=True)
class Arrival:
    """A contact that will arrive: when, how long serving it takes, and how long its customer would wait at most.

    Times are seconds since the scenario's start; `patience_s` may be infinite; `after_work_s` keeps the employee busy
    after the customer has gone. `period` groups arrivals (a day), so that uncertainty can be judged over periods that
    are about independent.
    """

    contact: Contact
    at_s: float
    service_s: float
    patience_s: float
    period: int = 0
    after_work_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch during which an employee takes new contacts: `start_s` included, `end_s` not."""

    employee_id: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class Scenario:
    """A world to route in: arrivals in time order, employees by id, their spells, and what moment second 0 is."""

    arrivals: tuple[Arrival, ...]
    employees: Mapping[str, Employee]
    spells: tuple[Spell, ...]
    starts_at: datetime

    def __post_init__(self) -> None:
        faults = [*_arrival_faults(self.arrivals), *_spell_faults(self.spells, self.employees)]
        if faults:
            raise InvalidInput(faults)

    def moment(self, at_s: float) -> datetime:
        """The moment a second of the scenario stands for."""
        return self.starts_at + timedelta(seconds=at_s)


def _arrival_faults(arrivals: Sequence[Arrival]) -> list[Fault]:
    faults = []
    latest, seen = float("-inf"), set()
    for place, arrival in enumerate(arrivals):
        where = f"/arrivals/{place}"
        if arrival.at_s < latest:
            faults.append(Fault(f"{where}/at_s", "not_in_order", f"{arrival.contact.id} arrives before the one above."))
        if not (isfinite(arrival.service_s) and arrival.service_s >= 0):
            faults.append(Fault(f"{where}/service_s", "out_of_range", f"{arrival.service_s} s is no duration."))
        if not (isfinite(arrival.after_work_s) and arrival.after_work_s >= 0):
            faults.append(Fault(f"{where}/after_work_s", "out_of_range", f"{arrival.after_work_s} s is no duration."))
        if isnan(arrival.patience_s) or arrival.patience_s < 0:
            faults.append(Fault(f"{where}/patience_s", "out_of_range", f"{arrival.patience_s} s is no patience."))
        if arrival.contact.id in seen:
            faults.append(Fault(f"{where}/contact/id", "duplicate_id", f"{arrival.contact.id} arrives twice."))
        latest = max(latest, arrival.at_s)
        seen.add(arrival.contact.id)
    return faults


def _spell_faults(spells: Sequence[Spell], employees: Mapping[str, Employee]) -> list[Fault]:
    faults = []
    until: dict[str, float] = {}
    order = sorted(range(len(spells)), key=lambda place: (spells[place].start_s, place))
    for place in order:
        spell, where = spells[place], f"/spells/{place}"
        if spell.employee_id not in employees:
            faults.append(Fault(f"{where}/employee_id", "unknown_employee", f"{spell.employee_id} is unknown."))
        if not spell.start_s < spell.end_s:
            faults.append(Fault(f"{where}/end_s", "out_of_range", "A spell ends after it starts."))
        if spell.start_s < until.get(spell.employee_id, float("-inf")):
            faults.append(Fault(f"{where}/start_s", "overlap", f"{spell.employee_id} is on duty already."))
        until[spell.employee_id] = max(spell.end_s, until.get(spell.employee_id, float("-inf")))
    return faults
