"""An acute state laid over a trait for some hours: someone locked out is not who they are on other days.

Source: profiling.md section 7. An overlay is never written back to the trait.
"""

from dataclasses import dataclass
from datetime import datetime

from matcher.profiles.people import Who

MOST_RHO = 0.5  # a state never weighs more than the trait under it


@dataclass(frozen=True, slots=True)
class Overlay:
    """What an event makes of a person until `expires_at`: `rho` (0 to 0.5) of `share`, the rest the trait's own.

    `share` has the facet's order and sums to 1; `cause` names the rule or event, for the decision's reasons.
    """

    who: Who
    subject_id: str
    facet: str
    share: tuple[float, ...]
    rho: float
    cause: str
    expires_at: datetime
