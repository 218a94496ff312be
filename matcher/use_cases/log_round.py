"""Keep the decisions of a round that a router acts on, so that what comes of them can be joined to them later."""

from collections.abc import Callable
from datetime import datetime

from matcher.contacts.contact import Contact
from matcher.routing import Round
from matcher.use_cases.learning_ports import Candidate, LoggedDecision
from matcher.use_cases.match_contacts import MatchRequest, Terms, rules_asked_for
from matcher.use_cases.ports import Store

QUEUE = "queue"  # the attribute of a contact that names its queue


def log_round(
    store: Store,
    request: MatchRequest,
    made: Round,
    *,
    terms: Terms,
    seed: int,
    now: datetime,
    new_id: Callable[[], str],
) -> int:
    """How many decisions were kept: those that gave a contact an employee."""
    strategy = request.strategy or rules_asked_for(request.rule_set, terms).rule_set.strategy.preset
    contacts = {contact.id: contact for contact in request.contacts}
    decisions = [
        LoggedDecision(
            id=new_id(),
            contact_id=one.contact_id,
            at=request.at or now,
            basis=made.basis.value,
            strategy=strategy,
            versions=dict(made.versions),
            seed=seed,
            employee_id=one.employee_id,
            propensity=one.propensity,
            candidates=tuple(Candidate(*each) for each in one.candidates),
            candidates_left_out=one.candidates_left_out,
            customer_id=_customer_of(contacts[one.contact_id]),
            channel=contacts[one.contact_id].channel,
            intent=contacts[one.contact_id].intent,
            queue=_queue_of(contacts[one.contact_id]),
        )
        for one in made.decisions
        if one.employee_id is not None
    ]
    if decisions:
        with store.writing() as records:
            records.decisions.add_many(decisions)
    return len(decisions)


def _customer_of(contact: Contact) -> str | None:
    inline = None if contact.customer is None else contact.customer.id or None
    return contact.customer_id or inline


def _queue_of(contact: Contact) -> str | None:
    queue = contact.attributes.get(QUEUE)
    return queue if isinstance(queue, str) else None
