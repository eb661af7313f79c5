"""`sdmx.csv` (SDMX-CSV 2.0): a donor's values as SDMX observations. What its columns are says `sdmx_structure`.

A code is what the platform calls a thing where SDMX allows it; else a plain form of it. `structure.xml` has its name.
"""

import hashlib
import re
from collections import Counter
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from orchestration.releases.content import Content
from orchestration.releases.csv_file import to_csv
from orchestration.releases.header import Header
from orchestration.releases.rounding import rounded_texts
from orchestration.releases.sdmx_structure import ID, to_structure

TOTAL, NONE = "_T", "_Z"  # SDMX content-oriented guidelines, annex on code lists: total, not applicable
NAMES = {TOTAL: "Total", NONE: "Not applicable"}
# Column of the values → dimension or attribute that has a code list.
CODED = {
    "donor": "DONOR", "indicator": "INDICATOR", "region": "REGION", "over_time": "OVER_TIME",
    "dimension": "DIMENSION", "category": "CATEGORY", "currency": "CURRENCY", "unit": "UNIT_MEASURE",
    "status": "RELEASE_STATUS",
}  # fmt: skip
# Of the cross-domain code list CL_OBS_STATUS: what a missing number means is told apart.
OBS_STATUS = {
    "A": "Normal value", "P": "Provisional value", "O": "Missing value: not reported, which is not zero",
    "M": "Missing value; data cannot exist: nobody and nothing was in the population",
    "Q": "Missing value; suppressed",
    "U": "Low reliability: few unweighted cases; without a value where they are too few",
}  # fmt: skip
MISSING = {"suppressed": "Q", "not_reported": "O", "not_applicable": "M", "unreliable": "U"}
# Of CL_CONF_STATUS. Which cell is withheld for itself and which for another is not told: it would help to undo it.
CONF_STATUS = {"F": "Free", "C": "Confidential statistical information: withheld"}
# Not "information": a value that is now withheld has to take the place of the one that was stated.
REPLACE = "R"
_PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]*")


@dataclass(frozen=True)
class Sdmx:
    """The two files."""

    data: bytes
    structure: bytes


def to_sdmx(content: Content, header: Header, values: pa.Table) -> Sdmx:
    """Return data and structure; `values` are the content's with status and release added, unrounded."""
    texts = rounded_texts(values)
    codes = {column: _codes(texts[name]) for name, column in CODED.items()}
    columns = {column: _coded(texts[name], codes[column]) for name, column in CODED.items()}
    columns |= {
        "TIME_PERIOD": pc.replace_substring(texts["quarter"], "Q", "-Q"),
        "OBS_VALUE": texts["value"],
        "OBS_STATUS": _obs_status(texts),
        "CONF_STATUS": pc.if_else(_is(texts, "state", "suppressed"), "C", "F"),
        "RELEASE": texts["release"],
        "COMMENT_OBS": _comment(texts),
    }
    message = f"{content.donor}-{content.quarter}-{header.release}"
    lists = _code_lists(codes, content, header)
    structure, order = to_structure(message, header.approved_at, lists)
    every = {"STRUCTURE": "dataflow", "STRUCTURE_ID": ID, "ACTION": REPLACE}
    first = {name: pa.repeat(pa.scalar(word), len(texts)) for name, word in every.items()}
    return Sdmx(to_csv(pa.table(first | {name: columns[name] for name in order}), ["OBS_VALUE"]), structure)


def _code_lists(
    codes: dict[str, dict[str, str]], content: Content, header: Header
) -> dict[str, dict[str, str]]:
    """Code → name for each coded column."""
    lists = {
        column: {code: NAMES.get(code, text) for text, code in of_texts.items()}
        for column, of_texts in codes.items()
    }
    sheets = (content.definitions[name].to_pylist() for name in ("indicator", "name"))
    known = {codes["INDICATOR"].get(indicator): name for indicator, name in zip(*sheets, strict=True)}
    lists["INDICATOR"] = {code: known.get(code) or text for code, text in lists["INDICATOR"].items()}
    lists["DONOR"] = dict.fromkeys(lists["DONOR"], header.donor_name)
    return lists | {"OBS_STATUS": OBS_STATUS, "CONF_STATUS": CONF_STATUS}


def _codes(texts: pa.ChunkedArray) -> dict[str, str]:
    """Text → code, in the order of the texts; no two texts have the same code.

    Texts that are not plain ASCII get a hash of themselves, so that their code is the same in every release.
    """
    found = sorted(set(pc.fill_null(texts, "").to_pylist()))
    plain = {text: re.sub(r"[^A-Za-z0-9_]+", "_", text) for text in found}
    taken = Counter([*plain.values(), *NAMES])
    codes = {"": NONE, "all": TOTAL}
    for text in found:
        digest = hashlib.sha256(text.encode()).hexdigest()[:8]
        if _PLAIN.fullmatch(text) and text not in NAMES:
            code = text
        elif text.isascii() and taken[plain[text]] == 1:
            code = plain[text]
        else:
            code = f"{plain[text].rstrip('_')}_{digest}"
        codes.setdefault(text, code)
    return {text: codes[text] for text in found}


def _coded(texts: pa.ChunkedArray, codes: dict[str, str]) -> pa.ChunkedArray:
    place = pc.index_in(pc.fill_null(texts, ""), value_set=pa.array(list(codes), pa.string()))
    return pc.take(pa.array(list(codes.values()), pa.string()), place)


def _is(texts: pa.Table, name: str, word: str) -> pa.ChunkedArray:
    return pc.fill_null(pc.equal(texts[name], word), False)


def _obs_status(texts: pa.Table) -> pa.ChunkedArray:
    status = pc.if_else(_is(texts, "status", "provisional"), "P", "A")
    status = pc.if_else(pc.is_null(texts["value"]), "O", status)
    status = pc.if_else(_is(texts, "reliability", "bracketed"), "U", status)
    for state, code in MISSING.items():
        status = pc.if_else(_is(texts, "state", state), code, status)
    return status


def _comment(texts: pa.Table) -> pa.ChunkedArray:
    """Why a value is as it is: reason, note, reason of a restatement, what an M&E officer says."""
    parts = [pc.fill_null(texts[name], "") for name in ("reason", "note", "change_reason", "comment")]
    joined = pc.binary_join_element_wise(*parts, " ")
    return pc.utf8_trim_whitespace(pc.replace_substring_regex(joined, " +", " "))
