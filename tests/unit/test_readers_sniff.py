"""Which format a file is, by content; what is refused and why; gzip and zip."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from ingest.errors import REFUSAL_CODES, Refused
from ingest.readers import read, sniff
from ingest.readers.chunk import letters, unique_names


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ("a,b\n1,2\n", "delimited"),
        ("INSERT INTO,b\nINSERT INTO t VALUES (1);,2\n", "delimited"),
        ('note,b\n"INSERT INTO t VALUES (1);\n-- MySQL dump",2\n', "delimited"),
        ("use,set,create\n1,2,3\n", "delimited"),
        ("PK,name\n1,x\n", "delimited"),
        ("[id],b\n1,2\n", "delimited"),
        ("word", "delimited"),
        ("<5 years,>5 years\n1,2\n", None),
        ("-- MySQL dump 10.13\n", "mysqldump"),
        ("INSERT INTO t VALUES (1);", "mysqldump"),
        ("\n/*!40101 SET NAMES utf8 */;\nCREATE TABLE `t` (a int);", "mysqldump"),
        ('SET SQL_MODE = "x";\nINSERT INTO t VALUES (1);', "mysqldump"),
        ("--\n-- PostgreSQL database dump\n--\n", "pg_dump"),
        ("COPY public.t (a, b) FROM stdin;\n1\t2\n\\.\n", "pg_dump"),
        ("SET client_encoding = 'UTF8';\nCREATE TABLE t (a text);\n", "pg_dump"),
        ("  <table><tr><td>1</td></tr></table>", "html"),
        ('<?xml version="1.0"?><!DOCTYPE html><html></html>', "html"),
        ("<!-- x --><HTML><p>a</p>", "html"),
    ],
)
def test_kinds_by_content(tmp_path: Path, content: str, kind: str | None) -> None:
    path = tmp_path / "x.bin"
    for encoded in (content.encode(), gzip.compress(content.encode()), b"\xef\xbb\xbf" + content.encode()):
        path.write_bytes(encoded)
        if kind is None:
            with pytest.raises(Refused):
                sniff(path)
        else:
            assert sniff(path) == kind


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", "empty_file", "empty"),
        (b" \r\n\t\n", "empty_file", "empty"),
        (b"\xef\xbb\xbf\n", "empty_file", "empty"),
        (b"\xff\xfe\r\x00\n\x00", "empty_file", "empty"),
        (gzip.compress(b"", mtime=0), "empty_file", "empty"),
        (gzip.compress(b"\n \n" * 300_000, mtime=0), "empty_file", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "wrong_format", "PNG"),
        (b"%PDF-1.4", "wrong_format", "PDF"),
        (b'{"a": 1}', "wrong_format", "JSON"),
        (b'[\n {"a": 1}]', "wrong_format", "JSON"),
        (b"<?xml version='1.0'?><rows><row/></rows>", "wrong_format", "XML"),
        (b"$FL2@(#) SPSS DATA FILE", "wrong_format", "SPSS"),
        (b"PGDMP\x01\x0e", "wrong_format", "plain"),
        (bytes(range(256)) * 8, "wrong_format", "no text"),
        (gzip.compress(b"a,b\n1,2\n" * 5000, mtime=0)[:-20], "unreadable_file", "cut short"),
        (b"\x1f\x8b\x08", "unreadable_file", "cut short"),
        (b"PK\x03\x04 and no more", "unreadable_file", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "unreadable_file", "Excel"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "unreadable_file",
            "password",
        ),
    ],
)
def test_refusals(tmp_path: Path, content: bytes, code: str, said: str) -> None:
    path = tmp_path / "delivery.xls"
    path.write_bytes(content)
    with pytest.raises(Refused, match=said) as refusal:
        list(read(path))
    assert refusal.value.code == code
    assert code in REFUSAL_CODES
    assert "delivery.xls" in str(refusal.value)


def packed(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as parts:
        for name, content in members.items():
            parts.writestr(name, content)
    return out.getvalue()


def test_zip_members_are_tables(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(
        packed(
            {
                "in/beneficiary.csv": "ben_id\tনাম\n1\tক\n".encode("utf-16"),
                "service.csv": b"\xef\xbb\xbfid,b\n1,2\n3,4\n",
                "old/service.csv.gz": gzip.compress(b"id,b\n5,6\n"),
                "__MACOSX/._service.csv": b"\0\1\2",
                "dump.sql": b"INSERT INTO t VALUES (1);",
            }
        )
    )
    assert sniff(path) == "zip"
    found = [(chunk.file, chunk.table, chunk.cells.to_pylist()) for chunk in read(path)]
    assert found[0] == ("in/beneficiary.csv", "beneficiary", [{"ben_id": "1", "নাম": "ক"}])
    assert found[1][:2] == ("service.csv", "service")
    assert found[2][0] == "old/service.csv.gz"
    assert found[2][1] != "service"
    assert found[3] == ("dump.sql", "t", [{"c1": "1"}])


def test_zip_member_names_are_never_paths(tmp_path: Path) -> None:
    path = tmp_path / "in" / "x.zip"
    path.parent.mkdir()
    path.write_bytes(packed({"../../evil.csv": b"a\n1\n", "C:\\evil2.csv": b"a\n1\n"}))
    assert [chunk.table for chunk in read(path)] == ["evil", "evil2"]
    assert [found.name for found in tmp_path.rglob("*")] == ["in", "x.zip"]


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({}, "empty_file"),
        ({"a.csv": b""}, "empty_file"),
        ({"logo.png": b"\x89PNG\r\n\x1a\n"}, "wrong_format"),
        ({"inner.zip": packed({"a.csv": b"a\n1\n"})}, "wrong_format"),
    ],
)
def test_zip_refusals(tmp_path: Path, members: dict[str, bytes], code: str) -> None:
    path = tmp_path / "x.zip"
    path.write_bytes(packed(members))
    with pytest.raises(Refused) as refusal:
        list(read(path))
    assert refusal.value.code == code


def test_zip_bombs_and_damaged_members_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.zip"
    monkeypatch.setenv("SANGAM_UNPACKED_FREE_MIB", "1")
    path.write_bytes(packed({"a.csv": b"0,0\n" * (1 << 19)}))
    with pytest.raises(Refused, match="bomb"):
        list(read(path))
    content = bytearray(packed({"a.csv": ",".join(map(str, range(3000))).encode()}))
    content[200:220] = b"\0" * 20
    path.write_bytes(content)
    with pytest.raises(Refused) as refusal:
        list(read(path))
    assert refusal.value.code == "unreadable_file"


def test_column_names() -> None:
    assert letters(28)[-3:] == ["Z", "AA", "AB"]
    assert letters(703)[-1] == "AAA"
    assert unique_names(["a", "a", "a_2", ""]) == ["a", "a_3", "a_2", "column_4"]
