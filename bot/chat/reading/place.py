"""The kelurahan of an address: "ds purwantoro rt3", "oro2 dowo", "jl mawar 7 kel kasin kec klojen".

Names are compared without blanks and forgive slips. A kecamatan that is also a kelurahan is asked back; so is a town
that is both a kota and a kabupaten. The places come as data: `reader` builds a reader from them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.chat.reading.outcome import Invalid, Reading, Unsure
from bot.chat.reading.words import PADDING, clean, listed, table
from bot.chat.text import Text, t

Kind = Literal["kelurahan", "desa", "kecamatan", "kota", "kabupaten", "provinsi"]


@dataclass(frozen=True, slots=True)
class Place:
    """A region by its Kemendagri code (``35.73.01.1007``); `name` is without its kind, `parent` the code above it."""

    code: str
    name: str
    kind: Kind
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """Where something is: a place, RT and RW as three digits when they were given, and a local name we know."""

    place: Place
    rt: str = ""
    rw: str = ""
    local: str = ""


NO_PLACE = t("Which kelurahan is it in? The name alone is enough.")

PlaceReader = Callable[[str, Reading], "Site | Invalid | Unsure[Site]"]

_LEVEL = table(
    {
        "kel": "kelurahan kel kl klurahan kelurahannya keluran kalurahan ds desa dsa kelrahan klh",
        "kec": "kecamatan kec kcmtn kecmatan kc kecamatannya kcamatan",
        "kab": "kabupaten kab kbupaten kabupten",
        "kota": "kota kodya kotamadya kotamadia kta",
    }
)
_STREET = listed(
    "jl jln jalan jalanan jln gg gang perum perumahan perumhan komplek kompleks blok ruko dusun dsn dukuh taman"
)
_NEAR = listed(
    "dekat deket sebelah depan belakang samping seberang utara selatan timur barat dkt cedak "
    "cedek ngarepe mburine sandinge arah pasar stasiun terminal masjid simpang perempatan"
)
_FILL = PADDING | listed(
    """
        usaha usahanya usahane tempat tempatnya lokasi lokasinya alamat alamatnya rumah omah griya daerah
        dekat tinggal dalem warung toko kios dapur produksi produksinya jualan wilayah area kawasan ing ning
        nang neng wonten teng asal omahku sini sekitar jawa timur jatim indonesia rt rw no nomor kel kec masuk
        ikut sebetulnya tepatnya berada ada saking kampung kp punya gon nggon gone papan panggonan jateng
        jabar provinsi prov
        """
)
_SHORT_NAMES = {
    "mlg": "malang", "sby": "surabaya", "sbya": "surabaya", "suroboyo": "surabaya", "sdj": "sidoarjo", "kdr": "kediri",
    "jkt": "jakarta", "bdg": "bandung", "jogja": "yogyakarta", "jogjakarta": "yogyakarta", "bwi": "banyuwangi",
    "mjk": "mojokerto", "blt": "blitar", "jbg": "jombang", "gsk": "gresik",
}  # fmt: skip
"""What people write for towns around, beside leaving out vowels."""
_WORDS_GUESSED = 25
"""In a longer message only exact names count: it is no address, and guessing costs time."""
_RTRW = (
    re.compile(r"\br\.?t\.? ?/ ?r\.?w\.?\s*[:.]?\s*0*(?P<rt>[0-9]{1,3})\s*[/\- ]\s*0*(?P<rw>[0-9]{1,3})\b"),
    re.compile(r"\br\.?t\.?\s*[:.\-]?\s*0*(?P<rt>[0-9]{1,3})\b(?:\s*/\s*0*(?P<rw>[0-9]{1,3})\b)?"),
    re.compile(r"\br\.?w\.?\s*[:.\-]?\s*0*(?P<rw>[0-9]{1,3})\b"),
    re.compile(r"(?<![0-9/])0(?P<rt>[0-9]{1,2})/0(?P<rw>[0-9]{1,2})(?![0-9/])"),  # as on an identity card
)


def rt_rw(text: str) -> tuple[str, str]:
    """RT and RW of an address as three digits each, "" where not given: "rt3/rw15" is ("003", "015")."""
    return _without_rt_rw(clean(text))[1:]


def _without_rt_rw(plain: str) -> tuple[str, str, str]:
    found = {"rt": "", "rw": ""}
    plain = re.sub(r"(?<=[0-9])(?=r[tw]\b|r[tw][0-9])", " ", plain)
    for pattern in _RTRW:
        for match in pattern.finditer(plain):
            for name, value in match.groupdict().items():
                if value and not found[name] and int(value):
                    found[name] = f"{int(value):03}"
        plain = pattern.sub(" , ", plain)
    return plain, found["rt"], found["rw"]


def key(name: str) -> str:
    """A name for comparing: without blanks, hyphens and doubled signs ("Oro-oro Dowo" and "oro2 dowo" are one)."""
    name = re.sub(r"\b([a-z]{2,})2\b", r"\1\1", name.lower())
    return re.sub(r"[^a-z]", "", name).replace("oe", "u").replace("dj", "j").replace("tj", "c")


@dataclass(frozen=True, slots=True)
class _Hit:
    """A stretch of words that names places. `level` is the word before it (kel, kec), `sure` False for a guess."""

    start: int
    end: int
    places: tuple[Place, ...]
    level: str = ""
    sure: bool = True
    street: bool = False
    near: bool = False


@dataclass(frozen=True)
class _Atlas:
    """The places by their keys; `home` are the office's own kelurahan and kecamatan."""

    office: str
    home: dict[str, tuple[Place, ...]] = field(default_factory=dict[str, "tuple[Place, ...]"])
    towns: dict[str, tuple[Place, ...]] = field(default_factory=dict[str, "tuple[Place, ...]"])
    around: dict[str, tuple[Place, ...]] = field(default_factory=dict[str, "tuple[Place, ...]"])
    by_code: dict[str, Place] = field(default_factory=dict[str, Place])
    known: set[str] = field(default_factory=set[str])  # the keys of home and towns


