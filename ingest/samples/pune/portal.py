"""Pune's page of the Municipal Corporation's scheme status (a web page saved as .xls) and what is expected of it.

The first two quarters of a year hold faulty rows; the third is sound; the last one's total is wrong.
"""

from html import escape

import numpy as np

from ingest.samples.arrays import MONTH_NAMED, NO_DAY, Ints, dates, last_day
from ingest.samples.files import mess
from ingest.samples.files.scripts import INVISIBLE
from ingest.samples.pune.cases import accepted_decisions, applications, known, schemes
from ingest.samples.pune.people import full_names
from ingest.samples.pune.words import FOREIGN_SCHEMES, PORTAL_HEADER, SCHEME_NAMES, SCHEMES
from ingest.samples.pune.world import World, municipal
from ingest.samples.truth.defects import are_planted
from ingest.samples.truth.drop_truth import Drop, Finding, TableTruth, Truth

STATUSES = ("Sanctioned", "Rejected", "Pending", "Query Raised")
_PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel">
<head><meta http-equiv=Content-Type content="text/html; charset=utf-8"></head>
<body>
<table border=1>
<tr><td colspan=6><b>पुणे महानगरपालिका &ndash; Pune Municipal Corporation</b></td></tr>
<tr><td colspan=6>Social Development Department: status of applications on {on}</td></tr>
<tr>{header}</tr>
{rows}
<tr><td colspan=5 align=right><b>{label}</b></td><td><b>{total}</b></td></tr>
</table>
</body></html>
"""
Line = tuple[str, str, str, str, str, str, str]  # the six cells and the reasons


def write_page(w: World, quarter: str, end: int, truth: Truth, drop: Drop) -> None:
    """Write a quarter's page and note what is expected of it."""
    rng = w.dice.rng(f"pune/portal/{quarter}")
    rows = _on_the_page(w, end)
    decided, approved = accepted_decisions(w, rows, end)
    turned = np.zeros(len(rows), dtype=bool)
    several = max(3, round(decided.sum() * 0.015))
    turned[rng.choice(np.flatnonzero(decided), several, replace=False)] = are_planted()
    waiting = np.where(rng.random(len(rows)) < 0.1, 3, 2)
    status = np.where(decided, np.where(approved ^ turned, 0, 1), waiting)
    amounts = np.where((status == 0) & (known(w.benefit[rows], end) != NO_DAY), w.amount[rows], 0)
    lines = _lines(w, rng, rows, status, amounts)
    warned = {line[0] for line, is_turned in zip(lines, turned, strict=True) if is_turned}
    total = int(amounts.sum())
    lines += _not_ours(rng, quarter)
    spoilt, wrong = quarter[-1] in "12" and are_planted(), quarter[-1] == "4" and are_planted()
    if spoilt:
        lines = _with_faults(rng, lines, quarter)
    elif wrong:
        total += 10_000
    outcome = TableTruth(len(lines), totals_not_checked=["Total"] if spoilt else [])
    for number, line in enumerate(lines, start=1):
        if line[-1]:
            key = line[0] if line[0] else f"row:{number}"
            outcome.quarantined.append(Finding(key, line[-1], number))
        elif line[0] in warned:
            outcome.warned.append(Finding(line[0], "decision_mismatch", number))
    if wrong:
        outcome.warned.append(Finding("Total", "total_mismatch", None))
    html = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in line[:6]) + "</tr>" for line in lines]
    header = "".join(f"<td><b>{_header(rng, word)}</b></td>" for word in PORTAL_HEADER)
    page = _PAGE.format(
        on=dates(np.array([end]), MONTH_NAMED).to_pylist()[0],
        header=header,
        rows="\n".join(html),
        label="एकूण / Total",
        total=f"&#8377;{mess.indian(total)}/-",
    )
    truth.path(drop).write_text(page, encoding="utf-8")
    truth.add(drop, {"pmc": outcome})


