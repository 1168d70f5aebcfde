"""Prices and costs for displays, which 1.6 itself has no words for: messages that several makers agreed on.

Spec: Open Charge Alliance, OCPP & California Pricing Requirements 3.1, chapter 3 (SetUserPrice, RunningCost,
FinalCost by DataTransfer).
"""

from decimal import Decimal
from typing import Any, Final

from ocpp.v16 import call

from cpo_adapter.ocpp.casing import OcppDataclass
from cpo_adapter.ocpp.intents import Prices, ShowCost, ShowPrice
from cpo_adapter.ocpp.v16.answers import fitting_tag, instant
from schemas import codec

VENDOR: Final = "org.openchargealliance.costmsg"


def show_price(intent: ShowPrice) -> OcppDataclass:
    return _transfer("SetUserPrice", {"idToken": fitting_tag(intent.uid), "priceText": intent.text})


def show_cost(intent: ShowCost) -> OcppDataclass:
    about = {"transactionId": int(intent.reference), "cost": intent.cost}
    if intent.is_final:
        return _transfer("FinalCost", {**about, "priceText": intent.text})
    running = {
        **about,
        "timestamp": instant(intent.at),
        "meterValue": int(intent.register_wh),
        "state": "Idle" if intent.is_idle else "Charging",
        "chargingPrice": _charging(intent.prices),
        "idlePrice": _told(hourPrice=intent.prices.per_hour_idle),
    }
    return _transfer("RunningCost", {name: value for name, value in running.items() if value != {}})


def _charging(prices: Prices) -> dict[str, Decimal]:
    return _told(kWhPrice=prices.per_kwh, hourPrice=prices.per_hour, flatFee=prices.once)


def _told(**prices: Decimal | None) -> dict[str, Decimal]:
    return {name: price for name, price in prices.items() if price is not None}


def _transfer(message: str, data: dict[str, Any]) -> OcppDataclass:
    return call.DataTransfer(VENDOR, message, codec.encode(data).decode())
