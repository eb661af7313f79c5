"""Khulna's register of one quarter: three CSV files in a zip, with faulty records, and what is expected of them."""

import numpy as np
import pandas as pd
import pyarrow as pa

from ingest.samples.arrays import Ints, blank, codes, dates, words
from ingest.samples.files import mess
from ingest.samples.files.delimited import Cells, Mixed, csv_text, mix, write_zip
from ingest.samples.files.scripts import BENGALI, in_digits, single_signs, strew
from ingest.samples.khulna.defects import INSTITUTIONS as INSTITUTION_FAULTS
from ingest.samples.khulna.defects import beneficiary as beneficiary_faults
from ingest.samples.khulna.defects import service_received as service_faults
from ingest.samples.khulna.names import BENGALI as IN_BENGALI
from ingest.samples.khulna.names import LATIN as IN_LATIN
from ingest.samples.khulna.people import (
    amounts,
    birth_dates,
    fathers,
    full_names,
    misspelt,
    mobiles,
    nids,
    with_country,
)
from ingest.samples.khulna.places import AREAS, GROUPS, INSTITUTIONS, NO_YES, SERVICES, SEX_WORDS
from ingest.samples.khulna.world import World, true_ids
from ingest.samples.truth.drop_truth import Drop, Truth

_AMOUNTS = ("1500", "1,500", "2550", None, None, "100", None, None, "25,000", "750", "50", "1,00,000", "0")
_STYLED = np.array([0, 1, 2])  # ISO and the two spellings with the day first, as places of `columns.dates`


def live_records(w: World, end: int) -> Ints:
    """Registrations that an extract of the day `end` holds."""
    return np.flatnonzero(w.rec_day <= end).astype(np.int64)


def live_services(w: World, end: int) -> Ints:
    """Services that an extract of the day `end` holds."""
    return np.flatnonzero(w.sv_day <= end).astype(np.int64)


def area_words(w: World, area: Ints, rows: Ints, name: str) -> pa.Array:
    """One of an area's four spellings."""
    spellings = [spelling for area_spellings in AREAS.values() for spelling in area_spellings]
    texts = words(spellings, area * 4 + w.dice.pick(f"{name}/area", rows, 4))
    return single_signs(texts, w.dice.unit(f"{name}/signs", rows) < 0.1)


def _beneficiary(w: World, rows: Ints) -> Cells:
    d, person = w.dice, w.rec_person[rows]
    second = w.rec_second[rows]
    free = second & w.rec_without_nid[rows]  # no number on the second form: some names are misspelt
    slip = d.pick("khulna/slip", rows, 4)
    name = misspelt(full_names(w, person, IN_BENGALI), free & (slip == 0))
    father = misspelt(fathers(w, person), free & (slip == 1))
    long = (d.unit("khulna/long nid", person) < 0.6) ^ second
    number = in_digits(
        nids(w, person, long, w.rec_without_nid[rows]), BENGALI, d.unit("khulna/nid", rows) < 0.12
    )
    sex = np.where(d.pick("khulna/sex", rows, 2) == 0, w.sex[person], 3 + w.sex[person])
    style = d.pick("khulna/flags", rows, len(NO_YES))
    flags = [no_yes for pair in NO_YES for no_yes in pair]
    mobile = blank(mobiles(w, w.line[person]), d.unit("khulna/no mobile", rows) < 0.02)
    mobile = in_digits(mobile, BENGALI, d.unit("khulna/mobile", rows) < 0.1)
    english = blank(full_names(w, person, IN_LATIN), d.unit("khulna/no english", rows) < 0.04)
    return {
        "ben_id": codes("KMSS-", rows + 1, 5),
        "name_bn": mess.around(
            single_signs(name, d.unit("khulna/name", rows) < 0.05), rows, d, "khulna/bn", 0.01
        ),
        "name_en": strew(mess.inside(english, rows, d, "khulna/en", 0.01), rows, d, "khulna/en", 0.003),
        "father_or_husband": mess.inside(father, rows, d, "khulna/father", 0.005),
        "nid": mess.around(number, rows, d, "khulna/nid", 0.004),
        "birth_date": birth_dates(w, person, d.unit("khulna/birth", rows) < 0.25),
        "sex": words(SEX_WORDS, sex),
        "area": strew(area_words(w, w.area[person], rows, "khulna/ben"), rows, d, "khulna/area", 0.004),
        **{group: words(flags, style * 2 + w.groups[person, i]) for i, group in enumerate(GROUPS)},
        "mobile": with_country(mobile, d.unit("khulna/+88", rows) < 0.06),
        "registered_on": dates(w.rec_day[rows], np.where(d.unit("khulna/dashed", rows) < 0.05, 2, 1)),
    }


