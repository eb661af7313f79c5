"""Words of the command line against those that are known: a wrong one is refused at once, with the nearest right one.

Reads file names and contracts only, so that the refusal takes no time; what a warehouse or S3 has is asked elsewhere.
Contracts and logframes are imported within the functions, for start-up: `--help` asks for no word.
"""

from __future__ import annotations

import re
from pathlib import Path

from ingest.errors import SangamError
from ingest.nearest import unknown


def known_donor(word: str, home: Path | None = None) -> str:
    """The code of a donor with a logframe or, where a home is given, with releases in it. Raises SangamError."""
    # For start-up: pydantic and YAML take longer than all the rest of `--help`.
    from orchestration.warehouse import logframes

    released = (home / "releases").glob("[a-z]*/") if home else ()
    known = list(dict.fromkeys([*logframes.donor_codes(), *sorted(path.name for path in released)]))
    if word not in known:
        raise unknown("donor", word, known)
    return word


def known_indicator(donor: str, word: str) -> str:
    """The code of an indicator of a donor. Raises SangamError."""
    # For start-up: pydantic and YAML take longer than all the rest of `--help`.
    from orchestration.warehouse import logframes

    known = [one.code for one in logframes.of_donor(donor).indicators]
    if word not in known:
        raise unknown("indicator", word, known, of=f"donor '{donor}'")
    return word


def known_region(word: str) -> str:
    """A region with a contract. Raises SangamError."""
    # For start-up: pydantic and YAML take longer than all the rest of `--help`.
    from ingest.contracts.loading import region_files

    if word not in region_files():
        raise unknown("region", word, region_files())
    return word


def known_source(word: str, option: str = "") -> tuple[str, str]:
    """Region and source of a word like sindh/mis. Raises SangamError."""
    region, slash, source = word.partition("/")
    if not slash:
        where = f"{option} wants" if option else "Name the delivery as"
        raise SangamError(f"{where} REGION/SOURCE, such as sindh/mis; got '{word}'.")
    # For start-up: pydantic and YAML take longer than all the rest of `--help`.
    from ingest.contracts.loading import load_source

    load_source(region, source)
    return region, source


def check_encoding(word: str) -> None:
    """Raises SangamError for what is no encoding of text."""
    try:
        "".encode(word or "utf-8")
    except LookupError as error:
        known = ("utf-8", "utf-16", "windows-1252", "windows-1256", "iso-8859-1", "iso-8859-6", "mac-roman")
        raise unknown("encoding", word, known) from error


def known_release(word: str) -> str:
    """A release's name. Raises SangamError."""
    if not re.fullmatch(r"r\d{3,}", word):
        number = re.search(r"\d+", word)
        meant = f" Did you mean 'r{int(number[0]):03d}'?" if number else ""
        raise SangamError(f"'{word}' is no release: their names are r001, r002 and so on.{meant}")
    return word
