"""Payment terminal providers: who of our partners is one, and which of them speaks.

No role of OCPI is theirs, so the operator admits them as OTHER. Their addresses name no party: whose a
terminal is follows from the connection. They are spoken to directly, never through a hub.
Spec: 2.3.0 Payments 1, terminology; mod_payments.
"""

from typing import Final

from ocpi.errors import InvalidParameters, UnknownReceiver, Unreachable
from ocpi.partners.directory import Directory
from ocpi.partners.model import Partner
from ocpi.server.call import Call
from ocpi.server.parties import Own
from schemas.kinds import PartyId

PTP: Final = "OTHER"


class Providers:
    def __init__(self, own: Own, directory: Directory) -> None:
        self.own = own
        self._directory = directory

    def calling(self, call: Call) -> PartyId:
        """The provider that calls. Raises InvalidParameters for everybody else."""
        if call.routing.to not in (None, self.own.party):
            raise InvalidParameters(f"this platform is {self.own.party}, not {call.routing.to}")
        theirs = [each.party for each in call.admitted.partner.roles if each.role == PTP]
        named = [party for party in theirs if call.routing.sender in (None, party)]
        if len(named) != 1:
            raise InvalidParameters(f"a payment terminal provider (role {PTP}) is expected to call this")
        return named[0]

    def partner(self, ptp: PartyId) -> Partner:
        """Raises UnknownReceiver, Unreachable."""
        partner = self._directory.speaker(ptp, PTP)
        if partner is None:
            raise UnknownReceiver(f"no partner speaks for {ptp} as {PTP}")
        if not partner.is_active:
            raise Unreachable(f"{ptp} is not connected")
        return partner
