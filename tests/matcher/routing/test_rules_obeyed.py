"""What operations write is what a round does, and each explanation names the rule that did it."""

from datetime import timedelta

import pytest

from matcher.profiles.channels import CHANNELS
from matcher.profiles.effects import Effect
from matcher.profiles.people import ChannelLoad, Customer
from matcher.routing.decision import Decision, Why
from matcher.routing.sentences import CHANNEL_NAMES, LANGUAGES
from matcher.rules import RuleSet, parse_rule_set
from tests.matcher.routing.rounds import NOON, contact, decided, employee, pairs

REASON = {"en": "Because.", "nl": "Daarom."}
COMPLAINT = {"field": "contact.intent", "operator": "is", "value": "complaint"}
CHIEF = {"field": "employee.mandate", "operator": "at_least", "value": 2}
STAFF = [employee("chief", mandate=2), employee("clerk")]


def ruled(*rules: dict, **parts: object) -> RuleSet:
    """A rule set of these rules, each with an id, a title and a reason unless said otherwise."""
    made = [{"id": f"r{k}", "title": f"Rule {k}", "reason": REASON, **rule} for k, rule in enumerate(rules)]
    document = {"schema": "rule-set/1", "title": "T", "strategy": {"preset": "customer_intimacy"}, "rules": made}
    return parse_rule_set({**document, **parts})


def one(rule_set: RuleSet, asked: object = None, staff: list | None = None, **more: object) -> Decision:
    """The only decision of a round with one contact."""
    given = contact() if asked is None else asked
    return decided([given], STAFF if staff is None else staff, rule_set=rule_set, **more).decisions[0]


def told(decision: Decision, code: str) -> str:
    """The sentence of the reason of that code."""
    return next(reason.text for reason in decision.reasons if reason.code == code)


def test_a_priority_that_a_rule_sets_decides_who_is_served() -> None:
    """Two wait for one employee: the complaint goes first."""
    rule_set = ruled({"when": COMPLAINT, "effect": {"set": {"priority": 8}}})
    waiting = [contact("c1", priority=3), contact("c2", intent="complaint")]

    assert pairs(decided(waiting, [employee()])) == {"c1": "e1", "c2": None}
    assert pairs(decided(waiting, [employee()], rule_set=rule_set)) == {"c1": None, "c2": "e1"}


def test_of_rules_that_set_the_same_the_lowest_order_wins() -> None:
    """At equal order the higher priority, so that nobody loses by the name of a rule."""
    first, second, third = (
        {"effect": {"set": {"priority": k}}, "order": order} for k, order in ((2, 1), (9, 5), (4, 1))
    )

    decision = one(ruled(first, second, third), explain="full")

    assert [reason.text for reason in decision.reasons if reason.code.startswith("rule:")] == [
        "Rule 2: Because. (priority set to 4)"
    ]


@pytest.mark.parametrize(("language", "words"), [("en", "to be answered within 30 min"), ("nl", "binnen 30 min")])
def test_an_answer_time_counts_from_arrival_and_is_told(language: str, words: str) -> None:
    """Set at half an hour, with twenty minutes waited: ten minutes are left, and urgency presses."""
    rule_set = ruled({"effect": {"set": {"answer_within_s": 1800}}})

    decision = one(rule_set, contact(waiting_s=1200.0), explain="full", language=language)

    assert words in told(decision, "rule:r0")
    assert "10 min" in told(decision, "urgency")


def test_a_rule_never_puts_off_a_promise() -> None:
    """What a customer was told binds, whatever a rule says later."""
    promised = contact(due_to=NOON + timedelta(minutes=5))

    decision = one(ruled({"effect": {"set": {"answer_within_s": 86400}}}), promised, explain="full")

    assert "5 min" in told(decision, "urgency")


def test_an_answer_time_that_a_rule_sets_is_no_promise() -> None:
    """A promise is what a customer was told: rules for promised contacts are not for all that have an answer time."""
    promised = {"field": "contact.promised", "operator": "is", "value": True}
    rule_set = ruled(
        {"effect": {"set": {"answer_within_s": 60}}},
        {"when": promised, "employees": CHIEF, "effect": {"require": True}},
    )

    assert one(rule_set).employee_id == "clerk"
    assert one(rule_set, contact(due_to=NOON)).employee_id == "chief"


