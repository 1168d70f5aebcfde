"""How a part of a virtual partner wants to be treated: as the whole, but for what was said of the part."""

from collections.abc import Mapping
from dataclasses import replace

from ocpi.partners.model import Partner
from ocpi.wire.quirks import added, effective
from schemas.translation.context import Policy


def with_manners_of_the_whole(part: Partner, partners: Mapping[str, Partner]) -> Partner:
    whole = partners.get(part.part_of) if part.part_of else None
    if whole is None:
        return part
    quirks = added(part.quirks, whole.quirks)
    connection = part.connection
    if connection is not None:
        connection = replace(connection, quirks=effective(quirks, connection.version))
    translation = whole.translation if part.translation == Policy() else part.translation
    delivery = {**whole.delivery, **part.delivery}
    return replace(part, quirks=quirks, connection=connection, translation=translation, delivery=delivery)
