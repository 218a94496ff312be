"""How matches and rankings are asked for and answered."""

import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, ClassVar

import marshmallow as ma
from marshmallow import fields

from api.schemas.bulk import Refused, read_contact, read_employee, read_match, read_ranking
from api.schemas.people import InlineCustomerSchema, InlineEmployeeSchema, attributes, language
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
    Speaking,
    StrictSchema,
    Whole,
    shown_moment,
)
from api.schemas.twins import (
    EXPLAINED,
    MAX_CONTACTS,
    MAX_EMPLOYEES,
    MAX_EXCLUDED,
    MAX_RANKED,
    MAX_SEED,
    MAX_TRANSFERS,
    STRATEGIES,
)
from matcher.contacts.contact import Contact
from matcher.profiles.channels import CHANNELS
from matcher.profiles.effects import Effect
from matcher.routing.decision import Decision, Ranking, Round, ShortOf, Unassigned

MAX_FAULTY_ITEMS = 20  # after so many the rest is not looked at
SHOWN_DIGITS = 6  # finer differences only break ties


class ContactSchema(StrictSchema):
    """A contact that waits. `skills` are least levels 1–5, `priority` 0–9 (higher is sooner), times in seconds."""

    id = Identifier(required=True)
    channel = Choice(CHANNELS, code="unknown_channel", required=True)
    customer_id = Identifier()
    customer = Part(InlineCustomerSchema)
    intent = Line()
    language = language()
    skills = MapOf(Whole(1, 5))
    wanted_skills = MapOf(Whole(1, 5))
    mandate = Whole(0, 3)
    priority = Whole(0, 9)
    waiting_s = Number(0)
    due_from = Moment()
    due_to = Moment()
    exclude_employees = ListOf(Identifier(), most=MAX_EXCLUDED, is_unique=True)
    preferred_employee = Identifier()
    attributes = attributes()
    transfers = Whole(0, MAX_TRANSFERS, metadata={"description": "How often the customer was passed on."})
    difficult = Flag(metadata={"description": "Hard on whoever serves it; a rule may say so too."})

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> Contact:
        """The contact."""
        read["exclude_employees"] = tuple(read.get("exclude_employees", ()))
        return Contact(**read)


class Many(Speaking, fields.List[Any]):
    """A long list in a body with a fault somewhere: read item by item, the fast way where that takes the item.

    The declared schema is the documented one and has the last word on every item the fast way does not take.
    """

    def __init__(self, one: fields.Field[Any], *, fast: Callable[[Any], Any], most: int, **options: Any) -> None:
        self.one, self.fast, self.most = one, fast, most
        super().__init__(one, metadata={"maxItems": most}, **options)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> list[Any]:
        if type(value) is not list:
            raise self.refuse("not_a_list", "Expected a list.")
        if len(value) > self.most:
            raise self.refuse("too_many", f"At most {self.most} items.")
        read: list[Any] = []
        faults: dict[int, Any] = {}
        for place, one in enumerate(value):
            try:
                read.append(self._read_one(one))
            except ma.ValidationError as error:
                faults[place] = error.messages
                if len(faults) >= MAX_FAULTY_ITEMS:
                    break
        if faults:
            raise ma.ValidationError(faults)
        return read

    def _read_one(self, one: Any) -> Any:
        try:
            return self.fast(one)
        except Refused:
            return self.one.deserialize(one)


class EmployeeOrId(Speaking, fields.Nested):
    """An id of a stored employee, or an employee inline."""

    def _deserialize(self, value: Any, *rest: Any, **options: Any) -> Any:
        if type(value) is str:
            return Identifier().deserialize(value)
        if type(value) is not dict:
            raise self.refuse("not_an_employee", "Expected an id or an employee.")
        return super()._deserialize(value, *rest, **options)


