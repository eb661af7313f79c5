"""The proof that goes with a release: that nobody can work out what it, and all before it, withhold."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ingest.errors import SangamError
from orchestration.disclosure.attack import certify
from orchestration.disclosure.protection import statement_of
from orchestration.disclosure.tables import File
from orchestration.releases.build import published_values, read_parquet, sha256, to_parquet
from orchestration.releases.content import Content
from orchestration.releases.header import MANIFEST, Header

_SHOWN = 10


def certificate(home: Path, content: Content, header: Header) -> dict[str, Any]:
    """What an attack on all releases and this one shows, for its manifest.

    Raises SangamError where a withheld value could be worked out: such a release must not go out.
    """
    values = published_values(content, header)
    path = f"{content.donor}/{content.quarter}/{header.release}"
    new = File(path, values, sha256(to_parquet(values)), content.disclosure)
    found = certify([*_released(home, path), new])
    if found.broken:
        more = len(found.broken) - _SHOWN
        raise SangamError(
            f"{content.donor} {content.quarter} cannot be released: what it withholds could be worked out. "
            f"{'; '.join(found.broken[:_SHOWN])}{f'; and {more:,} more' if more > 0 else ''}. This is a fault of the "
            "program; tell its makers, and do not release by other ways."
        )
    words = asdict(found)
    words.pop("broken")
    return words


def _released(home: Path, but: str) -> Iterator[File]:
    """The local copies of all releases, in the order of their sign-offs."""
    manifests = []
    for file in Path(home, "releases").glob(f"[a-z]*/[0-9]*/r[0-9]*/{MANIFEST}"):
        manifest = json.loads(file.read_text(encoding="utf-8"))
        path = f"{manifest['donor']}/{manifest['quarter']}/{manifest['release']}"
        if path != but:
            manifests.append((manifest["approved_at"], path, file, manifest))
    for _, path, file, manifest in sorted(manifests, key=lambda one: one[:2]):
        body = file.with_name("indicators.parquet").read_bytes()
        values = read_parquet(body)
        # A release of before anything was withheld does not say what adds up, and shows it.
        said = manifest.get("disclosure") or statement_of(home, values, manifest["donor"])
        yield File(path, values, sha256(body), said)
