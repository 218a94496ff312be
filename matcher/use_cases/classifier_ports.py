"""What the use cases need of whoever remembers classifiers: the registry, and the shelf that their files lie on.

The registry is the truth about which one serves; a folder on the shelf is used only under a version it names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from matcher.compatibility.card import Opened, Sealed  # the types alone: they bring what serves with them


class ClassifierState(StrEnum):
    """What became of a classifier."""

    CANDIDATE = "candidate"
    SHADOW = "shadow"
    CURRENT = "current"
    RETIRED = "retired"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownClassifier:
    """A classifier in the registry. `digest` is the SHA-256 of its card, by which its folder is known.

    `first_outcome_at` and `last_outcome_at` are of what it was learnt from. `person_erased`: somebody it was learnt
    from was erased since, so it asks for retraining. `alarms` are what was found of it in service. `removed_at`: its
    files were let go then, so that it can serve no more; the card stays.
    """

    version: str
    digest: str
    framework: str
    made_at: datetime
    made_by: str
    state: ClassifierState
    seed: int
    outcomes: int
    first_outcome_at: datetime
    last_outcome_at: datetime
    card: Mapping[str, object]
    gate: Mapping[str, object]
    promoted_by: str | None = None
    promoted_at: datetime | None = None
    person_erased: bool = False
    alarms: Sequence[str] = ()
    removed_at: datetime | None = None

    @property
    def passed_gate(self) -> bool:
        """Whether every line of the gate was passed."""
        return self.gate.get("passed") is True


@dataclass(frozen=True, slots=True)
class Unread:
    """A classifier that should serve and cannot: its version in the registry, and why."""

    version: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassifierDay:
    """What was counted of a classifier on a day: decisions it scored, in how many it chose as the one in service did,
    and of outcomes that came of its scores how many, the sum of what was told, of what came, and of log-loss (nats)."""

    version: str
    day: date
    decisions: int = 0
    agreed: int = 0
    outcomes: int = 0
    told: float = 0.0
    came: float = 0.0
    loss: float = 0.0


class ClassifierUpkeep(Protocol):
    """Letting go of the files of classifiers that will not serve again."""

    def superfluous(self, *, keep: int) -> list[str]:
        """Retired ones and candidates with files, but for the `keep` of each that were promoted, or else made, last."""
        ...

    def note_removal(self, version: str, *, at: datetime) -> None:
        """Mark it as one whose files are gone: `in_state` does not find it any more."""
        ...


class Classifiers(ClassifierUpkeep, Protocol):
    """The registry: at most one classifier is current, at most one is shadow."""

    def get(self, version: str) -> KnownClassifier | None: ...
    def add(self, one: KnownClassifier) -> None:
        """Keep a new one. Raises Conflict when its version is taken, or the place of its state is."""
        ...

    def in_state(self, state: ClassifierState) -> KnownClassifier | None:
        """The one in that state, with its files, that was promoted, or else made, last."""
        ...

    def newest(self, *, limit: int, before: tuple[datetime, str] | None = None) -> list[KnownClassifier]:
        """At most `limit`, newest first, beyond `before` (made_at, version)."""
        ...

    def move(self, version: str, state: ClassifierState, *, by: str | None = None, at: datetime | None = None) -> bool:
        """Put it in that state, with who promoted it and when where these are told; whether there is such a one.

        Raises Conflict where another is current, or shadow, and shall be so too.
        """
        ...

    def note_erasure(self, moments: Sequence[datetime]) -> int:
        """Mark those learnt from outcomes at any of these moments as asking for retraining; how many."""
        ...

    def note_alarms(self, version: str, alarms: Sequence[str]) -> None:
        """Put these in place of what was found of it before."""
        ...

    def count_day(self, counted: ClassifierDay) -> None:
        """Add the numbers to those of the classifier's day."""
        ...

    def days(self, since: date | None = None, until: date | None = None) -> list[ClassifierDay]:
        """What was counted with since ≤ day < until, by (day, version)."""
        ...


class Shelf(Protocol):
    """Where classifiers' files lie."""

    def put(self, version: str, sealed: "Sealed") -> None:
        """Lay the classifier down, whole or not at all."""
        ...

    def read(self, version: str, *, digest: str, framework: str) -> "Opened":
        """The classifier. Raises InvalidInput `bad_classifier` for anything but what was put there."""
        ...

    def remove(self, version: str) -> None:
        """Take the classifier away, if it lies there."""
        ...