def _on_the_page(w: World, end: int) -> Ints:
    """Applications to the city of the last nine months."""
    applied = known(w.applied, end)
    return np.flatnonzero(municipal(w.case_scheme) & (applied != NO_DAY) & (applied > end - 273)).astype(
        np.int64
    )


def _lines(w: World, rng: np.random.Generator, rows: Ints, status: Ints, amounts: Ints) -> list[Line]:
    name = full_names(w, w.case_person[rows])
    on = dates(np.where(status == 0, w.decided[rows], NO_DAY), MONTH_NAMED)
    columns = (applications(w, rows), schemes(w, rows, "pune/portal scheme"), name, on)
    style = rng.integers(0, 30, len(rows))
    out: list[Line] = []
    cells = zip(
        *(column.to_pylist() for column in columns),
        status.tolist(),
        amounts.tolist(),
        style.tolist(),
        strict=True,
    )
    for number, scheme, applicant, day, state, amount, form in cells:
        money = "-" if not amount else (f"₹{mess.indian(amount)}/-", f"Rs. {mess.indian(amount)}")[form == 0]
        label = {1: f"{scheme}&nbsp;", 2: f"  {scheme}", 3: scheme + INVISIBLE[0]}.get(int(form), scheme)
        out.append((number, label, escape(applicant), STATUSES[state], day or "", money, ""))
    return out


def _not_ours(rng: np.random.Generator, quarter: str) -> list[Line]:
    """Applications that were made without the helpdesk."""
    return [
        (
            f"PMC/{quarter[:4]}/{700_000 + i}",
            SCHEMES[str(rng.choice(SCHEME_NAMES[7:12]))][0],
            "Somebody",
            "Pending",
            "",
            "-",
            "",
        )
        for i in range(2)
    ]


def _with_faults(rng: np.random.Generator, lines: list[Line], quarter: str) -> list[Line]:
    end, year = last_day(quarter), quarter[:4]
    number = [f"PMC/{year}/{800_000 + i}" for i in range(12)]
    scheme = SCHEMES["scholarship"][1]
    sound, later = (dates(np.array([end + days]), MONTH_NAMED).to_pylist()[0] for days in (-5, 6))
    who = "Anjana Keshav Kale"
    faults: list[Line] = [
        ("", scheme, who, "Pending", "", "-", "missing_required"),
        ("", scheme, who, "Approved", "", "-", "missing_required|unknown_code"),
        (number[0], "Housing for All", who, "Pending", "", "-", "unknown_code"),
        (number[1], FOREIGN_SCHEMES[0], who, "Pending", "", "-", "unknown_code"),
        (number[2], scheme, who, "Closed", "", "-", "unknown_code"),
        (number[3], scheme, who, "Sanctioned", "30-Feb-2021", "₹2,400/-", "bad_date"),
        (number[4], scheme, who, "Sanctioned", "next week", "₹2,400/-", "bad_date"),
        (number[5], scheme, who, "Sanctioned", later, "₹2,400/-", "future_date"),
        (number[6], scheme, who, "Sanctioned", sound, "₹ two thousand", "bad_number"),
        (number[7], scheme, who, "Sanctioned", sound, "₹2,40,0/-", "ambiguous_grouping"),
        (number[8], scheme, who, "Pending", "", "-", "duplicate_key"),
        (number[8], scheme, who, "Rejected", "", "-", "duplicate_key"),
    ]
    out = list(lines)
    for line in faults:
        out.insert(int(rng.integers(0, len(out) + 1)), line)
    copied = next(i for i in range(len(out) // 3, len(out)) if not out[i][-1])
    out.insert(int(rng.integers(copied + 1, len(out) + 1)), (*out[copied][:6], "exact_duplicate"))
    return out


def _header(rng: np.random.Generator, word: str) -> str:
    form = int(rng.integers(0, 4))
    return (word, word.upper().replace("&#8377;", "₹"), word.replace(" / ", "&nbsp;/ "), f" {word}\u200b")[
        form
    ]
