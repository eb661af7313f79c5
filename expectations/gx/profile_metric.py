"""The metric all expectations share, the batch's profile itself, and what of it lies outside a check's bounds.

A profile has some thousand rows at most. What is in it is worked out in `expectations.measuring`.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.execution_engine import PandasExecutionEngine
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from expectations.measuring.profile import applies
from expectations.suite import Check

PROFILE = "deliveries.profile"
# A row of its own for each delivery, so that one of which nothing could be measured is not forgotten.
DELIVERED = "delivered"


class Profile(TableMetricProvider):
    """The rows of the batch: `delivery`, `beside`, and the columns of a profile."""

    metric_name = PROFILE

    @metric_value(engine=PandasExecutionEngine)
    def _rows(
        cls,  # noqa: N805 - Great Expectations calls it with the class
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        **_: Any,
    ) -> pd.DataFrame:
        frame, _compute, _accessor = execution_engine.get_compute_domain(
            domain_kwargs=metric_domain_kwargs, domain_type=MetricDomainTypes.TABLE
        )
        return frame


def batch_frame(profiles: list[tuple[str, str, pd.DataFrame]]) -> pd.DataFrame:
    """The profiles of deliveries (title, quarter it is beside or "", profile) as one frame for Great Expectations."""
    parts = [frame.assign(delivery=title, beside=beside) for title, beside, frame in profiles]
    delivered = pd.DataFrame(
        [(title, beside, DELIVERED, "", 0) for title, beside, _ in profiles],
        columns=["delivery", "beside", "measure", "name", "records"],
    )
    return pd.concat([delivered, *(part for part in parts if len(part))], ignore_index=True)


def found_by_delivery(check: Check, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """For each delivery of a batch: how many measures the check looked at, and those outside its bounds, worst first.

    It becomes a part of Great Expectations' result, so it is made of what JSON knows.
    """
    judged = applies(check, frame)
    below = check.at_least - judged["value"] if check.at_least is not None else judged["value"] * 0
    above = judged["value"] - check.at_most if check.at_most is not None else judged["value"] * 0
    beyond = pd.concat([below, above], axis=1).max(axis=1)
    outside = judged.assign(beyond=beyond)[beyond > 0].sort_values("beyond", ascending=False, kind="stable")
    looked_at = judged.groupby("delivery").size()
    rows = dict(list(outside.groupby("delivery")))
    deliveries = frame.loc[frame["measure"] == DELIVERED, ["delivery", "beside"]]
    return [
        {
            "delivery": title,
            "beside": beside,
            "looked_at": int(looked_at.get(title, 0)),
            "outside": rows[title][["subject", "value", "seen"]].to_dict("records") if title in rows else [],
        }
        for title, beside in deliveries.itertuples(index=False)
    ]