def _atlas(places: Sequence[Place], office: str) -> _Atlas:
    atlas = _Atlas(office)
    for place in places:
        atlas.by_code[place.code] = place
        own = place.code.startswith(office + ".")
        shelf = atlas.home if own else atlas.towns if place.kind in {"kota", "kabupaten", "provinsi"} else atlas.around
        name = key(place.name)
        shelf[name] = (*shelf.get(name, ()), place)
        if shelf is not atlas.around:
            atlas.known.add(name)
    return atlas


def reader(places: Sequence[Place], office: str, nicknames: Mapping[str, Sequence[str]] | None = None) -> PlaceReader:
    """A reader of addresses for the office of region `office` (``35.73``).

    `places` are its kelurahan and kecamatan, and towns and kecamatan elsewhere that people may name. `nicknames` maps
    a local name to codes: one is taken, two are asked back.
    """
    atlas = _atlas(places, office)
    local = {
        key(name) if not name[-1:].isdigit() else name.replace(" ", ""): tuple(codes)
        for name, codes in (nicknames or {}).items()
    }

    def read_place(text: str, reading: Reading) -> Site | Invalid | Unsure[Site]:
        plain, rt, rw = _without_rt_rw(clean(text))
        if named := _nickname(plain, local, atlas):
            return _sited(named[0], rt, rw, named[1])
        tokens = re.findall(r"[a-z]+2?(?![0-9])|[0-9]+|[,;/]", re.sub(r"['.-]", " ", plain))
        tokens = [_SHORT_NAMES.get(w, w) for w in tokens]
        return _decide(_hits(tokens, atlas), tokens, atlas, rt, rw)

    return read_place


