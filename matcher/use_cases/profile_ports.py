"""What the use cases need of whoever remembers profiles, and everything profiles are made of.

`records.profiles` is one thing seen from four sides (`EvidenceLog`, `Contests`, `ProfileRows`, `HiddenMarks`), so that
whoever needs only one of them asks for no more.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from matcher.profiles.evidence import Evidence
from matcher.profiles.facets import Sums
from matcher.profiles.overlay import Overlay
from matcher.profiles.people import Who
from matcher.profiles.questionnaire import Answer, Mode

VALUES = "values"


@dataclass(frozen=True, slots=True)
class StoredProfile:
    """A person's folded evidence on one facet: a cache of the evidence log. `revision` counts its changes (ETag)."""

    sums: Sums
    revision: int


@dataclass(frozen=True, slots=True)
class SurveyedPerson:
    """Someone whose folded evidence on a facet holds answers to a form; `segment` is a customer's."""

    subject_id: str
    segment: str | None
    sums: Sums


class EvidenceLog(Protocol):
    """Evidence, piece by piece: it is added to and marked as revoked, never changed.

    Whoever evidence is added about is erased by nobody else until the transaction ends; so nothing outlives them.
    """

    def append(self, evidence: Evidence) -> None:
        """Add a piece. Raises NotFound for nobody; Conflict, at the latest at the commit, when its id is taken."""
        ...

    def append_many(self, pieces: Sequence[Evidence]) -> None:
        """Add all, in a statement a thousand, or none. Raises NotFound for nobody, Conflict when an id is taken."""
        ...

    def evidence_of(self, who: Who, subject_id: str, *, facet: str | None = None) -> list[Evidence]:
        """Every piece, revoked ones too, oldest first by (occurred_at, id)."""
        ...

    def evidence_of_many(
        self, who: Who, subject_ids: Collection[str], framework: str, facet: str
    ) -> dict[str, list[Evidence]]:
        """As `evidence_of`, for many people at once; who has none is left out."""
        ...

    def evidence_of_batch(self, batch: str) -> list[Evidence]:
        """Every piece of the batch, whomever it is about, revoked ones too, by (who, subject_id, id)."""
        ...

    def tags_of(
        self, who: Who, subject_ids: Collection[str], framework: str, facet: str
    ) -> dict[str, tuple[float, ...]]:
        """The share of each person's newest hr_tag that still counts; who has none is left out."""
        ...

    def revoke(self, evidence_id: str, *, now: datetime, actor: str, reason: str | None = None) -> None:
        """Note that the piece no longer counts; the first revocation stands. Raises NotFound for an unknown piece."""
        ...

    def revoke_batch(self, batch: str, *, now: datetime, actor: str, reason: str | None = None) -> int:
        """Note that no piece of the batch counts any longer; how many counted until now.

        The profile rows are the caller's to rebuild, in the same transaction.
        """
        ...


class Contests(Protocol):
    """Tags that people took back themselves."""

    def contested_tags(
        self, who: Who, framework: str, facet: str, *, before: str | None = None, limit: int
    ) -> list[Evidence]:
        """The first `limit` contested tags with ids below `before`, by id, the last one first."""
        ...

    def contested_of(self, who: Who, subject_ids: Collection[str], framework: str, facet: str) -> dict[str, Evidence]:
        """The contested tag of each person whom HR has not tagged anew since; of several the one contested last."""
        ...


class ProfileRows(Protocol):
    """Profiles folded from evidence, one row a person and facet. A change of an employee's moves the staff mark."""

    def get(self, who: Who, subject_id: str, framework: str, facet: str) -> StoredProfile | None: ...
    def get_many(
        self, who: Who, subject_ids: Collection[str], framework: str, facet: str, *, to_change: bool = False
    ) -> dict[str, StoredProfile]:
        """Those of the profiles that there are, by the person's id.

        With `to_change` nobody else changes these rows until the transaction ends: others wait, or are refused.
        """
        ...

    def put(
        self,
        who: Who,
        subject_id: str,
        framework: str,
        facet: str,
        sums: Sums,
        *,
        expected_revision: int,
        now: datetime,
    ) -> int:
        """Write the folded sums under compare-and-set; the new revision. Raises StaleRevision when another was first.

        `expected_revision` 0 means that no row exists yet. Raises NotFound for someone who is not there (any more).
        """
        ...

    def put_many(
        self, who: Who, framework: str, facet: str, profiles: Mapping[str, StoredProfile], *, now: datetime
    ) -> None:
        """Write many people's sums, in a statement a thousand; `revision` is the one that was read (0: no row yet).

        Each row is written under compare-and-set, as in `put`: where one of them was changed meanwhile, none is
        written. Raises StaleRevision; NotFound where one of them is not there. Rows read with `to_change` cannot have
        been changed.
        """
        ...

    def surveyed(self, who: Who, framework: str, facet: str, *, after: str | None, limit: int) -> list[SurveyedPerson]:
        """At most `limit` of those who answered a form, by id beyond `after`; of customers only those who agreed."""
        ...

    def observed(self, who: Who, framework: str, facet: str, *, after: str | None, limit: int) -> list[str]:
        """The ids of at most `limit` of those whose behaviour tells something on that facet, beyond `after`."""
        ...


