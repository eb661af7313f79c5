"""Dumps as mysqldump, pg_dump and phpMyAdmin write them, of tables that tests make; and where their rows stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Row = list[str | None]
_MYSQL_ESCAPES = {"\0": "\\0", "\n": "\\n", "\r": "\\r", "\\": "\\\\", "'": "\\'", '"': '\\"', "\x1a": "\\Z"}
_COPY_ESCAPES = {"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}


@dataclass(frozen=True)
class DumpText:
    """A dump and, by table, where its rows begin and end in it."""

    text: str
    rows: dict[str, tuple[int, int]]


class _Writer:
    def __init__(self) -> None:
        self.parts: list[str] = []
        self.size = 0
        self.rows: dict[str, tuple[int, int]] = {}

    def write(self, text: str) -> None:
        self.parts.append(text)
        self.size += len(text)

    def write_rows(self, table: str, text: str) -> None:
        self.rows[table] = (self.size, self.size + len(text))
        self.write(text)

    def done(self) -> DumpText:
        return DumpText("".join(self.parts), self.rows)


def _mysql_cell(cell: str | None) -> str:
    return "NULL" if cell is None else "'" + "".join(_MYSQL_ESCAPES.get(c, c) for c in cell) + "'"


def _tuples(rows: list[Row]) -> str:
    return ",".join("(" + ",".join(map(_mysql_cell, row)) + ")" for row in rows)


def mysqldump(tables: dict[str, list[Row]], columns: dict[str, list[str]]) -> DumpText:
    """As mysqldump writes."""
    out = _Writer()
    out.write(
        "-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)\n--\n-- Host: localhost    Database: mis\n"
    )
    out.write("-- ------------------------------------------------------\n-- Server version\t8.0.36\n\n")
    out.write("/*!40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO' */;\n")
    for name, rows in tables.items():
        created = ",\n".join(f"  `{column}` text DEFAULT NULL" for column in columns[name])
        out.write(f"\n--\n-- Table structure for table `{name}`\n--\n\nDROP TABLE IF EXISTS `{name}`;\n")
        out.write(f"CREATE TABLE `{name}` (\n{created}\n) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;\n")
        out.write(f"\n--\n-- Dumping data for table `{name}`\n--\n\nLOCK TABLES `{name}` WRITE;\n")
        out.write(f"/*!40000 ALTER TABLE `{name}` DISABLE KEYS */;\n")
        if rows:
            out.write(f"INSERT INTO `{name}` VALUES ")
            out.write_rows(name, _tuples(rows))
            out.write(";\n")
        out.write(f"/*!40000 ALTER TABLE `{name}` ENABLE KEYS */;\nUNLOCK TABLES;\n")
    out.write("\n/*!40101 SET SQL_MODE=@OLD_SQL_MODE */;\n\n-- Dump completed on 2021-07-01 10:00:00\n")
    return out.done()


def phpmyadmin(tables: dict[str, list[Row]], columns: dict[str, list[str]]) -> DumpText:
    """As phpMyAdmin writes: a transaction around all, keys behind all."""
    out = _Writer()
    out.write("-- phpMyAdmin SQL Dump\n-- version 5.1.1\n-- https://www.phpmyadmin.net/\n\n")
    out.write('SET SQL_MODE = "NO_AUTO_VALUE_ON_ZERO";\nSTART TRANSACTION;\nSET time_zone = "+00:00";\n')
    for name, rows in tables.items():
        created = ",\n".join(f"  `{column}` text DEFAULT NULL" for column in columns[name])
        listed = ", ".join(f"`{column}`" for column in columns[name])
        out.write(
            f"\n--\n-- Table structure for table `{name}`\n--\n\nCREATE TABLE `{name}` (\n{created}\n) ENGINE=InnoDB;\n"
        )
        if rows:
            out.write(
                f"\n--\n-- Dumping data for table `{name}`\n--\n\nINSERT INTO `{name}` ({listed}) VALUES\n"
            )
            out.write_rows(name, ",\n".join(_tuples([row]) for row in rows))
            out.write(";\n")
    for name in tables:
        out.write(
            f"\n--\n-- Indexes for table `{name}`\n--\nALTER TABLE `{name}`\n  ADD KEY `k` (`{columns[name][0]}`);\n"
        )
    out.write("COMMIT;\n")
    return out.done()


def _copy_cell(cell: str | None) -> str:
    return "\\N" if cell is None else "".join(_COPY_ESCAPES.get(c, c) for c in cell)


def pg_dump(tables: dict[str, list[Row]], columns: dict[str, list[str]]) -> DumpText:
    """As pg_dump writes."""
    out = _Writer()
    out.write("--\n-- PostgreSQL database dump\n--\n\n-- Dumped from database version 15.8\n")
    out.write(
        "-- Dumped by pg_dump version 15.8\n\nSET statement_timeout = 0;\nSET client_encoding = 'UTF8';\n"
    )
    out.write(
        "SET standard_conforming_strings = on;\nSELECT pg_catalog.set_config('search_path', '', false);\n"
    )
    for name in tables:
        created = ",\n".join(f"    {column} text" for column in columns[name])
        out.write(f"\n--\n-- Name: {name}; Type: TABLE; Schema: public; Owner: mis\n--\n\n")
        out.write(
            f"CREATE TABLE public.{name} (\n{created}\n);\n\n\nALTER TABLE public.{name} OWNER TO mis;\n"
        )
    for name, rows in tables.items():
        out.write(f"\n--\n-- Data for Name: {name}; Type: TABLE DATA; Schema: public; Owner: mis\n--\n\n")
        out.write(f"COPY public.{name} ({', '.join(columns[name])}) FROM stdin;\n")
        out.write_rows(name, "".join("\t".join(map(_copy_cell, row)) + "\n" for row in rows))
        out.write("\\.\n\n")
    for name in tables:
        out.write(f"\n--\n-- Name: {name} {name}_k; Type: INDEX; Schema: public; Owner: mis\n--\n\n")
        out.write(f"CREATE INDEX {name}_k ON public.{name} USING btree ({columns[name][0]});\n")
    out.write("\n\n--\n-- PostgreSQL database dump complete\n--\n\n")
    return out.done()


WRITERS: dict[str, Callable[[dict[str, list[Row]], dict[str, list[str]]], DumpText]] = {
    "mysqldump": mysqldump,
    "phpmyadmin": phpmyadmin,
    "pg_dump": pg_dump,
}
