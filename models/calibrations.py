"""The statements about what is fitted at night: priors of segments, and how far each source is to be believed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, delete, func, insert, select

from matcher.errors import Conflict
from matcher.use_cases.ports import SegmentPrior, SourceCalibration
from models.expressions import one_of
from models.tables import segment_prior, source_calibration

_OF_FACET = select(segment_prior).where(
    segment_prior.c.framework == bindparam("framework"), segment_prior.c.facet == bindparam("facet")
)
_PRIORS = _OF_FACET.where(one_of(segment_prior.c.segment, "segments"))


class SqlSegmentPriors:
    """Priors of segments in SQL (port `SegmentPriors`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get_many(self, framework: str, facet: str, segments: Collection[str]) -> dict[str, SegmentPrior]:
        """Those of the segments that have a prior."""
        place = {"framework": framework, "facet": facet, "segments": list(segments)}
        rows = self._connection.execute(_PRIORS, place) if segments else ()
        return _by_segment(rows)

    def of_facet(self, framework: str, facet: str) -> dict[str, SegmentPrior]:
        """Every segment's prior on the facet, by segment."""
        rows = self._connection.execute(_OF_FACET, {"framework": framework, "facet": facet})
        return _by_segment(rows)

    def replace(self, framework: str, facet: str, priors: Sequence[SegmentPrior]) -> None:
        """Put the priors in place of all that the facet had. Raises Conflict for one of another facet."""
        if any((prior.framework, prior.facet) != (framework, facet) for prior in priors):
            raise Conflict(f"Every prior must be one of {framework}, {facet}.")
        former = and_(segment_prior.c.framework == framework, segment_prior.c.facet == facet)
        self._connection.execute(delete(segment_prior).where(former))
        if priors:
            self._connection.execute(
                insert(segment_prior), [{**asdict(prior), "mean": list(prior.mean)} for prior in priors]
            )


class SqlCalibrations:
    """Measured sources in SQL (port `Calibrations`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def current(self, framework: str, facet: str, *, until: datetime | None = None) -> dict[str, SourceCalibration]:
        """The newest of each source; with `until` of those made at that moment or before."""
        columns = source_calibration.c
        here = and_(columns.framework == framework, columns.facet == facet)
        if until is not None:
            here = and_(here, columns.fitted_at <= until)
        newest = select(columns.source, func.max(columns.fitted_at).label("at")).where(here).group_by(columns.source)
        last = newest.subquery()
        query = select(source_calibration).join(
            last, and_(columns.source == last.c.source, columns.fitted_at == last.c.at)
        )
        rows = self._connection.execute(query.where(here))
        return {row.source: SourceCalibration(**row._mapping) for row in rows}

    def add(self, calibrations: Sequence[SourceCalibration]) -> None:
        """Keep new measures. Raises Conflict where the source was measured at that moment already."""
        if calibrations:
            self._connection.execute(insert(source_calibration), [asdict(one) for one in calibrations])


def _by_segment(rows: Iterable[Row[*tuple[Any, ...]]]) -> dict[str, SegmentPrior]:
    return {row.segment: SegmentPrior(**{**row._mapping, "mean": tuple(row.mean)}) for row in rows}
