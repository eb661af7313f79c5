"""Findings in plain words: what is wrong, what was expected, how to mend it. Texts only, no logic of judging."""

from __future__ import annotations

from ingest.contracts.model import Column, Table

# {column}, {value} and {expected} are filled in; {value} is masked where it is personal.
MESSAGES = {
    "missing_required": "{column} is empty. It is needed: fill it in.",
    "bad_date": "{column}: {value} is no date. Write it as YYYY-MM-DD or DD/MM/YYYY.",
    "future_date": "{column}: {value} lies after the end of the quarter. Check day, month and year.",
    "bad_number": "{column}: {value} is no number. Write digits only.",
    "ambiguous_grouping": "{column}: {value} has commas in places where neither 1,234,567 nor 12,34,567 has them. "
    "Write the number without commas.",
    "out_of_range": "{column}: {value} is outside what is possible ({expected}). Check it.",
    "bad_identifier": "{column}: {value} is no valid number of its kind ({expected}). Compare it with the document.",
    "unknown_code": "{column}: {value} is not in the list ({expected}). Use a word of the list.",
    "exact_duplicate": "The same record stands earlier in the table. Delete this copy.",
    "duplicate_key": "Other records have the same {column} and say something else. Keep the right one, or give each "
    "its own.",
    "orphan_reference": "{column}: {value} is not among the accepted records it refers to. Add that record, mend it, "
    "or correct the reference.",
    "date_order": "{column}: {value} lies before an earlier step. Check both dates.",
    "conflicting_label": "The same label is there twice with different values. Say which indicator each one is.",
}

_KINDS = {
    "cnic": "13 digits, the first 1 to 7",
    "aadhaar": "12 digits, the first 2 to 9, with a right check digit",
    "nid": "10, 13 or 17 digits",
    "card": "letters and digits as printed on the card",
}


def expected(column: Column, vocabularies: dict[str, object]) -> str:
    """What a cell of this column may hold, for a person."""
    if column.vocabulary:
        words = vocabularies[column.vocabulary]
        names = [str(w) for w in words] if isinstance(words, list | dict) else []
        return (
            f"those of {column.within}"
            if column.within
            else ", ".join(names[:12]) + (" …" if len(names) > 12 else "")
        )
    if column.type in _KINDS:
        return _KINDS[column.type]
    parts = [
        f"{word} {bound:g}"
        for word, bound in (("at least", column.min), ("at most", column.max), ("above", column.above))
        if bound is not None
    ]
    return " and ".join(parts)


def rule_messages(table: Table) -> dict[str, str]:
    """The messages of a table's own rules, by code."""
    return {f"rule:{name}": rule.message for name, rule in table.rules.items() if rule.severity == "error"}
