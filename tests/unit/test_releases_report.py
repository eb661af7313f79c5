"""What a person at the donor opens: the report and the workbook, in words, with nothing cut. No warehouse, no S3."""

from __future__ import annotations

import dataclasses
import io
import re
from html.parser import HTMLParser

import openpyxl
import pyarrow as pa
import pytest

from orchestration.releases.build import build, sha256
from orchestration.releases.content import COLUMNS, DEFINITION
from orchestration.releases.figures import cell_format, figure, share
from orchestration.releases.rows import value_rows
from orchestration.releases.words import Words, inside, words_of, written_out
from orchestration.warehouse import logframes
from tests.release_content import FILE, HEADER, HOSTILE, LONG, WORDS, made_up, restated, table, value


class Page(HTMLParser):
    """The text of a page, its tags, and whether all that is opened is closed."""

    VOID = ("meta", "br", "rect", "line", "link", "img")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


@pytest.fixture(scope="module")
def report() -> str:
    return build(made_up(), HEADER)["report.html"].decode("utf-8")


@pytest.fixture(scope="module")
def page(report: str) -> Page:
    return Page(report)


@pytest.fixture(scope="module")
def book() -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(build(made_up(), HEADER)["indicators.xlsx"]))


def cells(sheet: openpyxl.worksheet.worksheet.Worksheet) -> list[str]:
    return [str(cell.value) for row in sheet for cell in row if cell.value is not None]


def test_the_report_is_one_sound_page(page: Page, report: str) -> None:
    assert report.startswith("<!doctype html>")
    assert (page.open, page.wrong) == ([], [])
    assert not re.search(r"https?://|//[a-z]|src=|url\(|@import", report)  # nothing is fetched
    hrefs = [attrs["href"] for _, attrs in page.tags if "href" in attrs]
    ids = {attrs.get("id") for _, attrs in page.tags}
    assert hrefs and {href[1:] for href in hrefs if href} <= ids
    assert not [tag for tag, _ in page.tags if tag in ("script", "link", "img", "iframe")]
    assert not [name for _, attrs in page.tags for name in attrs if name.startswith("on")]


def test_what_partners_write_is_text(page: Page, report: str) -> None:
    assert "<script" not in report
    assert " ".join(HOSTILE.split()) in page.text
    labels = [attrs["aria-label"] or "" for _, attrs in page.tags if "aria-label" in attrs]
    assert any(HOSTILE in label for label in labels)


def test_each_drawing_says_what_it_shows(page: Page) -> None:
    drawings = [attrs for tag, attrs in page.tags if tag == "svg"]
    titles = [tag for tag, _ in page.tags if tag == "title"]
    assert len(drawings) == len(titles) - 1 > 4
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in drawings)
    whole = next(attrs["aria-label"] for attrs in drawings if "target" in (attrs["aria-label"] or ""))
    assert whole == f"{LONG}: 81.0 %, 95 % interval 74.1 to 86.4, target 85.0 %, baseline 49.7 %"


def test_tables_have_headers(page: Page) -> None:
    heads = [attrs for tag, attrs in page.tags if tag == "th"]
    assert heads and all(attrs.get("scope") in ("col", "row", "colgroup") for attrs in heads)


@pytest.mark.parametrize(
    "said",
    [
        "81.0 %", "95 % interval 74.1 to 86.4, n 210", "89 % of the way to the target", "Last quarter: 70.0 %",
        "Since the round of 2019Q2: -7.5 points", "PKR 3.4 million", "6,060 households", "1 self-help group",
        "0 self-help groups", "withheld", "not applicable", "Nothing to measure.", "3 records are left out.",
        f"No accepted delivery of Household register, Sindh for 2021Q2: {FILE}.", "Female", "A lot", "Poverty",
        "District not known for 1,193 of 6,060 households, which count in the total. The register names no village for "
        "them.", "Nobody knows what it means.", "No achievement is stated, since the target equals the baseline.",
        "could point to individual people", "April to June 2021", "Punjab, Sindh", "2021-07-20 09:15:00 UTC",
        "sangam release verify a_donor 2021Q2 r001", "All regions", LONG,
    ],
)  # fmt: skip
def test_the_report_says(page: Page, said: str) -> None:
    assert said in page.text


