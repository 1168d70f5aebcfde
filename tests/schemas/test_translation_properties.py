"""Up and down again gives the original; what does not come back is listed, and nothing else is."""

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from schemas.base import OcpiModel
from schemas.codec import decode, encode
from schemas.conformance import check
from schemas.kinds import PartyId
from schemas.translation.context import Context
from schemas.translation.losses import Translated, Withheld
from schemas.translation.registry import KINDS, Kind, form_of, translate
from schemas.v2_1_1 import sessions as v211
from schemas.v2_3_0 import tokens
from schemas.v2_3_0.credentials import Credentials
from schemas.v2_3_0.enums import VersionNumber
from schemas.v2_3_0.locations import Location
from schemas.v2_3_0.sessions import Session
from tests.build import LAST_UPDATED, connector, evse, location, token
from tests.schemas.exactness import differences, misplaced
from tests.schemas.strategies import sound_documents

V2_1_1, V2_2_1, V2_3_0 = VersionNumber.V2_1_1, VersionNumber.V2_2_1, VersionNumber.V2_3_0
PATIENT = settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))

CPO, EMSP = PartyId("FR", "CPO"), PartyId("NL", "MSP")
OWNER = {"country_code": CPO.country_code, "party_id": CPO.party_id}
CONTEXT = Context(owner=CPO, counterpart=EMSP, volts=230)

ROUTED = [kind for kind in KINDS if kind is not Credentials]
IN_2_1_1 = [kind for kind in ROUTED if form_of(kind, V2_1_1)]
IN_2_2_1 = [kind for kind in ROUTED if form_of(kind, V2_2_1)]


