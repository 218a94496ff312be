"""Frameworks of value systems: what the names mean, and the questionnaires."""

from collections.abc import Mapping
from typing import Any

from flask import Response, request

from api.answers import json_answer
from api.blueprint import Blueprint
from api.languages import spoken_language
from api.reach import klik
from api.schemas.frameworks import (
    FormQuerySchema,
    FrameworkListSchema,
    FrameworkSchema,
    ShownFormSchema,
    language_of,
    shown_form,
    shown_framework,
)
from matcher.errors import NotFound
from matcher.profiles.framework import Framework

routes = Blueprint("frameworks", __name__, url_prefix="/v1/frameworks", description="Frameworks of value systems.")


@routes.on("GET", "", gives={200: FrameworkListSchema})
def list_frameworks() -> Response:
    """The frameworks of this installation: those that come with Klik and the operator's own."""
    return json_answer({"items": [_shown(framework) for framework in klik().frameworks.values()], "next": None})


@routes.on("GET", "/<id:framework_id>", gives={200: FrameworkSchema})
def get_framework(framework_id: str) -> Response:
    """A framework, by its id alone or with its version (colours8@1.0.0)."""
    return json_answer(_shown(_named(framework_id)))


@routes.on("GET", "/<id:framework_id>/forms/<id:form_id>", query=FormQuerySchema, gives={200: ShownFormSchema})
def get_form(query: Mapping[str, Any], framework_id: str, form_id: str) -> Response:
    """A questionnaire, in one language, as it is shown to the person who answers it."""
    framework = _named(framework_id)
    form = framework.forms.get(form_id)
    if form is None:
        raise NotFound(f"There is no such form; {framework.name} has: {', '.join(framework.forms)}.")
    preferred = spoken_language(request.headers.get("Accept-Language"))
    language = language_of(framework, query.get("lang"), preferred=preferred)
    return json_answer(shown_form(framework, form, language=language, subject=query.get("subject")))


def _named(framework_id: str) -> Framework:
    frameworks = klik().frameworks
    found = frameworks.get(framework_id.partition("@")[0])
    if found is None or framework_id not in (found.id, found.name):
        names = ", ".join(framework.name for framework in frameworks.values())
        raise NotFound(f"There is no such framework; there are: {names}.")
    return found


def _shown(framework: Framework) -> dict[str, Any]:
    return shown_framework(framework, is_active=framework.name == klik().framework.name)
