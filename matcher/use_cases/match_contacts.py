"""Match waiting contacts with employees, without keeping anything: for routers that keep their own queue."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from matcher.contacts.contact import Contact
from matcher.errors import Fault, InvalidInput, invalid
from matcher.profiles.facets import expecting, inline_share
from matcher.profiles.framework import VALUES, Framework
from matcher.profiles.overlay import Overlay
from matcher.profiles.people import CUSTOMER, Employee
from matcher.profiles.staff import EmployeeRecord
from matcher.routing import CustomerTable, KnownCustomer, Rng, Roster, Round, Snapshot, decide
from matcher.routing.shares import inline_facet
from matcher.routing.snapshot import NOBODY
from matcher.routing.wishes import states_called_up
from matcher.rules import CompiledRules, compile_rules, strategy_named
from matcher.use_cases.learning_ports import MOST_CANDIDATES
from matcher.use_cases.ports import Store

if TYPE_CHECKING:
    from matcher.compatibility.serving import ServedClassifier  # the types alone: most installations begin without
    from matcher.routing.prices import Prices

CURRENT = "current"
Keep = Callable[[Snapshot, Round, datetime], object]
PREFERENCES = ("channel", "decision_style", "service_window")


@dataclass(frozen=True, slots=True)
class MatchRequest:
    """What a router asks: its contacts, the employees it can give (`None`: all that are available), and on what terms.

    `explain` is none, short or full; `language` of the sentences en or nl; `at` stands in for the present moment. With
    `log` the decisions are to be kept, and name their best candidates.
    """

    contacts: tuple[Contact, ...]
    employees: tuple[str | Employee, ...] | None = None
    rule_set: str | None = None
    strategy: str | None = None
    explain: str = "short"
    language: str = "en"
    at: datetime | None = None
    log: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for every round of this installation: staff, framework, rules, operator's time zone, time limit.

    `rules_named` finds other rule sets by version, drafts too; without it there are only the current rules.
    `classifier` is the one in service, if one is, and `prices` what employees' time is worth, if that is known.
    """

    staff: Roster
    framework: Framework
    rules: CompiledRules
    timezone: tzinfo
    deadline_s: float | None = None
    rules_named: Callable[[str], CompiledRules | None] | None = None
    classifier: "ServedClassifier | None" = None
    prices: "Prices | None" = None


def match_contacts(
    store: Store, request: MatchRequest, *, terms: Terms, now: datetime, rng: Rng, keep: Keep | None = None
) -> Round:
    """The round that serves these contacts best. Where the request asks for its log, `keep` is handed the round.

    Raises InvalidInput for doubled contacts or employees, and for employees, rule sets or strategies not known.
    """
    check(request, terms.framework)
    at = request.at or now
    snapshot = snapshot_of(store, request, terms=terms, at=at)
    made = decide(snapshot, at, rng)
    if request.log and keep is not None:
        keep(snapshot, made, at)
    return made


def check(request: MatchRequest, framework: Framework) -> None:
    """Raise InvalidInput for what cannot be meant: a contact twice, a window that ends first, shares that are none."""
    faults = _doubled("/contacts", [contact.id for contact in request.contacts], "duplicate_contact")
    faults += [
        Fault(f"/contacts/{place}/due_to", "due_order", "due_to lies before due_from: turn them round.")
        for place, one in enumerate(request.contacts)
        if one.due_from is not None and one.due_to is not None and one.due_to < one.due_from
    ]
    faults += _preference_faults(request.contacts, request.employees or (), framework)
    if faults:
        raise InvalidInput(faults)


def _preference_faults(
    contacts: Sequence[Contact], employees: Sequence[str | Employee], framework: Framework
) -> list[Fault]:
    """What is wrong with the preferences sent along; values are looked at where they are used."""
    profiles = [
        *((f"/contacts/{place}/customer", one.customer.profile) for place, one in enumerate(contacts) if one.customer),
        *((f"/employees/{place}", one.profile) for place, one in enumerate(employees) if isinstance(one, Employee)),
    ]
    faults: list[Fault] = []
    for pointer, profile in profiles:
        for name in PREFERENCES if profile is not None else ():
            stated = inline_facet(profile, name)
            where = f"{pointer}/profile/{name}"
            if stated is not None:
                try:
                    inline_share(framework.facet(name, pointer=where), stated, pointer=where)
                except InvalidInput as refusal:
                    faults += refusal.faults
    return faults


