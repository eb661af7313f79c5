"""Khulna's three allowance lists of a quarter (Bengali web pages) and what is expected of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape

import numpy as np

from ingest.samples.arrays import Ints
from ingest.samples.files.scripts import BENGALI, in_digits
from ingest.samples.khulna.names import BENGALI as IN_BENGALI
from ingest.samples.khulna.people import birth_dates, fathers, full_names, misspelt, mobiles, nids
from ingest.samples.khulna.places import (
    ALLOWANCE_HEADER,
    AREA_NAMES,
    AREAS,
    FOREIGN_AREAS,
    SCHEME_TITLES,
    SCHEMES,
)
from ingest.samples.khulna.world import World, listed, true_ids
from ingest.samples.truth.defects import are_planted
from ingest.samples.truth.drop_truth import Drop, Finding, TableTruth, Truth

_TO_BENGALI = str.maketrans("0123456789", BENGALI)
_RATES = ("৳৫০০/-", "৳৫০০/-", "৳500/-", "500", "Tk 500", "&#2547;৫০০/-", "৫০০.০০")
_PAGE = """<!DOCTYPE html>
<html lang="bn"><head><meta charset="utf-8"><title>{title}</title></head>
<body>
<h1>উপজেলা ও শহর সমাজসেবা কার্যালয়, খুলনা</h1>
<h2>{title}: ভাতাভোগীর তালিকা &ndash; {period}</h2>
{tables}
</body></html>
"""
_TABLE = """<h3>{heading}</h3>
<table border="1">
<tr>{header}</tr>
{rows}
</table>"""


@dataclass(frozen=True)
class Line:
    """A row as delivered; `person` is -1 where the row is faulty, `number` the mobile number's own number."""

    name: str
    father: str
    nid: str
    birth: str
    mobile: str
    number: int
    paid: str
    amount: str = "৳৫০০/-"
    serial: str | None = None  # None: counted
    person: int = -1
    reasons: str = ""


@dataclass(frozen=True)
class Placed:
    """A line in its list: heading, serial as delivered, row number."""

    line: Line
    heading: str
    serial: str
    row: int

    def finding(self, scheme: str, codes: str) -> Finding:
        """The line's entry in the expected findings."""
        whole = self.serial != ""
        return Finding(
            f"{scheme}|{self.heading}|{self.serial}" if whole else f"row:{self.row}", codes, self.row
        )


def write_lists(w: World, quarter: str, end: int, truth: Truth, drops: list[Drop]) -> Ints:
    """Write a quarter's three pages, note what is expected, and give the allowances (places) on them."""
    rng = w.dice.rng(f"khulna/allowances/{quarter}")
    live = listed(w, end)
    lines = _sound(w, quarter, end, live)
    shared = _share(w, rng, live, lines) if are_planted() else set()
    placed: dict[str, list[Placed]] = {}
    for scheme, name in enumerate(SCHEMES):
        mine = [
            (int(w.area[w.al_person[live[i]]]), lines[i]) for i in np.flatnonzero(w.al_scheme[live] == scheme)
        ]
        areas = [[line for at, line in mine if at == area] for area in range(len(AREA_NAMES))]
        headings = [str(rng.choice(list(spellings))) for spellings in AREAS.values()]
        if are_planted():
            areas = _with_faults(rng, areas, quarter, 10**6 * (scheme + 1))
        groups = list(zip(headings, areas, strict=True))
        if are_planted():
            stranger = _strangers(rng, lines, quarter, 10**6 * (scheme + 1) + 500)
            groups.insert(int(rng.integers(1, len(groups))), (str(rng.choice(FOREIGN_AREAS)), stranger))
        placed[name] = list(_place(rng, groups))
        _write_page(truth, drops[scheme], SCHEME_TITLES[scheme], quarter, groups, placed[name])
    for drop, (name, rows) in zip(drops, placed.items(), strict=True):
        outcome = TableTruth(len(rows))
        for one in rows:
            if one.line.reasons:
                outcome.quarantined.append(one.finding(name, one.line.reasons))
            elif one.line.number in shared:
                outcome.warned.append(one.finding(name, "shared_mobile"))
        truth.add(drop, {"allowances": outcome})
        truth.allowance_persons += _who(w, quarter, end, drop.file, rows)
    return live


