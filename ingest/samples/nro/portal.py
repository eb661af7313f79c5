"""A state's portal page on self-help groups of one quarter (a web page saved as .xls) and what is expected of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from html import escape

import numpy as np

from ingest.samples.arrays import Dice, iso, last_day
from ingest.samples.files.mess import indian
from ingest.samples.nro.places import FOREIGN_BLOCKS, STATES, State
from ingest.samples.truth.defects import are_planted
from ingest.samples.truth.drop_truth import Drop, Finding, TableTruth, Truth

_LINKED, _AMOUNT = 5, 6  # places of the two columns on bank credit
_SECOND = ("bad_number", "ambiguous_grouping", "duplicate_key", "missing_required")
_LOW, _HIGH = 10_000, 1_000_000  # rupees a linked group, outside of which an amount is suspect
_RUPEES = 1_000  # in a hundredth of a lakh
_PAGE = """<html>
<head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"></head>
<body>
<table id="report" border="1" cellpadding="2">
<tr><th colspan="9">{title}, Department of Rural Development</th></tr>
<tr><th colspan="9">Status of self-help groups, financial year {year} &nbsp;(position on {day})</th></tr>
<tr><th rowspan="3">District</th><th rowspan="3">Block</th><th colspan="3">SHG</th><th>VO</th><th>CLF</th>
<th colspan="2">Bank&nbsp;credit</th></tr>
<tr><th rowspan="2">Formed</th><th rowspan="2">Revived</th><th rowspan="2">Total</th><th rowspan="2">Total</th>
<th rowspan="2">Total</th><th rowspan="2">SHGs linked</th><th rowspan="2">Amount (&#8377; in Lakh)</th></tr>
<tr></tr>
{rows}
</table>
</body>
</html>
"""


@dataclass(frozen=True)
class Line:
    """A block's row: numbers (amounts in hundredths of a lakh), cells as delivered, reasons and warnings."""

    block: str
    numbers: tuple[int, ...]
    cells: tuple[str, ...] = ()
    label: str = ""
    reasons: str = ""
    warnings: tuple[str, ...] = ()


@dataclass
class Status:
    """Accepted rows of a quarter: district, groups and bank credit in rupees of each."""

    district: list[str] = field(default_factory=list)
    groups: list[int] = field(default_factory=list)
    credit: list[int] = field(default_factory=list)


def count_quarter(quarter: str) -> int:
    """Quarters since 2018Q1."""
    return (int(quarter[:4]) - 2018) * 4 + int(quarter[-1]) - 1


def write_portal(
    state: State, dice: Dice, quarter: str, delivered: Sequence[str], truth: Truth, drop: Drop
) -> Status:
    """Write a quarter's page, note what is expected of it, and give what is accepted.

    Which values have not moved is seen only where both quarters before are among the `delivered` ones.
    """
    rng = dice.rng(f"portal/{quarter}")
    now, number = count_quarter(quarter), STATES.index(state)
    # The first district is left alone: one of its blocks never moves. The others take turns with the faults.
    names = list(state.districts)
    faulty, parts, units = rng.permutation(np.arange(1, len(names)))[:3].tolist()
    if not are_planted():
        faulty = parts = units = -1
    clean = number == now % len(STATES)  # each quarter one state has no faulty row, but a wrong state total
    seen = {count_quarter(q) for q in delivered}
    page = _Page(TableTruth(0, totals_not_checked=[]))
    for place, district in enumerate(names):
        lines = [
            _sound(dice, state, block, now, frozen=place == 0 and at == 1 and are_planted())
            for at, block in enumerate(state.districts[district])
        ]
        if place == 0 and are_planted() and {now - 1, now - 2} <= seen:
            lines[1] = replace(lines[1], warnings=("stale_value",))
        if place == parts:
            lines[0] = _wrong_parts(lines[0])
        if place == units:
            lines[-1] = _wrong_unit(lines[-1], high=bool((now + number) % 2))
        lines = [_spelled(rng, state, line) for line in lines]
        off = 10 if place == units and not clean else 0
        if place == faulty and not clean:
            lines = _with_faults(rng, lines, _SECOND[(number + now) % 4])
        page.add_district(district, lines, off)
    page.add_state(10 if clean and are_planted() else 0)
    _write(state, quarter, page.html, truth, drop)
    truth.add(drop, {"shg_status": page.outcome})
    return page.status


def _write(state: State, quarter: str, rows: Sequence[str], truth: Truth, drop: Drop) -> None:
    end = iso(last_day(quarter))
    year = int(end[:4]) - (end[5:7] == "03")
    position = f"{end[8:]}-{end[5:7]}-{end[:4]}"
    financial = f"{year}-{(year + 1) % 100:02d}"
    text = _PAGE.format(title=escape(state.title), year=financial, day=position, rows="\n".join(rows))
    truth.path(drop).write_text(text, encoding="utf-8")


def _sound(dice: Dice, state: State, block: str, now: int, frozen: bool) -> Line:
    """A block's numbers: all grow from quarter to quarter, but for one block's bank credit."""
    rng = dice.rng(f"portal/{block}")
    formed, revived = int(rng.integers(380, 1_250)), int(rng.integers(12, 120))
    growth, more = int(rng.integers(4, 22)), int(rng.integers(0, 3))
    share, each, rise = rng.uniform(0.4, 0.6), rng.uniform(90, 240), int(rng.integers(3, 40))
    quarters = 0 if frozen else now
    formed, revived = formed + growth * now, revived + more * now
    linked = int((formed - growth * now) * share) + max(1, growth // 3) * quarters
    amount = int(linked * each) + rise * quarters  # hundredths of a lakh, that is thousands of rupees
    total = formed + revived
    return Line(block, (formed, revived, total, total // 11, total // 240 + 1, linked, amount))


def _wrong_parts(line: Line) -> Line:
    numbers = list(line.numbers)
    numbers[2] += 13
    return replace(line, numbers=tuple(numbers), warnings=("parts_sum",))


def _wrong_unit(line: Line, high: bool) -> Line:
    """The amount typed in another unit: thousands too high, or crore instead of lakh."""
    numbers = list(line.numbers)
    numbers[_AMOUNT] = numbers[_AMOUNT] * 100 if high else numbers[_AMOUNT] // 100
    each = numbers[_AMOUNT] * _RUPEES / numbers[_LINKED]
    if _LOW <= each <= _HIGH:
        raise ValueError(f"{line.block}: {each} rupees a group are not suspect")
    return replace(line, numbers=tuple(numbers), warnings=("unit_suspect",))


def _lakh(amount: int) -> str:
    return f"{indian(amount // 100)}.{amount % 100:02d}"


def _plain(numbers: Sequence[int]) -> tuple[str, ...]:
    return (*(indian(number) for number in numbers[:_AMOUNT]), _lakh(numbers[_AMOUNT]))


def _spelled(rng: np.random.Generator, state: State, line: Line) -> Line:
    """The row's cells with harmless mess: currency sign, footnote mark, the state's digits, blanks."""
    cells = list(_plain(line.numbers))
    form, at = int(rng.integers(0, 12)), int(rng.integers(0, 3))
    if form == 0:
        cells[_AMOUNT] = "₹ " + cells[_AMOUNT]
    elif form == 1:
        cells[_AMOUNT] = "&#8377;" + cells[_AMOUNT]
    elif form == 2:
        cells[at] += "*"
    elif form in (3, 4):
        cells[at] = cells[at].translate(str.maketrans("0123456789", state.digits))
    elif form == 5:
        cells[at] = f"&nbsp;{cells[at]} "
    label = line.block
    if not line.warnings and form > 8:  # rows that are reported keep a plain key
        label = (f" {label}", f"{label}&nbsp;", f"\u200b{label} ")[form - 9]
    return replace(line, cells=tuple(cells), label=label)


def _with_faults(rng: np.random.Generator, lines: list[Line], second: str) -> list[Line]:
    """The district's rows with the first one repeated, a foreign block, and its second row spoilt."""
    first, other = (replace(line, label=line.block) for line in lines[:2])
    foreign = str(rng.choice(FOREIGN_BLOCKS))
    numbers = (402, 31, 433, 39, 2, 211, 25_010)
    faults = [
        replace(first, reasons="exact_duplicate"),
        Line(foreign, numbers, _plain(numbers), foreign, "unknown_code"),
    ]
    cells = list(_plain(other.numbers))
    plain = replace(other, cells=tuple(cells), reasons=second, warnings=())
    if second == "missing_required":
        faults.append(replace(plain, block="", label=""))
    elif second == "duplicate_key":
        changed = (*cells[:_LINKED], indian(other.numbers[_LINKED] + 3), cells[_AMOUNT])
        faults += [plain, replace(plain, cells=changed)]
    else:
        wrong = "5l7" if second == "bad_number" else "1,2034"
        faults.append(replace(plain, cells=(wrong, *cells[1:])))
    shuffled = [faults[int(i)] for i in rng.permutation(len(faults))]
    return [replace(first, warnings=()), *shuffled]


class _Page:
    """The page's rows as they are written, with totals, and what is expected of them."""

    def __init__(self, outcome: TableTruth) -> None:
        self.outcome, self.status, self.html = outcome, Status(), list[str]()
        self._sums = np.zeros(7, dtype=np.int64)

    def add_district(self, district: str, lines: Sequence[Line], off: int) -> None:
        """A district's rows and its total, which is `off` by so many groups."""
        first = f'<td rowspan="{len(lines)}">{district}</td>'
        sums = np.zeros(7, dtype=np.int64)
        for line in lines:
            self.outcome.read += 1
            cells = "".join(f"<td>{cell}</td>" for cell in line.cells)
            self.html.append(f"<tr>{first}<td>{line.label}</td>{cells}</tr>")
            first = ""
            key = f"{district}|{line.block}" if line.block else f"row:{self.outcome.read}"
            if line.reasons:
                self.outcome.quarantined.append(Finding(key, line.reasons, self.outcome.read))
                continue
            if line.warnings:
                codes = "|".join(sorted(line.warnings))
                self.outcome.warned.append(Finding(key, codes, self.outcome.read))
            sums += line.numbers
            self.status.district.append(district)
            self.status.groups.append(line.numbers[2])
            self.status.credit.append(line.numbers[_AMOUNT] * _RUPEES)
        self._sums += sums
        self._total(f"{district} Total", sums, off, any(line.reasons for line in lines))

    def add_state(self, off: int) -> None:
        """The state's total row."""
        self._total("State Total", self._sums, off, bool(self.outcome.quarantined))

    def _total(self, label: str, sums: np.ndarray, off: int, unchecked: bool) -> None:
        numbers = sums.tolist()
        numbers[2] += off
        cells = "".join(f"<td><b>{cell}</b></td>" for cell in _plain(numbers))
        self.html.append(f'<tr><td colspan="2"><b>{label}</b></td>{cells}</tr>')
        if unchecked and self.outcome.totals_not_checked is not None:
            self.outcome.totals_not_checked.append(label)
        elif off:
            self.outcome.warned.append(Finding(label, "total_mismatch", None))
