"""The words of total rows, subtotals, averages and notes in the languages of the regions.

Only what a label says; whether its row is a record is decided in `apart`, which also looks at its place and its sums.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from ingest.tables.headers import match_form

# English, Hindi, Marathi, Bengali, Urdu, Sindhi, Kannada, Malayalam, and the same in Latin letters.
_TOTAL = """
    total totals subtotal subtotals grandtotal sum aggregate altogether overall
    कुल योग महायोग कुलयोग जोड़ जोड टोटल
    एकूण एकुण एकंदर एकंदरीत बेरीज
    মোট সর্বমোট উপমোট একুন যোগফল টোটাল
    کل کُل میزان مجموعہ مجموعی ٹوٹل جملہ
    ڪل ڪُل جملي ٽوٽل ميزان مجموعو جمع
    ಒಟ್ಟು ಒಟ್ಟಾರೆ ಮೊತ್ತ ಉಪಮೊತ್ತ ಟೋಟಲ್
    ആകെ മൊത്തം
    kul ekun ekoon sarvamot jumla mizan ottu ttl
"""
_ALSO_NAMES = "kul jumla mizan sum میزان ميزان"  # of persons
# What stands beside such a word and names no record: with nothing else, the label says total and no more.
_BESIDE = """
    grand sub net gross state district division block taluk taluka tehsil upazila union ward page column row report
    all of the for general final cumulative no g gr s
    सकल उप महा राज्य जिला ज़िला जिले प्रखंड ब्लॉक का की के संख्या सर्व जिल्हा तालुका
    সর্ব উপ জেলা সংখ্যা পৃষ্ঠা
    صوبہ ضلع تحصیل ذیلی تعداد
    صوبو ضلعو ذيلي تعداد
    ಉಪ ರಾಜ್ಯ ಜಿಲ್ಲಾ ಜಿಲ್ಲೆ ತಾಲ್ಲೂಕು ಮಹಾ
"""
_AVERAGE = "average avg mean percent percentage औसत सरासरी গড় اوسط سراسري ಸರಾಸರಿ ശരാശരി"
_CARRIED = re.compile(r"(?:(?:carried|brought) (?:forward|down|over)|[bc]/(?:f|d|fwd))\W*", re.IGNORECASE)
# Words that begin notes; those that are also names of persons only with what follows in notes.
_NOTE_WORDS = (
    r"(?:notes?|n\.? ?b|sources?|disclaimer|footnotes?|printed|generated|prepared|verified|certified|signature|sd/"
    r"|date of|as on|end of|downloaded|last updated|टीप|टिप|नोट|टिप्पणी|स्रोत|मुद्रित|हस्ताक्षर|स्वाक्षरी|দ্রষ্টব্য|হস্তাক্ষর|নোট"
    r"|টীকা|বি\.? ?দ্র|সূত্র|উৎস|মুদ্রিত|نوٹ|ماخذ|دستخط|نوٽ|ذريعو|صحيح|ಸೂಚನೆ|ಟಿಪ್ಪಣಿ|ಸಹಿ|കുറിപ്പ്)(?:[^a-z]|$)"
    r"|(?:remarks?|print|report|checked|approved|signed|data|page|figures?|date|place|दिनांक|सूचना|पृष्ठ|তারিখ|পৃষ্ঠা|تاریخ"
    r"|صفحہ|ಮೂಲ|ದಿನಾಂಕ|ಪುಟ)(?:\s*[:.–—-]|\s+(?:by|on|of|at|is|are|as|from|for|provisional|no|[0-9]+)(?:[^a-z]|$))"
)
_NOTE = re.compile(_NOTE_WORDS, re.IGNORECASE)
_NOTE_MARKS = tuple("*†‡§#")
LIKE_A_NOTE = f"(?i)^(?:{_NOTE_WORDS})"  # for a first look at whole columns
_MARKS = re.compile(r"[\s/|\\()\[\]{}:;.,=*_~«»\"'”“।\-–—‒]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(match_form(word) for word in text.split())


_TOTALS, _BESIDES, _AVERAGES, _NAMES = map(_words, (_TOTAL, _BESIDE, _AVERAGE, _ALSO_NAMES))
# For a first look at whole columns, letters of any case: RE2.
_LIKE = [*sorted(map(re.escape, _TOTALS | _AVERAGES)), "[bc]/[fd]", "forward", r"t\s+o\s+t\s+a\s+l"]
_EDGE = r"[^\p{L}\p{M}\p{N}]"
LIKE_A_TOTAL = f"(?i)(?:^|{_EDGE})(?:{'|'.join(_LIKE)})"


@dataclass(frozen=True)
class Label:
    """What a cell says of its row: `is_total` or `is_summary` (an average, a sum carried over), and of what."""

    is_total: bool = False
    is_summary: bool = False
    of: str = ""  # what else stands in it, such as the group that is added up
    may_be_a_name: bool = False

    @property
    def speaks(self) -> bool:
        """Whether it says that the row adds up or sums up others."""
        return self.is_total or self.is_summary

    @property
    def is_bare(self) -> bool:
        """Whether it says so and nothing else."""
        return self.speaks and not self.of


@lru_cache(maxsize=4096)
def label_of(cell: str) -> Label:
    """What the words of a cell say; nothing where it is an ordinary value."""
    form = match_form(cell)
    if _CARRIED.fullmatch(form):
        return Label(is_summary=True)
    words = [word for word in _MARKS.split(form) if word]
    if len(words) > 3 and all(len(word) == 1 for word in words):  # T O T A L
        words = ["".join(words)]
    is_total, is_average = (any(word in known for word in words) for known in (_TOTALS, _AVERAGES))
    if not (is_total or is_average):
        return Label()
    known = _TOTALS | _BESIDES | _AVERAGES
    # A number beside it is a count (Total: 12); one that is joined to it makes a code (SUM-01).
    joined = re.search(r"[^\W\d_]-?\d", form) is not None
    rest = [word for word in words if word not in known and (joined or not word.isdecimal())]
    return Label(is_total and not is_average, is_average, " ".join(rest), _NAMES.issuperset(words))


def label_form(cell: str) -> str:
    """A cell as `Label.of` has it."""
    return " ".join(word for word in _MARKS.split(match_form(cell)) if word)


def begins_a_note(cell: str, *, marks: bool = True) -> bool:
    """Whether a cell begins as notes do: Note, Source, Printed on, and with `marks` a footnote's mark."""
    return _NOTE.match(match_form(cell)) is not None or (marks and cell.startswith(_NOTE_MARKS))
