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
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import product
from pathlib import Path

from ingest.contracts import correction_words, decision_words
from ingest.contracts.conventions import Conventions
from ingest.contracts.correction_words import Correction
from ingest.contracts.faults import checked, did_you_mean, line
from ingest.contracts.region import Region
from ingest.contracts.source import Source
from ingest.contracts.vocabularies import drawn_vocabularies
from ingest.contracts.yaml_file import Document, WordPlace, merge, read_mapping
from ingest.errors import SangamError
from ingest.nearest import unknown

REGIONS = Path(__file__).resolve().parents[1] / "regions"
REFERENCE = "_reference"  # the programme and region of tables that are every region's


_NO_SOURCES = ("programme", "decisions", "corrections")
_file = cache(read_mapping)
_decisions = cache(decision_words.read_decisions)
_corrections = cache(correction_words.read)


def regions_root() -> Path:
    """The folder of the contracts: SANGAM_REGIONS, else the built-in one."""
    return Path(os.environ.get("SANGAM_REGIONS") or REGIONS)


def region_files(root: Path | None = None) -> dict[str, Path]:
    """Every region there is a contract for: its name and its file."""
    return dict(_files_in(root) if root else _all_files(regions_root()))


@cache
def _files_in(root: Path) -> dict[str, Path]:
    return {path.stem: path for path in sorted(root.glob("*/regions/*.yml"))}


@cache
def _all_files(root: Path) -> dict[str, Path]:
    """Those of a folder, and the built-in reference tables where it has none of its own."""
    return {path.stem: path for path in (REGIONS / REFERENCE).glob("regions/*.yml")} | _files_in(root)


def load_region(name: str, root: Path | None = None) -> Region:
    """The region's contract with everything inherited. Raises SangamError for an unknown or inconsistent one."""
    found = _loaded(region_file(name, root))
    if found.region is None:
        raise SangamError(found.fault)
    return found.region


def region_file(name: str, root: Path | None = None) -> Path:
    """The file of a region. Raises SangamError for an unknown one, naming the known ones."""
    files = _files_in(root) if root else _all_files(regions_root())
    if name not in files:
        raise unknown("region", name, files)
    return files[name]


def forget() -> None:
    """Look for the regions, and read every file, anew when next asked."""
    for cached in (
        _files_in,
        _all_files,
        _loaded,
        _file,
        _read_corrections,
        _corrections,
        _decisions,
        as_read,
    ):
        cached.cache_clear()


@cache
def as_read() -> object:
    """A token that stands for what has been read; after `forget` it is another one."""
    return object()


@dataclass(frozen=True)
class _Loaded:
    """What is known of a region: its contract, or why there is none; what its words and its sources' are made of."""

    region: Region | None
    fault: str = ""
    words: Document | None = None
    documents: dict[str, Document] = field(default_factory=dict)


@cache
def _loaded(own_file: Path) -> _Loaded:
    try:
        return _read_region(own_file)
    except SangamError as error:
        return _Loaded(None, str(error))


def _read_region(own_file: Path) -> _Loaded:
    folder = own_file.parents[1]
    programme, own = _file(folder / "programme.yml"), _file(own_file)
    raw = merge(programme, own)
    documents: dict[str, Document] = {}
    sources: dict[str, Source] = {}
    faults: list[str] = []
    for name, words in _source_words(folder, programme, own).items():
        documents[name] = words
        try:
            words.content["vocabularies"] = drawn_vocabularies(words)
            sources[name] = checked(Source, words)
        except SangamError as error:
            faults.append(str(error))
    if faults:
        raise SangamError("\n".join(dict.fromkeys(faults)))
    content = {
        **raw.without("vocabularies").content,
        "region": own_file.stem,
        "programme": folder.name,
        "sources": sources,
    }
    sources_at = WordPlace(own_file, 1, {name: document.place for name, document in documents.items()})
    place = replace(raw.place, inner=raw.place.inner | {"sources": sources_at})
    words = Document(content, place)
    return _Loaded(checked(Region, words), words=words, documents=documents)


