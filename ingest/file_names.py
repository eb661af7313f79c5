"""What a file's name says of the file: left by a system, not finished, or a copy of another. No content is read."""

from __future__ import annotations

import re

# Names that systems leave beside people's files: of macOS, Windows, Office and LibreOffice.
_LEFT_BY_SYSTEMS = re.compile(
    r"\..*|~\$.*|(?:eh)?thumbs\.db|desktop\.ini|icon\r|.*~|.*\.(?:part|partial|filepart|crdownload|download|tmp)",
    re.IGNORECASE | re.DOTALL,
)
_FOLDERS = ("__macosx", "$recycle.bin", "system volume information")
_ENDINGS = re.compile(r"(?:\.[a-z0-9]{1,6})+$", re.IGNORECASE)
_COPY = r"copy|kopie|copie|copia|प्रतिलिपि|प्रति|कॉपी|प्रत|কপি|অনুলিপি|প্রতিলিপি|ಪ್ರತಿ|ನಕಲು|نقل|کاپی|ڪاپي"
# "Copy of x", "Copy (2) of x"; "x - Copy (2)", "x copy 2", "x_copy"; "x (2)"; "x (conflicted copy 2021-07-01)".
_BEFORE = re.compile(rf"^(?:{_COPY})[ _]*(?:\(\d+\)[ _]*)?(?:of|von|de|di)[ _]+", re.IGNORECASE)
_AFTER = re.compile(
    rf"(?:[ _]*\(\d{{1,3}}\)|[ _]*\([^)]*conflicted copy[^)]*\)"
    rf"|[ _-]+(?:की[ _]+|ची[ _]+)?(?:{_COPY})(?:[ _-]*\(?\d{{1,3}}\)?)?)$",
    re.IGNORECASE,
)


def is_litter(path: str) -> bool:
    """Whether a file was left by a system or an unfinished transfer: `._x`, `~$x`, `Thumbs.db`, `__MACOSX/`, `x.part`.

    `path` is relative, with `/` between its parts.
    """
    *folders, name = path.split("/")
    return bool(_LEFT_BY_SYSTEMS.fullmatch(name)) or any(
        folder.casefold() in _FOLDERS or (folder.startswith(".") and folder.strip(".")) for folder in folders
    )


def stem_of(name: str) -> str:
    """A file's name without folder and endings, as names are compared."""
    return _ENDINGS.sub("", re.split(r"[/\\]", name)[-1]).strip().casefold()


def original_of(name: str) -> str:
    """The stem of what a file is a copy of by its name ("Copy of x.csv", "x (2).csv", "x - Copy.csv"); else empty."""
    whole = stem = stem_of(name)
    while (shorter := stem_of(_AFTER.sub("", _BEFORE.sub("", stem)))) not in (stem, ""):
        stem = shorter
    return stem if stem != whole else ""
