"""A request has its time as a whole; who is slow is let go, who sends much at an honest speed is not."""

import socket
from collections.abc import Iterator

import pytest

from api.commands import timed_socket
from api.commands.timed_socket import RequestTooSlow, TimedSocket


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[TimedSocket, socket.socket]]:
    """The service's end of a connection, and the client's."""
    monkeypatch.setattr(timed_socket, "READ_WITHIN_S", 0.05)
    mine, yours = socket.socketpair()
    with TimedSocket(mine) as ours, yours:
        yield ours, yours


def test_single_bytes_do_not_lengthen_the_time(
    ends: tuple[TimedSocket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A time-out for each wait would be started anew by each byte: here the clock runs on."""
    ours, yours = ends
    clock = iter((0.0, 0.03, 0.06))
    monkeypatch.setattr(timed_socket.time, "monotonic", lambda: next(clock))
    yours.sendall(b"ab")
    read = [ours.recv(1), ours.recv(1)]

    with pytest.raises(RequestTooSlow):
        ours.recv(1)
    assert read == [b"a", b"b"]


def test_what_arrives_at_an_honest_speed_is_read_to_its_end(
    ends: tuple[TimedSocket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """32 MiB of employees over a thin line take minutes, and are no attack."""
    ours, yours = ends
    monkeypatch.setattr(timed_socket, "SLOWEST_BYTES_S", 1)
    clock = iter((0.0, 2.9, 5.8))
    monkeypatch.setattr(timed_socket.time, "monotonic", lambda: next(clock))
    yours.sendall(b"aaabbbccc")

    assert [ours.recv(3), ours.recv(3), ours.recv(3)] == [b"aaa", b"bbb", b"ccc"]


def test_who_was_given_up_is_read_no_more_and_told(ends: tuple[TimedSocket, socket.socket]) -> None:
    """The server lingers on connections it closes: not on this one."""
    ours, yours = ends
    told: list[str] = []
    ours.when_given_up = lambda: told.append("close")
    with pytest.raises(RequestTooSlow):
        ours.recv(1)
    yours.sendall(b"late")

    assert told == ["close"]
    assert ours.recv(1) == b""


def test_a_timeout_of_the_servers_own_stays_its_own(ends: tuple[TimedSocket, socket.socket]) -> None:
    """The server empties a refused body with a limit of its own, after the answer went out."""
    ours, _ = ends
    ours.settimeout(0.01)

    with pytest.raises(TimeoutError):
        ours.recv(1)
    assert ours.gettimeout() == 0.01


def test_an_answer_nobody_takes_is_given_up(
    ends: tuple[TimedSocket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A client that sends and never reads must not keep the thread either."""
    ours, _ = ends
    monkeypatch.setattr(timed_socket, "SEND_WITHIN_S", 0.05)

    with pytest.raises(TimeoutError):
        ours.sendall(b"x" * 50_000_000)
    assert ours.gettimeout() is None
