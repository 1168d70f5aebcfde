"""What became of something that a CPO was asked to do: once, or as it happens."""

from collections.abc import Collection, Mapping
from http import HTTPStatus
from typing import Final

from emsp_adapter.apps.beat import Beat, Versions
from emsp_adapter.apps.keys.key import Scope
from emsp_adapter.apps.operation import EVENTS, Asked, Operation, Told
from emsp_adapter.apps.operations.named import Named
from emsp_adapter.apps.streams import Moment, Streams
from emsp_adapter.apps.told import CommandTold, command_told
from emsp_adapter.apps.visible import Visible
from emsp_adapter.errands.model import Errand, State
from emsp_adapter.errands.store import ErrandStore
from schemas import codec

_ERRORS: Final = {HTTPStatus.NOT_FOUND: "No such command, or not for this key."}
_FINAL: Final = frozenset({State.REFUSED, State.FAILED, State.CANCELED})


class CommandOperations:
    def __init__(self, *, visible: Visible, streams: Streams, beat: Beat) -> None:
        self._visible = visible
        self._streams = streams
        self._beat = beat

    def operations(self) -> list[Operation]:
        return [
            Operation(
                method="GET",
                path="/commands/{id}",
                id="getCommand",
                summary="What became of a command",
                tag="commands",
                does=self._one,
                scope=Scope.SESSIONS_READ,
                path_model=Named,
                answer=CommandTold,
                errors=_ERRORS,
            ),
            Operation(
                method="GET",
                path="/commands/{id}/events",
                id="followCommand",
                summary="Follow a command by server-sent events",
                about="Each event `command` is the whole of it as it is then. The stream ends with the "
                "result, or for a start with the session.",
                tag="commands",
                does=self._follow,
                scope=Scope.SESSIONS_READ,
                path_model=Named,
                answer=CommandTold,
                media=EVENTS,
                errors=_ERRORS,
            ),
        ]

    async def _one(self, asked: Asked) -> CommandTold:
        return command_told(await self._visible.errand(asked.path(Named).id, asked.bound))

    async def _follow(self, asked: Asked) -> Told:
        name = asked.path(Named).id

        async def subject() -> Moment:
            return _moment(await self._visible.errand(name, asked.bound))

        return await self._streams.serve(asked, self._beat, name, subject)


def command_versions(errands: ErrandStore) -> Versions:
    async def versions(names: Collection[str]) -> Mapping[str, str]:
        return {name: str(revision) for name, revision in (await errands.revisions(names)).items()}

    return versions


def _moment(errand: Errand) -> Moment:
    data = codec.encode(command_told(errand).model_dump())
    return Moment(str(errand.revision), "command", data, _is_final(errand))


def _is_final(errand: Errand) -> bool:
    """A start that was done leads to a session; whoever waits for that hears of it here."""
    if errand.state in _FINAL:
        return True
    if errand.state is not State.DONE or errand.result is None:
        return False
    leads_on = errand.action == "START_SESSION" and errand.result.value == "ACCEPTED"
    return not leads_on or bool(errand.sessions)
