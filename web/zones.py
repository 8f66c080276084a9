"""Time zones that people choose from."""

from typing import Final
from zoneinfo import available_timezones

ZONES: Final = tuple(
    sorted(zone for zone in available_timezones() if "/" in zone and not zone.startswith(("Etc/", "posix/", "right/")))
)
"""As people find theirs: by continent and city; besides them there is UTC."""