def _nickname(plain: str, local: Mapping[str, tuple[str, ...]], atlas: _Atlas) -> tuple[list[Place], str] | None:
    tight = re.sub(r"\b(?:ii|dua)\b", "2", re.sub(r"[^a-z0-9 ]", " ", plain))
    for name, codes in local.items():
        spelled = r"\s*".join(re.escape(c) for c in name)
        if re.search(rf"(?<![a-z0-9]){spelled}(?![a-z0-9])", tight) or _numbered(name, tight):
            known = [atlas.by_code[c] for c in codes if c in atlas.by_code]
            if known and (len(known) > 1 or not any(len(k) > 5 and k in key(tight) for k in atlas.home)):
                return known, name if any(p.kind in {"kelurahan", "desa"} for p in known) else ""
    return None


def _numbered(name: str, tight: str) -> bool:
    """Whether a local name with a number ("sawojajar2") stands in a text with a slip in it."""
    letters, number = name.rstrip("0123456789"), name[len(name.rstrip("0123456789")) :]
    return bool(number) and any(
        OSA.distance(said.replace(" ", ""), letters) < 3
        for said in re.findall(rf"(?<![a-z])([a-z]+(?: [a-z]+)?) ?{number}(?![0-9])", tight)
    )


def _hits(tokens: list[str], atlas: _Atlas) -> list[_Hit]:
    """The places named in the words, from the left; exact names first, then slips where nothing is exact."""
    taken: set[int] = set()
    hits: list[_Hit] = []
    for guess in (False, True) if len(tokens) <= _WORDS_GUESSED else (False,):
        for size in (4, 3, 2, 1):
            for start in range(len(tokens) - size + 1):
                span = range(start, start + size)
                if taken & set(span) or not all(tokens[i][0].isalpha() for i in span):
                    continue
                if (guess or key("".join(tokens[start : start + size])) not in atlas.known) and any(
                    tokens[i] in _LEVEL or tokens[i] in _NEAR or tokens[i] in _STREET for i in span
                ):
                    continue
                if (size == 1 and tokens[start] in _FILL) or (guess and all(tokens[i] in _FILL for i in span)):
                    continue
                hit = _hit(tokens, start, size, atlas, guess=guess)
                if hit is not None:
                    hits.append(hit)
                    taken |= set(span)
        if any(_settles(h, atlas) for h in hits):
            break
    return sorted(hits, key=lambda h: h.start)


def _settles(hit: _Hit, atlas: _Atlas) -> bool:
    """Whether no guess is needed beside it: a kelurahan of our own that isn't a kecamatan too, or one said to be "
    "one."""
    kinds = {p.kind for p in hit.places if p.code.startswith(atlas.office + ".")}
    return bool(kinds) and (kinds <= {"kelurahan", "desa"} or hit.level == "kel")


def _hit(tokens: list[str], start: int, size: int, atlas: _Atlas, *, guess: bool) -> _Hit | None:
    name = key(" ".join(tokens[start : start + size]))
    level = _LEVEL.get(tokens[start - 1], "") if start else ""
    behind = tokens[start + size] if start + size < len(tokens) else ""
    ends = start + size + 1 == len(tokens) or not tokens[start + size + 1][0].isalpha() if behind else False
    if not level and ends and behind in {"kota", "kab", "kabupaten", "kodya"}:
        level = "kab" if behind.startswith("kab") else "kota"
    before = tokens[max(0, start - 2) : start]
    street = any(w in _STREET for w in before) and not before[-1].isdigit()
    near = any(w in _NEAR for w in before)
    found = _guessed(name, size, atlas) if guess else (_exact(name, level, atlas), True)
    if not found[0]:
        return None
    return _Hit(start, start + size, found[0], level, found[1], street, near)


