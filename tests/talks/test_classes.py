"""The class by PP 7/2021, from bands: by sales, else by capital, else not at all."""

from __future__ import annotations

import json

import pytest

from bot.domain.classes import CAPITAL, SALES, UNKNOWN, Class, class_of
from bot.domain.dated import SHIPPED
from handlers.business import CAPITAL_NAMES, SALES_NAMES

LIMITS = next(r["value"] for r in json.loads(SHIPPED.read_text(encoding="utf-8")) if r["name"] == "class.thresholds")


@pytest.mark.parametrize(
    ("sales", "name", "more"),
    [
        ("lt5", "mikro", False),
        ("5-25", "mikro", False),
        ("25-50", "mikro", False),
        ("50-165", "mikro", False),
        ("165-1250", "kecil", False),
        ("gt1250", "menengah", True),
    ],
)
@pytest.mark.parametrize("capital", [None, UNKNOWN, "lt50", "gt5000"])
def test_by_sales_whatever_the_capital(sales: str, name: str, more: bool, capital: str | None):
    assert class_of(sales, capital, LIMITS) == Class(name, "sales", more)


@pytest.mark.parametrize(
    ("capital", "name", "more"),
    [
        ("lt50", "mikro", False),
        ("50-500", "mikro", False),
        ("500-1000", "mikro", False),
        ("1000-5000", "kecil", False),
        ("gt5000", "menengah", True),
    ],
)
@pytest.mark.parametrize("sales", [None, UNKNOWN])
def test_by_capital_where_sales_are_not_known(sales: str | None, capital: str, name: str, more: bool):
    assert class_of(sales, capital, LIMITS) == Class(name, "capital", more)


@pytest.mark.parametrize("sales", [None, UNKNOWN])
@pytest.mark.parametrize("capital", [None, UNKNOWN])
def test_nothing_known_nothing_told(sales: str | None, capital: str | None):
    assert class_of(sales, capital, LIMITS) is None


def test_other_limits_in_force_give_another_class_and_none_where_they_cut_a_band():
    limits = {"sales": [("mikro", 300_000_000), ("kecil", 2_500_000_000)], "capital": LIMITS["capital"]}
    assert class_of("5-25", None, limits) == Class("mikro", "sales")
    assert class_of("25-50", None, limits) == Class("kecil", "sales")
    assert class_of("165-1250", "lt50", limits) is None, "2 to 15 milliards: on both sides of 2.5"
    assert class_of("gt1250", None, limits) == Class("besar", "sales")


def test_every_band_has_its_words():
    assert [band.code for band in SALES] + [UNKNOWN] == [code for code, _ in SALES_NAMES]
    assert [band.code for band in CAPITAL] + [UNKNOWN] == [code for code, _ in CAPITAL_NAMES]
