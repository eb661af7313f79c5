"""The words a contract may use: what a partner's file looks like and which rules decide about a record.

Only the model and its own consistency; where the YAML lies and how it inherits is in `loading`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

ColumnType = Literal[
    "text", "code", "integer", "number", "date", "month", "codes", "cnic", "aadhaar", "nid", "phone", "card"
]
Personal = Literal["name", "identifier", "phone", "birth_date", "locality"]
Severity = Literal["error", "warning"]


class Word(BaseModel):
    """Base of all contract words: an unknown key is a spelling mistake, never ignored."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Column(Word):
    """One column: how to find it in the header, how to read it, what it may hold."""

    type: ColumnType = "text"
    header: tuple[str, ...] = ()  # further spellings of the header, beside the column's own name
    header_like: str = ""  # regular expression; the column's name may use its groups, e.g. "IMI {1}"
    required: bool = False
    optional: bool = False  # the column itself may be absent from the file
    min: float | None = None
    max: float | None = None
    above: float | None = None  # exclusive lower bound
    vocabulary: str = ""  # name of a vocabulary of the source or region
    within: str = ""  # the vocabulary is keyed by the value of this other column
    ref: str = ""  # "table" (its key) or "table.column"
    personal: Personal | None = None
    dash_is_zero: bool = False
    pattern: str = ""  # for type `card`: the shape of the identifier
    # Taken from the file, not from a cell of the record: "heading", "sheet", "file:<regex>", "above:<regex>"
    # (a title cell), "beside:<regex>" (the next filled cell right of a title cell).
    from_context: str = ""
    key_as_delivered: bool = False  # findings name the record by this part of its key as it was delivered


class Totals(Word):
    """Subtotal rows: how they are recognised and what they add up."""

    label: str  # regular expression a cell of `column` matches in full
    column: str
    sum: tuple[str, ...]
    group: str = ""  # rows with the same value add up to the row; empty: all rows do
    group_from_label: bool = False  # the group's value is the first group of `label`
    name: str = ""  # what findings call the row; empty: its label as delivered


class Layout(Word):
    """How the cells of a sheet or page become a table."""

    # Regular expression that the name of a sheet, CSV or dump table matches in full. Empty: any sheet, and the
    # CSV or dump table of the table's own name.
    sheet: str = ""
    each_sheet: bool = False  # every sheet that `sheet` matches is a table of its own, named after the sheet
    header_rows: int = 1
    after: str = ""  # the block starts below a row in which a cell matches this
    columns: tuple[str, ...] = ()  # positional, for a block without a header
    until_blank: bool = False
    not_records: str = ""  # rows whose first filled cell matches this are notes
    fill_down: tuple[str, ...] = ()  # a blank cell repeats the cell above
    totals: tuple[Totals, ...] = ()
    every_table: bool = False  # all tables of the page together: one that lacks a column stops the file


class Related(Word):
    """One value looked up or aggregated from accepted rows of a table, matched by columns."""

    table: str
    # Of all current files of a source of the region, same quarter; may be this drop's own source, for what its files
    # share. Empty: of this drop. Outside the drop, columns bear the names they have in the lake (`nid_key`).
    source: str = ""
    match: dict[str, str]  # column there: column here
    value: str  # SQL expression over the matched rows, e.g. count(distinct household_id)
    where: str = "true"
    quarters_back: int = Field(default=0, ge=0)

    @property
    def outside(self) -> str:
        """The name under which judging is given records from outside the drop; empty for a table of the drop."""
        if not (self.source or self.quarters_back):
            return ""
        owner = f"{self.source}/" if self.source else ""
        return f"{owner}{self.table}" + (f"@{self.quarters_back}" if self.quarters_back else "")


class Rule(Word):
    """A named rule: `check` is an SQL expression over the columns that is true (or null) for a good record."""

    check: str
    when: str = "true"
    severity: Severity = "error"
    related: dict[str, Related] = Field(default_factory=dict)
    columns: tuple[str, ...] = ()
    message: str

    @model_validator(mode="after")
    def _only_warnings_look_outside(self) -> Rule:
        outside = [name for name, look in self.related.items() if look.outside]
        if outside and self.severity == "error":
            raise ValueError(
                f"'{', '.join(outside)}' is looked up outside the drop: only a rule of severity warning may, since "
                "what is accepted must not depend on other deliveries."
            )
        return self


