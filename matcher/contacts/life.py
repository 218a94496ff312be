"""The life of a contact as values: each transition returns a new life, a refused one raises Conflict."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

from matcher.errors import Conflict

Moment = TypeVar("Moment", float, datetime)
"""A point in time: an aware datetime in service, seconds since the start in a simulation."""


class ContactState(StrEnum):
    """Where a contact stands; every contact is in exactly one of these."""

    WAITING = "waiting"
    OFFERED = "offered"
    IN_SERVICE = "in_service"
    COMPLETED = "completed"
    ABANDONED = "abandoned"


OPEN_STATES = frozenset({ContactState.WAITING, ContactState.OFFERED, ContactState.IN_SERVICE})


@dataclass(frozen=True, slots=True)
class ContactLife(Generic[Moment]):
    """A contact's state, since when, and what led there.

    `arrived_at` is kept through every transfer, so a contact never loses its age. `leg` counts the employees who began
    to serve it or were to do so after a transfer, from 1. `answered_at` is the first time an employee accepted.
    """

    contact_id: str
    arrived_at: Moment
    since: Moment
    state: ContactState = ContactState.WAITING
    employee_id: str | None = None
    leg: int = 1
    answered_at: Moment | None = None

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done for the contact."""
        return self.state in OPEN_STATES

    def offer(self, employee_id: str, now: Moment) -> ContactLife[Moment]:
        """The waiting contact put to an employee. Raises Conflict when it does not wait."""
        return self._move(ContactState.OFFERED, now, ContactState.WAITING, employee_id=employee_id)

    def accept(self, now: Moment) -> ContactLife[Moment]:
        """The offered contact in service with the employee it was offered to. Raises Conflict without an offer."""
        moved = self._move(ContactState.IN_SERVICE, now, ContactState.OFFERED, employee_id=self.employee_id)
        return moved if moved.answered_at is not None else replace(moved, answered_at=now)

    def take_back(self, now: Moment) -> ContactLife[Moment]:
        """The contact waiting again, its offer rejected, expired or withdrawn. Raises Conflict without an offer."""
        return self._move(ContactState.WAITING, now, ContactState.OFFERED, employee_id=None)

    def transfer(self, now: Moment) -> ContactLife[Moment]:
        """The contact waiting for another employee: a new leg, its age kept. Raises Conflict when not in service."""
        moved = self._move(ContactState.WAITING, now, ContactState.IN_SERVICE, employee_id=None)
        return replace(moved, leg=self.leg + 1)

    def complete(self, now: Moment) -> ContactLife[Moment]:
        """The contact served to its end. Raises Conflict when it is not in service."""
        return self._move(ContactState.COMPLETED, now, ContactState.IN_SERVICE, employee_id=self.employee_id)

    def abandon(self, now: Moment) -> ContactLife[Moment]:
        """The contact given up by its customer. Raises Conflict when it is in service or has ended."""
        return self._move(ContactState.ABANDONED, now, ContactState.WAITING, ContactState.OFFERED, employee_id=None)

    def _move(
        self, to: ContactState, now: Moment, *allowed: ContactState, employee_id: str | None
    ) -> ContactLife[Moment]:
        if self.state not in allowed:
            raise Conflict(
                f"Contact {self.contact_id} is {self.state}: it cannot become {to}.",
                contact_id=self.contact_id,
                state=str(self.state),
            )
        if now < self.since:
            raise Conflict(
                f"Contact {self.contact_id} has been {self.state} since {self.since}: nothing can happen at {now}.",
                contact_id=self.contact_id,
                state=str(self.state),
            )
        return replace(self, state=to, since=now, employee_id=employee_id)


def arrive(contact_id: str, now: Moment) -> ContactLife[Moment]:
    """A contact that has just arrived and waits."""
    return ContactLife(contact_id, now, now)
