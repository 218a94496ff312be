"""What employees' time is worth, kept between requests and looked up anew once a minute."""

from datetime import datetime
from typing import TYPE_CHECKING

from matcher.use_cases.ports import Store
from models.once_a_minute import OnceAMinute

if TYPE_CHECKING:
    from matcher.routing.prices import Prices  # the type alone: it would bring all of routing along


class PriceBook:
    """The newest price list."""

    def __init__(self, store: Store) -> None:
        self.current: Prices | None = None
        self._store = store
        self._minute = OnceAMinute()

    def refresh(self, now: datetime) -> None:
        """Look for a newer list, where the last look is a minute ago. Without a database the last one read goes on."""
        self._minute.look(now, self._read)

    def _read(self) -> None:
        with self._store.reading() as records:
            moment = records.price_lists.made_at()
            if moment is None:
                self.current = None
            elif self.current is None or self.current.at != moment:
                self.current = records.price_lists.newest()
