"""`README.txt`: a release in a donor's words. Plain text of 80 columns; made last, of the files that there are."""

import textwrap
from collections.abc import Iterable

import pyarrow as pa

from orchestration.releases.content import Content
from orchestration.releases.csv_file import harmless
from orchestration.releases.header import MANIFEST, Header
from orchestration.releases.missing import told
from orchestration.releases.xml_file import legal

NAME = "README.txt"
WIDTH = 80
# What each file is for, in the order in which people need them.
FILES = {
    "report.html": "The report to read, in any browser. Start here.",
    "indicators.xlsx": "The workbook: values with targets by result level, charts, definitions, deliveries.",
    "indicators.csv": "All values as a table, rounded as in the workbook. For spreadsheets and statistics packages. "
    "The column comment says what the M&E officer has to say of an indicator, beside its totals.",
    "indicators.parquet": "The same table with unrounded values. For data systems.",
    "iati.xml": "The results as an IATI 2.03 activity, to publish or to import.",
    "sdmx.csv": "The values as SDMX-CSV 2.0, for statistical systems; structure.xml says what its columns mean.",
    "structure.xml": "The data structure definition and code lists of sdmx.csv, SDMX-ML 3.0.",
    "adx.xml": "The values as ADX, for DHIS2. Those without a number are left out of it.",
    MANIFEST: "Size and SHA-256 of every file, the sign-off, the deliveries behind the values, what changed.",
}
STATES = {
    "reported": "Computed from what was delivered. Zero is a reported value.",
    "not_reported": "A delivery, a survey round or an exchange rate that it needs is not there. It is not zero.",
    "not_applicable": "Nobody and nothing was in the population: there is no value to state.",
    "unreliable": "Withheld, since it rests on too few unweighted cases of a survey; n says how many.",
    "suppressed": "Withheld. See below.",
}
CAUTION = (
    "Values that say bracketed under reliability rest on few unweighted cases and are to be read with caution. In the "
    "workbook they stand in brackets."
)
WITHHELD = (
    "A value is withheld where it rests on so few people or households that somebody might be recognised, or where it "
    "would let such a value be worked out from the others. It counts in the totals. Please do not try to work it out, "
    "and do not read it as zero."
)
PROVISIONAL = (
    "Not everything that this quarter's values need was there when they were signed off. Values that need it are not "
    "reported; a complete release follows under the next number. Missing:"
)


def to_readme(content: Content, header: Header, values: pa.Table, files: Iterable[str]) -> bytes:
    """Return the text; `values` are the content's with status and release added, `files` the other files' names."""
    there = [*files, MANIFEST]
    described = [name for name in FILES if name in there] + [name for name in there if name not in FILES]
    labels = ", ".join(sorted({label for label in values["fiscal_label"].to_pylist() if label}))
    signed = header.approved_at.replace("T", " ").replace("Z", " UTC")
    states = values["state"].to_pylist()
    count = {state: states.count(state) for state in STATES}
    lines = [
        *_text(header.donor_name),
        *_text(
            f"Indicators of {content.quarter}{f' ({labels})' if labels else ''}, release {header.release}"
        ),
        *_text(f"Signed off by {header.approved_by} on {signed}"),
        *_replaced(header),
        *(_block("Provisional") + _text(PROVISIONAL, "  ") + _lacks(header) if header.missing else []),
        *_block("The files", {name: FILES.get(name, "") for name in described}),
        *_block(
            "What a value can be",
            {state.replace("_", " "): f"{text} Here: {count[state]:,}." for state, text in STATES.items()},
        ),
        *_text(CAUTION, "  "),
        *_block("What withheld means"),
        *_text(WITHHELD, "  "),
        *_block("How to cite"),
        *_text(
            f"{header.donor_name}: indicators of {content.quarter}, release {header.release}, {signed[:10]}.",
            "  ",
        ),
        *_block("How to verify"),
        *_text(
            f"{MANIFEST} names the SHA-256 of every other file. A file is as it was released if yours has the same: "
            "sha256sum FILE (Linux), shasum -a 256 FILE (macOS), certutil -hashfile FILE SHA256 (Windows). A release "
            "is never changed: what is mended comes as the next one, and says what it replaces and why.",
            "  ",
        ),
        *_block("Whom to ask"),
        *_text(_contact(header), "  "),
    ]
    return ("\n".join(harmless(pa.chunked_array([pa.array(lines)])).to_pylist()) + "\n").encode("utf-8")


def _replaced(header: Header) -> list[str]:
    if not header.predecessor:
        return []
    changed = f"{len(header.changes):,} {'value differs' if len(header.changes) == 1 else 'values differ'}"
    return _text(
        f"It replaces release {header.predecessor}: {header.reason}. {changed}; {MANIFEST} lists them."
    )


def _lacks(header: Header) -> list[str]:
    return [line for one in told(header.missing) for line in _text(one, "    ", "  - ")]


def _contact(header: Header) -> str:
    where = f" at {header.iati.contact}" if header.iati.contact else ""
    return (
        f"{header.approved_by}, who signed off this release{where}. Name the release, the indicator's code and the "
        "category: every value can be followed down to the delivered records."
    )


def _block(heading: str, entries: dict[str, str] | None = None) -> list[str]:
    """A heading, and entries with what they are about in a column before them."""
    lines = ["", heading.upper(), ""]
    wide = max((len(name) for name in entries or {}), default=0) + 4
    for name, text in (entries or {}).items():
        lines += _text(text, " " * wide, f"  {name}".ljust(wide))
    return lines


def _text(text: str, indent: str = "", first: str | None = None) -> list[str]:
    """Lines of a paragraph; what is no text of one line (line breaks, control characters) becomes a space."""
    words = " ".join(legal(text).replace("\ufffd", " ").split())
    begin = indent if first is None else first
    return textwrap.wrap(words, WIDTH, initial_indent=begin, subsequent_indent=indent) or [begin.rstrip()]
