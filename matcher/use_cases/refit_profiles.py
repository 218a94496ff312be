"""What a night makes of all that people answered and did: priors of segments, caps of sources, lifts of situations."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from matcher.profiles.channels import CHANNEL
from matcher.profiles.framework import VALUES, Framework
from matcher.profiles.night import Findings, Study, Surveyed
from matcher.profiles.people import CUSTOMER, EMPLOYEE, Who
from matcher.profiles.segments import count_picks
from matcher.profiles.situations import Lift, Situation, SituationStudy
from matcher.use_cases.ports import FormAnswer, Job, Records, SegmentPrior, SourceCalibration
from matcher.use_cases.start_job import start_job

PROFILES_NIGHTLY = "profiles_nightly"
SCHEDULE = "schedule"  # who asked for it, where nobody did
PAGE_PEOPLE = 500
MOST_STRENGTH = 1_000_000.0  # pseudo-counts: more than that no store takes
WHO_ANSWERS: tuple[Who, ...] = (CUSTOMER, EMPLOYEE)


def plan_night(records: Records, day: date, *, now: datetime) -> Job | None:
    """The job of that day's night, queued; `None` where it was planned already, however it ended.

    The job's row says so: its id is made of the day, so that two workers cannot plan one night twice.
    """
    job_id = f"{PROFILES_NIGHTLY}.{day.isoformat()}"
    if records.jobs.get(job_id) is not None:
        return None
    arguments = {"day": day.isoformat()}
    return start_job(records, PROFILES_NIGHTLY, arguments, actor=SCHEDULE, now=now, new_id=lambda: job_id)


def start_refit(records: Records, *, actor: str, now: datetime, new_id: Callable[[], str]) -> Job:
    """The same work asked for by hand, beside that of the night."""
    return start_job(records, PROFILES_NIGHTLY, {}, actor=actor, now=now, new_id=new_id)


def study_page(records: Records, framework: Framework, study: Study, who: Who, *, after: str | None) -> str | None:
    """Add the next page of surveyed people to the study; the id to go on from, `None` where that was all."""
    place = (framework.name, VALUES)
    people = records.profiles.surveyed(who, *place, after=after, limit=PAGE_PEOPLE)
    members = [one.subject_id for one in people if one.segment is not None]
    answers = _counting(records, who, records.form_answers.of_many(who, members, *place), place)
    picks = [_picks(framework, answers.get(one.subject_id, [])) for one in people]
    keyed = zip(people, picks, strict=True)
    study.add([Surveyed(f"{who}|{one.subject_id}", one.sums, told, one.segment) for one, told in keyed])
    return people[-1].subject_id if len(people) == PAGE_PEOPLE else None


def study_contacts_page(
    records: Records, framework: Framework, study: SituationStudy, *, after: str | None
) -> str | None:
    """Add what the next page of customers did to the study; the id to go on from, `None` where that was all."""
    place = (framework.name, study.facet.id)
    people = records.profiles.observed(CUSTOMER, *place, after=after, limit=PAGE_PEOPLE)
    for told in records.profiles.evidence_of_many(CUSTOMER, people, *place).values():
        study.add(told)
    return people[-1] if len(people) == PAGE_PEOPLE else None


def settle_night(
    records: Records, framework: Framework, findings: Findings, lifts: Mapping[Situation, Lift], *, now: datetime
) -> int:
    """Put in force what was found and forget acute states that are over; how many of these.

    Segments' priors and situations' lifts count at once. New caps count the next night (see `learnt_framework`):
    until then people can read the report.
    """
    place = (framework.name, VALUES)
    fitted = findings.segments.priors.items()
    records.segment_priors.replace(
        *place, [SegmentPrior(*place, name, one.mean, one.strength, one.members, now) for name, one in fitted]
    )
    measured = findings.sources.items()
    records.calibrations.add(
        [SourceCalibration(*place, name, one.validity, one.cap, one.subjects, now) for name, one in measured]
    )
    channels = (framework.name, CHANNEL)
    records.segment_priors.replace(
        *channels,
        [
            SegmentPrior(*channels, one.name, lift.mean, min(float(lift.contacts), MOST_STRENGTH), lift.contacts, now)
            for one, lift in lifts.items()
        ],
    )
    return records.overlays.forget_expired(now)


def _counting(
    records: Records, who: Who, answers: Mapping[str, list[FormAnswer]], place: tuple[str, str]
) -> dict[str, list[FormAnswer]]:
    """The answers without those whose evidence was taken back.

    Whoever is among the surveyed with one wave of answers still stands by it: only the others' evidence is read.
    """
    several = [person for person, given in answers.items() if len({one.wave for one in given}) > 1]
    pieces = records.profiles.evidence_of_many(who, several, *place)
    gone = {piece.id for told in pieces.values() for piece in told if piece.revoked_at is not None}
    return {person: [one for one in given if one.evidence_id not in gone] for person, given in answers.items()}


def _picks(framework: Framework, answers: Sequence[FormAnswer]) -> tuple[float, ...]:
    """The person's pick counts, of the wave they answered last in each form; to each item the last answer counts."""
    newest = {one.form: one.wave for one in answers}
    counts = [0.0] * framework.values.size
    for form_id, wave in newest.items():
        if form_id in framework.forms:
            given = {one.answer.item: one.answer for one in answers if (one.form, one.wave) == (form_id, wave)}
            picked = count_picks(framework.values, framework.forms[form_id], given.values())
            counts = [before + more for before, more in zip(counts, picked, strict=True)]
    return tuple(counts)
