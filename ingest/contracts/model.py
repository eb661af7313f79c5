"""The words a contract may use: what a partner's file looks like and which rules decide about a record.

Only the model and its own consistency; where the YAML lies and how it inherits is in `loading`.
"""

from __future__ import annotations

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
    from_context: str = (
        ""  # taken from the file, not from a cell: "heading", "sheet", "file:<regex>", "above:<regex>"
    )


class Totals(Word):
    """Subtotal rows: how they are recognised and what they add up."""

    label: str  # regular expression a cell of `column` matches in full
    column: str
    sum: tuple[str, ...]
    group: str = ""  # rows with the same value add up to the row; empty: all rows do
    group_from_label: bool = False  # the group's value is the first group of `label`


class Layout(Word):
    """How the cells of a sheet or page become a table."""

    sheet: str = (
        ""  # regular expression a sheet's name matches in full; empty: the table's own name, else any
    )
    header_rows: int = 1
    after: str = ""  # the block starts below a row in which a cell matches this
    columns: tuple[str, ...] = ()  # positional, for a block without a header
    until_blank: bool = False
    not_records: str = ""  # rows whose first filled cell matches this are notes
    fill_down: tuple[str, ...] = ()  # a blank cell repeats the cell above
    totals: tuple[Totals, ...] = ()
    every_table: bool = False  # all tables of the page together


class Related(Word):
    """One value looked up or aggregated from accepted rows of a table, matched by columns."""

    table: str
    source: str = ""  # of another source of the region, same quarter; empty: of this drop
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


class Table(Word):
    """One table of a source."""

    key: tuple[str, ...]
    columns: dict[str, Column]
    ignored: tuple[str, ...] = ()  # columns that are known and not used
    layout: Layout = Layout()
    order: tuple[tuple[str, ...], ...] = ()  # dates that must not run backwards
    rules: dict[str, Rule] = Field(default_factory=dict)
    on_conflict: Literal["duplicate_key", "conflicting_label"] = "duplicate_key"

    @model_validator(mode="after")
    def _names_exist(self) -> Table:
        names = set(self.columns)
        for word, used in (
            ("key", set(self.key)),
            ("order", {c for pair in self.order for c in pair}),
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


class Source(Word):
    """The contract of one source of a region."""

    title: str
    cadence: Literal["quarter", "round", "reference"] = "quarter"
    format: tuple[str, ...]  # as `readers.sniff` names them
    part: str = (
        ""  # several files a drop: regular expression over the file name whose first group names the part
    )
    tables: dict[str, Table]
    vocabularies: dict[str, Any] = Field(default_factory=dict)
    look_ups: dict[str, dict[str, str]] = Field(default_factory=dict)  # code look-ups for mappings
    feeds: dict[str, tuple[Mapping, ...]] = Field(default_factory=dict)
    ignored_tables: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _references_exist(self) -> Source:
        for name, table in self.tables.items():
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

    def _check_look(self, where: str, source_name: str, look: Related) -> None:
        other = self.sources.get(look.source or source_name)
        table = other.tables.get(look.table) if other else None
        if table is None:
            raise ValueError(f"{where}: there is no table '{look.source or source_name}/{look.table}' to look up.")
