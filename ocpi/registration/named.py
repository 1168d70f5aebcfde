"""Partners as an operator names them: there, and in a state in which something can be done about them."""

from ocpi.partners.directory import Directory
from ocpi.partners.model import Connection, Partner, PartnerState


class UnknownPartner(Exception):
    """The operator named a partner that we do not have."""


class NotNow(Exception):
    """The partner is not in a state in which this can be done."""


def known(directory: Directory, name: str) -> Partner:
    """Raises UnknownPartner."""
    partner = directory.partner(name)
    if partner is None or partner.state is PartnerState.LEFT:
        raise UnknownPartner(f"there is no partner named {name!r}")
    return partner


def in_state(directory: Directory, name: str, state: PartnerState) -> Partner:
    """Raises UnknownPartner, NotNow."""
    partner = known(directory, name)
    if partner.state is not state:
        raise NotNow(f"the partner {name!r} is {partner.state}, not {state}")
    return partner


def active(directory: Directory, name: str) -> tuple[Partner, Connection]:
    """Raises UnknownPartner, NotNow."""
    partner = in_state(directory, name, PartnerState.REGISTERED)
    if partner.connection is None:
        raise NotNow(f"the partner {name!r} has no connection")
    return partner, partner.connection
