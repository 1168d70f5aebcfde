"""Which cards need no look-up: never one that was told of, by whichever process."""

from hub.authorization.told_index import EVERY_S, GOOD_FOR_S, ToldIndex
from ocpi.objects.record import Record
from ocpi.objects.store import ObjectStore
from ocpi.process.mongo import Mongo
from schemas import codec
from schemas.kinds import ObjectKey, ObjectKind
from tests import build
from tests.fakes.clock import ManualClock
from tests.platforms import EMSP


def token(uid: str, *, deleted: bool = False) -> Record:
    body = build.token(uid=uid)
    key = ObjectKey.of_token(EMSP, uid, "RFID")
    return Record(key, body.last_updated, codec.dump(body), deleted=deleted)


async def test_what_others_stored_is_known_after_a_look_and_what_is_stored_here_before_it_is_written(
    mongo: Mongo, clock: ManualClock
) -> None:
    theirs, ours = ObjectStore(mongo, clock), ObjectStore(mongo, clock)
    index = ToldIndex(store=ours, clock=clock)
    ours.listen(ObjectKind.TOKEN, index.note)
    names = [f"04{number:04X}" for number in range(300)]
    for name in names[:200]:
        await theirs.put(token(name))
    await theirs.put(token("04GONE", deleted=True))
    await index.catch_up()
    assert all(index.may_hold(f"rfid/{name.lower()}") for name in names[:200])
    assert index.may_hold("rfid/04gone")  # it may come back
    assert not any(index.may_hold(f"rfid/{name.lower()}") for name in names[200:])

    for name in names[200:250]:
        await theirs.put(token(name))
    for name in names[250:]:
        await ours.put(token(name))
    assert all(index.may_hold(f"rfid/{name.lower()}") for name in names[250:])
    await clock.advance(seconds=EVERY_S)
    await index.catch_up()
    assert all(index.may_hold(f"rfid/{name.lower()}") for name in names)


async def test_one_that_was_not_kept_up_excludes_nothing(mongo: Mongo, clock: ManualClock) -> None:
    index = ToldIndex(store=ObjectStore(mongo, clock), clock=clock)
    assert index.may_hold("rfid/04aa")
    await index.catch_up()
    assert not index.may_hold("rfid/04aa")
    await clock.advance(seconds=GOOD_FOR_S + 1)
    assert index.may_hold("rfid/04aa")
