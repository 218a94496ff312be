"""Price employees' time anew, from the contacts of the last hour and the staff at work."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from matcher.errors import InvalidInput
from matcher.routing.prices import Prices
from matcher.routing.pricing import LEAST_CONTACTS, MOST_CONTACTS, SecondsOf, as_measured, prices_of
from matcher.simulation.from_contacts import Seen
from matcher.use_cases.match_contacts import MatchRequest, Terms, snapshot_of
from matcher.use_cases.ports import Store
from matcher.use_cases.stored_contacts import read_stored_contacts

PRICED_EVERY = timedelta(minutes=5)
LOOKED_BACK = timedelta(hours=1)
KEPT = timedelta(hours=1)  # older ones nobody goes by


def price_time(store: Store, terms: Terms, *, now: datetime) -> Prices | None:
    """The prices as things stand, kept for every process; `None` where too little came in to tell.

    Where the rules in force hold nothing, and where the newest are of less than five minutes ago, none are made.
    """
    if terms.rules.rule_set.hold is None:
        return None
    since = now - LOOKED_BACK
    with store.reading() as records:
        newest = records.price_lists.made_at()
        if newest is not None and timedelta(0) <= now - newest < PRICED_EVERY:
            return None
        try:
            found = read_stored_contacts(records, since, now, most=MOST_CONTACTS)
        except InvalidInput:  # nothing came, or nothing that tells what it asked
            return None
    if len(found.seen) < LEAST_CONTACTS:
        return None
    asked = MatchRequest(tuple(one.contact for one in found.seen), explain="none")
    sample = snapshot_of(store, asked, terms=terms, at=now)
    window_s = ((found.read_until or now) - since).total_seconds()
    seconds_of = _seconds_of(terms, found.seen)
    made = prices_of(sample, now, window_s=window_s, arrived=len(found.seen), seconds_of=seconds_of)
    if made is not None:
        with store.writing() as records:
            records.price_lists.put(made)
            records.price_lists.forget_before(now - KEPT)
    return made


def _seconds_of(terms: Terms, seen: Sequence[Seen]) -> SecondsOf:
    """What was learnt of how long contacts take; else what outcomes of the hour told; else as long as is usual."""
    learnt = None if terms.classifier is None else terms.classifier.scorer.handle_time
    if learnt is not None:
        return learnt.seconds
    return as_measured([(one.contact.intent, one.service_s) for one in seen if one.service_s is not None])
