"""The copy of a form: each field under a label in the reader's language, what was entered in words. ORD-16, ORD-30."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from babel import Locale
from babel.dates import get_timezone_name
from babel.numbers import format_decimal

from adapters.mail.labels import LABELS
from adapters.mail.reader import Reader
from domain.names import name_of
from domain.order.forms import GraduationForm, ProvisioningForm, SitePlan
from domain.values import Model, Person

_PRIMARY: Final = 1
_MONTHS: Final = 12


class FormLine(Model):
    """One line of the copy."""

    label: str
    value: str


def form_lines(form: ProvisioningForm | GraduationForm | None, reader: Reader) -> tuple[FormLine, ...]:
    """The fields in the form's order, each on a line of its own; none without a form."""
    return () if form is None else tuple(_Copy(reader).lines(form))


class _Copy:
    """Of a form, for one reader."""

    def __init__(self, reader: Reader) -> None:
        self._language = reader.language.value
        self._locale = Locale.parse(self._language)
        self._said_by_field: Mapping[str, Callable[[Any], str]] = {
            "country": self._country,
            "time_zone": self._zone,
            "term_years": self._term,
            "phone": self._phone,
            "admin_phone": self._phone,
        }

    def lines(self, form: Model) -> Iterator[FormLine]:
        for field in type(form).model_fields:
            value = getattr(form, field)
            if field == "sites":
                yield from self._sites(value)
            else:
                yield FormLine(label=self._label(form, field), value=self._said(field, value))

    def _sites(self, sites: tuple[SitePlan, ...]) -> Iterator[FormLine]:
        for number, site in enumerate(sites, _PRIMARY):
            url = "primary_url" if number == _PRIMARY else "url"
            for field, value in ((url, site.url), ("named_users", self._number(site.named_users))):
                yield FormLine(label=self._label(site, field).format(number=number), value=value)

    def _label(self, model: Model, field: str) -> str:
        return LABELS[type(model).__name__][field][self._language]

    def _word(self, word: str) -> str:
        return LABELS["words"][word][self._language]

    def _said(self, field: str, value: Any) -> str:
        match value:
            case None | ():
                return self._word("nothing")
            case bool():
                return self._word("yes" if value else "no")
            case tuple():
                return "\n".join(value)
            case Person():
                return "\n".join(self._person(value))
        said = self._said_by_field.get(field)
        if said is not None:
            return said(value)
        return self._number(value) if isinstance(value, int) else str(value)

    def _person(self, person: Person) -> Iterator[str]:
        yield name_of(person)
        yield person.email
        if person.phone is not None:
            yield self._phone(person.phone)
        yield str(self._locale.languages[person.language.value])
        yield self._zone(person.zone)

    def _number(self, number: float) -> str:
        return format_decimal(number, locale=self._locale)

    def _country(self, code: str) -> str:
        return str(self._locale.territories.get(code, code))

    def _zone(self, zone: str) -> str:
        return f"{get_timezone_name(zone, locale=self._locale)} ({zone})"

    def _term(self, years: float) -> str:
        """24 months: a term of one year and a half has words, too."""
        months = round(years * _MONTHS, 1)
        return self._word("month" if months == 1 else "months").format(months=self._number(months))

    def _phone(self, number: str) -> str:
        base, _, extension = number.partition(";ext=")
        return f"{base} {self._word('extension')} {extension}" if extension else base
