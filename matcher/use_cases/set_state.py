"""Note that a customer is in an acute state, as the framework's file says what follows from what happened."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from matcher.errors import invalid
from matcher.profiles.framework import VALUES, Framework
from matcher.profiles.framework_types import StateTrigger
from matcher.profiles.overlay import Overlay
from matcher.profiles.people import CUSTOMER
from matcher.use_cases.ports import Records
from matcher.use_cases.read_profile import person_who_agrees


@dataclass(frozen=True, slots=True)
class Happening:
    """What happened to a customer: an event of the framework's file, or the state itself by its name there."""

    event: str | None = None
    trigger: str | None = None


def set_state(
    records: Records, framework: Framework, customer_id: str, happening: Happening, *, now: datetime
) -> list[Overlay]:
    """The customer's states in force, with those that follow from what happened; the same again lasts anew from now.

    Raises NotFound; ConsentMissing, for a state is about the values; InvalidInput for anything the file does not know.
    """
    person_who_agrees(records, CUSTOMER, customer_id, VALUES)
    for trigger in _called(framework, happening):
        until = now + timedelta(hours=trigger.hours)
        records.overlays.put(Overlay(CUSTOMER, customer_id, VALUES, trigger.share, trigger.rho, trigger.id, until))
    person_who_agrees(records, CUSTOMER, customer_id, VALUES)
    return records.overlays.of(CUSTOMER, [customer_id], VALUES, now=now).get(customer_id, [])


def _called(framework: Framework, happening: Happening) -> list[StateTrigger]:
    """The states that follow. Raises InvalidInput where that is none, listing what the file knows."""
    if (happening.event is None) == (happening.trigger is None):
        raise invalid("", "one_of", "give either event or trigger")
    triggers = framework.state_triggers
    if happening.trigger is not None:
        named = [one for one in triggers if one.id == happening.trigger]
        known, pointer, code, given = [one.id for one in triggers], "/trigger", "unknown_trigger", happening.trigger
    else:
        named = [one for one in triggers if happening.event in one.events]
        known = list(dict.fromkeys(event for one in triggers for event in one.events))
        pointer, code, given = "/event", "unknown_event", happening.event or ""
    if not named:
        advice = f"use one of: {', '.join(known)}" if known else f"{framework.name} knows none"
        raise invalid(pointer, code, f"{given[:64]!r} brings no state with it; {advice}")
    return named
