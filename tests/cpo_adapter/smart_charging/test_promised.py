"""What the inventory promises and the tariffs do not let us keep."""

from datetime import UTC, datetime
from pathlib import Path

from cpo_adapter.smart_charging.promised import kept
from cpo_adapter.stations.inventory import read_inventory
from cpo_adapter.tariffs.authored import read_offers
from cpo_adapter.tariffs.book import TariffBook
from schemas.v2_3_0.enums import Capability
from tests.cpo_adapter.commands.ordering import written
from tests.platforms import CPO

STAMP = datetime(2026, 1, 1, tzinfo=UTC)


def test_without_a_tariff_to_prefer_nothing_is_promised(tmp_path: Path) -> None:
    sites = read_inventory(written(tmp_path)["inventory"]).sites
    (regular,) = (
        each for each in read_offers(tmp_path / "tariffs.toml", CPO, STAMP) if each.tariff.id == "AC"
    )

    shown = [evse.capabilities for site in kept(sites, TariffBook([regular])) for evse in site.evses()]
    assert all(Capability.CHARGING_PREFERENCES_CAPABLE not in capabilities for capabilities in shown)
    assert Capability.RESERVABLE in shown[0]