def test_an_advised_channel_is_the_one_suggested() -> None:
    """Operations know where they want such contacts."""
    rule_set = ruled(
        {"when": COMPLAINT, "effect": {"stop": True}},
        {"when": COMPLAINT, "effect": {"set": {"channel": "self_service"}}},
    )

    decision = one(rule_set, contact(intent="complaint"))

    assert decision.unassigned is not None
    assert (decision.unassigned.reason, decision.unassigned.suggested_channel) == (Why.SUGGEST_CHANNEL, "self_service")


def test_a_stopped_route_says_that_it_is_a_red_card() -> None:
    """Nobody should look for staff where a switch was thrown."""
    only_phone = [employee("a", channels={"phone": ChannelLoad(1)})]

    decision = one(ruled({"when": COMPLAINT, "effect": {"stop": True}}), contact(intent="complaint"), only_phone)

    assert decision.unassigned is not None
    assert decision.unassigned.reason is Why.NO_SERVICE
    assert "Rule 0. Because. It is a red card" in decision.unassigned.detail


def test_a_red_card_stops_a_rule_that_sets_something() -> None:
    """Also what rules make of a contact can be stopped at once."""
    sets = {"effect": {"set": {"priority": 9}}}
    stop = {"when": COMPLAINT, "effect": {"stop": {"rules": ["r0"]}}}

    assert told(one(ruled(sets, stop), explain="full"), "rule:r0")
    assert not [
        reason
        for reason in one(ruled(sets, stop), contact(intent="complaint"), explain="full").reasons
        if reason.code == "rule:r0"
    ]


def test_a_stopped_employee_gets_nothing() -> None:
    """The red card for a person acts at once."""
    stop = {"employees": {"field": "employee.id", "operator": "is", "value": "clerk"}, "effect": {"stop": True}}

    assert one(ruled()).employee_id == "clerk"
    assert one(ruled(stop)).employee_id == "chief"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Nobody at work meets this rule, so it gave way at once: Rule 0. Because."),
        ("nl", "Niemand die werkt voldoet aan deze regel, dus week hij meteen: Rule 0. Daarom."),
    ],
)
def test_a_requirement_nobody_at_work_meets_gives_way_and_says_so(language: str, sentence: str) -> None:
    """A rule that can relax anyhow does not make a customer wait for nobody."""
    rule_set = ruled({"employees": CHIEF, "effect": {"require": True}, "relax_after_s": 600})

    decision = one(rule_set, staff=STAFF[1:], explain="full", language=language)

    assert decision.employee_id == "clerk"
    assert told(decision, "relaxed:r0") == sentence


def test_a_requirement_waits_for_one_who_is_only_busy() -> None:
    """Someone at work meets it: waiting helps, and the answer says until when."""
    rule_set = ruled({"employees": CHIEF, "effect": {"require": True}, "relax_after_s": 600})
    staff = [employee("chief", mandate=2, free_slots=0), employee("clerk")]

    decision = one(rule_set, contact(waiting_s=60.0), staff)
    relaxed = one(rule_set, contact(waiting_s=700.0), staff, explain="full")

    assert decision.unassigned is not None
    assert "It gives way in 9 min." in decision.unassigned.detail
    assert decision.unassigned.next_look_s == 540.0
    assert relaxed.employee_id == "clerk"
    assert told(relaxed, "relaxed:r0") == "After 11 min of waiting this rule gave way: Rule 0. Because."


def test_a_hard_requirement_leaves_the_contact_and_names_the_rule_and_what_to_change() -> None:
    """Without a step there is nothing to give way; operations read what would."""
    only_phone = [employee("a", channels={"phone": ChannelLoad(1)})]

    decision = one(ruled({"employees": CHIEF, "effect": {"require": True}}), staff=only_phone)

    assert decision.unassigned is not None
    assert decision.unassigned.detail == (
        "A rule refuses everyone left: Rule 0. Because. "
        "Let it relax with waiting, advise another channel, or bring in someone who meets it."
    )


def test_a_boost_is_named_with_its_rule() -> None:
    """The part of a score that operations added must be theirs to recognise."""
    rule_set = ruled({"employees": CHIEF, "effect": {"boost": 0.9}})

    decision = one(rule_set, explain="full")

    assert decision.employee_id == "chief"
    assert told(decision, "rule:r0") == "Rule 0: Because."
    assert next(reason.effect for reason in decision.reasons if reason.code == "rule:r0") == 0.9


def test_a_relation_steers_a_round() -> None:
    """Each customer goes to the team of its owner, who is away."""
    related = {"field": "employee.same_team_as_owner", "operator": "is", "value": True}
    rule_set = ruled({"employees": related, "effect": {"boost": 1.0}})
    staff = [employee("owner", team="b", active=False), employee("x", team="a"), employee("y", team="b")]
    owned = Customer("k", attributes={"owner": "owner"})

    assert one(rule_set, contact(customer=owned), staff).employee_id == "y"