class Drift(Word):
    """How far a table may change between deliveries before a person has to let the delivery through."""

    shrink: float = Field(default=0.5, ge=0, le=1)  # share of rows that may go
    grow: float = Field(default=2.0, ge=0)  # rows that may come, as a share of those there
    at_least: int = 50  # smaller tables are not compared


class Table(Word):
    """One table of a source."""

    key: tuple[str, ...]
    columns: dict[str, Column]
    ignored: tuple[str, ...] = ()  # columns that are known and not used
    layout: Layout = Layout()
    # Dates that must not run backwards; `column.date` is a date of the record which `column` refers to.
    order: tuple[tuple[str, ...], ...] = ()
    rules: dict[str, Rule] = Field(default_factory=dict)
    on_conflict: Literal["duplicate_key", "conflicting_label"] = "duplicate_key"
    drift: Drift | None = None
    # One pseudonym of several columns together: two records have the same where they agree in all of them. None
    # where the first column is empty.
    pseudonyms: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _names_exist(self) -> Table:
        names = set(self.columns)
        for word, used in (
            ("key", set(self.key)),
            ("order", {c if c in names else c.partition(".")[0] for pair in self.order for c in pair}),
            ("pseudonyms", {c for parts in self.pseudonyms.values() for c in parts}),
            ("within", {c.within for c in self.columns.values() if c.within}),
            ("fill_down", set(self.layout.fill_down)),
            ("totals", {c for t in self.layout.totals for c in (t.column, *t.sum)}),
        ):
            if missing := used - names:
                raise ValueError(
                    f"'{word}' names columns the table does not have: {', '.join(sorted(missing))}."
                )
        return self


class LookUp(Word):
    """Rows of another table of the drop, joined by SQL condition; their columns are `alias.column`."""

    table: str
    on: str


class Unpivot(Word):
    """Several columns become rows: `name` and `value` are then usable in the mapping."""

    columns: dict[str, str] | str  # column: its name in the feed; or a regular expression over column names
    name: str = "name"
    value: str = "value"


class Mapping(Word):
    """How accepted records become rows of a feed: SQL expressions over the table's columns."""

    table: str
    columns: dict[str, str]
    attributes: dict[str, str] = Field(default_factory=dict)  # the feed's map column: key → SQL expression
    where: str = "true"
    look_up: dict[str, LookUp] = Field(default_factory=dict)
    unpivot: Unpivot | None = None
    one_per: tuple[str, ...] = ()  # one row for each value of these columns, from the first such record


def _in_order(needs: dict[str, set[str]]) -> list[str]:
    """The names with those they need first. Raises ValueError where they go round in a circle."""
    done: list[str] = []
    waiting = dict(needs)
    while waiting:
        ready = [name for name, needed in waiting.items() if needed <= set(done)]
        if not ready:
            raise ValueError(f"The references among {', '.join(waiting)} go round in a circle.")
        done += ready
        for name in ready:
            del waiting[name]
    return done


class IdentityMapping(Mapping):
    """Whom a record is about: SQL expressions over all columns, personal ones too, for the columns of an identity.

    Stays inside the ingest boundary; see `ingest.vault` for the columns.
    """

    entity: Literal["person", "household"]


class LinkRule(Word):
    """Records that agree in all of `same` are one, where they also agree in all columns of one of `beside`."""

    same: tuple[str, ...]
    beside: tuple[tuple[str, ...], ...] = ()


class Linkage(Word):
    """How records of one entity are brought together: rules first, in order, then by similarity."""

    # The source whose records are the entities; records of the other sources are looked for among them.
    register_source: str
    deduplicate: bool = True  # one entity may be in the register more than once
    distinct: tuple[str, ...] = ()  # columns whose differing values tell two entities apart
    rules: tuple[LinkRule, ...] = ()
    compare: tuple[str, ...] = ()  # comparisons of `linkage.model`; empty: rules alone
    candidates: tuple[
        tuple[str, ...], ...
    ] = ()  # pairs that agree in all columns of one of these are compared
    prior: float = 0.0001  # how likely two records are one before anything is compared
    link_from: float = 5.0  # match weight (base 2) from which two records are one
    review_from: float = 0.0  # and from which somebody should look


