"""Limits of a rule set are obeyed: nobody is passed on without end or gets more than is fair, and nobody is lost."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.contacts.contact import Contact
from matcher.profiles.people import Employee, Presence, PresenceState
from matcher.profiles.staff import EmployeeRecord
from matcher.routing import Roster, Snapshot
from matcher.routing.decision import Decision, Why
from matcher.routing.eligibility import Eligibility, eligibility_of
from tests.matcher.routing.rounds import FRAMEWORK, NOON, contact, decided, employee, pairs, snapshot
from tests.matcher.routing.test_rules_obeyed import CHIEF, COMPLAINT, one, ruled, told

ALL = {"transfers": 2, "difficult_in_a_row": 3, "busy_share": 0.8}
LADDER = [employee("clerk"), employee("chief", mandate=2), employee("head", mandate=3)]


def limited(contact_: Any, staff: list[Employee], *rules: dict, **more: Any) -> Decision:
    """The decision on one contact under all limits."""
    return one(ruled(*rules, limits=ALL), contact_, staff, explain="full", **more)


def test_who_was_passed_on_often_enough_goes_to_the_highest_mandate() -> None:
    """A third transfer would be one too many: the head need not pass it on, and the answer says why the head."""
    decision = limited(contact(transfers=2), LADDER)

    assert decision.employee_id == "head"
    assert told(decision, "limit:transfers") == (
        "Passed on often enough: Passed on 2 times or more, a contact goes to the highest mandate at work that fits it."
    )


@pytest.mark.parametrize("name", ALL)
def test_a_limit_may_be_set_alone(name: str) -> None:
    """What the others would look at is then of no account."""
    staff = [employee("busy", busy_share=1.0, difficult_in_a_row=9), employee("head", mandate=3)]
    decision = one(ruled(limits={name: ALL[name]}), contact(transfers=9, difficult=True), staff)

    assert decision.employee_id == "head"


def test_below_the_limit_nothing_changes() -> None:
    """A clerk is cheaper, and may still pass it on."""
    assert limited(contact(transfers=1), LADDER[:2]).employee_id == "clerk"


def test_the_highest_mandate_is_that_of_those_who_fit_and_are_at_work() -> None:
    """The head serves no chat, is excluded or is off: then the chief goes before the clerk."""
    by_phone = employee("head", mandate=3, channels={"phone": LADDER[0].channels["phone"]})
    off = employee("head", mandate=3, active=False)

    assert limited(contact(transfers=2, channel="chat"), [*LADDER[:2], by_phone]).employee_id == "chief"
    assert limited(contact(transfers=2), [*LADDER[:2], off]).employee_id == "chief"
    assert limited(contact(transfers=2, exclude_employees=("head",)), LADDER).employee_id == "chief"


def test_rules_come_before_the_limit_of_transfers() -> None:
    """Whom a rule bars is nobody to pass on to: the limit must not leave the customer with nobody."""
    barred = {"employees": {"field": "employee.id", "operator": "is", "value": "head"}, "effect": {"forbid": True}}

    assert limited(contact(transfers=2), LADDER, barred).employee_id == "chief"


def test_a_contact_passed_on_waits_for_who_need_not_pass_it_on() -> None:
    """The head is at work and on the phone: better a moment longer than another transfer."""
    staff = [LADDER[0], employee("head", mandate=3, free_slots=0)]
    decision = limited(contact(transfers=5), staff)

    assert decision.unassigned is not None
    assert decision.unassigned.reason is Why.NO_CAPACITY
    assert decision.unassigned.detail == (
        "A limit keeps it from everyone who is free: Passed on often enough. "
        "Passed on 2 times or more, a contact goes to the highest mandate at work that fits it."
    )


TIRED = employee("tired", difficult_in_a_row=3, mandate=0)
FRESH = employee("fresh", difficult_in_a_row=2, mandate=3)  # dearer, so that only the limit sends contacts there


def test_enough_difficult_contacts_in_a_row_are_enough() -> None:
    """The next difficult one goes to a colleague; an easy one is welcome."""
    assert limited(contact(difficult=True), [TIRED, FRESH]).employee_id == "fresh"
    assert limited(contact(), [TIRED, FRESH]).employee_id == "tired"


def test_a_rule_may_say_that_a_contact_is_difficult() -> None:
    """Operations know which contacts are hard; the explanation tells that a rule said so."""
    hard = {"when": COMPLAINT, "effect": {"set": {"difficult": True}}}
    decision = limited(contact(intent="complaint"), [TIRED, FRESH], hard)

    assert decision.employee_id == "fresh"
    assert told(decision, "rule:r0") == "Rule 0: Because. (counts as difficult)"
    assert limited(contact(intent="billing"), [TIRED, FRESH], hard).employee_id == "tired"


def test_a_rule_sees_what_another_rule_called_difficult() -> None:
    """Difficult contacts may be asked to go to a chief."""
    hard = {"when": COMPLAINT, "effect": {"set": {"difficult": True}}}
    is_hard = {"field": "contact.difficult", "operator": "is", "value": True}
    chief = {"when": is_hard, "employees": CHIEF, "effect": {"require": True}}

    assert limited(contact(intent="complaint"), LADDER[:2], hard, chief).employee_id == "chief"


def test_who_is_busy_enough_gets_nothing_new() -> None:
    """With others to help, the busiest is left to finish."""
    staff = [employee("busy", busy_share=0.8), employee("calm", busy_share=0.79, mandate=3)]

    assert limited(contact(), staff).employee_id == "calm"


def test_a_limit_waits_for_a_colleague_who_is_within_it() -> None:
    """Someone calm is at work, and gets free."""
    staff = [employee("busy", busy_share=0.9), employee("calm", busy_share=0.1, free_slots=0)]
    decision = limited(contact(), staff, language="nl")

    assert decision.unassigned is not None
    assert decision.unassigned.detail == (
        "Een grens houdt het weg bij wie vrij is: Druk genoeg. "
        "Wie 80% van de tijd of meer bezet is krijgt niets nieuws."
    )


def test_a_limit_gives_way_where_it_would_leave_nobody_at_work() -> None:
    """No customer meets a dead end for the sake of a limit, and the answer says what gave way."""
    busy = limited(contact(), [employee("busy", busy_share=0.9), employee("off", active=False)])
    hard = limited(contact(difficult=True), [TIRED], language="nl")

    assert busy.employee_id == "busy"
    assert told(busy, "relaxed:limit:busy_share") == (
        "Everyone at work who could help is beyond this limit, so it gave way: Busy enough. "
        "Who is busy for 80% of the time or more gets nothing new."
    )
    assert hard.employee_id == "tired"
    assert told(hard, "relaxed:limit:difficult_in_a_row").startswith("Iedereen die werkt en kan helpen zit boven")


def test_of_two_limits_that_leave_nobody_business_gives_way() -> None:
    """One is tired of difficult contacts, the other is busy: the busy one takes it."""
    staff = [employee("tired", difficult_in_a_row=9), employee("busy", busy_share=1.0)]
    decision = limited(contact(difficult=True), staff)

    assert decision.employee_id == "busy"
    assert told(decision, "relaxed:limit:busy_share")


def test_a_limit_gives_way_before_a_rule_does() -> None:
    """Only the busy chief may handle complaints: that holds, and the limit gives way."""
    rule = {"when": COMPLAINT, "employees": CHIEF, "effect": {"require": True}, "relax_after_s": 60}
    staff = [employee("clerk"), employee("chief", mandate=2, busy_share=0.9)]

    assert limited(contact(intent="complaint"), staff, rule).employee_id == "chief"


def test_refusals_of_limits_are_counted() -> None:
    """Who looks up why so few could help finds the limit among the reasons."""
    staff = [employee("calm"), *(employee(f"busy{k}", busy_share=0.9) for k in range(3))]
    counted = told(limited(contact(), staff), "eligible")

    assert counted.startswith("1 of 4 employees could take this contact")
    assert "Busy enough: Who is busy for 80% of the time or more gets nothing new. 3" in counted


def test_limits_see_what_a_stored_employee_said_with_their_presence() -> None:
    """A desktop that keeps count tells it there."""
    said = Presence(PresenceState.AVAILABLE, busy_share=0.9, difficult_in_a_row=4)
    roster = Roster.of([EmployeeRecord(employee("a"), said), EmployeeRecord(employee("b"))], FRAMEWORK, at=NOON)

    assert roster.busy_share.tolist() == [0.9, 0.0]
    assert roster.difficult_in_a_row.tolist() == [4, 0]


def test_a_round_is_what_each_of_its_contacts_would_meet_alone() -> None:
    """Limits look at contacts one by one: what one may not have, another may."""
    staff = [employee("tired", capacity=9, difficult_in_a_row=3), employee("fresh", capacity=9, mandate=3)]
    waiting = [contact("hard", difficult=True), contact("easy"), contact("passed", transfers=4)]

    assert pairs(decided(waiting, staff, rule_set=ruled(limits=ALL))) == {
        "hard": "fresh", "easy": "tired", "passed": "fresh",
    }  # fmt: skip


people = st.builds(
    employee,
    mandate=st.integers(0, 3),
    busy_share=st.sampled_from([0.0, 0.5, 0.8, 1.0]),
    difficult_in_a_row=st.integers(0, 5),
    team=st.sampled_from(["a", "b"]),
    active=st.booleans(),
)
asked = st.builds(
    contact,
    transfers=st.integers(0, 4),
    difficult=st.booleans(),
    mandate=st.integers(0, 2),
)


def with_room(person: Employee) -> st.SearchStrategy[Employee]:
    """The employee, with a slot or without."""
    return st.sampled_from([replace(person, free_slots=slots) for slots in (0, 1)])


def with_exclusions(each: Contact) -> st.SearchStrategy[Contact]:
    """The contact, excluding nobody or some of the first."""
    return st.sampled_from([replace(each, exclude_employees=names) for names in ((), ("e0",), ("e0", "e1"))])


@settings(deadline=None, max_examples=60)
@given(staff=st.lists(people, min_size=1, max_size=6), each=asked)
def test_limits_leave_nobody_without_help_who_had_some(staff: list[Employee], each: Contact) -> None:
    """Whoever somebody at work could serve without limits, somebody could with them: limits choose among people."""
    named = [replace(person, id=f"e{k}") for k, person in enumerate(staff)]
    team = {"employees": {"field": "employee.team", "operator": "is", "value": "a"}, "effect": {"require": True}}
    free = decided([each], named, rule_set=ruled(team)).decisions[0]
    held = decided([each], named, rule_set=ruled(team, limits=ALL)).decisions[0]

    assert (free.employee_id is None) == (held.employee_id is None)


@settings(deadline=None, max_examples=60)
@given(staff=st.lists(people, min_size=1, max_size=6), each=asked, chief=st.integers(0, 3))
def test_limits_close_no_door_to_who_waits_longer(staff: list[Employee], each: Contact, chief: int) -> None:
    """Rules give way with waiting and let others in; no limit may turn away for that who could help before."""
    named = [replace(person, id=f"e{k}") for k, person in enumerate(staff)]
    asks_chief = {"field": "employee.mandate", "operator": "at_least", "value": chief}
    rule = {"employees": asks_chief, "effect": {"require": True}, "relax_after_s": 60}
    first, later = (
        eligibility_of(snapshot([replace(each, waiting_s=waited)], named, rule_set=ruled(rule, limits=ALL)), NOON)
        for waited in (0.0, 90.0)
    )

    def helpers(found: tuple[Snapshot, Eligibility]) -> set[str]:
        roster = found[0].roster
        return {one_.id for one_, is_open in zip(roster.employees, found[1].pairs[0], strict=True) if is_open}

    assert helpers(first) <= helpers(later)


def may_help(each: Contact, staff: list[Employee]) -> set[str]:
    """Who may take the contact, read off the limits one employee at a time."""
    left = [one_ for one_ in staff if one_.active and one_.mandate >= each.mandate and one_.team == "a"]
    left = [one_ for one_ in left if one_.id not in each.exclude_employees]
    if left and each.transfers >= 2:
        top = max(one_.mandate for one_ in left)
        left = [one_ for one_ in left if one_.mandate == top]
    if each.difficult:
        left = [one_ for one_ in left if (one_.difficult_in_a_row or 0) < 3] or left
    left = [one_ for one_ in left if (one_.busy_share or 0.0) < 0.8] or left
    return {one_.id for one_ in left if one_.free_slots != 0}


@settings(deadline=None, max_examples=80)
@given(
    staff=st.lists(people.flatmap(with_room), min_size=1, max_size=7),
    waiting=st.lists(asked.flatmap(with_exclusions), min_size=1, max_size=5),
)
def test_limits_are_what_they_say_pair_by_pair(staff: list[Employee], waiting: list[Contact]) -> None:
    """Many contacts at once, over a staff narrowed to who has room, against a reading of one pair at a time."""
    named = [replace(person, id=f"e{k}") for k, person in enumerate(staff)]
    contacts = [replace(each, id=f"c{k}") for k, each in enumerate(waiting)]
    team = {"employees": {"field": "employee.team", "operator": "is", "value": "a"}, "effect": {"require": True}}
    round_, found = eligibility_of(snapshot(contacts, named, rule_set=ruled(team, limits=ALL)), NOON)
    ids = [one_.id for one_ in round_.roster.employees]
    opened = [{name for name, is_open in zip(ids, row, strict=True) if is_open} for row in found.pairs.tolist()]

    assert opened == [may_help(each, named) for each in contacts]


def test_without_a_limit_nobody_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sets no limits pays nothing for them: they are not even looked at."""

    def looked_at(*_: Any) -> Any:
        raise AssertionError("limits were looked at")

    monkeypatch.setattr("matcher.routing.eligibility.under_limits", looked_at)

    assert pairs(decided([contact(difficult=True)], [TIRED])) == {"c1": "tired"}
