"""Sindh's birth registration page of a quarter (a web page saved as .xls) and what is expected of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from ingest.samples.arrays import Dice
from ingest.samples.files.mess import western
from ingest.samples.sindh.defects import FOREIGN_COUNCILS, FOREIGN_DISTRICTS
from ingest.samples.sindh.places import DISTRICTS, UNION_COUNCILS
from ingest.samples.truth.defects import are_planted
from ingest.samples.truth.drop_truth import Drop, Finding, TableTruth, Truth

_RESERVED = 5  # union councils of a district kept for faulty rows
_MONTHS = ("January - March", "April - June", "July - September", "October - December")
_PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<style>td{{mso-number-format:\\@;}} .h{{font-weight:bold}}</style>
</head>
<body>
<table border=1 cellspacing=0>
<tr><td colspan=5 align=center><b>LOCAL GOVERNMENT &ndash; REGISTRATION &amp; VITAL STATISTICS</b></td></tr>
<tr><td colspan=5 align=center>Births registered by Union Council, {period}</td></tr>
<tr class=h><td rowspan=2>District</td><td rowspan=2>Union&nbsp;Council</td>
<td colspan=3>Births  registered</td></tr>
<tr class=h><td>Boys</td><td>Girls</td><td>Total</td></tr>
{rows}
</table>
</body>
</html>
"""


@dataclass(frozen=True)
class Line:
    """A union council's row: official name, as delivered, the cells, the numbers for the total, reasons."""

    council: str
    label: str
    cells: tuple[str, str, str]
    boys: int
    girls: int
    reasons: str = ""


@dataclass(frozen=True)
class Births:
    """Accepted births of a quarter, by district and sex."""

    boys: dict[str, int]
    girls: dict[str, int]


def write_births(dice: Dice, quarter: str, scale: float, truth: Truth, drop: Drop) -> Births:
    """Write a quarter's page, note what is expected of it, and give what is accepted."""
    rng = dice.rng(f"births/{quarter}")
    order = rng.permutation(len(DISTRICTS))
    spoilt, wrong_total = (set(order[:2]), int(order[2])) if are_planted() else (set(), -1)
    each = 8 if scale < 0.05 else 14
    html: list[str] = []
    outcome = TableTruth(0, totals_not_checked=[])
    accepted = Births({}, {})
    for number, district in enumerate(DISTRICTS):
        if spoilt and number == order[0]:  # before one of them a district of another division
            foreign = Line("Town-3", "Town-3", ("48", "37", "85"), 48, 37, "unknown_code")
            _add_district(html, outcome, FOREIGN_DISTRICTS[0], FOREIGN_DISTRICTS[0], [foreign], 0)
        councils = UNION_COUNCILS[district]
        keep = councils[: min(each, len(councils) - _RESERVED if number in spoilt else each)]
        lines = [_sound(rng, council) for council in keep]
        accepted.boys[district] = sum(line.boys for line in lines)
        accepted.girls[district] = sum(line.girls for line in lines)
        plain = number in spoilt or number == wrong_total
        label = district if plain else str(rng.choice(DISTRICTS[district]))
        if number in spoilt:
            lines = _with_faults(rng, lines, [council[0] for council in councils[-_RESERVED:]])
        _add_district(html, outcome, district, label, lines, 9 if number == wrong_total else 0)
    _add_grand_total(html, outcome, accepted)
    period = f"{_MONTHS[int(quarter[-1]) - 1]} {quarter[:4]}"
    truth.path(drop).write_text(_PAGE.format(period=period, rows="\n".join(html)), encoding="utf-8")
    truth.add(drop, {"births": outcome})
    return accepted


def _number(value: int) -> str:
    return western(value) if value else "-"


