"""One tree of errors. Each class carries a stable code; its docstring is its sentence.

A message says what is wrong, which thing it is about and what to do.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with an input: where (a JSON Pointer), a stable code, and a sentence."""

    pointer: str
    code: str
    detail: str


class MatcherError(Exception):
    """Klik could not do what was asked."""

    code: ClassVar[str] = "error"

    def __init__(self, detail: str = "", **facts: object) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        self.facts: Mapping[str, object] = facts
        super().__init__(self.detail)


class InvalidInput(MatcherError):
    """The input is well-formed but cannot be accepted; every fault is listed."""

    code = "invalid_input"

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("; ".join(fault.detail for fault in self.faults[:3]))


class NotFound(MatcherError):
    """There is no such thing within reach of this key."""

    code = "not_found"


class Conflict(MatcherError):
    """The present state of the thing does not allow this."""

    code = "conflict"


class ConsentMissing(Conflict):
    """The customer has not agreed to a value profile; ask first, then record the consent with the customer."""

    code = "consent_missing"


class StaleRevision(MatcherError):
    """Someone changed this after you read it: read it again and decide anew."""

    code = "stale_revision"


class RevisionRequired(MatcherError):
    """This change needs If-Match with the ETag you read, so that no one's work is overwritten unseen."""

    code = "revision_required"


class TooLarge(MatcherError):
    """The input is larger than this place accepts."""

    code = "too_large"


class Unavailable(MatcherError):
    """A part Klik needs is away for the moment; try again shortly."""

    code = "unavailable"

    def __init__(self, detail: str = "", *, retry_after_s: int = 1, **facts: object) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(detail, **facts)


def invalid(pointer: str, code: str, detail: str) -> InvalidInput:
    """An `InvalidInput` with a single fault."""
    return InvalidInput([Fault(pointer, code, detail)])


def pointer_to(base: str, *tokens: object) -> str:
    """The JSON Pointer below `base`, each token escaped (RFC 6901)."""
    return base + "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


class RequestInFlight(Conflict):
    """The first request with this Idempotency-Key is still under way: ask again shortly."""

    code = "request_in_flight"


class FrameworkChanged(Conflict):
    """What was stored under a framework's name and version keeps its meaning: a changed file needs a new version."""

    code = "framework_changed"


class RuleSetMoved(Conflict):
    """Another rule set was published since you looked: see what it does differently, then publish anew."""

    code = "rule_set_moved"


class ApprovalVoid(Conflict):
    """What the approval names is no longer what would be put in force: ask for it anew."""

    code = "approval_void"


class OwnApproval(Conflict):
    """Nobody agrees to their own change: it takes the key of another person."""

    code = "own_approval"


class GateNotPassed(Conflict):
    """The classifier did not pass the gate that stands before service: its card says which line failed."""

    code = "gate_not_passed"
