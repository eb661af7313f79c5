"""Whether a cell as it was read says what Excel shows of it.

Excel's CSV holds cells as they are displayed: `45%` for 0.45, `Mar-04` for a day, `$1,234` for 1234.4. What is read
is the value. So texts are equal but for blanks and for letters that a CSV of one byte a letter has not; numbers
within half a unit of the last digit shown, whatever signs, separators and words stand around it; dates and times if
every part shown is theirs. A number whose format shows nothing, and a column that is too narrow, say nothing.
"""

from __future__ import annotations

import re
import unicodedata

_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
           "november", "december")  # fmt: skip
_OTHER_WORDS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "am", "pm", "t")
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d))?")
_CLOCK = re.compile(r"-?(\d+):(\d\d):(\d\d)(?:\.\d+)?")
_VALUE = re.compile(r"-?\d+(?:\.\d+)?(?:E[+-]?\d+)?")
_NUMBER = re.compile(r"(?:\d[\d,]*(?:\.\d*)?|\.\d+)(?:E[+-]?\d+)?", re.I)
_FRACTION = re.compile(r"(?:(\d+)\s+)?(\d+)/(\d+)")
_WORDS = re.compile(r"\d+|[^\W\d_]+")


def not_comparable(read: str, shown: str) -> str:
    """Why two cells that differ say nothing about each other; "" where they do."""
    if shown and not shown.strip("# "):
        return "column too narrow: # is shown"
    if read.startswith("="):
        return "formula without a stored result: worked out by Excel, a finding here"
    if not shown.strip() and _VALUE.fullmatch(read):
        return "a format that shows nothing of a number" if float(read) else "a format that shows no zero"
    return ""


def difference(read: str, shown: str) -> str:
    """The kind of the difference; "" where both say the same."""
    if read == shown or _plain(read) == _plain(shown):
        return ""
    if not read:
        return "nothing read"
    if _MOMENT.fullmatch(read) or _CLOCK.fullmatch(read):
        kind, is_same = "date or time", same_moment(read, shown)
    elif _VALUE.fullmatch(read):
        kind, is_same = "number", same_number(float(read), shown)
    else:
        kind, is_same = "text", _coarse(read) == _coarse(shown)
    return "" if is_same else f"{kind} {'differs' if shown.strip() else 'where nothing is shown'}"


def _plain(text: str) -> str:
    """Blanks and line breaks alike; raised characters as others, which is how they stand in a CSV."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def _coarse(text: str) -> str:
    """Excel writes `?` or `_` for letters beyond its code page, one or two each."""
    letters = (letter if _is_western(letter) else "?" for letter in _plain(text))
    return re.sub(r"[?_]+", "?", "".join(letters))


def _is_western(letter: str) -> bool:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def same_number(value: float, shown: str) -> bool:
    """Within what the format shows of it: percent, fraction, power, separators, and words around the number."""
    text, size = _plain(shown), abs(value)
    if not re.search(r"\d", text):
        return not value and "-" in text  # accounting formats show zero so
    scale = 0.01 if "%" in text else 1.0
    for whole, over, under in _FRACTION.findall(text):
        if int(under) and abs(size - int(whole or 0) - int(over) / int(under)) <= 0.5 / int(under):
            return True
    signed = "-" in text or "(" in text
    for number in _NUMBER.findall(text):
        if _is_near(size, number.replace(",", ""), scale):
            return value >= 0 or signed or not float(number.replace(",", ""))
    # Formats with marks between the digits: telephone numbers.
    return re.sub(r"\D", "", text).lstrip("0") == f"{size:.0f}"


def _is_near(size: float, shown: str, scale: float) -> bool:
    digits, _, power = shown.upper().partition("E")
    unit = 10.0 ** (min(int(power or 0), 300) - len(digits.partition(".")[2])) * scale
    return abs(size - float(shown) * scale) <= 0.5 * unit * (1 + 1e-6) + size * 1e-12


def same_moment(read: str, shown: str) -> bool:
    """Every part shown is a part of the date or time: month and day in any order, years of 2 digits, hours of 12."""
    words = _WORDS.findall(shown.lower())
    parts, month = _parts(read)
    return bool(words) and all(
        int(word) in parts
        if word.isdecimal()
        else len(word) == 1 or any(name.startswith(word) for name in (month, *_OTHER_WORDS) if name)
        for word in words
    )


def _parts(read: str) -> tuple[set[int], str]:
    if found := _MOMENT.fullmatch(read):
        year, month, day, *clock = (int(part or 0) for part in found.groups())
        parts, name = {year, year % 100, month, day}, _MONTHS[month - 1]
    else:
        clock = [int(part) for part in _CLOCK.fullmatch(read).groups()]  # type: ignore[union-attr]
        parts, name = set(), ""
    hour, minute, second = clock
    seconds = hour * 3600 + minute * 60 + second
    for shown in (seconds, (seconds + 30) // 60 * 60):  # rounded where no seconds are shown
        hour, minute, second = shown // 3600, shown // 60 % 60, shown % 60
        parts |= {hour, hour % 12 or 12, hour % 24, minute, second, shown // 60, shown}
    return parts, name
