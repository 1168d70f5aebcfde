"""The modules of a CPO: locations, tariffs, sessions and CDRs as their sender, tokens as their receiver.

Locations and tariffs are for every partner with an agreement, as far as its terms say; a session or a bill
only for the issuer of its token.
Spec: 2.3.0 mod_locations, mod_tariffs, mod_sessions, mod_cdrs: Sender Interface; mod_tokens: Receiver
Interface.
"""

from cpo_adapter.smart_charging.preferences import Preferences
from ocpi.objects.facts import Facts
from ocpi.objects.intake import Intake
from ocpi.objects.lists import SenderInterface, own_list_answer
from ocpi.objects.receiving import Arrived, ReceiverInterface
from ocpi.objects.store import ObjectStore, Selection
from ocpi.server.call import Answer, Call, Interface, Route
from ocpi.server.parties import Own, PartyChecks
from ocpi.wire.interfaces import Side
from schemas import codec
from schemas.kinds import ObjectKind
from schemas.v2_3_0.enums import VersionNumber
from schemas.v2_3_0.sessions import ChargingPreferences


class Modules:
    def __init__(
        self,
        *,
        own: Own,
        store: ObjectStore,
        intake: Intake,
        facts: Facts,
        checks: PartyChecks,
        preferences: Preferences,
        token_arrived: Arrived,
    ) -> None:
        self._own = own
        self._store = store
        self._intake = intake
        self._facts = facts
        self._checks = checks
        self._preferences = preferences
        self._token_arrived = token_arrived

    def interfaces(self) -> list[Interface]:
        tokens = ReceiverInterface(
            ObjectKind.TOKEN,
            store=self._store,
            intake=self._intake,
            facts=self._facts,
            checks=self._checks,
            arrived=self._token_arrived,
        )
        return [
            self._for_all(ObjectKind.LOCATION),
            self._tariffs(),
            self._for_the_issuer(ObjectKind.SESSION, self._preferring()),
            self._for_the_issuer(ObjectKind.CDR),
            tokens.interface(),
        ]

    def _for_all(self, kind: ObjectKind) -> Interface:
        def visible(call: Call) -> Selection:
            only = self._checks.only(self._checks.sender(call), kind)
            return Selection(kind, owners=[self._own.party], audiences=[None], only=only)

        return SenderInterface(kind, store=self._store, facts=self._facts, visible=visible).interface()

    def _tariffs(self) -> Interface:
        """Those of the asker's own stand in the place of everybody's."""

        async def listed(call: Call) -> Answer:
            party = self._checks.sender(call)
            only = self._checks.only(party, ObjectKind.TARIFF)
            audiences = [None, party]
            selection = Selection(ObjectKind.TARIFF, owners=[self._own.party], audiences=audiences, only=only)
            return await own_list_answer(self._store, self._facts, selection, party, call)

        return Interface(ObjectKind.TARIFF.module, Side.SENDER, (Route("GET", "", listed),))

    def _for_the_issuer(self, kind: ObjectKind, *more: Route) -> Interface:
        def visible(call: Call) -> Selection:
            return Selection(kind, owners=[self._own.party], audiences=[self._checks.sender(call)])

        return SenderInterface(kind, store=self._store, facts=self._facts, visible=visible).interface(*more)

    def _preferring(self) -> Route:
        async def put(call: Call) -> Answer:
            wanted = ChargingPreferences.model_validate(call.json_object())
            party = self._checks.sender(call)
            return Answer(codec.encode(await self._preferences.put(party, call.path["session_id"], wanted)))

        path = "/{session_id}/charging_preferences"
        return Route("PUT", path, put, asks=ChargingPreferences, since=VersionNumber.V2_2_1)
