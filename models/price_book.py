"""What employees' time is worth, kept between requests and looked up anew once a minute."""

import threading
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from matcher.errors import Unavailable
from matcher.use_cases.ports import Store

if TYPE_CHECKING:
    from matcher.routing.prices import Prices  # the type alone: it would bring all of routing along

KEPT = timedelta(seconds=60)  # so long a process goes on with what it read last


class PriceBook:
    """The newest price list. Threads may share it: one reads, the others go on with what there is."""

    def __init__(self, store: Store) -> None:
        self.current: Prices | None = None
        self._store = store
        self._reading = threading.Lock()
        self._read_at: datetime | None = None

    def refresh(self, now: datetime) -> None:
        """Look for a newer list, where the last look is a minute ago. Without a database the last one read goes on."""
        if self._is_fresh(now) or not self._reading.acquire(blocking=False):
            return
        try:
            if not self._is_fresh(now):
                self._read(now)
        except Unavailable:
            return
        finally:
            self._reading.release()

    def _is_fresh(self, now: datetime) -> bool:
        return self._read_at is not None and abs(now - self._read_at) < KEPT

    def _read(self, now: datetime) -> None:
        with self._store.reading() as records:
            moment = records.price_lists.made_at()
            if moment is None:
                self.current = None
            elif self.current is None or self.current.at != moment:
                self.current = records.price_lists.newest()
        self._read_at = now
