"""Tags, evidence, reading, taking back, giving out and forgetting: a profile's life."""

from datetime import timedelta

import pytest

from matcher.errors import ConsentMissing, InvalidInput, NotFound, RevisionRequired, StaleRevision
from matcher.profiles.evidence import Source
from matcher.profiles.facets import rebuild
from matcher.profiles.people import CUSTOMER, EMPLOYEE, Presence, PresenceState
from matcher.profiles.tags import Tag
from matcher.use_cases.add_evidence import Claim, add_evidence
from matcher.use_cases.erase_person import erase_person
from matcher.use_cases.export_person import export_person
from matcher.use_cases.ports import ApiKey
from matcher.use_cases.read_evidence import read_evidence
from matcher.use_cases.read_profile import ProfileView, read_profile
from matcher.use_cases.revoke_evidence import revoke_evidence
from matcher.use_cases.save_customer import save_customer
from matcher.use_cases.save_employee import save_employee
from matcher.use_cases.set_presence import set_presence
from matcher.use_cases.tag_employee import tag_employee
from models.memory import MemoryRecords, MemoryStore
from tests.matcher.use_cases.world import (
    FRAMEWORK,
    NOW,
    WITHDRAWN,
    claim,
    counting_ids,
    customer,
    employee,
    later,
)

PEOPLE = [(CUSTOMER, "c-1"), (EMPLOYEE, "e-1")]
ids = counting_ids()


def settled(records: MemoryRecords) -> None:
    """One customer who agreed, one employee."""
    save_customer(records, customer(), now=NOW)
    save_employee(records, employee(), now=NOW)


def tag(records: MemoryRecords, dominant: str, **changes: object) -> ProfileView:
    """HR tags e-1, having read the profile just before."""
    given: dict[str, object] = {
        "revision": values_of(records, EMPLOYEE, "e-1").revision,
        "actor": "hr-1",
        "reason": "talk of 5 March",
        "now": NOW,
        "new_id": ids,
    }
    return tag_employee(records, FRAMEWORK, "e-1", Tag(dominant), **(given | changes))  # type: ignore[arg-type]  # keyword arguments of a test


def add(records: MemoryRecords, who: str, subject_id: str, said: Claim, **changes: object) -> ProfileView:
    """The claim added by a machine, now."""
    given: dict[str, object] = {"actor": "key-1", "now": NOW, "new_id": ids}
    return add_evidence(records, FRAMEWORK, who, subject_id, said, **(given | changes))  # type: ignore[arg-type]  # keyword arguments of a test


def values_of(records: MemoryRecords, who: str, subject_id: str) -> ProfileView:
    """The value profile as it stands."""
    (view,) = read_profile(records, FRAMEWORK, who, subject_id, facets=["values"], now=NOW)
    return view


def test_a_tag_shows_in_the_profile_with_its_uncertainty() -> None:
    """By hand: A0 = 7 at .21 and 7/3 counts at .6 give (1.47 + 1.4)/9.333 = .3075: a leaning, not a label."""
    with MemoryStore().writing() as records:
        settled(records)

        view = tag(records, "blue")

    assert view.profile.share[FRAMEWORK.values.index("blue")] == pytest.approx(0.3075, abs=1e-9)
    assert view.profile.confidence == pytest.approx(0.25)
    assert view.revision == 1


def test_a_tag_is_logged_with_who_when_and_why() -> None:
    """The employee reads it beside the tag, first of all."""
    with MemoryStore().writing() as records:
        settled(records)
        tag(records, "blue")

        (piece,) = read_evidence(records, EMPLOYEE, "e-1")

    assert (piece.source, piece.actor, piece.reason, piece.occurred_at) == (
        Source.HR_TAG,
        "hr-1",
        "talk of 5 March",
        NOW,
    )


def test_of_two_who_read_the_same_profile_only_one_can_change_it() -> None:
    """Compare and set: the second hears that someone was first, and nothing of theirs is stored."""
    with MemoryStore().writing() as records:
        settled(records)
        tag(records, "blue", revision=0)
        with pytest.raises(StaleRevision):
            tag(records, "red", revision=0)

        assert len(read_evidence(records, EMPLOYEE, "e-1")) == 1


def test_a_tag_without_if_match_is_refused() -> None:
    """Who has not read cannot know what they overwrite."""
    with MemoryStore().writing() as records:
        settled(records)
        with pytest.raises(RevisionRequired):
            tag(records, "blue", revision=None)


