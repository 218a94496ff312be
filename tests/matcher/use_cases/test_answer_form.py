"""Answers to forms: scored together by the wave, one piece of evidence each, and never against the person's will."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from matcher.errors import ConsentMissing, InvalidInput, NotFound
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import Profile, rebuild
from matcher.profiles.people import CUSTOMER, EMPLOYEE
from matcher.profiles.questionnaire import Answer, Mode
from matcher.use_cases.answer_form import Answered, Submission, answer_form
from matcher.use_cases.read_profile import read_profile
from matcher.use_cases.revoke_evidence import revoke_evidence
from matcher.use_cases.save_customer import save_customer
from matcher.use_cases.save_employee import save_employee
from models.memory import MemoryRecords, MemoryStore
from tests.matcher.use_cases.world import FRAMEWORK, NOW, WITHDRAWN, counting_ids, customer, employee, later

FORM = FRAMEWORK.forms["customer"]
STAFF = FRAMEWORK.forms["staff"]
ids = counting_ids("a")


def settled() -> MemoryRecords:
    """One customer who agreed, one employee, in a transaction that nobody ends."""
    records = MemoryStore().writing().__enter__()
    save_customer(records, customer(), now=NOW)
    save_employee(records, employee(), now=NOW)
    return records


def bests(keys: str, *, start: int = 0) -> tuple[Answer, ...]:
    """These keys picked as best, in the customers' form from its item `start` on."""
    return tuple(Answer(item, best=key) for item, key in zip(FORM.order[start:], keys, strict=False))


def answer(
    records: MemoryRecords,
    answers: Sequence[Answer],
    *,
    now: datetime = NOW,
    language: str = "nl",
    mode: Mode | None = None,
    form: str = "customer",
    subject: tuple[str, str] = (CUSTOMER, "c-1"),
) -> Answered:
    """The answers handed in, by a machine."""
    submission = Submission(form, language, tuple(answers), mode)
    return answer_form(records, FRAMEWORK, *subject, submission, actor="key-1", now=now, new_id=ids)


def profile(records: MemoryRecords, facet: str = "values", *, now: datetime = NOW) -> Profile:
    """The customer's profile as it stands."""
    (view,) = read_profile(records, FRAMEWORK, CUSTOMER, "c-1", facets=[facet], now=now)
    return view.profile


def log(records: MemoryRecords, facet: str = "values") -> list[Evidence]:
    """The customer's evidence, what was taken back included."""
    return records.profiles.evidence_of(CUSTOMER, "c-1", facet=facet)


def counting(records: MemoryRecords, facet: str = "values") -> list[Evidence]:
    """The customer's evidence that counts."""
    return [piece for piece in log(records, facet) if piece.revoked_at is None]


def test_answers_in_parts_tell_what_they_tell_together() -> None:
    """Adaptive asking sends one answer at a time; a profile must not depend on how the post was cut up."""
    whole, parts = settled(), settled()
    answer(whole, bests("abcdabcd"), now=later(3))
    for place, key in enumerate("abcdabcd"):
        answer(parts, bests(key, start=place), now=later(3))

    assert profile(parts, now=later(3)).share == pytest.approx(profile(whole, now=later(3)).share, abs=1e-9)
    assert profile(parts, now=later(3)).n_eff == pytest.approx(profile(whole, now=later(3)).n_eff, abs=1e-9)


def test_a_wave_is_one_piece_of_evidence_that_its_answers_point_at() -> None:
    """Two pieces from one wave would count it twice; the former one stays readable, and says who replaced it."""
    records = settled()
    first, second = answer(records, bests("ab")), answer(records, bests("cd", start=2), now=later(60))
    (now_counts,) = counting(records)
    (replaced,) = [piece for piece in log(records) if piece.revoked_at is not None]
    kept = records.form_answers.of_person(CUSTOMER, "c-1", framework=FRAMEWORK.name)

    assert (first.begins_wave, second.begins_wave) == (True, False)
    assert (replaced.revoked_by, replaced.revoked_at) == ("system", later(60))
    assert replaced.revoked_reason
    assert {one.evidence_id for one in kept} == {now_counts.id}
    assert len({one.wave for one in kept}) == 1
    assert (now_counts.source, now_counts.detail["answered"]) == (Source.SURVEY, 4)
    assert first.view.revision < second.view.revision


