"""Whether a contact can wait."""

from datetime import datetime, timedelta

from matcher.contacts.contact import Contact

URGENT_PRIORITY = 7  # of 0–9: the upper three (design)
URGENT_WITHIN = timedelta(hours=1)  # what is due sooner (design)


def is_urgent(contact: Contact, now: datetime) -> bool:
    """Whether the contact has a priority of 7 or more, or is due within an hour of `now` or overdue."""
    is_due = contact.due_to is not None and contact.due_to - now <= URGENT_WITHIN
    return is_due or contact.priority >= URGENT_PRIORITY
