"""The web application: routes, the guard around them, and one handler for everything that goes wrong."""

from importlib import metadata, resources
from typing import TYPE_CHECKING

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter

from api import errors, guard, openapi
from api.permissions import read_permissions
from api.routes import ALL_ROUTES
from api.schemas.text import ID_PATTERN

if TYPE_CHECKING:
    from api.wiring import Klik  # for the type alone: wiring brings the database with it

_MEMORY_FOR_FORMS = 1024  # no route reads forms


class PathId(BaseConverter):
    """One part of a path; the guard looks at its form after the key, so that the order of refusals stands."""

    regex = "[^/]+"
    part_isolating = True


class EmployeeId(PathId):
    """An employee's id in a path; the words that name files and profiles of employees are not among them."""

    regex = "(?!(?:imports|exports|profiles)(?:/|$))[^/]+"


class RuleSetVersion(PathId):
    """A rule set's version in a path; the words that name something else of rule sets are not among them."""

    regex = "(?!(?:current|fields|publications|changes)(?:/|$))[^/]+"


def create_app(klik: "Klik") -> Flask:
    """The WSGI application that serves `klik`.

    Raises IncompletePermissions when a route has no line in api/permissions.toml.
    """
    app = Flask("klik", static_folder=None, template_folder=str(resources.files("api") / "templates"))
    app.config.update(MAX_FORM_MEMORY_SIZE=_MEMORY_FOR_FORMS, MAX_FORM_PARTS=1)
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False
    app.url_map.converters |= {"id": PathId, "employee": EmployeeId, "rules": RuleSetVersion}
    app.extensions["klik"] = klik
    errors.install(app)
    _add_routes(app)
    guard.install(app, klik)
    hops = klik.settings.trusted_hops
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # Flask's own way
    return app


def _add_routes(app: Flask) -> None:
    api = openapi.new_api(app, version=metadata.version("klik"))
    for converter in (PathId, EmployeeId, RuleSetVersion):
        api.register_converter(converter, _described)
    for blueprint in ALL_ROUTES:
        api.register_blueprint(blueprint)
    app.extensions["klik-openapi"] = openapi.Document(lambda: openapi.finished(api.spec.to_dict(), read_permissions()))


def _described(_converter: PathId) -> dict[str, object]:
    return {"type": "string", "pattern": ID_PATTERN}
