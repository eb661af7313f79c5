"""A made-up donor's quarter for tests of a release's files: every state, hostile text, long names, missing targets."""

from __future__ import annotations

import dataclasses

import pyarrow as pa

from orchestration.releases.changes import compare
from orchestration.releases.content import (
    CHANGE,
    COLUMNS,
    DEFINITION,
    DROP,
    PREVIOUS,
    Content,
    content_hash,
)
from orchestration.releases.header import Header
from orchestration.releases.words import Words

HOSTILE = "<script>alert('x')</script> & \"q\""
LONG = "Households of " + "very " * 30 + "remote villages that have a latrine at home"
FILE = f"sindh/mis/2021Q2/{'membership_forms_' * 5}.sql"
WORDS = Words(
    regions={"sindh": "Sindh", "punjab": "Punjab"},
    sources={("sindh", "mis"): "Household register"},
    labels={
        "sex": {"F": "Female", "M": "Male"},
        "unit": {"shg": "self-help group"},
        "dimension": {"poverty_band": "Poverty"},
    },
    order={"sex": ["M", "F"]},
    unknown={("A-02", "district"): "The register names no village for them."},
    not_computed={"A-05": "Nobody knows what it means."},
)


def value(**given: object) -> dict[str, object]:
    """A row of the values: a reported share, unless told otherwise."""
    row: dict[str, object] = dict.fromkeys(COLUMNS)
    row |= {
        "donor": "a_donor", "indicator": "A-01", "quarter": "2021Q2", "region": "sindh", "over_time": "round",
        "dimension": "all", "category": "all", "currency": "", "unit": "percent", "state": "reported",
        "definition_version": "1", "fiscal_label": "FY2020-21 Q4", "period": "2021Q2",
    }  # fmt: skip
    return row | given


def table(rows: list[dict[str, object]], columns: dict[str, bool]) -> pa.Table:
    """Rows as a table with these columns: numbers, or else text."""
    schema = pa.schema([(name, pa.float64() if number else pa.string()) for name, number in columns.items()])
    return pa.Table.from_pylist(rows, schema)


ROWS = [
    value(value=80.95238, se=2.675, ci_low=74.1, ci_high=86.4, deff=1.4, n=210, baseline=49.7, target=85,
          achievement=0.8853, light="amber", df=72),
    value(dimension="sex", category="F", value=66.65, ci_low=60.0, ci_high=70.0),
    value(dimension="sex", category="M", state="suppressed"),
    value(dimension="poverty_band", category="a_lot", value=50.0, note="3 records are left out."),
    value(dimension="poverty_band", category=HOSTILE, state="not_applicable", reason="Nothing to measure."),
    value(indicator="A-02", over_time="as_at", unit="household", value=6060, target=7000, baseline=7000),
    value(indicator="A-02", over_time="as_at", unit="household", dimension="district", category="unknown", value=1193),
    value(indicator="A-02", over_time="as_at", unit="household", dimension="district", category="Dadu", value=1),
    value(indicator="A-03", over_time="in_quarter", unit="money", currency="PKR", value=3399500, numerator=3399500),
    value(indicator="A-03", over_time="in_quarter", unit="money", currency="EUR", state="not_reported",
          reason=f"No accepted delivery of sindh/mis for 2021Q2: {FILE}."),
    value(indicator="A-04", over_time="in_quarter", unit="shg", value=1, region="all"),
    value(indicator="A-04", over_time="in_quarter", unit="shg", value=1, region="sindh"),
    value(indicator="A-04", over_time="in_quarter", unit="shg", value=0, region="punjab"),
]  # fmt: skip
GROUPS = {"indicator": "A-04", "over_time": "in_quarter", "unit": "shg"}
ROWS += [
    value(**GROUPS, region=region, dimension=dimension, category=category, value=number)
    for region, dimension, category, number in (
        ("all", "sex", "F", 51), ("sindh", "sex", "F", 41), ("punjab", "sex", "F", 10), ("all", "sex", "M", 9),
        ("sindh", "sex", "M", 9), ("punjab", "sex", "M", 0), ("all", "place", "Thatta", 41),
        ("all", "place", "Okara", 10),
        ("sindh", "place", "Thatta", 41), ("punjab", "place", "Okara", 10),
    )
]  # fmt: skip
HEADER = Header(1, f"A Donor {HOSTILE}", "Amina Soomro", "2021-07-20T09:15:00Z", "0.1.0+src.abc")


def made_up() -> Content:
    """The content that the first release is made of."""
    definitions = pa.Table.from_pylist(
        [
            {"indicator": code, "name": name, "level": level, "unit": unit, "over_time": "round",
             "definition_version": "1", "description": HOSTILE, "disaggregations": "sex, poverty_band"}
            for code, name, level, unit in (
                ("A-01", LONG, "impact", "percent"), ("A-02", f"Households {HOSTILE}", "output", "household"),
                ("A-03", "Money", "output", "money"), ("A-04", "Groups", "output", "shg"),
            )
        ],
        pa.schema([(name, pa.string()) for name in DEFINITION]),
    )  # fmt: skip
    change = {"indicator": "A-01", "region": "sindh", "dimension": "all", "category": "all"}
    change |= {
        "previous_round": "2019Q2",
        "previous": 88.5,
        "current": 80.95,
        "difference": -7.54,
        "p": 0.119,
    }
    told = {
        **change,
        "dimension": "sex",
        "category": "M",
        "current": 12.3,
        "difference": 3.4,
    }  # its value is withheld
    drops = [{"region": "sindh", "source": "mis", "quarter": "2021Q2", "file": HOSTILE, "sha256": "ab"}]
    before = [value(value=70.04), value(indicator="A-02", over_time="as_at", state="not_reported")]
    values, changes = table(ROWS, COLUMNS), table([change, told], CHANGE)
    return Content(
        "a_donor", "a_donor", "2021Q2", values, definitions, changes, pa.Table.from_pylist(drops, DROP),
        content_hash(values, definitions, changes), {}, WORDS,
        table([{name: row[name] for name in PREVIOUS} for row in before], PREVIOUS),
    )  # fmt: skip


def restated() -> tuple[Content, Header]:
    """The same content as a release after one that had another value and one value less."""
    content = made_up()
    rows = [dict(row) for row in ROWS if row["indicator"] != "A-04"]
    rows[0]["value"] = 70.0
    rows[2] |= {"state": "reported", "value": 12.0}
    changes = compare(table(rows, COLUMNS), content.values, "late forms")
    header = dataclasses.replace(HEADER, number=2, predecessor="r001", reason="late forms", changes=changes)
    return content, header
