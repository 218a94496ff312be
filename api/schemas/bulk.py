"""The fast way to read long lists of contacts and employees: types checked by msgspec, fields looked at in columns.

A list that passes here is exactly what the declared schemas would have made of it; one that does not is left to them,
which name every fault. tests/api/test_bulk.py holds the two against each other.

The dataclasses are frozen, and their own constructors take 2 ms for 1,000 contacts, four times what reading the JSON
takes. `_made` is the one place that builds them without: a slot written the ordinary way takes a third of the time.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import fields, make_dataclass
from functools import cache, partial
from itertools import chain, repeat
from operator import attrgetter, is_not
from typing import Annotated, Any, Final, Literal, TypeVar

import marshmallow as ma
import msgspec
from msgspec import Meta, Struct

from api.schemas.hours import read_hours
from api.schemas.people import LARGEST_N_EFF, MAX_CAPACITY, MAX_LANGUAGES, names_protected_trait
from api.schemas.strict import LARGEST, MAX_KEYS, plain_number, read_moment
from api.schemas.text import LANGUAGE, MAX_NAME, BadText, clean_key, clean_line
from matcher.contacts.contact import Contact
from matcher.profiles.channels import CHANNELS
from matcher.profiles.inline import InlineFacet, InlineProfile
from matcher.profiles.people import ChannelLoad, Consent, Customer, Employee

T = TypeVar("T")

UNKNOWN: Final[Any] = None  # the default of a field that may be left out; null itself is refused by the field's type
MAX_EXCLUDED = 200
MAX_VERSION = 64

_ID_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:@-"
_TINY = 2.3e-308  # just above the smallest number held at full precision
_BECOME = object.__dict__["__class__"].__set__

Slots = Annotated[int, Meta(ge=1, le=MAX_CAPACITY)]
Levels = Annotated[dict[str, Annotated[int, Meta(ge=1, le=5)]], Meta(max_length=MAX_KEYS)]
Attributes = Annotated[dict[str, str | int | float | bool], Meta(max_length=MAX_KEYS)]
Ids = Annotated[tuple[str, ...], Meta(max_length=MAX_EXCLUDED)]
Count = Annotated[float, Meta(ge=0, le=LARGEST)]
Channel = Literal[CHANNELS]  # type: ignore[valid-type]  # a tuple of names is what Literal takes


class Refused(Exception):
    """The fast way does not take this list; the declared schema has the last word."""


class _FacetIn(Struct, forbid_unknown_fields=True, gc=False):
    share: Annotated[dict[str, Annotated[float, Meta(ge=-LARGEST, le=LARGEST)]], Meta(max_length=MAX_KEYS)]
    n_eff: Annotated[float, Meta(ge=0, le=LARGEST_N_EFF)] = UNKNOWN


class _ProfileIn(Struct, forbid_unknown_fields=True, gc=False):
    values: _FacetIn = UNKNOWN
    channel: _FacetIn = UNKNOWN
    decision_style: _FacetIn = UNKNOWN
    service_window: _FacetIn = UNKNOWN


class _ConsentIn(Struct, forbid_unknown_fields=True, gc=False):
    value_profiling: bool
    text_version: str = UNKNOWN


class _CustomerIn(Struct, forbid_unknown_fields=True, gc=False):
    id: str = ""
    language: str = UNKNOWN
    segment: str = UNKNOWN
    tier: str = UNKNOWN
    no_push: bool = UNKNOWN
    attributes: Attributes = {}
    consent: _ConsentIn = UNKNOWN
    profile: _ProfileIn = UNKNOWN


class _ContactIn(Struct, forbid_unknown_fields=True, gc=False):
    id: str
    channel: Channel
    customer_id: str = UNKNOWN
    customer: _CustomerIn = UNKNOWN
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


class _LoadIn(Struct, forbid_unknown_fields=True, gc=False):
    cost: Slots = 1
    max: Slots = UNKNOWN


class _EmployeeIn(Struct, forbid_unknown_fields=True, gc=False):
    id: str
    channels: Annotated[dict[Channel, _LoadIn], Meta(min_length=1)]
    name: str = UNKNOWN
    team: str = UNKNOWN
    languages: Annotated[tuple[str, ...], Meta(max_length=MAX_LANGUAGES)] = ()
    skills: Levels = {}
    mandate: Annotated[int, Meta(ge=0, le=3)] = 0
    capacity: Slots = 1
    hours: dict[str, list[str]] = UNKNOWN
    active: bool = True
    attributes: Attributes = {}
    profile: _ProfileIn = UNKNOWN
    free_slots: Annotated[int, Meta(ge=0, le=MAX_CAPACITY)] = UNKNOWN
    idle_s: Count = UNKNOWN
    busy_share: Annotated[float, Meta(ge=0, le=1)] = UNKNOWN


def read_contacts(written: list[Any]) -> list[Contact]:
    """The contacts of a list read from JSON. Raises Refused when the declared schema must look at it."""
    names = set().union(*filter(_is_object, written))
    return _reading(lambda read: _contacts(_Columns(read, names)), written, list[_ContactIn])


def read_employees(written: list[Any]) -> list[str | Employee]:
    """The employees, ids or inline, of a list read from JSON. Raises Refused as `read_contacts` does."""
    names = set().union(*filter(_is_object, written))
    return _reading(lambda read: _employees(read, names), written, list[str | _EmployeeIn])


def _reading(build: Callable[[Any], list[T]], written: list[Any], shape: Any) -> list[T]:
    try:
        return build(msgspec.convert(written, shape, strict=True))
    except (msgspec.ValidationError, BadText, ma.ValidationError) as refusal:
        raise Refused from refusal


def _contacts(take: "_Columns") -> list[Contact]:
    return _made(
        Contact,
        len(take.read),
        id=_ids(take("id")),
        channel=take("channel"),
        customer_id=_known(take("customer_id"), _ids),
        customer=_known(take("customer"), _customers),
        intent=_known(take("intent"), _lines),
        language=_known(take("language"), _languages),
        skills=_named(take("skills")),
        wanted_skills=_named(take("wanted_skills")),
        mandate=take("mandate"),
        priority=take("priority"),
        waiting_s=_numbers(take("waiting_s")),
        due_from=_known(take("due_from"), _moments),
        due_to=_known(take("due_to"), _moments),
        exclude_employees=_id_lists(take("exclude_employees")),
        preferred_employee=_known(take("preferred_employee"), _ids),
        attributes=_attributes(take("attributes")),
    )


def _employees(read: Sequence[str | _EmployeeIn], names: Collection[str]) -> list[str | Employee]:
    inline = [one for one in read if type(one) is not str]
    _ids([one for one in read if type(one) is str])
    made = iter(_inline_employees(_Columns(inline, names)))
    return [one if type(one) is str else next(made) for one in read]


def _inline_employees(take: "_Columns") -> list[Employee]:
    return _made(
        Employee,
        len(take.read),
        id=_ids(take("id")),
        name=_known(take("name"), _lines),
        team=_known(take("team"), _lines),
        languages=_language_lists(take("languages")),
        skills=_named(take("skills")),
        mandate=take("mandate"),
        capacity=take("capacity"),
        channels=[{name: ChannelLoad(load.cost, load.max) for name, load in one.items()} for one in take("channels")],
        hours=_known(take("hours"), lambda column: [read_hours(one) for one in column]),
        active=take("active"),
        attributes=_attributes(take("attributes")),
        profile=_known(take("profile"), _profiles),
        free_slots=take("free_slots"),
        idle_s=_known(take("idle_s"), _numbers),
        busy_share=_known(take("busy_share"), _numbers),
    )


def _customers(read: Sequence[_CustomerIn]) -> list[Customer]:
    take = _Columns(read)
    _ids([one for one, given in zip(take("id"), read, strict=True) if one or given.id])
    return _made(
        Customer,
        len(read),
        id=take("id"),
        language=_known(take("language"), _languages),
        segment=_known(take("segment"), _lines),
        tier=_known(take("tier"), _lines),
        no_push=take("no_push"),
        attributes=_attributes(take("attributes")),
        consent=_known(take("consent"), _consents),
        profile=_known(take("profile"), _profiles),
    )


def _consents(read: Sequence[_ConsentIn]) -> list[Consent]:
    take = _Columns(read)
    texts = _known(take("text_version"), partial(_lines, longest=MAX_VERSION))
    return _made(Consent, len(read), value_profiling=take("value_profiling"), text_version=texts)


def _profiles(read: Sequence[_ProfileIn]) -> list[InlineProfile]:
    take = _Columns(read)
    facets = {name: _known(take(name), _facets) for name in _ProfileIn.__struct_fields__}
    return _made(InlineProfile, len(read), **facets)


def _facets(read: Sequence[_FacetIn]) -> list[InlineFacet]:
    take = _Columns(read)
    shares = _named(take("share"))
    if min(map(abs, chain.from_iterable(map(dict.values, shares))), default=1.0) < _TINY:
        shares = [{name: plain_number(number) for name, number in share.items()} for share in shares]
    return _made(InlineFacet, len(read), share=shares, n_eff=_known(take("n_eff"), _numbers))


def _is_object(one: Any) -> bool:
    return type(one) is dict


class _Columns:
    """One field of every item, as a list. `names` are those that occur at all; every other one holds its default."""

    __slots__ = ("names", "read")

    def __init__(self, read: Sequence[Any], names: Collection[str] | None = None) -> None:
        self.read, self.names = read, names

    def __call__(self, name: str) -> list[Any]:
        if self.read and self.names is not None and name not in self.names:
            return [getattr(self.read[0], name)] * len(self.read)
        return list(map(attrgetter(name), self.read))


def _made(kind: type[T], count: int, **columns: Iterable[Any]) -> list[T]:
    """`count` instances of a frozen, slotted dataclass, each of its fields from a column.

    They are filled as drafts, whose slots are the same and may be written, and become what they are at the end.
    """
    draft, names = _draft_of(kind)  # type: ignore[arg-type]  # a class is hashable, which mypy does not see in type[T]
    made = list(map(draft, *(columns[name] for name in names))) if count else []
    deque(map(_BECOME, made, repeat(kind)), maxlen=0)
    return made


@cache
def _draft_of(kind: type) -> tuple[type, tuple[str, ...]]:
    """A dataclass with the slots of `kind` that is not frozen, and the names of its fields."""
    names = tuple(each.name for each in fields(kind))
    return make_dataclass(f"{kind.__name__}Draft", names, slots=True), names


def _known(column: list[Any], read: Callable[[list[Any]], list[Any]]) -> list[Any]:
    """The column with what is known in it read, and what is unknown left so."""
    if not column or (column[0] is None and column.count(None) == len(column)):
        return column
    known = [one for one in column if one is not None]
    if len(known) == len(column):
        return read(known)
    values = iter(read(known))
    return [None if one is None else next(values) for one in column]


def _ids(column: list[str]) -> list[str]:
    lengths = set(map(len, column))
    if column and (
        min(lengths) < 1 or max(lengths) > 128 or "".join(column).encode("utf-8", "replace").translate(None, _ID_BYTES)
    ):
        raise Refused
    return column


def _id_lists(column: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    if any(column):
        _ids([one for many in column for one in many])
        if any(len(set(many)) != len(many) for many in column):
            raise Refused
    return column


def _lines(column: list[str], *, longest: int = MAX_NAME) -> list[str]:
    clean = {text: clean_line(text, longest=longest) for text in set(column)}
    return list(map(clean.__getitem__, column))


def _languages(column: list[str]) -> list[str]:
    if not all(map(LANGUAGE.fullmatch, set(column))):
        raise Refused
    return column


def _language_lists(column: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    for languages in set(column):
        _languages(list(languages))
        if len(set(languages)) != len(languages):
            raise Refused
    return column


def _named(column: list[dict[str, Any]], read: Callable[[str], str] = clean_key) -> list[dict[str, Any]]:
    """Maps with their names in the form that is kept."""
    kept = {name: read(name) for name in set().union(*filter(None, column))}
    if all(name == form for name, form in kept.items()):
        return column
    renamed = [{kept[name]: one for name, one in named.items()} for named in column]
    if any(len(after) != len(before) for after, before in zip(renamed, column, strict=True)):
        raise Refused
    return renamed


def _attributes(column: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not any(column):
        return column
    return [{name: _scalar(value) for name, value in one.items()} for one in _named(column, _attribute_name)]


def _attribute_name(name: str) -> str:
    form = clean_key(name)
    if names_protected_trait(form):
        raise Refused
    return form


def _scalar(value: str | int | float | bool) -> str | int | float | bool:
    if type(value) is str:
        return clean_line(value)
    if not -LARGEST <= value <= LARGEST:  # type: ignore[operator]  # every other type is a number
        raise Refused
    return plain_number(value) if type(value) is float else value


def _numbers(column: list[float]) -> list[float]:
    return [number if number > _TINY else plain_number(number) for number in column]


def _moments(column: list[str]) -> list[Any]:
    moments = list(map(read_moment, column))
    if not all(map(is_not, moments, repeat(None))):
        raise Refused
    return moments
