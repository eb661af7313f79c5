"""The texts of findings and of the return slip, one YAML a language; English stands in for what is missing.

Texts only: which finding a record has is decided in `judging`, where a text is put in `workbook`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ingest.contracts.yaml_file import read_mapping

FOLDER = Path(__file__).resolve().parent
ENGLISH = "en"


@dataclass(frozen=True)
class Text:
    """What a finding is called, what it means and what to do about it."""

    title: str
    meaning: str
    fix: str

    @property
    def advice(self) -> str:
        """Meaning and fix as one paragraph."""
        return f"{self.meaning} {self.fix}".strip()


@dataclass(frozen=True)
class Catalogue:
    """The texts of one language."""

    code: str
    words: dict[str, Any]

    @property
    def is_right_to_left(self) -> bool:
        """Whether the language's script runs from right to left."""
        return bool(self.words["language"]["direction"] == "rtl")

    @property
    def name(self) -> str:
        """The language's own name."""
        return str(self.words["language"]["name"])

    def label(self, name: str, **filled: object) -> str:
        """A text of the slip itself; `filled` are the words it has in braces."""
        text = str(self.words.get("labels", {}).get(name) or english().words["labels"][name])
        return text.format(**filled) if filled else text

    def finding(self, code: str, message: str = "") -> Text:
        """A code's texts: of a file, cell or record, or of a contract's named rule, with the rule's own message.

        The contract's message is English and says it best; another language has its own words, or that message.
        """
        own, base = self._entry(code), english()._entry(code)
        is_rule = not base.get("meaning")
        meaning = message if is_rule and self.code == ENGLISH else own.get("meaning") or base.get("meaning")
        return Text(
            own.get("title") or base.get("title") or _spoken(code),
            meaning or message,
            own.get("fix") or base.get("fix") or "",
        )

    def message(self, code: str) -> str:
        """The one-line message of a code, with {column}, {value} and {expected} still in it; empty for a rule."""
        return str(self._entry(code).get("message", ""))

    def _entry(self, code: str) -> dict[str, str]:
        codes: dict[str, dict[str, str]] = self.words.get("codes", {})
        rules: dict[str, dict[str, str]] = self.words.get("rules", {})
        return codes.get(code) or rules.get(code.removeprefix("rule:")) or {}


def _spoken(code: str) -> str:
    """A code that no catalogue knows, as words: `rule:decision_incomplete` gives `Decision incomplete`."""
    return code.removeprefix("rule:").replace("_", " ").capitalize()


@cache
def languages() -> tuple[str, ...]:
    """The languages there are texts in, by their codes."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yml")))


@cache
def catalogue(language: str) -> Catalogue:
    """The texts of a language; those of English where there is no file for it."""
    path = FOLDER / f"{language}.yml"
    if not path.exists():
        return english()
    return Catalogue(language, read_mapping(path).content)


def english() -> Catalogue:
    """The English texts, which are complete."""
    return catalogue(ENGLISH)


def beside_english(languages: tuple[str, ...]) -> list[Catalogue]:
    """The region's own languages that there are texts for, in the order of its contract."""
    found = [catalogue(language) for language in languages if language != ENGLISH]
    return [own for own in found if own.code != ENGLISH]
