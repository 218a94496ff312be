"""The fast way to read a match or a ranking: types checked by msgspec, what is left looked at in columns.

What passes is exactly what the declared schemas would have made of it; what does not is left to them, which name every
fault. tests/api/test_bulk.py holds the two against each other, whole bodies included.

The dataclasses are frozen, and their own constructors take 2 ms for 1,000 contacts, four times what reading the JSON
takes. `_Maker` is the one place that builds them without: a slot written the ordinary way takes a third of the time.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import fields, make_dataclass
from functools import partial
from itertools import chain, repeat
from operator import attrgetter, is_not
from typing import Any, Generic, TypeVar

import marshmallow as ma
import msgspec

from api.schemas.hours import read_hours
from api.schemas.people import names_protected_trait
from api.schemas.strict import LARGEST, plain_number, read_moment
from api.schemas.text import DOTS, IDENTIFIER, LANGUAGE, MAX_NAME, BadText, clean_key, clean_line
from api.schemas.twins import ContactIn, EmployeeIn, LoadIn, MatchIn, RankIn, TermsIn
from matcher.contacts.contact import Contact
from matcher.profiles.inline import InlineFacet, InlineProfile
from matcher.profiles.people import ChannelLoad, Consent, Customer, Employee

T = TypeVar("T")
Column = list[Any]
Reader = Callable[[Column], Column]

MAX_VERSION = 64

_ID_BYTES = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:@-"
_TINY = 2.3e-308  # just above the smallest number held at full precision
_BECOME = object.__dict__["__class__"].__set__


class Refused(Exception):
    """The fast way does not take this; the declared schema has the last word."""


def read_match(body: Any) -> dict[str, Any]:
    """What a body read from JSON asks to match, field by field. Raises Refused when the schema must look at it."""
    return _reading(_said, body, MatchIn)


def read_ranking(body: Any) -> dict[str, Any]:
    """What a body read from JSON asks to rank. Raises Refused as `read_match` does."""
    return _reading(_said, body, RankIn)


def read_contact(written: Any) -> Contact:
    """One contact read from JSON. Raises Refused as `read_match` does."""
    return _reading(lambda read, _: _CONTACT.one(read), written, ContactIn)


def read_employee(written: Any) -> str | Employee:
    """One employee, an id or inline, read from JSON. Raises Refused as `read_match` does."""
    if type(written) is str:
        return str(_reading(lambda read, _: _ids([read])[0], written, str))
    return _reading(lambda read, _: _EMPLOYEE.one(read), written, EmployeeIn)


def _reading(make: Callable[[Any, Any], T], written: Any, shape: type) -> T:
    """What `make` makes of what msgspec read and of what was written."""
    try:
        return make(msgspec.convert(written, shape, strict=True), written)
    except (msgspec.ValidationError, BadText, ma.ValidationError) as refusal:
        raise Refused from refusal


def _said(read: TermsIn, body: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were given, and no others."""
    said = {name: getattr(read, name) for name in body}
    for name, look in _FIELDS.items():
        if name in said:
            said[name] = look(said[name], body[name])
    return said


def _contacts(read: list[ContactIn], written: list[Any]) -> list[Contact]:
    return _CONTACT(read, set().union(*written))


def _employees(read: list[str | EmployeeIn], written: list[Any]) -> list[str | Employee]:
    inline = [one for one in read if type(one) is not str]
    _ids([one for one in read if type(one) is str])
    made = iter(_EMPLOYEE(inline, set().union(*(one for one in written if type(one) is dict))))
    return [one if type(one) is str else next(made) for one in read]


