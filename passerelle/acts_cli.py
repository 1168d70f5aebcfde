"""passerelle acts: what operators did at a service."""

from passerelle.options import At, Json
from passerelle.output import show
from passerelle.services import Service, admin_of

COLUMNS = ("at", "operator", "method", "path", "status")


def acts(service: At = Service.HUB, as_json: Json = False) -> None:
    """What operators changed, the newest first."""
    show(admin_of(service).get("/acts"), COLUMNS, as_json=as_json)