class Source(Word):
    """The contract of one source of a region."""

    title: str
    cadence: Literal["quarter", "round", "reference"] = "quarter"
    drift: Drift = Drift()  # of all tables that state none of their own
    format: tuple[str, ...]  # as `readers.sniff` names them
    part: str = (
        ""  # several files a drop: regular expression over the file name whose first group names the part
    )
    tables: dict[str, Table]
    vocabularies: dict[str, Any] = Field(default_factory=dict)
    look_ups: dict[str, dict[str, str]] = Field(default_factory=dict)  # code look-ups for mappings
    feeds: dict[str, tuple[Mapping, ...]] = Field(default_factory=dict)
    identities: tuple[IdentityMapping, ...] = ()
    ignored_tables: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _references_exist(self) -> Source:
        for name, table in self.tables.items():
            self._steps_exist(name, table)
            for column in table.columns.values():
                target, _, field = column.ref.partition(".")
                if target and (
                    target not in self.tables or (field and field not in self.tables[target].columns)
                ):
                    raise ValueError(
                        f"Table '{name}' refers to '{column.ref}', which the source does not have."
                    )
                if column.vocabulary and column.vocabulary not in self.vocabularies:
                    raise ValueError(
                        f"Table '{name}' uses vocabulary '{column.vocabulary}', which nobody listed."
                    )
        self.judging_order()
        return self

    def _steps_exist(self, name: str, table: Table) -> None:
        for step in (s for steps in table.order for s in steps if s not in table.columns):
            reference, _, field = step.partition(".")
            target = table.columns[reference].ref.partition(".")[0]
            if target not in self.tables or field not in self.tables[target].columns:
                raise ValueError(
                    f"Table '{name}' orders '{step}', which is no date of a record it refers to."
                )

    def template(self, table: str) -> str:
        """The contract's name of a delivered table: its own, or that of the words for every such sheet."""
        if table in self.tables:
            return table
        each = ((n, t.layout.sheet) for n, t in self.tables.items() if t.layout.each_sheet)
        return next((n for n, sheet in each if re.fullmatch(sheet, table, re.IGNORECASE)), table)

    def as_found(self, tables: Iterable[str]) -> Source:
        """This contract with the delivered tables in the place of those that stand for every such sheet."""
        if not any(table.layout.each_sheet for table in self.tables.values()):
            return self
        return self.model_copy(update={"tables": {name: self.tables[self.template(name)] for name in tables}})

    def judging_order(self) -> list[str]:
        """Tables with those they refer to first. Raises ValueError where references go round in a circle."""
        return _in_order(
            {
                name: {c.ref.partition(".")[0] for c in table.columns.values()} - {"", name}
                for name, table in self.tables.items()
            }
        )

    def looked_up_sources(self) -> set[str]:
        """Other sources of the region that this one's rules look up."""
        rules = (rule for table in self.tables.values() for rule in table.rules.values())
        return {look.source for rule in rules for look in rule.related.values() if look.source}


class Region(Word):
    """A partner region: whose deliveries, in which calendar, currency and scripts."""

    region: str
    programme: str
    title: str
    country: str = ""
    fiscal_year_starts: int = 1  # month
    currency: str = ""
    scripts: tuple[str, ...] = ("Latn",)
    languages: tuple[str, ...] = ("en",)
    placeholders: tuple[str, ...] = ()  # beside those of every region
    due_days: dict[str, int] = Field(default_factory=dict)
    linkage: dict[Literal["person", "household"], Linkage] = Field(default_factory=dict)
    sources: dict[str, Source]

    @model_validator(mode="after")
    def _looked_up_tables_exist(self) -> Region:
        for source_name, source in self.sources.items():
            for table_name, table in source.tables.items():
                for rule_name, rule in table.rules.items():
                    for look in rule.related.values():
                        self._check_look(f"{source_name}/{table_name}, rule '{rule_name}'", source_name, look)
        _in_order({name: source.looked_up_sources() - {name} for name, source in self.sources.items()})
        return self

    def reading_groups(self) -> list[list[str]]:
        """The sources in groups that look nothing of each other up; within a group those looked up come first."""
        needs = {name: source.looked_up_sources() - {name} for name, source in self.sources.items()}
        groups: list[set[str]] = []
        for name in needs:
            joined = [group for group in groups if group & (needs[name] | {name})]
            groups = [group for group in groups if group not in joined]
            groups.append({name, *needs[name]}.union(*joined))
        in_order = _in_order(needs)
        return [sorted(group, key=in_order.index) for group in groups]

    def _check_look(self, where: str, source_name: str, look: Related) -> None:
        other = self.sources.get(look.source or source_name)
        table = other.tables.get(look.table) if other else None
        if table is None:
            raise ValueError(
                f"{where}: there is no table '{look.source or source_name}/{look.table}' to look up."
            )
