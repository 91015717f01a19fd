"""Drafts for files of in-app events: products by the fields of their records, tables of counts by names of events."""

import re
from collections.abc import Iterator
from typing import Any

import polars as pl

from ingest.drafts.draft import Draft, Given
from ingest.drafts.head import Head, quoted
from ingest.formats.activation_vocabulary import KNOWN, event_names

# The fields that tell a product; one of each group must be there.
_PRODUCTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "cloudevents": (("specversion",), ("id",), ("source",), ("type",)),
    "segment_track": (
        ("messageId", "batch.*.messageId"),
        ("event", "batch.*.event"),
        ("timestamp", "originalTimestamp", "receivedAt", "batch.*.timestamp", "batch.*.originalTimestamp"),
    ),
    "ga4": (("event_name",), ("event_timestamp",), ("user_pseudo_id",)),
}
_COUNTED = "events?|counts?|event_counts?|hits|times|downloads?|opens?|clicks?|taps?|starts?|completions?"
_PEOPLE = "people|persons|users|visitors|viewers|devices|uniques"
_COLUMNS = {
    "date": "date|day|event_date|datum|fecha|data|jour|tanggal|التاريخ|اليوم",
    "activation": "activation|event(_name|_type)?|action|activity|événement|evento|ereignis|aktivität|"
    "الحدث|النشاط|نوع_الحدث|اسم_الحدث|الفعالية",
    "asset_id": "(asset|resource|guide|toolkit|tutorial)(_id|_name)?|المورد",
    "market": "market|country(_code)?|geo|pays|land|país|pais|negara|الدولة|البلد|السوق",
    "events": f"((total|all|gross|number_of)_)?({_COUNTED})|total|number|nombre|anzahl|cantidad|quantidade|jumlah|"
    "العدد|عدد_الأحداث|الإجمالي",
    "unique_people": f"((unique|distinct|total|active|number_of)_)?({_PEOPLE})|personnes|personen|personas|pessoas|"
    "الأشخاص|عدد_الأشخاص|المستخدمون|عدد_المستخدمين",
}


def drafts(head: Head, given: Given) -> Iterator[Draft]:  # noqa: ARG001 - nothing that is given tells more
    """What a file of in-app events may be."""
    if head.kind == "json":
        fields = head.fields()
        for form, groups in _PRODUCTS.items():
            found = [next((name for name in names if name in fields), None) for names in groups]
            if None not in found:
                yield Draft("activation", form, f"its records have {quoted([str(name) for name in found])}", {})
    for header in head.headers if head.kind == "table" else []:
        yield from _counts(head, header)


def needs(names: list[str]) -> Iterator[tuple[str, dict[str, bool]]]:
    """What a table of counts needs, and whether a header has it."""
    found = _match(names).keys()
    yield (
        "activation_counts_csv",
        {name: name in found for name in ("date", "activation")}
        | {"events": bool({"events", "unique_people"} & found)},
    )


def _counts(head: Head, header: list[str]) -> Iterator[Draft]:
    columns = _match(header)
    if not {"date", "activation"} <= columns.keys() or not {"events", "unique_people"} & columns.keys():
        return
    names = event_names(pl.Series(head.below(header, columns["activation"]), dtype=pl.String()))
    if names.is_in(KNOWN).sum() * 2 < len(names):
        return
    remarks: dict[tuple[str, ...], str] = {}
    unused = [name for name in header if name and name not in columns.values()]
    if unused:
        remarks[("options", "columns")] = f"not used: {quoted(unused)}"
    why = f"its columns are a date, what happened and how often: {quoted(list(columns.values()))}"
    yield Draft("activation", "activation_counts_csv", why, {"columns": columns}, remarks)


def _match(names: list[str]) -> dict[str, Any]:
    """Our columns to the names that mean them; each name once."""
    found: dict[str, Any] = {}
    for ours, pattern in _COLUMNS.items():
        for name in names:
            if name not in found.values() and re.fullmatch(pattern, re.sub(r"\W+", "_", name).strip("_").lower()):
                found[ours] = name
                break
    return found
