"""Add a piece of evidence about a customer or an employee."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from matcher.errors import Fault, InvalidInput, invalid
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import REPLACING
from matcher.profiles.framework import VALUES, Facet, Framework
from matcher.profiles.open_sets import OPEN
from matcher.profiles.people import EMPLOYEE, Customer, Employee, Who
from matcher.profiles.preferences import observed_share
from matcher.profiles.situations import EVENT, INTENT, URGENT
from matcher.profiles.tags import full_share, tag_share
from matcher.profiles.text import TextScorer, TextShare
from matcher.use_cases.ports import Records
from matcher.use_cases.read_profile import ProfileView, person_who_agrees, read_profile
from matcher.use_cases.record_evidence import record_evidence

OLDEST = datetime(2000, 1, 1, tzinfo=UTC)  # older than any record of contacts kept by computer here: a clock unset
MOST_AHEAD = timedelta(seconds=300)  # how far clocks may differ (profiling.md section 2)
NO_TEXTS = "no texts are read here: that is switched off, or nothing was trained yet; send a share or a pick instead"
REFUSED_SOURCES = {
    Source.SURVEY: ("source_not_accepted", "a questionnaire is scored from its answers: send the answers instead"),
    Source.OUTCOME: ("source_not_accepted", "outcomes are learnt from contacts, they are not sent as evidence"),
}


@dataclass(frozen=True, slots=True)
class Claim:
    """What is claimed: a source, a facet, and either shares by category or the one category that was picked.

    Behaviour may be told as an `event` of the framework's file instead, with the category it names in `pick`; `open`
    lists the categories that could be chosen at the time, where some could not; `intent` and `urgent` say in which
    situation it was. A `text` comes in place of a share, with its `language` (the customer's own where none is named);
    it is read and let go.
    """

    source: Source
    facet: str
    share: Mapping[str, float] | None = None
    pick: str | None = None
    event: str | None = None
    open: tuple[str, ...] | None = None
    intent: str | None = None
    urgent: bool | None = None
    occurred_at: datetime | None = None
    reason: str | None = None
    text: str | None = field(default=None, repr=False)
    language: str | None = None


def add_evidence(
    records: Records,
    framework: Framework,
    who: Who,
    subject_id: str,
    claim: Claim,
    *,
    actor: str,
    now: datetime,
    new_id: Callable[[], str],
    scorer: TextScorer | None = None,
) -> ProfileView:
    """The person's profile on that facet, with the evidence in it.

    `scorer` reads texts, which are refused without one. Of a text it can make nothing of, nothing is recorded: the
    profile is as it was, and `told` says why in one word.
    Raises NotFound; ConsentMissing for the values of a customer who has not agreed; InvalidInput with every fault.
    """
    facet = framework.facet(claim.facet)
    person = person_who_agrees(records, who, subject_id, facet.id)
    if claim.source is Source.TEXT or claim.text is not None:
        read = _read_text(person, facet, claim, scorer, now)
        if read.weight <= 0:
            (view,) = read_profile(records, framework, who, subject_id, facets=[facet.id], now=now)
            return replace(view, told=read.why or "tells_nothing")
        share, weight = read.share, read.weight
    else:
        share, weight = _accepted_share(facet, who, claim, now)
    evidence = Evidence(
        id=new_id(),
        who=who,
        subject_id=subject_id,
        framework=framework.name,
        facet=facet.id,
        source=claim.source,
        occurred_at=claim.occurred_at or now,
        recorded_at=now,
        share=share,
        weight=weight,
        actor=actor,
        reason=claim.reason,
        detail=_detail(claim),
    )
    record_evidence(records, framework, evidence, now=now)
    person_who_agrees(records, who, subject_id, facet.id)
    (view,) = read_profile(records, framework, who, subject_id, facets=[facet.id], now=now)
    return view


def _accepted_share(facet: Facet, who: Who, claim: Claim, now: datetime) -> tuple[tuple[float, ...], float]:
    """The share claimed and its pseudo-counts, once every check has passed."""
    faults = [*_source_faults(facet, who, claim), *_time_faults(claim, now)]
    faults += [*_open_faults(facet, claim), *_situation_faults(claim)]
    share: tuple[float, ...] = ()
    weight = 0.0
    try:
        share, weight = _share_and_weight(facet, claim)
    except InvalidInput as refused:
        faults += [fault for fault in refused.faults if fault not in faults]
    if faults:
        raise InvalidInput(faults)
    return share, weight


def _read_text(
    person: Customer | Employee, facet: Facet, claim: Claim, scorer: TextScorer | None, now: datetime
) -> TextShare:
    """What a customer's text tells. Raises InvalidInput with every fault, before a word of it is read."""
    language = claim.language or (person.language if isinstance(person, Customer) else None)
    if claim.source is Source.TEXT and scorer is None:
        raise invalid("/source", "text_not_enabled", NO_TEXTS)
    faults = [*_text_faults(person, facet, claim), *_time_faults(claim, now)]
    if language is None:
        faults.append(Fault("/language", "missing_field", "name the text's language: the customer has none on record"))
    if faults or scorer is None or language is None:
        raise InvalidInput(faults)
    return scorer.share_of(claim.text or "", language=language.partition("-")[0].lower())


def _text_faults(person: Customer | Employee, facet: Facet, claim: Claim) -> Iterator[Fault]:
    if claim.source is not Source.TEXT:
        yield Fault("/text", "unknown_field", "a text goes with the source text")
        return
    if isinstance(person, Employee):
        yield Fault("/source", "source_not_accepted", "only customers' texts are read, and only of those who agreed")
    elif claim.source.value not in facet.sources:
        yield Fault("/source", "source_not_accepted", f"text does not speak on facet {facet.id}")
    if claim.text is None:
        yield Fault("/text", "missing_field", "give the text that is to be read")
    for name in ("share", "pick", "event", "open", "intent", "urgent"):
        if getattr(claim, name) is not None:
            yield Fault(f"/{name}", "unknown_field", "a text says by itself what it tells")


def _detail(claim: Claim) -> dict[str, object]:
    opened = None if claim.open is None else list(claim.open)
    told = {EVENT: claim.event, OPEN: opened, INTENT: claim.intent, URGENT: claim.urgent}
    return {name: value for name, value in told.items() if value is not None}


def _open_faults(facet: Facet, claim: Claim) -> Iterator[Fault]:
    if claim.open is None:
        return
    if claim.source is not Source.BEHAVIOUR:
        yield Fault("/open", "unknown_field", "what was open counts for behaviour; a statement stands by itself")
    for place, name in enumerate(claim.open):
        if name not in facet.dims:
            yield facet.unknown(name, f"/open/{place}")


def _situation_faults(claim: Claim) -> Iterator[Fault]:
    told = [name for name in (INTENT, URGENT) if getattr(claim, name) is not None]
    if claim.source is not Source.BEHAVIOUR:
        for name in told:
            yield Fault(f"/{name}", "unknown_field", "only behaviour has its situation; a statement stands by itself")
    elif told == [URGENT]:
        yield Fault("/intent", "missing_field", "say what was urgent: its intent")


def _source_faults(facet: Facet, who: Who, claim: Claim) -> Iterator[Fault]:
    if claim.source in REFUSED_SOURCES:
        yield Fault("/source", *REFUSED_SOURCES[claim.source])
    elif claim.source is not Source.SEGMENT and claim.source.value not in facet.sources:
        yield Fault("/source", "source_not_accepted", f"{claim.source.value} does not speak on facet {facet.id}")
    if claim.source is Source.HR_TAG and who == EMPLOYEE and not (claim.reason or "").strip():
        yield Fault("/reason", "missing_field", "say why: the employee reads the reason beside the tag")


def _time_faults(claim: Claim, now: datetime) -> Iterator[Fault]:
    if claim.occurred_at is not None and claim.occurred_at > now + MOST_AHEAD:
        detail = f"occurred_at lies more than {MOST_AHEAD.seconds} s ahead: check the sender's clock"
        yield Fault("/occurred_at", "in_the_future", detail)
    if claim.occurred_at is not None and claim.occurred_at < OLDEST:
        detail = f"occurred_at lies before {OLDEST:%Y}: check the sender's clock"
        yield Fault("/occurred_at", "too_long_ago", detail)


def _share_and_weight(facet: Facet, claim: Claim) -> tuple[tuple[float, ...], float]:
    """What is claimed as a share, and what it is worth; a segment tells what to expect and counts as no observation."""
    if claim.event is not None:
        if claim.source is not Source.BEHAVIOUR or claim.share is not None:
            raise invalid("/event", "one_of", "an event is behaviour, and says by itself what it tells: give no share")
        return observed_share(facet, claim.event, pick=claim.pick, opened=claim.open)
    weight = 0.0 if claim.source is Source.SEGMENT else facet.terms(claim.source.value).weight
    return _share(facet, claim), weight


def _share(facet: Facet, claim: Claim) -> tuple[float, ...]:
    if (claim.share is None) == (claim.pick is None):
        raise invalid("", "one_of", "give either share or pick")
    if claim.share is not None:
        return full_share(facet, claim.share, "/share")
    assert claim.pick is not None  # one of the two is there
    picked = facet.index(claim.pick, pointer="/pick")
    if claim.source in REPLACING and facet.id == VALUES:
        return tag_share(facet, claim.pick)
    return tuple(float(place == picked) for place in range(facet.size))
