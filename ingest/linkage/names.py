"""Names of several scripts made comparable: SQL macros (DuckDB) for a name's plain form, sound and bones.

No transliteration for people's eyes and nothing that is stored; which names are compared is in `model`.

- plain: cleaned, lower case, without punctuation and titles.
- key: how the name sounds, in Latin letters, the same for খাতুন, খাতূন and Khatun: aspirates, doubled letters and
  spellings of one sound folded, `a` and `o` kept at the start of a word only (Indic scripts leave them unwritten).
- bones: the key's consonants, the same also where a script leaves out short vowels (عثمان, Usman).
"""

from __future__ import annotations

import unicodedata

import duckdb

from ingest.cleaning.expressions import JOINERS
from ingest.sql import quote, render

# Devanagari letters and their sounds; the Bengali block has the same order 0x80 further on. A capital H is an h of its
# own: it makes no aspirate of the letter before it.
_INDIC = {
    "अआओऑऍ": "a",
    "इईएऐऎ": "i",
    "उऊऔ": "u",
    "ािी": "aii",
    "ुूौ": "uuu",
    "ेैॆ": "iii",
    "ोॉॅ": "aaa",
    "कखगघ": "kkgg",
    "ङञणन": "nnnn",
    "चछशषस": "sssss",
    "जझ": "jj",
    "टठतथ": "tttt",
    "डढदध": "dddd",
    "पफबभम": "pfbbm",
    "रलळह": "rllH",
    "ं": "n",
}
_DEVANAGARI_ONLY = {"य": "y", "व": "v"}
_BENGALI_ONLY = {"য": "j", "ৎ": "t"}
_PERSO_ARABIC = {
    "اآأإٱع": "a",
    "بٻڀ": "b",
    "پ": "p",
    "تٿٽٺط": "t",
    "ثسشصچڇ": "s",
    "جڄذزضظژ": "j",
    "دڌڏڊڍ": "d",
    "رڙڑ": "r",
    "خقكڪکگڳغ": "kkkkkggg",
    "حهہة": "H",
    "فڦ": "f",
    "لم": "lm",
    "نڻںڃڱ": "n",
    "و": "v",
    "يیىےئۍ": "y",
}
# Signs without a sound of their own; without a counterpart translate() drops them.
_SILENT = (
    "\u094d\u09cd\u0901\u0981\u0903\u0983\u093c\u09bcھء\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670"
)
_TITLES = (
    "md|mohd|mst|mosammat|musammat|mr|mrs|ms|smt|shri|shrimati|sri|late|মোঃ|মো|মোছাঃ|মোসাঃ|মোসাম্মৎ|মৃত|"
    "শ্রী|শ্রীমতি|श्री|श्रीमती|सौ"
)
# Spellings that no letter rule brings together.
_SAME = (
    (r"\b(muhd|mohd|md|m[ou]hamm?[ae]d)\b", "muhammad"),
    (r"\bb[au]k?h?sh\b", "bux"),
    (r"\bhazrat\b", ""),
)
_LATIN = (
    (r"^dny|\bdny", "gn"),
    ("ph", "f"),
    ("ck", "k"),
    ("c([eiy])", r"s\1"),
    (r"que?\b", "k"),
    ("tch|chh|ch|sh", "s"),
    ("x", "ks"),
    ("[qc]", "k"),
    ("z", "j"),
    ("oo", "u"),
    ("ee", "i"),
    ("a[iy]|e[iy]|o[iy]", "i"),
    ("[ao]u", "u"),
    ("([bdgjkpt])h", r"\1"),
    ("o", "a"),
    (r"\Bw|\Bv", ""),
    ("w", "v"),
    ("e", "i"),
    (r"\by", "i"),
    ("y", "i"),
    (r"\Ba+", ""),
    ("i+", "i"),
    ("u+", "u"),
    ("H", "h"),
)
# Letters that only a dot below tells apart, and signs of two sounds; replaced before the rest.
_DOTTED = (
    *(("য়", ""), ("ড়", "r"), ("ঢ়", "r"), ("ड़", "d"), ("ढ़", "d")),
    *(("ज्ञ", "gn"), ("ृ", "ri"), ("ৃ", "ri")),
)
_DOUBLED = "bdfgjklmnprst"
_BONES = ((r"\B[iu]", ""), (r"\b[iu]", "a"))


def _letters() -> tuple[str, str]:
    """Letters of all scripts and the Latin letter each stands for, then the silent signs."""
    pairs: dict[str, str] = {}
    for table in (_INDIC, _DEVANAGARI_ONLY, _BENGALI_ONLY, _PERSO_ARABIC):
        for letters, sounds in table.items():
            spread = sounds if len(sounds) == len(letters) else sounds[0] * len(letters)
            pairs |= dict(zip(letters, spread, strict=True))
    indic = {letter for letters in _INDIC for letter in letters}
    pairs |= {
        chr(ord(letter) + 0x80): pairs[letter] for letter in indic if chr(ord(letter) + 0x80) not in pairs
    }
    return "".join(pairs) + _SILENT, "".join(pairs.values())


def _replaced(sql: str, rules: tuple[tuple[str, str], ...]) -> str:
    for pattern, by in rules:
        sql = f"regexp_replace({sql}, {quote(pattern)}, {quote(by)}, 'g')"
    return sql


def _undoubled(sql: str) -> str:
    for letter in _DOUBLED:
        sql = f"replace({sql}, '{letter}{letter}', '{letter}')"
    return sql


def _key() -> str:
    """SQL: the key of the plain name `x`."""
    dotted = "x"
    for written, sound in _DOTTED:
        dotted = f"replace({dotted}, {quote(unicodedata.normalize('NFC', written))}, {quote(sound)})"
    letters, sounds = _letters()
    latin = f"translate({dotted}, {quote(letters)}, {quote(sounds)})"
    return _undoubled(_replaced(_replaced(latin, _SAME), _LATIN))


def define(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the macros on a connection: name_plain, name_key, name_bones, names_closest, filled."""
    connection.execute(
        render(
            __file__,
            "name_macros.sql",
            cleaned=f"lower(translate(nfc_normalize(x), {quote(JOINERS)}, ''))",
            titles=f"^(({_TITLES}) )+(..)",
            key=_key(),
            bones=_undoubled(_replaced("x", _BONES)),
        )
    )
