"""What a person should know of a table that is read without a contract: what is odd, how often, and on which lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from ingest.readers.chunk import Chunk
from ingest.readers.legacy_fonts import SAMPLED, font_of

_LINES_SHOWN = 12
_COLUMNS_LOOKED_AT = 500  # of very wide tables
# Of the header, by the reader's code.
_REMARKS = {
    "no_header": "Line {line} is taken for the header and looks like a record: if it is one, use --no-header.",
    "blank_header": "The header, line {line}, names less than half of its columns: it may be a title.",
    "more_header": "The record below the header, line {line}, looks like more of the header.",
    "quoted_header": "The header, line {line}, has quotation marks within its cells: a delimiter may be missing.",
    "narrow_header": "Most records have more cells than the header, line {line}: a delimiter may be missing in it.",
}
# Of records.
_WHAT = {
    "ragged_row": "Another number of cells than the header",
    "stray_quote": "Quotation marks do not pair, so that cells and records may end elsewhere",
    "lost_letters": "Signs that a wrong encoding leaves in the place of letters",
}
_LOST = "[\\x{80}-\\x{9F}\\x{FFFD}]"
_BEGIN_OF_LOST = (b"\xc2", b"\xef\xbf\xbd")


class Oddities:
    """Gathers what is odd while chunks of a table go by."""

    def __init__(self) -> None:
        self._of_table: list[str] = []
        self._lines: dict[str, list[int]] = {}
        self._counts: Counter[str] = Counter()

    def begin(self, chunk: Chunk) -> None:
        """Note what the first chunk says of the table as a whole."""
        self._of_table += [f"Above the header stands: {line}" for line in chunk.above]
        self._of_table += [_REMARKS[code].format(line=line) for code, line in chunk.remarks]
        self._of_table += _in_legacy_fonts(chunk)

    def note(self, chunk: Chunk) -> None:
        """Note the records that the reader cannot vouch for."""
        for place, code in sorted(chunk.doubts.items()):
            self._add(code, int(chunk.rows[place]))
        for column in chunk.cells.columns:
            data = bytes(column.buffers()[2] or b"")
            if any(sign in data for sign in _BEGIN_OF_LOST):
                for place in pc.indices_nonzero(pc.match_substring_regex(column, _LOST)).to_pylist():
                    self._add("lost_letters", int(chunk.rows[place]))

    def told(self) -> Iterator[str]:
        """Everything, as sentences."""
        yield from self._of_table
        for code, lines in self._lines.items():
            more = self._counts[code] - len(lines)
            where = f"line{'s' * (len(lines) > 1)} {', '.join(map(str, lines))}" + f" and {more:,} more" * (
                more > 0
            )
            yield f"{_WHAT.get(code, code)}: {where}."

    def _add(self, code: str, line: int) -> None:
        self._counts[code] += 1
        lines = self._lines.setdefault(code, [])
        if len(lines) < _LINES_SHOWN:
            lines.append(line)


def _in_legacy_fonts(chunk: Chunk) -> Iterator[str]:
    """A line for each column whose first cells are text in a font that nobody has any more."""
    start: pa.RecordBatch = chunk.cells.slice(0, SAMPLED)
    for place in range(min(start.num_columns, _COLUMNS_LOOKED_AT)):
        if told := font_of(start.column(place)):
            yield (
                f"Column '{start.schema.names[place]}' is typed in the font {told.font.told}, row "
                f"{chunk.rows[told.first]} for one: its letters only look like {told.font.script} in that font."
            )
