"""What stations are told of cards, heard at real sockets; the station is one that says what a test wants."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from cpo_adapter.card_lists import caches, lists
from cpo_adapter.card_lists.store import CardListStore
from ocpi.process.clock import SystemClock
from ocpi.process.mongo import Mongo
from tests.cpo_adapter.commands.ordering import BOOT_2, BOOT_16
from tests.cpo_adapter.door import RawStation, basic
from tests.cpo_adapter.sessions.charging import KEY, UID, Charging, running_charging
from tests.fakes.eventually import eventually, eventually_so
from tests.platforms import EMSP, running_cpo

_CALL = 2
LIMITS_16 = {
    "configurationKey": [
        {"key": "LocalAuthListEnabled", "readonly": False, "value": "true"},
        {"key": "LocalAuthListMaxLength", "readonly": True, "value": "100"},
        {"key": "SendLocalListMaxLength", "readonly": True, "value": "2"},
    ]
}


def limits_2(*, enabled: str = "true") -> Any:
    told = {"Available": "true", "Enabled": enabled, "ItemsPerMessage": "2", "BytesPerMessage": "7000"}
    keeper = {"name": "LocalAuthListCtrlr"}
    return {
        "getVariableResult": [
            {
                "attributeStatus": "Accepted",
                "component": keeper,
                "variable": {"name": name},
                "attributeValue": value,
            }
            for name, value in told.items()
        ]
    }


@dataclass
class ListKeeper:
    """A station that keeps a list, and answers `says` where that has something for an action."""

    station: RawStation
    is_16: bool = True
    version: int = 0
    has_another: bool = False
    cards: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, Any]] = field(default_factory=list)
    says: dict[str, Callable[[Any], Any]] = field(default_factory=dict)

    async def live(self) -> None:
        boot = BOOT_16 if self.is_16 else BOOT_2
        await self.station.say(json.dumps([_CALL, "boot", "BootNotification", boot]))
        async for message in self.station.socket:
            kind, message_id, *told = message.json()
            if kind != _CALL:
                continue
            action, payload = told
            self.asked.append((action, payload))
            answer = self.says.get(action, getattr(self, f"_{action}", lambda _: {"status": "Accepted"}))
            told = answer(payload)
            frame = [4, message_id, told, "", {}] if isinstance(told, str) else [3, message_id, told]
            await self.station.socket.send_json(frame)

    def heard(self, action: str) -> list[Any]:
        return [payload for name, payload in self.asked if name == action]

    def _GetConfiguration(self, _: Any) -> Any:  # noqa: N802 - named as the action
        return LIMITS_16

    def _GetVariables(self, _: Any) -> Any:  # noqa: N802
        return limits_2()

    def _GetLocalListVersion(self, _: Any) -> Any:  # noqa: N802
        return {"listVersion" if self.is_16 else "versionNumber": self.version}

    def _number(self, payload: Any) -> int:
        return int(payload["listVersion" if self.is_16 else "versionNumber"])

    def _SendLocalList(self, payload: Any) -> Any:  # noqa: N802
        if payload["updateType"] == "Full":
            self.cards, self.has_another = {}, False
        elif (
            self.has_another or payload["listVersion" if self.is_16 else "versionNumber"] != self.version + 1
        ):
            return {"status": "VersionMismatch"}
        self.version = payload["listVersion" if self.is_16 else "versionNumber"]
        for each in payload.get("localAuthorizationList", []):
            uid = each["idTag"] if self.is_16 else each["idToken"]["idToken"]
            info = each.get("idTagInfo" if self.is_16 else "idTokenInfo")
            self.cards |= {uid: info} if info else {}
            if not info:
                self.cards.pop(uid, None)
        return {"status": "Accepted"}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a boot, or for more changes."""
    monkeypatch.setattr(lists, "AFTER_S", 0.05)
    monkeypatch.setattr(lists, "GATHERED_S", 0.05)
    monkeypatch.setattr(caches, "LOOK_EVERY_S", 0.05)


