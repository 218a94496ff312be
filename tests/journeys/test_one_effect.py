"""Eight routers send the same request at the same moment: one effect, and one answer for all."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.api.installation import CUSTOMER, Installation

SENDERS = 8


def test_racing_senders_of_one_key_share_one_effect(service: Installation) -> None:
    """A lost reply is sent again while the first is still under way; evidence must not count twice (P4)."""
    service.add_customer("c1", **CUSTOMER)
    claim = {"source": "self_tag", "facet": "channel", "pick": "phone"}
    together = threading.Barrier(SENDERS)

    def send(_: int) -> tuple[int, bytes]:
        together.wait()
        headers = {"Authorization": f"Bearer {service.tokens['router']}", "Idempotency-Key": "once"}
        answer = service.app.test_client().post("/v1/customers/c1/evidence", json=claim, headers=headers)
        return answer.status_code, answer.get_data()

    with ThreadPoolExecutor(SENDERS) as senders:
        answers = list(senders.map(send, range(SENDERS)))

    assert Counter(status for status, _ in answers if status != 409) == {201: sum(s == 201 for s, _ in answers)}
    assert len({body for status, body in answers if status == 201}) == 1
    assert len(service.call("router", "GET", "/v1/customers/c1/profile/evidence").get_json()["items"]) == 1