def snapshot_of(store: Store, request: MatchRequest, *, terms: Terms, at: datetime) -> Snapshot:
    """Everything the round looks at, read at one moment; the round itself holds no transaction."""
    return Snapshot(
        contacts=request.contacts,
        roster=_roster(request.employees, terms, at),
        customers=_customers(store, request, terms.framework, at),
        framework=terms.framework,
        rules=_rules(request, terms),
        are_named=request.employees is not None,
        explain=request.explain,
        language=request.language,
        timezone=terms.timezone,
        deadline_s=terms.deadline_s,
        classifier=terms.classifier,
        prices=terms.prices,
        candidates=MOST_CANDIDATES if request.log else 0,
    )


def _roster(employees: Sequence[str | Employee] | None, terms: Terms, at: datetime) -> Roster:
    """All stored employees, or those that the caller named and sent along."""
    if employees is None:
        return terms.staff
    ids = [one if isinstance(one, str) else one.id for one in employees]
    faults = _doubled("/employees", ids, "duplicate_employee")
    faults += [
        Fault(
            f"/employees/{place}",
            "unknown_employee",
            f"There is no employee {one!r}; store it first or send it inline.",
        )
        for place, one in enumerate(employees)
        if isinstance(one, str) and one not in terms.staff.index_of
    ]
    if faults:
        raise InvalidInput(faults)
    stored = terms.staff.take([terms.staff.index_of[one] for one in employees if isinstance(one, str)])
    places = [place for place, one in enumerate(employees) if isinstance(one, Employee)]
    inline = [EmployeeRecord(one) for one in employees if isinstance(one, Employee)]
    if not inline:
        return stored
    joining = Roster.of(inline, terms.framework, at=at, pointer=lambda index: f"/employees/{places[index]}")
    return stored.joined(joining)


def _customers(store: Store, request: MatchRequest, framework: Framework, at: datetime) -> CustomerTable:
    """What is known of each contact's customer: sent along, or stored under its id, or nothing."""
    contacts = request.contacts
    states = states_called_up(contacts, framework, at, language=request.language)
    ids = {c.customer_id for c in contacts if c.customer_id is not None and c.customer is None}
    if not ids:
        known = [NOBODY if one.customer is None else KnownCustomer(one.customer) for one in contacts]
        return CustomerTable.of(known, framework, at=at, states=states)
    with store.reading() as records:
        stored = records.customers.get_many(ids)
        evidence = {name: records.profiles.get_many(CUSTOMER, ids, framework.name, name) for name in framework.facets}
        felt = records.overlays.of(CUSTOMER, ids, VALUES, now=at)
    known = []
    for row, contact in enumerate(contacts):
        customer = None if contact.customer is not None else stored.get(contact.customer_id or "")
        if customer is None:
            known.append(KnownCustomer(contact.customer))
            continue
        told = {name: rows[customer.id].sums for name, rows in evidence.items() if customer.id in rows}
        expected = expecting(told.get(VALUES), framework.values, customer.segment)
        known.append(KnownCustomer(customer, told if expected is None else {**told, VALUES: expected}))
        if customer.id in felt:
            states[row] = (*states.get(row, ()), *_in_words(felt[customer.id], framework, request.language))
    return CustomerTable.of(known, framework, at=at, states=states)


def _in_words(felt: Sequence[Overlay], framework: Framework, language: str) -> list[Overlay]:
    """The states with their causes as the file words them, so that one called up by the intent as well counts once."""
    words = {trigger.id: trigger.cause.get(language, trigger.id) for trigger in framework.state_triggers}
    return [replace(state, cause=words.get(state.cause, state.cause)) for state in felt]


def _rules(request: MatchRequest, terms: Terms) -> CompiledRules:
    """The rule set asked for, under the strategy asked for."""
    asked = _rules_asked_for(request.rule_set, terms)
    preset = request.strategy
    if preset is None or preset == asked.rule_set.strategy.preset:
        return asked
    name = f"{asked.rule_set.version}+{preset}"
    return compile_rules(replace(asked.rule_set, strategy=strategy_named(preset), version=name))


def _rules_asked_for(version: str | None, terms: Terms) -> CompiledRules:
    """The rules of that version (`None`: the current ones). Raises InvalidInput `unknown_rule_set`."""
    current = terms.rules.rule_set.version
    if version is None or version in (CURRENT, current):
        return terms.rules
    found = None if terms.rules_named is None else terms.rules_named(version)
    if found is None:
        raise invalid("/rule_set", "unknown_rule_set", f"There is no such rule set; the current one is {current!r}.")
    return found


def _doubled(pointer: str, ids: Sequence[str], code: str) -> list[Fault]:
    """A fault at each later place where an id stands again."""
    if len(set(ids)) == len(ids):
        return []
    seen: Counter[str] = Counter()
    faults = []
    for place, one in enumerate(ids):
        seen[one] += 1
        if seen[one] == 2:
            faults.append(Fault(f"{pointer}/{place}", code, f"The id {one!r} stands in the list more than once."))
    return faults
