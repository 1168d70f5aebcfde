"""Who the hub says that it is where it poses as a remote party: that party, but at addresses of ours.

Spec: 2.1.1 credentials, Credentials object.
"""

from ocpi.partners.directory import Directory
from ocpi.partners.model import PartyRole
from ocpi.partners.virtual import Pose
from ocpi.registration.identity import Identity
from ocpi.server.app import Platform
from ocpi.wire.interfaces import end_of


class Posing:
    def __init__(self, platform: Platform, directory: Directory) -> None:
        self._platform = platform
        self._directory = directory

    def identity(self, pose: Pose) -> Identity:
        role = PartyRole(pose.role, pose.party, self._name(pose))
        return Identity(self._platform.versions_url_as(pose), role)

    def _name(self, pose: Pose) -> str:
        """As its own platform tells it, or the hub that it is behind."""
        names = (
            role.name
            for partner in self._directory.active_partners()
            for role in partner.roles
            if role.party == pose.party and end_of(role.role) == pose.role and role.name
        )
        return next(names, str(pose.party))
