"""Makes a donor's quarter again from what is laid out around it: `python -m orchestration.remake REQUEST`.

Run by `rebuilding.world` in a source tree of an earlier day, so what it asks for and gives stays as it is:

    request   donor, quarter, through (the last quarter to run), quarters (that there are), regions, before (lines
              withheld of earlier quarters), answer (a folder), withheld (a Parquet file with the withheld lines; none:
              nothing is), manifest (of the release to be built; none: values only)
    answer    values.parquet, and where a manifest is given the release's files in files/

No Dagster, no S3, nobody is told anything: deliveries go the same way through the same functions.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from ingest.contracts.loading import load_region
from ingest.errors import SangamError
from ingest.linkage import link_region
from orchestration import reading, soundness
from orchestration.releases.build import build
from orchestration.releases.content import KEY, read_content
from orchestration.releases.header import header_of
from orchestration.settings import Settings, settings
from orchestration.warehouse import build_state, dbt

_ROWS = pa.schema([(name, pa.string()) for name in ("donor", "quarter", *KEY, "period")])


def main(request_file: str) -> int:
    """Answer a request; the exit status."""
    request = json.loads(Path(request_file).read_text(encoding="utf-8"))
    try:
        _make(settings(), request)
    except SangamError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _make(where: Settings, request: dict[str, Any]) -> None:
    build_warehouse(where, request["through"], request["regions"], request["quarters"])
    manifest = json.loads(Path(request["manifest"]).read_text("utf-8")) if request.get("manifest") else {}
    withheld = pq.read_table(request["withheld"]) if request.get("withheld") else _ROWS.empty_table()
    before = pa.Table.from_pylist(request["before"], _ROWS)
    withheld = pa.concat_tables([withheld.select(_ROWS.names).cast(_ROWS), before])
    content = read_content(
        where.home, request["donor"], request["quarter"], withheld, manifest.get("comments", {}), before
    )
    answer = Path(request["answer"])
    pq.write_table(content.values, answer / "values.parquet")
    if manifest:
        (answer / "files").mkdir()
        for name, body in build(content, header_of(manifest)).items():
            (answer / "files" / name).write_bytes(body)


def build_warehouse(where: Settings, quarter: str, regions: list[str], others: list[str]) -> None:
    """Bring the regions' deliveries up to a quarter through to the marts; `others`: quarters that are built as well.

    Raises SangamError for a region that cannot be run, and with dbt's words where the models fail.
    """
    for region in regions:
        if why := soundness.fault(region):
            raise SangamError(f"Region {region} cannot be run: {why}")
    sources = [(region, source) for region in regions for source in load_region(region).sources]
    for _, done in reading.read(where, quarter, sources):
        if isinstance(done, Exception):
            raise done
    for region in regions:
        link_region(where.home, region, quarter, demo=where.demo)
    made_of = build_state.as_it_is(where)
    changed = set(build_state.quarters_to_build(where, quarter))
    quarters = sorted(changed | (set(others) - set(build_state.quarters_built(where.home))))
    dbt.build(where, quarters)
    build_state.swap_in(where)
    build_state.remember(where, quarters, made_of)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
