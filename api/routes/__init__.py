"""The routes, one file a resource. A route is: load, one use case, dump."""

from api.blueprint import Blueprint
from api.routes import (
    customers,
    employees,
    frameworks,
    imports,
    jobs,
    learning,
    matching,
    outcomes,
    profile_rights,
    profiles,
    reports,
    responses,
    service,
    states,
    tag_files,
)

ALL_ROUTES: tuple[Blueprint, ...] = (
    service.routes,
    frameworks.routes,
    customers.routes,
    profiles.customer_profiles,
    profiles.customer_evidence,
    responses.customer_responses,
    states.routes,
    employees.routes,
    profiles.employee_profiles,
    profiles.employee_evidence,
    responses.employee_responses,
    imports.routes,
    tag_files.routes,
    profile_rights.routes,
    reports.routes,
    matching.routes,
    outcomes.routes,
    learning.routes,
    jobs.routes,
)
