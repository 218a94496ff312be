"""How rule sets, publications, changes and approvals look on the wire."""

from collections.abc import Sequence
from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.queries import PageQuerySchema
from api.schemas.strict import (
    Choice,
    Identifier,
    Key,
    Moment,
    Note,
    Number,
    Part,
    StrictSchema,
    Told,
    Whole,
    shown_moment,
)
from matcher.rules import Difference
from matcher.rules.lint import Finding, Severity
from matcher.use_cases.rule_ports import (
    Approval,
    ApprovalState,
    Publication,
    PublicationKind,
    RuleChange,
    RuleSetState,
    StoredRuleSet,
)
from matcher.use_cases.start_rehearsal import MOST_CONTACTS, RehearsalOrder

STATES = tuple(str(state) for state in RuleSetState)


class RuleSetDocumentSchema(ma.Schema):
    """A rule set as operations write it (`rule-set/1`, see the guide to rules): the core tells every fault in it."""

    class Meta:
        unknown = ma.INCLUDE

    def load(self, data: Any, **_: Any) -> Any:
        """The document as it came: what may stand in it, the core says, with the place of each fault."""
        if type(data) is not dict:
            raise ma.ValidationError([Told("not_an_object", "Expected an object.")])
        return data


class RuleSetQuerySchema(PageQuerySchema):
    """Which rule sets."""

    state = Choice(STATES)


class RuleSetLineSchema(ma.Schema):
    """A rule set in a list."""

    version = fields.String(required=True)
    title = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": list(STATES)})
    content = fields.String(required=True)
    author = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    based_on = fields.String(required=True, allow_none=True)
    is_current = fields.Boolean(required=True)


class RuleSetSchema(RuleSetLineSchema):
    """A rule set: a draft under an id of its own, or a published one under the name of its content."""

    document = fields.Dict(keys=fields.String(), required=True)


