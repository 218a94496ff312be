"""A questionnaire from its answers to evidence: scored, judged, weighed, and explained in counts.

Source: profiling.md section 4. Answers are taken as checked (`check_answers`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.bridge import bridge, logit_prior
from matcher.profiles.choice_model import choices_of, posterior
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.framework import Facet
from matcher.profiles.people import Who
from matcher.profiles.quality import quality_flags
from matcher.profiles.questionnaire import Answer, Form, Item
from matcher.profiles.rated_form import rated_scores

Floats = NDArray[np.float64]

PEOPLE_AT_ONCE = 1000  # bounds the memory of a large batch
FLAGGED_WORTH = 0.5  # of an unflagged form, however many flags there are


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What n people's answers say, row by row.

    `theta` (n × K) with its `covariance` (n × K × K); `weight` (n) times the signed `share` (n × K) are the
    pseudo-counts for the engine; `mean` (n × K) is the expected share; `rejection` (n × K) counts worst picks.
    `log_likelihood` (n) is NaN for rated forms, `raw` (n × K, mean ratings) is None for the others.
    """

    theta: Floats
    covariance: Floats
    weight: Floats
    share: Floats
    mean: Floats
    rejection: Floats
    log_likelihood: Floats
    raw: Floats | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """The explanation people are shown: how often a category was offered, picked as best, and as worst."""

    shown: int
    best: int
    worst: int

    @property
    def score(self) -> float:
        """(best − worst) / shown, from −1 to 1; 0 for what was never shown."""
        return (self.best - self.worst) / self.shown if self.shown else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What is noted with each piece of evidence from a form, whichever question it answers."""

    who: Who
    subject: str
    framework: str
    actor: str
    now: datetime
    new_id: Callable[[], str]
    reason: str | None = None

    def piece(self, facet: Facet, share: Floats, weight: float, detail: Mapping[str, object]) -> Evidence:
        """A new piece of evidence on the facet, as of now."""
        return Evidence(
            id=self.new_id(),
            who=self.who,
            subject_id=self.subject,
            framework=self.framework,
            facet=facet.id,
            source=Source.SURVEY,
            occurred_at=self.now,
            recorded_at=self.now,
            share=tuple(share.tolist()),
            weight=weight,
            actor=self.actor,
            reason=self.reason,
            detail=detail,
        )


def score_form(form: Form, facet: Facet, people: Sequence[Sequence[Answer]]) -> Scores:
    """Everybody's answers to one form scored in one sweep; who gave none keeps the prior, at weight 0."""
    parts = [
        _score(form, facet, people[start : start + PEOPLE_AT_ONCE])
        for start in range(0, max(1, len(people)), PEOPLE_AT_ONCE)
    ]
    return parts[0] if len(parts) == 1 else _joined(parts)


def tallies(form: Form, answers: Sequence[Answer]) -> dict[str, Tally]:
    """Counts by category that was offered; they agree with the scores closely and anyone can check them by hand."""
    shown: dict[str, int] = {}
    picks: dict[str, dict[str, int]] = {"best": {}, "worst": {}}
    for answer in answers:
        item = form.items[answer.item]
        for option in item.options:
            shown[option.dim] = shown.get(option.dim, 0) + 1
        for name, key in (("best", answer.best), ("worst", answer.worst)):
            if key is not None:
                dim = item.options[item.keys.index(key)].dim
                picks[name][dim] = picks[name].get(dim, 0) + 1
    return {dim: Tally(count, picks["best"].get(dim, 0), picks["worst"].get(dim, 0)) for dim, count in shown.items()}


def survey_evidence(form: Form, facet: Facet, answers: Sequence[Answer], *, wave: str, filing: Filing) -> Evidence:
    """The evidence of one wave of answers to one form; it stands instead of the wave's earlier evidence.

    `detail` holds form, wave, the number of items answered, the flags (which halve the weight once) and, where there
    are any, the worst counts and the mean ratings by category.
    """
    scores = score_form(form, facet, [answers])
    log_likelihood = None if scores.raw is not None else float(scores.log_likelihood[0])
    flags = quality_flags(form, answers, subject=filing.subject, log_likelihood=log_likelihood)
    detail: dict[str, object] = {
        "form": form.id,
        "wave": wave,
        "answered": len({answer.item for answer in answers}),
        "flags": list(flags),
    }
    if scores.rejection.any():
        detail["worst"] = scores.rejection[0].tolist()
    if scores.raw is not None:
        detail["ratings"] = {
            dim: mean for dim, mean in zip(facet.dims, scores.raw[0].tolist(), strict=True) if mean == mean
        }
    weight = float(scores.weight[0]) * (FLAGGED_WORTH if flags else 1.0)
    return filing.piece(facet, scores.share[0], weight, detail)


def preference_evidence(item: Item, facet: Facet, answers: Sequence[Answer], *, wave: str, filing: Filing) -> Evidence:
    """The evidence of an item that asks a facet outright: the source's whole weight (5), shared by the picks.

    `answers` are the one or several picks of this person from this item (profiling.md section 8).
    """
    picks = [facet.index(item.options[item.keys.index(answer.best)].dim) for answer in answers if answer.best]
    share = np.bincount(picks, minlength=facet.size) / len(picks)
    return filing.piece(facet, share, facet.terms(Source.SURVEY.value).weight, {"item": item.id, "wave": wave})


def _score(form: Form, facet: Facet, people: Sequence[Sequence[Answer]]) -> Scores:
    prior = logit_prior(facet)
    raw = None
    if form.rating is not None:
        rated = rated_scores(form, facet, people, prior)
        theta, covariance, raw = rated.theta, rated.covariance, rated.raw
        log_likelihood = np.full(len(people), np.nan)
        rejection = np.zeros((len(people), facet.size))
    else:
        choices = choices_of(form, facet, people)
        fitted = posterior(choices, prior)
        theta, covariance, log_likelihood = fitted.theta, fitted.covariance, fitted.log_likelihood
        rejection = (choices.chosen * (choices.scale < 0)[:, :, None]).sum(axis=1)
    counts = bridge(theta, covariance, facet)
    is_silent = np.array([not answers for answers in people], dtype=bool)
    pi = np.array(facet.prior_mean)
    return Scores(
        theta=theta,
        covariance=covariance,
        weight=np.where(is_silent, 0.0, counts.weight),
        share=np.where(is_silent[:, None], pi, counts.share),
        mean=np.where(is_silent[:, None], pi, counts.mean),
        rejection=rejection,
        log_likelihood=log_likelihood,
        raw=raw,
    )


def _joined(parts: Sequence[Scores]) -> Scores:
    def whole(name: str) -> Floats:
        return np.concatenate([getattr(part, name) for part in parts])

    raw = None if parts[0].raw is None else whole("raw")
    names = ("theta", "covariance", "weight", "share", "mean", "rejection", "log_likelihood")
    return Scores(**{name: whole(name) for name in names}, raw=raw)