def test_regions_stand_beside_each_other(page: Page) -> None:
    assert "Sex All regions Punjab Sindh" in page.text
    told = r"Male Male: 9 self-help groups 9 0 9 .*Female Female: 51 self-help groups 51 10 41"
    assert re.search(told, page.text)
    # of a place the region is named: it lies in one
    assert re.search(r"Okara Punjab Okara: 10 self-help groups 10 .*Thatta Sindh Thatta: 41", page.text)


def test_regions_without_a_total_are_named() -> None:
    content = made_up()
    values = [row for row in content.values.to_pylist() if row["region"] != "all"]
    without = dataclasses.replace(content, values=table(values, COLUMNS))
    text = Page(build(without, HEADER)["report.html"].decode("utf-8")).text
    assert re.search(r"Male Punjab Male: 0 self-help groups 0 .*Male Sindh Male: 9 self-help groups 9", text)


def test_the_report_tells_the_other_files(page: Page) -> None:
    files = build(made_up(), HEADER)
    assert "report.html" in files
    for name in ("indicators.csv", "indicators.parquet", "indicators.xlsx"):
        assert f"{name} {len(files[name]):,} {sha256(files[name])}" in page.text


def test_no_code_is_shown_where_a_person_reads(page: Page, book: openpyxl.Workbook) -> None:
    texts = [page.text, *(" ".join(cells(sheet)) for sheet in book if sheet.title != "Sources")]
    for text in texts:
        found = re.findall(
            r"\b(?:in_quarter|as_at|not_reported|not_applicable|poverty_band|a_lot|suppressed)\b", text
        )
        assert found == []
    assert "80.9percent" not in "".join(texts)


def test_a_restated_value_shows_what_it_was_and_why() -> None:
    content, header = restated()
    files = build(content, header)
    text = Page(files["report.html"].decode("utf-8")).text
    assert "What changed since r001, and why Late forms" in text
    assert "Restated: 70.0 % before (late forms)." in text
    assert "12.0 %" not in text  # what is withheld from now on is not told again
    assert "not stated" in text
    changes = openpyxl.load_workbook(io.BytesIO(files["indicators.xlsx"]))["Changes"]
    assert {"70.0 %", "81.0 %", "stated", "withheld", "not stated", "late forms"} <= set(cells(changes))
    assert "12" not in " ".join(cells(changes))


def test_the_same_content_makes_the_same_page() -> None:
    assert build(made_up(), HEADER)["report.html"] == build(made_up(), HEADER)["report.html"]
    content, header = restated()
    assert build(content, header)["report.html"] == build(content, header)["report.html"]


def test_the_front_sheet_holds_the_values(book: openpyxl.Workbook) -> None:
    front = book["Summary"]
    rows = {(row[0].value, row[1].value): row for row in front if row[0].value}
    first = rows["A-01", f"{LONG}, Sindh"]
    assert (first[3].value, first[3].number_format) == (81.0, '#,##0.0" %"')
    assert (first[4].value, first[4].number_format) == (85, '#,##0.0" %"')
    assert (first[5].value, first[6].value) == (0.885, "amber")
    assert (first[7].value, first[7].number_format) == (70.0, '#,##0.0" %"')
    assert first[1].alignment.wrap_text
    assert front.row_dimensions[first[0].row].height > 40  # all lines of the long name
    money = rows["A-03", "Money, PKR, Sindh"]
    assert (money[3].value, money[3].number_format) == (3399500, '"PKR "#,##0.0#,," million"')
    assert rows["A-03", "Money, EUR, Sindh"][3].value == "not reported"
    households = rows["A-02", f"Households {HOSTILE}, Sindh"]
    assert households[3].number_format == '#,##0" households"'
    assert households[7].value == "not reported"
    said = "\n".join(cells(front))
    for text in (
        "Nobody knows what it means.",
        "District not known for 1,193 of 6,060",
        "withheld",
        "Amina Soomro",
    ):
        assert text in said