@pytest.fixture
async def charging(mongo: Mongo, tmp_path: Path) -> AsyncIterator[Charging]:
    """Three cards of an issuer whose cards stations know, one of which has to be asked about."""
    async with running_charging(mongo, tmp_path, "ALWAYS", station_list_issuers=(str(EMSP),)) as it:
        await it.push_token(uid="SECOND", whitelist="ALLOWED", group_id="FLEET")
        await it.push_token(uid="THIRD", whitelist="ALLOWED_OFFLINE")
        await it.push_token(uid="ASKED", whitelist="NEVER")
        yield it


@asynccontextmanager
async def keeping(charging: Charging, protocol: str = "ocpp1.6") -> AsyncIterator[ListKeeper]:
    async with (
        charging.session.ws_connect(
            f"{charging.cpo.urls['stations']}/ocpp/CP-1",
            protocols=(protocol,),
            headers=basic(b"CP-1", bytes.fromhex(KEY)),
        ) as socket,
        asyncio.TaskGroup() as group,
    ):
        keeper = ListKeeper(RawStation(socket), is_16=protocol == "ocpp1.6")
        life = group.create_task(keeper.live())
        yield keeper
        life.cancel()


@pytest.fixture
async def keeper(charging: Charging, protocol: str) -> AsyncIterator[ListKeeper]:
    async with keeping(charging, protocol) as keeper:
        yield keeper


