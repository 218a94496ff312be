"""Frameworks of value systems: what the names mean."""

from typing import Any

import marshmallow as ma
from flask import Response
from marshmallow import fields

from api.answers import json_answer
from api.blueprint import Blueprint
from api.reach import klik
from matcher.errors import NotFound
from matcher.profiles.framework import Framework

routes = Blueprint("frameworks", __name__, url_prefix="/v1/frameworks", description="Frameworks of value systems.")


class FrameworkSchema(ma.Schema):
    """A framework: its facets with their categories, and what each is called. `notice` is shown with every form."""

    id = fields.String(required=True)
    version = fields.String(required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    notice = fields.String(required=True)
    facets = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True)
    labels = fields.Dict(keys=fields.String(), values=fields.Dict(), required=True)


class FrameworkListSchema(ma.Schema):
    """The frameworks of this installation."""

    items = fields.List(fields.Nested(FrameworkSchema), required=True)
    next = fields.String(required=True, allow_none=True)


@routes.on("GET", "", gives={200: FrameworkListSchema})
def list_frameworks() -> Response:
    """The frameworks of this installation."""
    return json_answer({"items": [_shown(klik().framework)], "next": None})


@routes.on("GET", "/<id:framework_id>", gives={200: FrameworkSchema})
def get_framework(framework_id: str) -> Response:
    """A framework, by its id alone or with its version (colours8@1.0.0)."""
    framework = klik().framework
    if framework_id not in (framework.id, framework.name):
        raise NotFound(f"There is no such framework; there is {framework.name}.")
    return json_answer(_shown(framework))


def _shown(framework: Framework) -> dict[str, Any]:
    return {
        "id": framework.id,
        "version": framework.version,
        "title": dict(framework.title),
        "notice": framework.notice,
        "facets": {name: list(facet.dims) for name, facet in framework.facets.items()},
        "labels": {dim: dict(by_language) for dim, by_language in framework.labels.items()},
    }
