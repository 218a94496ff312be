"""Working hours as people write them: `mon 09:00-17:30|fri 22:00-sat 06:00`, or `none` for someone without hours."""

import re

from api.files.cells import shown
from matcher.profiles.people import Interval

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MIN = 24 * 60
WEEK_MIN = 7 * DAY_MIN
MOST_INTERVALS = 50
NO_HOURS = "none"

STRETCH = re.compile(r"([a-z]{3}) (\d\d):(\d\d)-(?:([a-z]{3}) )?(\d\d):(\d\d)", re.ASCII)


def read_hours(text: str) -> tuple[Interval, ...]:
    """The stretches of the week a text names. Raises ValueError when one is not such a stretch."""
    if text == NO_HOURS:
        return ()
    stretches = tuple(_interval(part) for part in text.split("|"))
    if len(stretches) > MOST_INTERVALS:
        raise ValueError(f"{len(stretches)} stretches are more than {MOST_INTERVALS}.")
    return tuple(sorted(stretches, key=lambda each: (each.start, each.end)))


def write_hours(hours: tuple[Interval, ...]) -> str:
    """The text that `read_hours` turns into `hours` again."""
    return "|".join(_stretch(each) for each in hours) or NO_HOURS


def _interval(part: str) -> Interval:
    found = STRETCH.fullmatch(part)
    if not found or found[1] not in DAYS or (found[4] or found[1]) not in DAYS:
        raise ValueError(f"{shown(part)} must be as mon 09:00-17:30 or fri 22:00-sat 06:00.")
    start = _minute(found[1], found[2], found[3])
    end = _minute(found[4] or found[1], found[5], found[6])
    if end <= start:
        raise ValueError(f"{shown(part)} ends before it begins; split what runs past sun 24:00.")
    return Interval(start, end)


def _minute(day: str, hour: str, minute: str) -> int:
    within = int(hour) * 60 + int(minute)
    if int(minute) > 59 or within > DAY_MIN:
        raise ValueError(f"{hour}:{minute} is no time of day.")
    return DAYS.index(day) * DAY_MIN + within


def _stretch(each: Interval) -> str:
    first, begins = divmod(each.start, DAY_MIN)
    last, ends = divmod(each.end, DAY_MIN)
    if ends == 0:  # midnight reads as the end of the day before
        last, ends = last - 1, DAY_MIN
    day = "" if last == first else f"{DAYS[last]} "
    return f"{DAYS[first]} {_clock(begins)}-{day}{_clock(ends)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
