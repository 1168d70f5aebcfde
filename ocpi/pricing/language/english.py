"""English."""

from typing import Final

from ocpi.pricing.language.words import Words
from ocpi.pricing.notes import Code
from ocpi.pricing.tariff import Dimension
from ocpi.pricing.zones import ZoneSource

ENGLISH: Final = Words(
    decimal_mark=".",
    weekdays=("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    zone={
        ZoneSource.LOCATION: "Times are local times of the location ({zone}).",
        ZoneSource.PARTNER: "Times are those of {zone}, the usual zone of this operator.",
        ZoneSource.COUNTRY: "Times are those of {zone}, taken from the country.",
        ZoneSource.ASSUMED: "The time zone of the location is not known; {zone} was assumed.",
    },
    measured={
        Dimension.ENERGY: "From {begin} to {end} the vehicle took {volume}.",
        Dimension.TIME: "From {begin} to {end} it was charging for {volume}.",
        Dimension.PARKING_TIME: "From {begin} to {end} it was parked without charging for {volume}.",
        Dimension.RESERVATION_TIME: "From {begin} to {end} the place was reserved for {volume}.",
        Dimension.FLAT: "The session began at {begin}.",
    },
    priced={
        Dimension.ENERGY: "Energy: {volume} at {price} is {cost}{reason}.",
        Dimension.TIME: "Charging time: {volume} at {price} is {cost}{reason}.",
        Dimension.PARKING_TIME: "Parking: {volume} at {price} is {cost}{reason}.",
        Dimension.RESERVATION_TIME: "Reservation: {volume} at {price} is {cost}{reason}.",
        Dimension.FLAT: "Fixed fee: {price}{reason}.",
    },
    free={
        Dimension.ENERGY: "The tariff has no price for energy then: {volume} cost nothing.",
        Dimension.TIME: "Charging time is not billed: {volume} cost nothing.",
        Dimension.PARKING_TIME: "Parking is not billed then: {volume} cost nothing.",
        Dimension.RESERVATION_TIME: "The reservation is not billed: {volume} cost nothing.",
        Dimension.FLAT: "There is no fixed fee.",
    },
    energy_price="{amount} per kWh",
    time_price="{amount} per hour",
    once="{amount} once",
    net_price="{price} before tax",
    gross_price="{price} tax included",
    untaxed_price="{price}",
    with_vat="{price} plus {rate} % VAT",
    step={
        Dimension.ENERGY: "Energy is billed in steps of {step}: {measured} in all became {billed}.",
        Dimension.TIME: "Charging time is billed in steps of {step}: {measured} in all became {billed}.",
        Dimension.PARKING_TIME: "Parking is billed in steps of {step}: {measured} in all became {billed}.",
        Dimension.RESERVATION_TIME: "Reserved time is billed in steps of {step}: {measured} became {billed}.",
        Dimension.FLAT: "",
    },
    always=", at all times",
    when=", because it applies {conditions}",
    joined=" and ",
    between_times="between {start} and {end}",
    from_time="from {start} on",
    until_time="until {end}",
    between_dates="from {start} to before {end}",
    from_date="from {start} on",
    until_date="before {end}",
    on_days="on {days}",
    at_least={
        "energy": "from {value} kWh on",
        "power": "at {value} kW or more",
        "current": "at {value} A or more",
        "duration": "after {value}",
    },
    below={
        "energy": "up to {value} kWh",
        "power": "below {value} kW",
        "current": "below {value} A",
        "duration": "during the first {value}",
    },
    of_reservation="to reservations",
    of_expired="to expired reservations",
    lifted="The parts come to {before}; the tariff's minimum lifts that to {after}.",
    capped="The parts come to {before}; the tariff's maximum caps that at {after}.",
    total="In all: {net} before tax, {gross} with tax.",
    total_net_only="In all: {net} before tax; the tax is not known.",
    total_gross_only="In all: {gross} with tax; the amount before tax is not known.",
    no_tariff="There is no tariff for this session, so nothing can be priced.",
    notes={
        Code.PERIOD_SPANS_PRICE_CHANGE: (
            "One period reaches past a change of price and was priced as it began."
        ),
        Code.ENERGY_UNIT_SUSPECT: (
            "So much energy is hardly possible: were watt hours sent for kilowatt hours?"
        ),
        Code.INCL_BELOW_EXCL: "The amount with tax is below the one without: the tariff's limits contradict.",
        Code.VOLUME_UNPRICED: "The tariff prices energy, but not at this time or in this way.",
        Code.POWER_UNREPORTED: (
            "The price depends on the power, which was not reported; its average was taken."
        ),
        Code.CURRENT_UNREPORTED: "The price depends on the current, which was not reported.",
        Code.LIMIT_WITHOUT_INCL: (
            "The limit names no amount with tax; the tax was scaled with the net amount."
        ),
        Code.LIMIT_NOT_APPLICABLE: (
            "The tariff's limit could not be applied: the amount before tax is not known."
        ),
        Code.LIMITS_OF_OTHER_TARIFF: "Several tariffs took part; the limits are those of the first.",
        Code.MIN_ABOVE_MAX: "The tariff's minimum is above its maximum.",
        Code.NO_TARIFF: "There is no tariff for this session.",
        Code.TARIFF_NOT_VALID: "The tariff was not valid when the session began.",
        Code.TARIFF_TYPE_MISSING: "No tariff is meant for this kind of driver; the first one was taken.",
        Code.TARIFF_UNKNOWN: "A period names a tariff that is not known.",
        Code.MIXED_CURRENCIES: "The tariffs have different currencies.",
        Code.TAX_UNKNOWN: "The prices include a tax whose rate is not told.",
        Code.RESERVATION_OUTCOME_UNKNOWN: (
            "Nobody charged after the reservation; whether it expired is not told."
        ),
        Code.METER_GAP: "The meter was silent for a while; what it delivered then is shared evenly.",
        Code.METER_CORRECTED: "A reading of the meter was corrected.",
        Code.METER_RESTARTED: "The meter began anew during the session; its parts were added up.",
    },
    whole_hours="{hours} h",
    hours="{hours} h {minutes} min",
    minutes="{minutes} min",
    seconds="{minutes} min {seconds} s",
)
