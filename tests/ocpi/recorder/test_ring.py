"""The ring forgets the oldest rather than hold anybody up, and is bounded in every way."""

from ocpi.process.witness import Left
from ocpi.recorder.entries import LARGEST_BODY, Addressed, Heard, Sent
from ocpi.recorder.ring import NOTHING_KEPT, STRANGERS, Recorder
from ocpi.server.call import Answer
from ocpi.wire.headers import MessageIds
from ocpi.wire.interfaces import Side
from schemas.v2_3_0.enums import VersionNumber
from tests.fakes.clock import ManualClock

WHERE = Addressed(VersionNumber.V2_3_0, "tokens", Side.SENDER, ())


def send(recorder: Recorder, name: str, answer: bytes = b"{}") -> None:
    recorder.sending(Left("GET", f"http://far.example/{name}", {}, None)).answered(200, answer)


def hear(recorder: Recorder, partner: str | None) -> Heard:
    heard = recorder.hearing("GET", "http://near.example/", MessageIds.fresh(), WHERE)
    heard.partner = partner
    heard.answered(Answer())
    return heard


def names(recorder: Recorder) -> list[str]:
    return [str(each.url).rpartition("/")[2] for each in recorder.take(1000)]


def test_too_many_cost_the_oldest_and_are_counted(clock: ManualClock) -> None:
    recorder = Recorder(clock=clock, at_most=3)
    for name in "abcde":
        send(recorder, name)
    assert names(recorder) == ["c", "d", "e"]
    assert recorder.forgotten == 2


def test_too_large_ones_cost_the_oldest_too(clock: ManualClock) -> None:
    recorder = Recorder(clock=clock, at_most_bytes=250_000)
    for name in "abc":
        send(recorder, name, answer=bytes(100_000))
    assert names(recorder) == ["b", "c"]
    send(recorder, "d", answer=bytes(200_000))  # what was taken has made room
    assert names(recorder) == ["d"]


def test_of_a_huge_body_only_its_ends_are_held(clock: ManualClock) -> None:
    recorder = Recorder(clock=clock)
    send(recorder, "a", answer=b"{" + bytes(LARGEST_BODY) + b'"status_code":1000}')
    (sent,) = recorder.take(10)
    assert isinstance(sent, Sent)
    assert (sent.answer.size, len(sent.answer.text)) == (LARGEST_BODY + 20, 1024)
    assert sent.answer.text.endswith(b'"status_code":1000}')


def test_strangers_take_no_place_from_partners(clock: ManualClock) -> None:
    recorder = Recorder(clock=clock, at_most=STRANGERS + 10)
    for _ in range(STRANGERS + 50):
        hear(recorder, None)
    hear(recorder, "the-cpo")
    taken = recorder.take(1000)
    assert [each.partner for each in taken if isinstance(each, Heard)].count(None) == STRANGERS
    assert recorder.forgotten == 50
    hear(recorder, None)
    assert len(recorder.take(1000)) == 1


def test_messages_of_one_instant_are_numbered_in_their_order(clock: ManualClock) -> None:
    recorder = Recorder(clock=clock)
    for name in "abc":
        send(recorder, name)
    first, second, third = (each.number for each in recorder.take(10))
    assert first < second < third


def test_where_nothing_is_kept_nothing_is_held() -> None:
    send(NOTHING_KEPT, "a")
    assert NOTHING_KEPT.take(10) == []
