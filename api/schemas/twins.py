"""The shapes of a match and a ranking as msgspec checks them: twins of the declared schemas, fields, types and limits.

What types and limits do not settle (text, moments, names that are the same in NFC) is read in bulk.py.
"""

from typing import Annotated, Any, Final, Literal

from msgspec import Meta, Struct

from api.schemas.people import LARGEST_N_EFF, MAX_CAPACITY, MAX_IN_A_ROW, MAX_LANGUAGES
from api.schemas.strict import LARGEST, MAX_KEYS
from matcher.profiles.channels import CHANNELS
from matcher.rules.strategy import PRESETS

UNKNOWN: Final[Any] = None  # the default of a field that may be left out; null itself is refused by the field's type
STRATEGIES = tuple(PRESETS)
EXPLAINED = ("none", "short", "full")
MAX_CONTACTS = 20_000
MAX_EMPLOYEES = 50_000
MAX_EXCLUDED = 200
MAX_RANKED = 500
MAX_TRANSFERS = 100
MAX_SEED = 2**53 - 1  # a whole number that every reader of JSON holds exactly

Slots = Annotated[int, Meta(ge=1, le=MAX_CAPACITY)]
Levels = Annotated[dict[str, Annotated[int, Meta(ge=1, le=5)]], Meta(max_length=MAX_KEYS)]
Attributes = Annotated[dict[str, str | int | float | bool], Meta(max_length=MAX_KEYS)]
Ids = Annotated[tuple[str, ...], Meta(max_length=MAX_EXCLUDED)]
Count = Annotated[float, Meta(ge=0, le=LARGEST)]
Channel = Literal[CHANNELS]  # type: ignore[valid-type]  # a tuple of names is what Literal takes
Preset = Literal[STRATEGIES]  # type: ignore[valid-type]  # as above
Explained = Literal[EXPLAINED]  # type: ignore[valid-type]  # as above


class FacetIn(Struct, forbid_unknown_fields=True, gc=False):
    """Shares of one facet."""

    share: Annotated[dict[str, Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]], Meta(max_length=MAX_KEYS)]
    n_eff: Annotated[float, Meta(ge=0, le=LARGEST_N_EFF)] = UNKNOWN


class ProfileIn(Struct, forbid_unknown_fields=True, gc=False):
    """A profile that travels inside a request."""

    values: FacetIn = UNKNOWN
    channel: FacetIn = UNKNOWN
    decision_style: FacetIn = UNKNOWN
    service_window: FacetIn = UNKNOWN


class ConsentIn(Struct, forbid_unknown_fields=True, gc=False):
    """What a customer agreed to."""

    value_profiling: bool
    text_version: str = UNKNOWN


class CustomerIn(Struct, forbid_unknown_fields=True, gc=False):
    """A customer inside a contact."""

    id: Annotated[str, Meta(min_length=1)] = ""
    language: str = UNKNOWN
    segment: str = UNKNOWN
    tier: str = UNKNOWN
    no_push: bool = UNKNOWN
    attributes: Attributes = {}
    consent: ConsentIn = UNKNOWN
    profile: ProfileIn = UNKNOWN


class ContactIn(Struct, forbid_unknown_fields=True, gc=False):
    """A contact."""

    id: str
    channel: Channel
    customer_id: str = UNKNOWN
    customer: CustomerIn = UNKNOWN
    intent: str = UNKNOWN
    language: str = UNKNOWN
    skills: Levels = {}
    wanted_skills: Levels = {}
    mandate: Annotated[int, Meta(ge=0, le=3)] = 0
    priority: Annotated[int, Meta(ge=0, le=9)] = 0
    waiting_s: Count = 0.0
    due_from: str = UNKNOWN
    due_to: str = UNKNOWN
    exclude_employees: Ids = ()
    preferred_employee: str = UNKNOWN
    attributes: Attributes = {}
    transfers: Annotated[int, Meta(ge=0, le=MAX_TRANSFERS)] = 0
    difficult: bool = False


class LoadIn(Struct, forbid_unknown_fields=True, gc=False):
    """What a contact on a channel costs."""

    cost: Slots = 1
    max: Slots = UNKNOWN


class EmployeeIn(Struct, forbid_unknown_fields=True, gc=False):
    """An employee inside a request."""

    id: str
    channels: Annotated[dict[Channel, LoadIn], Meta(min_length=1)]
    name: str = UNKNOWN
    team: str = UNKNOWN
    languages: Annotated[tuple[str, ...], Meta(max_length=MAX_LANGUAGES)] = ()
    skills: Levels = {}
    mandate: Annotated[int, Meta(ge=0, le=3)] = 0
    capacity: Slots = 1
    hours: dict[str, list[str]] = UNKNOWN
    active: bool = True
    attributes: Attributes = {}
    profile: ProfileIn = UNKNOWN
    free_slots: Annotated[int, Meta(ge=0, le=MAX_CAPACITY)] = UNKNOWN
    idle_s: Count = UNKNOWN
    busy_share: Annotated[float, Meta(ge=0, le=1)] = UNKNOWN
    difficult_in_a_row: Annotated[int, Meta(ge=0, le=MAX_IN_A_ROW)] = UNKNOWN


class TermsIn(Struct, forbid_unknown_fields=True, kw_only=True, gc=False):
    """What holds for a whole request."""

    employees: Annotated[list[str | EmployeeIn], Meta(max_length=MAX_EMPLOYEES)] = UNKNOWN
    rule_set: str = UNKNOWN
    strategy: Preset = UNKNOWN
    explain: Explained = UNKNOWN
    at: str = UNKNOWN
    seed: Annotated[int, Meta(ge=0, le=MAX_SEED)] = UNKNOWN


class MatchIn(TermsIn, forbid_unknown_fields=True, kw_only=True, gc=False):
    """A whole body that asks for a match."""

    contacts: Annotated[list[ContactIn], Meta(max_length=MAX_CONTACTS)]
    log: bool = UNKNOWN


class RankIn(TermsIn, forbid_unknown_fields=True, kw_only=True, gc=False):
    """A whole body that asks for a ranking."""

    contact: ContactIn
    limit: Annotated[int, Meta(ge=1, le=MAX_RANKED)] = UNKNOWN