def versions(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("protocol", [f"ocpp{name}" for name in names])


def later() -> str:
    return SystemClock().now().isoformat().replace("+00:00", "Z")


@versions("1.6", "2.0.1", "2.1")
async def test_a_station_gets_the_cards_that_need_not_be_asked_about(keeper: ListKeeper) -> None:
    """In messages of no more than it takes (B-108); a card of a group comes with it."""
    await eventually(lambda: set(keeper.cards) == {UID, "SECOND", "THIRD"})
    sent = keeper.heard("SendLocalList")
    assert [each["updateType"] for each in sent] == ["Full", "Differential"]
    group = keeper.cards["SECOND"]
    assert (group["parentIdTag"] if keeper.is_16 else group["groupIdToken"]["idToken"]) == "FLEET"


@versions("1.6")
async def test_a_change_is_sent_as_one(charging: Charging, keeper: ListKeeper) -> None:
    await eventually(lambda: len(keeper.cards) == 3)
    before = len(keeper.heard("SendLocalList"))
    await charging.push_token(uid="SECOND", whitelist="NEVER", last_updated=later())
    await eventually(lambda: set(keeper.cards) == {UID, "THIRD"})
    (change,) = keeper.heard("SendLocalList")[before:]
    assert change["updateType"] == "Differential"
    assert len(change["localAuthorizationList"]) == 1


@versions("1.6", "2.1")
async def test_a_station_with_another_list_gets_the_whole(charging: Charging, keeper: ListKeeper) -> None:
    """VersionMismatch (B-108)."""
    await eventually(lambda: len(keeper.cards) == 3)
    keeper.has_another = True
    await charging.push_token(uid="FOURTH", whitelist="ALWAYS", last_updated=later())
    await eventually(lambda: len(keeper.cards) == 4)
    kinds = [each["updateType"] for each in keeper.heard("SendLocalList")]
    assert kinds == ["Full", "Differential", "Differential", "Full", "Differential"]


@pytest.fixture
def slow_database(monkeypatch: pytest.MonkeyPatch) -> None:
    async def took(*given: Any) -> None:
        await asyncio.sleep(0.3)
        await noted(*given)

    noted = CardListStore.took
    monkeypatch.setattr(CardListStore, "took", took)


@pytest.mark.usefixtures("slow_database")
@versions("1.6")
async def test_a_change_is_told_that_comes_while_the_first_list_is_noted(
    charging: Charging, keeper: ListKeeper
) -> None:
    await eventually(lambda: len(keeper.cards) == 3)
    await charging.push_token(uid="FOURTH", whitelist="ALWAYS", last_updated=later())
    await eventually(lambda: len(keeper.cards) == 4)


@pytest.mark.parametrize(
    ("protocol", "answer"),
    [
        ("ocpp1.6", {"status": "Failed"}),
        ("ocpp1.6", {"status": "NotSupported"}),
        ("ocpp1.6", "NotImplemented"),
        ("ocpp2.0.1", {"status": "Failed"}),
        ("ocpp2.0.1", "NotSupported"),
    ],
)
async def test_a_station_that_takes_no_list_is_left_alone_until_it_comes_again(
    charging: Charging, keeper: ListKeeper, protocol: str, answer: object
) -> None:
    """(B-108)."""
    keeper.says["SendLocalList"] = lambda _: answer
    await eventually_so(lambda: _is_off(charging))
    sent = len(keeper.heard("SendLocalList"))
    await charging.push_token(uid="FOURTH", whitelist="ALWAYS", last_updated=later())
    async with keeping(charging, protocol) as again:
        await eventually(lambda: "FOURTH" in again.cards)
    assert sent == len(keeper.heard("SendLocalList")) == 1


@versions("1.6", "2.0.1")
async def test_a_station_without_such_a_list_is_sent_none(charging: Charging, keeper: ListKeeper) -> None:
    keeper.says["GetConfiguration"] = lambda _: {"unknownKey": ["LocalAuthListEnabled"]}
    keeper.says["GetVariables"] = lambda _: limits_2(enabled="false")
    await eventually_so(lambda: _is_off(charging))
    assert keeper.heard("SendLocalList") == []


@versions("1.6")
async def test_a_blocked_card_is_forgotten_by_the_station(charging: Charging, keeper: ListKeeper) -> None:
    """Of its list and of its cache; other changes leave the cache alone."""
    await eventually(lambda: len(keeper.cards) == 3)
    await charging.push_token(uid="SECOND", whitelist="ALLOWED", last_updated=later())
    await eventually(lambda: not keeper.cards["SECOND"].get("groupIdToken"))
    assert keeper.heard("ClearCache") == []
    await charging.push_token(uid="SECOND", whitelist="ALLOWED", valid=False, last_updated=later())
    await eventually(lambda: "SECOND" not in keeper.cards and len(keeper.heard("ClearCache")) == 1)


async def test_a_station_that_was_away_forgets_its_cache_when_it_returns(charging: Charging) -> None:
    await charging.push_token(uid="SECOND", whitelist="ALLOWED", valid=False, last_updated=later())
    async with keeping(charging) as keeper:
        await eventually(lambda: keeper.heard("ClearCache") and len(keeper.cards) == 2)
    async with keeping(charging) as again:
        await eventually(lambda: len(again.cards) == 2)
    assert (len(keeper.heard("ClearCache")), again.heard("ClearCache")) == (1, [])


async def test_a_card_that_one_process_is_told_of_leaves_the_list_of_a_station_at_another(
    charging: Charging, mongo: Mongo, tmp_path: Path
) -> None:
    written = {"inventory": tmp_path / "stations.toml", "tariffs": tmp_path / "tariffs.toml"}
    issuers = {"station_list_issuers": (str(EMSP),)}
    async with (
        running_cpo(mongo, SystemClock(), tmp_path, **written, **issuers) as other,
        keeping(replace(charging, cpo=other)) as keeper,
    ):
        await eventually(lambda: len(keeper.cards) == 3)
        await eventually_so(lambda: _is_here(charging))
        await charging.push_token(uid="SECOND", whitelist="ALLOWED", valid=False, last_updated=later())
        await eventually(lambda: set(keeper.cards) == {UID, "THIRD"})


async def _is_here(charging: Charging) -> bool:
    (station,) = await asyncio.to_thread(charging.cpo.admin.get, "/stations")
    return bool(station["connected"])


async def _is_off(charging: Charging) -> bool:
    shown = await asyncio.to_thread(charging.cpo.admin.get, "/card_lists")
    return any(each["off"] for each in shown)