def _sound(rng: np.random.Generator, spellings: Sequence[str]) -> Line:
    boys, girls = (int(rng.integers(12, 430)) for _ in range(2))
    boys += 1000 * int(rng.random() < 0.06)
    boys, girls = boys * int(rng.random() > 0.03), girls * int(rng.random() > 0.05)
    label = str(rng.choice(list(spellings)))
    form = rng.integers(0, 24)
    if form < 4:
        before, after = (("", "&nbsp;"), ("\u200b", " "), (" ", ""), ("", "  "))[form]
        label = before + label + after
    elif form == 4:
        label = label.replace(" ", "&nbsp;", 1)
    total = _number(boys + girls) + ("&nbsp;" if form == 5 else "")
    return Line(spellings[0], label, (_number(boys), _number(girls), total), boys, girls)


def _with_faults(rng: np.random.Generator, sound: list[Line], spare: list[str]) -> list[Line]:
    """The district's lines with faulty ones put among them."""
    copy = next(line for line in sound[int(rng.integers(0, 3)) :] if line.label == line.council)
    twice, grouped, letter, wrong, worse = spare
    faulty = [
        Line("", "", ("21", "17", "38"), 21, 17, "missing_required"),
        Line(twice, twice, ("64", "51", "115"), 64, 51, "duplicate_key"),
        Line(twice, twice, ("65", "51", "116"), 65, 51, "duplicate_key"),
        Line(grouped, grouped, ("1,1234", "280", "11,514"), 11_234, 280, "ambiguous_grouping"),
        Line(letter, letter, ("1l4", "92", "206"), 114, 92, "bad_number"),
        Line(wrong, wrong, ("131", "99", "250"), 131, 99, "rule:parts_sum"),
        Line(worse, worse, ("77", "70", "140"), 77, 70, "rule:parts_sum"),
        Line(FOREIGN_COUNCILS[0], FOREIGN_COUNCILS[0], ("40", "33", "73"), 40, 33, "unknown_code"),
        Line(
            FOREIGN_COUNCILS[3],
            FOREIGN_COUNCILS[3],
            ("29", "28", "67"),
            29,
            28,
            "rule:parts_sum|unknown_code",
        ),
    ]
    lines = list(sound)
    for line in faulty:
        lines.insert(int(rng.integers(0, len(lines) + 1)), line)
    # The second of two identical rows is the one held back.
    lines.insert(
        int(rng.integers(lines.index(copy) + 1, len(lines) + 1)),
        Line(copy.council, copy.label, copy.cells, copy.boys, copy.girls, "exact_duplicate"),
    )
    return lines


def _add_district(
    html: list[str], outcome: TableTruth, district: str, label: str, lines: list[Line], off: int
) -> None:
    """The district's rows and its total, which is `off` by so many boys."""
    first = f"<td rowspan={len(lines) + 1} valign=top>{escape(label)}</td>"
    for line in lines:
        outcome.read += 1
        cells = "".join(f"<td align=right>{cell}</td>" for cell in line.cells)
        html.append(f"<tr>{first}<td>{line.label}</td>{cells}</tr>")
        first = ""
        if line.reasons:
            key = f"{district}|{line.council}" if line.council else f"row:{outcome.read}"
            outcome.quarantined.append(Finding(key, line.reasons, outcome.read))
    boys, girls = sum(line.boys for line in lines) + off, sum(line.girls for line in lines)
    html.append(_total_row("<td>Total</td>", boys, girls))
    if off:
        outcome.warned.append(Finding(f"Total|{district}", "total_mismatch", None))
    if any(line.reasons for line in lines) and outcome.totals_not_checked is not None:
        outcome.totals_not_checked.append(f"Total|{district}")


def _add_grand_total(html: list[str], outcome: TableTruth, accepted: Births) -> None:
    html.append(
        _total_row(
            "<td colspan=2>Grand Total</td>", sum(accepted.boys.values()), sum(accepted.girls.values())
        )
    )
    if outcome.totals_not_checked is not None:
        outcome.totals_not_checked.append("Grand Total")


def _total_row(label: str, boys: int, girls: int) -> str:
    cells = "".join(f"<td align=right>{western(n)}</td>" for n in (boys, girls, boys + girls))
    return f"<tr class=h>{label}{cells}</tr>"
