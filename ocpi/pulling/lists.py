"""Whose lists are fetched: of everybody with whom there is an agreement, as far as they are offered."""

from collections.abc import Collection, Sequence

from ocpi.errors import OcpiError, UnknownObject
from ocpi.partners.directory import Directory
from ocpi.wire.interfaces import Side, opposite
from schemas.kinds import PartyId


class Lists:
    """`party` is our own, in its `role`; of `modules` one may refer to those before it."""

    def __init__(self, *, party: PartyId, role: str, modules: Sequence[str], directory: Directory) -> None:
        self.party = party
        self._role = role
        self._modules = modules
        self._directory = directory

    def parties(self) -> list[PartyId]:
        """Everybody with an agreement that holds now."""
        return self._directory.counterparts(self.party, self._role)

    def modules_of(self, party: PartyId) -> list[str]:
        """Those that are agreed upon and that the party, or its hub, offers."""
        agreed = (each for each in self._modules if self._is_agreed(party, each))
        return [module for module in agreed if self._is_offered(party, module)]

    def check(self, party: PartyId, module: str) -> None:
        """Raises UnknownObject."""
        if not self._is_agreed(party, module):
            raise UnknownObject(f"{self.party} and {party} have no agreement on {module}")
        if not self._is_offered(party, module):
            raise UnknownObject(f"{party} offers no {module}")

    def platform(self, party: PartyId) -> str | None:
        """The name of the partner that is asked for the party; None: nobody can be."""
        try:
            return self._directory.route_to(party, opposite(self._role)).name
        except OcpiError:
            return None

    def behind(self, platforms: Collection[str]) -> list[PartyId]:
        return [each for each in self.parties() if self.platform(each) in platforms]

    def _is_agreed(self, party: PartyId, module: str) -> bool:
        return self._directory.agreed(self.party, self._role, party, module)

    def _is_offered(self, party: PartyId, module: str) -> bool:
        """Of a party that cannot be asked now nobody knows better."""
        try:
            partner = self._directory.route_to(party, opposite(self._role))
        except OcpiError:
            return True
        return self._directory.endpoint_of(partner, module, Side.SENDER) is not None