class HiddenMarks(Protocol):
    """Who does not want their profile used: to the roster an employee's is then as if there were none."""

    def hide(self, who: Who, subject_id: str, hidden: bool, *, now: datetime, actor: str) -> bool:
        """Hide the person's profile, or show it again; whether that changed anything. Raises NotFound."""
        ...

    def hidden_of(self, who: Who, subject_ids: Collection[str]) -> set[str]:
        """Those of the people whose profile is hidden."""
        ...


class Profiles(EvidenceLog, Contests, ProfileRows, HiddenMarks, Protocol):
    """Evidence (append-only), the profiles folded from it, and who hides theirs."""

    def erase(self, who: Who, subject_id: str, *, facet: str | None = None) -> None:
        """Remove without a trace what is known of the person: evidence, profiles, answers to forms, overlays, mark.

        With `facet` only what speaks on that facet: a customer who no longer agrees to a value profile loses value
        evidence, value profile and the answers it was made of, and keeps the wish to be called or written to. Whether
        the profile is hidden is no statement on a facet and stays.
        """
        ...


@dataclass(frozen=True, slots=True)
class FormAnswer:
    """One stored answer to one item of a form.

    Answers of one `wave` are scored together into the evidence `evidence_id` (`None`: not yet). `facet` is the one the
    item speaks on; what was answered is erased with it.
    """

    id: str
    who: Who
    subject_id: str
    framework: str
    form: str
    wave: str
    language: str
    mode: Mode
    answer: Answer
    answered_at: datetime
    evidence_id: str | None = None
    facet: str = VALUES


class FormAnswers(Protocol):
    """What people answered, item by item."""

    def add(self, answers: Sequence[FormAnswer]) -> None:
        """Keep the answers. Raises NotFound for a person who is not there, Conflict when an id is taken."""
        ...

    def of_person(
        self, who: Who, subject_id: str, *, framework: str | None, form: str | None = None
    ) -> list[FormAnswer]:
        """What the person answered, to that form or all, oldest first by (answered_at, id); `None`: any framework."""
        ...

    def of_many(
        self, who: Who, subject_ids: Collection[str], framework: str, facet: str
    ) -> dict[str, list[FormAnswer]]:
        """What each of the people answered on that facet, oldest first; who answered nothing is left out."""
        ...

    def point_at(self, wave: str, evidence_id: str) -> int:
        """Note of which evidence the wave's answers are now part; how many they are."""
        ...

    def erase(self, who: Who, subject_id: str) -> None:
        """Remove every answer of the person without a trace."""
        ...


class Overlays(Protocol):
    """Acute states, for some hours."""

    def put(self, overlay: Overlay) -> None:
        """Keep the overlay, instead of one of the same person, facet and cause. Raises NotFound for nobody."""
        ...

    def of(self, who: Who, subject_ids: Collection[str], facet: str, *, now: datetime) -> dict[str, list[Overlay]]:
        """Each person's overlays in force, by cause; who has none is left out."""
        ...

    def of_person(self, who: Who, subject_id: str) -> list[Overlay]:
        """All that is kept of the person, past its time too, by (facet, cause)."""
        ...

    def forget_expired(self, now: datetime) -> int:
        """Remove what is over; how many."""
        ...


@dataclass(frozen=True, slots=True)
class SegmentPrior:
    """What a segment's `members` (50 or more) are like: the mean share, worth `strength` pseudo-counts.

    On the facet of channels a situation stands in place of a segment, by its name, and contacts in place of members:
    `mean` is what whoever likes all channels alike chooses there.
    """

    framework: str
    facet: str
    segment: str
    mean: tuple[float, ...]
    strength: float
    members: int
    fitted_at: datetime


class SegmentPriors(Protocol):
    """What to expect of a member of a segment, as last fitted."""

    def get_many(self, framework: str, facet: str, segments: Collection[str]) -> dict[str, SegmentPrior]:
        """Those of the segments that have a prior."""
        ...

    def of_facet(self, framework: str, facet: str) -> dict[str, SegmentPrior]:
        """Every segment's prior on the facet, by segment."""
        ...

    def replace(self, framework: str, facet: str, priors: Sequence[SegmentPrior]) -> None:
        """Put the priors in place of all that the facet had."""
        ...


@dataclass(frozen=True, slots=True)
class SourceCalibration:
    """How well a source agrees with questionnaires: `validity` in (-1, 1) over `members`, the `cap` that follows."""

    framework: str
    facet: str
    source: str
    validity: float
    cap: float
    members: int
    fitted_at: datetime


class Calibrations(Protocol):
    """How far each source is to be believed, as measured; former measures are kept for the report."""

    def current(self, framework: str, facet: str, *, until: datetime | None = None) -> dict[str, SourceCalibration]:
        """The newest of each source; with `until` of those made at that moment or before."""
        ...

    def add(self, calibrations: Sequence[SourceCalibration]) -> None:
        """Keep new measures. Raises Conflict where the source was measured at that moment already."""
        ...


class Frameworks(Protocol):
    """Every framework that was ever in force here, as it was."""

    def register(
        self, framework_id: str, version: str, document_sha256: str, document: Mapping[str, object], *, now: datetime
    ) -> bool:
        """Keep the framework; whether it is new here. Raises FrameworkChanged when it stands here with another
        digest."""
        ...

    def names(self) -> list[str]:
        """`id@version` of each, sorted."""
        ...

    def sha256_of(self, framework_id: str, version: str) -> str | None:
        """The SHA-256 (hex) under which it was registered, if it was."""
        ...
