"""Loading contracts from `ingest/regions`: one folder a programme, inheritance by deep merge.

    regions/<programme>/programme.yml        what all regions of the programme share
    regions/<programme>/<source>.yml         the contract of a source, shared by the programme's regions
    regions/<programme>/regions/<region>.yml what is this region's own; `sources: {<source>: …}` overrides
    regions/<programme>/corrections.yml      what delivered cells and records should be, see `contracts.corrections`

A mapping merges key by key, anything else replaces; `null` removes an inherited key. A vocabulary may be drawn
from a nested one: `districts: keys of blocks` lists the districts under which `blocks` has its words, and
`values of blocks` all words of all districts.
"""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from ingest.contracts import corrections
from ingest.contracts.corrections import Correction
from ingest.contracts.model import Region, Source
from ingest.errors import SangamError

REGIONS = Path(__file__).resolve().parents[1] / "regions"


class Loader(yaml.SafeLoader):
    """YAML 1.2's booleans: `yes`, `no` and `on` are words, as they are in surveys and in SQL."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


def merge(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """`base` with `own` laid over it: mappings merge, other values replace, None removes."""
    merged = dict(base)
    for key, value in own.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict) and isinstance(merged.get(key), dict):
            merged[key] = merge(merged[key], value)
        else:
            merged[key] = value
    return merged


def _yaml(path: Path) -> dict[str, Any]:
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=Loader) or {}  # noqa: S506 - a SafeLoader
    except yaml.YAMLError as error:
        raise SangamError(f"{path} is not readable as YAML: {error}") from error


def drawn_vocabularies(vocabularies: dict[str, Any], where: str) -> dict[str, Any]:
    """The vocabularies with `keys of …` and `values of …` worked out.

    Raises SangamError where the named vocabulary is not there or has no words under keys.
    """
    drawn = dict(vocabularies)
    for name, words in vocabularies.items():
        if not isinstance(words, str):
            continue
        match = re.fullmatch(r"(keys|values) of (\S+)", words.strip())
        nested = vocabularies.get(match.group(2)) if match else None
        if match is None or not isinstance(nested, dict):
            raise SangamError(
                f"The contract {where}: vocabulary '{name}' is '{words}'. Give a list, or 'keys of <vocabulary>' or "
                "'values of <vocabulary>' with one that has its words under keys."
            )
        drawn[name] = list(nested) if match.group(1) == "keys" else _all_words(nested)
    return drawn


def _all_words(nested: dict[str, Any]) -> dict[str, list[str]]:
    """Every word under any key with its spellings; a word under two keys keeps those of both."""
    words: dict[str, list[str]] = {}
    for inner in nested.values():
        for word in inner or ():
            spellings = (inner[word] or ()) if isinstance(inner, dict) else ()
            words.setdefault(str(word), []).extend([spellings] if isinstance(spellings, str) else spellings)
    return words


def _plain_error(where: str, error: ValidationError) -> SangamError:
    lines = [f"- {'.'.join(str(p) for p in e['loc']) or 'contract'}: {e['msg']}" for e in error.errors()]
    return SangamError(f"The contract {where} is not consistent:\n" + "\n".join(lines))


def region_files(root: Path = REGIONS) -> dict[str, Path]:
    """Every region there is a contract for: its name and its file."""
    return {path.stem: path for path in sorted(root.glob("*/regions/*.yml"))}


@cache
def load_region(name: str, root: Path = REGIONS) -> Region:
    """The region's contract with everything inherited. Raises SangamError for an unknown or inconsistent one."""
    files = region_files(root)
    if name not in files:
        raise SangamError(f"There is no contract for region '{name}'. Known regions: {', '.join(files)}.")
    own_file = files[name]
    folder = own_file.parents[1]
    raw = merge(_yaml(folder / "programme.yml"), _yaml(own_file))
    own_sources = raw.pop("sources", {}) or {}
    shared = raw.pop("vocabularies", {}) or {}
    sources: dict[str, Source] = {}
    for path in sorted(folder.glob("*.yml")):
        if path.stem in ("programme", "decisions", "corrections") or own_sources.get(path.stem, {}) is None:
            continue
        words = merge(_yaml(path), own_sources.get(path.stem) or {})
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


def load_source(region: str, source: str, root: Path = REGIONS) -> Source:
    """The contract of one source. Raises SangamError where the region has no such source."""
    contract = load_region(region, root)
    if source not in contract.sources:
        raise SangamError(
            f"Region '{region}' has no source '{source}'. Its sources: {', '.join(contract.sources)}."
        )
    return contract.sources[source]


@cache
def load_corrections(region: str, source: str, root: Path = REGIONS) -> tuple[Correction, ...]:
    """The active corrections of a source. Raises SangamError for one that does not fit the contract."""
    contract = load_region(region, root)
    path = root / contract.programme / corrections.FILE
    entries = corrections.read(path)
    corrections.check(path, entries, contract, [p.stem for p in (path.parent / "regions").glob("*.yml")])
    return tuple(c for c in entries if (c.region, c.source, c.status) == (region, source, "active"))


def fingerprint(region: str, source: str, root: Path = REGIONS) -> str:
    """A hash of all that decides about a record of this source; another hash means: judge again."""
    contract = load_region(region, root)
    # How records are mapped, and how far a table may drift, is looked at anew in every run anyway.
    words = contract.sources[source].model_dump(mode="json", exclude={"feeds", "look_ups", "drift"})
    words["placeholders"] = contract.placeholders
    if corrected := load_corrections(region, source, root):
        words["corrections"] = [one.model_dump(mode="json") for one in corrected]
    return hashlib.sha256(json.dumps(words, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
