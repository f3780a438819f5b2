"""Which days are public holidays of a country?"""

import warnings
from datetime import date
from functools import lru_cache

import holidays


@lru_cache(maxsize=1024)
def public_holidays(country: str, year: int) -> frozenset[date] | None:
    """Return the public holidays of a whole country (ISO 3166, two letters) in a year, or None where none are known.

    Those of its regions are not among them: of people only the country is known.
    """
    if country not in _countries():
        return None
    with warnings.catch_warnings():
        # Of some years it knows fixed days alone, and says so: they are better than none.
        warnings.simplefilter("ignore", UserWarning)
        return frozenset(holidays.country_holidays(country, years=year))


@lru_cache(maxsize=1)
def _countries() -> frozenset[str]:
    return frozenset(holidays.list_supported_countries())