def _exact(name: str, level: str, atlas: _Atlas) -> tuple[Place, ...]:
    if level in {"kab", "kota"}:
        return tuple(p for p in atlas.towns.get(name, ()) if p.kind.startswith(level)) or atlas.towns.get(name, ())
    if level == "kec" and (wanted := tuple(p for p in atlas.home.get(name, ()) if p.kind == "kecamatan")):
        return wanted
    if level == "kec":
        return atlas.around.get(name, ()) or atlas.home.get(name, ())
    if found := atlas.home.get(name) or atlas.towns.get(name):
        return found
    begun = any(n.startswith(name) for n in atlas.home)  # "gading" is rather Gading Kasri than a kecamatan far away
    return () if begun or len(name) < 3 else atlas.around.get(name, ())


def _guessed(name: str, size: int, atlas: _Atlas) -> tuple[tuple[Place, ...], bool]:
    """The places a misspelled name can mean, and whether only one is near enough to take for sure."""
    if len(name) < 4:
        return (), False
    allowed = 1 if len(name) < 6 else 2 if len(name) < 10 else 3
    near = process.extract(name, list(atlas.home), scorer=OSA.distance, score_cutoff=allowed, limit=3)
    near = [(n, int(d)) for n, d, _ in near if n[0] == name[0] or d == 1]
    begun = [n for n in atlas.home if n.startswith(name)] if size == 1 and len(name) > 4 else []
    if near:
        best = near[0][1]
        close = [n for n, d in near if d - best < 2]
        close += [n for n in begun if n not in close][:2]
        sure = len(close) == 1 and ((best == 1 and len(name) > 5) or (best == 2 and len(name) > 7))
        names = close if sure or len(close) > 1 else [near[0][0]]
        return tuple(p for n in names for p in atlas.home[n]), sure
    begun = begun or ([n for n in atlas.home if n.endswith(name)] if size == 1 and len(name) > 4 else [])
    if 0 < len(begun) <= 3:
        return tuple(p for n in begun for p in atlas.home[n]), False
    if len(name) > 5:
        for shelf in (atlas.towns, atlas.around):
            near = process.extract(name, list(shelf), scorer=OSA.distance, score_cutoff=1, limit=2)
            if len(near) == 1 and near[0][0][0] == name[0]:
                return shelf[near[0][0]], len(name) > 6
    return (), False


def _decide(hits: list[_Hit], tokens: list[str], atlas: _Atlas, rt: str, rw: str) -> Site | Invalid | Unsure[Site]:
    own = [h for h in hits if h.places[0].code.startswith(atlas.office + ".")]
    if not own:
        return _elsewhere(hits, tokens, atlas, rt, rw)
    plain = [h for h in own if not h.street and not h.near] or own
    wards = [(h, p) for h in plain for p in h.places if p.kind in {"kelurahan", "desa"} and h.level != "kec"]
    districts = [p for h in own for p in h.places if p.kind == "kecamatan" and h.level != "kel"]
    abroad = any(
        not p.code.startswith(atlas.office[:2]) or not _of_office(p, atlas)
        for h in hits
        if h not in own
        for p in h.places
    )
    sure = not abroad and all(h.sure for h in plain) and not (plain[-1].near or plain[-1].street)
    inside = _inside(wards, districts)
    if not inside:  # "jalan sulfat bunulrejo blimbing": the second word after a street, and its kecamatan
        behind = [h for h in own if h.street and tokens[h.start - 1] not in _STREET]
        inside = _inside([(h, p) for h in behind for p in h.places if p.kind in {"kelurahan", "desa"}], districts)
        sure &= not inside
    if inside:
        return _sited(inside, rt, rw, sure=sure and len(inside) == 1)
    labelled = [p for h, p in wards if h.level == "kel"]
    if labelled:
        return _sited(list(dict.fromkeys(labelled)), rt, rw, sure=sure)
    places = list(dict.fromkeys(p for h in plain for p in h.places))
    if len(plain) == 1 and plain[0].level == "kec":
        places = [p for p in places if p.kind == "kecamatan"] or places
    places.sort(key=lambda p: p.kind != "kecamatan")
    return _sited(places[:3], rt, rw, sure=sure)


