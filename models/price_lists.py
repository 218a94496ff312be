"""The statements about what employees' time is worth."""

from collections.abc import Collection
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import Connection, Row, delete, select, update

from matcher.profiles.people import EMPLOYEE
from models import subjects
from models.dialects import insert_into
from models.learning_tables import price_list

if TYPE_CHECKING:
    from matcher.routing.prices import Prices  # the type alone: it would bring all of routing along

DIGITS = 7  # of a price or a duration that are kept: far finer than either is known


class SqlPriceLists:
    """Price lists in SQL (port `PriceLists`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def made_at(self) -> datetime | None:
        """The moment of the newest, if there is any."""
        newest = select(price_list.c.made_at).order_by(price_list.c.made_at.desc()).limit(1)
        return self._connection.execute(newest).scalar()

    def newest(self) -> "Prices | None":
        """The list made last."""
        query = select(price_list).order_by(price_list.c.made_at.desc(), price_list.c.version.desc()).limit(1)
        row = self._connection.execute(query).first()
        return None if row is None else _prices(row)

    def put(self, prices: "Prices") -> None:
        """Keep the list, without employees who are not there."""
        there = subjects.those_who_stay(self._connection, EMPLOYEE, prices.employees)
        values = {"made_at": prices.at, "document": _document(of_those_there(prices, there))}
        upsert = insert_into(self._connection, price_list).values(version=prices.version, **values)
        self._connection.execute(upsert.on_conflict_do_update(index_elements=["version"], set_=values))

    def forget_before(self, moment: datetime) -> None:
        """Remove those older than that."""
        self._connection.execute(delete(price_list).where(price_list.c.made_at < moment))

    def erase_employee(self, employee_id: str) -> int:
        """Take an employee out of all lists; how many it touched. There are at most an hour's."""
        subjects.hold_alone(self._connection, EMPLOYEE, employee_id)
        self._connection.info["erased"] = True
        found = [_prices(row) for row in self._connection.execute(select(price_list))]
        theirs = [one for one in found if employee_id in one.employees]
        for one in theirs:
            left = _document(of_those_there(one, set(one.employees) - {employee_id}))
            change = update(price_list).where(price_list.c.version == one.version).values(document=left)
            self._connection.execute(change)
        return len(theirs)


def of_those_there(prices: "Prices", there: Collection[str]) -> "Prices":
    """The list without everyone else."""
    columns = [at for at, who in enumerate(prices.employees) if who in there]
    return replace(
        prices,
        employees=tuple(prices.employees[at] for at in columns),
        second=prices.second[columns],
        blind_second=prices.blind_second[columns],
        seconds=prices.seconds[:, columns],
    )


def _document(prices: "Prices") -> dict[str, Any]:
    arrays = {name: _rounded(getattr(prices, name)) for name in ("second", "blind_second", "seconds")}
    kinds = [asdict(one) for one in prices.kinds]
    return {"employees": list(prices.employees), "intents": list(prices.intents), "kinds": kinds, **arrays}


def _rounded(values: np.ndarray) -> Any:
    return [_rounded(each) for each in values] if values.ndim > 1 else [float(f"{one:.{DIGITS}g}") for one in values]


def _prices(row: Row[*tuple[Any, ...]]) -> "Prices":
    from matcher.routing.prices import KindPrice, Prices  # here: as above

    told = row.document
    staff = len(told["employees"])
    return Prices(
        version=row.version,
        at=row.made_at,
        employees=tuple(told["employees"]),
        second=np.array(told["second"], dtype=float),
        blind_second=np.array(told["blind_second"], dtype=float),
        seconds=np.array(told["seconds"], dtype=float).reshape(len(told["intents"]) + 1, staff),
        intents=tuple(told["intents"]),
        kinds=tuple(KindPrice(**one) for one in told["kinds"]),
    )