def test_level_sheets_show_words_and_whole_numbers(book: openpyxl.Workbook) -> None:
    assert book.sheetnames == [
        "Summary", "Impact", "Output", "Charts", "Since last round", "Definitions", "Sources",
    ]  # fmt: skip
    heads = {cell.value: cell.column for cell in book["Impact"][4]}
    shown = [
        tuple(book["Impact"].cell(row, heads[name]).value for name in ("By", "Indicator, category", "Value"))
        for row in range(5, 10)
    ]
    assert shown == [
        (None, LONG, 81), ("Poverty", HOSTILE, "not applicable"), ("Poverty", "A lot", 50),
        ("Sex", "Male", "withheld"),
        ("Sex", "Female", 66.7),
    ]  # fmt: skip
    assert book["Impact"].cell(8, heads["Unit"]).value is None  # withheld
    assert "Withheld: it could point" in str(book["Impact"]["A2"].value)
    money = [[cell.value for cell in row] for row in book["Output"] if row[0].value == "A-03"]
    assert any(3399500 in row and "PKR" in row for row in money)


def test_no_change_of_a_withheld_value_is_told(book: openpyxl.Workbook) -> None:
    told = cells(book["Since last round"])
    assert "-7.5" in told and LONG in told
    assert not {"12.3", "3.4", "Male"} & set(told)


def test_charts_stand_beside_their_figures(book: openpyxl.Workbook) -> None:
    sheet = book["Charts"]
    headings = {cell.row - 1: str(cell.value) for cell in sheet["A"] if cell.value}
    anchors = [chart.anchor._from for chart in sheet._charts]
    assert len(anchors) == 6
    assert all(headings[anchor.row] and anchor.col > 5 for anchor in anchors)
    named = [headings[anchor.row] for anchor in anchors]
    assert f"A-01 {LONG}, by sex" not in named  # of one bar there is no chart
    assert f"A-02 Households {HOSTILE}, by district" in named


def with_rows(*rows: dict[str, object]) -> dict[str, bytes]:
    """The files of the made-up content with further values."""
    content = made_up()
    return build(
        dataclasses.replace(content, values=table([*content.values.to_pylist(), *rows], COLUMNS)), HEADER
    )


def test_what_has_no_bar_says_why_beside_its_name() -> None:
    """Not in the place of the number: a chart would draw the word as zero."""
    given = {"indicator": "A-02", "over_time": "as_at", "unit": "household", "dimension": "district"}
    files = with_rows(value(**given, category="Larkana", state="suppressed"))
    sheet = openpyxl.load_workbook(io.BytesIO(files["indicators.xlsx"]))["Charts"]
    (row,) = (cell.row for cell in sheet["A"] if cell.value == "Larkana (withheld)")
    assert sheet.cell(row, 2).value is None


def test_a_breakdown_that_is_withheld_whole_is_one_sentence() -> None:
    given = {"indicator": "A-02", "over_time": "as_at", "unit": "household", "dimension": "tehsil"}
    files = with_rows(*(value(**given, category=one, state="suppressed") for one in ("Kotri", "Sehwan")))
    page = Page(files["report.html"].decode("utf-8"))
    assert "By tehsil Withheld for all 2 categories: Kotri, Sehwan ." in page.text
    assert (page.open, page.wrong) == ([], [])


def test_a_long_sum_of_money_has_room() -> None:
    """Where a number is wider than its column, a spreadsheet shows #### in its place."""
    given = {"indicator": "A-03", "over_time": "in_quarter", "unit": "money"}
    files = with_rows(value(**given, currency="INR", value=20560230000.0))
    sheet = openpyxl.load_workbook(io.BytesIO(files["indicators.xlsx"]))["Output"]
    (head,) = (cell for cell in sheet[4] if cell.value == "Value")
    assert sheet.column_dimensions[head.column_letter].width > len("20,560,230,000.00")


