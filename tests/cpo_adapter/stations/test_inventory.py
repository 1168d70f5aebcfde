"""An inventory is read from TOML or CSV alike, and every mistake in it is told where it stands."""

from pathlib import Path

import pytest

from cpo_adapter.ocpp.subprotocol import Provisioned
from cpo_adapter.stations.inventory import AuthoredInventory, read_inventory
from cpo_adapter.stations.model import Inventory
from cpo_adapter.stations.versions import VersionBook
from ocpi.authored.flaws import BrokenFile
from schemas.v2_3_0.enums import Capability, ConnectorFormat, ConnectorType, PowerType
from tests.cpo_adapter.stations.authored_files import CSV, TOML


def read(folder: Path, text: str, name: str = "stations.toml") -> AuthoredInventory:
    path = folder / name
    path.write_text(text, "utf-8")
    return read_inventory(path)


def flaws(folder: Path, text: str, name: str = "stations.toml") -> list[str]:
    with pytest.raises(BrokenFile) as caught:
        read(folder, text, name)
    return [line.removeprefix(f"{folder / name}:") for line in str(caught.value).split("\n")]


def test_sites_stations_evses_and_connectors_are_read(tmp_path: Path) -> None:
    (site,) = read(tmp_path, TOML).sites

    assert (site.id, site.country, site.time_zone, site.publish) == ("GARE", "LUX", "Europe/Luxembourg", True)
    assert [station.identity for station in site.stations] == ["CP-1", "CP-2"]
    (connector,) = site.stations[1].evses[0].connectors
    assert connector.standard is ConnectorType.IEC_62196_T2_COMBO
    assert (connector.format, connector.power_type) == (ConnectorFormat.CABLE, PowerType.DC)
    assert (connector.max_voltage, connector.max_amperage, connector.max_electric_power) == (
        920,
        250,
        150_000,
    )
    assert connector.tariff_ids == ("DC", "NIGHT")


def test_csv_says_the_same_as_toml(tmp_path: Path) -> None:
    assert read(tmp_path, CSV, "stations.csv") == read(tmp_path, TOML)


