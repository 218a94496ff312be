"""A body that breaks off on the way is refused whole: half a file of employees is worse than none."""

import io

import pytest
from gunicorn.http.errors import ChunkMissingTerminator, InvalidChunkSize
from werkzeug.test import EnvironBuilder, run_wsgi_app

from api.commands.web_server import BrokenChunksTold
from tests.api.installation import Installation

WHOLE = b'{"name": "Ans", "channels": {"phone": {"cost": 1}}}'


class Breaking:
    """A stream on which the server's parser stumbles; like gunicorn's own it can only be read."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, size: int | None = None) -> bytes:
        raise self._error


def status(service: Installation, stream: io.BytesIO | Breaking, **environ: object) -> int:
    """The status of the PUT of an employee whose body comes from that stream, as gunicorn hands it on."""
    builder = EnvironBuilder("/v1/employees/e1", method="PUT", headers={"Content-Type": "application/json"})
    builder.headers["Authorization"] = f"Bearer {service.tokens['hr']}"
    asked = {**builder.get_environ(), "wsgi.input": stream, "wsgi.input_terminated": True, **environ}
    return int(run_wsgi_app(BrokenChunksTold(service.app.wsgi_app), asked)[1].split()[0])


def test_a_body_shorter_than_announced_changes_nothing(service: Installation) -> None:
    """The connection broke; what came may be valid by chance and is not what was meant."""
    assert status(service, io.BytesIO(WHOLE), CONTENT_LENGTH=str(len(WHOLE) + 1)) == 400
    assert service.call("hr", "GET", "/v1/employees/e1").status_code == 404
    assert status(service, io.BytesIO(WHOLE), CONTENT_LENGTH=str(len(WHOLE))) == 201


@pytest.mark.parametrize("error", [InvalidChunkSize(b"zz"), ChunkMissingTerminator(b"XX"), EOFError()])
def test_chunks_that_are_none_are_the_senders_fault(service: Installation, error: Exception) -> None:
    """Bad input 69: 400 and never 500, also where the server's own parser gives up half-way."""
    assert status(service, Breaking(error), HTTP_TRANSFER_ENCODING="chunked") == 400
