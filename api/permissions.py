"""Which role may do what: a table in permissions.toml, read once; what it does not allow is denied."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources

from api.auth import ROLES
from api.errors import Forbidden
from matcher.errors import MatcherError
from matcher.profiles.people import Employee

ALL = "all"
OWN = "own"
PART = "part"


class IncompletePermissions(MatcherError):
    """Routes and api/permissions.toml differ: every route needs a line in that table, and nothing else has one."""

    code = "incomplete_permissions"


@dataclass(frozen=True, slots=True)
class Permissions:
    """For every route (`GET /v1/customers/{customer_id}`) the roles that may use it; open ones need no key."""

    open_routes: frozenset[str]
    reach_by_route: Mapping[str, Mapping[str, str]]

    def reach(self, route: str, role: str) -> str | None:
        """`all`, `own` (what is about the key's own person, or made by it), `part` of the fields; `None`: denied."""
        return self.reach_by_route.get(route, {}).get(role)

    def check(self, routes: Iterable[str]) -> None:
        """Raise IncompletePermissions unless the table speaks of exactly these routes."""
        there, told = set(routes), self.open_routes | set(self.reach_by_route)
        if there != told:
            raise IncompletePermissions(
                f"Not in the table: {sorted(there - told)}. Not a route: {sorted(told - there)}."
            )


def check_part(before: Employee | None, after: Employee) -> None:
    """Raise Forbidden unless `after` is what is stored with another capacity or other skills, and nothing else."""
    if before is None or after != replace(before, capacity=after.capacity, skills=after.skills):
        raise Forbidden("This role may change an employee's capacity and skills; send everything else as it is stored.")


@cache
def read_permissions() -> Permissions:
    """The table as it ships."""
    document = tomllib.loads(resources.files("api").joinpath("permissions.toml").read_text(encoding="utf-8"))
    reach = {route: dict(cells) for route, cells in document["routes"].items()}
    for route, cells in reach.items():
        if not set(cells) <= set(ROLES) or not set(cells.values()) <= {ALL, OWN, PART}:
            raise IncompletePermissions(f"{route} names a role or a reach that does not exist.")
    return Permissions(frozenset(document["open"]), reach)
