"""The service against its own OpenAPI document: thousands of requests made from it, all of schemathesis' checks on."""

import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig

from tests.api.installation import Installation

EXAMPLES = 12


def service_with_people() -> Installation:
    service = Installation()
    for number in (1, 2):
        service.add_customer(f"c{number}")
        service.add_employee(f"e{number}")
    return service


# A request of the right form may still not make sense (shares that do not sum to 1, a cursor from nowhere, an ETag of
# long ago); a form cannot say that, so these refusals count as acceptance of the form.
REFUSED_FOR_MEANING = ["2xx", "401", "403", "404", "409", "412", "422", "428"]
CONFIG = SchemathesisConfig.from_dict(
    {"checks": {"positive_data_acceptance": {"expected-statuses": REFUSED_FOR_MEANING}}}
)
SERVICE = service_with_people()
DOCUMENT = schemathesis.openapi.from_wsgi("/openapi.json", SERVICE.app, config=CONFIG)
# The role with which a route can be got past the guard; routers reach most.
ROLE_OF_ROUTE = {
    "/v1/employees": "hr",
    "/v1/reports": "hr",
    "/v1/jobs": "operations",
    "/v1/rule-sets": "operations",
    "/v1/approvals": "operations",
    "/metrics": "admin",
}


def token_for(path: str) -> str:
    role = next((role for start, role in ROLE_OF_ROUTE.items() if path.startswith(start)), "router")
    return SERVICE.tokens[role]


@DOCUMENT.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_the_service_keeps_its_own_contract(case: schemathesis.Case) -> None:
    """Never a 500, never an answer that is not documented, never good data refused or bad data taken."""
    SERVICE.app.extensions["klik-guard"].keyring.failures.clear()  # guesses are made on purpose here
    case.call_and_validate(headers={"Authorization": f"Bearer {token_for(case.path)}"})