def test_a_new_tag_replaces_the_old_one() -> None:
    """HR's second thought counts once, not on top of the first."""
    with MemoryStore().writing() as records:
        settled(records)
        tag(records, "blue")
        view = tag(records, "red", now=later(1))

    assert view.profile.top[0] == "red"
    assert view.profile.n_eff == pytest.approx(FRAMEWORK.values.sources["hr_tag"].cap, rel=1e-6)


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_a_tag_needs_a_reason(reason: str | None) -> None:
    """A tag without a reason cannot be discussed with the person who bears it."""
    with MemoryStore().writing() as records:
        settled(records)
        with pytest.raises(InvalidInput) as refused:
            tag(records, "blue", reason=reason)

    assert refused.value.faults[0].pointer == "/reason"


def test_employees_speak_of_themselves_with_more_weight_than_hr() -> None:
    """A self-tag is worth 3.9 pseudo-counts, HR's 2.3; both stand side by side."""
    with MemoryStore().writing() as records:
        settled(records)
        tag(records, "blue")
        view = tag(records, "red", source=Source.SELF_TAG, actor="e-1", reason="this is me")

    assert [part.source for part in view.profile.provenance] == ["hr_tag", "self_tag"]
    assert view.profile.top[0] == "red"


def test_tagging_someone_unknown_is_not_found() -> None:
    """Tags are given to people, not to ids."""
    with MemoryStore().writing() as records, pytest.raises(NotFound):
        tag(records, "blue", revision=0)


@pytest.mark.parametrize(("who", "subject_id"), PEOPLE)
@pytest.mark.parametrize(
    ("facet", "pick"), [("values", "blue"), ("channel", "chat"), ("decision_style", "independent")]
)
def test_a_statement_lifts_what_was_picked(who: str, subject_id: str, facet: str, pick: str) -> None:
    """On every facet, on both sides of the desk."""
    with MemoryStore().writing() as records:
        settled(records)
        (before,) = read_profile(records, FRAMEWORK, who, subject_id, facets=[facet], now=NOW)

        after = add(records, who, subject_id, claim(facet=facet, pick=pick))

    place = FRAMEWORK.facets[facet].index(pick)
    assert after.profile.share[place] > before.profile.share[place]
    assert after.profile.n_declared > 0


def test_ten_contacts_by_chat_outweigh_what_was_once_said() -> None:
    """By hand: prior 3 at .15, 5 stated for phone, 10 seen by chat: (.45 + 10)/18."""
    with MemoryStore().writing() as records:
        settled(records)
        add(records, CUSTOMER, "c-1", claim(facet="channel", pick="phone"))
        for _ in range(10):
            view = add(records, CUSTOMER, "c-1", claim("behaviour", facet="channel", pick="chat"))

    assert view.profile.top[0] == "chat"
    assert view.profile.share[FRAMEWORK.facets["channel"].index("chat")] == pytest.approx(10.45 / 18)


@pytest.mark.parametrize("consent", [None, WITHDRAWN])
def test_values_of_a_customer_who_has_not_agreed_are_not_taken(consent: object) -> None:
    """Values can reveal belief: without consent they are neither stored nor read; the channel is no such thing."""
    with MemoryStore().writing() as records:
        save_customer(records, customer(consent=consent), now=NOW)
        with pytest.raises(ConsentMissing) as refused:
            add(records, CUSTOMER, "c-1", claim())
        view = values_of(records, CUSTOMER, "c-1")
        channel = add(records, CUSTOMER, "c-1", claim(facet="channel", pick="chat"))

    assert refused.value.code == "consent_missing"
    assert (view.consent, view.profile.n_eff) == ("none", 0)
    assert view.profile.share == pytest.approx(FRAMEWORK.values.prior_mean)
    assert channel.consent == "not_needed"


def test_evidence_from_the_future_is_refused_and_a_slow_clock_forgiven() -> None:
    """300 s is what clocks may differ; beyond that, decay would run backwards."""
    with MemoryStore().writing() as records:
        settled(records)
        add(records, CUSTOMER, "c-1", claim(occurred_at=later(300)))
        with pytest.raises(InvalidInput) as refused:
            add(records, CUSTOMER, "c-1", claim(occurred_at=later(301)))

    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/occurred_at", "in_the_future")]


