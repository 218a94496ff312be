"""Who may do what: the table, the routes and the OpenAPI document say the same, and every cell of it holds."""

from collections import defaultdict
from typing import Any

import pytest

from api.auth import ROLES
from api.guard import route_of
from api.permissions import IncompletePermissions, Permissions, read_permissions
from tests.api.installation import CUSTOMER, EMPLOYEE, Installation

PERMISSIONS = read_permissions()
ROUTES = sorted(PERMISSIONS.reach_by_route)
BODIES: dict[str, Any] = {
    "POST /v1/classifiers": {"seed": 1},
    "PUT /v1/customers/{customer_id}": CUSTOMER,
    "PUT /v1/employees/{employee_id}": EMPLOYEE,
    "PUT /v1/employees/{employee_id}/presence": {"state": "away"},
    "PUT /v1/employees/{employee_id}/profile": {"dominant": "blue", "reason": "seen"},
    "POST /v1/employees/{employee_id}/profile/evidence/{evidence_id}/contest": {"reason": "not me"},
    "PUT /v1/employees/{employee_id}/profile/visibility": {"hidden": False},
    "PUT /v1/customers/{customer_id}/states": {"event": "broken_promise"},
    "POST /v1/customers/{customer_id}/evidence": {"source": "self_tag", "facet": "values", "pick": "blue"},
    "POST /v1/employees/{employee_id}/evidence": {"source": "self_tag", "facet": "values", "pick": "blue"},
    "POST /v1/customers/{customer_id}/responses": {
        "form": "customer",
        "lang": "nl",
        "answers": [{"item": "C1", "best": "a"}],
    },
    "POST /v1/employees/{employee_id}/responses": {
        "form": "staff",
        "lang": "nl",
        "answers": [{"item": "S01", "best": "a"}],
    },
    "POST /v1/customers/{customer_id}/invitations": {"form": "customer", "lang": "nl"},
    "POST /v1/employees/{employee_id}/invitations": {"form": "staff", "lang": "nl"},
    "POST /v1/matches": {"contacts": []},
    "POST /v1/rule-sets/imports/twilio": {"task_routing": {"filters": []}},
    "POST /v1/rankings": {"contact": {"id": "x", "channel": "phone"}},
}


@pytest.fixture(scope="module")
def shared() -> Installation:
    service = Installation()
    service.add_customer("c1")
    service.add_employee("e1")
    service.add_employee("e2")
    return service


def request_to(service: Installation, role: str | None, route: str, employee_id: str = "e1") -> Any:
    """A request that would do on that route, were the role allowed to make it."""
    method, path = route.split(" ")
    ids = {
        "customer_id": "c1",
        "employee_id": employee_id,
        "framework_id": "colours8",
        "form_id": "customer",
        "evidence_id": "none",
        "job_id": "none",
        "batch_id": "none",
        "version": "none",
        "approval_id": "none",
    }
    options: dict[str, Any] = {"json": BODIES[route]} if route in BODIES else {}
    if route.endswith("/imports"):
        file = b"id,dominant\ne1,\n" if "profiles" in route else b"id,channels\ne7,phone=1\n"
        options = {"data": file, "content_type": "text/csv"}
    return service.call(role, method, path.format(**ids), headers={"If-Match": '"values-99"'}, **options)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("route", ROUTES)
def test_every_cell_of_the_table_is_enforced(shared: Installation, route: str, role: str) -> None:
    """Default deny: a role gets 403 on every route the table does not give it, and never where it does."""
    reach = PERMISSIONS.reach(route, role)
    if route.startswith("DELETE") and reach == "all" and "evidence" not in route:
        shared = Installation()
        shared.add_customer("c1")
        shared.add_employee("e1")

    answer = request_to(shared, role, route)

    assert (answer.status_code == 403) == (reach is None), answer.get_data(as_text=True)
    assert answer.status_code < 500


@pytest.mark.parametrize("route", [route for route in ROUTES if PERMISSIONS.reach(route, "employee") == "own"])
def test_an_employee_reaches_only_what_is_about_them(shared: Installation, route: str) -> None:
    """Another's profile is as if it were not there: not even its existence is told."""
    others, absent = request_to(shared, "employee", route, "e2"), request_to(shared, "employee", route, "e9")

    assert others.status_code == absent.status_code == 404
    assert others.get_json(force=True)["detail"] == absent.get_json(force=True)["detail"]
    assert request_to(shared, "employee", route, "e1").status_code != 403


@pytest.mark.parametrize("route", ROUTES)
def test_every_other_route_needs_a_key(shared: Installation, route: str) -> None:
    """401 comes first: whoever has no key learns nothing from bodies, ids or paths."""
    method, path = route.split(" ")

    answer = shared.call(
        None,
        method,
        path.format_map(defaultdict(lambda: "$$")),
    )

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("route", sorted(PERMISSIONS.open_routes))
def test_open_routes_need_none(shared: Installation, route: str) -> None:
    """Probes and people with a browser have no key."""
    assert shared.call(None, *route.split(" ")).status_code == 200


def test_an_employee_may_speak_of_themselves_and_not_as_hr(shared: Installation) -> None:
    """Else anyone could write the tag that HR answers for."""
    path = "/v1/employees/e1/evidence"
    claim = {"source": "hr_tag", "facet": "values", "pick": "blue", "reason": "me"}

    assert shared.call("employee", "POST", path, json=claim).status_code == 403
    assert shared.call("employee", "POST", path, json=claim | {"source": "self_tag"}).status_code == 201


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"capacity": 5, "skills": {"sales": 5}}, 200),
        ({"capacity": 5, "name": "Other"}, 403),
        ({"active": False}, 403),
        ({"channels": {"chat": {"cost": 1}}}, 403),
    ],
)
def test_operations_change_capacity_and_skills_and_nothing_else(
    service: Installation, change: dict[str, Any], status: int
) -> None:
    """They plan the day; whose name, team or channels someone has is HR's to say."""
    service.add_employee("e1")

    assert service.call("operations", "PUT", "/v1/employees/e1", json=EMPLOYEE | change).status_code == status
    assert service.call("operations", "PUT", "/v1/employees/new", json=EMPLOYEE).status_code == 403


def test_routes_table_and_document_are_the_same(shared: Installation) -> None:
    """A route that is in one of the three only is unguarded, unreachable or undocumented."""
    served = {route_of(rule) for rule in shared.app.url_map.iter_rules()}
    paths = shared.call(None, "GET", "/openapi.json").get_json()["paths"]
    documented = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}

    assert served == documented == PERMISSIONS.open_routes | set(PERMISSIONS.reach_by_route)


def test_a_route_without_a_line_stops_the_application() -> None:
    """Forgetting the line must be noticed by the author, not by an attacker."""
    table = Permissions(frozenset({"GET /healthz"}), {})

    with pytest.raises(IncompletePermissions, match="GET /v1/new"):
        table.check(["GET /healthz", "GET /v1/new"])
    with pytest.raises(IncompletePermissions, match="GET /healthz"):
        table.check([])


def test_hr_reads_no_customer_and_routers_read_no_employee_profile() -> None:
    """The two cells that protect people most (trust.md D1), written out by hand."""
    for route in ROUTES:
        if "/customers/" in route:
            assert PERMISSIONS.reach(route, "hr") is None
        if route.startswith("GET /v1/employees/{employee_id}/profile"):
            assert PERMISSIONS.reach(route, "router") is None
            assert PERMISSIONS.reach(route, "operations") is None
