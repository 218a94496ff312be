"""What happens around every route: who asks, may they, for what, and what is noted of it."""

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote
from uuid import uuid4

from flask import Flask, Request, Response, current_app, g, request
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.exceptions import NotFound as RouteNotFound
from werkzeug.routing import Rule

from api import events
from api.auth import Keyring, holds_token
from api.blueprint import OR, Traits, refuse_query
from api.errors import BadRequest, Forbidden, NotAcceptable, pointer_to
from api.metrics import Meters
from api.permissions import OWN, Permissions, read_permissions
from api.schemas.text import ID_SENTENCE, IDENTIFIER
from matcher.errors import Fault, InvalidInput, NotFound

if TYPE_CHECKING:
    from api.wiring import Klik  # for the type alone: wiring brings the database with it

UNKNOWN_ROUTE = "unknown"
SECURITY_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
)
CLOSED_POLICY = "default-src 'none'; frame-ancestors 'none'"

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}", re.ASCII)
_PARAMETER = re.compile(r"<(?:[^:<>]*:)?([^<>]+)>")


@dataclass(frozen=True, slots=True)
class Gate:
    """What the guard knows of a route beforehand."""

    route: str  # as in the table of permissions: GET /v1/customers/{customer_id}
    is_open: bool
    reach_by_role: Mapping[str, str]
    takes_query: bool
    size_limit: int
    produces: str


@dataclass(slots=True)
class Guard:
    """Stands before and behind the routes of one application."""

    keyring: Keyring
    meters: Meters
    gates: Mapping[str, Gate]
    keep_up: Callable[[], None]

    def before(self) -> None:
        """Refuse what may not pass: 401 no key, 403 role, 404 out of reach, then the form of the request."""
        g.started = time.perf_counter()
        given = request.environ.get("HTTP_X_REQUEST_ID")
        g.request_id = given if given and _REQUEST_ID.fullmatch(given) else uuid4().hex
        path = request.environ.get("PATH_INFO", "")
        if holds_token(unquote(request.environ.get("QUERY_STRING", "")) + path):
            raise BadRequest(
                "A key stands in the URL, where logs keep it: send it in Authorization and revoke this one."
            )
        if request.method == "CONNECT":
            raise MethodNotAllowed
        if path.startswith("//"):
            raise RouteNotFound  # the router would read it as one slash
        if request.url_rule is None or request.method == "OPTIONS":
            return  # 404, 405 and the list of methods need no key
        gate = self.gates[request.url_rule.endpoint]
        g.gate = gate
        if not gate.is_open:
            self._admit(gate)
            self.keep_up()
        _check_form(gate)

    def after(self, answer: Response) -> Response:
        """Add what every answer carries, and note that it was given."""
        headers = answer.headers
        headers["X-Request-ID"] = g.get("request_id", "")
        for name, value in SECURITY_HEADERS:
            headers[name] = value
        headers.setdefault("Cache-Control", "no-store")
        headers.setdefault("Content-Security-Policy", CLOSED_POLICY)
        self._note(answer)
        return answer

    def _admit(self, gate: Gate) -> None:
        key = self.keyring.key_for(request.environ.get("HTTP_AUTHORIZATION"), address=request.remote_addr or "")
        g.key = key
        reach = gate.reach_by_role.get(key.role)
        if reach is None:
            raise Forbidden
        g.reach = reach
        if reach == OWN and (request.view_args or {}).get("employee_id", key.person_id) != key.person_id:
            raise NotFound

    def _note(self, answer: Response) -> None:
        gate: Gate | None = g.get("gate")
        route = UNKNOWN_ROUTE if gate is None else gate.route
        seconds = time.perf_counter() - g.get("started", time.perf_counter())
        self.meters.note(route, status=answer.status_code, seconds=seconds)
        key = g.get("key")
        events.request_answered(
            request_id=g.get("request_id", ""),
            method=request.method if gate is not None else "",
            route=route,
            status=answer.status_code,
            seconds=seconds,
            key_id=None if key is None else key.id,
        )


def install(app: Flask, klik: "Klik") -> Guard:
    """Put the guard around every route of `app`. Raises IncompletePermissions where one is missing from the table."""
    permissions = read_permissions()
    gates = {rule.endpoint: _gate(app, rule, klik, permissions) for rule in app.url_map.iter_rules()}
    permissions.check(gate.route for gate in gates.values())
    guard = Guard(Keyring(klik.store, klik.now), Meters(), gates, klik.keep_up)
    app.before_request(guard.before)
    app.after_request(guard.after)
    app.extensions["klik-guard"] = guard
    return guard


def meters() -> Meters:
    """The meters of this application."""
    guard: Guard = current_app.extensions["klik-guard"]
    return guard.meters


def route_of(rule: Rule) -> str:
    """A rule as the table of permissions names it."""
    methods = sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    path = _PARAMETER.sub(r"{\1}", rule.rule)
    return f"{'|'.join(methods)} {path}"


def _gate(app: Flask, rule: Rule, klik: "Klik", permissions: Permissions) -> Gate:
    traits: Traits = getattr(app.view_functions[rule.endpoint], "traits", Traits())
    route = route_of(rule)
    return Gate(
        route=route,
        is_open=route in permissions.open_routes,
        reach_by_role=permissions.reach_by_route.get(route, {}),
        takes_query=traits.takes_query,
        size_limit=getattr(klik.settings, traits.size_limit),
        produces=traits.produces,
    )


def _check_form(gate: Gate) -> None:
    for name, value in (request.view_args or {}).items():
        if IDENTIFIER.fullmatch(value) is None:
            raise InvalidInput([Fault(pointer_to([name]), "invalid_id", ID_SENTENCE)])
    if not _is_accepted(request, gate.produces):
        raise NotAcceptable(f"This route speaks {gate.produces}.")
    if request.query_string and not gate.takes_query:
        refuse_query()
    request.max_content_length = gate.size_limit


def _is_accepted(carrier: Request, produced: str) -> bool:
    accept = carrier.environ.get("HTTP_ACCEPT")
    if accept is None or accept == "*/*" or accept == produced:
        return True
    return carrier.accept_mimetypes.best_match(produced.split(OR)) is not None