def test_csv_of_spreadsheets_has_semicolons_and_a_byte_order_mark(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeff" + CSV.replace(",", ";"), "stations.csv") == read(tmp_path, TOML)


def test_an_evse_without_a_uid_is_named_after_its_station_and_number(tmp_path: Path) -> None:
    (site,) = read(tmp_path, TOML).sites

    assert [evse.uid for evse in site.evses()] == ["CP-1-1", "second", "CP-2-1"]


def test_what_an_evse_can_do_is_written_down_where_it_is_more_than_usual(tmp_path: Path) -> None:
    """Partners are told nothing else, and may ask for nothing else."""
    told = TOML.replace("number = 2", 'number = 2\ncapabilities = ["UNLOCK_CAPABLE", "RESERVABLE"]')
    head, first, second, third = CSV.splitlines()
    rows = (f"{head},capabilities", f"{first},", f"{second},UNLOCK_CAPABLE RESERVABLE", f"{third},")
    inventory = read(tmp_path, told)

    usual, reservable, _ = (evse.capabilities for evse in inventory.sites[0].evses())
    assert usual == (Capability.RFID_READER, Capability.REMOTE_START_STOP_CAPABLE)
    assert reservable == (Capability.UNLOCK_CAPABLE, Capability.RESERVABLE)
    assert read(tmp_path, "\n".join(rows), "stations.csv") == inventory


def test_a_version_is_pinned_and_another_assumed_for_a_station(tmp_path: Path) -> None:
    """B-1, B-2; and how long it is waited for (B-32)."""
    more = 'identity = "CP-2"\nocpp = "2.0.1"\nassumed_ocpp = "1.6"\nanswers_within_s = 60'
    told = TOML.replace('identity = "CP-2"', more)
    head, first, second, third = CSV.splitlines()
    columns = f"{head},ocpp,assumed_ocpp,answers_within_s"
    rows = (columns, f"{first},,,", f"{second},,,", f"{third},2.0.1,1.6,60")
    inventory = read(tmp_path, told)
    book = VersionBook(Inventory(inventory.sites))

    assert book.provisioned("CP-2") == Provisioned("ocpp2.0.1", "ocpp1.6", 60)
    assert book.provisioned("CP-1") == book.provisioned("NOBODY") == Provisioned()
    assert read(tmp_path, "\n".join(rows), "stations.csv") == inventory


def test_keys_are_taken_out_of_the_inventory(tmp_path: Path) -> None:
    authored = read(tmp_path, TOML)

    assert authored.keys == {"CP-1": bytes.fromhex("0123456789abcdef0123456789abcdef01234567")}
    assert "0123456789" not in repr(authored)


def test_stations_are_found_by_what_messages_name(tmp_path: Path) -> None:
    inventory = Inventory(read(tmp_path, TOML).sites)

    spot = inventory.spot("CP-1", 2)
    assert spot is not None
    assert (spot.site.id, spot.evse.uid) == ("GARE", "second")
    assert inventory.spot("CP-1", 3) is None
    assert inventory.spot("CP-9", 1) is None
    assert inventory.site("gare") is inventory.sites[0]


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ('country = "LUX"', 'country = "LU"', "7:1: country: String should match pattern"),
        ('city = "Luxembourg"\n', "", "1:1: city: is missing"),
        (
            "max_voltage = 230, max_amperage = 32, t",
            "max_voltage = 230, max_amperage = 0, t",
            "20:97: max_amperage: ",
        ),
        ('"IEC_62196_T2", format = "SOCKET"', '"TYPE_2", format = "SOCKET"', "20:5: standard: "),
        ("number = 2", 'number = "two"', "24:1: number: "),
        ("number = 2", 'number = 2\ncapabilities = ["FLYING"]', "25:17: 0: Value error, is no capability"),
        ("number = 2", "number = 1", "24:1: number: 1 is there already"),
        ('uid = "second"', 'uid = "cp-1-1"', "25:1: uid: cp-1-1 is there already"),
        ('identity = "CP-2"', 'identity = "CP-1"', "31:1: identity: CP-1 is there already"),
        ('time_zone = "Europe/Luxembourg"', 'time_zone = "Europe/Esch"', "10:1: time_zone: "),
        ('evse_id = "LU*PAS*E0001"', 'evse_id = "0001"', "18:1: evse_id: String should match pattern"),
        ('name = "Gare centrale"', 'nome = "Gare centrale"', "3:1: nome: is not known here"),
        (
            'key = "0123456789abcdef0123456789abcdef01234567"',
            'key = "abc"',
            "14:1: key: a key has at least 16 bytes",
        ),
        ("in_service = false", "in_service = 7", "32:1: in_service: "),
        ("in_service = false", 'ocpp = "1.5"', "32:1: ocpp: Input should be '1.6', '2.0.1' or '2.1'"),
        ("[[sites]]\n", "[[places]]\n", "1:1: places: is not known here"),
    ],
)
def test_a_mistake_in_toml_is_told_with_line_and_column(
    tmp_path: Path, right: str, wrong: str, told: str
) -> None:
    assert right in TOML

    assert flaws(tmp_path, TOML.replace(right, wrong, 1))[0].startswith(told)


@pytest.mark.parametrize(
    ("right", "wrong", "told"),
    [
        ("AC_3_PHASE,230,32,,\n", "AC_3_PHASE,230,none,,\n", "3:67: max_amperage: "),
        ("GARE,,,,,,,,,CP-2", "GARE,,,Esch,,,,,,CP-2", "4:8: city: contradicts an earlier row"),
        (",DC NIGHT\n", ",DC NIGHT,,more\n", "4:1: 25 fields for 23 columns"),
        ("postal_code", "zip", "2:50: zip: is not known here"),
        ("GARE,Gare centrale", 'GARE,"Gare', "4:1: unexpected end of data"),
    ],
)
def test_a_mistake_in_csv_is_told_with_line_and_column(
    tmp_path: Path, right: str, wrong: str, told: str
) -> None:
    assert right in CSV

    assert flaws(tmp_path, CSV.replace(right, wrong, 1), "stations.csv")[0].startswith(told)


