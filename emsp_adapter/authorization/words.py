"""Why a card may not charge, in the driver's language: what a station or an app may show.

Nothing here tells what is nobody else's business: no sum, no date, no place.
Spec: 2.3.0 mod_tokens, AuthorizationInfo object, info; types, DisplayText.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from emsp_adapter.contracts.verdict import Reason

DEFAULT: Final = "en"
_REPEATED: Final = Reason.TOO_OFTEN

_SAID: Final[Mapping[Reason, Mapping[str, str]]] = MappingProxyType(
    {
        Reason.CONTRACT_ENDED: {
            "en": "Your contract has ended.",
            "fr": "Votre contrat a pris fin.",
            "de": "Ihr Vertrag ist beendet.",
            "nl": "Uw contract is beëindigd.",
            "es": "Su contrato ha finalizado.",
            "it": "Il suo contratto è terminato.",
        },
        Reason.CARD_BLOCKED: {
            "en": "This card is blocked. Please contact its issuer.",
            "fr": "Cette carte est bloquée. Veuillez contacter son émetteur.",
            "de": "Diese Karte ist gesperrt. Bitte wenden Sie sich an den Herausgeber.",
            "nl": "Deze pas is geblokkeerd. Neem contact op met de uitgever.",
            "es": "Esta tarjeta está bloqueada. Póngase en contacto con su emisor.",
            "it": "Questa carta è bloccata. Contatti l'emittente.",
        },
        Reason.CONTRACT_BLOCKED: {
            "en": "Your contract is blocked. Please contact your provider.",
            "fr": "Votre contrat est bloqué. Veuillez contacter votre fournisseur.",
            "de": "Ihr Vertrag ist gesperrt. Bitte wenden Sie sich an Ihren Anbieter.",
            "nl": "Uw contract is geblokkeerd. Neem contact op met uw aanbieder.",
            "es": "Su contrato está bloqueado. Póngase en contacto con su proveedor.",
            "it": "Il suo contratto è bloccato. Contatti il suo fornitore.",
        },
        Reason.NO_LONGER_VALID: {
            "en": "Your contract has expired.",
            "fr": "Votre contrat a expiré.",
            "de": "Ihr Vertrag ist abgelaufen.",
            "nl": "Uw contract is verlopen.",
            "es": "Su contrato ha caducado.",
            "it": "Il suo contratto è scaduto.",
        },
        Reason.NOT_YET_VALID: {
            "en": "Your contract has not begun yet.",
            "fr": "Votre contrat n'a pas encore commencé.",
            "de": "Ihr Vertrag hat noch nicht begonnen.",
            "nl": "Uw contract is nog niet ingegaan.",
            "es": "Su contrato aún no ha comenzado.",
            "it": "Il suo contratto non è ancora iniziato.",
        },
        Reason.CPO_NOT_COVERED: {
            "en": "Your contract does not cover stations of this operator.",
            "fr": "Votre contrat ne couvre pas les bornes de cet opérateur.",
            "de": "Ihr Vertrag gilt nicht für Ladestationen dieses Betreibers.",
            "nl": "Uw contract geldt niet voor laadpalen van deze exploitant.",
            "es": "Su contrato no incluye las estaciones de este operador.",
            "it": "Il suo contratto non comprende le stazioni di questo operatore.",
        },
        Reason.COUNTRY_NOT_COVERED: {
            "en": "Your contract does not cover this country.",
            "fr": "Votre contrat ne couvre pas ce pays.",
            "de": "Ihr Vertrag gilt nicht in diesem Land.",
            "nl": "Uw contract geldt niet in dit land.",
            "es": "Su contrato no incluye este país.",
            "it": "Il suo contratto non comprende questo paese.",
        },
        Reason.OUTSIDE_HOURS: {
            "en": "Your contract does not allow charging at this time.",
            "fr": "Votre contrat ne permet pas de recharger à cette heure.",
            "de": "Ihr Vertrag erlaubt das Laden zu dieser Zeit nicht.",
            "nl": "Met uw contract kunt u op dit tijdstip niet laden.",
            "es": "Su contrato no permite cargar a esta hora.",
            "it": "Il suo contratto non consente di ricaricare a quest'ora.",
        },
        Reason.NO_CREDIT: {
            "en": "Your credit is used up.",
            "fr": "Votre crédit est épuisé.",
            "de": "Ihr Guthaben ist aufgebraucht.",
            "nl": "Uw tegoed is op.",
            "es": "Su saldo está agotado.",
            "it": "Il suo credito è esaurito.",
        },
        Reason.TOO_MANY_AT_ONCE: {
            "en": "Your contract allows no further charge at the same time.",
            "fr": "Votre contrat ne permet pas d'autre recharge simultanée.",
            "de": "Ihr Vertrag erlaubt keinen weiteren gleichzeitigen Ladevorgang.",
            "nl": "Met uw contract kunt u niet nog een auto tegelijk laden.",
            "es": "Su contrato no permite otra carga simultánea.",
            "it": "Il suo contratto non consente un'altra ricarica contemporanea.",
        },
        Reason.TOO_OFTEN: {
            "en": "This card was used unusually. Please contact its issuer.",
            "fr": "Cette carte a été utilisée de façon inhabituelle. Veuillez contacter son émetteur.",
            "de": "Diese Karte wurde ungewöhnlich benutzt. Bitte wenden Sie sich an den Herausgeber.",
            "nl": "Deze pas is op een ongewone manier gebruikt. Neem contact op met de uitgever.",
            "es": "Esta tarjeta se ha usado de forma inusual. Póngase en contacto con su emisor.",
            "it": "Questa carta è stata usata in modo insolito. Contatti l'emittente.",
        },
    }
)
LANGUAGES: Final = ("en", "fr", "de", "nl", "es", "it")


def said(reason: Reason, *wanted: str | None) -> dict[str, str]:
    """A DisplayText in the first of the languages that is spoken here, else in English.

    `de-AT` is German. Where two places are too far apart the driver reads what stands for any odd use.
    """
    spoken = (each.lower()[:2] for each in wanted if each)
    language = next((each for each in spoken if each in LANGUAGES), DEFAULT)
    return {"language": language, "text": _SAID.get(reason, _SAID[_REPEATED])[language]}