def _sound(w: World, quarter: str, end: int, live: Ints) -> list[Line]:
    """The sound rows of all lists. Numbers, dates and amounts mostly stand in Bengali digits."""
    d, person = w.dice, w.al_person[live]
    latin = d.unit(f"khulna/list/latin/{quarter}", live) < 0.2
    long = d.unit("khulna/list/long", live) < 0.4
    without = d.unit("khulna/list/nid", live) < 0.05
    name = full_names(w, person, IN_BENGALI)
    # Misspelt only where the list has no number either, and not for those whom two lists must show alike.
    once = np.bincount(w.al_person, minlength=len(w.area))[person] == 1
    numberless = without | (w.nid_kind[person] == 0)
    name = misspelt(name, numberless & once & (d.pick("khulna/list/slip", live, 12) == 0))
    columns = [
        name,
        fathers(w, person),
        in_digits(nids(w, person, long, without).fill_null(""), BENGALI, ~latin),
        birth_dates(w, person, ~latin),
        in_digits(mobiles(w, person), BENGALI, ~latin),
    ]
    months = _months(quarter)
    paid = d.pick(f"khulna/list/paid/{quarter}", live, 2)
    styles = d.pick("khulna/list/amount", live, len(_RATES))
    rows = zip(*(column.to_pylist() for column in columns), strict=True)
    out = []
    for values, who, in_latin, month, style in zip(rows, person.tolist(), latin, paid, styles, strict=True):
        text = months[month] if in_latin else months[month].translate(_TO_BENGALI)
        name_bn, father, nid, birth, mobile = values
        out.append(Line(name_bn, father, nid, birth, mobile, who, text, _RATES[style], person=who))
    return out


def _months(quarter: str) -> tuple[str, str]:
    """The quarter's last two months as MM/YYYY."""
    last = int(quarter[-1]) * 3
    return f"{last - 1:02d}/{quarter[:4]}", f"{last:02d}/{quarter[:4]}"


def _share(w: World, rng: np.random.Generator, live: Ints, lines: list[Line]) -> set[int]:
    """Give a few persons another's mobile number; the numbers that different persons then carry."""
    person, scheme = w.al_person[live], w.al_scheme[live]
    shared: set[int] = set()
    taken = np.zeros(len(live), dtype=bool)
    for among in (scheme == 0, scheme == 1, scheme == 2, scheme >= 0):
        free = np.flatnonzero(among & ~taken)
        several = np.flatnonzero(np.bincount(person[free]) == 1)  # someone on two lists keeps the number
        chosen = rng.choice(free[np.isin(person[free], several)], 3, replace=False)
        number = int(person[chosen[0]])
        mobile = mobiles(w, np.array([number])).to_pylist()[0]
        for i in chosen.tolist():
            spelled = mobile if i % 3 == 0 else mobile.translate(_TO_BENGALI)
            lines[i] = replace(lines[i], mobile=spelled, number=number)
        taken |= np.isin(person, person[chosen])
        shared.add(number)
    return shared


def _with_faults(
    rng: np.random.Generator, areas: list[list[Line]], quarter: str, number: int
) -> list[list[Line]]:
    """Every area's rows with faulty ones among them, at most a few in each."""
    base = [line for lines in areas for line in lines]
    year = int(quarter[:4])
    later = f"{int(quarter[-1]) * 3 + 1:02d}/{year}" if quarter[-1] != "4" else f"02/{year + 1}"
    faults: list[tuple[str, dict[str, str]]] = [
        ("missing_required", {"serial": ""}),
        ("bad_date", {"birth": "৩১/০৬/১৯৪৯"}),
        ("bad_date", {"paid": f"00/{year}"}),
        ("bad_date", {"paid": "গত মাস"}),
        ("future_date", {"paid": later}),
        ("bad_identifier", {"nid": "৪৭১১৯৯৮৭Z"}),
        ("bad_identifier|rule:allowance_rate", {"nid": "17884711987654321", "amount": "৳২৫০/-"}),
        ("rule:allowance_rate", {"amount": "৳৬৫০/-"}),
        ("rule:allowance_rate", {"amount": "৫,০০০"}),
        ("bad_number", {"amount": "পাঁচ শত"}),
        ("ambiguous_grouping", {"amount": "৳৫,০০"}),
    ]
    out = [list(lines) for lines in areas]
    order = rng.permutation(len(areas))
    for i, (reasons, change) in enumerate(faults):
        fault = replace(_fresh(rng, base, quarter, number + i), reasons=reasons, **change)  # type: ignore[arg-type]
        _insert(rng, out[order[i]], fault)
    _insert_twins(rng, out[order[11]], _fresh(rng, base, quarter, number + 100))
    copies = 0
    for area in [
        *order[12:],
        *order[:12],
    ]:  # the second of two identical rows, in areas that have a sound one
        sound = [k for k, line in enumerate(out[area]) if line.person >= 0]
        if sound and copies < 2:
            copies += 1
            first = sound[int(rng.integers(0, len(sound)))]
            copy = replace(out[area][first], reasons="exact_duplicate", person=-1, serial=f"={first}")
            out[area].insert(int(rng.integers(first + 1, len(out[area]) + 1)), copy)
    return out


