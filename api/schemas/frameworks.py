"""How frameworks and their questionnaires look on the wire. A served form never tells what an option stands for."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.strict import Identifier, Key, StrictSchema
from matcher.errors import invalid
from matcher.profiles.framework import Framework
from matcher.profiles.people import CUSTOMER
from matcher.profiles.quality import display_order
from matcher.profiles.questionnaire import Form, Item, Mode

LANG_META = {"description": "A language of the framework; left out: by Accept-Language, else the framework's first."}
SUBJECT_META = {"description": "Who is asked: options come in that person's own lasting shuffle, else as in the file."}


class FormQuerySchema(StrictSchema):
    """The language of a form, and for whom it is."""

    lang = Key(metadata=LANG_META)
    subject = Identifier(metadata=SUBJECT_META)


class FrameworkSchema(ma.Schema):
    """A framework: its facets with their categories, what each is called, and the forms it has.

    `notice` is shown with every form. Categories have no order of rank.
    """

    id = fields.String(required=True)
    version = fields.String(required=True)
    is_active = fields.Boolean(required=True, metadata={"description": "Whether profiles are kept in this one."})
    languages = fields.List(fields.String(), required=True)
    title = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    notice = fields.String(required=True)
    facets = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True)
    labels = fields.Dict(keys=fields.String(), values=fields.Dict(), required=True)
    forms = fields.List(fields.String(), required=True)


class FrameworkListSchema(ma.Schema):
    """The frameworks of this installation, the one in use first."""

    items = fields.List(fields.Nested(FrameworkSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class ShownOptionSchema(ma.Schema):
    """One thing to choose; answers name it by its key."""

    key = fields.String(required=True)
    text = fields.String(required=True)


class ShownItemSchema(ma.Schema):
    """One question. One to be rated has no options; of one with `select_max` above 1 as many may be chosen."""

    id = fields.String(required=True)
    mode = fields.String(required=True, metadata={"enum": list(Mode)})
    stem = fields.String(required=True)
    options = fields.List(fields.Nested(ShownOptionSchema), required=True)
    select_max = fields.Integer(required=True)


class ShownFormSchema(ma.Schema):
    """A questionnaire in one language.

    Ask the items in the `order` given, any even number of them from the start; shuffle an item's options for each
    person (or name the `subject`). `alt_mode` may be used instead of `mode`. Ratings lie on `scale`.
    """

    framework = fields.String(required=True)
    form = fields.String(required=True)
    lang = fields.String(required=True)
    mode = fields.String(required=True, metadata={"enum": list(Mode)})
    alt_mode = fields.String(metadata={"enum": list(Mode)})
    scale = fields.List(fields.Float())
    notice = fields.String(required=True)
    items = fields.List(fields.Nested(ShownItemSchema), required=True)
    order = fields.List(fields.String(), required=True)


def shown_framework(framework: Framework, *, is_active: bool) -> dict[str, Any]:
    """A framework as `FrameworkSchema` documents it."""
    return {
        "id": framework.id,
        "version": framework.version,
        "is_active": is_active,
        "languages": list(framework.languages),
        "title": dict(framework.title),
        "notice": framework.notice,
        "facets": {name: list(facet.dims) for name, facet in framework.facets.items()},
        "labels": {dim: dict(by_language) for dim, by_language in framework.labels.items()},
        "forms": list(framework.forms),
    }


def shown_form(framework: Framework, form: Form, *, language: str, subject: str | None = None) -> dict[str, Any]:
    """A form as `ShownFormSchema` documents it; the customer's ends with the questions on preferences.

    Where the person who is asked is known, each item's options come in that person's own order, under their keys.
    """
    preferences = [item for _, item in framework.preference_items.values()] if form.id == CUSTOMER else []
    items = [shown_item(item, form.modes[0], language, subject) for item in form.items.values()]
    items += [shown_item(item, Mode.BEST_ONLY, language, subject) for item in preferences]
    document: dict[str, Any] = {
        "framework": framework.name,
        "form": form.id,
        "lang": language,
        "mode": str(form.modes[0]),
        "notice": framework.notices[language],
        "items": items,
        "order": [*form.order, *(item.id for item in preferences)],
    }
    if form.modes[1:]:
        document["alt_mode"] = str(form.modes[1])
    if form.rating is not None:
        document["scale"] = list(form.rating)
    return document


def shown_item(item: Item, mode: Mode, language: str, subject: str | None) -> Mapping[str, object]:
    """A question as `ShownItemSchema` documents it, its options shuffled for the person where one is named."""
    text = {key: option.text[language] for key, option in zip(item.keys, item.options, strict=True)}
    keys = item.keys if subject is None else display_order(subject, item)
    return {
        "id": item.id,
        "mode": str(mode),
        "stem": item.stem[language],
        "options": [{"key": key, "text": text[key]} for key in keys],
        "select_max": item.select_max,
    }


def language_of(framework: Framework, asked: str | None, *, preferred: str) -> str:
    """The language asked for, else the preferred one, else the framework's first.

    Raises InvalidInput `unknown_language` for one that is asked for and not there, listing those that are.
    """
    if asked is None:
        return preferred if preferred in framework.languages else framework.languages[0]
    if asked not in framework.languages:
        names = ", ".join(framework.languages)
        raise invalid("/lang", "unknown_language", f"{framework.name} speaks {names}, not {asked[:64]!r}")
    return asked