class _Maker(Generic[T]):
    """Makes frozen, slotted dataclasses of structs, each field read as a column of all of them at once.

    They are filled as drafts, whose slots are the same and may be written, and become what they are at the end.
    Called with the structs, and where that is known with the names that occur at all: other fields hold their default.
    """

    __slots__ = ("_draft", "_kind", "_readers", "_take")

    def __init__(self, kind: type[T], **readers: Reader) -> None:
        names = tuple(each.name for each in fields(kind))  # type: ignore[arg-type]  # every kind is a dataclass
        self._kind, self._take = kind, attrgetter(*names)
        self._draft = make_dataclass(f"{kind.__name__}Draft", names, slots=True, eq=False, repr=False)
        self._readers = {name: readers.get(name) for name in names}

    def __call__(self, read: Sequence[Any], names: Collection[str] | None = None) -> list[T]:
        if len(read) < 2:
            return list(map(self.one, read))
        made = list(map(self._draft, *(self._column(name, read, names) for name in self._readers)))
        deque(map(_BECOME, made, repeat(self._kind)), maxlen=0)
        return made

    def one(self, read: Any) -> T:
        """What one struct becomes: as in a column, without the cost of many columns."""
        made: T = self._draft(
            *[
                value if value is None or reader is None else reader([value])[0]
                for value, reader in zip(self._take(read), self._readers.values(), strict=True)
            ]
        )
        _BECOME(made, self._kind)
        return made

    def _column(self, name: str, read: Sequence[Any], names: Collection[str] | None) -> Iterable[Any]:
        if names is not None and name not in names:
            return repeat(getattr(read[0], name))
        column, reader = list(map(attrgetter(name), read)), self._readers[name]
        return column if reader is None else _known(column, reader)


def _known(column: Column, read: Reader) -> Column:
    """The column with what is known in it read, and what is unknown left so."""
    if column[0] is None and column.count(None) == len(column):
        return column
    known = [one for one in column if one is not None]
    if len(known) == len(column):
        return read(known)
    values = iter(read(known))
    return [None if one is None else next(values) for one in column]


def _ids(column: list[str]) -> list[str]:
    if len(column) == 1:
        if IDENTIFIER.fullmatch(column[0]) is None:
            raise Refused
        return column
    lengths = set(map(len, column))
    if column and (
        min(lengths) < 1
        or max(lengths) > 128
        or not DOTS.isdisjoint(column)
        or "".join(column).encode("utf-8", "replace").translate(None, _ID_BYTES)
    ):
        raise Refused
    return column


def _ids_if_given(column: list[str]) -> list[str]:
    _ids(list(filter(None, column)))
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
    if not any(column):
        return column
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


def _shares(column: list[dict[str, float]]) -> list[dict[str, float]]:
    shares = _named(column)
    if min(map(abs, chain.from_iterable(map(dict.values, shares))), default=1.0) < _TINY:
        return [{name: plain_number(number) for name, number in share.items()} for share in shares]
    return shares


def _loads(column: list[dict[str, LoadIn]]) -> list[dict[str, ChannelLoad]]:
    return [{name: ChannelLoad(load.cost, load.max) for name, load in one.items()} for one in column]


def _hours(column: Column) -> Column:
    return list(map(read_hours, column))


def _numbers(column: list[float]) -> list[float]:
    return [number if number > _TINY else plain_number(number) for number in column]


def _moments(column: list[str]) -> list[Any]:
    moments = list(map(read_moment, column))
    if not all(map(is_not, moments, repeat(None))):
        raise Refused
    return moments


_FACET = _Maker(InlineFacet, share=_shares, n_eff=_numbers)
_PROFILE = _Maker(InlineProfile, values=_FACET, channel=_FACET, decision_style=_FACET, service_window=_FACET)
_CONSENT = _Maker(Consent, text_version=partial(_lines, longest=MAX_VERSION))
_CUSTOMER = _Maker(
    Customer,
    id=_ids_if_given,
    language=_languages,
    segment=_lines,
    tier=_lines,
    attributes=_attributes,
    consent=_CONSENT,
    profile=_PROFILE,
)
_CONTACT = _Maker(
    Contact,
    id=_ids,
    customer_id=_ids,
    customer=_CUSTOMER,
    intent=_lines,
    language=_languages,
    skills=_named,
    wanted_skills=_named,
    waiting_s=_numbers,
    due_from=_moments,
    due_to=_moments,
    exclude_employees=_id_lists,
    preferred_employee=_ids,
    attributes=_attributes,
)
_EMPLOYEE = _Maker(
    Employee,
    id=_ids,
    name=_lines,
    team=_lines,
    languages=_language_lists,
    skills=_named,
    channels=_loads,
    hours=_hours,
    attributes=_attributes,
    profile=_PROFILE,
    idle_s=_numbers,
    busy_share=_numbers,
)
# Fields of a whole body that types alone do not settle: each takes what was read, and what was written.
_FIELDS: Mapping[str, Callable[[Any, Any], Any]] = {
    "contact": lambda read, _: _CONTACT.one(read),
    "contacts": _contacts,
    "employees": _employees,
    "rule_set": lambda read, _: clean_key(read),
    "at": lambda read, _: _moments([read])[0],
}
