"""The fast way to read matches and rankings takes only what the declared schemas take, and makes the same of it."""

from typing import Any

import marshmallow as ma
import pytest
from hypothesis import given, settings, strategies
from hypothesis.strategies import SearchStrategy

from api.schemas.bulk import Refused, read_contact, read_employee, read_match, read_ranking
from api.schemas.matching import (
    ContactSchema,
    EmployeeOrId,
    Many,
    MatchInSchema,
    RankInSchema,
    TermsSchema,
)
from api.schemas.people import InlineEmployeeSchema
from api.schemas.strict import StrictSchema, Told

NUMBERS = strategies.sampled_from(
    [0, 1, 3, 5, 6, -1, 9, 10, 50, 51, 1.0, 1.5, -0.0, 1e-320, 5e-324, 1e9, 1.1e9, 2**63, 2.0**64, True]
)
WORDS = strategies.sampled_from(
    ["a", "phone", "chat", "fax", "nl", "NL", "nl-BE", "x" * 65, "x" * 201, "", " ", "é", "e\u0301", "\u202e", "a\nb",
     "\u0958" * 40, "__proto__", "constructor", "religion", "١٢", "c-1", "a/b", ".", "..", "...", "\u200b", "\u3164",
     "\u2800", "a" + "\u0301" * 9,
     "2026-03-02T09:00:00Z", "2026-03-02T09:00:00.123456789+01:00",
     "2026-02-30T09:00:00Z", "2026-03-02t09:00:00z", "2026-03-02 09:00:00Z"]
)  # fmt: skip
JUNK: SearchStrategy[Any] = (
    strategies.none() | strategies.booleans() | NUMBERS | WORDS | strategies.just([]) | strategies.just({})
)
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
    attributes=ATTRIBUTES, transfers=strategies.integers(0, 101) | NUMBERS, difficult=strategies.booleans(),
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
    idle_s=NUMBERS, busy_share=NUMBERS, difficult_in_a_row=strategies.integers(0, 1001) | NUMBERS,
)  # fmt: skip

# Whole bodies: junk in one place spoils all of it, so much of what they hold is good.
FEW_LEVELS = strategies.dictionaries(strategies.sampled_from(["billing", "é", "e\u0301"]), strategies.integers(1, 5))
GOOD_CUSTOMERS = strategies.fixed_dictionaries(
    {},
    optional={
        "id": strategies.just("k1"), "tier": strategies.sampled_from(["gold", "e\u0301"]),
        "consent": strategies.just({"value_profiling": True}), "attributes": strategies.just({"vip": -0.0}),
        "profile": strategies.just({"values": {"share": {"blue": 1, "red": -0.0}}, "channel": {"share": {}}}),
    },
)  # fmt: skip
GOOD_CONTACTS = strategies.fixed_dictionaries(
    {"id": strategies.sampled_from(["c1", "c-2:x"]), "channel": strategies.sampled_from(["phone", "chat"])},
    optional={
        "language": strategies.just("nl"), "skills": FEW_LEVELS, "waiting_s": strategies.sampled_from([3, 1e-320]),
        "customer": GOOD_CUSTOMERS, "due_to": strategies.just("2026-03-02T09:00:00.123456789+01:00"),
        "exclude_employees": strategies.just(["e1"]),
    },
)  # fmt: skip
GOOD_EMPLOYEES = strategies.sampled_from(["e1", "e2"]) | strategies.fixed_dictionaries(
    {"id": strategies.just("i1"), "channels": strategies.sampled_from([{"phone": {}}, {"chat": {"cost": 2}}])},
    optional={
        "skills": FEW_LEVELS, "hours": strategies.just({"mon": ["09:00-17:30"]}), "languages": strategies.just(["nl"]),
    },
)  # fmt: skip
CONTACT_LISTS = strategies.lists(GOOD_CONTACTS, max_size=3)
EMPLOYEE_LISTS = strategies.lists(GOOD_EMPLOYEES, max_size=3)
TERMS: dict[str, SearchStrategy[Any]] = {
    "employees": EMPLOYEE_LISTS | EMPLOYEE_LISTS | strategies.lists(EMPLOYEES, max_size=2),
    "rule_set": strategies.sampled_from(["standard", "e\u0301", "x" * 64, "", "x" * 65, "__x", "a\x00b"]),
    "strategy": strategies.sampled_from(["balanced", "customer_intimacy", "luck"]),
    "explain": strategies.sampled_from(["none", "short", "full", "None"]),
    "at": strategies.sampled_from(["2026-03-02T09:00:00Z", "2026-03-02T09:00:00+01:00", "2026-03-02"]),
    "seed": strategies.sampled_from([0, 7, 8, 2**53 - 1, 2**53, 1.0, True]),
}


