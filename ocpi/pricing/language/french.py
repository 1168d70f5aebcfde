"""French."""

from typing import Final

from ocpi.pricing.language.words import Words
from ocpi.pricing.notes import Code
from ocpi.pricing.tariff import Dimension
from ocpi.pricing.zones import ZoneSource

FRENCH: Final = Words(
    decimal_mark=",",
    weekdays=("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"),
    zone={
        ZoneSource.LOCATION: "Les heures sont celles du lieu ({zone}).",
        ZoneSource.PARTNER: "Les heures sont celles de {zone}, fuseau habituel de cet opérateur.",
        ZoneSource.COUNTRY: "Les heures sont celles de {zone}, d'après le pays.",
        ZoneSource.ASSUMED: "Le fuseau horaire du lieu est inconnu ; {zone} a été supposé.",
    },
    measured={
        Dimension.ENERGY: "De {begin} à {end}, le véhicule a pris {volume}.",
        Dimension.TIME: "De {begin} à {end}, il a chargé pendant {volume}.",
        Dimension.PARKING_TIME: "De {begin} à {end}, il a stationné sans charger pendant {volume}.",
        Dimension.RESERVATION_TIME: "De {begin} à {end}, la place a été réservée pendant {volume}.",
        Dimension.FLAT: "La session a commencé à {begin}.",
    },
    priced={
        Dimension.ENERGY: "Énergie : {volume} à {price} font {cost}{reason}.",
        Dimension.TIME: "Temps de charge : {volume} à {price} font {cost}{reason}.",
        Dimension.PARKING_TIME: "Stationnement : {volume} à {price} font {cost}{reason}.",
        Dimension.RESERVATION_TIME: "Réservation : {volume} à {price} font {cost}{reason}.",
        Dimension.FLAT: "Frais fixes : {price}{reason}.",
    },
    free={
        Dimension.ENERGY: "Le tarif n'a pas de prix pour l'énergie à ce moment : {volume} ne coûtent rien.",
        Dimension.TIME: "Le temps de charge n'est pas facturé : {volume} ne coûtent rien.",
        Dimension.PARKING_TIME: "Le stationnement n'est pas facturé à ce moment : {volume} ne coûtent rien.",
        Dimension.RESERVATION_TIME: "La réservation n'est pas facturée : {volume} ne coûtent rien.",
        Dimension.FLAT: "Il n'y a pas de frais fixes.",
    },
    energy_price="{amount} par kWh",
    time_price="{amount} par heure",
    once="{amount} une fois",
    net_price="{price} hors taxe",
    gross_price="{price} toutes taxes comprises",
    untaxed_price="{price}",
    with_vat="{price} plus {rate} % de TVA",
    step={
        Dimension.ENERGY: (
            "L'énergie est facturée par pas de {step} : {measured} en tout deviennent {billed}."
        ),
        Dimension.TIME: "Le temps de charge est facturé par pas de {step} : {measured} deviennent {billed}.",
        Dimension.PARKING_TIME: (
            "Le stationnement est facturé par pas de {step} : {measured} deviennent {billed}."
        ),
        Dimension.RESERVATION_TIME: (
            "La réservation est facturée par pas de {step} : {measured} deviennent {billed}."
        ),
        Dimension.FLAT: "",
    },
    always=", à toute heure",
    when=", car ce prix s'applique {conditions}",
    joined=" et ",
    between_times="entre {start} et {end}",
    from_time="à partir de {start}",
    until_time="jusqu'à {end}",
    between_dates="du {start} au {end} exclu",
    from_date="à partir du {start}",
    until_date="avant le {end}",
    on_days="le {days}",
    at_least={
        "energy": "à partir de {value} kWh",
        "power": "à {value} kW ou plus",
        "current": "à {value} A ou plus",
        "duration": "après {value}",
    },
    below={
        "energy": "jusqu'à {value} kWh",
        "power": "en dessous de {value} kW",
        "current": "en dessous de {value} A",
        "duration": "pendant les premières {value}",
    },
    of_reservation="aux réservations",
    of_expired="aux réservations expirées",
    lifted="Les parts font {before} ; le minimum du tarif porte ce montant à {after}.",
    capped="Les parts font {before} ; le maximum du tarif limite ce montant à {after}.",
    total="En tout : {net} hors taxe, {gross} taxes comprises.",
    total_net_only="En tout : {net} hors taxe ; la taxe n'est pas connue.",
    total_gross_only="En tout : {gross} taxes comprises ; le montant hors taxe n'est pas connu.",
    no_tariff="Il n'y a pas de tarif pour cette session, rien ne peut être calculé.",
    notes={
        Code.PERIOD_SPANS_PRICE_CHANGE: (
            "Une période dépasse un changement de prix ; elle suit le prix de son début."
        ),
        Code.ENERGY_UNIT_SUSPECT: "Tant d'énergie est peu plausible : des Wh envoyés pour des kWh ?",
        Code.INCL_BELOW_EXCL: (
            "Le montant avec taxe est inférieur à celui sans taxe : les limites se contredisent."
        ),
        Code.VOLUME_UNPRICED: "Le tarif a un prix pour l'énergie, mais pas à ce moment ni de cette façon.",
        Code.POWER_UNREPORTED: "Le prix dépend de la puissance, non communiquée ; sa moyenne a été prise.",
        Code.CURRENT_UNREPORTED: "Le prix dépend de l'intensité, qui n'a pas été communiquée.",
        Code.LIMIT_WITHOUT_INCL: (
            "La limite n'a pas de montant avec taxe ; la taxe suit le montant hors taxe."
        ),
        Code.LIMIT_NOT_APPLICABLE: (
            "La limite du tarif n'a pu s'appliquer : le montant hors taxe est inconnu."
        ),
        Code.LIMITS_OF_OTHER_TARIFF: "Plusieurs tarifs s'appliquent ; les limites sont celles du premier.",
        Code.MIN_ABOVE_MAX: "Le minimum du tarif dépasse son maximum.",
        Code.NO_TARIFF: "Il n'y a pas de tarif pour cette session.",
        Code.TARIFF_NOT_VALID: "Le tarif n'était pas valable au début de la session.",
        Code.TARIFF_TYPE_MISSING: "Aucun tarif ne vise ce type de conducteur ; le premier a été pris.",
        Code.TARIFF_UNKNOWN: "Une période nomme un tarif inconnu.",
        Code.MIXED_CURRENCIES: "Les tarifs ont des monnaies différentes.",
        Code.TAX_UNKNOWN: "Les prix comprennent une taxe dont le taux n'est pas donné.",
        Code.RESERVATION_OUTCOME_UNKNOWN: (
            "Personne n'a chargé après la réservation ; son expiration n'est pas dite."
        ),
        Code.METER_GAP: "Le compteur s'est tu un moment ; ce qu'il a livré est réparti également.",
        Code.METER_CORRECTED: "Un relevé du compteur a été corrigé.",
        Code.METER_RESTARTED: (
            "Le compteur est reparti de zéro en cours de session ; ses parts sont additionnées."
        ),
    },
    whole_hours="{hours} h",
    hours="{hours} h {minutes} min",
    minutes="{minutes} min",
    seconds="{minutes} min {seconds} s",
)
