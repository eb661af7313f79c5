"""Messy pages read as Chromium shows them: which cells, with which text, in which row and column."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest

from ingest.readers import read
from tests.browser import chromium

PAGES = 300
STYLES = [
    ".gone{display:none}", ".unseen{visibility:hidden}", "tr.odd td{display:none}",
    "table.x tr:nth-child(2){display:none}",
    "@media print{td{display:none}}", "@media screen{.gone{display:none}}", "/* td{display:none} */",
    "td.gone{display:table-cell}",
    "#one{visibility:hidden}", "span{display:block}", ".gone{display:none!important}",
    "tr>td+td.odd{visibility:hidden}",
    "<!-- .odd{visibility:hidden} -->", "td.x, th.x{display:none;mso-hide:all}", "@page{margin:1in} .y{display:none}",
    "td:first-child.y{display:none}", "body .unseen b{visibility:visible}",
]  # fmt: skip
HIDING = [
    " style='display:none'", " hidden", ' style="visibility:hidden"', " class=gone", " class='x odd'",
    " class=unseen",
    " class=y", " id=one", " style='DISPLAY : none ; color:red'", " aria-hidden=true", " style='visibility:collapse'",
    " style='display:none;display:bogus'", " style='color:red'",
]  # fmt: skip
SPANS = ["rowspan=2", "colspan=2", "rowspan=0", "colspan=0", "rowspan=3 colspan=2", "colspan=x", "rowspan=99",
"rowspan='2.7'",
         "colspan=' 3'"]  # fmt: skip
INLINE = ["b", "i", "span", "font", "a", "em", "sup", "s", "small", "u", "del", "nobr"]
BLOCK = ["p", "div", "center", "ul", "li", "h4", "blockquote", "form", "pre"]


class Messy:
    """A page of tables by a careless program: ends left out, tags that belong elsewhere, hidden parts."""

    def __init__(self, seed: int) -> None:
        self.any = random.Random(seed)
        self.words = 0

    def page(self) -> str:
        doctype = self.any.choice(["", "<!DOCTYPE html>", "<html>"])
        style = f"<style>{' '.join(self.any.sample(STYLES, 5))}</style>" if self.maybe(0.5) else ""
        body = "".join(self.table(0) + self.stray() for _ in range(self.any.randint(1, 3)))
        return f"{doctype}<head>{style}</head><body>{self.text()}{body}</body></html>"

    def maybe(self, chance: float) -> bool:
        return self.any.random() < chance

    def text(self) -> str:
        self.words += 1
        more = self.any.choice(["", "&nbsp;", " &amp; more", "\n  next ", " 12", "&#2547;", "<", " >x"])
        return f"w{self.words}{more}"

    def hiding(self, chance: float = 0.12) -> str:
        return self.any.choice(HIDING) if self.maybe(chance) else ""

    def end(self, tag: str, chance: float) -> str:
        return "" if self.maybe(chance) else f"</{tag}>"

    def stray(self) -> str:
        if self.maybe(0.8):
            return ""
        return self.any.choice([
            "</tr>", "</td>", "<td>", "<tr>", "</table>", "<tbody>", "stray ", "<br>", "</p>",
            "<!-- <td>no</td> -->", "</div>",
            "<![if !x]>", "<tr/>", "<form>", "<input type=hidden value=9>", "<colgroup>", "</b>",
            "<caption>c", "<b>", "<th>",
        ])  # fmt: skip

    def inner(self, depth: int) -> str:
        kind = self.any.random()
        if kind < 0.6:
            return self.text()
        if kind < 0.75:
            tag = self.any.choice(INLINE)
            return f"<{tag}{self.hiding()}>{self.text()}{self.stray()}{self.end(tag, 0.15)}"
        if kind < 0.85:
            tag = self.any.choice(BLOCK)
            return f"{self.text()}<{tag}{self.hiding()}>{self.text()}{self.end(tag, 0.2)}{self.text()}"
        if kind < 0.9 and depth < 3:
            return self.any.choice([self.text(), ""]) + self.table(depth + 1)
        return self.any.choice([
            "<br>", "", "a<br/>b", "<input value=5>", "<input type=hidden value=no>",
            "<script>'<td>'</script>", "<textarea>t\nu</textarea>",
            "<select><option>1<option selected>2</select>", "<select><option disabled>-<option>3</select>",
            "<details>in<summary>s</summary>no</details>",
            "<template><td>no</template>", "<img alt=x>",
            "<select multiple><option selected>4<option>5<option selected>6</select>",
            "<input style='display:none' value=7>", "<button>go</button>", "<dialog>no</dialog>",
            "<ruby>a<rp>(</rp><rt>b</rt></ruby>",
        ])  # fmt: skip

    def cell(self, depth: int) -> str:
        tag = self.any.choice(["td", "td", "td", "th"])
        span = " " + self.any.choice(SPANS) if self.maybe(0.2) else ""
        inner = "".join(self.inner(depth) for _ in range(self.any.choice([0, 1, 1, 1, 2])))
        return f"<{tag}{span}{self.hiding()}>{inner}{self.end(tag, 0.4)}{self.stray()}"

    def row(self, depth: int) -> str:
        start = "" if self.maybe(0.08) else f"<tr{self.hiding()}>"
        cells = "".join(self.cell(depth) for _ in range(self.any.randint(1, 4)))
        return f"{start}{self.stray()}{cells}{self.end('tr', 0.3)}{self.stray()}"

    def table(self, depth: int) -> str:
        out = [f"<table{self.hiding(0.08)}{self.any.choice(['', ' class=x'])}>", self.stray()]
        if self.maybe(0.2):
            out.append(
                self.any.choice(
                    ["<caption>cap</caption>", "<caption>cap", "<colgroup><col><col span=2>", "<col>"]
                )
            )
        for _ in range(self.any.randint(1, 3)):
            group = self.any.choice(["", "", "thead", "tbody", "tfoot"])
            out.append(f"<{group}{self.hiding(0.06)}>" if group else "")
            out += [self.row(depth) for _ in range(self.any.randint(1, 3))]
            out.append(self.end(group, 0.3) if group else "")
        return "".join(out) + self.end("table", 0.05 if depth else 0)


def of_chromium(tables: list[dict[str, Any]]) -> list[list[tuple[str, float, float]]]:
    """Cells with text of those tables that are ones of their own: text, top, left."""
    kept = []
    for table in tables:
        around = tables[table["around"]] if table["around"] is not None else None
        while around and len(table["cells"]) == 1 and not around["own"]:
            around = tables[around["around"]] if around["around"] is not None else None
        if table["own"] and not (around and len(table["cells"]) == 1):
            kept.append([(" ".join(text.split()), y, x) for text, y, x in table["cells"] if text.split()])
    return kept


def of_ours(path: Path) -> list[list[tuple[str, float, float]]]:
    return [
        [
            (" ".join(text.split()), row, column)
            for row, cells in enumerate(chunk.cells.to_pylist())
            for column, text in enumerate(cells.values())
            if text
        ]
        for chunk in read(path)
    ]


def order(cells: list[tuple[str, float, float]]) -> list[tuple[int, int, str]]:
    """Cells with the rank of their row and column among those that have text."""
    rows, columns = (sorted({cell[at] for cell in cells}) for at in (1, 2))
    return sorted((rows.index(y), columns.index(x), text) for text, y, x in cells)


@pytest.mark.skipif(
    chromium.program() is None, reason="Chromium is not installed: pages are not compared with what it shows."
)
def test_pages_are_read_as_chromium_shows_them(tmp_path: Path) -> None:
    pages = [Messy(seed).page() for seed in range(PAGES)]
    compared = 0
    for number, theirs in enumerate(chromium.shown(pages, tmp_path)):
        expected = [order(cells) for cells in of_chromium(theirs)]
        read_ = [order(cells) for cells in of_ours(tmp_path / f"page{number}.html")] if expected else []
        assert read_ == expected, f"page {number}:\n{pages[number]}"
        compared += sum(map(len, expected))
    assert compared > PAGES
