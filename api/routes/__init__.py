"""The routes, one file a resource. A route is: load, one use case, dump."""

from api.blueprint import Blueprint
from api.routes.customers import routes as customers
from api.routes.employees import routes as employees
from api.routes.frameworks import routes as frameworks
from api.routes.imports import routes as imports
from api.routes.jobs import routes as jobs
from api.routes.matching import routes as matching
from api.routes.profiles import customer_evidence, customer_profiles, employee_evidence, employee_profiles
from api.routes.service import routes as service

ALL_ROUTES: tuple[Blueprint, ...] = (
    service,
    frameworks,
    customers,
    customer_profiles,
    customer_evidence,
    employees,
    employee_profiles,
    employee_evidence,
    imports,
    matching,
    jobs,
)