def test_the_row_is_what_the_log_makes_it() -> None:
    """T1: the stored sums equal those rebuilt from the evidence, also after replacements."""
    records = settled()
    for place in range(4):
        answer(records, bests("a", start=place), now=later(place * 40 * 86_400))
    stored = records.profiles.get(CUSTOMER, "c-1", FRAMEWORK.name, "values")
    assert stored is not None
    rebuilt = rebuild(log(records), FRAMEWORK.values)

    assert stored.sums.by_source["survey"].vector == pytest.approx(rebuilt.by_source["survey"].vector, abs=1e-9)


def test_who_says_a_thing_twice_counts_once() -> None:
    """Of two answers to an item the later one stands: else a doubled post would make people twice as sure."""
    once, twice = settled(), settled()
    answer(once, bests("cb"))
    answer(twice, bests("ab"))
    answer(twice, bests("c"))

    assert profile(twice).share == pytest.approx(profile(once).share, abs=1e-9)
    assert profile(twice).n_eff == pytest.approx(profile(once).n_eff, abs=1e-9)


@pytest.mark.parametrize(("days", "pieces"), [(89.99, 1), (90.0, 2), (400.0, 2)])
def test_ninety_days_after_its_first_answer_a_wave_is_over(days: float, pieces: int) -> None:
    """People change: what they said last winter is evidence of its own, that fades."""
    records = settled()
    answer(records, bests("ab"))
    joined = answer(records, bests("cd", start=2), now=NOW + timedelta(days=days))

    assert len(counting(records)) == pieces
    assert joined.begins_wave == (pieces == 2)


def test_what_a_person_took_back_does_not_come_back_with_the_next_answer() -> None:
    """Whoever revokes their answers begins anew; scoring the old ones along would undo the revocation."""
    records, fresh = settled(), settled()
    answer(records, bests("aaaa"))
    (piece,) = counting(records)
    revoke_evidence(records, FRAMEWORK, CUSTOMER, "c-1", piece.id, actor="customer:c-1", now=later(5))
    begun = answer(records, bests("d", start=4), now=later(9))
    answer(fresh, bests("d", start=4), now=later(9))

    assert begun.begins_wave
    assert profile(records, now=later(9)).share == pytest.approx(profile(fresh, now=later(9)).share, abs=1e-9)


def test_a_preference_is_a_statement_on_its_facet() -> None:
    """By hand: K1's two picks are 5 counts in all, 2.5 each, on a prior of 3: phone (.3·3 + 2.5)/8 = .425."""
    records = settled()
    answer(records, [Answer("K1", best="d"), Answer("K1", best="c")])
    channel = profile(records, "channel")
    share = dict(zip(channel.dims, channel.share, strict=True))

    assert share["phone"] == pytest.approx(0.425, abs=1e-9)
    assert share["chat"] == pytest.approx((0.15 * 3 + 2.5) / 8, abs=1e-9)
    assert counting(records) == []


def test_a_new_preference_stands_in_the_place_of_the_old_one() -> None:
    """Someone who moved from the phone to e-mail wants e-mail, not half of each."""
    records = settled()
    answer(records, [Answer("K1", best="d")])
    answer(records, [Answer("K1", best="e")], now=later(200 * 86_400))
    channel = profile(records, "channel", now=later(200 * 86_400))

    assert channel.n_eff == pytest.approx(5.0)
    assert channel.top[0] == "email"


def test_preferences_need_no_consent_and_values_do() -> None:
    """How someone likes to be served is no belief; what they value may be one (profiling.md section 12)."""
    records = settled()
    save_customer(records, customer(consent=WITHDRAWN), now=NOW)
    answer(records, [Answer("D1", best="a"), Answer("K2", best="b")])

    with pytest.raises(ConsentMissing):
        answer(records, [*bests("a"), Answer("K1", best="a")])
    assert records.profiles.evidence_of(CUSTOMER, "c-1", facet="channel") == []
    assert [one.facet for one in records.form_answers.of_person(CUSTOMER, "c-1", framework=None)] == [
        "decision_style",
        "service_window",
    ]