def _source_words(folder: Path, programme: Document, own: Document) -> dict[str, Document]:
    """The words of every source of a region, with what programme and region lay over them."""
    files = {path.stem: path for path in sorted(folder.glob("*.yml")) if path.stem not in _NO_SOURCES}
    overrides = merge(programme.part("sources"), own.part("sources"))
    left_out = {
        name
        for one in (programme, own)
        for name, words in one.part("sources").content.items()
        if words is None
    }
    for one, word in product((programme, own), ("sources", "due_days")):
        for name in one.part(word).content:
            if name not in files:
                near = did_you_mean(str(name), files)
                raise SangamError(line(one, (word, name), f"there is no source '{name}' ({name}.yml){near}"))
    region = merge(programme, own)
    shared = region.part("vocabularies")
    found = {}
    for name in files.keys() - left_out:
        words = _inherited(region, merge(_file(files[name]), overrides.part(name)))
        vocabularies = merge(shared, words.part("vocabularies"))
        place = replace(words.place, inner=words.place.inner | {"vocabularies": vocabularies.place})
        found[name] = Document({**words.content, "vocabularies": vocabularies.content}, place)
    return dict(sorted(found.items()))


def _inherited(region: Document, own: Document) -> Document:
    """A source's words with the conventions of its region, under what it states of its own."""
    conventions = region.without(*(word for word in region.content if word not in Conventions.model_fields))
    merged = merge(conventions, own)
    return Document(merged.content, replace(own.place, inner=merged.place.inner))


def fault(region: str, root: Path | None = None) -> str:
    """Why nothing of a region can be read, naming file and line; empty where its contract and what people decided load.

    Raises SangamError for an unknown region.
    """
    own_file = region_file(region, root)
    try:
        load_region(region, root)
        _read_corrections(own_file)
        _decisions(own_file.parents[1])
    except SangamError as error:
        return str(error)
    return ""


def has_source(region: str, source: str) -> bool:
    """Whether there is a contract for a source that can be read."""
    return region in region_files() and not fault(region) and source in load_region(region).sources


def region_words(region: str, root: Path | None = None) -> Document:
    """What a region's contract is made of, with the file and line of every word."""
    load_region(region, root)
    return _loaded(region_file(region, root)).words or Document({}, WordPlace(region_file(region, root), 1))


def source_words(region: str, source: str, root: Path | None = None) -> Document:
    """What a source's contract is made of, with the file and line of every word."""
    load_source(region, source, root)
    return _loaded(region_file(region, root)).documents[source]


def load_source(region: str, source: str, root: Path | None = None) -> Source:
    """The contract of one source. Raises SangamError where the region has no such source."""
    contract = load_region(region, root)
    if source not in contract.sources:
        raise unknown("source", source, contract.sources, of=f"region '{region}'")
    return contract.sources[source]


def load_corrections(region: str, source: str, root: Path | None = None) -> tuple[Correction, ...]:
    """The active corrections of a source. Raises SangamError for one that does not fit the contract."""
    active = _read_corrections(region_file(region, root))
    return tuple(c for c in active if c.source == source)


@cache
def _read_corrections(own_file: Path) -> tuple[Correction, ...]:
    """The active corrections of a region."""
    contract = load_region(own_file.stem, own_file.parents[2])
    path = own_file.parents[1] / correction_words.FILE
    entries = _corrections(path)
    correction_words.check(entries, contract, [p.stem for p in (path.parent / "regions").glob("*.yml")])
    return tuple(c for c in entries.corrections if (c.region, c.status) == (contract.region, "active"))


def fingerprint(region: str, source: str, root: Path | None = None) -> str:
    """A hash of all that decides about a record of this source; another hash means: judge again."""
    contract = load_region(region, root)
    # How records are mapped, and how far a table may drift, is looked at anew in every run anyway.
    words = contract.sources[source].model_dump(mode="json", exclude={"feeds", "drift"})
    words["placeholders"] = contract.placeholders
    if corrected := load_corrections(region, source, root):
        words["corrections"] = [one.model_dump(mode="json") for one in corrected]
    return hashlib.sha256(json.dumps(words, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]
