"""The fast way to read lists takes only what the declared schemas take, and makes the same of it."""

from typing import Any

import marshmallow as ma
import pytest
from hypothesis import given, settings, strategies
from hypothesis.strategies import SearchStrategy

from api.schemas.bulk import Refused, read_contacts, read_employees
from api.schemas.matching import ContactSchema, EmployeeOrId, MatchInSchema
from api.schemas.people import InlineEmployeeSchema
from api.schemas.strict import Told

NUMBERS = strategies.sampled_from(
    [0, 1, 3, 5, 6, -1, 9, 10, 50, 51, 1.0, 1.5, -0.0, 1e-320, 5e-324, 1e9, 1.1e9, 2**63, 2.0**64, True]
)
WORDS = strategies.sampled_from(
    ["a", "phone", "chat", "fax", "nl", "NL", "nl-BE", "x" * 65, "x" * 201, "", " ", "é", "e\u0301", "\u202e", "a\nb",
     "\u0958" * 40, "__proto__", "constructor", "religion", "١٢", "c-1", "a/b", "\u200b", "a" + "\u0301" * 9,
     "2026-03-02T09:00:00Z", "2026-03-02T09:00:00.123456789+01:00",
     "2026-02-30T09:00:00Z", "2026-03-02t09:00:00z", "2026-03-02 09:00:00Z"]
)  # fmt: skip
JUNK = strategies.none() | strategies.booleans() | NUMBERS | WORDS | strategies.just([]) | strategies.just({})
SHARES = strategies.dictionaries(WORDS, NUMBERS, max_size=3)
ATTRIBUTES = strategies.dictionaries(WORDS, JUNK, max_size=3)


