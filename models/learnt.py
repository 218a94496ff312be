"""What the nights have taught, kept between requests and read anew once a minute."""

from collections.abc import Callable
from datetime import datetime

from matcher.profiles.framework import Framework
from matcher.use_cases.learnt_framework import learnt_framework
from matcher.use_cases.ports import Store
from models.once_a_minute import OnceAMinute


def _no_cap() -> float | None:
    return None


class Learnt:
    """The framework in force."""

    def __init__(self, store: Store, filed: Framework, *, text_cap: Callable[[], float | None] = _no_cap) -> None:
        self.filed = filed
        self.framework = filed
        self._store = store
        self._text_cap = text_cap
        self._minute = OnceAMinute()

    def refresh(self, now: datetime) -> bool:
        """Read what was learnt, where the last look is a minute ago; whether there may be something new.

        Without a database nothing changes: requests say what is wrong, and the next look is theirs as well.
        """
        return self._minute.look(now, lambda: self._read(now)) is True

    def _read(self, now: datetime) -> bool:
        with self._store.reading() as records:
            read = learnt_framework(records, self.filed, now=now, text_cap=self._text_cap())
        if read.facets == self.framework.facets:
            return False
        self.framework = read
        return True
