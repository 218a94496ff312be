"""The people and the morning of the demonstration, read from the files beside this module."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from typing import Any

COMPANY = "Duinlicht Energie"


@dataclass(frozen=True, slots=True)
class DayCustomer:
    """A customer of the day: the name to show, the master data to send, and what the customer told (facet, pick)."""

    name: str
    master: Mapping[str, Any]
    tells: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class DayContact:
    """A contact of the day: the request as a router sends it, and its story by language."""

    request: Mapping[str, Any]
    story: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DayEmployee:
    """An employee of the day, as far as the weeks before it need to know: shares in the framework's order."""

    id: str
    channel: str
    skills: frozenset[str]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Day:
    """Everything the demonstration needs to know before it begins."""

    staff_csv: bytes
    customers: Mapping[str, DayCustomer]
    contacts: tuple[DayContact, ...]

    @cached_property
    def employee_names(self) -> dict[str, str]:
        """Name by employee id."""
        return {row["id"]: row["name"] for row in csv.DictReader(self.staff_csv.decode().splitlines())}

    @cached_property
    def staff(self) -> tuple[DayEmployee, ...]:
        """Everyone at work, in the file's order."""
        rows = csv.DictReader(self.staff_csv.decode().splitlines())
        return tuple(
            DayEmployee(
                id=row["id"],
                channel=row["channels"].partition("=")[0],
                skills=frozenset(skill.partition("=")[0] for skill in row["skills"].split("|")),
                shares=tuple(float(share) for name, share in row.items() if name.startswith("value:")),
            )
            for row in rows
        )

    def contact(self, contact_id: str) -> DayContact:
        """The contact with that id."""
        return next(one for one in self.contacts if one.request["id"] == contact_id)


def read_day() -> Day:
    """The day as its files tell it."""
    folder = files("api.demo_world")
    customers = json.loads((folder / "customers.json").read_text(encoding="utf-8"))
    contacts = json.loads((folder / "contacts.json").read_text(encoding="utf-8"))
    return Day(
        staff_csv=(folder / "employees.csv").read_bytes(),
        customers={
            key: DayCustomer(one["name"], one["master"], tuple((facet, pick) for facet, pick in one["tells"]))
            for key, one in customers.items()
        },
        contacts=tuple(DayContact(one["contact"], one["story"]) for one in contacts),
    )