class RuleSetPageSchema(ma.Schema):
    """A page of rule sets in the order of their versions."""

    items = fields.List(fields.Nested(RuleSetLineSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class PublicationInSchema(StrictSchema):
    """Why, and which version the publisher takes to be in force (else the one the draft was written against)."""

    note = Note()
    replaces = Identifier()


class RollbackSchema(StrictSchema):
    """Why."""

    note = Note()


class PublicationSchema(ma.Schema):
    """A version put in force; the one with the highest `seq` is the current one."""

    seq = fields.Integer(required=True)
    version = fields.String(required=True)
    published_at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    kind = fields.String(required=True, metadata={"enum": [str(kind) for kind in PublicationKind]})
    note = fields.String(required=True, allow_none=True)


class PublicationPageSchema(ma.Schema):
    """A page of publications, newest first."""

    items = fields.List(fields.Nested(PublicationSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class ChangeQuerySchema(PageQuerySchema):
    """Whose changes: of one version or draft, or of all."""

    version = Key()


class RuleChangeSchema(ma.Schema):
    """One thing done: who did what with which version, when and why."""

    at = fields.AwareDateTime(required=True)
    by = fields.String(required=True)
    what = fields.String(required=True)
    version = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)
    detail = fields.Dict(keys=fields.String(), required=True)


class RuleChangePageSchema(ma.Schema):
    """A page of changes, newest first."""

    items = fields.List(fields.Nested(RuleChangeSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class DifferenceQuerySchema(StrictSchema):
    """From which version; left out: from the one in force."""

    # `from` is a word of Python's own.
    from_version = Identifier(data_key="from", load_default="current")


class DifferenceSchema(ma.Schema):
    """What a version does otherwise than another: ids of rules, parts of the document, and sentences."""

    to_version = fields.String(required=True, data_key="to")
    from_version = fields.String(required=True, data_key="from")
    added = fields.List(fields.String(), required=True)
    removed = fields.List(fields.String(), required=True)
    changed = fields.List(fields.String(), required=True)
    settings = fields.List(fields.String(), required=True)
    sentences = fields.List(fields.String(), required=True)


class FindingSchema(ma.Schema):
    """A finding: where, which rules, what is wrong and what to do; `refused` forbids publication."""

    code = fields.String(required=True)
    severity = fields.String(required=True, metadata={"enum": [str(severity) for severity in Severity]})
    pointer = fields.String(required=True)
    rules = fields.List(fields.String(), required=True)
    sentence = fields.String(required=True)
    advice = fields.String(required=True)


class FindingListSchema(ma.Schema):
    """What the check found, the gravest first."""

    items = fields.List(fields.Nested(FindingSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class FieldSchema(ma.Schema):
    """A field of a condition; `<name>` stands for a name of your own. A relation is of an employee to a contact."""

    field = fields.String(required=True)
    label = fields.String(required=True)
    side = fields.String(required=True)
    type = fields.String(required=True)
    operators = fields.List(fields.String(), required=True)
    operator_labels = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    values = fields.List(fields.Raw())
    is_relation = fields.Boolean(required=True)


class FieldListSchema(ma.Schema):
    """What a rule may look at."""

    items = fields.List(fields.Nested(FieldSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class ApprovalSchema(ma.Schema):
    """What one person asks another to agree to; `content` names exactly what would come into force."""

    id = fields.String(required=True)
    what = fields.String(required=True)
    subject = fields.String(required=True)
    content = fields.String(required=True)
    replaces = fields.String(required=True)
    asked_by = fields.String(required=True)
    asked_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)
    note = fields.String(required=True, allow_none=True)
    state = fields.String(required=True, metadata={"enum": [str(state) for state in ApprovalState]})
    decided_by = fields.String(required=True, allow_none=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)


class ApprovalListSchema(ma.Schema):
    """What waits for a second person, oldest first."""

    items = fields.List(fields.Nested(ApprovalSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class DecisionSchema(StrictSchema):
    """Why."""

    reason = Note()


class GeneratedSchema(StrictSchema):
    """Contacts to be generated: how many, in how many hours."""

    contacts = Whole(1, MOST_CONTACTS, required=True)
    hours = Number(0.1, 24.0, load_default=8.0)


class RehearsalSchema(StrictSchema):
    """What to replay: the stored contacts of a period, or generated ones. `seed` draws what is not known."""

    since = Moment(data_key="from")
    until = Moment(data_key="to")
    sample = Whole(1, MOST_CONTACTS)
    scenario = Part(GeneratedSchema)
    answer_within_s = Number(0.0, 86_400.0, load_default=20.0)
    seed = Whole(0, 2**31 - 1, load_default=1)

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> RehearsalOrder:
        """The order."""
        scenario = read.pop("scenario", None) or {}
        within_s = read.pop("answer_within_s")
        generated, hours = scenario.get("contacts"), scenario.get("hours", 8.0)
        return RehearsalOrder(**read, within_s=within_s, generated=generated, hours=hours)


def shown_line(one: StoredRuleSet, *, current: str | None) -> dict[str, Any]:
    """A rule set as `RuleSetLineSchema` documents it."""
    return {
        "version": one.version,
        "title": one.title,
        "state": str(one.state),
        "content": one.content,
        "author": one.author,
        "created_at": shown_moment(one.created_at),
        "updated_at": shown_moment(one.updated_at),
        "based_on": one.based_on,
        "is_current": one.version == current,
    }


def shown_rule_set(one: StoredRuleSet, *, current: str | None) -> dict[str, Any]:
    """A rule set as `RuleSetSchema` documents it."""
    return {**shown_line(one, current=current), "document": dict(one.document)}


def shown_publication(one: Publication) -> dict[str, Any]:
    """A publication as `PublicationSchema` documents it."""
    return {
        "seq": one.seq,
        "version": one.version,
        "published_at": shown_moment(one.published_at),
        "by": one.by,
        "kind": str(one.kind),
        "note": one.note,
    }


def shown_change(one: RuleChange) -> dict[str, Any]:
    """A change as `RuleChangeSchema` documents it."""
    told = {"by": one.by, "what": one.what, "version": one.version, "note": one.note}
    return {"at": shown_moment(one.at), **told, "detail": dict(one.detail)}


def shown_difference(told: Difference, *, earlier: str, later: str, sentences: Sequence[str]) -> dict[str, Any]:
    """A difference as `DifferenceSchema` documents it."""
    return {
        "from": earlier,
        "to": later,
        "added": list(told.added),
        "removed": list(told.removed),
        "changed": list(told.changed),
        "settings": list(told.settings),
        "sentences": list(sentences),
    }


def shown_finding(one: Finding, language: str) -> dict[str, Any]:
    """A finding as `FindingSchema` documents it."""
    place = {"code": one.code, "severity": str(one.severity), "pointer": one.pointer, "rules": list(one.rules)}
    return {**place, "sentence": one.sentence[language], "advice": one.advice[language]}


def shown_approval(one: Approval) -> dict[str, Any]:
    """An approval as `ApprovalSchema` documents it."""
    return {
        "id": one.id,
        "what": one.what,
        "subject": one.subject,
        "content": one.content,
        "replaces": one.replaces,
        "asked_by": one.asked_by,
        "asked_at": shown_moment(one.asked_at),
        "expires_at": shown_moment(one.expires_at),
        "note": one.note,
        "state": str(one.state),
        "decided_by": one.decided_by,
        "decided_at": None if one.decided_at is None else shown_moment(one.decided_at),
        "reason": one.reason,
    }
