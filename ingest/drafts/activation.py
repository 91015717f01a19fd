"""Drafts for files of in-app events: products by the fields of their records, tables of counts by names of events."""

import re
from collections.abc import Iterator
from typing import Any

import polars as pl

from ingest.drafts.draft import Draft, Given
from ingest.drafts.head import Head, quoted
from ingest.drafts.names import is_called
from ingest.drafts.survey_refusals import are_joins_and_leaves
from ingest.formats.activation.activation_vocabulary import KNOWN, event_names
from ingest.formats.json_documents import ENVELOPES
from ingest.source import DeliveryError
from ingest.text import unit_of

# The fields that tell a product; one of each group must be there.
_PRODUCTS: dict[str, tuple[tuple[str, ...], ...]] = {
    "cloudevents": (("specversion",), ("id",), ("source",), ("type",)),
    "segment_track": (("messageId",), ("event",), ("timestamp", "originalTimestamp", "receivedAt")),
    "ga4": (("event_name",), ("event_timestamp",), ("user_pseudo_id",)),
}
_COUNTED = (
    "events?|conversions?|counts?|event_counts?|hits|times|downloads?|opens?|clicks?|taps?|"
    "starts?|completions?|contacts?|calls?|referrals?"
)
_PEOPLE = "people|persons|users|visitors|viewers|devices|uniques|downloaders|openers|callers|clickers"
_COLUMNS = {
    "date": "date|day|event_date|日付|datum|fecha|data|jour|tanggal|tarih|дата|ημερομηνία|تاریخ|תאריך|التاريخ|اليوم",
    "activation": "activation|label|event(_name|_type|_action)?|action|activity|goal(_name)?|conversion(_name|_event)?|"
    "nom_de_l_év[éè]nement|nombre_del_evento|nome_d(?:o|ell)_evento|ereignisname|etkinlik_adi|نام_رویداد|שם_(?:ה)?אירוע|イベント名|"
    "événement|évènement|evento|ereignis|aktivität|gebeurtenis|событие|etkinlik|"
    "olay|kejadian|ایونٹ|رویداد|אירוע|الحدث|النشاط|نوع_(?:الحدث|النشاط)|اسم_الحدث|الفعالية",
    "asset_id": "(asset|resource|guide|toolkit|tutorial|helpline|organi[sz]ation)(_id|_name)?|المورد",
    "market": "market|country(_code)?|geo|pays|land|país|pais|paese|negara|ülke|страна|χώρα|国|کشور|ملک|מדינה|الدولة|البلد|السوق",
    "events": f"((total|all|gross|number_of)_)?({_COUNTED})|total|number|nombre|anzahl|cantidad|quantidade|jumlah|say\u0131|adet|toplam|"
    "aantal|conteggio|количество|(?:nombre|total|nb)_d_événements|(?:número|numero|total|contagem)_(?:de_)?event[oi]s?|"
    "イベント数|ereignisanzahl|anzahl_der_ereignisse|(?:etkinlik|olay)_sayisi|تعداد_رویداد|تعداد_رویدادها|تعداد|מספר_אירועים|عدد_المرات|العدد|عدد_الأحداث|الإجمالي",
    "unique_people": f"((unique|distinct|total|active|number_of)_)?({_PEOPLE})|nombre_(?:total_)?d_utilisateurs|"
    "total_de_(?:usuarios|usuários)|gesamtnutzerzahl|toplam_kullanici(?:_sayisi)?|إجمالي_المستخدمين|کل_کاربران|סך_כל_המשתמשים|personnes|personen|personas|pessoas|kişi|kişiler|kullan\u0131c\u0131(?:lar)?|ユーザー(?:の合計)?数?|"
    "utilisateurs(_uniques)?|usuários(_únicos)?|utenti(_unici)?|gebruikers|пользователи|nutzer|usuarios(_únicos)?|pengguna(_unik)?|تعداد_کاربران|کاربران|משתמשים|الأشخاص|عدد_الأشخاص|المستخدمون|عدد_المستخدمين",
}
_OF_A_METRIC = r"(?i)\s*[-\u2013(\[:]\s*(?:total|unique|count|event|user)s?(?: count| events| users)?\s*[)\]]?$"
"""What a tool writes behind the name of an event in a header: Guide Opened - Total."""
_SUPPLIER = "add supplier: NAME where several partners count; of one supplier, or of none, a later delivery takes an earlier one's place"
# Columns of tables that have a row an event, a contact or a post: all of a pattern's have to be there.
_SINGLE: dict[str, tuple[str, ...]] = {
    "single events of persons": (
        "event(_name|_type|_text)?|action",
        "(event_)?(time|timestamp|date)|(received|sent|client|server|created|occurred|logged)_(at|time)|clicked_at|happened_at",
        "(user|anonymous|device|distinct|client|amplitude|person|user_pseudo|apps_?flyer|customer_user|advertising)_id|adid",
    ),
    "single clicks of persons": ("clicked_at", "(resource|asset|link)(_id)?"),
    "single contacts of persons": (
        "(call|caller|ticket)_?(id|no|number)",
        "(call|caller|ticket)_.*",
    ),
    "single posts that were coded": (
        "(post|story|video|reply|item|content)_?id",
        "coder|coded_(on|at|by)|rule_version",
    ),
}