def test_a_field_after_a_quoted_line_break_is_found(tmp_path: Path) -> None:
    text = CSV.replace("Gare centrale", '"Gare\ncentrale"', 1).replace(",49.60031,", ",north,", 1)

    (flaw,) = flaws(tmp_path, text, "stations.csv")
    assert flaw.startswith("3:50: latitude: ")


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = TOML.replace('"LUX"', '"LU"').replace("number = 2", "number = 0").replace("key = ", "kay = ")

    assert [flaw.split(":")[0] for flaw in flaws(tmp_path, text)] == ["7", "14", "24"]


@pytest.mark.parametrize(
    "text", ["", "sites = 5", "sites = [5]", "[[sites]]\nstations = 5", "[[sites]]\nstations = [5]"]
)
def test_a_file_of_another_shape_is_empty_or_told(tmp_path: Path, text: str) -> None:
    if text:
        assert all(flaw.startswith(("1:", "2:")) for flaw in flaws(tmp_path, text))
    else:
        assert read(tmp_path, text).sites == ()


HOURS = """opening_times = { twentyfourseven = false, regular_hours = [
  { weekday = 6, period_begin = "09:00", period_end = "12:30" } ] }
"""


def test_opening_hours_and_who_may_see_a_site_are_written_down(tmp_path: Path) -> None:
    private = 'publish = false\npublish_allowed_to = [{ group_id = "STAFF" }]\n'
    (site,) = read(
        tmp_path, TOML.replace("[[sites.stations]]", HOURS + private + "\n[[sites.stations]]", 1)
    ).sites
    assert site.opening_times is not None
    assert [str(each.period_begin) for each in site.opening_times.regular_hours] == ["09:00"]
    assert [each.group_id for each in site.publish_allowed_to] == ["STAFF"]


@pytest.mark.parametrize(
    ("written", "complaint"),
    [
        (HOURS.replace("weekday = 6", "weekday = 9"), ":13:5: weekday: must be 1"),
        (HOURS.replace("weekday", "week_day"), "weekday: is missing"),
        (
            HOURS.replace("twentyfourseven = false,", "twentyfourseven = false, bank_holidays = true,"),
            "bank_holidays",
        ),
        ('publish_allowed_to = [{ group_id = "STAFF" }]\n', "is only for Locations with publish=false"),
    ],
)
def test_what_partners_would_find_wrong_is_told_to_the_author(
    tmp_path: Path, written: str, complaint: str
) -> None:
    with pytest.raises(BrokenFile) as broken:
        read(tmp_path, TOML.replace("[[sites.stations]]", written + "\n[[sites.stations]]", 1))
    assert complaint in str(broken.value)


def test_opening_hours_are_one_cell_of_csv(tmp_path: Path) -> None:
    header, *rows = CSV.splitlines()
    cells = ("1-5=08:00-20:00 6=09:00-12:30", "", "")
    with_hours = [f"{row},{cell}" for row, cell in zip(rows, cells, strict=True)]
    text = "\n".join([header + ",opening_times", *with_hours])
    (site,) = read(tmp_path, text, "stations.csv").sites
    assert site.opening_times is not None
    assert [each.weekday for each in site.opening_times.regular_hours] == [1, 2, 3, 4, 5, 6]
    with pytest.raises(BrokenFile, match="opening_times"):
        read(tmp_path, text.replace("1-5=08:00-20:00", "weekdays"), "stations.csv")
