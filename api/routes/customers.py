"""Customers: master data, export and erasure."""

from typing import Any

from flask import Response

from api.answers import json_answer, no_content
from api.blueprint import Blueprint
from api.idempotency import writes
from api.reach import klik
from api.schemas.exports import PersonExportSchema, shown_export
from api.schemas.people import CustomerOutSchema, CustomerSchema
from matcher.profiles.people import CUSTOMER, Customer
from matcher.use_cases.erase_person import erase_person
from matcher.use_cases.export_person import export_person
from matcher.use_cases.find_person import find_person
from matcher.use_cases.ports import Records
from matcher.use_cases.save_customer import save_customer

routes = Blueprint("customers", __name__, url_prefix="/v1/customers", description="Customers: master data.")
shown = CustomerOutSchema()


@routes.on("PUT", "/<id:customer_id>", body=CustomerSchema, gives={200: CustomerOutSchema, 201: CustomerOutSchema})
@writes
def put_customer(fields: dict[str, Any], customer_id: str, *, records: Records) -> Response:
    """Create or replace a customer. Without `consent.value_profiling` what is known of their values is erased."""
    customer = Customer(customer_id, **fields)
    was_created = save_customer(records, customer, now=klik().now())
    return json_answer(shown.dump(customer), 201 if was_created else 200)


@routes.on("GET", "/<id:customer_id>", gives={200: CustomerOutSchema})
def get_customer(customer_id: str) -> Response:
    """A customer's master data."""
    with klik().store.reading() as records:
        customer = find_person(records, CUSTOMER, customer_id)
    return json_answer(shown.dump(customer))


@routes.on("DELETE", "/<id:customer_id>", gives={204: None})
@writes
def erase_customer(customer_id: str, *, records: Records) -> Response:
    """Erase a customer: master data, evidence and profiles."""
    erase_person(records, CUSTOMER, customer_id, now=klik().now())
    return no_content()


@routes.on("GET", "/<id:customer_id>/export", gives={200: PersonExportSchema})
def export_customer(customer_id: str) -> Response:
    """Everything held about a customer."""
    with klik().store.reading() as records:
        here = klik()
        terms = here.rule_set.outcome_terms
        export = export_person(records, here.framework, CUSTOMER, customer_id, now=here.now(), terms=terms)
    return json_answer(shown_export(export, here.framework))
