"""Keep the decisions of a round that a router acts on, so that what comes of them can be joined to them later."""

from collections.abc import Callable
from datetime import datetime

from matcher.contacts.contact import Contact
from matcher.routing import Round, Snapshot
from matcher.use_cases.learning_ports import Asked, Candidate, LoggedDecision
from matcher.use_cases.ports import Store

QUEUE = "queue"  # the attribute of a contact that names its queue


def log_round(
    store: Store, snapshot: Snapshot, made: Round, at: datetime, *, seed: int, new_id: Callable[[], str]
) -> int:
    """How many decisions were kept: those that gave a contact an employee. `snapshot` is what the round looked at."""
    decisions = [
        LoggedDecision(
            id=new_id(),
            contact_id=one.contact_id,
            at=at,
            basis=made.basis.value,
            strategy=snapshot.rules.rule_set.strategy.preset,
            versions=dict(made.versions),
            seed=seed,
            employee_id=one.employee_id,
            propensity=one.propensity,
            candidates=tuple(Candidate(*each) for each in one.candidates),
            candidates_left_out=one.candidates_left_out,
            customer_id=_customer_of(contact),
            channel=contact.channel,
            intent=contact.intent,
            queue=_queue_of(contact),
            asked=asked_by(contact, None if known.customer is None else known.customer.segment),
        )
        for one, contact, known in zip(made.decisions, snapshot.contacts, snapshot.customers.known, strict=True)
        if one.employee_id is not None
    ]
    if decisions:
        with store.writing() as records:
            records.decisions.add_many(decisions)
    return len(decisions)


def asked_by(contact: Contact, segment: str | None) -> Asked:
    """What is kept of a contact for rehearsals; what names a person, and attributes, are not."""
    return Asked(
        language=contact.language,
        skills=dict(contact.skills),
        wanted_skills=dict(contact.wanted_skills),
        mandate=contact.mandate,
        priority=contact.priority,
        waiting_s=contact.waiting_s,
        due_from=contact.due_from,
        due_to=contact.due_to,
        segment=segment,
    )


def _customer_of(contact: Contact) -> str | None:
    inline = None if contact.customer is None else contact.customer.id or None
    return contact.customer_id or inline


def _queue_of(contact: Contact) -> str | None:
    queue = contact.attributes.get(QUEUE)
    return queue if isinstance(queue, str) else None
