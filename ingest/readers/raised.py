"""Raised characters (superscript) as text: a footnote mark must not read as one more digit.

Used by readers of formats that know a raised position; which marks a number may have is the cleaning's business.
"""

from __future__ import annotations

_RAISED = str.maketrans("0123456789+-=()[]", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾⁽⁾")
_LETTERS = str.maketrans("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")


def raised(text: str) -> str:
    """Digits, and a letter that stands alone, as raised characters; words (the `st` of `1st`) stay as they are."""
    lone = len(text.strip()) == 1
    return text.translate(_RAISED | _LETTERS) if lone else text.translate(_RAISED)
