"""The classifiers that serve, kept between requests and looked up anew once a minute."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from matcher.errors import InvalidInput
from matcher.use_cases.classifier_ports import ClassifierState, KnownClassifier, Shelf, Unread
from matcher.use_cases.ports import Store
from models.once_a_minute import OnceAMinute

if TYPE_CHECKING:
    from matcher.compatibility.serving import ServedClassifier  # it brings what serves; most processes begin without

IN_SERVICE = (ClassifierState.CURRENT, ClassifierState.SHADOW)


class Served:
    """The classifiers in service.

    One that cannot be read leaves its place empty, and `unread` says why: rules and the framework's hypothesis go on.
    """

    def __init__(
        self, store: Store, shelf: Shelf, framework: str, *, tell: Callable[[Unread], None] = lambda _one: None
    ) -> None:
        self.current: ServedClassifier | None = None
        self.shadow: ServedClassifier | None = None
        self.unread: dict[ClassifierState, Unread] = {}
        self._store = store
        self._shelf = shelf
        self._framework = framework
        self._tell = tell
        self._minute = OnceAMinute()

    def refresh(self, now: datetime, *, at_once: bool = False) -> None:
        """Look what serves, where the last look is a minute ago or it must be known `at_once`.

        Without a database what was read last goes on.
        """
        self._minute.look(now, self._read, at_once=at_once)

    def _read(self) -> None:
        with self._store.reading() as records:
            known = {state: records.classifiers.in_state(state) for state in IN_SERVICE}
        self.current = self._taken(known[ClassifierState.CURRENT], ClassifierState.CURRENT, self.current)
        self.shadow = self._taken(known[ClassifierState.SHADOW], ClassifierState.SHADOW, self.shadow)

    def _taken(
        self, known: KnownClassifier | None, state: ClassifierState, former: "ServedClassifier | None"
    ) -> "ServedClassifier | None":
        """The classifier as it serves; read from the shelf only where its version is another than before."""
        if known is None:
            self.unread.pop(state, None)
            return None
        if former is not None and former.version == known.version:
            return former
        try:
            found = self._opened(known)
        except InvalidInput as refusal:
            self._note(state, Unread(known.version, refusal.detail))
            return None
        self.unread.pop(state, None)
        return found

    def _opened(self, known: KnownClassifier) -> "ServedClassifier":
        from matcher.compatibility.serving import ServedClassifier

        opened = self._shelf.read(known.version, digest=known.digest, framework=self._framework)
        return ServedClassifier(known.version, opened.scorer, known.outcomes)

    def _note(self, state: ClassifierState, one: Unread) -> None:
        """Say it once for every version and reason; it is tried again at each look."""
        if self.unread.get(state) != one:
            self.unread[state] = one
            self._tell(one)
