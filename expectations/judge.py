"""Great Expectations: judging profiles by suites, and Data Docs. The only module that imports it (it takes seconds).

All deliveries of one kind of source are one GX batch: a row each table, column, figure and place of each delivery,
a column each check, empty where the check does not apply. So a suite runs once, however many regions deliver.
"""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from expectations.profile import applies
from expectations.suite import Check, Suite
from ingest.deliveries.delivery import NO_QUARTER
from ingest.files import atomic

_ROW = ["delivery", "subject"]


@dataclass(frozen=True)
class Judged:
    """What Great Expectations found: check → delivery → subject → value outside the bounds; and its own result."""

    failing: dict[str, dict[str, dict[str, float]]]
    validation: Any


def judged_frame(suite: Suite, profiles: list[tuple[str, pd.DataFrame]]) -> pd.DataFrame:
    """A row for each subject of each delivery, a column for each check with the measure it judges."""
    columns = []
    for check in suite.checks.values():
        parts = [applies(check, frame).assign(delivery=title) for title, frame in profiles]
        part = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=[*_ROW, "value"])
        columns.append(part.set_index(_ROW)["value"].rename(check.title))
    return pd.concat(columns, axis=1).reset_index()


class Judge:
    """One GX context for all suites of a run; pages of Data Docs are written to `docs`."""

    def __init__(self, docs: Path) -> None:
        self.docs = docs

    @cached_property
    def _context(self) -> Any:
        os.environ["GX_ANALYTICS_ENABLED"] = "false"  # nothing is sent out
        import great_expectations as gx
        from great_expectations.data_context.types.base import (
            DataContextConfig,
            InMemoryStoreBackendDefaults,
            ProgressBarsConfig,
        )

        config = DataContextConfig(
            store_backend_defaults=InMemoryStoreBackendDefaults(init_temp_docs_sites=False),
            analytics_enabled=False,
            progress_bars=ProgressBarsConfig(globally=False, metric_calculations=False),
        )
        return gx.get_context(project_config=config, mode="ephemeral")

    @cached_property
    def _source(self) -> Any:
        return self._context.data_sources.add_pandas("deliveries")

    def judge(
        self, name: str, suite: Suite, quarter: str, profiles: list[tuple[str, pd.DataFrame]]
    ) -> Judged:
        """Run a suite over the profiles of deliveries (title, profile)."""
        import great_expectations as gx

        frame = judged_frame(suite, profiles)
        asked = [check for check in suite.checks.values() if frame[check.title].notna().any()]
        words = gx.ExpectationSuite(name=name, expectations=[_expectation(check) for check in asked])
        whole = self._source.add_dataframe_asset(name).add_batch_definition_whole_dataframe(quarter)
        definition = gx.ValidationDefinition(name=name, data=whole, suite=self._context.suites.add(words))
        self._context.validation_definitions.add(definition)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its own making
            result = definition.run(
                batch_parameters={"dataframe": frame},
                result_format={
                    "result_format": "COMPLETE",
                    "unexpected_index_column_names": _ROW,
                    "return_unexpected_index_query": False,
                },
            )
        return Judged(_failing(suite, result), result)

    def write_page(
        self, name: str, suite: Suite, quarter: str, judged: Judged, results: list[dict[str, Any]]
    ) -> None:
        """Write a suite's page of Data Docs where `page_of` says."""
        from expectations import data_docs

        title = suite.title if quarter == NO_QUARTER else f"{suite.title} · {quarter}"
        with atomic(self.docs / page_of(name, quarter)) as temporary:
            html = data_docs.page(name, title, suite, judged.validation, results)
            temporary.write_text(html, encoding="utf-8")


def page_of(name: str, quarter: str) -> str:
    """A suite's page for a quarter's run, relative to the folder of Data Docs."""
    return f"{quarter}/{name}.html"


def _expectation(check: Check) -> Any:
    import great_expectations.expectations as gxe
    from great_expectations.expectations.metadata_types import FailureSeverity

    is_error = check.severity == "error"
    return gxe.ExpectColumnValuesToBeBetween(
        column=check.title,
        min_value=check.at_least,
        max_value=check.at_most,
        severity=FailureSeverity.CRITICAL if is_error else FailureSeverity.WARNING,
        meta={"severity": check.severity, "notes": {"format": "string", "content": [check.means, check.do]}},
    )


def _failing(suite: Suite, result: Any) -> dict[str, dict[str, dict[str, float]]]:
    """Subjects outside the bounds with their values, by check and delivery. Raises what GX stumbled over."""
    failing: dict[str, dict[str, dict[str, float]]] = {name: {} for name in suite.checks}
    names = {check.title: name for name, check in suite.checks.items()}
    for one in result.results:
        title = one.expectation_config.kwargs["column"]
        name = names[title]
        if one.exception_info.get("raised_exception"):
            raise RuntimeError(f"Great Expectations could not judge '{name}': {one.exception_info}")
        for row in one.result.get("unexpected_index_list") or ():
            failing[name].setdefault(row["delivery"], {})[row["subject"]] = float(row[title])
    return failing
