"""Answers to forms, acute states, priors, calibrations and frameworks, in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from matcher.errors import Conflict, FrameworkChanged
from matcher.profiles.overlay import Overlay
from matcher.profiles.people import Who
from matcher.use_cases.ports import FormAnswer, SegmentPrior, SourceCalibration
from models.known_frameworks import CHANGED
from models.memory.profiles import require_person
from models.memory.tables import Transaction
from models.memory.work import forget_person


class MemoryFormAnswers:
    """Answers to forms in memory (port `FormAnswers`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def add(self, given: Sequence[FormAnswer]) -> None:
        """Keep the answers. Raises NotFound for a person who is not there, Conflict when an id is taken."""
        kept = self._transaction.changing(self._transaction.tables.form_answers)
        for one in given:
            require_person(self._transaction, one.who, one.subject_id)
            if one.id in kept:
                raise Conflict(f"There is an answer {one.id} already.")
            kept[one.id] = one

    def of_person(
        self, who: Who, subject_id: str, *, framework: str | None, form: str | None = None
    ) -> list[FormAnswer]:
        """What the person answered, to that form or all, oldest first; `framework` `None` means any."""
        found = [
            one
            for one in self._transaction.tables.form_answers.values()
            if (one.who, one.subject_id) == (who, subject_id)
            and framework in (None, one.framework)
            and form in (None, one.form)
        ]
        return sorted(found, key=lambda one: (one.answered_at, one.id))

    def of_many(
        self, who: Who, subject_ids: Collection[str], framework: str, facet: str
    ) -> dict[str, list[FormAnswer]]:
        """What each of the people answered on that facet, oldest first; who answered nothing is left out."""
        wanted, found = frozenset(subject_ids), dict[str, list[FormAnswer]]()
        given = sorted(self._transaction.tables.form_answers.values(), key=lambda one: (one.answered_at, one.id))
        for one in given:
            if (one.who, one.framework, one.facet) == (who, framework, facet) and one.subject_id in wanted:
                found.setdefault(one.subject_id, []).append(one)
        return found

    def point_at(self, wave: str, evidence_id: str) -> int:
        """Note of which evidence the wave's answers are now part; how many they are."""
        kept = self._transaction.changing(self._transaction.tables.form_answers)
        of_wave = [one for one in kept.values() if one.wave == wave]
        kept.update({one.id: replace(one, evidence_id=evidence_id) for one in of_wave})
        return len(of_wave)

    def erase(self, who: Who, subject_id: str) -> None:
        """Remove every answer of the person, and every stored reply that names them."""
        kept = self._transaction.changing(self._transaction.tables.form_answers)
        for one in self.of_person(who, subject_id, framework=None):
            del kept[one.id]
        forget_person(self._transaction, subject_id)


class MemoryOverlays:
    """Acute states in memory (port `Overlays`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def put(self, overlay: Overlay) -> None:
        """Keep the overlay, instead of one of the same person, facet and cause. Raises NotFound for nobody."""
        require_person(self._transaction, overlay.who, overlay.subject_id)
        place = (overlay.who, overlay.subject_id, overlay.facet, overlay.cause)
        self._transaction.changing(self._transaction.tables.overlays)[place] = overlay

    def of(self, who: Who, subject_ids: Collection[str], facet: str, *, now: datetime) -> dict[str, list[Overlay]]:
        """Each person's overlays in force, by cause; who has none is left out."""
        wanted, found = frozenset(subject_ids), dict[str, list[Overlay]]()
        for _, overlay in sorted(self._transaction.tables.overlays.items()):
            is_meant = overlay.who == who and overlay.facet == facet and overlay.subject_id in wanted
            if is_meant and overlay.expires_at > now:
                found.setdefault(overlay.subject_id, []).append(overlay)
        return found

    def of_person(self, who: Who, subject_id: str) -> list[Overlay]:
        """All that is kept of the person, past its time too, by (facet, cause)."""
        kept = sorted(self._transaction.tables.overlays.items())
        return [overlay for place, overlay in kept if place[:2] == (who, subject_id)]

    def forget_expired(self, now: datetime) -> int:
        """Remove what is over; how many."""
        kept = self._transaction.changing(self._transaction.tables.overlays)
        over = [place for place, overlay in kept.items() if overlay.expires_at <= now]
        for place in over:
            del kept[place]
        return len(over)


class MemorySegmentPriors:
    """Priors of segments in memory (port `SegmentPriors`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get_many(self, framework: str, facet: str, segments: Collection[str]) -> dict[str, SegmentPrior]:
        """Those of the segments that have a prior."""
        kept = self._transaction.tables.segment_priors
        return {each: kept[framework, facet, each] for each in segments if (framework, facet, each) in kept}

    def of_facet(self, framework: str, facet: str) -> dict[str, SegmentPrior]:
        """Every segment's prior on the facet, by segment."""
        kept = self._transaction.tables.segment_priors
        return {place[2]: prior for place, prior in kept.items() if place[:2] == (framework, facet)}

    def replace(self, framework: str, facet: str, priors: Sequence[SegmentPrior]) -> None:
        """Put the priors in place of all that the facet had. Raises Conflict for one of another facet."""
        fresh = {(prior.framework, prior.facet, prior.segment): prior for prior in priors}
        if len(fresh) < len(priors) or any(place[:2] != (framework, facet) for place in fresh):
            raise Conflict(f"Every prior must be one of {framework}, {facet}, and each segment stand once.")
        kept = self._transaction.changing(self._transaction.tables.segment_priors)
        for place in [place for place in kept if place[:2] == (framework, facet)]:
            del kept[place]
        kept.update(fresh)


class MemoryCalibrations:
    """Measured sources in memory (port `Calibrations`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def current(self, framework: str, facet: str, *, until: datetime | None = None) -> dict[str, SourceCalibration]:
        """The newest of each source; with `until` of those made at that moment or before."""
        kept = sorted(self._transaction.tables.calibrations.items())
        made = [one for place, one in kept if place[:2] == (framework, facet)]
        return {one.source: one for one in made if until is None or one.fitted_at <= until}

    def add(self, calibrations: Sequence[SourceCalibration]) -> None:
        """Keep new measures. Raises Conflict where the source was measured at that moment already."""
        kept = self._transaction.changing(self._transaction.tables.calibrations)
        for one in calibrations:
            place = (one.framework, one.facet, one.source, one.fitted_at)
            if place in kept:
                raise Conflict(f"The source {one.source} was measured at {one.fitted_at} already.")
            kept[place] = one


class MemoryFrameworks:
    """Known frameworks in memory (port `Frameworks`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def register(
        self,
        framework_id: str,
        version: str,
        document_sha256: str,
        document: Mapping[str, object],
        *,
        now: datetime,  # noqa: ARG002  # the port's signature
    ) -> bool:
        """Keep the framework; whether it is new here. Raises FrameworkChanged on another digest."""
        stored = self.sha256_of(framework_id, version)
        if stored is None:
            known = self._transaction.changing(self._transaction.tables.frameworks)
            known[framework_id, version] = (document_sha256, dict(document))
        elif stored != document_sha256:
            raise FrameworkChanged(CHANGED.format(name=f"{framework_id}@{version}"))
        return stored is None

    def names(self) -> list[str]:
        """`id@version` of each, sorted."""
        return sorted(f"{framework_id}@{version}" for framework_id, version in self._transaction.tables.frameworks)

    def sha256_of(self, framework_id: str, version: str) -> str | None:
        """The SHA-256 (hex) under which it was registered, if it was."""
        known = self._transaction.tables.frameworks.get((framework_id, version))
        return None if known is None else known[0]