def records(required: dict[str, SearchStrategy[Any]], **fields: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Objects with mostly good fields, and sometimes junk in one of them or one too many."""
    good = strategies.fixed_dictionaries(required, optional=fields)
    spoilt = strategies.builds(
        lambda one, name, junk: {**one, name: junk}, good, strategies.sampled_from([*required, *fields, "more"]), JUNK
    )
    return good | good | spoilt


FACETS = records({"share": SHARES}, n_eff=NUMBERS)
PROFILES = records({}, values=FACETS, channel=FACETS, decision_style=FACETS, service_window=FACETS)
CONSENTS = records({"value_profiling": strategies.booleans()}, text_version=WORDS)
CUSTOMERS = records(
    {}, id=WORDS, language=WORDS, segment=WORDS, tier=WORDS, no_push=strategies.booleans(), attributes=ATTRIBUTES,
    consent=CONSENTS, profile=PROFILES,
)  # fmt: skip
LEVELS = strategies.dictionaries(
    strategies.sampled_from(["billing", "tech", "é"]) | WORDS, strategies.integers(1, 5) | NUMBERS, max_size=2
)
CONTACTS = records(
    {"id": strategies.sampled_from(["c1", "c-2:x"]), "channel": strategies.sampled_from(["phone", "chat"])},
    customer_id=WORDS, customer=CUSTOMERS, intent=WORDS, language=strategies.just("nl") | WORDS, skills=LEVELS,
    wanted_skills=LEVELS, mandate=strategies.integers(0, 3), priority=strategies.integers(0, 9), waiting_s=NUMBERS,
    due_from=WORDS, due_to=WORDS, exclude_employees=strategies.lists(WORDS, max_size=2), preferred_employee=WORDS,
    attributes=ATTRIBUTES,
)  # fmt: skip
LOADS = strategies.dictionaries(
    strategies.sampled_from(["phone", "chat", "fax"]), records({}, cost=NUMBERS, max=NUMBERS), max_size=2
)
STRETCHES = strategies.lists(
    strategies.sampled_from(["09:00-17:30", "22:00-24:00", "17:00-09:00", "9:00-10:00"]), max_size=2
)
HOURS = strategies.dictionaries(strategies.sampled_from(["mon", "sun", "Mon"]), STRETCHES | JUNK, max_size=2)
EMPLOYEES = WORDS | records(
    {"id": strategies.sampled_from(["e1", "e2"]), "channels": LOADS},
    name=WORDS, team=WORDS, languages=strategies.lists(strategies.sampled_from(["nl", "en"]) | WORDS, max_size=3),
    skills=LEVELS, mandate=strategies.integers(0, 3), capacity=strategies.integers(1, 50), hours=HOURS,
    active=strategies.booleans(), attributes=ATTRIBUTES, profile=PROFILES, free_slots=strategies.integers(0, 50),
    idle_s=NUMBERS, busy_share=NUMBERS,
)  # fmt: skip


def declared(field: Any, one: Any) -> tuple[bool, Any]:
    """Whether the declared schema takes it, and what it makes of it."""
    try:
        return True, field(one)
    except ma.ValidationError:
        return False, None


def fast(read: Any, one: Any) -> tuple[bool, Any]:
    try:
        return True, read([one])[0]
    except Refused:
        return False, None


def repeated(value: object) -> str:
    """Everything of a value, types and signs of zero included, which == does not tell apart."""
    return repr(value)


@settings(max_examples=400)
@given(CONTACTS)
def test_contacts_read_fast_are_those_of_the_declared_schema(contact: Any) -> None:
    """The declared schema is the contract; the fast way may only save time."""
    is_taken, made = declared(ContactSchema().load, contact)
    is_fast, made_fast = fast(read_contacts, contact)

    assert is_taken == is_fast
    if is_fast:
        assert repeated(made_fast) == repeated(made)


@settings(max_examples=400)
@given(EMPLOYEES)
def test_employees_read_fast_are_those_of_the_declared_schema(employee: Any) -> None:
    """As for contacts; an item may be an id or an employee."""
    is_taken, made = declared(EmployeeOrId(InlineEmployeeSchema).deserialize, employee)
    is_fast, made_fast = fast(read_employees, employee)

    assert is_taken == is_fast
    if is_fast:
        assert repeated(made_fast) == repeated(made)


@settings(max_examples=150)
@given(strategies.lists(CONTACTS, max_size=4))
def test_a_whole_list_is_read_as_its_items_are(contacts: list[Any]) -> None:
    """Looking at columns must not mix up whose value is whose."""
    outcomes = [declared(ContactSchema().load, one) for one in contacts]

    is_taken, made = declared(MatchInSchema().load, {"contacts": contacts})

    assert is_taken == all(good for good, _ in outcomes)
    if is_taken:
        assert repeated(made["contacts"]) == repeated([one for _, one in outcomes])


def test_ordinary_contacts_take_the_fast_way() -> None:
    """A fast way that refuses what routers send every day would be none."""
    contact = {
        "id": "c1", "channel": "phone", "customer_id": "k1", "intent": "verhuizing", "language": "nl", "priority": 3,
        "skills": {"billing": 3, "financiën": 2}, "wanted_skills": {"sales": 2}, "mandate": 1, "waiting_s": 12,
        "due_to": "2026-03-02T10:00:00+01:00", "exclude_employees": ["e1"],
        "attributes": {"postcode": "1234AB", "vip": True},
        "customer": {"tier": "gold", "profile": {"values": {"share": {"blue": 0.5, "green": 0.5}, "n_eff": 8}}},
    }  # fmt: skip

    assert repeated(read_contacts([contact, {"id": "c2", "channel": "chat"}])[0]) == repeated(
        ContactSchema().load(contact)
    )


def test_each_fault_of_a_long_list_has_its_place() -> None:
    """Whoever sends a thousand contacts wants to know which one is wrong, and how."""
    contacts: list[Any] = [{"id": f"c{i}", "channel": "phone"} for i in range(1000)]
    contacts[7] = {"id": "c7", "channel": "fax", "skills": {"billing": 9}}
    contacts[900] = {"id": "c900", "channel": "phone", "mood": "angry"}

    with pytest.raises(ma.ValidationError) as caught:
        MatchInSchema().load({"contacts": contacts})

    assert caught.value.messages == {
        "contacts": {
            7: {
                "channel": [
                    Told("unknown_channel", "Expected one of: web_info, self_service, chat, phone, email, desk.")
                ],
                "skills": {"billing": [Told("out_of_range", "Expected a whole number 1–5.")]},
            },
            900: {"mood": [Told("unknown_field", "There is no such field here.")]},
        }
    }


def test_a_list_full_of_faults_is_not_read_to_its_end() -> None:
    """Naming faults is slow work; a hostile list must not buy seconds of it."""
    with pytest.raises(ma.ValidationError) as caught:
        MatchInSchema().load({"contacts": [{"id": "a/b", "channel": "phone"}] * 20_000})

    assert list(caught.value.messages["contacts"]) == list(range(20))
