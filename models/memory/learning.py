"""What came of contacts, and decisions that were acted on, in memory."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from matcher.contacts.outcome import ContactOutcome
from matcher.errors import Conflict
from matcher.profiles.people import CUSTOMER, EMPLOYEE, Who
from matcher.use_cases.learning_ports import LoggedDecision, Place
from models.decisions import of_favourites_there, of_those_there
from models.memory.tables import Transaction
from models.outcomes import of_people_there
from models.price_lists import of_those_there as prices_of_those_there

if TYPE_CHECKING:
    from matcher.routing.prices import Prices  # the type alone: it would bring all of routing along


class MemoryOutcomes:
    """Outcomes in memory (port `Outcomes`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add_many(self, outcomes: Sequence[ContactOutcome]) -> list[ContactOutcome]:
        """Keep those whose event is new, without people who are not there; these, as kept."""
        stored = self._transaction.changing(self._transaction.tables.outcomes)
        known, added = _known(self._transaction), []
        for one in outcomes:
            if one.event_id not in stored:
                stored[one.event_id] = _in_utc(of_people_there(one, known))
                added.append(stored[one.event_id])
        return added

    def get_many(self, event_ids: Collection[str]) -> dict[str, ContactOutcome]:
        """Those of the outcomes that there are, by event id."""
        stored = self._transaction.tables.outcomes
        return {each: stored[each] for each in event_ids if each in stored}

    def of_contacts(self, contact_ids: Collection[str]) -> dict[str, list[ContactOutcome]]:
        """Every outcome of each contact, oldest first; a contact without any is left out."""
        wanted, found = frozenset(contact_ids), dict[str, list[ContactOutcome]]()
        for one in self._sorted():
            if one.contact_id is not None and one.contact_id in wanted:
                found.setdefault(one.contact_id, []).append(one)
        return found

    def mark_failed(self, event_ids: Collection[str]) -> int:
        """Set the success of these to 0; of how many it was something else."""
        stored = self._transaction.changing(self._transaction.tables.outcomes)
        others = [each for each in set(event_ids) if each in stored and stored[each].success != 0.0]
        stored.update({each: replace(stored[each], success=0.0) for each in others})
        return len(others)

    def window(
        self,
        since: datetime | None,
        until: datetime | None,
        *,
        after: Place | None = None,
        limit: int,
        complaint: bool | None = None,
    ) -> list[ContactOutcome]:
        """The next `limit` outcomes with since ≤ occurred_at < until, by (occurred_at, event_id) beyond `after`."""
        found = [
            one
            for one in self._sorted()
            if _is_within(one.occurred_at, since, until)
            and (after is None or (one.occurred_at, one.event_id) > after)
            and (complaint is None or (one.complaint is True) == complaint)
        ]
        return found[:limit]

    def of_person(self, who: Who, person_id: str) -> list[ContactOutcome]:
        """Every outcome that names the person, oldest first."""
        return [one for one in self._sorted() if _named(one, who) == person_id]

    def count(self, since: datetime | None = None, until: datetime | None = None) -> int:
        """How many outcomes there are with since ≤ occurred_at < until."""
        return sum(_is_within(one.occurred_at, since, until) for one in self._transaction.tables.outcomes.values())

    def forget_before(self, moment: datetime, *, limit: int) -> int:
        """Remove the oldest with occurred_at < moment, at most `limit`; how many."""
        stored = self._transaction.changing(self._transaction.tables.outcomes)
        old = self.window(None, moment, limit=limit)
        for one in old:
            del stored[one.event_id]
        return len(old)

    def erase_person(self, who: Who, person_id: str) -> int:
        """Remove a customer's outcomes; take an employee out of theirs, with the notes. How many rows that touched."""
        stored = self._transaction.changing(self._transaction.tables.outcomes)
        theirs = self.of_person(who, person_id)
        for one in theirs:
            if who == CUSTOMER:
                del stored[one.event_id]
            else:
                stored[one.event_id] = replace(one, employee_id=None, note=None)
        return len(theirs)

    def _sorted(self) -> list[ContactOutcome]:
        return sorted(self._transaction.tables.outcomes.values(), key=lambda one: (one.occurred_at, one.event_id))


class MemoryDecisionLog:
    """Decisions in memory (port `DecisionLog`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add_many(self, decisions: Sequence[LoggedDecision]) -> None:
        """Keep the decisions, without people who are not there. Raises Conflict when an id is taken."""
        stored = self._transaction.changing(self._transaction.tables.decisions)
        known = _known(self._transaction)
        for one in decisions:
            if one.id in stored:
                raise Conflict(f"There is a decision {one.id} already.")
            stored[one.id] = replace(of_those_there(one, known), at=one.at.astimezone(UTC))

    def of_contacts(self, contact_ids: Collection[str]) -> dict[str, list[LoggedDecision]]:
        """Every decision on each contact, oldest first; a contact without any is left out."""
        wanted, found = frozenset(contact_ids), dict[str, list[LoggedDecision]]()
        for one in self._sorted():
            if one.contact_id in wanted:
                found.setdefault(one.contact_id, []).append(one)
        return found

    def window(
        self, since: datetime | None, until: datetime | None, *, after: Place | None = None, limit: int
    ) -> list[LoggedDecision]:
        """The next `limit` decisions with since ≤ at < until, by (at, id) beyond `after`."""
        found = [
            one
            for one in self._sorted()
            if _is_within(one.at, since, until) and (after is None or (one.at, one.id) > after)
        ]
        return found[:limit]

    def latest(
        self, since: datetime | None, until: datetime | None, *, before: Place | None = None, limit: int
    ) -> list[LoggedDecision]:
        """The last `limit` decisions with since ≤ at < until, newest first by (at, id), before `before`."""
        found = [
            one
            for one in reversed(self._sorted())
            if _is_within(one.at, since, until) and (before is None or (one.at, one.id) < before)
        ]
        return found[:limit]

    def of_person(self, who: Who, person_id: str) -> list[LoggedDecision]:
        """Every decision that was about the person, oldest first: a customer's, or those that chose the employee."""
        return [one for one in self._sorted() if _named(one, who) == person_id]

    def count(self, since: datetime | None = None, until: datetime | None = None) -> int:
        """How many decisions there are with since ≤ at < until."""
        return sum(_is_within(one.at, since, until) for one in self._transaction.tables.decisions.values())

    def forget_before(self, moment: datetime, *, limit: int) -> int:
        """Remove the oldest with at < moment, at most `limit`; how many."""
        stored = self._transaction.changing(self._transaction.tables.decisions)
        old = self.window(None, moment, limit=limit)
        for one in old:
            del stored[one.id]
        return len(old)

    def erase_person(self, who: Who, person_id: str) -> int:
        """Remove a customer's decisions; take an employee out of all, among candidates too. How many it touched."""
        stored = self._transaction.changing(self._transaction.tables.decisions)
        theirs = {one.id for one in self.of_person(who, person_id)}
        if who == CUSTOMER:
            for each in theirs:
                del stored[each]
            return len(theirs)
        stored.update({each: _without_chosen(stored[each]) for each in theirs})
        for one in list(stored.values()):
            left = tuple(each for each in one.candidates if each.employee_id != person_id)
            if left != one.candidates:
                said = of_favourites_there(one.said, {each.employee_id for each in left})
                stored[one.id] = replace(one, candidates=left, said=said)
                theirs.add(one.id)
        return len(theirs)

    def _sorted(self) -> list[LoggedDecision]:
        return sorted(self._transaction.tables.decisions.values(), key=lambda one: (one.at, one.id))


class MemoryPriceLists:
    """Price lists in memory (port `PriceLists`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def made_at(self) -> datetime | None:
        """The moment of the newest, if there is any."""
        newest = self.newest()
        return None if newest is None else newest.at

    def newest(self) -> "Prices | None":
        """The list made last."""
        return max(self._transaction.tables.price_lists.values(), key=lambda one: (one.at, one.version), default=None)

    def put(self, prices: "Prices") -> None:
        """Keep the list, without employees who are not there."""
        there = prices_of_those_there(prices, self._transaction.tables.employees.keys())
        stored = self._transaction.changing(self._transaction.tables.price_lists)
        stored[prices.version] = replace(there, at=prices.at.astimezone(UTC))

    def forget_before(self, moment: datetime) -> None:
        """Remove those older than that."""
        stored = self._transaction.changing(self._transaction.tables.price_lists)
        for version in [version for version, one in stored.items() if one.at < moment]:
            del stored[version]

    def erase_employee(self, employee_id: str) -> int:
        """Take an employee out of all lists; how many it touched."""
        stored = self._transaction.changing(self._transaction.tables.price_lists)
        theirs = [one for one in stored.values() if employee_id in one.employees]
        for one in theirs:
            stored[one.version] = prices_of_those_there(one, set(one.employees) - {employee_id})
        return len(theirs)


def _without_chosen(one: LoggedDecision) -> LoggedDecision:
    return replace(one, employee_id=None, propensity=None, said=())


def _known(transaction: Transaction) -> dict[Who, Collection[str]]:
    return {CUSTOMER: transaction.tables.customers.keys(), EMPLOYEE: transaction.tables.employees.keys()}


def _named(one: ContactOutcome | LoggedDecision, who: Who) -> str | None:
    return one.customer_id if who == CUSTOMER else one.employee_id


def _is_within(moment: datetime, since: datetime | None, until: datetime | None) -> bool:
    return (since is None or since <= moment) and (until is None or moment < until)


def _in_utc(one: ContactOutcome) -> ContactOutcome:
    moments = {name: getattr(one, name) for name in ("occurred_at", "decision_at", "recorded_at")}
    return replace(one, **{name: each and each.astimezone(UTC) for name, each in moments.items()})
