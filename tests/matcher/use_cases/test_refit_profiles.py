"""A night's work: what people answered becomes priors of segments and caps of sources, and both are used."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from matcher.errors import InvalidInput
from matcher.profiles.calibration import Verdict
from matcher.profiles.evidence import Source
from matcher.profiles.night import Findings, Study
from matcher.profiles.overlay import Overlay
from matcher.profiles.people import CUSTOMER
from matcher.profiles.situations import Situation, SituationStudy
from matcher.use_cases import refit_profiles
from matcher.use_cases.learnt_framework import READ_BEFORE_USED, learnt_framework
from matcher.use_cases.ports import Records, SegmentPrior, SourceCalibration
from matcher.use_cases.read_profile import ProfileView, read_profile
from matcher.use_cases.refit_profiles import WHO_ANSWERS, plan_night, settle_night, study_contacts_page, study_page
from models.memory import MemoryStore
from tests.contracts.stored_things import some_evidence
from tests.matcher.use_cases.surveyed import VALUES, put_surveyed
from tests.matcher.use_cases.told_contacts import OUTAGES, put_contacts
from tests.matcher.use_cases.world import FRAMEWORK, NOW, WITHDRAWN, customer, later

PLACE = (FRAMEWORK.name, "values")
OUTAGE = Situation("outage", urgent=True)


def studied(records: Records) -> Findings:
    """What a night would find."""
    study = Study(VALUES, NOW)
    for who in WHO_ANSWERS:
        after: str | None = ""
        while after is not None:
            after = study_page(records, FRAMEWORK, study, who, after=after)
    return study.findings()


@pytest.fixture
def found(taught: MemoryStore) -> Findings:
    with taught.reading() as records:
        return studied(records)


@pytest.fixture(scope="module")
def taught() -> MemoryStore:
    """A store after a night over 700 retail customers, 20 of a small segment and 60 of a refused one."""
    store = MemoryStore()
    with store.writing() as records:
        put_surveyed(records, 700)
        put_surveyed(records, 20, segment="tiny", prefix="t", seed=2)
        put_surveyed(records, 60, segment="age 65+", prefix="a", seed=3)
        put_surveyed(records, 30, segment=None, prefix="n", seed=4)
        records.overlays.put(Overlay(CUSTOMER, "c-000000", "values", VALUES.prior_mean, 0.3, "outage", NOW))
        forgotten = settle_night(records, FRAMEWORK, studied(records), {}, now=NOW)
    assert forgotten == 1
    return store


def test_every_page_is_studied_once(found: Findings) -> None:
    """The pages' edges must neither lose nor double anyone."""
    assert found.surveyed == 810
    assert found.segments.priors["retail"].members == 700


def test_segments_get_priors_where_many_answered_and_the_name_is_no_protected_ground(found: Findings) -> None:
    """What fifty people said may stand for the next one; what twenty said may not, and age never."""
    segments = found.segments

    assert set(segments.priors) == {"retail"}
    assert segments.too_few == {"tiny": 20}
    assert segments.refused == ("age 65+",)
    assert max(range(8), key=segments.priors["retail"].mean.__getitem__) == 3


def test_sources_are_judged_by_what_they_knew(found: Findings) -> None:
    """A statement that names everyone's first category knows more than was assumed; chance knows less."""
    sources = found.sources

    assert sources["self_tag"].verdict in (Verdict.STRONGER, Verdict.AS_ASSUMED)
    assert sources["behaviour"].verdict is Verdict.WEAKER
    assert sources["behaviour"].cap < VALUES.terms("behaviour").cap
    assert sources["hr_tag"].verdict is Verdict.UNKNOWN
    assert sources["hr_tag"].cap == pytest.approx(VALUES.terms("hr_tag").cap)
    assert set(sources) == {"self_tag", "hr_tag", "behaviour", "text"}


