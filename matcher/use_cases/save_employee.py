"""Save an employee."""

from collections.abc import Iterator
from datetime import datetime

from matcher.errors import Fault, InvalidInput, pointer_to
from matcher.profiles.channels import CHANNELS
from matcher.profiles.people import Employee
from matcher.profiles.protected import protected_attributes
from matcher.use_cases.ports import Records


def save_employee(records: Records, employee: Employee, *, now: datetime) -> bool:
    """Create or replace the employee's master data; whether it was created.

    Raises InvalidInput: `protected_attribute`, `unknown_channel`, `capacity_exceeded`.
    """
    faults = [*protected_attributes(employee.attributes), *_channel_faults(employee)]
    if faults:
        raise InvalidInput(faults)
    return records.employees.put(employee, now=now)


def _channel_faults(employee: Employee) -> Iterator[Fault]:
    for channel, load in employee.channels.items():
        where = pointer_to("/channels", channel)
        if channel not in CHANNELS:
            detail = f"{channel[:64]!r} is no channel; use one of: {', '.join(CHANNELS)}"
            yield Fault(where, "unknown_channel", detail)
        elif load.cost > employee.capacity:
            detail = f"one {channel} contact takes {load.cost} slots of {employee.capacity}: it could never be given"
            yield Fault(f"{where}/cost", "capacity_exceeded", detail)
