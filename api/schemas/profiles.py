"""How profiles, evidence and tags look on the wire."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.people import WireSchema, language
from api.schemas.strict import (
    Choice,
    Flag,
    Key,
    ListOf,
    MapOf,
    Moment,
    Note,
    Number,
    QueryFlag,
    StrictSchema,
    shown_moment,
)
from matcher.errors import invalid
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import WORST, Profile
from matcher.profiles.framework import VALUES, Framework
from matcher.profiles.overlay import Overlay
from matcher.profiles.quality import POOR_FIT, STRAIGHT_LINE, TOO_FAST
from matcher.profiles.situations import Situation
from matcher.profiles.survey import Tally
from matcher.profiles.tags import Tag
from matcher.profiles.text import LONGEST
from matcher.use_cases.add_evidence import Claim
from matcher.use_cases.answer_form import BEST, SHOWN
from matcher.use_cases.read_profile import ProfileView
from matcher.use_cases.set_state import Happening

FACETS = ("values", "channel", "decision_style", "service_window")
SENT_SOURCES = (Source.HR_TAG, Source.SELF_TAG, Source.BEHAVIOUR, Source.TEXT, Source.SEGMENT)


class FacetQuerySchema(StrictSchema):
    """Which side of a person is asked for."""

    facet = Choice(FACETS, code="unknown_facet")


class ProfileQuerySchema(FacetQuerySchema):
    """Which side of a person is asked for; the facet channel also as it is in a situation."""

    intent = Key(metadata={"description": "What a contact is about. Goes with facet=channel."})
    urgent = QueryFlag(metadata={"description": "Whether it cannot wait. Goes with an intent."})

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> tuple[str, Situation | None]:
        """The facet and the situation."""
        if "urgent" in read and "intent" not in read:
            raise invalid("/intent", "missing_field", "Say what is urgent: its intent.")
        situation = Situation(read["intent"], read.get("urgent", False)) if "intent" in read else None
        return read.get("facet", VALUES), situation


class TagSchema(StrictSchema):
    """HR's tag on an employee: a dominant value system (and a secondary one), or shares that sum to 1."""

    dominant = Key()
    secondary = Key()
    share = MapOf(Number())
    reason = Note(required=True)

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> tuple[Tag, str]:
        """The tag and its reason."""
        reason = read.pop("reason")
        return Tag(**read), reason


class EvidenceInSchema(StrictSchema):
    """A piece of evidence: shares by category, one category picked, an event of the framework's file, or a text.

    `open` lists the categories that could be chosen at the time, where some could not. Behaviour may tell what the
    contact was about (`intent`) and whether it could not wait (`urgent`).
    """

    source = Choice(tuple(SENT_SOURCES), required=True)
    facet = Choice(FACETS, code="unknown_facet", required=True)
    share = MapOf(Number())
    pick = Key()
    event = Key()
    open = ListOf(Key(), most=64, is_unique=True)
    intent = Key()
    urgent = Flag()
    text = Note(longest=LONGEST)
    language = language()
    occurred_at = Moment()
    reason = Note()

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> Claim:
        """The claim. A text is read where that is switched on, and kept nowhere."""
        read["source"] = Source(read["source"])
        if "open" in read:
            read["open"] = tuple(read["open"])
        return Claim(**read)


class ProvenanceSchema(ma.Schema):
    """How much a source says (pseudo-counts) and when it last spoke."""

    source = fields.String(required=True)
    weight = fields.Float(required=True)
    last = fields.AwareDateTime(required=True)


class StateSchema(ma.Schema):
    """An acute state: what for, how far it shifts a match (rho, at most .5), until when. It never enters a profile."""

    cause = fields.String(required=True)
    rho = fields.Float(required=True)
    until = fields.AwareDateTime(required=True)


class StateListSchema(ma.Schema):
    """A customer's acute states in force."""

    items = fields.List(fields.Nested(StateSchema), required=True)


class HappeningSchema(StrictSchema):
    """What happened to a customer: an event that the framework's file knows, or one of its states by name."""

    event = Key()
    trigger = Key()

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> Happening:
        """What happened."""
        return Happening(**read)


class SituationSchema(ma.Schema):
    """What a share was asked for: an intent, whether it is urgent, and how many contacts of this person's it counts."""

    intent = fields.String(required=True)
    urgent = fields.Boolean(required=True)
    contacts = fields.Integer(required=True)


class ProfileSchema(ma.Schema):
    """A distribution with its uncertainty, never a bare colour. `share`, `ci90` carry every category of the facet.

    `states` are acute and shift a match only. `told` says why a text that was sent changed nothing. With a `situation`
    `share` is that of the situation; everything else is of the person in general.
    """

    subject = fields.String(required=True)
    framework = fields.String(required=True)
    facet = fields.String(required=True)
    share = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)
    ci90 = fields.Dict(keys=fields.String(), values=fields.List(fields.Float()), required=True)
    top = fields.List(fields.String(), required=True)
    p_top = fields.Float(required=True)
    n_eff = fields.Float(required=True)
    confidence = fields.Float(required=True)
    entropy = fields.Float(required=True)
    rejection = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)
    provenance = fields.List(fields.Nested(ProvenanceSchema), required=True)
    stale = fields.Boolean(required=True)
    consent = fields.String(required=True, metadata={"enum": ["given", "none", "not_needed"]})
    states = fields.List(fields.Nested(StateSchema), required=True)
    told = fields.String()
    situation = fields.Nested(SituationSchema)
    as_of = fields.AwareDateTime(required=True)