def drafts(head: Head, given: Given) -> Iterator[Draft]:  # noqa: ARG001 - nothing that is given tells more
    """What a file of in-app events may be."""
    if head.kind == "json":
        own = head.fields()
        fields = own if "specversion" in own else head.fields(ENVELOPES)
        for form, groups in _PRODUCTS.items():
            found = [next((name for name in names if name in fields), None) for names in groups]
            if None not in found:
                yield Draft("activation", form, f"its records have {quoted([str(name) for name in found])}", {})
    for header in head.headers if head.kind == "table" else []:
        yield from _counts(head, header)
        _refuse_others(head, header)


def needs(names: list[str]) -> Iterator[tuple[str, dict[str, bool]]]:
    """What a table of counts needs, and whether a header has it."""
    found = _match(names).keys()
    needed = {name: name in found for name in ("date", "activation")}
    needed["events"] = bool({"events", "unique_people"} & found)
    if all(needed.values()):
        needed = {
            "date": True,
            "events": True,
            "activation that has names such as guide.opened or helpline.tapped": False,
        }
    yield "activation_counts_csv", needed


def _counts(head: Head, header: list[str]) -> Iterator[Draft]:
    columns, constant = _with_activation(head, header), None
    remarks: dict[tuple[str, ...], str] = {("format",): _SUPPLIER}
    if "date" not in columns or not {"events", "unique_people"} & columns.keys():
        return
    if "activation" in columns:
        if not are_events(head.below(header, columns["activation"])):
            return
    else:
        constant = _in_names(columns)
        if constant is None:
            return
        remarks[("options", "activation")] = "as the names of its columns say"
    unused = [name for name in header if name and name not in columns.values()]
    if unused:
        remarks[("options", "columns")] = f"not used: {quoted(unused)}"
    _require_one_row_a_day(head, header, columns, unused)
    why = f"its columns are a date, what happened and how often: {quoted(list(columns.values()))}"
    options = {"columns": columns} | ({"activation": constant} if constant is not None else {})
    yield Draft("activation", "activation_counts_csv", why, options, remarks)


def _with_activation(head: Head, header: list[str]) -> dict[str, Any]:
    """Our columns to the names that mean them; without one that is called an activation, one that holds names of events."""
    columns = _match(header)
    if "activation" not in columns:
        told = next((name for name in header if name and are_events(head.below(header, name))), None)
        columns |= {"activation": told} if told is not None else {}
    return columns


