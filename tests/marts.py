"""A warehouse with empty marts, each with the columns that its contract in dbt_project/models/marts declares.

For tests of what reads the marts; they fill in what they are about (`insert into … by name`).
"""

from __future__ import annotations

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


def create(db: duckdb.DuckDBPyConnection) -> None:
    """Create schema and tables."""
    db.execute("create schema marts")
    for mart, columns in declared().items():
        fields = ", ".join(f'"{name}" {sql_type}' for name, sql_type in columns.items())
        db.execute(f"create table marts.{mart} ({fields})")
