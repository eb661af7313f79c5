"""Which columns of partners' tables a feed's columns are made of, from the contracts' mappings."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache

import dagster as dg

from ingest.boundary.published import published_columns
from ingest.contracts.loading import load_region
from ingest.empty_tables import cells
from orchestration.assets.sources import asset_key
from orchestration.soundness import sound_regions

# A text, which names no column; a name between quotation marks; a bare name.
_NAMES = re.compile(r"""'(?:[^']|'')*'|"((?:[^"]|"")+)"|([^\W\d]\w*)""")


@cache
def of_feed(feed: str) -> dg.TableColumnLineage:
    """Every column of a feed with the columns of all regions' tables that its expressions name."""
    found: dict[str, list[dg.TableColumnDep]] = defaultdict(list)
    for region in sound_regions():
        for name, source in load_region(region).sources.items():
            for mapping in source.feeds.get(feed, ()):
                key = asset_key(region, name, mapping.table)
                known = _columns(region, name, mapping.table)
                for column, expression in mapping.columns.items():
                    found[column] += [
                        dg.TableColumnDep(key, one) for one in _named(expression) if one in known
                    ]
    return dg.TableColumnLineage({column: list(dict.fromkeys(deps)) for column, deps in found.items()})


@cache
def _columns(region: str, source: str, table: str) -> frozenset[str]:
    words = load_region(region).sources[source]
    return frozenset(name for name, _ in published_columns(cells(words)[table], words.tables[table], b""))


def _named(expression: str) -> Iterator[str]:
    return (quoted or bare for quoted, bare in _NAMES.findall(expression) if quoted or bare)