def test_a_new_customer_of_the_segment_begins_where_it_stands(taught: MemoryStore) -> None:
    """That is what the night is for; and whoever did not agree is not guessed at through their neighbours."""
    with taught.writing() as records:
        records.customers.put(customer("fresh", segment="retail"), now=NOW)
        records.customers.put(customer("unwilling", segment="retail", consent=WITHDRAWN), now=NOW)
        learnt = learnt_framework(records, FRAMEWORK, now=NOW)
        prior = records.segment_priors.of_facet(*PLACE)["retail"]
        (fresh,) = read_profile(records, learnt, CUSTOMER, "fresh", facets=["values"], now=NOW)
        (unwilling,) = read_profile(records, learnt, CUSTOMER, "unwilling", facets=["values"], now=NOW)

    assert fresh.profile.share == pytest.approx(prior.mean)
    assert fresh.profile.n_eff == 0.0
    assert [one.source for one in fresh.profile.provenance] == ["segment"]
    assert unwilling.profile.share == pytest.approx(VALUES.prior_mean)
    assert unwilling.profile.provenance == ()


def test_new_caps_count_the_next_night_and_no_sooner(taught: MemoryStore) -> None:
    """Between the finding and its use lies a day in which people can read the report."""
    with taught.reading() as records:
        at_once = learnt_framework(records, FRAMEWORK, now=NOW).values.terms("behaviour")
        before = learnt_framework(records, FRAMEWORK, now=NOW + READ_BEFORE_USED - timedelta(seconds=1))
        after = learnt_framework(records, FRAMEWORK, now=NOW + READ_BEFORE_USED).values.terms("behaviour")
        measured = records.calibrations.current(*PLACE)["behaviour"]

    assert at_once == before.values.terms("behaviour") == VALUES.terms("behaviour")
    assert after.cap == measured.cap < VALUES.terms("behaviour").cap


def test_nothing_learnt_is_the_framework_itself() -> None:
    """An installation of the first day must not pay for what it has not."""
    with MemoryStore().reading() as records:
        assert learnt_framework(records, FRAMEWORK, now=NOW) is FRAMEWORK


def test_texts_are_worth_no_more_than_their_scorer_has_shown() -> None:
    """A calibration on few people must not outvote what was measured on held-out texts."""
    with MemoryStore().writing() as records:
        records.calibrations.add([SourceCalibration(*PLACE, "text", 0.25, 0.4, 60, later(-90_000))])
        limited = learnt_framework(records, FRAMEWORK, now=NOW, text_cap=0.1).values
        generous = learnt_framework(records, FRAMEWORK, now=NOW, text_cap=0.45).values

    assert (limited.terms("text").cap, generous.terms("text").cap) == (0.1, 0.4)


def test_a_prior_of_another_length_is_left_alone() -> None:
    """A framework that gained a dimension under a version of its own must not break on what was fitted before."""
    with MemoryStore().writing() as records:
        records.segment_priors.replace(*PLACE, [SegmentPrior(*PLACE, "retail", (0.5, 0.5), 7.0, 60, NOW)])

        assert learnt_framework(records, FRAMEWORK, now=NOW) is FRAMEWORK


def contacts_of(records: Records) -> SituationStudy:
    """What a night would count of contacts."""
    study = SituationStudy(FRAMEWORK.facets["channel"])
    after: str | None = ""
    while after is not None:
        after = study_contacts_page(records, FRAMEWORK, study, after=after)
    return study


