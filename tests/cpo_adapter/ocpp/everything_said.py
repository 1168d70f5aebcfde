"""One of each intent and order, as many as are needed to say every message that is said."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Final

from cpo_adapter.ocpp import card_lists, intents, orders, validation
from cpo_adapter.ocpp.events import Outlet
from cpo_adapter.ocpp.schedules import Limit, RateUnit, Schedule
from cpo_adapter.ocpp.v21.vocabulary import VOCABULARY
from cpo_adapter.ocpp.validation import Part
from tests.cpo_adapter.ocpp.sampled import full

AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
OUTLET: Final = Outlet(1, 1)
SCHEDULE: Final = Schedule(AT, RateUnit.A, (Limit(0, Decimal(16)),))
URL: Final = "https://cpo.example/files/t0ken"

INTENTS: Final[tuple[intents.Intent, ...]] = (
    intents.RemoteStart("CARD", OUTLET),
    intents.RemoteStop("7"),
    intents.Tell(intents.Topic.STATUS, OUTLET),
    intents.Unlock(OUTLET),
    intents.Reserve(1, "CARD", OUTLET, AT),
    intents.CancelReservation(1),
    intents.SetProfile(1, "7", OUTLET, SCHEDULE),
    intents.ClearProfile(1),
    intents.TellSchedule(OUTLET, 60),
    intents.TellQueue("7"),
    intents.SetKey(bytes(20)),
    intents.RaiseProfile(2),
    intents.TellBounds(),
    intents.SetFallback(1, SCHEDULE),
    intents.TellProfile(1, 1),
    intents.ShowPrice("CARD", "0.50 EUR/kWh"),
    intents.ShowCost("7", Decimal("1.25"), AT, Decimal(1000), intents.Prices(), "1.25 EUR"),
    card_lists.ForgetCards(),
    card_lists.TellListVersion(),
    card_lists.TellListLimits(),
    card_lists.SetList(1, (card_lists.ListedCard("CARD"),), is_full=True),
)

_OF_ALL: Final[tuple[orders.Order, ...]] = (
    orders.Reset(),
    orders.SetAvailability(is_operative=False, outlet=OUTLET),
    orders.Trigger("StatusNotification", OUTLET),
    orders.UnlockOutlet(OUTLET),
    orders.ForgetCards(),
    orders.SendLog(1, URL, since=AT),
    orders.UpdateFirmware(1, URL, AT, certificate="-----BEGIN CERTIFICATE-----", signature="c2ln"),
    orders.DeleteCertificate("SHA256", "a", "b", "1"),
    orders.Transfer("com.example", "Hello", "data"),
    orders.InstallCertificate("ManufacturerRootCertificate", "-----BEGIN CERTIFICATE-----"),
    orders.ListCertificates("ManufacturerRootCertificate"),
    orders.HandCertificate("-----BEGIN CERTIFICATE-----", None, 1),
)
ORDERS_16: Final = (
    *_OF_ALL,
    orders.Trigger("LogStatusNotification"),
    orders.ReadSettings(("HeartbeatInterval",)),
    orders.WriteSetting("HeartbeatInterval", "60"),
    orders.SendDiagnostics(URL, AT, AT),
    orders.UpdateFirmware(1, URL, AT),
)
ORDERS_2: Final[tuple[orders.Order, ...]] = (
    *_OF_ALL,
    orders.Reset(is_hard=True, evse=1),
    orders.UpdateFirmware(1, URL, AT),
    orders.ReadSettings(("OCPPCommCtrlr.HeartbeatInterval", "Connector#1:2.AvailabilityState")),
    orders.WriteSetting("DeviceDataCtrlr.ItemsPerMessage[GetVariables]", "4"),
    orders.ReportAll(1),
    orders.ReportSome(1, ("OCPPCommCtrlr.HeartbeatInterval",)),
    orders.Customer(1, "CARD", is_erased=True),
    orders.ShowMessage(1, "Hello", language="en", until=AT),
    orders.ListMessages(1),
    orders.ClearMessage(1),
    orders.ListProfiles(1),
    orders.SetNetworkProfile(2, "wss://cpo.example/ocpp", 2),
    orders.SetMonitoringBase("All"),
    orders.SetMonitoringLevel(5),
    orders.Monitor("Connector#1.Temperature", "UpperThreshold", Decimal("80.5"), 4),
    orders.ClearMonitors((1, 2)),
    orders.ReportMonitors(1),
    orders.TellCost("7", Decimal("12.30")),
    orders.PublishFirmware(1, URL, "0" * 32),
    orders.UnpublishFirmware("0" * 32),
)
ORDERS_21: Final = (
    *ORDERS_2,
    orders.Prioritise("7", is_first=True),
    *(
        orders.Call(action, full(validation.schema("v21", action, Part.REQUEST)))
        for action in VOCABULARY.called
    ),
)
