"""Employees' time priced anew, in the worker, where the rules in force hold contacts for a better fit."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from api import events

if TYPE_CHECKING:
    from api.wiring import Klik


def work_on_prices(klik: "Klik") -> None:
    """Make the price list, where one is due."""
    now, rules = klik.now(), klik.rules
    if rules.rule_set.hold is None:
        return
    from matcher.use_cases.match_contacts import Terms  # here: a service that holds nobody needs none of it
    from matcher.use_cases.price_time import price_time

    klik.served.refresh(now)
    terms = Terms(
        staff=klik.staff.current(now),
        framework=klik.framework,
        rules=rules,
        timezone=ZoneInfo(klik.settings.timezone),
        classifier=klik.served.current,
    )
    made = price_time(klik.store, terms, now=now)
    if made is not None:
        events.prices_made(made.version, employees=len(made.employees), kinds=len(made.kinds))