def _service(w: World, rows: Ints) -> Cells:
    d = w.dice
    kind = w.sv_kind[rows]
    amount = blank(words(_AMOUNTS, kind), d.unit("khulna/no amount", rows) < 0.1)
    style = _STYLED[np.maximum(d.pick("khulna/received", rows, 12) - 9, 0)]
    beneficiary = codes("KMSS-", w.sv_record[rows] + 1, 5)
    return {
        "service_id": codes("S-", rows + 1, 6),
        "ben_id": mess.around(beneficiary, rows, d, "khulna/ref", 0.002),
        "service": mess.around(words(SERVICES, kind), rows, d, "khulna/service", 0.006),
        "institution_id": words([row[0] for row in INSTITUTIONS], w.sv_institution[rows]),
        "received_on": in_digits(dates(w.sv_day[rows], style), BENGALI, d.unit("khulna/on", rows) < 0.02),
        "amount_bdt": amounts(amount, np.maximum(d.pick("khulna/amount", rows, 20) - 15, 0)),
    }


def _institution(w: World, rows: Ints) -> Cells:
    identifier, kind, area, bengali, english = zip(*INSTITUTIONS, strict=True)
    return {
        "institution_id": words(identifier, rows),
        "name_bn": words(bengali, rows),
        "name_en": mess.inside(words(english, rows), rows, w.dice, "khulna/institution", 0.2),
        "kind": words(kind, rows),
        "area": area_words(w, np.array(area, dtype=np.int64)[rows], rows, "khulna/inst"),
    }


def _headers(w: World, quarter: str, name: str, columns: list[str]) -> dict[str, str]:
    """Columns in this quarter's order with this quarter's spelling of their names."""
    rng = w.dice.rng(f"khulna/columns/{quarter}/{name}")
    order = columns if quarter.endswith("Q1") else [columns[i] for i in rng.permutation(len(columns))]
    odd = int(rng.integers(0, len(order)))
    return {c: f" {c.upper()} " if i == odd else c for i, c in enumerate(order)}


def _plan(w: World, quarter: str, end: int) -> dict[str, Mixed]:
    def renumber(frame: pd.DataFrame, column: str, prefix: str, first: int, width: int) -> pd.DataFrame:
        frame[column] = codes(prefix, first + np.arange(len(frame)), width).to_pandas().astype(object)
        return frame

    def rng(name: str) -> np.random.Generator:
        return w.dice.rng(f"khulna/defects/{quarter}/{name}")

    people = mix(
        live_records(w, end),
        lambda rows: _beneficiary(w, rows),
        lambda frame: renumber(frame, "ben_id", "KMSS-", len(w.rec_person) + 1, 5),
        beneficiary_faults(end),
        ("ben_id",),
        rng("beneficiary"),
    )
    institutions = mix(
        np.arange(len(INSTITUTIONS)),
        lambda rows: _institution(w, rows),
        lambda frame: frame,
        INSTITUTION_FAULTS,
        ("institution_id",),
        rng("institution"),
    )
    lost = {"beneficiary": people.lost(but="date"), "institution": institutions.lost()}

    def late_enough(frame: pd.DataFrame) -> pd.DataFrame:
        """Services on the extract's last day: after any registration."""
        frame["received_on"] = dates(np.full(len(frame), end)).to_pandas().astype(object)
        return renumber(frame, "service_id", "S-", len(w.sv_record) + 1, 6)

    services = mix(
        live_services(w, end),
        lambda rows: _service(w, rows),
        late_enough,
        service_faults(end),
        ("service_id",),
        rng("service_received"),
        lost,
    )
    return {"beneficiary": people, "service_received": services, "institution": institutions}


def write_register(w: World, quarter: str, end: int, truth: Truth, drop: Drop) -> None:
    """Write a quarter's zip, note what is expected of it and who is who."""
    tables = _plan(w, quarter, end)
    files = {}
    for name, mixed in tables.items():
        headers = _headers(w, quarter, name, list(mixed.cells))
        sep = "\t" if name == "beneficiary" else ","
        text = csv_text(mixed.cells, headers, sep, quote_all=False)
        mark = "" if name == "institution" else "\ufeff"
        files[f"{name}.csv"] = (mark + text).encode("utf-16-le" if name == "beneficiary" else "utf-8")
    year, month, of_month = (int(part) for part in drop.received_at[:10].split("-"))
    write_zip(truth.path(drop), files, (year, month, of_month, 11, 20, 0))
    truth.add(drop, {name: mixed.outcome() for name, mixed in tables.items()})


def persons(w: World, end: int) -> list[dict[str, str]]:
    """Who is who among the accepted registrations."""
    rows = live_records(w, end)
    records = codes("KMSS-", rows + 1, 5).to_pylist()
    return [
        {"region": "khulna", "source": "mis", "record": record, "true_id": person}
        for record, person in zip(records, true_ids(w, w.rec_person[rows]), strict=True)
    ]
