"""Save a customer, and keep nothing of their values that they no longer agree to."""

from datetime import datetime

from matcher.errors import Fault, InvalidInput
from matcher.profiles.framework import VALUES
from matcher.profiles.people import CUSTOMER, Customer
from matcher.profiles.protected import is_protected_group, protected_attributes
from matcher.use_cases.ports import Records


def save_customer(records: Records, customer: Customer, *, now: datetime) -> bool:
    """Create or replace the customer; whether it was created.

    Without `consent.value_profiling` value evidence, the answers it was made of and value profile of the customer are
    erased at once (profiling.md section 12); the other facets are service preferences and stay.
    Raises InvalidInput `protected_attribute`.
    """
    faults = protected_attributes(customer.attributes)
    if customer.segment is not None and is_protected_group(customer.segment):
        detail = "a segment may not be built on a protected trait: leave it out or group people otherwise"
        faults.append(Fault("/segment", "protected_attribute", detail))
    if faults:
        raise InvalidInput(faults)
    before = records.customers.get(customer.id)
    if before is not None and not (before.allows_values and customer.allows_values):
        # On agreeing anew as well: what slipped in beside a withdrawal must not come back to life.
        records.profiles.erase(CUSTOMER, customer.id, facet=VALUES)
    return records.customers.put(customer, now=now)
