"""passerelle presence: who can be reached through a running hub."""

from passerelle.options import Json
from passerelle.output import show
from passerelle.services import Service, admin_of

COLUMNS = ("partner", "status", "roles", "heard_at", "away_since", "trouble")


def presence(as_json: Json = False) -> None:
    """Every platform of the hub: whether it is there, when it was heard, and what is wrong if it is away."""
    show(admin_of(Service.HUB).get("/presence"), COLUMNS, as_json=as_json)