@pytest.mark.parametrize(
    ("said", "pointer", "code"),
    [
        (claim("text"), "/source", "text_not_enabled"),
        (claim("survey"), "/source", "source_not_accepted"),
        (claim("outcome"), "/source", "source_not_accepted"),
        (claim(pick="Blue"), "/pick", "unknown_value_system"),
        (claim(pick=None), "", "one_of"),
        (claim(share={"blue": 1.0}), "", "one_of"),
        (claim(pick=None, share={"blue": 3.0}), "/share", "not_a_distribution"),
        (claim(facet="horoscope"), "/facet", "unknown_facet"),
    ],
)
def test_what_cannot_be_taken_is_refused_with_its_own_word(said: Claim, pointer: str, code: str) -> None:
    """A machine must be able to tell a typing error from a source that is switched off."""
    with MemoryStore().writing() as records:
        settled(records)
        with pytest.raises(InvalidInput) as refused:
            add(records, CUSTOMER, "c-1", said)

        assert read_evidence(records, CUSTOMER, "c-1") == []
    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [(pointer, code)]


def test_every_fault_of_a_claim_is_told_at_once() -> None:
    """Three rounds of sending to learn three faults is two too many."""
    with MemoryStore().writing() as records:
        settled(records)
        with pytest.raises(InvalidInput) as refused:
            add(records, EMPLOYEE, "e-1", claim("hr_tag", pick="pink", occurred_at=later(9999)))

    assert {fault.pointer for fault in refused.value.faults} == {"/reason", "/occurred_at", "/pick"}


@pytest.mark.parametrize(("who", "subject_id"), PEOPLE)
def test_people_nobody_saved_have_no_profile(who: str, subject_id: str) -> None:
    """Reading, adding, exporting and erasing all say the same."""
    with MemoryStore().writing() as records:
        with pytest.raises(NotFound):
            read_profile(records, FRAMEWORK, who, subject_id, now=NOW)
        with pytest.raises(NotFound):
            add(records, who, subject_id, claim())
        with pytest.raises(NotFound):
            export_person(records, FRAMEWORK, who, subject_id, now=NOW)
        with pytest.raises(NotFound):
            erase_person(records, who, subject_id, now=NOW)


def test_reading_without_naming_a_facet_gives_all_of_them() -> None:
    """In the framework's order."""
    with MemoryStore().writing() as records:
        settled(records)
        views = read_profile(records, FRAMEWORK, CUSTOMER, "c-1", now=NOW)

    assert [view.profile.facet for view in views] == list(FRAMEWORK.facets)


def test_a_tag_taken_back_leaves_the_profile_as_if_it_had_never_been() -> None:
    """T6, through the store: rebuilt, not subtracted; the log keeps that it happened and who took it back."""
    with MemoryStore().writing() as records:
        settled(records)
        add(records, EMPLOYEE, "e-1", claim("behaviour", pick="green"))
        before = values_of(records, EMPLOYEE, "e-1")
        tag(records, "blue")
        tagged = read_evidence(records, EMPLOYEE, "e-1")[-1]

        revoke_evidence(records, FRAMEWORK, EMPLOYEE, "e-1", tagged.id, actor="e-1", now=later(5))
        after = values_of(records, EMPLOYEE, "e-1")
        (kept,) = [piece for piece in read_evidence(records, EMPLOYEE, "e-1") if piece.id == tagged.id]

    assert after.profile == before.profile
    assert after.revision > before.revision
    assert (kept.revoked_at, kept.revoked_by) == (later(5), "e-1")


def test_taking_back_twice_is_as_good_as_once() -> None:
    """A repeated request must neither fail nor change the revision others hold."""
    with MemoryStore().writing() as records:
        settled(records)
        tag(records, "blue")
        (piece,) = read_evidence(records, EMPLOYEE, "e-1")
        revoke_evidence(records, FRAMEWORK, EMPLOYEE, "e-1", piece.id, actor="e-1", now=later(5))
        once = values_of(records, EMPLOYEE, "e-1").revision
        revoke_evidence(records, FRAMEWORK, EMPLOYEE, "e-1", piece.id, actor="e-1", now=later(6))

        assert values_of(records, EMPLOYEE, "e-1").revision == once


def test_one_person_cannot_take_back_anothers_evidence() -> None:
    """An id from elsewhere is as if absent."""
    with MemoryStore().writing() as records:
        settled(records)
        save_employee(records, employee("e-2"), now=NOW)
        tag(records, "blue")
        (piece,) = read_evidence(records, EMPLOYEE, "e-1")
        with pytest.raises(NotFound):
            revoke_evidence(records, FRAMEWORK, EMPLOYEE, "e-2", piece.id, actor="e-2", now=NOW)

        assert read_evidence(records, EMPLOYEE, "e-1")[0].revoked_at is None