class TermsSchema(StrictSchema):
    """What holds for a whole request. Without `employees` all that are available are looked at."""

    fast: ClassVar["staticmethod[[Any], dict[str, Any]]"]  # this reading, compiled: what it refuses is read here

    employees = Many(EmployeeOrId(InlineEmployeeSchema), fast=read_employee, most=MAX_EMPLOYEES)
    rule_set = Key()
    strategy = Choice(STRATEGIES, code="unknown_strategy")
    explain = Choice(EXPLAINED)
    at = Moment()
    seed = Whole(0, MAX_SEED)

    def load(self, data: Any, **options: Any) -> Any:
        """What was asked, read the fast way where that takes the whole body."""
        try:
            return self.fast(data)
        except Refused:
            return super().load(data, **options)


class MatchInSchema(TermsSchema):
    """Contacts to match, and on what terms."""

    fast = staticmethod(read_match)

    contacts = Many(Part(ContactSchema), fast=read_contact, most=MAX_CONTACTS, required=True)
    log = Flag(metadata={"description": "Keep the decisions, so that outcomes can be joined to them."})


class RankInSchema(TermsSchema):
    """A contact to find the best employees for."""

    fast = staticmethod(read_ranking)

    contact = Part(ContactSchema, required=True)
    limit = Whole(1, MAX_RANKED)


class ReasonSchema(ma.Schema):
    """One thing that spoke for or against, its effect on the score, and a sentence."""

    code = fields.String(required=True)
    effect = fields.Float(required=True)
    text = fields.String(required=True)


class AssignmentSchema(ma.Schema):
    """An employee for a contact, with reasons."""

    contact_id = fields.String(required=True)
    employee_id = fields.String(required=True)
    score = fields.Float(required=True)
    compatibility = fields.Float(required=True, metadata={"minimum": 0, "maximum": 1})
    confidence = fields.Float(required=True, metadata={"minimum": 0, "maximum": 1})
    reasons = fields.List(fields.Nested(ReasonSchema), required=True)
    wishes = fields.List(
        fields.String(metadata={"enum": [effect.value for effect in Effect]}),
        required=True,
        metadata={"description": "What the customer's preferences ask of whoever serves them."},
    )
    offer_expires_s = fields.Float(
        required=True, metadata={"description": "How long the employee has to accept, in seconds; then ask again."}
    )


class WindowSchema(ma.Schema):
    """A time in which someone who can help is on duty."""

    due_from = fields.AwareDateTime(required=True)
    due_to = fields.AwareDateTime(required=True)


class PaidTimeSchema(WindowSchema):
    """A precise time that the customer may buy. Klik does not book it: promise it as `due_from` and `due_to`."""

    price_cents = fields.Integer(required=True, metadata={"minimum": 1})


class HelpSchema(ma.Schema):
    """The smallest change that would serve one more: any one of the employees would do."""

    code = fields.String(required=True, metadata={"enum": ["skill", "language", "mandate", "channel", "rule", "slots"]})
    subject = fields.String(required=True)
    employee_ids = fields.List(fields.String(), required=True)
    contact_id = fields.String()
    slots = fields.Integer()


class BottleneckSchema(ma.Schema):
    """Contacts that cannot all be served, the employees they compete for, and how many are short."""

    contact_ids = fields.List(fields.String(), required=True)
    employee_ids = fields.List(fields.String(), required=True)
    short = fields.Integer(required=True)
    help = fields.Nested(HelpSchema)


class UnassignedSchema(ma.Schema):
    """Why a contact got nobody, and what would help."""

    contact_id = fields.String(required=True)
    reason = fields.String(
        required=True,
        metadata={"enum": ["no_eligible_employee", "no_capacity", "held", "no_service", "suggest_channel"]},
    )
    detail = fields.String(required=True)
    bottleneck = fields.Nested(BottleneckSchema)
    suggested_channel = fields.String()
    suggested_window = fields.Nested(WindowSchema)
    paid_slot = fields.Nested(PaidTimeSchema)
    next_look_s = fields.Float()


class VersionsSchema(ma.Schema):
    """What the answer rests on."""

    rule_set = fields.String(allow_none=True)
    classifier = fields.String(allow_none=True)
    framework = fields.String(allow_none=True)
    prices = fields.String(allow_none=True)


