"""Whether a logframe's SQL works: what decides about it, and whether that was tried already. See `logframe_trial`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from ingest.code_state import code_fingerprint
from ingest.contracts.loading import fault, load_region
from ingest.contracts.yaml_file import Document
from ingest.trial_notes import mark_of, require
from orchestration.warehouse.logframe_words import Logframe

# The relations that a trial binds against are those that these declare.
_MODELS = "dbt_project/models/conformed/*.yml"


def require_sound(logframe: Logframe, document: Document, home: Path | None = None) -> None:
    """Raises SangamError, naming file and line, for each expression that does not work and each unknown type of place.

    `document`: what the logframe was read from. `home`: where a trial that went well is noted.
    """
    places = _place_words(logframe)
    # The lines are told: another line is another trial.
    words = document.place.file.read_text(encoding="utf-8")
    mark = mark_of(code(), str(document.place.file), words, json.dumps(places, sort_keys=True))
    require(mark, lambda: _tried(logframe, document, list(places)), home)


@cache
def code() -> str:
    """What decides about a trial beside the logframe and its regions: our code, DuckDB and the models' columns."""
    return code_fingerprint("orchestration.warehouse.logframe_trial", packages=("duckdb",), data=(_MODELS,))


def _tried(logframe: Logframe, document: Document, regions: list[str]) -> list[str]:
    # For start-up: a logframe that was tried before needs no DuckDB.
    from orchestration.warehouse.logframe_trial import faults

    return faults(logframe, document, regions)


def _place_words(logframe: Logframe) -> dict[str, list[str]]:
    """Of each region whose places are categories: what its sources say of the types of places, as text."""
    asked = {
        region
        for indicator in logframe.indicators
        if any(one.place_types for one in indicator.disaggregations)
        for region in indicator.regions or logframe.donor.regions
        if not fault(region)
    }
    return {
        region: [
            json.dumps(
                [
                    name,
                    mapping.columns.get("place_type"),
                    source.look_ups,
                    source.model_dump(include={"bands"}),
                ]
            )
            for name, source in load_region(region).sources.items()
            for mapping in source.feeds.get("place", ())
        ]
        for region in sorted(asked)
    }