def are_events(cells: list[str]) -> bool:
    """Whether at least half of some cells are names of events that are known."""
    known = event_names(pl.Series(cells, dtype=pl.String())).is_in(KNOWN).sum()
    return bool(cells) and 2 * known >= len(cells)


def _require_one_row_a_day(head: Head, header: list[str], columns: dict[str, Any], unused: list[str]) -> None:
    """Raise DeliveryError where several rows of a day and event are told apart by a column that counts have no place for."""
    rows = [dict(zip(header, row, strict=True)) for row in head.rows if len(row) == len(header) and row != header]
    key = [name for ours, name in columns.items() if ours not in ("events", "unique_people")]
    for name in unused:
        told = {(*(row[one] for one in key), row[name]) for row in rows}
        if len(told) > len({part[:-1] for part in told}) and len(told) == len(rows):
            raise DeliveryError(
                f"{head.path.name}, column {name[:40]!r}: found several rows of a day and event that differ by it, expected one; sum the "
                "events up over it and leave it out, as people of several rows cannot be added"
            )


def _in_names(columns: dict[str, Any]) -> str | None:
    """The event that names of columns tell together, such as Toolkit and Downloads."""
    words = [re.sub(r"\W+|_", " ", str(columns[name])).lower() for name in ("asset_id", "events") if name in columns]
    told = " ".join(re.sub(r"\b(id|name|total|all|number of)\b", "", word).strip().removesuffix("s") for word in words)
    [name] = event_names(pl.Series([told]))
    return name if len(words) == 2 and name in KNOWN else None


def _refuse_others(head: Head, header: list[str]) -> None:
    """Raise DeliveryError where a table has a row an event or a person, or a column an event; joins and leaves are of no app."""
    if any(are_joins_and_leaves(pl.Series(head.below(header, name), dtype=pl.String())) for name in header):
        return
    for what, patterns in _SINGLE.items():
        found: list[str] = []
        for pattern in patterns:
            found += [name for name in header if name not in found and is_called(name, pattern)][:1]
        if len(found) == len(patterns):
            raise DeliveryError(
                f"{head.path.name}, line {head.line_of(header)}: found {what}, a row each ({quoted(header)}), expected counts: "
                "date, activation (such as helpline.contacted or story.resource_attached), market, events and unique people; "
                "count them so, or deliver events as JSON (CloudEvents, Segment, GA4)"
            )
    columns = _with_activation(head, header)
    are_counts = "activation" in columns and {"events", "unique_people"} & columns.keys()
    if are_counts and "date" not in columns and are_events(head.below(header, columns["activation"])):
        raise DeliveryError(
            f"{head.path.name}, line {head.line_of(header)}: found counts without a date ({quoted(header)}), expected a row a date "
            "and event; export them by day"
        )
    if (
        {"date", "events", "unique_people"} <= columns.keys()
        and "activation" not in columns
        and _in_names(columns) is None
    ):
        raise DeliveryError(
            f"{head.path.name}, line {head.line_of(header)}: found counts of people without what they did ({quoted(header)}), expected "
            "a column activation with names such as helpline.contacted, a row a date and event; add it, or name it for all rows in a "
            "delivery.yml as options.activation"
        )
    plain = [re.sub(_OF_A_METRIC, "", name) for name in header]
    events = event_names(pl.Series(plain, dtype=pl.String())).is_in(KNOWN).sum()
    if events > 1 and "date" in _match(header):
        raise DeliveryError(
            f"{head.path.name}, line {head.line_of(header)}: found a column an event ({quoted(header)}), expected a row a date and "
            "event: date, activation, events; put the columns below one another"
        )


def _match(names: list[str]) -> dict[str, Any]:
    """Our columns to the names that mean them; each name once."""
    found: dict[str, Any] = {}
    for ours, pattern in _COLUMNS.items():
        for name in names:
            called = unit_of(name)[0] if ours in ("events", "unique_people") else name
            if name not in found.values() and is_called(called, pattern):
                found[ours] = name
                break
    return found
