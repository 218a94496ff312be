"""Rounds judged by what was learnt: its probabilities are told, its version stands in the answer, reasons add up."""

from dataclasses import replace

import numpy as np
import pytest

from matcher.profiles.people import Consent, Customer, Presence, PresenceState
from matcher.profiles.staff import EmployeeRecord
from matcher.routing import Roster, Snapshot, decide, rank
from matcher.routing.decision import Basis, Round
from matcher.routing.eligibility import eligibility_of
from matcher.routing.scores import Scores, scores_of
from matcher.rules import DEFAULT_RULE_SET, parse_rule_set
from tests.matcher.routing.learnt import classifier, contacts_of, everyone, fitted
from tests.matcher.routing.rounds import FRAMEWORK, NOON, contact, snapshot

TOLD_BESIDE = {"eligible", "joint_assignment", "runner_up", "channel_fit", "cue"}
UNTOLD = 0.002  # effects below .0005 are not told


def a_round(customers: list[Customer], **changes: object) -> Snapshot:
    """The round of these customers' contacts and the whole staff, which has room for everyone."""
    staff = [replace(one, capacity=50) for one in everyone()[1]]
    changes = {"classifier": classifier(), **changes}
    return snapshot(contacts_of(customers), staff, **changes)  # type: ignore[arg-type]  # keyword arguments of a test


def made(given: Snapshot) -> Round:
    return decide(given, NOON, np.random.default_rng(1))


def scored(given: Snapshot) -> tuple[Snapshot, Scores]:
    narrowed, eligibility = eligibility_of(given, NOON)
    return narrowed, scores_of(narrowed, eligibility, NOON, turn=1)


def test_the_probability_told_is_the_classifiers_own() -> None:
    """What was evaluated offline must be what serves: to single precision, customer by customer."""
    asking = [one for one in everyone()[0] if one.profile is not None][:9]
    given = a_round(asking)
    narrowed, scores = scored(given)
    told = np.array([[scores.chance(row, column) for column in range(len(narrowed.roster))] for row in range(9)])
    theirs = fitted().predict_proba(
        asking, everyone()[1], intents=[one.intent for one in given.contacts], channels=["phone"] * 9
    )

    assert [one.id for one in narrowed.roster.employees] == [one.id for one in everyone()[1]]
    np.testing.assert_allclose(told, theirs, atol=2e-6)


def test_the_answer_names_the_classifier() -> None:
    """Every score carries the version it comes from."""
    round_ = made(a_round(list(everyone()[0][:4])))

    assert round_.basis is Basis.CLASSIFIER
    assert round_.versions["classifier"] == "c-1"


@pytest.mark.parametrize("mode", ["off", "same"])
def test_where_operations_said_otherwise_nothing_learnt_counts(mode: str) -> None:
    """Switching values off, or choosing likeness, is a decision of people."""
    rules = parse_rule_set({**DEFAULT_RULE_SET.document, "values": {"mode": mode, "max_weight": 0.5}})
    asking = list(everyone()[0][1:5])
    with_it, without = (made(a_round(asking, rule_set=rules, classifier=one)) for one in (classifier(), None))

    assert with_it.decisions == without.decisions
    assert with_it.versions["classifier"] is None


@pytest.mark.parametrize("language", ["en", "nl"])
def test_reasons_add_up_to_the_score(language: str) -> None:
    """An explanation that leaves out a part of the score is none."""
    round_ = made(a_round(list(everyone()[0]), explain="full", language=language))

    for decision in round_.decisions:
        told = sum(reason.effect for reason in decision.reasons if reason.code not in TOLD_BESIDE)
        assert told == pytest.approx(decision.score, abs=UNTOLD)
    codes = {reason.code for decision in round_.decisions for reason in decision.reasons}
    assert {"experience", "values_fit", "traits_fit", "language_fit"} <= codes


def test_a_bound_on_what_a_customer_moves_is_kept() -> None:
    """`max_weight` is what operations allowed; reasons still add up."""
    rules = parse_rule_set({**DEFAULT_RULE_SET.document, "values": {"mode": "prior", "max_weight": 0.001}})
    given = a_round(list(everyone()[0]), rule_set=rules, explain="full")
    scores = scored(given)[1]

    assert scores.chemistry is not None
    assert 0.0005 < np.abs(scores.chemistry).max() <= 0.001 * rules.strategy.weights.fit + 1e-12
    for decision in made(given).decisions:
        told = sum(reason.effect for reason in decision.reasons if reason.code not in TOLD_BESIDE)
        assert told == pytest.approx(decision.score, abs=UNTOLD)