def test_withdrawal_takes_the_answers_about_values_and_leaves_the_preferences() -> None:
    """In the same transaction: evidence, answers and row of the facet are gone, the wish to be called stays."""
    records = settled()
    answer(records, [*bests("abcd"), Answer("K1", best="d")])
    save_customer(records, customer(consent=WITHDRAWN), now=later(1))

    assert log(records) == []
    assert [one.facet for one in records.form_answers.of_person(CUSTOMER, "c-1", framework=None)] == ["channel"]
    assert profile(records).n_eff == 0
    assert profile(records, "channel").n_eff == pytest.approx(5.0)


def test_answers_given_in_haste_count_half() -> None:
    """T9: the same answers in .3 s each weigh half, and the evidence says why; nobody is told off."""
    calm, hasty = settled(), settled()
    answer(calm, [replace(one, latency_ms=4_000) for one in bests("abcd")])
    answer(hasty, [replace(one, latency_ms=300) for one in bests("abcd")])
    (calm_piece,), (hasty_piece,) = counting(calm), counting(hasty)

    assert hasty_piece.weight == pytest.approx(calm_piece.weight / 2)
    assert (calm_piece.detail["flags"], hasty_piece.detail["flags"]) == ([], ["too_fast"])


def test_the_language_changes_nothing() -> None:
    """T11: the same choices in English and Dutch give the same profile, bit for bit."""
    dutch, english = settled(), settled()
    answer(dutch, bests("abcdabcd"), language="nl")
    answer(english, bests("abcdabcd"), language="en")

    assert profile(dutch).share == profile(english).share


def test_counts_explain_the_score() -> None:
    """By hand: of C7's four options one is best and one worst; each was shown once."""
    records = settled()
    answer(records, [Answer(FORM.order[0], best="a", worst="d")])
    (piece,) = counting(records)
    dims = [option.dim for option in FORM.items[FORM.order[0]].options]
    place = [FRAMEWORK.values.index(dim) for dim in dims]

    assert [piece.detail["shown"][each] for each in place] == [1, 1, 1, 1]  # type: ignore[index]  # a list of counts
    assert sum(piece.detail["shown"]) == 4  # type: ignore[call-overload]  # a list of counts
    assert [piece.detail["best"][each] for each in place] == [1, 0, 0, 0]  # type: ignore[index]  # a list of counts
    assert [piece.detail["worst"][each] for each in place] == [0, 0, 0, 1]  # type: ignore[index]  # a list of counts


def test_staff_answer_too_and_need_no_consent_flag() -> None:
    """Answering is voluntary, and outweighs HR's tag seven to one: sixteen quartets are worth some 16 counts."""
    records = settled()
    given = [Answer(item, best="abcd"[place % 4], worst="bcda"[place % 4]) for place, item in enumerate(STAFF.order)]
    answered = answer(records, given, form="staff", subject=(EMPLOYEE, "e-1"))

    assert answered.view.profile.n_eff > 7 * 0.9
    assert answered.view.profile.rejection is not None


def test_every_fault_is_told_at_once() -> None:
    """Language, item, option, and a worst that is the best: one round trip to mend them all."""
    records = settled()
    wrong = [Answer("C99", best="a"), Answer("C1", best="z"), Answer("C2", best="a", worst="a")]

    with pytest.raises(InvalidInput) as refused:
        answer(records, wrong, language="fr")
    assert {(fault.pointer, fault.code) for fault in refused.value.faults} == {
        ("/lang", "unknown_language"),
        ("/answers/0/item", "unknown_item"),
        ("/answers/1/best", "unknown_option"),
        ("/answers/2/worst", "best_equals_worst"),
    }
    assert log(records) == []


def test_someone_who_is_not_there_and_a_form_that_is_not_there() -> None:
    """404 and 422 with the forms there are."""
    records = settled()

    with pytest.raises(NotFound):
        answer(records, bests("a"), subject=(CUSTOMER, "nobody"))
    with pytest.raises(InvalidInput, match="staff, customer"):
        answer(records, bests("a"), form="friends")
    with pytest.raises(InvalidInput, match="has no item"):
        answer(records, [Answer("K1", best="a")], form="staff", subject=(EMPLOYEE, "e-1"))
