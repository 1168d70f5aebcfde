"""An inventory that is right, as TOML and as CSV."""

TOML = """\
[[sites]]
id = "GARE"
name = "Gare centrale"
address = "1 place de la Gare"
city = "Luxembourg"
postal_code = "1616"
country = "LUX"
latitude = "49.60031"
longitude = "6.13341"
time_zone = "Europe/Luxembourg"

[[sites.stations]]
identity = "CP-1"
key = "0123456789abcdef0123456789abcdef01234567"

[[sites.stations.evses]]
number = 1
evse_id = "LU*PAS*E0001"
connectors = [
  { standard = "IEC_62196_T2", format = "SOCKET", power_type = "AC_3_PHASE", max_voltage = 230, \
max_amperage = 32, tariff_ids = ["DAY"] },
]

[[sites.stations.evses]]
number = 2
uid = "second"
connectors = [
  { standard = "IEC_62196_T2", format = "CABLE", power_type = "AC_3_PHASE", max_voltage = 230, \
max_amperage = 32 },
]

[[sites.stations]]
identity = "CP-2"
in_service = false
evses = [{ number = 1, connectors = [
  { standard = "IEC_62196_T2_COMBO", format = "CABLE", power_type = "DC", max_voltage = 920, \
max_amperage = 250, max_electric_power = 150000, tariff_ids = ["DC", "NIGHT"] },
] }]
"""

CSV = """\
site_id,site_name,address,city,postal_code,country,latitude,longitude,time_zone,station,key,in_service,evse,evse_uid,\
evse_id,connector,standard,format,power_type,max_voltage,max_amperage,max_electric_power,tariff_ids
GARE,Gare centrale,1 place de la Gare,Luxembourg,1616,LUX,49.60031,6.13341,Europe/Luxembourg,\
CP-1,0123456789abcdef0123456789abcdef01234567,,1,,LU*PAS*E0001,1,IEC_62196_T2,SOCKET,AC_3_PHASE,230,32,,DAY
GARE,,,,,,,,,CP-1,,,2,second,,1,IEC_62196_T2,CABLE,AC_3_PHASE,230,32,,
GARE,,,,,,,,,CP-2,,false,1,,,1,IEC_62196_T2_COMBO,CABLE,DC,920,250,150000,DC NIGHT
"""