def _fresh(rng: np.random.Generator, base: list[Line], quarter: str, number: int) -> Line:
    """A row alike a sound one, of somebody else, with a mobile number of its own."""
    like = base[int(rng.integers(0, len(base)))]
    mobile = f"01{5 + number % 5}{number % 10**8:08d}".translate(_TO_BENGALI)
    paid = _months(quarter)[1].translate(_TO_BENGALI)
    return Line(like.name, like.father, "", like.birth, mobile, -number, paid)


def _insert(rng: np.random.Generator, lines: list[Line], line: Line) -> None:
    lines.insert(int(rng.integers(0, len(lines) + 1)), line)


def _insert_twins(rng: np.random.Generator, lines: list[Line], line: Line) -> None:
    """Two different rows with one serial number, after the area's last."""
    serial = str(len(lines) + 40).translate(_TO_BENGALI)
    one = replace(line, reasons="duplicate_key", serial=serial)
    _insert(rng, lines, one)
    _insert(rng, lines, replace(one, name="কেরামত আলী শেখ"))


def _strangers(rng: np.random.Generator, lines: list[Line], quarter: str, number: int) -> list[Line]:
    """Rows of an area that is not the programme's."""
    return [replace(_fresh(rng, lines, quarter, number + i), reasons="unknown_code") for i in range(2)]


def _place(rng: np.random.Generator, groups: list[tuple[str, list[Line]]]) -> Iterator[Placed]:
    """Number the lines: serials within each table, rows over the page."""
    row = 0
    for heading, lines in groups:
        serials: list[str] = []
        count = 0
        for line in lines:
            row += 1
            if line.serial is None:
                count += 1
                serial = str(count) if rng.random() < 0.2 else str(count).translate(_TO_BENGALI)
            elif line.serial.startswith(
                "="
            ):  # the copy of the line at this place, counted without later ones
                serial = next(s for s, other in zip(serials, lines, strict=False) if _same(line, other))
            else:
                serial = line.serial
            serials.append(serial)
            yield Placed(line, heading, serial, row)


def _same(copy: Line, other: Line) -> bool:
    return other.person >= 0 and (copy.name, copy.birth, copy.mobile, copy.nid, copy.father) == (
        other.name,
        other.birth,
        other.mobile,
        other.nid,
        other.father,
    )


def _write_page(
    truth: Truth,
    drop: Drop,
    title: str,
    quarter: str,
    groups: list[tuple[str, list[Line]]],
    placed: list[Placed],
) -> None:
    header = "".join(f"<th>{escape(word)}</th>" for word in ALLOWANCE_HEADER)
    tables, start = [], 0
    for heading, lines in groups:
        rows = [
            f"<tr><td>{one.serial}</td><td>{one.line.name}</td><td>{one.line.father}</td><td>{one.line.nid}</td>"
            f"<td>{one.line.birth}</td><td>{one.line.mobile}</td><td>{one.line.amount}</td>"
            f"<td>{one.line.paid}</td></tr>"
            for one in placed[start : start + len(lines)]
        ]
        start += len(lines)
        tables.append(_TABLE.format(heading=heading, header=header, rows="\n".join(rows)))
    period = f"{_months(quarter)[1]}".translate(_TO_BENGALI)
    text = _PAGE.format(title=title, period=period, tables="\n".join(tables))
    truth.path(drop).write_text(text, encoding="utf-8")


def _who(w: World, quarter: str, end: int, file: str, rows: list[Placed]) -> list[dict[str, object]]:
    """The true person of each accepted row; nobody where the person is not registered by the day `end`."""
    accepted = [one for one in rows if not one.line.reasons]
    person = np.array([one.line.person for one in accepted], dtype=np.int64)
    known = np.isin(person, w.rec_person[w.rec_day <= end])
    ids = true_ids(w, person)
    return [
        {"quarter": quarter, "file": file, "row": one.row, "true_id": true_id if is_known else ""}
        for one, true_id, is_known in zip(accepted, ids, known.tolist(), strict=True)
    ]
