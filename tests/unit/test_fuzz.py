"""A delivery with a fault is read right, told of or refused, of whatever format; `make fuzz` tries many more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

import ingest.run
from ingest.errors import SangamError
from tests.fuzz.faults import Delivery, deliveries, far_apart
from tests.fuzz.formats import FORMATS, marked
from tests.fuzz.outcome import outcome, write_contract
from tests.tables import use_contracts

RECORDS = tuple(
    marked((f"P{1000 + number}", name, str(10 + number), f'{name}, "x" & y'))
    for number, name in enumerate(["Sita", "Ali Khan", "O'Neill", "José"])
)


@pytest.fixture(scope="module", autouse=True)
def contract(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    root = tmp_path_factory.mktemp("fuzz") / "regions"
    write_contract(root)
    with pytest.MonkeyPatch.context() as patch:
        use_contracts(patch, root)
        yield
    from ingest.contracts import loading

    loading.forget()


def whole(name: str, records: tuple[tuple[str, ...], ...] = RECORDS) -> Delivery:
    (form,) = (form for form in FORMATS if form.name == name)
    if form.whole:
        return Delivery(form, "none", RECORDS, form.whole(records))
    text = "".join(token.text for token in form.write(records)).encode()  # type: ignore[misc]
    return Delivery(form, "none", RECORDS, form.pack(text))


@pytest.mark.parametrize("name", [form.name for form in FORMATS])
def test_what_has_no_fault_is_read_whole(name: str) -> None:
    became = outcome(whole(name))
    assert became.what == "read whole", became


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(far_apart(0).filter(lambda delivery: delivery.fault != "encode twice"))
def test_no_fault_changes_or_loses_in_silence(delivery: Delivery) -> None:
    became = outcome(delivery)
    assert not became.is_wrong, (delivery.format.name, delivery.fault, became, delivery.content)


@settings(max_examples=5, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(deliveries())
def test_the_smallest_ones_too(delivery: Delivery) -> None:
    assert not outcome(delivery).is_wrong


def test_what_is_wrong_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The judge is held against wrongs that are planted."""
    other = whole("mysqldump", (marked(("P1000", "Other", "1", "x")), *RECORDS[1:]))
    assert outcome(other).what == "changed in silence"
    fewer = whole("pg_dump", RECORDS[1:])
    assert outcome(fewer).what == "lost in silence"
    assert outcome(replace(fewer, gone=frozenset(RECORDS[:1]))).what == "gone without a trace"

    def fails(*words: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(ingest.run, "_read_and_write", fails)
    assert outcome(whole("html")).what == "crash"
    monkeypatch.undo()

    def stops(*words: object) -> None:
        raise SangamError("planted")

    monkeypatch.setattr(ingest.run, "_read_and_write", stops)
    assert outcome(whole("html")).what == "crash"
