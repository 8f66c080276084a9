"""One value for a field of a message, by what its schema and its name say: an everyday one, or an extreme one."""

import random
import string
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import available_timezones

import phonenumbers
import pycountry

Schema = Mapping[str, Any]

ZONES: Final = tuple(sorted(available_timezones()))
COUNTRIES: Final = tuple(country.alpha_2 for country in pycountry.countries)
REGIONS: Final = tuple(sorted(phonenumbers.SUPPORTED_REGIONS))
UNBOUNDED: Final = 2000
"""Entries of a list for which the schema names no end."""

WORDS: Final = ("あ", "é", "ß", "İ", "ﷺ", "👩‍👩‍👧", "\u0301", "ﬃ", "שלום ", "<b>|`*_", "%s{0}", "'--", "\\u0000", "x")
"""What a text may be made of to its greatest length."""

INVISIBLE: Final = ("\u3164", "\u200b", "\ufeff", "\u00a0", "\u2060", "\u180e")
DURATIONS: Final = ("P0D", "PT1S", "P1D", "PT1H", "P30D", "P365D", "P3660D", "P1W", "PT86400S", "P9DT23H59M59.999999S")
ODD_DURATIONS: Final = (72, "72", "P1M", "P1Y", "-P1D", "P1DT", 1e9, "3 days, 0:00:00", "72:00:00", -1, "P99999D")
MOMENTS: Final = (
    "2000-01-01T00:00:00Z",
    "2099-12-31T23:59:59.999999Z",
    "2099-12-30T00:00:00+14:00",
    "2026-12-29T09:00:00+09:00",
    "2027-12-31T23:59:59-12:00",
    "2028-02-29T12:00:00+05:45",
    "2030-10-27T01:30:00Z",
)
ODD_MOMENTS: Final = (
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "2026-06-01T10:00:00",
    0,
    1e12,
    "soon",
    "2026-13-01",
)
ODD_ZONES: Final = (
    "right/UTC",
    "posix/Asia/Tokyo",
    "localtime",
    "Factory",
    "../etc/passwd",
    "/etc/hosts",
    "asia/tokyo",
)
ODD_INTEGERS: Final = (10**9, -500, 0, -1, 2**63, -(2**63), 10**30, 1.5, "7", True)
YEAR_ENDS: Final = ("LK", "GW", "JP", "IL", "AE", "BD", "ET")
"""Countries whose holidays depend on the moon, or of whose next year a library may know nothing yet."""


