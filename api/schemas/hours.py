"""Working hours on the wire: {"mon": ["09:00-12:30", "13:00-17:30"]}, in the operator's local time."""

import re
from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.strict import Speaking, Told
from matcher.profiles.people import Interval

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN = 24 * 60
MOST_STRETCHES = 10
STRETCH_PATTERN = r"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"

_STRETCH = re.compile(STRETCH_PATTERN.removeprefix("^").removesuffix("$"), re.ASCII)


class Hours(Speaking, fields.Dict):
    """The stretches of the week someone works; a day that is left out is a day off."""

    def __init__(self, **options: Any) -> None:
        stretches = {
            "type": "array",
            "maxItems": MOST_STRETCHES,
            "items": {"type": "string", "pattern": STRETCH_PATTERN},
        }
        documented = {"properties": dict.fromkeys(DAYS, stretches), "additionalProperties": False}
        super().__init__(metadata=documented, **options)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[Interval, ...]:
        return read_hours(value)

    def _serialize(self, value: tuple[Interval, ...] | None, *_: Any, **__: Any) -> Any:
        return None if value is None else shown_hours(value)


def read_hours(value: object) -> tuple[Interval, ...]:
    """The intervals of a week, in order. Raises ValidationError naming each day that is wrong."""
    if type(value) is not dict:
        raise Speaking.refuse("not_an_object", "Expected an object.")
    faults: dict[Any, Any] = {}
    intervals: list[Interval] = []
    for name, stretches in value.items():
        if name not in DAYS:
            faults[name] = [Told("unknown_day", f"Expected one of: {', '.join(DAYS)}.")]
        elif type(stretches) is not list or len(stretches) > MOST_STRETCHES:
            faults[name] = [Told("not_a_list", f"Expected a list of at most {MOST_STRETCHES} stretches.")]
        else:
            _read_day(name, stretches, intervals, faults)
    if faults:
        raise ma.ValidationError(faults)
    return tuple(sorted(intervals, key=lambda interval: (interval.start, interval.end)))


def shown_hours(intervals: tuple[Interval, ...]) -> Mapping[str, list[str]]:
    """What `read_hours` turns into the same hours; a stretch over midnight becomes two."""
    week: dict[str, list[str]] = {}
    for interval in intervals:
        start = interval.start
        while start < interval.end:
            day = start // DAY_MIN
            end = min(interval.end, (day + 1) * DAY_MIN)
            week.setdefault(DAYS[day], []).append(f"{_clock(start - day * DAY_MIN)}-{_clock(end - day * DAY_MIN)}")
            start = end
    return week


def _read_day(name: str, stretches: list[Any], intervals: list[Interval], faults: dict[Any, Any]) -> None:
    midnight = DAYS.index(name) * DAY_MIN
    for place, text in enumerate(stretches):
        found = type(text) is str and _STRETCH.fullmatch(text)
        start, end = (_minutes(part) for part in text.split("-")) if found else (0, 0)
        if start < end:
            intervals.append(Interval(midnight + start, midnight + end))
        else:
            sentence = "Expected a stretch within one day, as 09:00-17:30."
            faults.setdefault(name, {})[place] = [Told("invalid_hours", sentence)]


def _minutes(clock: str) -> int:
    return int(clock[:2]) * 60 + int(clock[3:])


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
