"""What dagster-dbt does for us: a manifest as specs of assets and checks, and one `dbt build` as Dagster's events.

Imported only where one of the two is needed: it brings all of dbt with it.
"""

import importlib.metadata
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError
from packaging.version import Version

from ingest.sql import sql_name
from orchestration.assets.described import FILE
from orchestration.settings import DBT_PROJECT
from orchestration.warehouse import dbt

# dagster-dbt puts the whole manifest and the translator into every asset's metadata, for its own use.
_ITS_OWN = ("dagster_dbt/manifest", "dagster_dbt/dagster_dbt_translator")


class Translator(DagsterDbtTranslator):
    """dbt models by layer; its sources are the feeds."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """`<schema>/<model>`."""
        return dg.AssetKey([dbt_resource_props.get("schema") or "seeds", dbt_resource_props["name"]])

    def get_metadata(self, dbt_resource_props: Mapping[str, Any]) -> Mapping[str, Any]:
        """What dagster-dbt gives, the model's file, and the file that readers open: dbt writes another database."""
        where = dbt_resource_props.get("schema") or "seeds"
        return {
            **super().get_metadata(dbt_resource_props),
            FILE: dbt_resource_props["original_file_path"],
            "dagster/table_name": f"warehouse.{where}.{dbt_resource_props['name']}",
            "read it in": "$SANGAM_HOME/warehouse.duckdb, a copy that is swapped in as a whole",
        }

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The layer."""
        return dbt_resource_props.get("schema") or "seeds"


class Dbt(DbtCliResource):
    """dagster-dbt's resource without its `dbt --version`, a process of some seconds: dbt-core is in this Python."""

    @cached_property
    def _cli_version(self) -> Version:
        return Version(importlib.metadata.version("dbt-core"))


def assets_and_checks(manifest: Path) -> tuple[list[dg.AssetSpec], list[dg.AssetCheckSpec]]:
    """A manifest's models and seeds, and its tests, with all that dagster-dbt tells of them."""

    @dbt_assets(manifest=manifest, dagster_dbt_translator=Translator())
    def warehouse() -> Iterator[Any]:
        yield from ()  # never run: only its specs are asked for

    models = [
        spec.replace_attributes(metadata={k: v for k, v in spec.metadata.items() if k not in _ITS_OWN})
        for spec in warehouse.specs
    ]
    return models, list(warehouse.check_specs)


def build(
    context: dg.AssetExecutionContext, arguments: Sequence[str], manifest: Path, target: Path, database: Path
) -> Iterator[Any]:
    """Run `dbt build` for what the step selects; a MaterializeResult for each model, an AssetCheckResult for each test.

    A test that no check stands for is an observation. `database`: the DuckDB file that dbt writes. Raises
    DagsterDbtCliRuntimeError where dbt fails, after what went well.
    """
    cli = Dbt(project_dir=str(DBT_PROJECT), profiles_dir=str(DBT_PROJECT), dbt_executable=dbt.executable())
    # Without the step's context: dagster-dbt would look for the manifest in the metadata of the step's assets.
    run = cli.cli(
        ["build", *arguments, *_selected(context)],
        manifest=manifest,
        dagster_dbt_translator=Translator(),
        target_path=target,
    )
    # All events at the end, with the rows that a model has: dbt holds its database until then, and dagster-dbt's own
    # `fetch_row_counts` loads dbt a second time, which takes longer than all models.
    events: list[Any] = []
    failed: DagsterDbtCliRuntimeError | None = None
    try:
        events.extend(run.stream())
    except DagsterDbtCliRuntimeError as error:
        failed = error
    counts = row_counts(database)
    yield from (_told(event, counts) for event in events)
    if failed:
        raise failed


def row_counts(database: Path) -> dict[tuple[str, ...], int]:
    """Rows of every table of a DuckDB file, by schema and name; none where there is no file."""
    # For start-up: only a step counts.
    import duckdb

    if not database.exists():
        return {}
    with duckdb.connect(str(database), read_only=True) as connection:
        tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
        return {
            table: connection.sql(f"SELECT count(*) FROM {'.'.join(map(sql_name, table))}").fetchall()[0][0]
            for table in tables
        }


def _told(event: Any, counts: Mapping[tuple[str, ...], int]) -> Any:
    if isinstance(event, dg.AssetMaterialization):
        rows = counts.get(tuple(event.asset_key.path))
        own = {} if rows is None else {"dagster/row_count": rows}
        return dg.MaterializeResult(asset_key=event.asset_key, metadata={**event.metadata, **own})
    if isinstance(event, dg.AssetObservation):
        return event
    return dg.AssetCheckResult(
        asset_key=event.asset_key,
        check_name=event.check_name,
        passed=event.passed,
        severity=event.severity,
        metadata=event.metadata,
    )


def _selected(context: dg.AssetExecutionContext) -> list[str]:
    """dbt's words for a part of the models and tests; none for all of them."""
    if not context.is_subset:
        return []
    models = [key.path[-1] for key in context.selected_asset_keys]
    tests = [key.name for key in context.selected_asset_check_keys]
    return ["--indirect-selection", "empty", "--select", " ".join(sorted([*models, *tests]))]
