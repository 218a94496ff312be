"""Service concepts, strategy, outcome weights limits, offers and holding, out of a document."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from typing import TypeVar

from matcher.contacts.outcome import DEFAULT_WEIGHTS, OutcomeTerms, OutcomeWeights
from matcher.errors import pointer_to
from matcher.profiles.channels import CHANNELS
from matcher.profiles.protected import is_protected_group
from matcher.rules.parse_rules import LONGEST_WAIT_S
from matcher.rules.reading import SHOWN, Faults
from matcher.rules.strategy import PRESETS, Strategy, Weights
from matcher.rules.terms import MOST_EXPLORED, Explore, Floor, Hold, Limits, Offer, PaidSlot, Service, Style, Tier

MOST_SEGMENTS = 200
MOST_NAME = 200
MOST_WEIGHT = 10.0
MOST_CENTS = 10_000_000
MOST_SCORE = 10.0
LONGEST_DAY_S = 86400.0
T = TypeVar("T")


class TermsReader:
    """Reads all that is no rule; faults go to `faults`. `value_systems` may not name a segment."""

    def __init__(self, faults: Faults, value_systems: frozenset[str]) -> None:
        self._faults = faults
        self._value_systems = value_systems

    def strategy(self, value: object) -> Strategy | None:
        """The strategy of the firm, with that of single segments."""
        read = self._strategy(value, "/strategy", optional=("weights", "segments"))
        if not isinstance(value, Mapping) or "segments" not in value:
            return read
        own = self._by_segment(value["segments"], "/strategy/segments", self._strategy)
        return None if read is None else Strategy(read.preset, read.weights, own)

    def service(self, value: object) -> tuple[Service, ...]:
        """The service concepts, each of another segment."""
        items = self._faults.items(value, "/service", most=MOST_SEGMENTS) or ()
        read = [self._service(item, pointer_to("/service", place)) for place, item in enumerate(items)]
        seen: set[str | None] = set()
        for place, one in enumerate(read):
            if one is not None and one.segment in seen:
                where = pointer_to("/service", place, "segment")
                self._faults.note(where, "duplicate_segment", "Another service concept is for this segment too.")
            elif one is not None:
                seen.add(one.segment)
        return tuple(one for one in read if one is not None)

    def hold(self, value: object) -> Hold | None:
        """How long a contact may be held back."""
        faults, document = self._faults, self._faults.mapping(value, "/hold", required=("h0", "h2", "cap_s"))
        if document is None or not {"h0", "h2", "cap_s"} <= document.keys():
            return None
        h0 = faults.number(document["h0"], "/hold/h0", least=0.0, most=MOST_SCORE)
        h2 = faults.number(document["h2"], "/hold/h2", least=0.0, most=MOST_SCORE)
        cap_s = faults.number(document["cap_s"], "/hold/cap_s", least=0.0, most=LONGEST_DAY_S)
        return None if h0 is None or h2 is None or cap_s is None else Hold(h0, h2, cap_s)

    def limits(self, value: object) -> Limits:
        """What is too much for a customer or an employee."""
        names = ("transfers", "difficult_in_a_row", "busy_share")
        faults, document = self._faults, self._faults.mapping(value, "/limits", required=(), optional=names) or {}
        transfers = difficult = busy = None
        if "transfers" in document:
            transfers = faults.whole(document["transfers"], "/limits/transfers", least=0, most=100)
        if "difficult_in_a_row" in document:
            difficult = faults.whole(document["difficult_in_a_row"], "/limits/difficult_in_a_row", least=1, most=100)
        if "busy_share" in document:
            busy = faults.number(document["busy_share"], "/limits/busy_share", least=0.1, most=1.0)
        return Limits(transfers, difficult, busy)

    def offer(self, value: object) -> Offer:
        """How long an offer stands."""
        document = self._faults.mapping(value, "/offer", required=("expires_s",)) or {}
        given = document.get("expires_s", {})
        expires = self._faults.mapping(given, "/offer/expires_s", required=(), optional=CHANNELS) or {}
        read = {
            channel: self._faults.number(
                expires[channel], pointer_to("/offer/expires_s", channel), least=1.0, most=LONGEST_DAY_S
            )
            for channel in CHANNELS
            if channel in expires
        }
        return Offer({channel: seconds for channel, seconds in read.items() if seconds is not None})

    def explore(self, value: object) -> Explore | None:
        """How much is left to chance."""
        document = self._faults.mapping(value, "/explore", required=("floor",)) or {}
        if "floor" not in document:
            return None
        floor = self._faults.number(document["floor"], "/explore/floor", least=0.0, most=MOST_EXPLORED)
        return None if floor is None else Explore(floor)

    def outcome(self, value: object) -> OutcomeTerms:
        """What a customer's trouble costs, for everyone and for single segments."""
        default = self._cents(value, "/outcome", DEFAULT_WEIGHTS, optional=("segments",)) or DEFAULT_WEIGHTS
        if not isinstance(value, Mapping) or "segments" not in value:
            return OutcomeTerms(default)
        own = self._by_segment(
            value["segments"], "/outcome/segments", lambda part, pointer: self._cents(part, pointer, default)
        )
        return OutcomeTerms(default, own)

    def segment(self, name: object, pointer: str) -> str | None:
        """A segment's name; none may be built on a protected ground or on value systems."""
        text = self._faults.text(name, pointer, most=MOST_NAME)
        if text is None:
            return None
        if is_protected_group(text):
            what = f"{text[:SHOWN]!r} names a group by a protected ground; no service may depend on it."
            self._faults.note(pointer, "protected_attribute", what)
        elif text.strip().casefold() in self._value_systems:
            what = f"{text[:SHOWN]!r} is a value system: service and tiers are never chosen by it."
            self._faults.note(pointer, "value_system_in_rule", what)
        else:
            return text
        return None

    def _by_segment(self, value: object, pointer: str, read: Callable[[object, str], T | None]) -> dict[str, T]:
        if not isinstance(value, Mapping) or len(value) > MOST_SEGMENTS:
            self._faults.note(
                pointer, "wrong_type", f"{pointer} must be an object of at most {MOST_SEGMENTS} segments."
            )
            return {}
        found: dict[str, T] = {}
        for name, part in value.items():
            place = pointer_to(pointer, str(name)[:SHOWN])
            segment, one = self.segment(name, place), read(part, place)
            if segment is not None and one is not None:
                found[segment] = one
        return found

    def _strategy(self, value: object, pointer: str, *, optional: tuple[str, ...] = ("weights",)) -> Strategy | None:
        faults, document = self._faults, self._faults.mapping(value, pointer, required=("preset",), optional=optional)
        if document is None or "preset" not in document:
            return None
        preset = faults.one_of(document["preset"], pointer_to(pointer, "preset"), "unknown_strategy", PRESETS)
        names, place = tuple(field.name for field in fields(Weights)), pointer_to(pointer, "weights")
        own = faults.mapping(document.get("weights", {}), place, required=(), optional=names) or {}
        given = {
            name: faults.number(own[name], pointer_to(place, name), least=0.0, most=MOST_WEIGHT)
            for name in names
            if name in own
        }
        if preset is None:
            return None
        ours = PRESETS[preset]
        return Strategy(preset, replace(ours, **{name: own for name, own in given.items() if own is not None}))

    def _cents(
        self, value: object, pointer: str, otherwise: OutcomeWeights, *, optional: tuple[str, ...] = ()
    ) -> OutcomeWeights | None:
        names = tuple(field.name for field in fields(OutcomeWeights))
        document = self._faults.mapping(value, pointer, required=(), optional=(*names, *optional))
        if document is None:
            return None
        read = {
            name: self._faults.number(document[name], pointer_to(pointer, name), least=0.0, most=MOST_CENTS)
            for name in names
            if name in document
        }
        return replace(otherwise, **{name: cents for name, cents in read.items() if cents is not None})

    def _service(self, value: object, pointer: str) -> Service | None:
        before, faults = len(self._faults.found), self._faults
        optional = ("segment", "tier", "floor", "style", "paid_slot")
        document = faults.mapping(value, pointer, required=("channels",), optional=optional)
        if document is None:
            return None
        named = document.get("segment")
        segment = None if named is None else self.segment(named, pointer_to(pointer, "segment"))
        channels = self._channels(document.get("channels", CHANNELS), pointer_to(pointer, "channels"))
        tier = faults.one_of(document.get("tier", Tier.FULL), pointer_to(pointer, "tier"), "unknown_tier", tuple(Tier))
        style = None
        if "style" in document:
            style = faults.one_of(document["style"], pointer_to(pointer, "style"), "unknown_style", tuple(Style))
        floor = self._floor(document["floor"], pointer_to(pointer, "floor")) if "floor" in document else None
        paid = self._paid(document["paid_slot"], pointer_to(pointer, "paid_slot")) if "paid_slot" in document else None
        if tier == Tier.MINIMAL and "floor" not in document:
            what = "A minimal tier needs a floor: an answer in time, and promises kept."
            faults.note(pointer_to(pointer, "floor"), "missing", what)
        if len(faults.found) > before or tier is None:
            return None
        return Service(segment, channels, Tier(tier), floor, None if style is None else Style(style), paid)

    def _channels(self, value: object, pointer: str) -> tuple[str, ...]:
        items = self._faults.items(value, pointer, least=1, most=len(CHANNELS)) or ()
        read = [
            self._faults.one_of(one, pointer_to(pointer, k), "unknown_channel", CHANNELS) for k, one in enumerate(items)
        ]
        return tuple(one for one in read if one is not None)

    def _floor(self, value: object, pointer: str) -> Floor | None:
        document = self._faults.mapping(value, pointer, required=("answer_within_s",), optional=("promises",)) or {}
        if "answer_within_s" not in document:
            return None
        place = pointer_to(pointer, "answer_within_s")
        answer = self._faults.number(document["answer_within_s"], place, least=1.0, most=LONGEST_WAIT_S)
        place, words = pointer_to(pointer, "promises"), ("kept", "best_effort")
        promises = self._faults.one_of(document.get("promises", "kept"), place, "unknown_word", words)
        return None if answer is None else Floor(answer, promises == "kept")

    def _paid(self, value: object, pointer: str) -> PaidSlot | None:
        names, faults = ("price_cents", "width_s"), self._faults
        document = faults.mapping(value, pointer, required=names) or {}
        if not set(names) <= document.keys():
            return None
        price = faults.whole(document["price_cents"], pointer_to(pointer, "price_cents"), least=1, most=MOST_CENTS)
        width = faults.number(document["width_s"], pointer_to(pointer, "width_s"), least=60.0, most=LONGEST_DAY_S)
        return None if price is None or width is None else PaidSlot(price, width)