def test_contacts_are_counted_page_by_page_by_what_they_were_about(
    memory_store: MemoryStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those told without an intent stand outside; the pages' edges lose nobody."""
    monkeypatch.setattr(refit_profiles, "PAGE_PEOPLE", 3)
    with memory_store.writing() as records:
        put_contacts(records, {**OUTAGES, (None, None, "email"): 30})
        counted = contacts_of(records)

    assert counted.contacts == 100
    assert {one: lift.contacts for one, lift in counted.lifts().items()} == {OUTAGE: 50, Situation("bill"): 50}


def test_a_situation_is_learnt_at_once_and_forgotten_when_it_is_no_more(memory_store: MemoryStore) -> None:
    """Values stay as they are filed: a situation is no segment, however it is called."""
    with memory_store.writing() as records:
        put_contacts(records, OUTAGES)
        settle_night(records, FRAMEWORK, studied(records), contacts_of(records).lifts(), now=NOW)
        learnt = learnt_framework(records, FRAMEWORK, now=NOW)
        settle_night(records, FRAMEWORK, studied(records), {}, now=later(60))
        after = learnt_framework(records, FRAMEWORK, now=later(60))

    situations = learnt.facets["channel"].situations
    assert set(situations) == {"intent=outage|urgent", "intent=bill|not_urgent"}
    assert sum(situations[OUTAGE.name].mean) == pytest.approx(1.0)
    assert learnt.facets["channel"].segments == {}
    assert learnt.values is FRAMEWORK.values
    assert after is FRAMEWORK


def test_a_person_is_read_in_a_situation_by_habit_their_own_contacts_and_everyones(memory_store: MemoryStore) -> None:
    """One who chats, but called in every outage; a stranger, who is expected to call as everyone does; and no more."""
    with memory_store.writing() as records:
        put_contacts(records, OUTAGES)
        put_contacts(records, {(None, None, "chat"): 40, ("outage", True, "phone"): 20}, prefix="chatter")
        records.customers.put(customer("stranger"), now=NOW)
        settle_night(records, FRAMEWORK, studied(records), contacts_of(records).lifts(), now=NOW)
        learnt = learnt_framework(records, FRAMEWORK, now=NOW)

        def read(name: str, situation: Situation | None) -> ProfileView:
            (view,) = read_profile(records, learnt, CUSTOMER, name, facets=["channel"], situation=situation, now=NOW)
            return view

        general, outage = read("chatter-0", None), read("chatter-0", OUTAGE)
        stranger, calm = read("stranger", OUTAGE), read("stranger", Situation("outage"))

    phone, chat = (FRAMEWORK.facets["channel"].index(name) for name in ("phone", "chat"))
    assert (outage.situation, outage.contacts, stranger.contacts) == (OUTAGE, 2, 0)
    assert general.profile.share[chat] > general.profile.share[phone]
    assert outage.profile.share[phone] > outage.profile.share[chat]
    assert sum(outage.profile.share) == pytest.approx(1.0)
    assert replace(outage.profile, share=general.profile.share) == general.profile
    assert stranger.profile.share[phone] > calm.profile.share[phone]
    assert calm.profile.share == pytest.approx(FRAMEWORK.facets["channel"].prior_mean)


def test_only_channels_are_read_in_a_situation(memory_store: MemoryStore) -> None:
    """Who someone is does not change with the bill; how they are today is a state."""
    with memory_store.writing() as records:
        records.customers.put(customer("c-1"), now=NOW)
        with pytest.raises(InvalidInput) as refused:
            read_profile(records, FRAMEWORK, CUSTOMER, "c-1", facets=["values"], situation=OUTAGE, now=NOW)

    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/facet", "unknown_facet")]


def test_a_day_has_one_night(memory_store: MemoryStore) -> None:
    """Whoever plans second, also years later, finds it planned."""
    with memory_store.writing() as records:
        first = plan_night(records, date(2026, 3, 6), now=NOW)
        again = plan_night(records, date(2026, 3, 6), now=later(5))
        next_day = plan_night(records, date(2026, 3, 7), now=later(86_400))

    assert first is not None
    assert again is None
    assert next_day is not None
    assert first.id != next_day.id


def test_a_wave_that_was_taken_back_counts_no_more_and_the_one_before_counts_again(memory_store: MemoryStore) -> None:
    """Revoked is as if it had never been said, in what a segment is said to be like as in the person's own profile."""
    with memory_store.writing() as records:
        put_surveyed(records, 60)
        before = studied(records)
        evidence = replace(some_evidence("late"), who=CUSTOMER, subject_id="c-000000", source=Source.SURVEY)
        records.profiles.append(evidence)
        answered = records.form_answers.of_person(CUSTOMER, "c-000000", framework=FRAMEWORK.name)
        other = [
            replace(
                one, id=f"late.{one.id}", wave="late", evidence_id="late", answered_at=later(60),
                answer=replace(one.answer, best=next(key for key in "abcd" if key != one.answer.best)),
            )
            for one in answered
        ]  # fmt: skip
        records.form_answers.add(other)
        with_the_late = studied(records)
        records.profiles.revoke("late", now=later(120), actor="key-1")
        after = studied(records)

    assert with_the_late.segments != before.segments
    assert after.segments == before.segments
