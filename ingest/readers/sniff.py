"""What kind of file this is, by its content and never by its name.

Only recognises; whether the file can be read to its end shows when it is read.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Sequence

from ingest.errors import Refused
from ingest.readers.byte_source import Source, blocks, head, searchable
from ingest.readers.page_source import is_archive
from ingest.readers.text import encoding_of

_SAMPLE = 1 << 18
_MOST_BLANK = 64 << 20
ZIP_MAGICS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_MANIFEST = 1 << 20  # an ODS manifest says first what is encrypted
_BLANK = b" \t\r\n\v\f\x00\x1a"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_BOOKS = ("Workbook", "Book", "WORKBOOK", "BOOK")
_OLE_WORDS = (*_OLE_BOOKS, "DRMEncryptedDataSpace", "EncryptedPackage", "WordDocument")
_LONGEST_WORD = 2 * max(map(len, _OLE_WORDS))
_FOREIGN = (
    (b"\x89PNG", "an image (PNG)"),
    (b"\xff\xd8\xff", "an image (JPEG)"),
    (b"GIF89a", "an image (GIF)"),
    (b"II*\x00", "an image (TIFF)"),
    (b"MM\x00*", "an image (TIFF)"),
    (b"%PDF", "a PDF"),
    (b"{\\rtf", "an RTF document"),
    (b"$FL2@(#)", "an SPSS file (.sav)"),
    (b"PGDMP", "a PostgreSQL dump in custom format (use pg_dump --format=plain)"),
    (b"SQLite format 3", "an SQLite database"),
    (b"PAR1", "a Parquet file"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"BZh91AY", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"(\xb5/\xfd", "a Zstandard file"),
    (b"<stata_dta>", "a Stata file"),
)
_HTML = re.compile(
    rb"<(?:!doctype\s+html|html|head|body|table|meta|title|style|h[1-6]|div|p|center|script)\b", re.I
)
# A root of that name in that namespace: XML Spreadsheet 2003.
_XML_WORKBOOK = re.compile(
    rb"(?>(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\]\s*)?>)*)"
    rb"<(?:\w+:)?Workbook\s[^>]*urn:schemas-microsoft-com:office:spreadsheet",
    re.DOTALL,
)
_JSON = re.compile(rb"(?:\{\s*(?:\"|\}|\Z)|\[\s*(?:[\[{\"\d\]-]|\Z|null|true|false))")
_COMMENT = re.compile(
    rb"(?:\s+|mysqldump: \[[^\n]*\n|--[^\n]*(?:\n|\Z)|#[^\n]*(?:\n|\Z)|/\*.*?\*/\s*;?|\\[a-z]+[^\n]*\n)+",
    re.DOTALL,
)
_STATEMENT = re.compile(
    rb"(?:INSERT\s+(?:IGNORE\s+)?INTO\s|REPLACE\s+INTO\s"
    rb"|CREATE\s+(?:\w+\s+){0,3}(?:TABLE|DATABASE|SCHEMA|EXTENSION|TYPE|SEQUENCE|FUNCTION)\s|DROP\s+(?:TABLE|DATABASE|SCHEMA)\s|ALTER\s+TABLE\s|LOCK\s+TABLES\s|USE\s+`|COPY\s+\S+\s*"
    rb"(?:\([^)]*\))?\s*FROM\s+stdin|SET\s+(?:NAMES\s|[@\w.]+\s*(?:=|TO\s))|SELECT\s+pg_catalog\.|START\s+TRANSACTION"
    rb"|BEGIN\s*;|DELIMITER\s)",
    re.IGNORECASE,
)
_DUMP_HEAD = re.compile(
    rb"\s*--[ -]*\s*(?:--\s*)?(?:MySQL dump|MariaDB dump|phpMyAdmin SQL Dump|PostgreSQL database)", re.I
)
_POSTGRES = re.compile(
    rb"PostgreSQL database|^COPY\s[^\n]*FROM stdin|pg_catalog|standard_conforming_strings|client_encoding"
    rb"|^\\(?:connect|restrict)",
    re.MULTILINE,
)


def kind_of(source: Source) -> str:
    """ "mysqldump", "pg_dump", "xlsx", "xlsb", "xls", "xml_spreadsheet", "ods", "html", "delimited" or "zip"; gzip is
    looked through.

    Raises Refused: "empty_file" for nothing but blanks, "wrong_format" for anything else, "unreadable_file"
    for damaged compression and password-protected workbooks.
    """
    start = head(source, _SAMPLE)
    encoding, mark = encoding_of(start)
    if not start[mark:].strip(_BLANK) and _is_blank(source):
        raise Refused(
            "empty_file", f"{source.name}: the file is empty. Export it again and send it with its content."
        )
    for magic, what in _FOREIGN:
        if start.startswith(magic):
            raise _wrong(source, what)
    if start.startswith(ZIP_MAGICS):
        return _zip_kind(source)
    if start.startswith(_OLE):
        return _ole_kind(source, start)
    text = start[mark:]
    if encoding != "utf-8":
        text = text.decode(encoding, "replace").encode("utf-8", "replace")
    return _text_kind(source, text)


def _is_blank(source: Source) -> bool:
    read = 0
    for block in blocks(source, 1 << 20):
        if block[0 if read else 4 :].strip(_BLANK):
            return False
        read += len(block)
        if read > _MOST_BLANK:
            raise Refused(
                "unreadable_file",
                f"{source.name}: its first {_MOST_BLANK >> 20} MiB are blank. Export it again and send it.",
            )
    return True


def _wrong(source: Source, what: str) -> Refused:
    return Refused(
        "wrong_format",
        f"{source.name} is {what}; expected is a CSV, a spreadsheet (xlsx, xlsb, xls, ods, XML Spreadsheet 2003), "
        "a web page with tables, a mysqldump or pg_dump file, or a zip of CSVs.",
    )


def _zip_kind(source: Source) -> str:
    try:
        with searchable(source) as stream, zipfile.ZipFile(stream) as parts:
            names = parts.namelist()
            kind = _first_bytes(parts, "mimetype") if "mimetype" in names else b""
            manifest = "META-INF/manifest.xml"
            is_locked = manifest in names and b"encryption-data" in _first_bytes(parts, manifest, _MANIFEST)
    except (zipfile.BadZipFile, EOFError, ValueError, RuntimeError, NotImplementedError) as error:
        raise Refused(
            "unreadable_file",
            f"{source.name}: the zip or workbook is damaged or cut short ({error}). Send it again, whole.",
        ) from error
    if kind.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        if is_locked:
            raise Refused(
                "unreadable_file",
                f"{source.name}: the OpenDocument workbook is protected by a password. Save it without one and send it "
                "again.",
            )
        return "ods"
    if kind or "content.xml" in names:
        raise _wrong(source, "an OpenDocument text or drawing")
    if any(name.startswith("xl/") for name in names):
        return "xlsb" if "xl/workbook.bin" in names else "xlsx"
    if "[Content_Types].xml" in names:
        raise _wrong(source, "a text document or presentation of an office suite")
    return "zip"


def _first_bytes(parts: zipfile.ZipFile, name: str, count: int = 80) -> bytes:
    with parts.open(name) as stream:
        return stream.read(count)


def _ole_kind(source: Source, start: bytes) -> str:
    words = _words_in(source, _OLE_WORDS)
    if "DRMEncryptedDataSpace" in words:
        raise Refused(
            "unreadable_file",
            f"{source.name}: the workbook is protected by rights management: only named persons can open it. Save it "
            "without that protection and send it again.",
        )
    if "EncryptedPackage" in words:
        raise Refused(
            "unreadable_file",
            f"{source.name}: the workbook is protected by a password. Save it without one and send it again.",
        )
    if words.intersection(_OLE_BOOKS):
        return "xls"
    if "WordDocument" in words:
        raise _wrong(source, "a Word document")
    raise Refused(
        "unreadable_file",
        f"{source.name}: an old Excel file that is damaged or cut short. Save it anew and send that.",
    )


def _words_in(source: Source, words: Sequence[str]) -> set[str]:
    """Which of the words are in the file, as UTF-16."""
    found: set[str] = set()
    before = b""
    for block in blocks(source, 1 << 20):
        text = before + block
        found |= {word for word in words if word.encode("utf-16-le") in text}
        before = text[-_LONGEST_WORD:]
    return found


def _text_kind(source: Source, text: bytes) -> str:
    plain = text.lstrip(_BLANK)
    if is_archive(plain):
        return "html"
    comment = _COMMENT.match(plain)
    if _STATEMENT.match(plain, comment.end() if comment else 0) or _DUMP_HEAD.match(plain):
        return "pg_dump" if _POSTGRES.search(plain) else "mysqldump"
    # A dump says what it is, whatever its values hold; of all else, text has hardly any control characters.
    controls = sum(text.count(bytes([code])) for code in range(32) if code not in b"\t\n\v\f\r\x1a\x1b")
    if controls > len(text) * 0.02:
        raise _wrong(source, "no text and no format known here")
    if plain.startswith(b"<"):
        return _markup_kind(source, plain)
    if _JSON.match(plain):
        raise _wrong(source, "JSON")
    return "delimited"


def _markup_kind(source: Source, plain: bytes) -> str:
    if _XML_WORKBOOK.match(plain):
        return "xml_spreadsheet"
    found = _HTML.search(plain[:65536])
    if plain.startswith(b"<?xml") and not re.search(rb"<!doctype\s+html|<html", plain[:4096], re.I):
        raise _wrong(source, "XML")
    if not found:
        raise _wrong(source, "XML or unknown markup")
    return "html"
