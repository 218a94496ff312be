"""Every curl command of the pages is performed against the application, as a reader would from top to bottom."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.docs.pages import ROOT, CurlCall, curl_calls, examples, page_name, pages

WITH_CURL = [page for page in pages() if any(list(curl_calls(one)) for one in examples(page, "sh"))]
# What a reader of the page has done before, in the order of the guides.
DONE_BEFORE = {"docs/how/tag-an-employee.md": ["docs/start/five-minutes.md"]}
ROLE_OF = {"$KEY": "router", "$HR_KEY": "hr", "$OPERATIONS_KEY": "operations"}


@pytest.fixture
def service(tmp_path: Path) -> Iterator[tuple[FlaskClient, dict[str, str]]]:
    """An application on an empty database of its own, and a token by role."""
    from api.app import create_app
    from api.auth import new_key
    from api.settings import load_settings
    from api.wiring import build, utc_now

    klik = build(load_settings({"KLIK_HOME": str(tmp_path / "klik")}))
    tokens = {}
    with klik.store.writing() as records:
        for role in ROLE_OF.values():
            key, tokens[role] = new_key(role, now=utc_now())
            records.keys.add(key)
    yield create_app(klik).test_client(), tokens
    klik.store.close()


@pytest.mark.parametrize("page", WITH_CURL, ids=page_name)
def test_the_curl_commands_of_a_page_succeed(page: Path, service: tuple[FlaskClient, dict[str, str]]) -> None:
    """A first command that is refused is the last one a visitor tries."""
    asker, tokens = service
    for former in DONE_BEFORE.get(page_name(page), []):
        assert _perform(ROOT / former, asker, tokens) == []

    refused = _perform(page, asker, tokens)

    assert refused == [], "\n".join(refused)


def _perform(page: Path, asker: FlaskClient, tokens: dict[str, str]) -> list[str]:
    refused = []
    for example in examples(page, "sh"):
        for call in curl_calls(example):
            answer = asker.open(call.path, method=call.method, headers=_headers(call, tokens), data=_body(call, page))
            if answer.status_code >= 300:
                refused.append(
                    f"{call.method} {call.path} -> {answer.status_code}: {answer.get_data(as_text=True)[:500]}"
                )
    return refused


def _headers(call: CurlCall, tokens: dict[str, str]) -> dict[str, str]:
    headers = dict(call.headers)
    for variable, role in ROLE_OF.items():
        headers = {name: re.sub(re.escape(variable) + r"\b", tokens[role], value) for name, value in headers.items()}
    return headers


def _body(call: CurlCall, page: Path) -> bytes | None:
    """What is sent; a file is the one that the page shows in a block without a language."""
    if call.upload is not None:
        return examples(page, "")[0].text.encode()
    return None if call.body is None else call.body.encode()
