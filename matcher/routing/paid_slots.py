"""A precise time that a customer may buy, within the hours of somebody who can help."""

from datetime import UTC, datetime, timedelta, tzinfo
from math import ceil

from matcher.routing.attendance import MINUTE_S, Bools, WorkingHours, minute_of_week
from matcher.routing.decision import PaidTime
from matcher.routing.sentences import WEEKDAYS, decimal, sentence
from matcher.rules.terms import PaidSlot

STEP = timedelta(minutes=15)  # slots begin at the quarters of an hour that clocks and diaries have
CENTS = 100.0


def first_slot(sold: PaidSlot, hours: WorkingHours, who: Bools, now: datetime, zone: tzinfo) -> PaidTime | None:
    """The first slot of that width, from the next quarter of an hour on; `None` where nobody's hours hold one."""
    here = now.astimezone(zone).replace(tzinfo=None)  # clock time, as hours are stated
    quarter = here.replace(minute=0, second=0, microsecond=0)
    quarter += ceil((here - quarter) / STEP) * STEP
    lasting = ceil(sold.width_s / MINUTE_S)
    found = hours.next_among(who, minute_of_week(quarter.replace(tzinfo=zone), zone), lasting=lasting)
    if found is None:
        return None
    start = (quarter + timedelta(minutes=found[0])).replace(tzinfo=zone)
    end = (start.astimezone(UTC) + timedelta(seconds=sold.width_s)).astimezone(zone)
    return PaidTime(start, end, sold.price_cents)


def in_words(paid: PaidTime, detail: str, language: str) -> str:
    """The detail with the time that is for sale, and its price in euros."""
    return sentence(
        "paid_slot",
        language,
        detail=detail,
        day=WEEKDAYS[language][paid.due_from.weekday()],
        start=f"{paid.due_from:%H:%M}",
        end=f"{paid.due_to:%H:%M}",
        euros=decimal(paid.price_cents / CENTS, language),
    )
