"""Keep the decisions of a round that a router acts on, so that what comes of them can be joined to them later."""

from collections.abc import Callable
from dataclasses import astuple
from datetime import datetime
from typing import TYPE_CHECKING

from matcher.contacts.contact import Contact
from matcher.routing import Round, Snapshot
from matcher.routing.opinions import opinions_on
from matcher.use_cases.learning_ports import Asked, Candidate, LoggedDecision, Said
from matcher.use_cases.ports import Store

if TYPE_CHECKING:
    from matcher.compatibility.serving import ServedClassifier

QUEUE = "queue"  # the attribute of a contact that names its queue


def log_round(
    store: Store,
    snapshot: Snapshot,
    made: Round,
    at: datetime,
    *,
    seed: int,
    new_id: Callable[[], str],
    shadow: "ServedClassifier | None" = None,
) -> int:
    """How many decisions were kept: those that gave a contact an employee. `snapshot` is what the round looked at.

    The classifier in service and the `shadow` say at this moment what they think of it, whichever way it was decided.
    """
    asked = [one for one in (snapshot.classifier, shadow) if one is not None]
    opinions = opinions_on(snapshot, made, asked)
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
            said=tuple(Said(*astuple(each)) for each in told),
        )
        for one, contact, known, told in zip(
            made.decisions, snapshot.contacts, snapshot.customers.known, opinions, strict=True
        )
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
        transfers=contact.transfers,
        difficult=contact.difficult,
        segment=segment,
    )


def _customer_of(contact: Contact) -> str | None:
    inline = None if contact.customer is None else contact.customer.id or None
    return contact.customer_id or inline


def _queue_of(contact: Contact) -> str | None:
    queue = contact.attributes.get(QUEUE)
    return queue if isinstance(queue, str) else None
