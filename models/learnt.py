"""What the nights have taught, kept between requests and read anew once a minute."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from matcher.errors import Unavailable
from matcher.profiles.framework import Framework
from matcher.use_cases.learnt_framework import learnt_framework
from matcher.use_cases.ports import Store

# So long a process may go on with what it read last; a refit is in force everywhere after it.
KEPT = timedelta(seconds=60)


def _no_cap() -> float | None:
    return None


class Learnt:
    """The framework in force. Threads may share it: one reads, the others go on with what there is."""

    def __init__(self, store: Store, filed: Framework, *, text_cap: Callable[[], float | None] = _no_cap) -> None:
        self.filed = filed
        self.framework = filed
        self._store = store
        self._text_cap = text_cap
        self._reading = threading.Lock()
        self._read_at: datetime | None = None

    def refresh(self, now: datetime) -> bool:
        """Read what was learnt, where the last look is a minute ago; whether there may be something new.

        Without a database nothing changes: requests say what is wrong, and the next look is theirs as well.
        """
        if self._is_fresh(now) or not self._reading.acquire(blocking=False):
            return False
        try:
            return not self._is_fresh(now) and self._read(now)
        except Unavailable:
            return False
        finally:
            self._reading.release()

    def _is_fresh(self, now: datetime) -> bool:
        return self._read_at is not None and abs(now - self._read_at) < KEPT

    def _read(self, now: datetime) -> bool:
        with self._store.reading() as records:
            read = learnt_framework(records, self.filed, now=now, text_cap=self._text_cap())
        self._read_at = now
        if read.facets == self.framework.facets:
            return False
        self.framework = read
        return True
