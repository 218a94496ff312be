"""Note where an employee is."""

from collections.abc import Iterator
from datetime import datetime

from matcher.errors import Fault, InvalidInput, NotFound
from matcher.profiles.people import Employee, Presence
from matcher.use_cases.ports import Records


def set_presence(records: Records, employee_id: str, presence: Presence, *, now: datetime) -> Presence:
    """The presence as it now stands.

    Raises NotFound; InvalidInput when a channel is not one the employee has, or `until` has passed.
    """
    employee = records.employees.get(employee_id)
    if employee is None:
        raise NotFound(f"there is no employee {employee_id!r}: save the employee first")
    faults = [*_channel_faults(employee, presence.channels), *_time_faults(presence.until, now)]
    if faults:
        raise InvalidInput(faults)
    records.employees.put_presence(employee_id, presence, now=now)
    return presence


def _channel_faults(employee: Employee, channels: tuple[str, ...] | None) -> Iterator[Fault]:
    if channels is None:
        return
    if not channels:
        yield Fault("/channels", "no_channel", "name at least one channel, or leave channels out to serve them all")
    for place, channel in enumerate(channels):
        if channel not in employee.channels:
            held = ", ".join(employee.channels) or "none"
            detail = f"{channel[:64]!r} is not a channel of this employee, who has: {held}"
            yield Fault(f"/channels/{place}", "channel_not_held", detail)
        elif channel in channels[:place]:
            yield Fault(f"/channels/{place}", "doubled", f"{channel!r} stands here twice")


def _time_faults(until: datetime | None, now: datetime) -> Iterator[Fault]:
    if until is not None and until <= now:
        yield Fault("/until", "in_the_past", "until must lie ahead: this presence would be over already")
