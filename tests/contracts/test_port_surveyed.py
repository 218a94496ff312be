"""What whoever remembers promises to a night's work: the surveyed, page by page, and what they answered."""

from matcher.profiles.evidence import Source
from matcher.profiles.facets import Sums
from matcher.profiles.people import CUSTOMER, EMPLOYEE, Consent
from matcher.profiles.questionnaire import Answer
from matcher.use_cases.ports import Job, JobState, Store, SurveyedPerson
from tests.contracts.stored_things import (
    FRAMEWORK,
    NOW,
    a_calibration,
    a_customer,
    a_prior,
    an_answer,
    an_employee,
    later,
    some_sums,
)

PLACE = (FRAMEWORK, "values")
SURVEY = some_sums(source=Source.SURVEY.value)


def put_profile(records: object, who: str, subject_id: str, sums: Sums) -> None:
    records.profiles.put(who, subject_id, *PLACE, sums, expected_revision=0, now=NOW)


def test_the_surveyed_come_page_by_page_and_nobody_else(store: Store) -> None:
    """A night reads a hundred thousand people and must hold a page of them."""
    with store.writing() as records:
        for number in range(5):
            records.customers.put(a_customer(f"c-{number}", segment=f"s{number}"), now=NOW)
            put_profile(records, CUSTOMER, f"c-{number}", SURVEY)
        records.customers.put(a_customer("c-tagged"), now=NOW)
        put_profile(records, CUSTOMER, "c-tagged", some_sums(source=Source.SELF_TAG.value))
        records.customers.put(a_customer("c-unasked", consent=Consent(value_profiling=False)), now=NOW)
        put_profile(records, CUSTOMER, "c-unasked", SURVEY)
        records.employees.put(an_employee("e-1"), now=NOW)
        put_profile(records, EMPLOYEE, "e-1", SURVEY)

    with store.reading() as records:
        first = records.profiles.surveyed(CUSTOMER, *PLACE, after=None, limit=3)
        rest = records.profiles.surveyed(CUSTOMER, *PLACE, after="c-2", limit=3)
        staff = records.profiles.surveyed(EMPLOYEE, *PLACE, after=None, limit=3)
        elsewhere = records.profiles.surveyed(CUSTOMER, FRAMEWORK, "channel", after=None, limit=3)

    assert [person.subject_id for person in first] == ["c-0", "c-1", "c-2"]
    assert rest == [SurveyedPerson("c-3", "s3", SURVEY), SurveyedPerson("c-4", "s4", SURVEY)]
    assert staff == [SurveyedPerson("e-1", None, SURVEY)]
    assert elsewhere == []


def test_whoever_was_observed_comes_page_by_page_whether_they_agreed_or_not(store: Store) -> None:
    """How someone likes to be served needs no consent; what they said of themselves is no behaviour."""
    seen = some_sums(source=Source.BEHAVIOUR.value)
    with store.writing() as records:
        for number in range(4):
            name = f"c-{number}"
            records.customers.put(a_customer(name, consent=Consent(value_profiling=number > 0)), now=NOW)
            put_profile(records, CUSTOMER, name, seen)
        records.customers.put(a_customer("c-tagged"), now=NOW)
        put_profile(records, CUSTOMER, "c-tagged", some_sums(source=Source.SELF_TAG.value))
        records.employees.put(an_employee("e-1"), now=NOW)
        put_profile(records, EMPLOYEE, "e-1", seen)

    with store.reading() as records:
        first = records.profiles.observed(CUSTOMER, *PLACE, after=None, limit=3)
        rest = records.profiles.observed(CUSTOMER, *PLACE, after="c-2", limit=3)
        elsewhere = records.profiles.observed(CUSTOMER, FRAMEWORK, "channel", after=None, limit=3)

    assert (first, rest, elsewhere) == (["c-0", "c-1", "c-2"], ["c-3"], [])


def test_what_many_answered_is_read_at_once_in_the_order_of_answering(store: Store) -> None:
    """A statement a person would make a night of a hundred thousand people a day."""
    with store.writing() as records:
        for name in ("e-1", "e-2", "e-3"):
            records.employees.put(an_employee(name), now=NOW)
        late = an_answer("a-1", answered_at=later(60))
        early = an_answer("a-2", answer=Answer("S02", best="b"))
        others = an_answer("a-3", subject_id="e-2")
        records.form_answers.add(
            [late, early, others, an_answer("a-4", facet="channel"), an_answer("a-5", subject_id="e-3")]
        )

    with store.reading() as records:
        found = records.form_answers.of_many(EMPLOYEE, ["e-1", "e-2", "nobody"], *PLACE)
        nobody = records.form_answers.of_many(EMPLOYEE, [], *PLACE)

    assert found == {"e-1": [early, late], "e-2": [others]}
    assert nobody == {}


def test_every_prior_of_a_facet_is_read_at_once(store: Store) -> None:
    """A process keeps them all: a match then asks for none."""
    priors = [a_prior("retail"), a_prior("smb", members=50)]
    with store.writing() as records:
        records.segment_priors.replace(*PLACE, priors)
        records.segment_priors.replace(FRAMEWORK, "channel", [a_prior("old", facet="channel")])

    with store.reading() as records:
        assert records.segment_priors.of_facet(*PLACE) == {"retail": priors[0], "smb": priors[1]}
        assert records.segment_priors.of_facet("other@1", "values") == {}


def test_measures_are_read_as_they_stood_at_a_moment(store: Store) -> None:
    """New caps apply a night later: until then those of the night before count."""
    first, second = a_calibration(fitted_at=NOW), a_calibration(cap=0.0, fitted_at=later(86_400))
    with store.writing() as records:
        records.calibrations.add([first, second])

    with store.reading() as records:
        assert records.calibrations.current(*PLACE, until=later(-1)) == {}
        assert records.calibrations.current(*PLACE, until=later(86_399)) == {first.source: first}
        assert records.calibrations.current(*PLACE, until=later(86_400)) == {second.source: second}


def test_the_job_done_last_of_a_kind_is_found(store: Store) -> None:
    """Its result is the report that people ask for the morning after."""
    with store.writing() as records:
        for number, kind in enumerate(("night", "night", "other", "night")):
            records.jobs.add(Job(f"j-{number}", kind, {}, "key-1", NOW))
            records.jobs.take(f"j-{number}", holder="w", now=NOW, lease_until=later(30))
            state = JobState.FAILED if number == 3 else JobState.DONE
            records.jobs.finish(
                f"j-{number}", holder="w", state=state, result={"n": number}, error=None, now=later(number)
            )

    with store.reading() as records:
        done = records.jobs.last_done("night")
        assert done is not None
        assert done.result == {"n": 1}
        assert records.jobs.last_done("unheard of") is None
