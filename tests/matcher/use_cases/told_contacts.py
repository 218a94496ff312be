"""Contacts that customers started, told with what they were about, as a telephony platform sends them."""

from collections.abc import Mapping

from matcher.profiles.people import CUSTOMER
from matcher.use_cases.add_evidence import add_evidence
from matcher.use_cases.ports import Records
from tests.matcher.use_cases.world import FRAMEWORK, NOW, claim, counting_ids, customer

CALLERS = 10
Asked = tuple[str | None, bool | None, str]  # intent, urgent, channel

# Half of all by phone, half by chat: in an outage that cannot wait everyone calls.
OUTAGES: Mapping[Asked, int] = {("outage", True, "phone"): 50, ("bill", False, "chat"): 50}


def put_contacts(records: Records, asked: Mapping[Asked, int], *, prefix: str = "caller") -> None:
    """So many contacts of each kind, shared out among ten customers."""
    ids = counting_ids(prefix)
    for number in range(CALLERS):
        records.customers.put(customer(f"{prefix}-{number}"), now=NOW)
    for (intent, urgent, channel), times in asked.items():
        for number in range(times):
            told = claim(
                "behaviour", facet="channel", event="contact_started", pick=channel, intent=intent, urgent=urgent
            )
            subject = (FRAMEWORK, CUSTOMER, f"{prefix}-{number % CALLERS}", told)
            add_evidence(records, *subject, actor="key-1", now=NOW, new_id=ids)
