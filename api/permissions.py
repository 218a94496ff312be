"""Which role may do what: a table in permissions.toml, read once; what it does not allow is denied."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from api.auth import ROLES
from matcher.errors import MatcherError

ALL = "all"
OWN = "own"


class IncompletePermissions(MatcherError):
    """Routes and api/permissions.toml differ: every route needs a line in that table, and nothing else has one."""

    code = "incomplete_permissions"


@dataclass(frozen=True, slots=True)
class Permissions:
    """For every route (`GET /v1/customers/{customer_id}`) the roles that may use it; open ones need no key."""

    open_routes: frozenset[str]
    reach_by_route: Mapping[str, Mapping[str, str]]

    def reach(self, route: str, role: str) -> str | None:
        """`all`, `own` (what is about the key's own person, or made by it), or `None`: denied."""
        return self.reach_by_route.get(route, {}).get(role)

    def check(self, routes: Iterable[str]) -> None:
        """Raise IncompletePermissions unless the table speaks of exactly these routes."""
        there, told = set(routes), self.open_routes | set(self.reach_by_route)
        if there != told:
            raise IncompletePermissions(
                f"Not in the table: {sorted(there - told)}. Not a route: {sorted(told - there)}."
            )


@cache
def read_permissions() -> Permissions:
    """The table as it ships."""
    document = tomllib.loads(resources.files("api").joinpath("permissions.toml").read_text(encoding="utf-8"))
    reach = {route: dict(cells) for route, cells in document["routes"].items()}
    for route, cells in reach.items():
        if not set(cells) <= set(ROLES) or not set(cells.values()) <= {ALL, OWN}:
            raise IncompletePermissions(f"{route} names a role or a reach that does not exist.")
    return Permissions(frozenset(document["open"]), reach)