def test_sums_of_money_are_drawn_in_millions() -> None:
    given = {
        "indicator": "A-03",
        "over_time": "in_quarter",
        "unit": "money",
        "currency": "INR",
        "dimension": "district",
    }
    rows = [value(**given, category=one, value=number) for one, number in (("Ranchi", 2e9), ("Gumla", 1.5e6))]
    sheet = openpyxl.load_workbook(io.BytesIO(with_rows(*rows)["indicators.xlsx"]))["Charts"]
    (head,) = (cell for row in sheet for cell in row if cell.value == "INR million")
    assert [sheet.cell(head.row + place, head.column).value for place in (1, 2)] == [1.5e6, 2e9]
    assert sheet.cell(head.row + 1, head.column).number_format == "#,##0.0,,"


def test_categories_stand_in_and_numbers_touch_no_text(book: openpyxl.Workbook) -> None:
    """A spreadsheet indents only what has a side to stand at."""
    sheet = book["Impact"]
    heads = {str(cell.value): cell.column for cell in sheet[4]}
    total, category = (sheet.cell(row, heads["Indicator, category"]).alignment for row in (5, 6))
    assert (total.horizontal, category.horizontal) == ("left", "left")
    assert category.indent > total.indent
    for name, side in (("Value", "right"), ("Unit", "left"), ("Data of", "left")):
        found = sheet.cell(5, heads[name]).alignment
        assert (found.horizontal, found.indent) == (side, 1)


def test_regions_are_called_what_the_logframe_calls_them() -> None:
    words = dataclasses.replace(
        WORDS, labels={"dimension": {"region": "State"}, "region": {"all": "All states"}}
    )
    files = build(dataclasses.replace(made_up(), words=words), HEADER)
    heads = [cell.value for cell in openpyxl.load_workbook(io.BytesIO(files["indicators.xlsx"]))["Output"][4]]
    assert "State" in heads and "Region" not in heads
    page = Page(files["report.html"].decode("utf-8"))
    assert "By state State" in page.text and "All states Punjab Sindh" in page.text
    assert "All regions" not in page.text


def test_a_wide_sheet_is_printed_on_two_pages_beside_each_other(book: openpyxl.Workbook) -> None:
    sheet = book["Impact"]
    heads = {str(cell.value): cell.column for cell in sheet[4]}
    (cut,) = (one.id for one in sheet.col_breaks.brk)
    assert cut == heads["95 % from"] - 1  # what values rest on stands on the second page
    assert sheet.print_title_cols == "$A:$B"
    assert sheet.page_setup.pageOrder == "overThenDown"
    assert 50 < sheet.page_setup.scale <= 72


def test_one_region_is_not_named_beside_each_note() -> None:
    content = made_up()
    values = [row for row in content.values.to_pylist() if row["region"] == "sindh"]
    one = Page(
        build(dataclasses.replace(content, values=table(values, COLUMNS)), HEADER)["report.html"].decode()
    )
    assert "District: Unknown" in one.text
    assert "Sindh, District" not in one.text


def test_an_indicator_is_defined_once() -> None:
    """However it is stated over time; the unit of money is its currencies."""
    content = made_up()
    twice = [
        *content.definitions.to_pylist(),
        content.definitions.to_pylist()[2] | {"over_time": "cumulative"},
    ]
    twice[2]["over_time"] = "in_quarter"
    definitions = pa.Table.from_pylist(twice, content.definitions.schema)
    files = build(dataclasses.replace(content, definitions=definitions), HEADER)
    page = Page(files["report.html"].decode("utf-8"))
    _, _, defined = page.text.rpartition("Definitions")
    assert defined.count("A-03 Money") == 1
    assert "Stated in the quarter, and since the start Unit EUR, PKR" in defined


