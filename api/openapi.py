"""The OpenAPI document: made from the routes themselves, with every refusal said in problem documents."""

import http
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import flask_smorest
import marshmallow as ma
import orjson
from flask import Flask
from marshmallow import fields

from api.blueprint import IS_WRITE
from api.errors import PROBLEM_TYPE
from api.permissions import Permissions

TITLE = "Klik"
OPENAPI_VERSION = "3.1.0"
SCHEME = "key"
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "Same key and body: same answer for 24 h, and one effect.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}


class ProblemPartSchema(ma.Schema):
    """One thing wrong: where in the request (a JSON Pointer), a sentence, and a stable code."""

    pointer = fields.String(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)


class ProblemSchema(ma.Schema):
    """What went wrong (RFC 9457). `code` is stable; `instance` holds the request id."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    code = fields.String(required=True)
    instance = fields.String(required=True)
    errors = fields.List(fields.Nested(ProblemPartSchema))


@dataclass(slots=True)
class Document:
    """The OpenAPI document, written when first asked for."""

    write: Callable[[], dict[str, Any]]
    written: bytes | None = None

    def as_json(self) -> bytes:
        """The document as JSON."""
        if self.written is None:
            self.written = orjson.dumps(self.write())
        return self.written


class ProblemApi(flask_smorest.Api):
    """flask-smorest with problem documents in place of its own errors."""

    ERROR_SCHEMA = ProblemSchema

    def _register_error_handlers(self) -> None:
        """Errors are answered by api.errors alone."""

    def _register_responses(self) -> None:
        content = {PROBLEM_TYPE: {"schema": ProblemSchema}}
        for status in http.HTTPStatus:
            if status >= http.HTTPStatus.BAD_REQUEST:
                response = {"description": status.phrase, "content": content}
                self.spec.components.response(status.name, response, lazy=True)
        refusal = {"description": "A refusal, as a problem document", "content": content}
        self.spec.components.response(self.DEFAULT_ERROR_RESPONSE_NAME, refusal, lazy=True)


def new_api(app: Flask, *, version: str) -> ProblemApi:
    """The collector of routes and their documentation for `app`."""
    app.config.update(API_TITLE=TITLE, API_VERSION=version, OPENAPI_VERSION=OPENAPI_VERSION)
    info = {"description": "Matches customers and employees, and says why.", "license": {"name": "Apache-2.0"}}
    api = ProblemApi(app, spec_kwargs={"info": info})
    scheme = {"type": "http", "scheme": "bearer", "description": "klik_<id>_<secret>"}
    api.spec.components.security_scheme(SCHEME, scheme)
    return api


def finished(document: dict[str, Any], permissions: Permissions) -> dict[str, Any]:
    """The document with what holds for whole families of routes: keys, roles, path parameters and refusals."""
    for path, operations in document["paths"].items():
        shared = operations.pop("parameters", [])
        for method, operation in operations.items():
            route = f"{method.upper()} {path}"
            parameters = [*shared, *operation.get("parameters", [])]
            if operation.pop(IS_WRITE, False):
                parameters.append(IDEMPOTENCY_KEY)
            if parameters:
                operation["parameters"] = parameters
            operation["operationId"] = re.sub(r"\W+", "_", f"{method} {path}").strip("_")
            _say_who_may(operation, route, permissions)
            _say_refusals(operation, route, permissions)
    return document


def _say_who_may(operation: dict[str, Any], route: str, permissions: Permissions) -> None:
    if route in permissions.open_routes:
        return
    operation["security"] = [{SCHEME: []}]
    roles = permissions.reach_by_route.get(route, {})
    told = ", ".join(role if reach == "all" else f"{role} ({reach})" for role, reach in roles.items())
    operation["description"] = f"{operation.get('description', '')}\n\nRoles: {told}.".strip()


def _say_refusals(operation: dict[str, Any], route: str, permissions: Permissions) -> None:
    refusals = {"406", "422", "503"}
    if route not in permissions.open_routes:
        refusals |= {"400", "401", "403", "429"}
    if "{" in route:
        refusals |= {"404"}
    if "requestBody" in operation:
        refusals |= {"400", "408", "413", "415"}
    if not route.startswith("GET"):
        refusals |= {"409"}
    described = operation["responses"]
    for status in sorted(refusals - set(described)):
        phrase = http.HTTPStatus(int(status)).phrase
        reference = {"$ref": "#/components/schemas/Problem"}
        described[status] = {"description": phrase, "content": {PROBLEM_TYPE: {"schema": reference}}}
