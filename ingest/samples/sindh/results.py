"""The programme's own printed results table as a workbook, and what is accepted of it as reported values."""

from typing import Any

from ingest.samples.files.xlsx import open_workbook, write_row
from ingest.samples.truth.defects import are_planted
from ingest.samples.truth.drop_truth import Drop, Finding, TableTruth, Truth

# The table as the programme published it, misprints and all: our code, label, 2021, 2019, baseline.
_INDICATORS = (
    (
        "EU-01",
        "% of deliveries took place through skilled birth attendant or at health facility (public or private)"
        " in last one year",
        81,
        88,
        "49.7*",
    ),
    ("EU-02", "% households that have vaccination cards for children (0-23 months)", 91, 92, "52**"),
    ("EU-03", "% of households that have latrines in their homes", 64, 52, "52**"),
    ("", "% of eligible (above 18 years of age) women and men have CNICs", 75, 93, "76***"),
    ("", "% of eligible (above 18 years of age) women and men have CNICs", 22, 20, "Not available"),
    ("EU-06", "% of children (5-12 years) enrolled in school", 69, 76, "32***"),
    ("EU-07", "% of CO members who are aware of at least four basic human rights", 58, 56, "Not available"),
    ("EU-08", "% of children (boys and girls) with birth registration", 19, 21, "1***"),
    ("EU-09", "No. of forest/fruit trees planted by CO member households per CO", 58, 42, "Not available"),
)
_OUTREACH = (
    ("EU-10", "606,000", "Organised Households", "606000"),
    ("", "3,0000", "Women Community Organisations", ""),
    ("EU-12", "3400", "Women Village Organisationss", "3400"),
    ("EU-13", "314", "Local Support Organisations", "314"),
)
_TITLE = "The EU funded Sindh Union Council and Community Economic Strengthening Support (SUCCESS) Programme"
_NOTE = (
    "*Institutional delivery in rural Sindh, MICS 2014 **Child (0-35 months) ever had vaccination card, "
    "MICS 2014, ***Result of PSC survey for poor households (PSC 0-23) RSPN, 2016, "
    "**** MICS 2014 for rural Sindh"
)
_COLUMNS = ("IMI 2021", "IMI 2019", "Baseline")


def _printed() -> tuple[tuple[tuple[Any, ...], ...], tuple[tuple[str, str, str, str], ...]]:
    """Both blocks; without defects the rows that cannot be told apart or read are left out."""
    every = are_planted()
    return tuple(row for row in _INDICATORS if row[0] or every), tuple(
        row for row in _OUTREACH if row[0] or every
    )


def write_results(truth: Truth, drop: Drop) -> None:
    """Write the workbook; note what is expected of it and the reported values."""
    indicators, outreach = _printed()
    with open_workbook(truth.path(drop)) as book:
        sheet = book.add_worksheet("Results")
        sheet.merge_range(0, 0, 0, 3, _TITLE)
        sheet.merge_range(1, 0, 1, 3, "Impact")
        sheet.merge_range(2, 0, 3, 0, "Indicators")
        asked = "Status of sample CO member Households"
        upper = (f"{asked} (n= 628)", f"{asked} (n=317)", "Baseline Status in the SUCCESS districts")
        for column, text in enumerate(upper, start=1):
            sheet.write_string(2, column, text)
        for column, text in enumerate(("(IMI 2021)", "(IMI 2019)", "(PSC 2016 and MICS 2014)"), start=1):
            sheet.write_string(3, column, text)
        for row, (_, *cells) in enumerate(indicators, start=4):
            write_row(sheet, row, cells)
        sheet.merge_range(13, 0, 13, 3, _NOTE)
        sheet.merge_range(15, 0, 15, 3, "Outreach")
        for row, (_, value, label, _) in enumerate(outreach, start=16):
            write_row(sheet, row, (value, label))
    doubled = [
        Finding(row[1], "conflicting_label", n) for n, row in enumerate(indicators, start=1) if not row[0]
    ]
    grouped = [
        Finding(row[2], "ambiguous_grouping", n) for n, row in enumerate(outreach, start=1) if not row[0]
    ]
    truth.add(
        drop,
        {
            "indicators": TableTruth(len(indicators), doubled),
            "outreach": TableTruth(len(outreach), grouped),
        },
    )
    for code, label, now, before, baseline in indicators:
        if code:
            for heading, cell in zip(_COLUMNS, (str(now), str(before), baseline), strict=True):
                _report(truth, drop, code, label, heading, cell)
    for counted, _, counted_label, number in outreach:
        if counted:
            _report(truth, drop, counted, counted_label, "Outreach", number)


def _report(truth: Truth, drop: Drop, code: str, label: str, column: str, printed: str) -> None:
    value = printed.rstrip("*")
    truth.reported.append(
        {
            "region": drop.region,
            "source": drop.source,
            "quarter": drop.quarter,
            "file": drop.file,
            "indicator": code,
            "label": label,
            "column": column,
            "value": "" if value == "Not available" else value,
            "note": printed[len(value) :],
        }
    )