class Values:
    """Values that carry a canary wherever there is room for one, each time the same ones from the same chance."""

    def __init__(self, chance: random.Random, canary: str, extreme: float = 0.0) -> None:
        """`extreme`: how often a value is as large, as small or as strange as it may be."""
        self.chance = chance
        self.canary = canary
        self.extreme = extreme
        self._named: Mapping[str, Callable[[Schema], Any]] = {
            **dict.fromkeys(("zone", "vendor_zone", "time_zone"), self.zone),
            **dict.fromkeys(("country", "vendor_country", "holidays_of"), self.country),
            **dict.fromkeys(("website", "password_url", "image"), self.web_address),
            **dict.fromkeys(("url", "site_url", "site", "taken_from"), self.site),
            **dict.fromkeys(("placed_at", "requested_at", "received_at"), self.past),
            "by": self.identifier,
            "language": self.language_tag,
        }
        self._formats: Mapping[str, Callable[[Schema], Any]] = {
            "email": self.email,
            "phone": self.phone,
            "duration": self.duration,
            "date-time": self.moment,
            "time": self.time,
        }

    def is_extreme(self) -> bool:
        """Shall the next value be one?"""
        return self.chance.random() < self.extreme

    def leaf(self, name: str, schema: Schema) -> Any:
        """A value that is no object and no list."""
        if "enum" in schema or "const" in schema:
            return self.chance.choice(schema.get("enum") or [schema["const"]])
        match schema.get("type"):
            case "boolean":
                return self.chance.random() < 0.5
            case "integer" | "number":
                return self.number(schema)
            case "string":
                made = self._named.get(name) or self._formats.get(schema.get("format", "")) or self.text
                return made(schema)
        return None

    def number(self, schema: Schema) -> int:
        """Within its bounds, if it has any."""
        low: int = schema.get("minimum", int(schema.get("exclusiveMinimum", -1)) + 1)
        high = schema.get("maximum")
        if not self.is_extreme():
            return self.chance.randint(low, min(high if high is not None else 12, low + 12))
        bounds: list[int] = [low, high] if high is not None else [10**9, -500, 0, 2**31, 12]
        return self.chance.choice(bounds)

    def text(self, schema: Schema) -> str:
        """An identifier where a pattern wants one, else words."""
        if "pattern" in schema:
            return self.identifier(schema)
        return self.words(schema.get("maxLength", 200))

    def identifier(self, _schema: Schema) -> str:
        """An id; at its longest 64 characters."""
        if self.is_extreme():
            return (f"id-{self.canary}" + "".join(self.chance.choices(string.ascii_letters + "0123456789._-", k=64)))[
                :64
            ]
        return f"id-{self.canary}"

    def words(self, longest: int) -> str:
        """Text up to its greatest length; several lines where long texts are allowed, as people write them."""
        room = max(0, longest - len(self.canary) - 1)
        if not self.is_extreme():
            return f"Kana {self.canary}"[:longest]
        line = (self.chance.choice(WORDS) * longest)[:room]
        if longest > 200 and self.chance.random() < 0.5:
            line = "\n".join(line[at : at + 99] for at in range(0, room, 100))[:room]
        return self.chance.choice(
            (f"{self.canary} {line}", f"{line}{self.canary}", self.chance.choice("xあ9"), self.canary)
        )

    def zone(self, _schema: Schema) -> str:
        """Any of them."""
        return self.chance.choice(ZONES) if self.is_extreme() else "Asia/Tokyo"

    def country(self, _schema: Schema) -> str:
        """Any of them."""
        return self.chance.choice((*COUNTRIES, *YEAR_ENDS * 10)) if self.is_extreme() else "JP"

    def language_tag(self, _schema: Schema) -> str:
        """Of a site."""
        return self.chance.choice(("pt-BR", "zh-Hant-TW", "fil", "JA") if self.is_extreme() else ("fr", "ko"))

    def email(self, _schema: Schema) -> str:
        """Also of other scripts' domains, and as long as may be."""
        if not self.is_extreme():
            return f"{self.canary}@customer.example.com"
        long = ".".join(["d" * 60] * 3)
        hosts = (
            "straße.example.de",
            "xn--strae-oqa.example.de",
            "例え.example.jp",
            f"{long}.example.com",
            "a.example.com",
        )
        local = self.chance.choice((self.canary, f"{self.canary}+tag", f"o'{self.canary}", (self.canary * 9)[:64]))
        return f"{local}@{self.chance.choice(hosts)}"

    def phone(self, _schema: Schema) -> str:
        """Of every country, as people write them."""
        region = self.chance.choice(REGIONS) if self.is_extreme() else "JP"
        example = phonenumbers.example_number(region)
        if example is None:
            return "+81355500101"
        form = self.chance.choice((phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
        return phonenumbers.format_number(example, form)

    def web_address(self, schema: Schema) -> str:
        """Also of other scripts, and as long as may be."""
        plain = f"https://a.example.com/{self.canary}"
        if not self.is_extreme():
            return plain
        room = schema.get("maxLength", 500) - len(plain) - 1
        path = self.chance.choice(("あ" * 150, "あ" * room, "x" * room, "%E3%81%82" * (room // 9), "?q= é&" * 9))
        return self.chance.choice((f"{plain}/{path}"[: schema.get("maxLength", 500)], f"http://例え.jp/{self.canary}"))

    def site(self, schema: Schema) -> str:
        """A site's host name."""
        host = f"{self.canary}{self.chance.randrange(10**6)}.webex.example"
        if not self.is_extreme():
            return host
        longest = schema.get("maxLength", 120)
        return self.chance.choice((f"https://{host}/", host.upper(), f"{'a' * (longest - len(host) - 1)}.{host}"))

    def duration(self, _schema: Schema) -> str:
        """ISO 8601."""
        return self.chance.choice(DURATIONS) if self.is_extreme() else f"P{self.chance.randint(1, 60)}D"

    def moment(self, _schema: Schema) -> str:
        """Some weeks ahead, or anywhere in the century."""
        if self.is_extreme():
            return self.chance.choice(MOMENTS)
        return (datetime.now(UTC) + timedelta(days=self.chance.randint(10, 50))).isoformat()

    def past(self, schema: Schema) -> str:
        """Some days ago, or anywhere in the century."""
        if self.is_extreme():
            return self.moment(schema)
        return (datetime.now(UTC) - timedelta(days=self.chance.randint(0, 9))).isoformat()

    def time(self, _schema: Schema) -> str:
        """What the clock on the wall shows."""
        return self.chance.choice(("00:00", "23:59:59.999999", "02:30")) if self.is_extreme() else "09:00"
