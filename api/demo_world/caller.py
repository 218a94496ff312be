"""A caller of the service over HTTP, as any router or HR system would be."""

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from matcher.errors import MatcherError

ANSWER_WITHIN_S = 30.0


class Refused(MatcherError):
    """The service did not do what was asked; the message carries its own words."""

    code = "refused"


@dataclass(frozen=True, slots=True)
class Caller:
    """Calls with one key and one language. `send` answers the parsed JSON, or raises Refused."""

    url: str
    key: str
    language: str

    def send(self, method: str, path: str, body: object = None) -> Any:
        """The answer to a request whose body is sent as JSON."""
        content = None if body is None else json.dumps(body).encode()
        return self._answer(method, path, content, {"Content-Type": "application/json"} if content else {})

    def send_csv(self, path: str, content: bytes) -> Any:
        """The answer to a file."""
        return self._answer("POST", path, content, {"Content-Type": "text/csv; charset=utf-8"})

    def _answer(self, method: str, path: str, content: bytes | None, headers: Mapping[str, str]) -> Any:
        always = {"Authorization": f"Bearer {self.key}", "Accept-Language": self.language}
        request = urllib.request.Request(  # noqa: S310  # the address is the one this command just started
            self.url + path, data=content, method=method, headers={**always, **headers}
        )
        try:
            with _DIRECT.open(request, timeout=ANSWER_WITHIN_S) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            raise Refused(f"{method} {path} was answered {error.code}: {_told(error.read())}") from None
        return json.loads(text) if text else None


# A proxy that the machine is told to use for the web is none for a service on the machine itself.
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _told(body: bytes) -> str:
    try:
        problem = json.loads(body)
    except ValueError:
        return body[:200].decode(errors="replace")
    faults = "; ".join(f"{one['pointer']}: {one['detail']}" for one in problem.get("errors") or [])
    return faults or problem.get("detail") or problem.get("title") or "no reason given"
