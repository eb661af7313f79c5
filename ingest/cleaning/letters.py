"""Letters that do not belong where they stand: of a script that a region does not write, or left by a wrong encoding.

An SQL expression (DuckDB) over a cleaned text; which scripts a region writes is its contract's word.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingest.sql import quote

# What a continuation byte of UTF-8 looks like in Windows-1252.
_BEHIND = r"[\x{A1}-\x{BF}€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ\x{80}-\x{9F}]"
_MISREAD = "|".join(
    (
        r"à[\x{A4}-\x{B5}]",  # the scripts of India and Bangladesh in UTF-8, read as Windows-1252
        f"(?:[ØÙÚÛ]{_BEHIND}){{2}}",  # Arabic letters in UTF-8
        r"[ÂÃ][\x{A1}-\x{BF}]",  # accented Latin letters in UTF-8
        r"â€[\x{80}-\x{BF}™œž\x{9D}¦“”]",  # quotation marks and dashes in UTF-8
        r"[À-ÖØ-öø-ÿ]{3}",  # Windows-1256 and its kin: no language of the regions, nor English, has three together
        r"\p{Arabic}[À-ÖØ-öø-ÿ]|[À-ÖØ-öø-ÿ]\p{Arabic}",  # fonts for Sindhi over Windows-1256
    )
)
# What programs write for letters they do not have, and control characters that no text has: bytes of something else.
_LOST_ASCII = r"\?{3}|[\x00-\x08\x0E-\x1F\x7F]"
# The same of all letters, and those that only one font has.
_LOST = _LOST_ASCII + r"|[\x{80}-\x{9F}]|\x{FFFD}|\p{Co}"


def do_not_belong(text: str, scripts: Iterable[str]) -> str:
    """True for a text with letters of none of `scripts`, nor Latin ones; without scripts, any letter is one.

    True as well for text that was read in a wrong encoding, and for what stands where letters got lost. Digits, signs
    and punctuation belong everywhere.
    """
    wrong = [_MISREAD, _LOST]
    if known := [rf"\p{{{script.title()}}}" for script in scripts]:
        wrong.append(
            rf"[^\p{{Latin}}{''.join(known)}\p{{Common}}\p{{Inherited}}\p{{N}}\p{{P}}\p{{S}}\p{{Z}}\p{{Cc}}\p{{Cf}}]"
        )
    is_ascii = f"strlen({text}) = length({text})"  # as many bytes as characters, as nearly every cell has
    return (
        f"CASE WHEN {is_ascii} THEN regexp_matches({text}, {quote(_LOST_ASCII)}) "
        f"ELSE regexp_matches({text}, {quote('|'.join(wrong))}) END"
    )