class RankingSchema(ma.Schema):
    """The best employees for the contact, best first, or why there is none."""

    assignments = fields.List(fields.Nested(AssignmentSchema), required=True)
    unassigned = fields.List(fields.Nested(UnassignedSchema), required=True)
    decision_basis = fields.String(required=True, metadata={"enum": ["classifier", "prior", "rules"]})
    versions = fields.Nested(VersionsSchema, required=True)
    seed = fields.Integer(required=True, metadata={"description": "Sent again, it breaks ties in the same way."})


class RoundSchema(RankingSchema):
    """The round that serves these contacts best; `bound` proves how good it is."""

    objective = fields.Float(required=True)
    bound = fields.Float(required=True)
    gap = fields.Float(required=True)
    solver = fields.String(required=True)
    solve_ms = fields.Float(required=True)
    degraded = fields.Boolean(required=True)


def shown_round(made: Round) -> dict[str, Any]:
    """A round as `RoundSchema` documents it, without the schema's dump, which can take longer than the round itself."""
    return {
        "assignments": [_assignment(one) for one in made.decisions if one.unassigned is None],
        "unassigned": [
            _unassigned(one.contact_id, one.unassigned) for one in made.decisions if one.unassigned is not None
        ],
        "objective": _finite(made.objective),
        "bound": _finite(made.bound),
        "gap": _finite(made.gap),
        "solver": made.solver,
        "solve_ms": _finite(made.solve_s * 1000),
        "degraded": made.degraded,
        "decision_basis": made.basis.value,
        "versions": dict(made.versions),
    }


def shown_ranking(made: Ranking) -> dict[str, Any]:
    """A ranking as `RankingSchema` documents it."""
    return {
        "assignments": [_assignment(one) for one in made.decisions],
        "unassigned": [] if made.unassigned is None else [_unassigned(made.contact_id, made.unassigned)],
        "decision_basis": made.basis.value,
        "versions": dict(made.versions),
    }


def _assignment(decision: Decision) -> dict[str, Any]:
    return {
        "contact_id": decision.contact_id,
        "employee_id": decision.employee_id,
        "score": _finite(decision.score),
        "compatibility": _finite(decision.compatibility),
        "confidence": _finite(decision.confidence),
        "reasons": [{"code": one.code, "effect": _finite(one.effect), "text": one.text} for one in decision.reasons],
        "wishes": [wish.value for wish in decision.wishes],
        "offer_expires_s": _finite(decision.offer_expires_s or 0.0),
    }


def _unassigned(contact_id: str, why: Unassigned) -> dict[str, Any]:
    document: dict[str, Any] = {"contact_id": contact_id, "reason": why.reason.value, "detail": why.detail}
    if why.bottleneck is not None:
        document["bottleneck"] = _bottleneck(why.bottleneck)
    if why.suggested_channel is not None:
        document["suggested_channel"] = why.suggested_channel
    if why.suggested_window is not None:
        start, end = why.suggested_window
        document["suggested_window"] = {"due_from": shown_moment(start), "due_to": shown_moment(end)}
    if why.paid_slot is not None:
        paid = why.paid_slot
        moments = {"due_from": shown_moment(paid.due_from), "due_to": shown_moment(paid.due_to)}
        document["paid_slot"] = {**moments, "price_cents": paid.price_cents}
    if why.next_look_s is not None:
        document["next_look_s"] = _finite(why.next_look_s)
    return document


def _bottleneck(short: ShortOf) -> dict[str, Any]:
    document: dict[str, Any] = {
        "contact_ids": list(short.contact_ids),
        "employee_ids": list(short.employee_ids),
        "short": short.short,
    }
    if short.help is not None:
        told = asdict(short.help)
        document["help"] = {name: value for name, value in told.items() if value is not None}
    return document


def _finite(number: float) -> float:
    """The number to a millionth. Raises ArithmeticError for NaN and infinity, which JSON would carry as null."""
    if not math.isfinite(number):
        raise ArithmeticError("A decision holds a number that is not finite.")
    return round(float(number), SHOWN_DIGITS)