def test_of_two_rules_that_nobody_meets_together_the_answer_names_the_one_that_gave_way() -> None:
    """A chief for complaints, and team b for this customer: no chief is of team b, and the chief counts for more."""
    team = {"employees": {"field": "employee.team", "operator": "is", "value": "b"}, "effect": {"require": True}}
    rule_set = ruled(
        {"employees": CHIEF, "effect": {"require": True}, "relax_after_s": 60, "order": 1},
        {**team, "relax_after_s": 60, "order": 2},
    )
    decision = one(rule_set, staff=[*STAFF, employee("b", team="b")])

    assert decision.employee_id == "chief"
    assert told(decision, "relaxed:r1") == (
        "Nobody at work meets all rules at once, so the least important gave way: Rule 1. Because."
    )


def test_an_offer_stands_as_long_as_the_rule_set_says() -> None:
    """Who is on the line waits seconds, who wrote waits minutes; operations may say otherwise."""
    own = ruled(offer={"expires_s": {"chat": 45}})

    assert one(own).offer_expires_s == 20.0
    assert one(own, contact(channel="chat")).offer_expires_s == 45.0
    assert one(ruled(), contact(channel="chat")).offer_expires_s == 120.0


THRIFTY = {"segment": "thrifty", "channels": ["chat", "email"], "tier": "minimal", "floor": {"answer_within_s": 3600}}


def test_a_segment_is_served_by_its_channels_only() -> None:
    """Who is offered chat and writes is told so, and where to go."""
    rule_set = ruled(service=[THRIFTY])
    of_segment = contact(customer=Customer("k", segment="thrifty"))

    decision = one(rule_set, of_segment)

    assert decision.unassigned is not None
    assert decision.unassigned.suggested_channel == "chat"
    assert "segment thrifty are not served by phone" in decision.unassigned.detail
    assert one(rule_set, contact(customer=Customer("k", segment="other"))).employee_id is not None


@pytest.mark.parametrize(("language", "words"), [("en", "not served by the desk; they are by"), ("nl", "de balie")])
def test_channels_are_called_by_their_names(language: str, words: str) -> None:
    """Whoever reads why knows no codes."""
    rule_set = ruled(service=[THRIFTY])
    at_desk = contact(customer=Customer("k", segment="thrifty"), channel="desk")

    decision = one(rule_set, at_desk, language=language)

    assert decision.unassigned is not None
    assert words in decision.unassigned.detail
    assert all(set(CHANNEL_NAMES[channel]) == set(LANGUAGES) for channel in CHANNELS)


def test_a_promise_is_kept_by_any_channel() -> None:
    """A minimal tier has a floor: what was promised comes, however it was agreed."""
    promised = contact(customer=Customer("k", segment="thrifty"), due_to=NOON + timedelta(minutes=9))

    assert one(ruled(service=[THRIFTY]), promised).employee_id is not None


def test_a_floor_is_the_answer_time_of_a_minimal_tier() -> None:
    """Minimal is not never: urgency grows towards the floor."""
    asked = contact(customer=Customer("k", segment="thrifty"), channel="chat", waiting_s=3000.0)

    assert "10 min" in told(one(ruled(service=[THRIFTY]), asked, explain="full"), "urgency")


def test_the_style_of_a_segment_is_a_wish_of_its_customers() -> None:
    """Some want it done for them: one employee sees it through."""
    style = {"segment": "busy", "channels": ["phone"], "style": "done_for_you"}

    decision = one(ruled(service=[style]), contact(customer=Customer("k", segment="busy")))

    assert Effect.ONE_OWNER in decision.wishes


def test_segments_may_be_served_by_strategies_of_their_own() -> None:
    """Thrift counts a specialist's time; intimacy does not let a busier clerk have the company."""
    strategy = {
        "preset": "customer_intimacy",
        "segments": {"frugal": {"preset": "cost_leadership", "weights": {"specialist": 5, "load": 0}}},
        "weights": {"load": 5, "specialist": 0},
    }
    staff = [employee("chief", mandate=3, capacity=4), employee("clerk", capacity=4, free_slots=1)]
    waiting = [contact(segment, customer=Customer(segment, segment=segment)) for segment in ("frugal", "warm")]

    assert pairs(decided(waiting, staff, rule_set=ruled(strategy=strategy))) == {"frugal": "clerk", "warm": "chief"}
