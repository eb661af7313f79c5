"""Makes the files of one release from its content and its header, byte for byte the same each time.

Pure: reads no warehouse, writes no file, asks no clock.
"""

import hashlib
import io
import json
from dataclasses import asdict
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from orchestration.releases import readme
from orchestration.releases.adx import to_adx
from orchestration.releases.changes import annotate
from orchestration.releases.content import COLUMNS, Content
from orchestration.releases.csv_file import to_csv
from orchestration.releases.donor_workbook import to_workbook
from orchestration.releases.header import MANIFEST, Header
from orchestration.releases.iati import to_iati
from orchestration.releases.report import to_report
from orchestration.releases.rounding import rounded_texts
from orchestration.releases.sdmx import to_sdmx

FORMAT = "sangam-release/1"


def build(content: Content, header: Header) -> dict[str, bytes]:
    """Return the files of the release by name, `manifest.json` last."""
    values = published_values(content, header)
    numbers = [field.name for field in values.schema if pa.types.is_floating(field.type)]
    sdmx = to_sdmx(content, header, values)
    files = {
        "indicators.csv": to_csv(rounded_texts(values), numbers),
        "indicators.parquet": to_parquet(values),
        "indicators.xlsx": to_workbook(content, header, values),
        "iati.xml": to_iati(content, header, values),
        "sdmx.csv": sdmx.data,
        "structure.xml": sdmx.structure,
    }
    if "adx" in header.exchange:
        files["adx.xml"] = to_adx(content, header, values)
    files["report.html"] = to_report(content, header, values, files)  # it tells the others' SHA-256
    files = {readme.NAME: readme.to_readme(content, header, values, files), **files}
    return {**files, MANIFEST: _manifest(content, header, files)}


def published_values(content: Content, header: Header) -> pa.Table:
    """Return the values with what the release says of each: the table of `indicators.parquet`.

    `comment` is what an M&E officer says of an indicator; it stands in the rows of its totals.
    """
    values = annotate(content.values, list(header.changes), header.release, header.status)
    place = pc.index_in(values["indicator"], value_set=pa.array(list(content.comments), pa.string()))
    comments = pc.take(pa.array(list(content.comments.values()), pa.string()), place)
    is_total = pc.equal(values["dimension"], "all")
    return values.append_column("comment", pc.if_else(is_total, comments, pa.scalar(None, pa.string())))


def to_parquet(table: pa.Table) -> bytes:
    """Return the table, unrounded, as Parquet in one row group."""
    sink = io.BytesIO()
    plain = pa.table({name: table[name].combine_chunks() for name in table.column_names})
    pq.write_table(plain, sink, compression="zstd", version="2.6", row_group_size=max(len(table), 1))
    return sink.getvalue()


def read_parquet(body: bytes) -> pa.Table:
    """Return the table of an `indicators.parquet`."""
    return pq.read_table(io.BytesIO(body))


def read_values(body: bytes) -> pa.Table:
    """Return the values of an `indicators.parquet` as they were read; a column that it is older than is empty."""
    found = read_parquet(body)
    types = {name: pa.float64() if number else pa.string() for name, number in COLUMNS.items()}
    return pa.table(
        {
            name: found[name] if name in found.column_names else pa.nulls(len(found), kind)
            for name, kind in types.items()
        }
    )


def sha256(body: bytes) -> str:
    """Return the SHA-256 of some bytes, in hex."""
    return hashlib.sha256(body).hexdigest()


def _manifest(content: Content, header: Header, files: dict[str, bytes]) -> bytes:
    versions = zip(
        content.values["indicator"].to_pylist(), content.values["definition_version"].to_pylist(), strict=True
    )
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "donor": content.donor,
        "donor_name": header.donor_name,
        "quarter": content.quarter,
        "release": header.release,
        "status": header.status,
        "missing": [asdict(one) for one in header.missing],
        "predecessor": header.predecessor,
        "predecessor_manifest_sha256": header.predecessor_manifest_sha256,
        "reason": header.reason,
        "approved_by": header.approved_by,
        "approved_at": header.approved_at,
        "content_sha256": content.sha256,
        "code_version": header.code_version,
        "recipe": header.recipe,
        "definitions": dict(sorted(set(versions), key=str)),
        "disclosure": content.disclosure,
        "certificate": header.certificate,
        "drops": content.drops.to_pylist(),
        "iati": header.iati.model_dump(mode="json", exclude_defaults=True),
        "exchange": list(header.exchange),
        "comments": dict(content.comments),
        "changes": [asdict(change) for change in header.changes],
        "files": [{"name": name, "sha256": sha256(body), "size": len(body)} for name, body in files.items()],
    }
    return (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
