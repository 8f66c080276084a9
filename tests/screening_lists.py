"""Lists of restricted parties for tests, row by row. Invented companies and people."""

from typing import Final

CSL: Final = "_id,source,type,name,addresses,start_date,end_date,alt_names,citizenships,nationalities"
DPL: Final = "Name\tStreet_Address\tCity\tState\tCountry\tPostal_Code\tEffective_Date\tExpiration_Date\tFR_Citation"

ENTITY_LIST: Final = "Entity List (EL)"


def a_party(id_: str = "1", name: str = "Zorbelin Marine", **changes: str) -> str:
    """A row of the Consolidated Screening List."""
    said = {"_id": id_, "source": ENTITY_LIST, "type": "Entity", "name": name} | changes
    return ",".join(said.get(column, "") for column in CSL.split(","))


def a_person(name: str = "IVO TARN", **changes: str) -> str:
    """A row of the Denied Persons List."""
    said = {"Name": name, "Street_Address": "1 ROAD", "City": "PORT", "Country": "US"}
    said |= {"Effective_Date": "06/19/2019", "FR_Citation": "84 F.R. 1"} | changes
    return "\t".join(said.get(column, "") for column in DPL.split("\t"))
