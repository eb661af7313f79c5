"""Text typed in a font that draws another script over Latin letters: nonsense in every other font.

Before Unicode, `lhrk nsoh` in Kruti Dev was how सीता देवी was written. Such text is recognised by strings that it is
full of and that neither English nor names in Latin letters have. They were found by writing names, places and sentences
in each font after public descriptions of its layout, and counting against Latin text of partners' registers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

_LETTERED = "[A-Za-z\u00a1-\u00ff†‡]{2}|\u0004"
_NO_WORDS = "[A-Za-z]{21}|://"  # a key, an address, or text that was replaced to protect it
_FEWEST = 2  # cells that must tell
_MOST, _SOME, _MANY = 0.5, 0.25, 20  # of the cells with letters: this share, or less where many cells tell
_RIVALS = 0.5  # another font that tells half as often: rather random letters than text
SAMPLED = 2000  # cells of a column that are looked at


@dataclass(frozen=True)
class LegacyFont:
    """A font, its kin with the same layout, the script it draws, and a regular expression for what tells it."""

    name: str
    kin: str
    script: str
    tells: str

    @property
    def told(self) -> str:
        """Name and kin, for a person."""
        return f"{self.name} (or {self.kin})" if self.kin else self.name


def _any(strings: str) -> str:
    """Any of the strings, which stand between bars; a space in them is the edge of a word."""
    return "|".join(re.escape(string) for string in strings.split("|"))


FONTS = (
    LegacyFont(
        "Kruti Dev", "DevLys", "Devanagari",
        _any(
            "'k|jk|kj| lk|gk|yk|;k|Hk|vk|/k| ek|qj|uk |sM|[k|xk| dk|j.k|Mk|yh |hj|wj| iz| dl|gj|uh |xj|bZ |"
            "lhrk|nsoh|dqekj|jke "
        ),
    ),
    LegacyFont(
        "SutonnyMJ", "another font of Bijoy", "Bengali",
        _any("vj|vb|yi |qv|`ª|jv|vB|Kv|bv|Mv|vw|iv |vU|Zv|wK|kv|`v|wU|Pi |`x|Lv|fv|mv|jx |gyj") + "|[†‡][A-Za-z`_]",
    ),
    LegacyFont(
        "Shusha", "", "Devanagari",
        _any("aM|aao|aI|Sa |aU|rI|dI|Na |oSa|tI|oM|aO|aD|aT|Saa|kI|oI|uM| iS"),
    ),
    LegacyFont(
        "Shree-Lipi", "Shree-Dev", "Devanagari",
        _any("H$|S>| gm|Zm| ~|Vm|{d|oe |`m|bm| ^|Om|Q>|Xm|mO|am_|Zr|Xo|Jm|rV|rZ|{Z|Vr|~m"),
    ),
    LegacyFont(
        "Chanakya", "Walkman-Chanakya", "Devanagari",
        "ÚU|·¤|[ÅÆÇ]U|È¤|[à-ã]æ|[Á-Ûß-ã][æèéêðñ]| [¥§©ç»]\\S|[æèð] ",
    ),
    LegacyFont(
        "DV-TTYogesh", "another font of ISM", "Devanagari",
        _any("ÉÉ|ÉÒ|®ú|Eò|½þ|¤É|nù"),
    ),
    LegacyFont(
        "Nudi", "Baraha", "Kannada",
        "[A-Za-z£¥§¨ª®°±²³´µ¶¸º¼][ÀÁÄÆ][^À-ÿ]|[ÀÁÂÉË][ÃÄÆÊÌ]|[a-z£¥§¨ª®±µ¸º¼]ï|®[ÀÁÂÉ]",
    ),
    LegacyFont("InPage", "", "Urdu or Sindhi", "\u0004[^\\x{00}-\\x{7F}]"),
)  # fmt: skip


@dataclass(frozen=True)
class Telling:
    """A column in a legacy font: which, and the position of the first cell that tells it."""

    font: LegacyFont
    first: int


def font_of(texts: pa.Array) -> Telling | None:
    """The legacy font that a column's text is in; None for text that everyone can read."""
    padded = pc.binary_join_element_wise("", pc.fill_null(texts.cast(pa.string()), ""), "", " ")
    different = pc.unique(padded)
    no_words = pc.match_substring_regex(different, _NO_WORDS)
    lettered = different.filter(pc.and_not(pc.match_substring_regex(different, _LETTERED), no_words))
    if len(lettered) < _FEWEST:
        return None
    counts = [pc.sum(pc.match_substring_regex(lettered, font.tells)).as_py() for font in FONTS]
    count, font = max(zip(counts, FONTS, strict=True), key=lambda pair: pair[0])
    share = count / len(lettered)
    if count < _FEWEST or share < (_SOME if count >= _MANY else _MOST):
        return None
    if sorted(counts)[-2] > count * _RIVALS:
        return None
    return Telling(font, pc.index(pc.match_substring_regex(padded, font.tells), True).as_py())
