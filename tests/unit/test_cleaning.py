"""Digits, numbers, dates and text: tables of cases, and properties over endless inputs."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.cleaning import expressions
from ingest.contracts.vocabularies import match_spelling

CONNECTION = duckdb.connect(config={"threads": 1})
ZEROS = {
    "ASCII": "0",
    "Arabic-Indic": "٠",
    "Extended Arabic-Indic": "۰",
    "Devanagari": "०",
    "Bengali": "০",
    "Kannada": "೦",
    "Malayalam": "൦",
}
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def evaluate(expression: Callable[[str], str], values: Sequence[str | None]) -> list[Any]:
    """What an SQL expression makes of each value. To plan the expression costs most: many values are asked at once."""
    rows = CONNECTION.execute(
        f"SELECT {expression('x')} FROM (SELECT unnest($1::VARCHAR[]) AS x)", [list(values)]
    ).fetchall()
    return [row[0] for row in rows]


SIGNS = ("₹", "৳", "Rs", "Rs.", "Tk", "PKR")


def cleaned_number(value: str) -> str:
    return f"({expressions.number_text(expressions.text(value), SIGNS)})"


def number(value: str) -> str:
    return expressions.number_value(cleaned_number(value), "DECIMAL(28,9)")


def integer(value: str) -> str:
    return expressions.number_value(cleaned_number(value), "BIGINT")


def ambiguous(value: str) -> str:
    return expressions.is_ambiguous(cleaned_number(value))


def day(value: str) -> str:
    return expressions.date_value(expressions.text(value))


def western(value: int) -> str:
    return f"{value:,}"


def indian(value: int) -> str:
    digits, sign = str(abs(value)), "-" if value < 0 else ""
    head, tail = digits[:-3], digits[-3:]
    pairs = []
    while head:
        pairs.insert(0, head[-2:])
        head = head[:-2]
    return sign + ",".join([*pairs, tail])


def in_script(text: str, zero: str) -> str:
    return text.translate({ord("0") + n: chr(ord(zero) + n) for n in range(10)})


@pytest.mark.parametrize(
    ("delivered", "shown"),
    [
        (None, None),
        ("", None),
        (" \u00a0\t ", None),
        ("plain", "plain"),
        ("  two\u00a0 words \n", "two words"),
        ("a\u2003b\u202fc\x0bd\x85e", "a b c d e"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("soft\u00adhyphen\u2060", "softhyphen"),
        ("e\u0301", "é"),
        ("\u0995\u09c7\u09be", "\u0995\u09cb"),  # Bengali o in two parts
        ("क्\u200dष", "क्\u200dष"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("a, b; 'c' \"d\"", "a, b; 'c' \"d\""),
    ],
)
def test_text(delivered: str | None, shown: str | None) -> None:
    assert evaluate(expressions.text, [delivered]) == [shown]


@pytest.mark.parametrize("joined", ["क्\u200dष", "می\u200cخواهم"])
def test_joiners_go_for_matching_only(joined: str) -> None:
    bare = joined.replace("\u200c", "").replace("\u200d", "")
    assert evaluate(expressions.text, [joined]) == [joined]
    assert evaluate(expressions.without_joiners, [joined]) == [bare]
    assert match_spelling(joined) == bare


@pytest.mark.parametrize(
    "word", ["NA", "na", "N/A", "n/a", "-", "--", "null", "NULL", "Not available", "NOT AVAILABLE", "नहीं"]
)
def test_empty_words(word: str) -> None:
    assert evaluate(lambda x: expressions.is_empty_word(x, ("नहीं",)), [word]) == [True]


@pytest.mark.parametrize("word", ["none", "0", "no", "Nasreen", "n.a", "---", "नहींं"])
def test_words_that_are_not_empty(word: str) -> None:
    assert evaluate(lambda x: expressions.is_empty_word(x, ("नहीं",)), [word]) == [False]


def test_a_dash_is_kept_where_it_means_zero() -> None:
    assert evaluate(lambda x: expressions.is_empty_word(x, keep_dash=True), ["-", "--"]) == [False, True]


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        ("0", "0"),
        ("12", "12"),
        ("-12.50", "-12.5"),
        ("1,234,567", "1234567"),
        ("12,34,567", "1234567"),
        ("1,234.5", "1234.5"),
        ("₹1,23,456/-", "123456"),
        ("৳৫০০/-", "500"),
        ("Rs. 1,500", "1500"),
        ("Rs 1500", "1500"),
        ("rs.25", "25"),
        ("Tk 300", "300"),
        ("PKR 12,345", "12345"),
        ("49.7*", "49.7"),
        ("49.7 **", "49.7"),
        ("500/- *", "500"),
        ("१२,३४,५६७", "1234567"),
        ("೧೨", "12"),
        ("൧൨", "12"),
        ("۱۲", "12"),
        ("٤٢", "42"),
        ("1.5E+3", "1500"),
        ("\u00a07 \u200b", "7"),
    ],
)
def test_numbers(delivered: str, expected: str) -> None:
    assert evaluate(number, [delivered]) == [Decimal(expected)]
    assert evaluate(ambiguous, [delivered]) == [False]


@pytest.mark.parametrize(
    "delivered", ["3,0000", "1,23", "12,3456", "1234,567", "1,,000", "1,234,56", "1,2345,678"]
)
def test_ambiguous_grouping(delivered: str) -> None:
    assert evaluate(number, [delivered]) == [None]
    assert evaluate(integer, [delivered]) == [None]
    assert evaluate(ambiguous, [delivered]) == [True]


@pytest.mark.parametrize(
    "delivered", ["abc", "1.2.3", "12O", "1 234", "--5", "12-", "5%", "USD 5", "1/2", ".", ",", "1e"]
)
def test_no_numbers(delivered: str) -> None:
    assert evaluate(number, [delivered]) == [None]
    assert evaluate(ambiguous, [delivered]) == [False]


@pytest.mark.parametrize(
    ("delivered", "expected"), [("3", 3), ("3.0", 3), ("3.5", None), ("1,234.00", 1234), ("9" * 25, None)]
)
def test_whole_numbers(delivered: str, expected: int | None) -> None:
    assert evaluate(integer, [delivered]) == [expected]


@given(
    st.lists(
        st.tuples(st.integers(-(10**15), 10**15), st.sampled_from(sorted(ZEROS))), min_size=1, max_size=20
    )
)
@settings(deadline=None, max_examples=40)
def test_digits_of_every_script_round_trip(cases: list[tuple[int, str]]) -> None:
    written = [in_script(str(value), ZEROS[script]) for value, script in cases]
    assert evaluate(expressions.ascii_digits, written) == [str(value) for value, _ in cases]

    assert evaluate(integer, written) == [value for value, _ in cases]


def test_digits_of_every_script() -> None:
    """All that Unicode has, beside letters of the same script; mixed where keyboards mix them."""
    zeros = [n for n in range(0x80, 0x110000) if chr(n).isdecimal() and int(chr(n)) == 0]
    assert len(zeros) > 60
    written = [f"x {''.join(chr(zero + n) for n in (1, 0, 9))}-2 {chr(zero + 5)}" for zero in zeros]
    assert evaluate(expressions.ascii_digits, written) == ["x 109-2 5"] * len(zeros)
    kept = ["ଅ๏", "½", "²", "Ⅷ", "", "é"]  # letters, fractions and the like are no digits
    assert evaluate(expressions.ascii_digits, [*kept, "۴٥৬"]) == [*kept, "45৬"]


@given(st.lists(st.integers(-(10**17), 10**17), min_size=1, max_size=30))
@settings(deadline=None, max_examples=40)
def test_western_and_indian_grouping_parse_to_the_number(values: list[int]) -> None:
    written = [write(v) for write in (str, western, indian) for v in values]
    assert evaluate(integer, written) == values * 3
    assert evaluate(number, written) == [Decimal(v) for v in values] * 3


@given(
    st.lists(
        st.lists(st.text("0123456789", min_size=1, max_size=5), min_size=2, max_size=5),
        min_size=1,
        max_size=30,
    )
)
@settings(deadline=None, max_examples=60)
def test_any_other_grouping_is_ambiguous(cases: list[list[str]]) -> None:
    def is_known(groups: list[str]) -> bool:
        sizes = [len(g) for g in groups]
        is_western = sizes[0] <= 3 and all(s == 3 for s in sizes[1:])
        is_indian = sizes[0] <= 2 and all(s == 2 for s in sizes[1:-1]) and sizes[-1] == 3
        return is_western or is_indian

    written = [",".join(groups) for groups in cases]
    assert evaluate(ambiguous, written) == [not is_known(groups) for groups in cases]
    assert [v is None for v in evaluate(integer, written)] == [not is_known(groups) for groups in cases]


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        ("2021-02-05", date(2021, 2, 5)),
        ("2021-02-05 13:45:00", date(2021, 2, 5)),
        ("2021-02-05T23:59:59.123+05:00", date(2021, 2, 5)),
        ("05/02/2021", date(2021, 2, 5)),
        ("5/2/2021", date(2021, 2, 5)),
        ("05-02-2021", date(2021, 2, 5)),
        ("05-Feb-2021", date(2021, 2, 5)),
        ("5 February 2021", date(2021, 2, 5)),
        ("05-FEB-2021", date(2021, 2, 5)),
        ("৩১/০১/২০২১", date(2021, 1, 31)),
        ("44232", date(2021, 2, 5)),
        ("44232.75", date(2021, 2, 5)),
        ("29/02/2020", date(2020, 2, 29)),
        ("29/02/2021", None),
        ("31/02/2021", None),
        ("2021-02-30", None),
        ("0000-00-00", None),
        ("13/13/2021", None),
        ("05-Fbr-2021", None),
        ("spring 2021", None),
        ("2021", None),
        ("05/02/21", None),
        ("not known", None),
    ],
)
def test_dates(delivered: str, expected: date | None) -> None:
    assert evaluate(day, [delivered]) == [expected]


@pytest.mark.parametrize(
    ("delivered", "here", "in_karachi"),
    [
        ("2021-06-30T20:00:00.000Z", 30, 1),
        ("2021-06-30 20:00:00Z", 30, 1),
        ("2021-06-30T18:59:59Z", 30, 30),
        ("2021-07-01T01:00:00+05:00", 1, 1),
        ("2021-07-01T01:00:00.000+0500", 1, 1),
        ("2021-06-30 20:00:00+00", 30, 1),  # as PostgreSQL writes it
        ("2021-07-01 05:00:00 +09:00", 1, 1),
        ("2021-07-01T03:30:00 +0900", 1, 30),
        ("2021-06-30T13:00:00-07:00", 30, 1),
        ("২০২১-০৬-৩০T২০:০০:০০Z", 30, 1),
        ("2021-06-30T23:00:00", 30, 30),  # no offset: as it is written
    ],
)
def test_a_time_with_an_offset_is_of_the_day_it_is_in_the_region(
    delivered: str, here: int, in_karachi: int
) -> None:
    def zoned(value: str) -> str:
        text = expressions.text(value)
        return expressions.date_value(text, expressions.ascii_digits(text), time_zone="Asia/Karachi")

    assert evaluate(day, [delivered]) == [date(2021, 7 if here == 1 else 6, here)]
    assert evaluate(zoned, [delivered]) == [date(2021, 7 if in_karachi == 1 else 6, in_karachi)]
    assert evaluate(zoned, ["2021-06-30T25:00:00Z", "2021-06-31T20:00:00Z"]) == [None, None]


@given(
    st.lists(
        st.tuples(st.dates(date(1930, 1, 1), date(2079, 12, 31)), st.sampled_from(sorted(ZEROS))),
        min_size=1,
        max_size=12,
    )
)
@settings(deadline=None, max_examples=40)
def test_every_spelling_of_a_day_gives_the_day(cases: list[tuple[date, str]]) -> None:
    spellings: tuple[Callable[[date], str], ...] = (
        date.isoformat,
        lambda d: f"{d:%d/%m/%Y}",
        lambda d: f"{d:%d-%m-%Y}",
        lambda d: f"{d.day}-{MONTHS[d.month - 1]}-{d.year}",
        lambda d: f"{d.day:02d}-{MONTHS[d.month - 1].upper()}-{d.year}",
        lambda d: str((d - date(1899, 12, 30)).days),
    )
    written = [in_script(write(d), ZEROS[s]) for write in spellings for d, s in cases]
    assert evaluate(day, written) == [d for d, _ in cases] * len(spellings)


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [
        ("2021-06", date(2021, 6, 1)),
        ("06/2021", date(2021, 6, 1)),
        ("০৬/২০২১", date(2021, 6, 1)),
        ("17/06/2021", date(2021, 6, 1)),
        ("13/2021", None),
        ("2021-00", None),
        ("June", None),
    ],
)
def test_months(delivered: str, expected: date | None) -> None:
    assert evaluate(lambda x: expressions.month_value(expressions.text(x)), [delivered]) == [expected]


@pytest.mark.parametrize(
    ("delivered", "expected"),
    [("0000-00-00", True), ("0000-00-00 00:00:00", True), ("00/00/0000", True), ("2000-01-01", False)],
)
def test_zero_dates(delivered: str, expected: bool) -> None:
    assert evaluate(expressions.is_zero_date, [delivered]) == [expected]


@given(st.lists(st.text(max_size=30), min_size=1, max_size=20))
@settings(deadline=None, max_examples=80)
def test_text_is_idempotent_normal_and_trimmed(values: list[str]) -> None:
    values = [v.replace("\0", "") for v in values]
    once = evaluate(expressions.text, values)
    assert evaluate(expressions.text, once) == once
    for text in once:
        if text is not None:
            assert text == unicodedata.normalize("NFC", text)
            assert text == " ".join(text.split())
            assert text != ""