def _of_office(place: Place, atlas: _Atlas) -> bool:
    """Whether a town is the office's own, or bears its name (the kabupaten around a kota), or lies above it."""
    office = atlas.by_code.get(atlas.office)
    return place.code in {atlas.office, atlas.office[:2]} or (office is not None and place.name == office.name)


def _inside(wards: list[tuple[_Hit, Place]], districts: list[Place]) -> list[Place]:
    """The kelurahan whose kecamatan is named beside it ("kauman klojen", "kel sukun kec sukun")."""
    found: list[Place] = []
    for hit, ward in wards:
        for district in districts:
            alone = ward.name == district.name and not (hit.level == "kel" and len(districts) > 0)
            if ward.parent == district.code and not alone:
                found.append(ward)
    return list(dict.fromkeys(found))


def _elsewhere(hits: list[_Hit], tokens: list[str], atlas: _Atlas, rt: str, rw: str) -> Site | Invalid | Unsure[Site]:
    """A town or kecamatan outside the office's region; only when the message is about nothing else."""
    hits = [h for h in hits if not h.near and not h.street]
    covered = {i for h in hits for i in range(h.start, h.end)}
    strange = [
        w for i, w in enumerate(tokens) if i not in covered and w[0].isalpha() and w not in _FILL and w not in _LEVEL
    ]
    if not hits or strange or len(covered) == 0:
        return Invalid(NO_PLACE)
    smaller = [p for h in hits for p in h.places if p.kind in {"kecamatan", "kelurahan", "desa"}]
    towns = [p for h in hits for p in h.places if p.kind in {"kota", "kabupaten"}]
    labelled = [p for h in hits if h.level in {"kab", "kota"} for p in h.places]
    towns = labelled or [p for p in towns if not _of_office(p, atlas)] or towns
    if smaller and towns:
        smaller = [p for p in smaller if any(p.code.startswith(town.code) for town in towns)] or smaller
    places = list(dict.fromkeys(smaller or towns or [p for h in hits for p in h.places]))
    twins = (
        {p.code for p in atlas.towns.get(key(atlas.by_code[atlas.office].name), ())}
        if atlas.office in atlas.by_code
        else set[str]()
    )
    known = places[0].kind not in {"kecamatan", "desa"} or places[0].parent in twins
    return _sited(_nearest(places, atlas), rt, rw, sure=known and all(h.sure for h in hits))


def _nearest(places: list[Place], atlas: _Atlas) -> list[Place]:
    """Of many places of one name those of the office's province, at most three."""
    if len(places) > 1:
        province = [p for p in places if p.code.startswith(atlas.office[:2])]
        places = province or places
    return places[:3]


def _sited(places: list[Place], rt: str, rw: str, local: str = "", *, sure: bool = True) -> Site | Unsure[Site]:
    sites = [Site(p, rt, rw, local) for p in places]
    if len(sites) == 1:
        return sites[0] if sure else Unsure(sites[0], t("{place}, is that right?", place=describe(places[0])))
    choices = tuple((describe(s.place), s) for s in sites)
    return Unsure(sites[0], t("Which of these do you mean?"), choices)


def describe(place: Place) -> Text:
    """A place with its kind: "Kelurahan Blimbing", "Kota Malang"."""
    match place.kind:
        case "kelurahan":
            return t("Kelurahan {name}", name=place.name)
        case "desa":
            return t("Desa {name}", name=place.name)
        case "kecamatan":
            return t("Kecamatan {name}", name=place.name)
        case "kota":
            return t("Kota {name}", name=place.name)
        case "kabupaten":
            return t("Kabupaten {name}", name=place.name)
        case "provinsi":
            return t("Provinsi {name}", name=place.name)
