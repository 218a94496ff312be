"""Matching as a use case: what is asked is checked whole, and faults say where they stand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, timedelta

import numpy as np
import pytest

from matcher.errors import InvalidInput
from matcher.profiles.effects import Effect
from matcher.profiles.evidence import Source
from matcher.profiles.framework_types import Expected
from matcher.profiles.inline import InlineFacet, InlineProfile
from matcher.profiles.overlay import Overlay
from matcher.profiles.people import CUSTOMER, Consent, Customer
from matcher.routing import Roster, Round
from matcher.rules import DEFAULT_RULE_SET, compile_rules
from matcher.use_cases.add_evidence import Claim, add_evidence
from matcher.use_cases.match_contacts import MatchRequest, Terms, match_contacts, snapshot_of
from matcher.use_cases.rank_employees import RankRequest, rank_employees
from matcher.use_cases.set_state import Happening, set_state
from models.memory import MemoryStore
from tests.matcher.routing.rounds import FRAMEWORK, NOON, contact, customer, employee, snapshot, valued
from tests.matcher.use_cases.world import counting_ids

HOUR = timedelta(hours=1)
FIRST = FRAMEWORK.values.dims[0]


def matched(request: MatchRequest, *, store: MemoryStore | None = None, staff: Roster | None = None) -> Round:
    """The answer for this request, with no staff but what the request sends along unless given."""
    terms = Terms(
        staff=Roster.of([], FRAMEWORK, at=NOON) if staff is None else staff,
        framework=FRAMEWORK,
        rules=compile_rules(DEFAULT_RULE_SET),
        timezone=NOON.tzinfo,  # type: ignore[arg-type]  # NOON has one
    )
    return match_contacts(store or MemoryStore(), request, terms=terms, now=NOON, rng=np.random.default_rng(0))


def shares(facet: str, share: Mapping[str, float]) -> InlineProfile:
    """A profile sent along with that one facet."""
    return InlineProfile(**{facet: InlineFacet(share)})


@pytest.mark.parametrize("facet", ["values", "channel", "decision_style", "service_window"])
def test_every_bad_share_sent_along_is_named_with_its_place(facet: str) -> None:
    """A router that sends 1,000 contacts must find the one that is wrong."""
    bad = shares(facet, {"no such thing": 1.0})
    fine = contact("c0")
    faulty = [contact(f"c{i}", customer=Customer("x", profile=bad)) for i in (1, 2)]

    with pytest.raises(InvalidInput) as refusal:
        matched(MatchRequest((fine, *faulty), (employee(),)))

    places = {fault.pointer.split(f"/profile/{facet}/share")[0] for fault in refusal.value.faults}
    assert places == {"/contacts/1/customer", "/contacts/2/customer"}


def test_a_bad_share_of_an_employee_is_named_with_its_place_in_the_list() -> None:
    """Ids and inline employees stand mixed; the place counts both."""
    staff = snapshot([], [employee("known")]).roster
    asked = MatchRequest((contact(),), ("known", employee("new", profile=valued({FIRST: 0.4}))))

    with pytest.raises(InvalidInput) as refusal:
        matched(asked, staff=staff)

    assert [fault.pointer for fault in refusal.value.faults] == ["/employees/1/profile/values/share"]


@pytest.mark.parametrize(
    ("request_", "code", "pointer"),
    [
        (MatchRequest((contact("a"), contact("a")), (employee(),)), "duplicate_contact", "/contacts/1"),
        (MatchRequest((contact(),), (employee("e"), employee("e"))), "duplicate_employee", "/employees/1"),
        (MatchRequest((contact(),), ("nobody",)), "unknown_employee", "/employees/0"),
        (MatchRequest((contact(),), (), rule_set="winter@1"), "unknown_rule_set", "/rule_set"),
        (MatchRequest((contact(due_from=NOON, due_to=NOON - HOUR),), ()), "due_order", "/contacts/0/due_to"),
    ],
)
def test_what_does_not_exist_or_stands_twice_is_refused(request_: MatchRequest, code: str, pointer: str) -> None:
    """A silent guess would send a contact to the wrong person."""
    with pytest.raises(InvalidInput) as refusal:
        matched(request_)

    assert [(fault.code, fault.pointer) for fault in refusal.value.faults] == [(code, pointer)]


def test_a_stored_customer_without_consent_is_matched_by_rules() -> None:
    """Stored values of someone who withdrew must not weigh, even if a row were left."""
    store = MemoryStore()
    with store.writing() as records:
        records.customers.put(Customer("c-1", consent=Consent(value_profiling=False)), now=NOON)

    round_ = matched(
        MatchRequest((contact(customer_id="c-1"),), (employee(profile=valued({FIRST: 1.0})),), explain="full"),
        store=store,
    )

    assert round_.basis.value == "rules"
    assert "values_no_consent" in {reason.code for reason in round_.decisions[0].reasons}


def test_another_strategy_changes_the_terms_and_is_told() -> None:
    """A what-if must never pass for the rule set in force."""
    skilled = employee("e1", mandate=3, idle_s=600.0)
    plain = employee("e2")
    asked = MatchRequest((contact(customer=customer()),), (skilled, plain))

    usual = matched(asked)
    changed = matched(MatchRequest(asked.contacts, asked.employees, strategy="product_leadership"))

    assert changed.versions["rule_set"] == f"{usual.versions['rule_set']}+product_leadership"


def test_a_ranking_names_the_place_in_its_own_body() -> None:
    """There is one contact and no list; /contacts/0 would send the reader searching."""
    request_ = RankRequest(contact(due_from=NOON, due_to=NOON - HOUR))
    terms = Terms(Roster.of([], FRAMEWORK, at=NOON), FRAMEWORK, compile_rules(DEFAULT_RULE_SET), UTC)

    with pytest.raises(InvalidInput) as refusal:
        rank_employees(MemoryStore(), request_, terms=terms, now=NOON, turn=0)

    assert [fault.pointer for fault in refusal.value.faults] == ["/contact/due_to"]


def test_what_is_stored_of_a_customer_goes_into_the_round() -> None:
    """Preferences and states work for stored customers as for those sent along."""
    store = MemoryStore()
    ids = counting_ids()
    values = FRAMEWORK.values.size
    state = Overlay(CUSTOMER, "c-1", "values", (1.0, *[0.0] * (values - 1)), 0.5, "a test", NOON + HOUR)
    with store.writing() as records:
        records.customers.put(Customer("c-1", consent=Consent(value_profiling=True)), now=NOON)
        said = Claim(Source.SELF_TAG, "decision_style", pick="delegates_no_time")
        add_evidence(records, FRAMEWORK, CUSTOMER, "c-1", said, actor="key-1", now=NOON, new_id=ids)
        records.overlays.put(state)
    asked = MatchRequest((contact(customer_id="c-1"),), (employee(),), explain="full")
    (decision,) = matched(asked, store=store).decisions

    assert decision.wishes == (Effect.CALL_BACK_WINDOW, Effect.ONE_OWNER)
    assert "a test" in next(one.text for one in decision.reasons if one.code == "state")


def test_a_customer_begins_where_their_segment_stands_and_opens_no_gate_by_it() -> None:
    """What neighbours said sets what to expect; only what customers say themselves decides who serves them."""
    store = MemoryStore()
    size = FRAMEWORK.values.size
    learnt = tuple(0.65 if place == 0 else 0.35 / (size - 1) for place in range(size))
    expected = {"retail": Expected(learnt, 7.0, NOON)}
    facets = {**FRAMEWORK.facets, "values": replace(FRAMEWORK.values, segments=expected)}
    terms = Terms(
        Roster.of([], FRAMEWORK, at=NOON), replace(FRAMEWORK, facets=facets), compile_rules(DEFAULT_RULE_SET), UTC
    )
    with store.writing() as records:
        for name, agrees in (("c-1", True), ("c-2", False)):
            consent = Consent(value_profiling=agrees)
            records.customers.put(Customer(name, segment="retail", consent=consent), now=NOON)
    asked = MatchRequest((contact("a", customer_id="c-1"), contact("b", customer_id="c-2")), (employee(),))
    table = snapshot_of(store, asked, terms=terms, at=NOON).customers.values

    assert table.share[0].tolist() == pytest.approx(learnt)
    assert table.share[1].tolist() == pytest.approx(FRAMEWORK.values.prior_mean)
    assert table.n_declared.tolist() == [0.0, 0.0]


def test_a_state_kept_and_called_up_by_the_intent_as_well_counts_once() -> None:
    """A promise was broken, and the customer calls about that: one reason, worded by the framework."""
    store = MemoryStore()
    with store.writing() as records:
        records.customers.put(Customer("c-1", consent=Consent(value_profiling=True)), now=NOON)
        set_state(records, FRAMEWORK, "c-1", Happening(event="broken_promise"), now=NOON)
    asked = MatchRequest((contact(customer_id="c-1", intent="complaint_repeated"),), (employee(),), language="nl")
    terms = Terms(Roster.of([], FRAMEWORK, at=NOON), FRAMEWORK, compile_rules(DEFAULT_RULE_SET), UTC)
    causes = snapshot_of(store, asked, terms=terms, at=NOON).customers.causes

    (trigger,) = [one for one in FRAMEWORK.state_triggers if one.id == "let_down"]
    assert causes == {0: (trigger.cause["nl"],)}