def test_codes_in_words() -> None:
    assert [WORDS.category("sex", code) for code in ("F", "M", "T")] == ["Female", "Male", "T"]
    assert (written_out("other_informal_worker"), written_out("Tando Allahyar")) == (
        "Other informal worker",
        "Tando Allahyar",
    )
    units = (("household", 2), ("household", 1), ("person", 3), ("visit per enterprise", 1.3), ("shg", None))
    assert [WORDS.unit(code, count) for code, count in units] == [
        "households", "household", "people", "visits per enterprise", "self-help groups",
    ]  # fmt: skip
    together = dataclasses.replace(WORDS, labels={"region": {"all": "All provinces"}})
    assert [one.region("all") for one in (WORDS, together)] == ["All regions", "All provinces"]
    assert (inside("Poverty band"), inside("Fifth Schedule area")) == ("poverty band", "Fifth Schedule area")
    assert WORDS.deliveries("sindh/mis 2021Q2 (sindh/mis/a (1).sql); sindh/x 2021Q1 (3 files)") == (
        "Household register, Sindh 2021Q2; sindh/x 2021Q1"
    )
    places = ["unknown", "Ward 12", "Ward 9", "Amirpur"]
    in_order = sorted(places, key=lambda one: WORDS.place_in_order("area", one))
    assert in_order == ["Amirpur", "Ward 9", "Ward 12", "unknown"]
    assert WORDS.in_text("a_b.csv, x/c_d: unreadable_file.") == "a_b.csv, x/c_d: unreadable file."
    assert WORDS.in_text("of sindh/mis, sindh/mis/x.sql and sindh/other") == (
        "of Household register, Sindh, sindh/mis/x.sql and sindh/other"
    )


@pytest.mark.parametrize(
    "row, shown, shown_as",
    [
        (value(value=80.9), "80.9 %", '#,##0.0" %"'),
        (value(value=6060.0, unit="household"), "6,060 households", '#,##0" households"'),
        (value(value=45.5, unit="day"), "45.5 days", '#,##0.0" days"'),
        (value(value=-1234.0, currency="PKR", unit="money"), "PKR -1,234", '"PKR "#,##0'),
        (value(value=12.5, currency="PKR", unit="money"), "PKR 12.50", '"PKR "#,##0.00'),
        (
            value(value=17258750000.0, currency="INR", unit="money"),
            "INR 17.26 billion",
            '"INR "#,##0.0#,,," billion"',
        ),
        (value(value=1.0, unit='a "b" c'), '1 a "b" c', "#,##0\" a 'b' c\""),
        (value(value=None, state="suppressed"), "withheld", '#,##0.0" %"'),
    ],
)
def test_figures(row: dict[str, object], shown: str, shown_as: str) -> None:
    places = {"household": 0, "percent": 1, "day": 2, "money": 2}
    row["places"] = {"value": places.get(str(row["unit"]), 0)}
    assert figure(row, Words()) == shown
    assert cell_format(row, Words()) == shown_as


def test_shares() -> None:
    assert [share(one) for one in (0.885, -0.101, 1.0, None)] == ["89 %", "-10 %", "100 %", "–"]


CODES = ("kind", "unit", "over_time", "disaggregations")  # of a definition, shown in words


def test_every_shipped_logframe_has_words() -> None:
    for donor in logframes.donor_codes():
        words = words_of(donor)
        assert words.regions and words.sources
        for indicator in logframes.of_donor(donor).indicators:
            said = [str(getattr(indicator, name, None) or "") for name in DEFINITION if name not in CODES]
            assert not [text for text in said if re.search(r"[a-z]_[a-z]", text)], indicator.code
            for one in indicator.disaggregations:
                for code in logframes.of_donor(donor).listed(one):
                    assert "_" not in words.category(one.dimension, code)
    assert words_of("no_donor") == Words()


def test_names_of_totals_differ() -> None:
    rows = [row for row in value_rows(made_up(), HEADER, made_up().values) if row["by"] is None]
    assert len({row["label"] for row in rows}) == len(rows)
