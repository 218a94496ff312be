"""Take a person's answers to a form: all those of ninety days are scored together, into one piece of evidence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from matcher.errors import Fault, InvalidInput
from matcher.profiles.answer_check import check_answers
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.framework import VALUES, Facet, Framework
from matcher.profiles.people import Who
from matcher.profiles.questionnaire import Answer, Form, Item, Mode
from matcher.profiles.survey import Filing, preference_evidence, survey_evidence, tallies
from matcher.use_cases.find_person import find_person
from matcher.use_cases.ports import FormAnswer, Records
from matcher.use_cases.read_profile import ProfileView, person_who_agrees, read_profile
from matcher.use_cases.read_wave import asked_along, newest_answers, read_wave
from matcher.use_cases.replace_evidence import replace_evidence

MORE_ANSWERS = "More answers to the same form came within ninety days: all of them are scored anew, together."
SHOWN, BEST = "shown", "best"  # the keys in a form's evidence of how often each category was shown, and picked as best
ANSWERED_ANEW = "The same question was answered anew."


@dataclass(frozen=True, slots=True)
class Submission:
    """What is handed in: answers to one form, given in a language; `mode` where only that way to answer is meant."""

    form: str
    language: str
    answers: tuple[Answer, ...]
    mode: Mode | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The value profile with the answers in it, and whether they began a wave rather than joined one."""

    view: ProfileView
    begins_wave: bool


def answer_form(
    records: Records,
    framework: Framework,
    who: Who,
    subject_id: str,
    submission: Submission,
    *,
    actor: str,
    now: datetime,
    new_id: Callable[[], str],
    reason: str | None = None,
) -> Answered:
    """Keep the answers, score them with those of the same wave, and replace the wave's evidence.

    An item that was answered before counts as it is answered now. A question about another facet becomes a statement
    on that facet, in place of the former one. Raises NotFound; InvalidInput with every fault; ConsentMissing where a
    customer who has not agreed answers about values; StaleRevision when another answer of the person came in between.
    """
    find_person(records, who, subject_id)
    form = framework.form(submission.form)
    preferences = asked_along(framework, form)
    _check(framework, form, submission, {name: item for name, (_, item) in preferences.items()})
    scored = [answer for answer in submission.answers if answer.item in form.items]
    if scored:
        person_who_agrees(records, who, subject_id, VALUES)
    filing = Filing(
        who=who, subject=subject_id, framework=framework.name, actor=actor, now=now, new_id=new_id, reason=reason
    )
    desk = _Desk(records=records, framework=framework, form=form, language=submission.language, filing=filing)
    begins_wave = desk.take(scored) if scored else True
    for facet, item in preferences.values():
        picks = [answer for answer in submission.answers if answer.item == item.id]
        if picks:
            desk.take_preference(facet, item, picks)
    if scored:
        person_who_agrees(records, who, subject_id, VALUES)
    (view,) = read_profile(records, framework, who, subject_id, facets=[VALUES], now=now)
    return Answered(view, begins_wave)


def _check(framework: Framework, form: Form, submission: Submission, preferences: Mapping[str, Item]) -> None:
    """Raise InvalidInput with every fault of language, mode and answers."""
    faults: list[Fault] = []
    if submission.language not in framework.languages:
        names = ", ".join(framework.languages)
        detail = f"{framework.name} speaks {names}, not {submission.language[:64]!r}"
        faults.append(Fault("/lang", "unknown_language", detail))
    try:
        check_answers(form, submission.answers, mode=submission.mode, preferences=preferences)
    except InvalidInput as refused:
        faults += refused.faults
    if faults:
        raise InvalidInput(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """Where one submission is taken: whose it is, and to which form."""

    records: Records
    framework: Framework
    form: Form
    language: str
    filing: Filing

    def take(self, answers: Sequence[Answer]) -> bool:
        """Score the answers with the rest of their wave; whether they began it."""
        facet = self.framework.values
        revision = self._revision(facet)
        person = (self.filing.who, self.filing.subject)
        wave = read_wave(self.records, self.framework, *person, self.form, now=self.filing.now)
        wave_id = wave.id or self.filing.new_id()
        together = newest_answers([*wave.answers, *answers])
        evidence = survey_evidence(self.form, facet, together, wave=wave_id, filing=self.filing)
        explained = replace(evidence, detail={**evidence.detail, **_counts(self.form, facet, together)})
        former = [] if wave.evidence_id is None else [wave.evidence_id]
        self._put(answers, explained, former, wave_id, revision, MORE_ANSWERS)
        return wave.id is None

    def take_preference(self, facet: Facet, item: Item, picks: Sequence[Answer]) -> None:
        """Take the picks as the person's statement on the facet."""
        revision = self._revision(facet)
        log = self.records.profiles.evidence_of(self.filing.who, self.filing.subject, facet=facet.id)
        former = [piece.id for piece in log if self._is_answer_to(item, piece)]
        wave_id = self.filing.new_id()
        evidence = preference_evidence(item, facet, picks, wave=wave_id, filing=self.filing)
        self._put(picks, evidence, former, wave_id, revision, ANSWERED_ANEW)

    def _revision(self, facet: Facet) -> int:
        """The profile's revision, read before all else: a change from here on is noticed when it is written."""
        key = (self.filing.who, self.filing.subject, self.framework.name, facet.id)
        stored = self.records.profiles.get(*key)
        return 0 if stored is None else stored.revision

    def _is_answer_to(self, item: Item, piece: Evidence) -> bool:
        is_alike = (piece.framework, piece.source) == (self.framework.name, Source.SURVEY)
        return is_alike and piece.revoked_at is None and piece.detail.get("item") == item.id

    def _put(
        self,
        answers: Sequence[Answer],
        evidence: Evidence,
        former: Sequence[str],
        wave_id: str,
        revision: int,
        reason: str,
    ) -> None:
        """Keep the answers, and the evidence made of them and of those before them in the wave."""
        self.records.form_answers.add([self._kept(answer, evidence.facet, wave_id) for answer in answers])
        place = (self.records, self.framework, former, evidence)
        replace_evidence(*place, reason=reason, expected_revision=revision, now=self.filing.now)
        self.records.form_answers.point_at(wave_id, evidence.id)

    def _kept(self, answer: Answer, facet: str, wave_id: str) -> FormAnswer:
        return FormAnswer(
            id=self.filing.new_id(),
            who=self.filing.who,
            subject_id=self.filing.subject,
            framework=self.framework.name,
            form=self.form.id,
            wave=wave_id,
            language=self.language,
            mode=_mode_of(answer),
            answer=answer,
            answered_at=self.filing.now,
            facet=facet,
        )


def _mode_of(answer: Answer) -> Mode:
    """The way in which it was answered, whatever else the form allows."""
    if answer.points is not None:
        return Mode.ALLOCATE
    if answer.rating is not None:
        return Mode.RATE
    return Mode.BEST_ONLY if answer.worst is None else Mode.BEST_WORST


def _counts(form: Form, facet: Facet, answers: Sequence[Answer]) -> dict[str, object]:
    """How often each category was shown and picked as best, in the facet's order: the explanation people can check."""
    counted = tallies(form, [answer for answer in answers if answer.best is not None])
    if not counted:
        return {}
    shown = [counted[dim].shown if dim in counted else 0 for dim in facet.dims]
    best = [counted[dim].best if dim in counted else 0 for dim in facet.dims]
    return {SHOWN: shown, BEST: best}
