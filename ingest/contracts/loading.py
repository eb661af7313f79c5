"""Loading contracts from `ingest/regions`: one folder a programme, inheritance by deep merge.

    regions/<programme>/programme.yml        what all regions of the programme share
    regions/<programme>/<source>.yml         the contract of a source, shared by the programme's regions
    regions/<programme>/regions/<region>.yml what is this region's own; `sources: {<source>: …}` overrides
    regions/<programme>/corrections.yml      what delivered cells and records should be, see `correction_words`

A mapping merges key by key, anything else replaces; `null` removes an inherited key. A vocabulary may be drawn
from a nested one: `districts: keys of blocks` lists the districts under which `blocks` has its words, and
`values of blocks` all words of all districts.

SANGAM_REGIONS names a folder that stands in the place of `ingest/regions`; the shared reference tables (`_reference`)
are the built-in ones where it has none of its own.
"""

from __future__ import annotations

import hashlib
import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import phonenumbers
from pydantic import ValidationError

from ingest.contracts import correction_words
from ingest.contracts.conventions import Conventions
from ingest.contracts.correction_words import Correction
from ingest.contracts.region import Region
from ingest.contracts.source import Source
from ingest.contracts.vocabularies import drawn_vocabularies
from ingest.contracts.yaml_file import merge, read_yaml
from ingest.errors import SangamError

REGIONS = Path(__file__).resolve().parents[1] / "regions"
REFERENCE = "_reference"  # the programme and region of tables that are every region's


def _plain_error(where: str, error: ValidationError) -> SangamError:
    lines = [f"- {'.'.join(str(p) for p in e['loc']) or 'contract'}: {e['msg']}" for e in error.errors()]
    return SangamError(f"The contract {where} is not consistent:\n" + "\n".join(lines))


def regions_root() -> Path:
    """The folder of the contracts: SANGAM_REGIONS, else the built-in one."""
    return Path(os.environ.get("SANGAM_REGIONS") or REGIONS)


def region_files(root: Path | None = None) -> dict[str, Path]:
    """Every region there is a contract for: its name and its file."""
    folders = [regions_root(), REGIONS / REFERENCE] if root is None else [root]
    found = [path for folder in folders[1:] for path in folder.glob("regions/*.yml")]
    found += sorted(folders[0].glob("*/regions/*.yml"))
    return {path.stem: path for path in found}


def load_region(name: str, root: Path | None = None) -> Region:
    """The region's contract with everything inherited. Raises SangamError for an unknown or inconsistent one."""
    return _read_region(region_file(name, root))


def region_file(name: str, root: Path | None = None) -> Path:
    """The file of a region. Raises SangamError for an unknown one, naming the known ones."""
    files = region_files(root)
    if name not in files:
        raise SangamError(f"There is no contract for region '{name}'. Known regions: {', '.join(files)}.")
    return files[name]


def forget() -> None:
    """Read every file anew when it is next asked for."""
    for cached in (_read_region, _read_corrections):
        cached.cache_clear()


@cache
def _read_region(own_file: Path) -> Region:
    name, folder = own_file.stem, own_file.parents[1]
    raw = merge(read_yaml(folder / "programme.yml"), read_yaml(own_file))
    own_sources = raw.pop("sources", {}) or {}
    shared = raw.pop("vocabularies", {}) or {}
    sources: dict[str, Source] = {}
    for path in sorted(folder.glob("*.yml")):
        if path.stem in ("programme", "decisions", "corrections") or own_sources.get(path.stem, {}) is None:
            continue
        words = _inherited(raw, merge(read_yaml(path), own_sources.get(path.stem) or {}))
        merged = merge(shared, words.get("vocabularies") or {})
        words["vocabularies"] = drawn_vocabularies(merged, f"{name}/{path.stem}")
        try:
            sources[path.stem] = Source.model_validate(words)
        except ValidationError as error:
            raise _plain_error(f"{name}/{path.stem}", error) from error
    try:
        return Region.model_validate({**raw, "region": name, "programme": folder.name, "sources": sources})
    except ValidationError as error:
        raise _plain_error(name, error) from error


def _inherited(region: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """A source's words with the conventions of its region, under what it states of its own."""
    held = {word: region[word] for word in Conventions.model_fields if word in region}
    return merge(held, own)


def load_source(region: str, source: str, root: Path | None = None) -> Source:
    """The contract of one source. Raises SangamError where the region has no such source."""
    contract = load_region(region, root)
    if source not in contract.sources:
        raise SangamError(
            f"Region '{region}' has no source '{source}'. Its sources: {', '.join(contract.sources)}."
        )
    return contract.sources[source]


def load_corrections(region: str, source: str, root: Path | None = None) -> tuple[Correction, ...]:
    """The active corrections of a source. Raises SangamError for one that does not fit the contract."""
    active = _read_corrections(region_file(region, root))
    return tuple(c for c in active if c.source == source)


@cache
def _read_corrections(own_file: Path) -> tuple[Correction, ...]:
    """The active corrections of a region."""
    contract = _read_region(own_file)
    path = own_file.parents[1] / correction_words.FILE
    entries = correction_words.read(path)
    correction_words.check(path, entries, contract, [p.stem for p in (path.parent / "regions").glob("*.yml")])
    return tuple(c for c in entries if (c.region, c.status) == (contract.region, "active"))


def fingerprint(region: str, source: str, root: Path | None = None) -> str:
    """A hash of all that decides about a record of this source; another hash means: judge again."""
    contract = load_region(region, root)
    spec = contract.sources[source]
    # How records are mapped, and how far a table may drift, is looked at anew in every run anyway.
    words = spec.model_dump(mode="json", exclude={"feeds", "drift"})
    if any(column.type == "phone" for table in spec.tables.values() for column in table.columns.values()):
        words["phone_numbers_of"] = phonenumbers.__version__
    words["placeholders"] = contract.placeholders
    if corrected := load_corrections(region, source, root):
        words["corrections"] = [one.model_dump(mode="json") for one in corrected]
    return hashlib.sha256(json.dumps(words, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
