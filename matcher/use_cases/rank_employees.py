"""Rank the employees for one contact, best first: for routers that make the choice themselves."""

from dataclasses import dataclass, replace
from datetime import datetime

from matcher.contacts.contact import Contact
from matcher.errors import Fault, InvalidInput
from matcher.profiles.people import Employee
from matcher.routing import Ranking, rank
from matcher.use_cases.match_contacts import MatchRequest, Terms, check, snapshot_of
from matcher.use_cases.ports import Store


@dataclass(frozen=True, slots=True)
class RankRequest:
    """The contact, the employees the router can give (`None`: all that are available), and how many it wants back."""

    contact: Contact
    employees: tuple[str | Employee, ...] | None = None
    limit: int = 10
    rule_set: str | None = None
    strategy: str | None = None
    explain: str = "short"
    language: str = "en"
    at: datetime | None = None


def rank_employees(store: Store, request: RankRequest, *, terms: Terms, now: datetime, turn: int) -> Ranking:
    """At most `limit` employees for the contact, best first, or why there is none."""
    asked = MatchRequest(
        contacts=(request.contact,),
        employees=request.employees,
        rule_set=request.rule_set,
        strategy=request.strategy,
        explain=request.explain,
        language=request.language,
        at=request.at,
    )
    at = request.at or now
    try:
        check(asked, terms.framework)
        snapshot = snapshot_of(store, asked, terms=terms, at=at)
    except InvalidInput as refusal:
        raise InvalidInput(_of_the_contact(fault) for fault in refusal.faults) from None
    return rank(snapshot, at, limit=request.limit, turn=turn)


def _of_the_contact(fault: Fault) -> Fault:
    """The fault with its place as the caller wrote it: here there is one contact and no list."""
    return replace(fault, pointer=fault.pointer.replace("/contacts/0", "/contact", 1))
