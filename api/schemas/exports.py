"""Everything held about a person, as they get it."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.people import CustomerOutSchema, EmployeeOutSchema, PresenceSchema
from api.schemas.profiles import EvidenceSchema, ProfileSchema, shown_evidence, shown_profile
from api.schemas.strict import shown_moment
from matcher.profiles.framework import Framework
from matcher.profiles.people import CUSTOMER
from matcher.use_cases.export_person import PersonExport


class PersonExportSchema(ma.Schema):
    """Master data, presence, every piece of evidence (revoked ones too) and the profiles made of it."""

    who = fields.String(required=True, metadata={"enum": ["customer", "employee"]})
    customer = fields.Nested(CustomerOutSchema)
    employee = fields.Nested(EmployeeOutSchema)
    presence = fields.Nested(PresenceSchema)
    evidence = fields.List(fields.Nested(EvidenceSchema), required=True)
    profiles = fields.List(fields.Nested(ProfileSchema), required=True)
    exported_at = fields.AwareDateTime(required=True)


def shown_export(export: PersonExport, framework: Framework) -> dict[str, Any]:
    """An export as `PersonExportSchema` documents it."""
    schema = CustomerOutSchema() if export.who == CUSTOMER else EmployeeOutSchema()
    document: dict[str, Any] = {
        "who": export.who,
        export.who: schema.dump(export.person),
        "evidence": [shown_evidence(one, framework) for one in export.evidence],
        "profiles": [shown_profile(view) for view in export.profiles],
        "exported_at": shown_moment(export.exported_at),
    }
    if export.presence is not None:
        document["presence"] = PresenceSchema().dump(export.presence)
    return document
