"""How profiles, evidence and tags look on the wire."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.people import WireSchema, language
from api.schemas.strict import Choice, Key, ListOf, MapOf, Moment, Note, Number, StrictSchema, shown_moment
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import Profile
from matcher.profiles.framework import Framework
from matcher.profiles.overlay import Overlay
from matcher.profiles.tags import Tag
from matcher.profiles.text import LONGEST
from matcher.use_cases.add_evidence import Claim
from matcher.use_cases.read_profile import ProfileView
from matcher.use_cases.set_state import Happening

FACETS = ("values", "channel", "decision_style", "service_window")
SENT_SOURCES = (Source.HR_TAG, Source.SELF_TAG, Source.BEHAVIOUR, Source.TEXT, Source.SEGMENT)


class FacetQuerySchema(StrictSchema):
    """Which side of a person is asked for."""

    facet = Choice(FACETS, code="unknown_facet")


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

    `open` lists the categories that could be chosen at the time, where some could not.
    """

    source = Choice(tuple(SENT_SOURCES), required=True)
    facet = Choice(FACETS, code="unknown_facet", required=True)
    share = MapOf(Number())
    pick = Key()
    event = Key()
    open = ListOf(Key(), most=64, is_unique=True)
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


class ProfileSchema(ma.Schema):
    """A distribution with its uncertainty, never a bare colour. `share`, `ci90` carry every category of the facet.

    `states` are acute and shift a match only. `told` says why a text that was sent changed nothing.
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
    as_of = fields.AwareDateTime(required=True)


class ProfilesSchema(ma.Schema):
    """A person's profile on every facet."""

    items = fields.List(fields.Nested(ProfileSchema), required=True)


class EvidenceSchema(WireSchema):
    """A stored piece of evidence; `revoked_at` where it was taken back, `batch` where it came with others."""

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


class EvidenceListSchema(ma.Schema):
    """A person's evidence, oldest first."""

    items = fields.List(fields.Nested(EvidenceSchema), required=True)


def shown_profile(view: ProfileView) -> dict[str, Any]:
    """A profile as `ProfileSchema` documents it."""
    profile = view.profile
    told = {} if view.told is None else {"told": view.told}
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
    names = map(str, range(len(evidence.share))) if facet is None else facet.dims
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
    told = {"revoked_reason": evidence.revoked_reason, "batch": evidence.batch}
    return document | {name: text for name, text in told.items() if text is not None}


def _by_dim(profile: Profile, numbers: tuple[float, ...]) -> Mapping[str, float]:
    return dict(zip(profile.dims, numbers, strict=True))
