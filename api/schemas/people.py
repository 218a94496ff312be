"""How customers and employees look on the wire."""

from functools import lru_cache
from typing import Any

import marshmallow as ma

from api.schemas.hours import Hours
from api.schemas.strict import (
    Choice,
    Flag,
    Identifier,
    Key,
    Line,
    ListOf,
    MapOf,
    Moment,
    Number,
    Part,
    Patterned,
    Scalar,
    StrictSchema,
    Whole,
)
from api.schemas.text import LANGUAGE, LANGUAGE_PATTERN
from matcher.profiles.channels import CHANNELS
from matcher.profiles.inline import InlineFacet, InlineProfile
from matcher.profiles.people import ChannelLoad, Consent, Customer, Employee, Presence, PresenceState
from matcher.profiles.protected import is_protected_trait

MAX_CAPACITY = 50
MAX_LANGUAGES = 50
MAX_IN_A_ROW = 1_000  # difficult contacts
LARGEST_N_EFF = 1e6

names_protected_trait = lru_cache(maxsize=4096)(is_protected_trait)


def language(**options: Any) -> Patterned:
    """A field for a language tag such as nl or nl-BE."""
    sentence = "Expected a language tag, as nl or en-GB."
    return Patterned(form=LANGUAGE, shown_as=LANGUAGE_PATTERN, code="invalid_language", sentence=sentence, **options)


class AttributeName(Key):
    """The name of an attribute; traits that law protects are refused."""

    def _clean(self, text: str) -> str:
        name = super()._clean(text)
        if names_protected_trait(name):
            raise self.refuse("protected_attribute", "This names a trait that may not steer a match.")
        return name


def attributes() -> MapOf:
    """A field for what an organisation itself wants to know of someone or something."""
    return MapOf(Scalar(), key=AttributeName())


class WireSchema(StrictSchema):
    """A schema whose output leaves out what is unknown."""

    @ma.post_dump
    def without_unknowns(self, written: dict[str, Any], **_: Any) -> dict[str, Any]:
        """What is known of it."""
        return {name: value for name, value in written.items() if value is not None}


class ConsentSchema(WireSchema):
    """What a customer agreed to, and under which text."""

    value_profiling = Flag(required=True)
    text_version = Line(longest=64)

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> Consent:
        """The consent."""
        return Consent(**read)


class CustomerSchema(WireSchema):
    """A customer's master data."""

    language = language()
    segment = Line()
    tier = Line()
    no_push = Flag()
    attributes = attributes()
    consent = Part(ConsentSchema)


class CustomerOutSchema(CustomerSchema):
    """A stored customer."""

    id = Identifier(required=True)


class ChannelLoadSchema(WireSchema):
    """What a contact on a channel costs: slots each, and how many at once."""

    cost = Whole(1, MAX_CAPACITY)
    max = Whole(1, MAX_CAPACITY)

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> ChannelLoad:
        """The load."""
        return ChannelLoad(**read)


class EmployeeSchema(WireSchema):
    """An employee's master data. `skills` are levels 1–5, `capacity` is in slots, `hours` in operator's local time."""

    name = Line()
    team = Line()
    languages = ListOf(language(), most=MAX_LANGUAGES, is_unique=True)
    skills = MapOf(Whole(1, 5))
    mandate = Whole(0, 3)
    capacity = Whole(1, MAX_CAPACITY)
    channels = MapOf(Part(ChannelLoadSchema), key=Choice(CHANNELS, code="unknown_channel"), least=1, required=True)
    hours = Hours()
    active = Flag()
    attributes = attributes()

    @ma.post_load
    def with_tuples(self, read: dict[str, Any], **_: Any) -> Any:
        """The fields of an `Employee`."""
        if "languages" in read:
            read["languages"] = tuple(read["languages"])
        return read


class EmployeeOutSchema(EmployeeSchema):
    """A stored employee."""

    id = Identifier(required=True)


class EmployeePageSchema(StrictSchema):
    """A page of employees, in the order of their ids."""

    items = ma.fields.List(ma.fields.Nested(EmployeeOutSchema), required=True)
    next = ma.fields.String(allow_none=True, required=True)


class InlineFacetSchema(StrictSchema):
    """Shares by category, summing to 1 (a missing one is 0), and the pseudo-counts behind them."""

    share = MapOf(Number(), required=True)
    n_eff = Number(0, LARGEST_N_EFF)

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> InlineFacet:
        """The facet."""
        return InlineFacet(**read)


class InlineProfileSchema(StrictSchema):
    """What a caller says of a person, facet by facet."""

    values = Part(InlineFacetSchema)
    channel = Part(InlineFacetSchema)
    decision_style = Part(InlineFacetSchema)
    service_window = Part(InlineFacetSchema)

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> InlineProfile:
        """The profile."""
        return InlineProfile(**read)


class InlineCustomerSchema(CustomerSchema):
    """A customer who travels inside a contact. Without `id` the contact's `customer_id` holds."""

    id = Identifier()
    profile = Part(InlineProfileSchema)

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> Customer:
        """The customer."""
        return Customer(id=read.pop("id", ""), **read)


class InlineEmployeeSchema(EmployeeSchema):
    """An employee who travels inside a request, with how busy they are now."""

    id = Identifier(required=True)
    profile = Part(InlineProfileSchema)
    free_slots = Whole(0, MAX_CAPACITY)
    idle_s = Number(0)
    busy_share = Number(0, 1)
    difficult_in_a_row = Whole(0, MAX_IN_A_ROW)

    @ma.post_load
    def with_tuples(self, read: dict[str, Any], **_: Any) -> Any:
        """The employee."""
        if "languages" in read:
            read["languages"] = tuple(read["languages"])
        return Employee(**read)


class PresenceSchema(WireSchema):
    """Where an employee is; `channels` narrows what they serve now, `until` ends the state.

    `busy_share` and `difficult_in_a_row` are what the limits of a rule set look at.
    """

    state = Choice(tuple(PresenceState), required=True)
    channels = ListOf(Choice(CHANNELS, code="unknown_channel"), is_unique=True, most=len(CHANNELS))
    until = Moment()
    busy_share = Number(0, 1)
    difficult_in_a_row = Whole(0, MAX_IN_A_ROW)

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> Presence:
        """The presence."""
        if "channels" in read:
            read["channels"] = tuple(read["channels"])
        return Presence(**{**read, "state": PresenceState(read["state"])})
