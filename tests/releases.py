"""Made-up contents of releases: one with a value of each state, and one a donor with all that its logframe states."""

from __future__ import annotations

from itertools import cycle

import pyarrow as pa

from orchestration.releases.content import CHANGE, COLUMNS, DEFINITION, DROP, Content, content_hash
from orchestration.releases.header import Header
from orchestration.warehouse import logframes
from orchestration.warehouse.logframe_words import Indicator, Logframe

SIGNED = "2021-07-20T09:15:00Z"
HEADER = Header(1, "A Donor, Some Programme", "Amina Soomro", SIGNED, "0.1.0+src.abc")
STATES = ("reported", "suppressed", "not_reported", "not_applicable", "unreliable")
Row = dict[str, object]


def value(**given: object) -> Row:
    """A row of values; what is not given is of a survey's percentage."""
    row: Row = dict.fromkeys(COLUMNS)
    row |= {
        "donor": "a_donor", "indicator": "A-01", "quarter": "2021Q2", "region": "sindh", "over_time": "round",
        "dimension": "all", "category": "all", "currency": "", "unit": "percent", "value": 80.95238095238095,
        "state": "reported", "definition_version": "1", "fiscal_label": "FY2020-21 Q4",
    }  # fmt: skip
    return row | given


def table(rows: list[Row], columns: dict[str, bool]) -> pa.Table:
    """Rows as a table of these columns (true: a number)."""
    schema = pa.schema([(name, pa.float64() if number else pa.string()) for name, number in columns.items()])
    return pa.Table.from_pylist(rows, schema)


def content(
    rows: list[Row], definitions: list[Row], donor: str = "a_donor", name: str = "a_donor"
) -> Content:
    """A content of these values and reference sheets."""
    values = table(rows, COLUMNS)
    sheets = pa.Table.from_pylist(definitions, pa.schema([(one, pa.string()) for one in DEFINITION]))
    changes = table([], CHANGE)
    drop = {"region": "sindh", "source": "mis", "quarter": "2021Q2", "file": "x.sql", "sha256": "ab"}
    drops = pa.Table.from_pylist([drop], DROP)
    digest = content_hash(values, sheets, changes)
    return Content(donor, name, "2021Q2", values, sheets, changes, drops, digest)


def of_every_state() -> Content:
    """Two indicators with values of each state, a baseline, targets, and a category in another script."""
    rows = [
        value(target=85, baseline=49.7, baseline_period="MICS 2014", achievement=0.8853, period="2021Q1"),
        value(dimension="district", category="Tando Allahyar", value=66.65),
        value(dimension="district", category="دادو", value=None, state="suppressed"),
        value(dimension="district", category="=1+1", value=0),
        value(dimension="district", category="Matiari", value=None, state="not_applicable"),
        value(dimension="district", category="Sujawal", value=None, n=21, state="unreliable",
              reason="Unreliable: based on fewer than 25 unweighted cases."),
        value(dimension="district", category="Larkana", value=61.25, n=40, reliability="bracketed",
              note="Based on 25-49 unweighted cases: to be read with caution."),
        value(indicator="A-02", over_time="in_quarter", unit="money", currency="EUR", value=None,
              state="not_reported", reason="No rate from PKR to EUR is known for 2021Q2."),
        value(indicator="A-02", over_time="in_quarter", unit="money", currency="PKR", value=-3399500),
    ]  # fmt: skip
    definitions: list[Row] = [
        {"indicator": "A-01", "name": "Latrines", "level": "outcome", "description": "Households with one.",
         "direction": "higher", "kind": "survey_share", "numerator_definition": "Those with one."},
        {"indicator": "A-02", "name": "Money & more <lent>", "level": "output", "direction": "higher", "kind": "sum"},
    ]  # fmt: skip
    return content(rows, definitions)


def of_donor(donor: str) -> tuple[Content, Header]:
    """All that a donor's logframe states, the states of the values in turn, and a header with its IATI words."""
    frame = logframes.of_donor(donor)
    states = cycle(STATES)
    rows = [
        row
        for indicator in frame.indicators
        for over_time in indicator.over_time
        for currency in [indicator.currency or "", *indicator.convert_to]
        for region in [*(indicator.regions or frame.donor.regions), *filter(None, [frame.donor.together])]
        for row in _rows(frame, indicator, over_time, currency, region, states)
    ]
    definitions: list[Row] = [
        {name: str(getattr(one, name)) for name in DEFINITION if isinstance(getattr(one, name, None), str)}
        | {"indicator": one.code, "over_time": over_time, "definition_version": str(one.version)}
        for one in frame.indicators
        for over_time in one.over_time
    ]
    header = Header(
        1, frame.donor.name, "Amina Soomro", SIGNED, "0.1.0+src.abc", iati=logframes.activity_of(donor)
    )
    return content(rows, definitions, donor, frame.donor.name), header


def _rows(
    frame: Logframe, indicator: Indicator, over_time: str, currency: str, region: str, states: cycle[str]
) -> list[Row]:
    key: Row = {
        "donor": frame.donor.code,
        "indicator": indicator.code,
        "over_time": over_time,
        "region": region,
    }
    key |= {"currency": currency, "unit": indicator.unit, "definition_version": str(indicator.version)}
    made = [value(**key, value=12.5, target=20, baseline=10, baseline_period="2014")]
    for one in indicator.disaggregations:
        named = frame.categories.get(one.categories) if isinstance(one.categories, str) else one.categories
        for category in named or ["Tando Muhammad Khan", "unknown"]:
            state = next(states)
            number = 7.25 if state == "reported" else None
            made.append(value(**key, dimension=one.dimension, category=category, value=number, state=state))
    return made
