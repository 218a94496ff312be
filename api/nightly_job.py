"""A night's work on profiles: reads the surveyed page by page, computes without a transaction, settles in one."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from api.settings import Settings
from matcher.profiles.calibration import Recalibration, Verdict
from matcher.profiles.channels import CHANNEL
from matcher.profiles.framework import Facet, Framework
from matcher.profiles.night import Findings, Study
from matcher.profiles.segments import LEAST_MEMBERS, FittedPrior
from matcher.profiles.situations import LEAST_CONTACTS, Lift, Situation, SituationStudy
from matcher.use_cases.refit_profiles import WHO_ANSWERS, settle_night, study_contacts_page, study_page
from matcher.use_cases.run_job import JobRun

if TYPE_CHECKING:
    from api.wiring import Klik

MOST_TOLD = 1_000  # segments in a report
LEAST_TOLD = 5  # of fewer people not even the number is told (trust.md, bad input 118)
WORDS = {
    Verdict.AS_ASSUMED: "not distinguishable from what was assumed",
    Verdict.WEAKER: "weaker than was assumed",
    Verdict.STRONGER: "stronger than was assumed",
    Verdict.UNKNOWN: "too few people to say; what was assumed stands",
}


def night_due(now: datetime, settings: Settings) -> date | None:
    """The day whose night has come, by the operator's clock; `None` before its hour, or when nights are off."""
    here = now.astimezone(ZoneInfo(settings.timezone))
    if settings.nightly_at is None or here.time() < settings.nightly_at:
        return None
    return here.date()


def work_on_night(klik: "Klik", run: JobRun) -> None:
    """Study everyone who answered a form, then put what was found in force and tell it, all in one transaction.

    Another attempt begins anew: until the last transaction nothing was written.
    """
    framework = klik.learnt.filed
    study = Study(framework.values, run.now())
    for who in WHO_ANSWERS:
        after: str | None = ""
        while after is not None:
            run.go_on(study.seen)
            with run.store.reading() as records:
                after = study_page(records, framework, study, who, after=after)
    findings, channels = study.findings(), framework.facets.get(CHANNEL)
    contacts = None if channels is None else _studied_contacts(run, framework, SituationStudy(channels), study.seen)
    lifts = {} if contacts is None else contacts.lifts()
    run.go_on(study.seen, study.seen)
    with run.ending() as ending:
        now = run.now()
        forgotten = settle_night(ending.records, framework, findings, lifts, now=now)
        ending.result = report_document(framework.name, framework.values, findings, forgotten=forgotten)
        if contacts is not None:
            ending.result |= situations_document(contacts, lifts)


def _studied_contacts(run: JobRun, framework: Framework, study: SituationStudy, people: int) -> SituationStudy:
    """The study with everything that customers did in it."""
    after: str | None = ""
    while after is not None:
        run.go_on(people)
        with run.store.reading() as records:
            after = study_contacts_page(records, framework, study, after=after)
    return study


def report_document(name: str, facet: Facet, findings: Findings, *, forgotten: int) -> dict[str, object]:
    """What was found as JSON speaks it: by source and by segment, at most a thousand of these."""
    priors, too_few = findings.segments.priors, findings.segments.too_few
    return {
        "framework": name,
        "facet": facet.id,
        "surveyed": findings.surveyed,
        "sources": [_source(source, facet, one) for source, one in findings.sources.items()],
        "segments": [_segment(segment, facet, prior) for segment, prior in list(priors.items())[:MOST_TOLD]],
        "segments_left_out": max(0, len(priors) - MOST_TOLD),
        "too_few": [_too_few(segment, members) for segment, members in list(too_few.items())[:MOST_TOLD]],
        "least_members": LEAST_MEMBERS,
        "refused": list(findings.segments.refused[:MOST_TOLD]),
        "states_forgotten": forgotten,
    }


def situations_document(study: SituationStudy, lifts: Mapping[Situation, Lift]) -> dict[str, object]:
    """What was found of situations: how much oftener each channel is chosen there, in at most a thousand of them."""
    return {
        "contacts": study.contacts,
        "situations": [_situation(one, study.facet, lift) for one, lift in list(lifts.items())[:MOST_TOLD]],
        "situations_left_out": max(0, len(lifts) - MOST_TOLD),
        "least_contacts": LEAST_CONTACTS,
    }


def _situation(situation: Situation, facet: Facet, lift: Lift) -> dict[str, object]:
    by_channel = dict(zip(facet.dims, lift.by_category, strict=True))
    return {**asdict(situation), "contacts": lift.contacts, "lift": by_channel}


def _source(source: str, facet: Facet, one: Recalibration) -> dict[str, object]:
    measured = None
    if one.measured is not None:
        measured = {"value": one.measured.value, "interval": list(one.measured.interval)}
    return {
        "source": source,
        "people": one.subjects if one.subjects >= LEAST_TOLD else None,
        "assumed": one.assumed,
        "measured": measured,
        "validity": one.validity,
        "cap": one.cap,
        "cap_in_file": facet.terms(source).cap,
        "verdict": str(one.verdict),
        "told": WORDS[one.verdict],
    }


def _segment(segment: str, facet: Facet, prior: FittedPrior) -> Mapping[str, object]:
    mean = dict(zip(facet.dims, prior.mean, strict=True))
    return {"segment": segment, "members": prior.members, "mean": mean, "strength": prior.strength}


def _too_few(segment: str, members: int) -> Mapping[str, object]:
    return {"segment": segment, "members": members if members >= LEAST_TOLD else None}
