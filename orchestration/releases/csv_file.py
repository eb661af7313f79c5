"""Writes a table as CSV for donors: RFC 4180 quoting, UTF-8, LF, and nothing a spreadsheet would run.

Takes columns that are text already (see `rounding`); rounds and selects nothing.
"""

from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc

# Spreadsheets take a cell that begins with one of these for a formula (OWASP, CSV Injection; ASVS 5.0, 1.2.10). Those
# set up for East Asian languages fold the wide and small forms into the plain ones.
SIGNS = r"[=+\-@＝＋－＠﹦﹢﹣﹫−]"
BLANKS = r"[\p{Z}\p{C}]*"  # spaces and what is not seen: line breaks, zero-width characters, byte order mark
FORMULA_START = rf"^(?:[\t\r\n\x00]|{BLANKS}{SIGNS})"
# Opened with another separator than the comma, a cell ends at each of these, whatever quotation marks are around it.
FORMULA_WITHIN = rf'([;|\t\r\n][\p{{Z}}\p{{C}}"]*)({SIGNS})'


def to_csv(texts: pa.Table, numbers: Collection[str] = ()) -> bytes:
    """Return the table as CSV; a null is an empty cell.

    Text that could be taken for a formula gets a leading apostrophe, columns named in `numbers` never do:
    a minus belongs to its number.
    """
    header = ",".join(_quoted(pa.array(texts.column_names)).to_pylist())
    if not len(texts):
        return f"{header}\n".encode()
    cells = [
        _quoted(texts[name] if name in numbers else harmless(texts[name])).cast(pa.large_string())
        for name in texts.column_names
    ]
    lines = pc.binary_join_element_wise(*cells, pa.scalar(",", pa.large_string()))
    return "\n".join([header, *lines.to_pylist(), ""]).encode("utf-8")


def harmless(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Put an apostrophe before what a spreadsheet would take for a formula, at the start of a text and within."""
    texts = pc.replace_substring_regex(texts, FORMULA_WITHIN, r"\1'\2")
    escaped = pc.binary_join_element_wise(pa.scalar("'"), texts, pa.scalar(""))
    return pc.if_else(pc.match_substring_regex(texts, FORMULA_START), escaped, texts)


def _quoted(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    texts = pc.fill_null(texts, "")
    doubled = pc.replace_substring(texts, '"', '""')
    quoted = pc.binary_join_element_wise(pa.scalar('"'), doubled, pa.scalar('"'), pa.scalar(""))
    return pc.if_else(pc.match_substring_regex(texts, '[",\r\n]'), quoted, texts)
