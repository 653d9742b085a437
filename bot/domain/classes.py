"""The legal class of a business by PP 7/2021 Pasal 35, from the bands an owner gives instead of exact figures.

The limits are the dated rule ``class.thresholds``. The class says nothing about how ready a business is to grow.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

MILLION = 1_000_000
UNKNOWN = "unknown"
"""The code of "Belum tahu" in both lists of bands."""


@dataclass(frozen=True, slots=True)
class Band:
    """One choice of a list, over the one before and up to `most` rupiah (None: no end); `counted` is what the class
    is reckoned from."""

    code: str
    most: int | None
    counted: int | None


SALES = (
    Band("lt5", 5 * MILLION - 1, 60 * MILLION),
    Band("5-25", 25 * MILLION, 300 * MILLION),
    Band("25-50", 50 * MILLION, 600 * MILLION),
    Band("50-165", 165 * MILLION, 2_000 * MILLION),
    Band("165-1250", 1_250 * MILLION, 15_000 * MILLION),
    Band("gt1250", None, None),
)
"""Profile question P2 of the naik-kelas instrument: sales in a month; counted in a year, as the instrument rounds it
("165 juta" is about two milliards a year, the limit of the law)."""

CAPITAL = tuple(
    Band(code, most and most * MILLION, most and most * MILLION)
    for code, most in (("lt50", 50), ("50-500", 500), ("500-1000", 1_000), ("1000-5000", 5_000), ("gt5000", None))
)
"""Profile question P3: capital without land and buildings."""

By = Literal["sales", "capital"]
Limits = Mapping[str, Sequence[tuple[str, int]]]
"""The value of the rule: by `By` the classes with their highest amount, smallest first."""


@dataclass(frozen=True, slots=True)
class Class:
    """A class ("mikro", "kecil", "menengah", "besar"), by what it was found; `more`: or any class above it."""

    name: str
    by: By
    more: bool = False


def class_of(sales: str | None, capital: str | None, limits: Limits) -> Class | None:
    """The class of a running business: by its sales, by its capital where the sales aren't known.

    `sales` and `capital` are codes of the bands. None when it can't be told: neither is known, or the band has a limit
    of the law inside it.
    """
    given: tuple[tuple[By, str | None, Sequence[Band]], ...] = (("sales", sales, SALES), ("capital", capital, CAPITAL))
    for by, code, bands in given:
        low = 0
        for band in bands:
            if band.code == code:
                return _between(by, low, band.counted, limits[by])
            low = band.counted or low
    return None


def _between(by: By, low: int, high: int | None, limits: Sequence[tuple[str, int]]) -> Class | None:
    """The class of an amount over `low` and up to `high`."""
    for name, most in limits:
        if low < most:
            return Class(name, by, more=True) if high is None else Class(name, by) if high <= most else None
    return Class("besar", by)
