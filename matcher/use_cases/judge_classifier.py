"""Judge a classifier by decisions that were made without it, before it decides anything."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from sys import intern

from matcher.compatibility.judging import Case, judged_log, log_of
from matcher.compatibility.offpolicy import LEAST_EFFECTIVE, TOLERANCE, OffPolicy
from matcher.compatibility.serving import ServedClassifier
from matcher.contacts.outcome import OutcomeTerms
from matcher.profiles.framework import Framework
from matcher.routing import Roster
from matcher.routing.explore import softmax_with_floor
from matcher.rules import RuleSet
from matcher.use_cases.classifier_ports import Shelf
from matcher.use_cases.learning_ports import LoggedDecision
from matcher.use_cases.ports import Records
from matcher.use_cases.promote_classifier import classifier_named
from matcher.use_cases.read_meetings import successes_of
from matcher.use_cases.training_data import customers_learnt_from

MOST_DECISIONS = 50_000  # the latest ones
PAGE = 1_000
NO_PERSON = "person_gone"  # never named, or erased since
NO_PROPENSITY = "no_propensity"
CUT = "candidates_left_out"  # though the chances of those kept leave none to others
AGAIN = "decided_again"  # the same contact was given to the same employee later
NO_OUTCOME = "no_outcome"
OLDER = "older"  # beyond the latest MOST_DECISIONS
REASONS = (NO_PERSON, NO_PROPENSITY, CUT, AGAIN, NO_OUTCOME, OLDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedClassifier:
    """What logged decisions say of a classifier. `since` is never before the last outcome that it was learnt from.

    `decisions` are those of the window, `used` of them judged, `left_out` how many of the others by reason. `floor` is
    the share of chance in the policy judged. `found` is `None` where too few can be used; `refused` says why there is
    no verdict, `None` where there is one.
    """

    version: str
    since: datetime
    until: datetime
    decisions: int
    used: int
    left_out: Mapping[str, int]
    floor: float
    found: OffPolicy | None
    refused: str | None
    verdict: str


def judge_classifier(
    records: Records,
    shelf: Shelf,
    version: str,
    *,
    framework: Framework,
    rule_set: RuleSet,
    since: datetime | None,
    until: datetime | None,
    now: datetime,
) -> JudgedClassifier:
    """What the classifier's own choice among the logged candidates would have brought; nothing is changed by asking.

    Its choice is drawn as one-sided decisions are: evenly with the chance that the rule set's `explore` says, else by
    a softmax of its probabilities. Outcomes are judged by the rule set's terms, people count as they are known now.
    Outcomes that it was learnt from do not judge it.
    Raises NotFound; InvalidInput `bad_classifier`.
    """
    floor = 0.0 if rule_set.explore is None else rule_set.explore.floor
    known = classifier_named(records, version)
    begin, end = max(since or known.last_outcome_at, known.last_outcome_at), until or now
    opened = shelf.read(version, digest=known.digest, framework=framework.name)
    roster = Roster.of(records.employees.changes_since(None, framework=framework.name).records, framework, at=now)
    decisions = records.decisions.count(begin, end)
    left_out = Counter({OLDER: max(0, decisions - MOST_DECISIONS)})
    cases = list(_cases(records, _latest(records, begin, end), roster, left_out, terms=rule_set.outcome_terms))[::-1]
    people = customers_learnt_from(records, framework, {one.customer_id for one in cases}, now)
    there = set(people.ids)
    usable = [one for one in cases if one.customer_id in there]
    left_out[NO_PERSON] += len(cases) - len(usable)
    classifier = ServedClassifier(version, opened.scorer, known.outcomes)
    found: OffPolicy | None = None
    refused: str | None = f"{len(usable):,} usable decisions of at least {LEAST_EFFECTIVE:.0f}"
    if len(usable) >= LEAST_EFFECTIVE:
        staff = classifier.staff(roster.employees, framework, roster.values)
        ids, choose = [each.id for each in roster.employees], partial(softmax_with_floor, floor=floor)
        found, refused = judged_log(log_of(usable, classifier, staff, people, ids, choose=choose))
    return JudgedClassifier(
        version=version,
        since=begin,
        until=end,
        decisions=decisions,
        used=len(usable),
        left_out={reason: left_out[reason] for reason in REASONS},
        floor=floor,
        found=found,
        refused=refused,
        verdict=f"no verdict: {refused}" if found is None else found.verdict,
    )


def _latest(records: Records, since: datetime, until: datetime) -> Iterator[list[LoggedDecision]]:
    """The latest `MOST_DECISIONS` of the window, newest first, a page at a time: years before them are not read."""
    before, left = None, MOST_DECISIONS
    while left > 0 and (page := records.decisions.latest(since, until, before=before, limit=min(PAGE, left))):
        yield page
        left -= len(page)
        before = (page[-1].at, page[-1].id)


def _cases(
    records: Records,
    pages: Iterable[list[LoggedDecision]],
    roster: Roster,
    left_out: Counter[str],
    *,
    terms: OutcomeTerms,
) -> Iterator[Case]:
    """The decisions that can be used, with what came of them; the others are counted by reason."""
    decided = set[tuple[str, str | None]]()
    for page in pages:
        came = successes_of(records, page, terms)
        for one in page:
            pair = one.contact_id, one.employee_id
            reason = _unusable(one, roster)
            if reason is None and pair in decided:
                reason = AGAIN
            decided.add(pair)
            success = came.get(pair)
            if reason is None and success is None:
                reason = NO_OUTCOME
            if reason is not None or success is None:
                left_out[reason or NO_OUTCOME] += 1
                continue
            yield _case(one, success)


def _case(one: LoggedDecision, success: float) -> Case:
    """The case; texts that many of them share are kept once, as there may be fifty candidates in each."""
    might = tuple((intern(each.employee_id), each.probability or 0.0) for each in one.candidates)
    intent = None if one.intent is None else intern(one.intent)
    who = intern(one.customer_id or ""), intern(one.employee_id or "")
    return Case(*who, intent, intern(one.channel), success, might)


def _unusable(one: LoggedDecision, roster: Roster) -> str | None:
    """Why the decision can judge nothing, whatever came of it."""
    if one.customer_id is None or one.employee_id is None:
        return NO_PERSON
    if one.propensity is None or not one.candidates or any(each.probability is None for each in one.candidates):
        return NO_PROPENSITY
    ids = {each.employee_id: each.probability or 0.0 for each in one.candidates}
    rest = 1.0 - sum(ids.values())
    if one.candidates_left_out and rest <= TOLERANCE:
        return CUT
    if not one.candidates_left_out and (abs(rest) > TOLERANCE or one.employee_id not in ids):
        return NO_PERSON
    if not ids.keys() | {one.employee_id} <= roster.index_of.keys():
        return NO_PERSON
    if one.employee_id in ids and abs(ids[one.employee_id] - one.propensity) > TOLERANCE:
        return NO_PROPENSITY
    return None
