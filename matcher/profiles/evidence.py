"""What is known of a person, piece by piece: each with its source, its time and its weight; nothing is overwritten."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from matcher.profiles.people import Who


class Source(StrEnum):
    """Where a piece of evidence comes from; each source has its own half-life and cap."""

    SURVEY = "survey"
    HR_TAG = "hr_tag"
    SELF_TAG = "self_tag"
    BEHAVIOUR = "behaviour"
    TEXT = "text"
    SEGMENT = "segment"
    OUTCOME = "outcome"


# Sources in which a person, or someone who answers for them, made a statement (the chemistry gate counts only these).
DECLARED = (Source.SURVEY, Source.SELF_TAG, Source.HR_TAG)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence on one facet of one person; `share` has the facet's order and sums to 1.

    Pieces that came together (a file, a nightly run) share a `batch`, by which all of them can be taken back.
    """

    id: str
    who: Who
    subject_id: str
    framework: str
    facet: str
    source: Source
    occurred_at: datetime
    recorded_at: datetime
    share: tuple[float, ...]
    weight: float
    actor: str
    reason: str | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    batch: str | None = None
    revoked_reason: str | None = None

    @property
    def is_contested(self) -> bool:
        """Whether it is a tag that was taken back by the person it is about."""
        return self.source is Source.HR_TAG and self.revoked_by == as_themselves(self.who, self.subject_id)


def as_themselves(who: Who, subject_id: str) -> str:
    """Who takes evidence back where people do so themselves, as the log names them."""
    return f"{who}:{subject_id}"
