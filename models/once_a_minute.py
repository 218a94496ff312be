"""What a process keeps between requests and looks up anew once a minute."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from matcher.errors import Unavailable

Found = TypeVar("Found")

# So long a process may go on with what it read last; what changed meanwhile is in force everywhere after it.
KEPT = timedelta(seconds=60)


class OnceAMinute:
    """When to look. Threads may share it: one looks, the others go on with what there is."""

    def __init__(self) -> None:
        self._looking = threading.Lock()
        self._looked_at: datetime | None = None

    def look(self, now: datetime, read: Callable[[], Found], *, at_once: bool = False) -> Found | None:
        """What `read` finds, where the last look is a minute ago or it must be `at_once`; else `None`.

        `None` also without a database: requests say what is wrong, and the next look is theirs as well.
        """
        if (self._is_fresh(now) and not at_once) or not self._looking.acquire(blocking=at_once):
            return None
        try:
            if self._is_fresh(now) and not at_once:
                return None
            found = read()
            self._looked_at = now
            return found
        except Unavailable:
            return None
        finally:
            self._looking.release()

    def _is_fresh(self, now: datetime) -> bool:
        return self._looked_at is not None and abs(now - self._looked_at) < KEPT