def bodies(required: dict[str, SearchStrategy[Any]], **fields: SearchStrategy[Any]) -> SearchStrategy[Any]:
    """Bodies with a few terms, seldom all of them: each may be what spoils it."""
    every = {**TERMS, **fields}
    few = strategies.lists(strategies.sampled_from(sorted(every)), max_size=2, unique=True)
    sparse = few.flatmap(
        lambda names: strategies.fixed_dictionaries({**required, **{one: every[one] for one in names}})
    )
    return sparse | sparse | sparse | records(required, **every) | JUNK


MATCHES = bodies({"contacts": CONTACT_LISTS | CONTACT_LISTS | strategies.lists(CONTACTS, max_size=2)})
RANKINGS = bodies(
    {"contact": GOOD_CONTACTS | GOOD_CONTACTS | CONTACTS}, limit=strategies.sampled_from([1, 10, 11, 500, 0, 501])
)


def declared(field: Any, one: Any) -> tuple[bool, Any]:
    """Whether the declared schema takes it, and what it makes of it."""
    try:
        return True, field(one)
    except ma.ValidationError:
        return False, None


def fast(read: Any, one: Any) -> tuple[bool, Any]:
    """Whether the fast way takes it, and what it makes of it."""
    try:
        return True, read(one)
    except Refused:
        return False, None


def repeated(value: object) -> str:
    """Everything of a value, types and signs of zero included, which == does not tell apart."""
    return repr(sorted(value.items()) if type(value) is dict else value)


def wholly_declared(kind: type[TermsSchema]) -> Any:
    """What reads a body by the declared schema and by nothing else, single items of its lists included."""
    schema = kind()
    for field in schema.fields.values():
        if isinstance(field, Many):
            field.fast = refuse
    return lambda body: StrictSchema.load(schema, body)


def refuse(one: Any) -> Any:
    raise Refused


@settings(max_examples=400)
@given(CONTACTS)
def test_contacts_read_fast_are_those_of_the_declared_schema(contact: Any) -> None:
    """The declared schema is the contract; the fast way may only save time."""
    is_taken, made = declared(ContactSchema().load, contact)
    is_fast, made_fast = fast(read_contact, contact)

    assert is_taken == is_fast
    if is_fast:
        assert repeated(made_fast) == repeated(made)


@settings(max_examples=400)
@given(EMPLOYEES)
def test_employees_read_fast_are_those_of_the_declared_schema(employee: Any) -> None:
    """As for contacts; an item may be an id or an employee."""
    is_taken, made = declared(EmployeeOrId(InlineEmployeeSchema).deserialize, employee)
    is_fast, made_fast = fast(read_employee, employee)

    assert is_taken == is_fast
    if is_fast:
        assert repeated(made_fast) == repeated(made)


@settings(max_examples=300)
@given(MATCHES)
def test_a_match_read_fast_is_that_of_the_declared_schema(body: Any) -> None:
    """As for contacts, with all that a body says: the twin of the whole must not drift from what is documented."""
    is_taken, made = declared(wholly_declared(MatchInSchema), body)
    is_fast, made_fast = fast(read_match, body)

    assert is_taken == is_fast
    if is_fast:
        assert repeated(made_fast) == repeated(made)