class ProfilesSchema(ma.Schema):
    """A person's profile on every facet."""

    items = fields.List(fields.Nested(ProfileSchema), required=True)


class TallySchema(ma.Schema):
    """How often a category was shown in a form, picked as best and as worst; `score` is (best − worst) / shown."""

    shown = fields.Integer(required=True)
    best = fields.Integer(required=True)
    worst = fields.Integer(required=True)
    score = fields.Float(required=True)


class EvidenceSchema(WireSchema):
    """A stored piece of evidence; `revoked_at` where it was taken back, `batch` where it came with others.

    Made of answers to a form it has the `form`, how many questions were `answered`, `flags` of answers that count half
    (a hint, no reproach), and what it rests on: `counts` of picks, or mean `ratings`. Answers to one question on
    preferences have its `item`.
    """

    id = fields.String(required=True)
    framework = fields.String(required=True)
    facet = fields.String(required=True)
    source = fields.String(required=True)
    occurred_at = fields.AwareDateTime(required=True)
    recorded_at = fields.AwareDateTime(required=True)
    share = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)
    weight = fields.Float(required=True)
    actor = fields.String(required=True)
    reason = fields.String()
    revoked_at = fields.AwareDateTime()
    revoked_by = fields.String()
    revoked_reason = fields.String()
    batch = fields.String()
    form = fields.String()
    item = fields.String()
    answered = fields.Integer()
    flags = fields.List(fields.String(metadata={"enum": [TOO_FAST, STRAIGHT_LINE, POOR_FIT]}))
    counts = fields.Dict(keys=fields.String(), values=fields.Nested(TallySchema))
    ratings = fields.Dict(keys=fields.String(), values=fields.Float())


class EvidenceListSchema(ma.Schema):
    """A person's evidence, oldest first."""

    items = fields.List(fields.Nested(EvidenceSchema), required=True)


def shown_profile(view: ProfileView) -> dict[str, Any]:
    """A profile as `ProfileSchema` documents it."""
    profile = view.profile
    told: dict[str, Any] = {} if view.told is None else {"told": view.told}
    if view.situation is not None:
        told["situation"] = {**asdict(view.situation), "contacts": view.contacts}
    return told | {
        "subject": profile.subject,
        "framework": profile.framework,
        "facet": profile.facet,
        "share": _by_dim(profile, profile.share),
        "ci90": {dim: list(interval) for dim, interval in zip(profile.dims, profile.ci90, strict=True)},
        "top": list(profile.top),
        "p_top": profile.p_top,
        "n_eff": profile.n_eff,
        "confidence": profile.confidence,
        "entropy": profile.entropy,
        "rejection": {} if profile.rejection is None else _by_dim(profile, profile.rejection),
        "provenance": [
            {"source": str(one.source), "weight": one.weight, "last": shown_moment(one.last)}
            for one in profile.provenance
        ],
        "stale": profile.stale,
        "consent": str(view.consent),
        "states": [shown_state(one) for one in view.states],
        "as_of": shown_moment(profile.as_of),
    }


def shown_state(state: Overlay) -> dict[str, Any]:
    """An acute state as `StateSchema` documents it."""
    return {"cause": state.cause, "rho": state.rho, "until": shown_moment(state.expires_at)}


def shown_evidence(evidence: Evidence, framework: Framework) -> dict[str, Any]:
    """A piece of evidence as `EvidenceSchema` documents it; categories of another framework go by their places."""
    facet = framework.facets.get(evidence.facet) if evidence.framework == framework.name else None
    names = tuple(map(str, range(len(evidence.share)))) if facet is None else facet.dims
    document: dict[str, Any] = {
        "id": evidence.id,
        "framework": evidence.framework,
        "facet": evidence.facet,
        "source": str(evidence.source),
        "occurred_at": shown_moment(evidence.occurred_at),
        "recorded_at": shown_moment(evidence.recorded_at),
        "share": dict(zip(names, evidence.share, strict=True)),
        "weight": evidence.weight,
        "actor": evidence.actor,
    }
    if evidence.reason is not None:
        document["reason"] = evidence.reason
    if evidence.revoked_at is not None:
        document |= {"revoked_at": shown_moment(evidence.revoked_at), "revoked_by": evidence.revoked_by or ""}
    told: dict[str, Any] = {"revoked_reason": evidence.revoked_reason, "batch": evidence.batch}
    if evidence.source is Source.SURVEY:
        told |= _survey_told(evidence.detail, names)
    return document | {name: text for name, text in told.items() if text is not None}


def _survey_told(detail: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """What people may know of how their answers were read; what is not there is `None`."""
    told = {name: detail.get(name) for name in ("form", "item", "answered", "flags", "ratings")}
    return {**told, "counts": _counts(detail, names) if SHOWN in detail else None}


def _counts(detail: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Counts of picks by category, of those that were shown at all."""
    worst = detail.get(WORST) or [0] * len(names)
    rows = zip(names, detail[SHOWN], detail[BEST], worst, strict=True)
    tallies = {name: Tally(shown, best, int(least)) for name, shown, best, least in rows if shown}
    return {
        name: {"shown": tally.shown, "best": tally.best, "worst": tally.worst, "score": tally.score}
        for name, tally in tallies.items()
    }


def _by_dim(profile: Profile, numbers: tuple[float, ...]) -> Mapping[str, float]:
    return dict(zip(profile.dims, numbers, strict=True))