def test_the_stored_row_always_equals_the_log_it_came_from() -> None:
    """T1 through the store: late evidence, replacements and a segment, in the order they were recorded."""
    steps = [
        claim("behaviour", pick="green", occurred_at=NOW - timedelta(days=3)),
        claim("self_tag", pick="red", occurred_at=NOW - timedelta(days=1)),
        claim("segment", pick=None, share={"blue": 0.5, "green": 0.5}),
        claim("behaviour", pick="blue", occurred_at=NOW - timedelta(days=400)),
        claim("self_tag", pick="blue", occurred_at=NOW - timedelta(days=2)),
    ]
    with MemoryStore().writing() as records:
        settled(records)
        for number, step in enumerate(steps):
            add(records, CUSTOMER, "c-1", step, now=later(number))
        stored = records.profiles.get(CUSTOMER, "c-1", FRAMEWORK.name, "values")
        log = read_evidence(records, CUSTOMER, "c-1", facet="values")

    again = rebuild(log, FRAMEWORK.values)
    assert stored is not None
    assert stored.revision == len(steps)
    assert stored.sums.prior == again.prior
    for source, folded in stored.sums.by_source.items():
        assert folded.at == again.by_source[source].at
        assert folded.vector == pytest.approx(again.by_source[source].vector, abs=1e-9)


def test_an_export_holds_everything_that_is_held() -> None:
    """GDPR articles 15 and 20: master data, presence, the whole log with what was taken back, every profile."""
    away = Presence(PresenceState.AWAY)
    with MemoryStore().writing() as records:
        settled(records)
        set_presence(records, "e-1", away, now=NOW)
        tag(records, "blue")
        tag(records, "red")
        revoked = read_evidence(records, EMPLOYEE, "e-1")[0]
        revoke_evidence(records, FRAMEWORK, EMPLOYEE, "e-1", revoked.id, actor="e-1", now=NOW)

        export = export_person(records, FRAMEWORK, EMPLOYEE, "e-1", now=later(1))

        assert export.person == employee()
        assert export.presence == away
        assert list(export.evidence) == read_evidence(records, EMPLOYEE, "e-1")
        assert {view.profile.facet for view in export.profiles} == set(FRAMEWORK.facets)
        assert export.exported_at == later(1)


@pytest.mark.parametrize(("who", "subject_id"), PEOPLE)
def test_after_erasure_nothing_of_the_person_is_left(who: str, subject_id: str) -> None:
    """T14: no evidence, no profile, no master data, no presence; and the other person is untouched."""
    (other,) = [person for person in PEOPLE if person[0] != who]
    with MemoryStore().writing() as records:
        settled(records)
        set_presence(records, "e-1", Presence(PresenceState.AVAILABLE), now=NOW)
        for person in PEOPLE:
            add(records, *person, claim())

        erase_person(records, who, subject_id, now=NOW)

        assert records.profiles.evidence_of(who, subject_id) == []
        assert records.profiles.get(who, subject_id, FRAMEWORK.name, "values") is None
        with pytest.raises(NotFound):
            read_profile(records, FRAMEWORK, who, subject_id, now=NOW)
        assert (records.employees.presence("e-1") is None) == (who == EMPLOYEE)
        assert len(records.profiles.evidence_of(*other)) == 1


def test_keys_of_an_erased_employee_stop_working() -> None:
    """A person who is gone must not be able to sign in."""
    key = ApiKey("k-1", "0" * 64, "employee", "e-1", NOW, later(3600))
    with MemoryStore().writing() as records:
        settled(records)
        records.keys.add(key)

        erase_person(records, EMPLOYEE, "e-1", now=NOW)

        kept = records.keys.get("k-1")
        assert kept is None or kept.revoked_at == NOW


def test_a_person_who_comes_back_after_erasure_is_new() -> None:
    """The same id later on starts from the prior, at revision 0."""
    with MemoryStore().writing() as records:
        settled(records)
        tag(records, "blue")
        erase_person(records, EMPLOYEE, "e-1", now=NOW)
        save_employee(records, employee(), now=NOW)
        view = values_of(records, EMPLOYEE, "e-1")

    assert (view.revision, view.profile.n_eff) == (0, 0)