def test_it_learnt_who_fits_whom() -> None:
    """In the drawn world like values fit: those chosen do better by each customer than those the prior chooses."""
    asking = [one for one in everyone()[0] if one.profile is not None]
    staff = {one.id: place for place, one in enumerate(everyone()[1])}
    chances = fitted().predict_proba(asking, everyone()[1], intents=[None] * len(asking))
    given = a_round(asking)
    by_learnt, by_prior = made(given), made(replace(given, classifier=None))

    def worth(round_: Round) -> float:
        chosen = [one.employee_id for one in round_.decisions]
        return float(np.mean([chances[row, staff[one]] for row, one in enumerate(chosen) if one is not None]))

    assert worth(by_learnt) > worth(by_prior) + 0.01


def test_a_part_of_the_staff_is_judged_as_within_the_whole() -> None:
    """Most of a large staff is off duty: leaving them out must change nobody's score."""
    staff = [replace(one, capacity=50) for one in everyone()[1]]
    away = Presence(PresenceState.OFFLINE)
    here = Presence(PresenceState.AVAILABLE)
    given = a_round(list(everyone()[0][:6]))
    records = [EmployeeRecord(one, here if place % 3 == 0 else away) for place, one in enumerate(staff)]
    part = replace(given, roster=Roster.of(records, FRAMEWORK, at=NOON))
    (narrowed, few), (_, all_of_them) = scored(part), scored(given)
    places = [given.roster.index_of[one.id] for one in narrowed.roster.employees]

    assert len(narrowed.roster) < len(staff) / 2
    assert few.judged is not None
    assert all_of_them.judged is not None
    np.testing.assert_array_equal(few.judged.chance, all_of_them.judged.chance[:, places])
    np.testing.assert_array_equal(few.judged.usual, all_of_them.judged.usual)
    np.testing.assert_allclose(few.judged.chemistry, all_of_them.judged.chemistry[:, places], atol=1e-7)  # type: ignore[index]  # there is some


def test_shares_that_changed_are_read_and_master_data_only_once() -> None:
    """Presences change all day; a staff of 5,000 is not read anew for that, and a new tag counts at once."""
    served = replace(classifier(), _last=[])
    staff = everyone()[1]
    records = [EmployeeRecord(one) for one in staff]
    first = Roster.of(records, FRAMEWORK, at=NOON)
    served.staff(first.employees, FRAMEWORK, first.values)
    shown = [replace(one, profile=staff[(place + 1) % len(staff)].profile) for place, one in enumerate(staff)]
    other = Roster.of([EmployeeRecord(one) for one in shown], FRAMEWORK, at=NOON)
    again = served.staff(first.employees, FRAMEWORK, other.values)
    anew = replace(classifier(), _last=[]).staff(other.employees, FRAMEWORK, other.values)

    np.testing.assert_allclose(again.half.columns, anew.half.columns, atol=1e-6)
    np.testing.assert_allclose(again.pair, anew.pair, atol=1e-6)


def test_a_ranking_is_judged_alike() -> None:
    """Two doors to one decision must not disagree."""
    given = a_round([everyone()[0][1]])
    first = rank(given, NOON, limit=3, turn=1)

    assert first.basis is Basis.CLASSIFIER
    assert first.versions["classifier"] == "c-1"
    assert first.decisions[0].employee_id == made(given).decisions[0].employee_id


def test_an_intent_or_channel_never_seen_is_served_all_the_same() -> None:
    """New intents come every month."""
    staff = list(everyone()[1])
    given = snapshot([contact(intent="brand new", channel="phone")], staff, classifier=classifier())
    known = snapshot([contact(intent=None, channel="phone")], staff, classifier=classifier())

    assert made(given).decisions[0].compatibility == made(known).decisions[0].compatibility


def test_consent_of_a_customer_without_a_profile_counts_nothing_of_values() -> None:
    """Agreeing is not telling."""
    agreed = Customer("c9", consent=Consent(True))
    scores = scored(a_round([agreed]))[1]

    assert scores.chemistry is None or not scores.chemistry.any()


def test_learned_without_a_classifier_is_the_prior_and_says_so() -> None:
    """A rule set may ask for what does not exist yet, or could not be read."""
    asked, prior = (
        parse_rule_set({**DEFAULT_RULE_SET.document, "values": {"mode": mode, "max_weight": 0.5}})
        for mode in ("learned", "prior")
    )
    asking = [one for one in everyone()[0] if one.profile is not None][:5]
    without, by_prior = (made(a_round(asking, rule_set=one, classifier=None)) for one in (asked, prior))
    with_it = made(a_round(asking, rule_set=asked))

    assert without.decisions == by_prior.decisions
    assert (without.basis, without.versions["classifier"]) == (Basis.PRIOR, None)
    assert "nothing was learned from outcomes yet" in without.decisions[0].reasons[0].text
    assert (with_it.basis, with_it.versions["classifier"]) == (Basis.CLASSIFIER, "c-1")
