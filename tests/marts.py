"""A warehouse with empty marts, each with the columns that its contract in dbt_project/models/marts declares.

For tests of what reads the marts; they fill in what they are about (`insert into … by name`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb
import yaml

FOLDER = Path(__file__).resolve().parents[1] / "dbt_project" / "models" / "marts"


def declared() -> dict[str, dict[str, str]]:
    """The marts by name: column → type."""
    models = [
        model
        for file in sorted(FOLDER.glob("*.yml"))
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", [])
    ]
    return {m["name"]: {c["name"]: c["data_type"] for c in m["columns"]} for m in models}


LOGFRAME = """
donor:
  {{code: {donor}, name: A Donor, regions: [sindh], due_days: 9, suppression_threshold: {threshold},
   fiscal_year: {{starts: 01-01, label: "{{year}} Q{{quarter}}"}}}}
indicators:
"""
INDICATOR = """
  - {{code: {code}, name: Share, level: outcome, description: d, numerator_definition: n, denominator_definition: d,
     method: m, source_note: s, unit: percent, direction: higher, kind: ratio, over_time: [round], sources: [imi],
     from: fct_outcome_observed, unit_type: household, unit_id: unit_id, numerator: "true", denominator: units,
     disaggregations: [{{dimension: sex, category: "answers['sex']", categories: [F, M]}}]}}
"""


def write_logframe(folder: Path, donor: str, codes: Iterable[str], threshold: int = 0) -> Path:
    """A logframe of shares by sex, each of households; without a threshold nothing is small."""
    folder.mkdir(exist_ok=True)
    at = folder / f"{donor}.yml"
    words = LOGFRAME.format(donor=donor, threshold=threshold)
    at.write_text(words + "".join(INDICATOR.format(code=code) for code in codes))
    return at


def create(db: duckdb.DuckDBPyConnection) -> None:
    """Create schema and tables, and that of places, which say what lies in what."""
    db.execute("create schema marts")
    db.execute("create schema conformed")
    db.execute(
        "create table conformed.dim_place (region varchar, source varchar, quarter varchar, place_id varchar, "
        "place_name varchar, parent_place_id varchar)"
    )
    for mart, columns in declared().items():
        fields = ", ".join(f'"{name}" {sql_type}' for name, sql_type in columns.items())
        db.execute(f"create table marts.{mart} ({fields})")