def named(kinds: list[Kind]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kind", kinds, ids=lambda kind: kind.__name__)


def read(kind: Kind, version: VersionNumber, document: dict[str, Any]) -> OcpiModel:
    form = form_of(kind, version)
    assert form
    return form.model_validate(decode(encode(document)))


def there_and_back(
    kind: Kind, value: OcpiModel, way: tuple[VersionNumber, VersionNumber], context: Context
) -> tuple[Translated[OcpiModel], Translated[OcpiModel]]:
    """Examples that are withheld prove nothing here."""
    source, target = way
    there = translate(kind, value, source, target, context)
    assume(not isinstance(there, Withheld))
    assert isinstance(there, Translated)
    back = translate(kind, there.value, target, source, context)
    assert isinstance(back, Translated), back
    return there, back


@named(IN_2_2_1)
def test_2_2_1_survives_2_3_0_without_loss(kind: Kind) -> None:
    @PATIENT
    @given(sound_documents(form_of(kind, V2_2_1), V2_2_1))
    def survives(document: dict[str, Any]) -> None:
        value = read(kind, V2_2_1, document)
        up, down = there_and_back(kind, value, (V2_2_1, V2_3_0), CONTEXT)

        assert up.losses == down.losses == ()
        assert down.value == value

    survives()


@named(IN_2_2_1)
def test_what_2_2_1_loses_of_2_3_0_is_exactly_what_is_listed(kind: Kind) -> None:
    @PATIENT
    @given(sound_documents(kind, V2_3_0))
    def is_exact(document: dict[str, Any]) -> None:
        value = read(kind, V2_3_0, document)
        down, up = there_and_back(kind, value, (V2_3_0, V2_2_1), CONTEXT)

        assert differences(value, up.value, down.losses) == []
        assert up.losses == ()

    is_exact()


def as_2_1_1_writes(document: dict[str, Any]) -> dict[str, Any]:
    """Of two ways to say the same the one that translation chooses too."""
    place = document.get("location", document)
    if "type" in place and "coordinates" in place:
        place.setdefault("time_zone", "Europe/Paris")
        _choose_hours(place.get("opening_times"))
    if "location" in document and "coordinates" in place:
        place["type"] = "UNKNOWN"
        evse_used = {**EVSE_2_1_1, **place.get("evses", [{}])[0]}
        evse_used["connectors"] = evse_used["connectors"][:1]
        place["evses"] = [evse_used]
    return document


def _choose_hours(hours: dict[str, Any] | None) -> None:
    if hours is not None and "regular_hours" in hours:
        hours.pop("twentyfourseven", None)
    elif hours is not None:
        hours.setdefault("twentyfourseven", True)


EVSE_2_1_1 = {
    "uid": "E1",
    "status": "CHARGING",
    "connectors": [
        {
            "id": "1",
            "standard": "IEC_62196_T2",
            "format": "SOCKET",
            "power_type": "AC_3_PHASE",
            "voltage": 230,
            "amperage": 32,
            "last_updated": LAST_UPDATED,
        }
    ],
    "last_updated": LAST_UPDATED,
}


def known_to_the_hub(value: OcpiModel, kind: Kind) -> Context:
    """The Location that a Session of 2.1.1 repeats, and the token that an answer does not."""
    context = replace(CONTEXT, token=token() if kind is tokens.AuthorizationInfo else None)
    if kind is not Session:
        return context
    repeated = v211.Session.model_validate(value).location
    place = translate(Location, repeated, V2_1_1, V2_3_0, context)
    assert isinstance(place, Translated)
    assert isinstance(place.value, Location)
    return replace(context, location=place.value)


NOT_THERE_BEFORE = {"/cdr_token/uid", "/cdr_token/type", "/token", "/authorization_reference", "/timeout"}
"""What only our own facts brought into the higher version."""


@named(IN_2_1_1)
def test_2_1_1_survives_2_2_1_but_for_what_is_listed(kind: Kind) -> None:
    @PATIENT
    @given(sound_documents(form_of(kind, V2_1_1), V2_1_1).map(as_2_1_1_writes))
    def survives(document: dict[str, Any]) -> None:
        value = read(kind, V2_1_1, document)
        up, down = there_and_back(kind, value, (V2_1_1, V2_2_1), known_to_the_hub(value, kind))

        assert differences(value, down.value, up.losses) == []
        known_losses = NOT_THERE_BEFORE | {loss.pointer for loss in up.losses}
        assert {loss.pointer for loss in down.losses} <= known_losses

    survives()


def as_one_owner_writes(document: dict[str, Any]) -> dict[str, Any]:
    """Published, by the owner of the connection, with its own Tariffs, reservations by number."""
    for owned in (document, *document.get("tariffs", [])):
        owned.update({name: OWNER[name] for name in OWNER if name in owned})
    if "publish" in document:
        document["publish"] = True
    if "reservation_id" in document:
        document["reservation_id"] = str(len(document["reservation_id"]))
    if document.get("credit") is False:
        del document["credit"]
    place = document.get("cdr_location")
    if place:
        document["cdr_location"] = {name: place[name] for name in place if not name.startswith("unknown_")}
    return document


def known_to_the_bridge(value: OcpiModel, kind: Kind) -> Context:
    if kind is tokens.AuthorizationInfo:
        return replace(CONTEXT, token=tokens.AuthorizationInfo.model_validate(value).token)
    if kind is Session:
        ids = {name: getattr(value, name) for name in ("location_id", "evse_uid", "connector_id")}
        used = evse(uid=ids["evse_uid"], connectors=[connector(id=ids["connector_id"])])
        return replace(CONTEXT, location=location(id=ids["location_id"], evses=[used]))
    return CONTEXT


@named(IN_2_1_1)
def test_what_2_1_1_loses_of_2_2_1_is_exactly_what_is_listed(kind: Kind) -> None:
    @PATIENT
    @given(sound_documents(form_of(kind, V2_2_1), V2_2_1).map(as_one_owner_writes))
    def is_exact(document: dict[str, Any]) -> None:
        value = read(kind, V2_2_1, document)
        down, up = there_and_back(kind, value, (V2_2_1, V2_1_1), known_to_the_bridge(value, kind))

        assert differences(value, up.value, down.losses) == []

    is_exact()


@named(IN_2_1_1)
def test_losses_on_the_way_to_2_1_1_are_told_in_terms_of_2_3_0(kind: Kind) -> None:
    @PATIENT
    @given(sound_documents(kind, V2_3_0).map(as_one_owner_writes))
    def are_places(document: dict[str, Any]) -> None:
        value = read(kind, V2_3_0, document)
        there = translate(kind, value, V2_3_0, V2_1_1, known_to_the_bridge(value, kind))
        assume(isinstance(there, Translated))
        assert isinstance(there, Translated)

        assert misplaced(value, there.losses) == []
        assert all(loss.reason for loss in there.losses)

    are_places()


SENT_ALL_THE_SAME = re.compile("/(evse_id|connector_standard|standard)$")
"""A bill names the connector that was used, whether a version lists it or not."""


@named(IN_2_1_1)
@pytest.mark.parametrize("version", [V2_1_1, V2_2_1])
def test_what_is_sent_down_conforms_there(kind: Kind, version: VersionNumber) -> None:
    @PATIENT
    @given(sound_documents(kind, V2_3_0).map(as_one_owner_writes))
    def conforms(document: dict[str, Any]) -> None:
        value = read(kind, V2_3_0, document)
        there = translate(kind, value, V2_3_0, version, known_to_the_bridge(value, kind))
        assume(isinstance(there, Translated))
        assert isinstance(there, Translated)

        found = {violation.pointer for violation in check(there.value, version) if violation.code in FORMAL}
        assert {pointer for pointer in found if not SENT_ALL_THE_SAME.search(pointer)} == set()

    conforms()


FORMAL = {"length", "form", "value"}