@settings(max_examples=300)
@given(RANKINGS)
def test_a_ranking_read_fast_is_that_of_the_declared_schema(body: Any) -> None:
    """As for matches."""
    is_taken, made = declared(wholly_declared(RankInSchema), body)
    is_fast, made_fast = fast(read_ranking, body)

    assert is_taken == is_fast
    if is_fast:
        assert repeated(made_fast) == repeated(made)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"customer": {"id": ""}},
        {"customer": {"id": "k1"}},
        {"customer": {"id": "a/b"}},
        {"customer": {}},
        {"customer": None},
        {"intent": "a\x00b"},
        {"intent": "a" + "\u0301" * 9},
        {"intent": "e\u0301"},
        {"skills": {f"s{number}": 1 for number in range(200)}},
        {"skills": {f"s{number}": 1 for number in range(201)}},
        {"skills": {"\u00e9": 1, "e\u0301": 2}},
        {"waiting_s": -0.0},
        {"waiting_s": 5e-324},
        {"exclude_employees": ["e1", "e1"]},
        {"due_to": "2199-12-31T23:59:59-23:59"},
    ],
)
def test_corners_are_read_alike_alone_and_among_others(more: dict[str, Any]) -> None:
    """Chance finds a corner now and then; these are looked at each time, as one item and in a column."""
    contact = {"id": "c1", "channel": "phone", **more}
    is_taken, made = declared(ContactSchema().load, contact)
    is_fast, made_fast = fast(read_contact, contact)
    many_fast, many = fast(read_match, {"contacts": [{"id": "c0", "channel": "chat"}, contact]})

    assert is_taken == is_fast == many_fast
    if is_taken:
        assert repeated(made) == repeated(made_fast) == repeated(many["contacts"][1])


@pytest.mark.parametrize(
    ("kind", "read", "body"),
    [
        (MatchInSchema, read_match, {"contacts": [{"id": "c", "channel": "phone"}] * 20_001}),
        (MatchInSchema, read_match, {"contacts": [], "employees": ["e1"] * 50_001}),
        (RankInSchema, read_ranking, {"contact": {"id": "c", "channel": "phone"}, "limit": 501}),
        (RankInSchema, read_ranking, {"contact": {"id": "c", "channel": "phone"}, "seed": 2**53}),
        (RankInSchema, read_ranking, {"contact": {"id": "c", "channel": "phone"}, "seed": 1.0}),
        (RankInSchema, read_ranking, {"contact": {"id": "c", "channel": "phone"}, "seed": True}),
        (RankInSchema, read_ranking, {"contact": {"id": "c", "channel": "phone"}, "explain": None}),
    ],
)
def test_limits_of_a_body_hold_both_ways(kind: type[TermsSchema], read: Any, body: Any) -> None:
    """A limit that only one way knows is none."""
    assert not fast(read, body)[0]
    assert not declared(wholly_declared(kind), body)[0]


@settings(max_examples=150)
@given(strategies.lists(CONTACTS, max_size=4))
def test_a_whole_list_is_read_as_its_items_are(contacts: list[Any]) -> None:
    """Looking at columns must not mix up whose value is whose."""
    outcomes = [declared(ContactSchema().load, one) for one in contacts]

    is_taken, made = declared(MatchInSchema().load, {"contacts": contacts})

    assert is_taken == all(good for good, _ in outcomes)
    if is_taken:
        assert repeated(made["contacts"]) == repeated([one for _, one in outcomes])


def test_ordinary_bodies_take_the_fast_way() -> None:
    """A fast way that refuses what routers send every day would be none."""
    contact = {
        "id": "c1", "channel": "phone", "customer_id": "k1", "intent": "verhuizing", "language": "nl", "priority": 3,
        "skills": {"billing": 3, "financiën": 2}, "wanted_skills": {"sales": 2}, "mandate": 1, "waiting_s": 12,
        "due_to": "2026-03-02T10:00:00+01:00", "exclude_employees": ["e1"],
        "attributes": {"postcode": "1234AB", "vip": True},
        "customer": {"tier": "gold", "profile": {"values": {"share": {"blue": 0.5, "green": 0.5}, "n_eff": 8}}},
    }  # fmt: skip

    match = read_match({"contacts": [contact, {"id": "c2", "channel": "chat"}], "employees": ["e1"], "seed": 3})
    ranking = read_ranking({"contact": contact, "explain": "none", "limit": 5, "at": "2026-03-02T09:00:00Z"})

    assert sorted(match) == ["contacts", "employees", "seed"]
    assert sorted(ranking) == ["at", "contact", "explain", "limit"]
    made = repeated(ContactSchema().load(contact))
    assert repeated(match["contacts"][0]) == repeated(ranking["contact"]) == made


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
