"""At least, at most, less, more: the bound that the words around an amount or a quantity set."""

from __future__ import annotations

import re
from typing import Literal

Compare = Literal["", "<", ">", "<=", ">="]

NOT = r"(?:tidak|tdk|gak|ga|gk|nggak|ngga|ndak|enggak|engga|ora|ra|mboten|belum|blm|durung|dereng)"
_SPAN = r"(?:sampai|sampe|smpe|smp|nyampe|nyampai|sampek|nyampek|nganti|ngantos|tekan|hingga)"
_CAN = r"(?:bi?sa|bs|is[oa]|sage[td]|dapa?e?t|dpt|oleh|angsal|pernah|tau|kadang(?:2|kadang)?|w[ie]s|sudah|sdh|udah)"
_REACHES = re.compile(rf"\b{_CAN} (?:[a-z]+ )?(?:{_SPAN}|tembus|mencapai)\s*(?:rp\.?\s*)?$")
"""What "bisa sampai 3 juta" reaches it does reach; "sampai 3 juta" alone is a bound."""
_BEFORE: tuple[tuple[Compare, str], ...] = (
    ("<=", rf"{NOT} (?:lebih|luwih)(?: (?:dari|dr|soko|teko))?|{NOT} melebihi"),
    (">=", rf"{NOT} kurang(?: (?:dari|dr|soko))?"),
    ("<", rf"{NOT} (?:{_CAN} )?{_SPAN}|{NOT} (?:{_CAN} )?(?:ada|onok|wonten|tembus|genap|nyentuh)"),
    ("<", r"(?:kurang|krg|kirang) (?:dari|dr|soko|saka|teko|saking)|(?:di|d)? ?(?:bawah|bwh)|ngisore|"
        r"(?:lebih )?(?:kecil|sedikit) dari|<"),
    (">", r"(?:lebih|lbh|luwih|langkung) (?:dari|dr|soko|saka|teko|saking)|(?:di|d)? ?atas|nduwure|(?:lebih "
        r")?besar dari|melebihi|>"),
    ("<=", rf"<=|maks(?:imal|imum)?|max|paling (?:banyak|bnyk|tinggi|besar|gede|akeh|mahal|banter|pol|mentok)|"
        rf"(?:{_SPAN}|s/d|"
        rf"sd) dengan|{_SPAN}|setinggi tingginya"),
    (">=", rf">=|min(?:imal|imum|im)?|paling (?:sedikit|dikit|rendah|kecil|{NOT}|sithik|sitik|setitik|cilik|murah|"
        r"minim)|sedikitnya|"
        r"setidaknya|mulai(?: dari| dr)?"),
)  # fmt: skip
_AFTER: tuple[tuple[Compare, str], ...] = (
    (">=", r"(?:ke ?atas|lebih keatas|minimal)"),
    ("<=", r"(?:ke ?bawah|maksimal|paling banyak)"),
)
_LEADING: tuple[tuple[Compare, re.Pattern[str]], ...] = tuple(
    (c, re.compile(rf"(?:^|[^a-z])(?:{p})\s*(?:rp\.?\s*)?$")) for c, p in _BEFORE
)
_TRAILING: tuple[tuple[Compare, re.Pattern[str]], ...] = tuple(
    (c, re.compile(rf"\s*(?:rupiah )?(?:{p})\b")) for c, p in _AFTER
)


def compared(before: str, after: str) -> Compare:
    """The bound that the words around an amount set, the more special one first."""
    reaches = _REACHES.search(before) is not None
    for compare, pattern in _LEADING:
        if pattern.search(before) and not (reaches and compare == "<="):
            return compare
    for compare, pattern in _TRAILING:
        if pattern.match(after):
            return compare
    return ""
