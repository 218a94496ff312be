"""The statements about acute states."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, select

from matcher.profiles.overlay import Overlay
from matcher.profiles.people import Who
from models import subjects
from models.columns import UtcTime
from models.dialects import insert_into
from models.expressions import one_of
from models.tables import state_overlay

_PLACE = ("who", "subject_id", "facet", "cause")
_IN_FORCE = (
    select(state_overlay)
    .where(
        state_overlay.c.who == bindparam("who"),
        state_overlay.c.facet == bindparam("facet"),
        state_overlay.c.expires_at > bindparam("now", type_=UtcTime),
        one_of(state_overlay.c.subject_id, "ids"),
    )
    .order_by(state_overlay.c.subject_id, state_overlay.c.cause)
)


class SqlOverlays:
    """Acute states in SQL (port `Overlays`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, overlay: Overlay) -> None:
        """Keep the overlay, instead of one of the same person, facet and cause. Raises NotFound for nobody."""
        subjects.hold(self._connection, overlay.who, overlay.subject_id)
        place = {name: getattr(overlay, name) for name in _PLACE}
        values = {"share": list(overlay.share), "rho": overlay.rho, "expires_at": overlay.expires_at}
        upsert = insert_into(self._connection, state_overlay).values(**place, **values)
        self._connection.execute(upsert.on_conflict_do_update(index_elements=list(_PLACE), set_=values))

    def of(self, who: Who, subject_ids: Collection[str], facet: str, *, now: datetime) -> dict[str, list[Overlay]]:
        """Each person's overlays in force, by cause; who has none is left out."""
        place = {"who": who, "ids": list(subject_ids), "facet": facet, "now": now}
        found: dict[str, list[Overlay]] = {}
        for row in self._connection.execute(_IN_FORCE, place) if subject_ids else ():
            found.setdefault(row.subject_id, []).append(_overlay(row))
        return found

    def of_person(self, who: Who, subject_id: str) -> list[Overlay]:
        """All that is kept of the person, past its time too, by (facet, cause)."""
        columns = state_overlay.c
        query = select(state_overlay).where(columns.who == who, columns.subject_id == subject_id)
        return [_overlay(row) for row in self._connection.execute(query.order_by(columns.facet, columns.cause))]

    def forget_expired(self, now: datetime) -> int:
        """Remove what is over; how many."""
        return self._connection.execute(delete(state_overlay).where(state_overlay.c.expires_at <= now)).rowcount


def _overlay(row: Row[*tuple[Any, ...]]) -> Overlay:
    return Overlay(**{**row._mapping, "share": tuple(row.share)})
