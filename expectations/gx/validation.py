"""Checking batches by their suites: a checkpoint for each kind of source, whose action writes Data Docs.

All deliveries of one kind of source are one batch of Great Expectations, so a suite runs once, however many regions
deliver. Each run has pages of its own: a check result of some time ago still leads to what was found then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import great_expectations as gx
import pandas as pd
from great_expectations.checkpoint import UpdateDataDocsAction
from great_expectations.core.run_identifier import RunIdentifier

from expectations.gx.profile_metric import batch_frame
from expectations.gx.project import SITE, project
from expectations.results import DATA_DOCS, Outside


@dataclass(frozen=True)
class FoundInDelivery:
    """What a check found in one delivery: how many measures it looked at, and those outside, worst first."""

    looked_at: int
    outside: tuple[Outside, ...]


@dataclass(frozen=True)
class Validation:
    """What a suite found: check → delivery → what; and its page, relative to the folder of Data Docs."""

    found: dict[str, dict[str, FoundInDelivery]]
    page: str


class Validator:
    """One project of Great Expectations for all suites of a run."""

    def __init__(self, home: Path) -> None:
        self.docs = home / DATA_DOCS
        self.context = project(home)
        source = self.context.data_sources.get("deliveries")
        self.batch = source.get_asset("profiles").get_batch_definition("deliveries")

    def validate(self, name: str, quarter: str, profiles: list[tuple[str, str, pd.DataFrame]]) -> Validation:
        """Run a suite over the profiles of deliveries: (title, quarter it is beside or "", profile)."""
        definition = gx.ValidationDefinition(name=name, data=self.batch, suite=self.context.suites.get(name))
        checkpoint = gx.Checkpoint(
            name=name,
            validation_definitions=[self.context.validation_definitions.add_or_update(definition)],
            actions=[UpdateDataDocsAction(name="data_docs", site_names=[SITE])],
        )
        checkpoint = self.context.checkpoints.add_or_update(checkpoint)
        done = checkpoint.run(
            batch_parameters={"dataframe": batch_frame(profiles)}, run_id=RunIdentifier(run_name=quarter)
        )
        ((identifier, result),) = done.run_results.items()
        return Validation(dict(_found(result.results)), self._page(identifier))

    def _page(self, identifier: Any) -> str:
        (site,) = self.context.get_docs_sites_urls(resource_identifier=identifier, site_names=[SITE])
        if not site["site_url"]:
            raise RuntimeError(
                f"Great Expectations has written no page of {identifier.to_tuple()}; its log says why."
            )
        path = Path(unquote(urlsplit(str(site["site_url"])).path))
        return path.resolve().relative_to(self.docs.resolve()).as_posix()


def _found(results: Iterable[Any]) -> Iterable[tuple[str, dict[str, FoundInDelivery]]]:
    """What each expectation found, by its check's name. Raises what Great Expectations stumbled over."""
    for one in results:
        name = one.expectation_config.kwargs["name"]
        if "details" not in one.result:
            raise RuntimeError(f"Great Expectations could not check '{name}': {one.exception_info}")
        yield (
            name,
            {
                delivery["delivery"]: FoundInDelivery(
                    delivery["looked_at"], tuple(Outside.model_validate(row) for row in delivery["outside"])
                )
                for delivery in one.result["details"]["deliveries"]
            },
        )
