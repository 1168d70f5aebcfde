"""OCPP 1.6 as the door wants a version to be."""

from cpo_adapter.ocpp.v16 import outbound
from cpo_adapter.ocpp.v16.inbound import SCHEMAS, TRANSACTION, Inbound


class Ocpp16(Inbound):
    """The `Dialect` of OCPP 1.6J."""

    subprotocol = "ocpp1.6"
    schemas = SCHEMAS
    never_refused = TRANSACTION
    waiting = frozenset({"Authorize"})
    request = staticmethod(outbound.request)
    outcome = staticmethod(outbound.outcome)
