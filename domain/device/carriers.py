"""How a device goes back, by country. TRL-91 to TRL-93, AMB-16."""

from typing import Final

from domain.values import Model


class ReturnWay(Model):
    """Whom the customer calls, and whether there is a label in the box."""

    carrier: str
    label_in_box: bool
    new_label_possible: bool
    """When label and packaging are lost. TRL-92."""


_UPS: Final = ReturnWay(carrier="UPS", label_in_box=True, new_label_possible=True)
_DHL: Final = ReturnWay(carrier="DHL", label_in_box=False, new_label_possible=False)
_EXPEDITORS: Final = ReturnWay(carrier="Expeditors", label_in_box=False, new_label_possible=False)
FALLBACK: Final = ReturnWay(carrier="the trials team", label_in_box=False, new_label_possible=False)
"""Countries the rules don't name, unless the policy knows a carrier: ask the trials team. AMB-16."""

_EMEAR: Final = frozenset({"EURO", "EMEA"})


def return_way(country: str, region: str | None, elsewhere: str = FALLBACK.carrier) -> ReturnWay:
    """US: UPS with a label; Canada and EMEAR: DHL; Australia: Expeditors; else `elsewhere`. TRL-91, TRL-93, AMB-16."""
    if country == "US":
        return _UPS
    if country == "AU":
        return _EXPEDITORS
    if country == "CA" or region in _EMEAR:
        return _DHL
    return FALLBACK.model_copy(update={"carrier": elsewhere})
