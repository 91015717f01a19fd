"""`activation/ga4`: rows of Google Analytics' export to BigQuery in JSON, one a line.

They have no id of their own: one is built of who did what when, and is not exact. What becomes of events is in
`ingest.formats.activation.activation_events`.
"""

import polars as pl
from pydantic import BaseModel, ConfigDict

from ingest.formats.activation.activation_events import FIELDS, PROPERTIES, Events, settle_events
from ingest.formats.date_order import read_instants
from ingest.formats.json_documents import ENVELOPES, inside, query, read_documents, texts_at
from ingest.formats.records import reject
from ingest.formats.text_file import TextFile, text_files
from ingest.reasons import Reason
from ingest.source import LINEAGE, Delivery, DeliveryError, Parsed

_IDENTITY = (
    "user_pseudo_id", "event_timestamp", "event_name", "event_bundle_sequence_id", "batch_page_id", "batch_ordering_id",
    "batch_event_index",
)  # fmt: skip
_PLACES = {
    "name": ("event_name",),
    "person": ("user_id", "user_pseudo_id"),
    "happened_at": ("event_timestamp",),
    "language": ("device.language",),
    "market": ("geo.country",),
    "platform": ("platform", "device.operating_system"),
    "consent": ("privacy_info.analytics_storage",),
}
# A parameter's value stands under the name of its type, which may differ from row to row.
_PARAMETERS = """
    select line, json_extract_string(json, '$.event_params[*].key') as keys,
        list_transform(json_extract(json, '$.event_params[*].value'), lambda held: coalesce(
            held ->> 'string_value', held ->> 'int_value', held ->> 'double_value', held ->> 'float_value'
        )) as held,
        coalesce(json_type(json, '$.event_params'), 'NULL') not in ('ARRAY', 'NULL')
        or json_array_length(json, '$.event_params') > 0 and len(keys) = 0 as is_otherwise
    from documents
"""
_SENDER = "ga4"


class Ga4Options(BaseModel):
    """Options of `ga4`: `encoding` alone, for files that are not UTF-8."""

    model_config = ConfigDict(extra="forbid")

    encoding: str | None = None


class Ga4:
    """Reads events under a key that is built, so that two events of one person at one microsecond may be one."""

    name = "ga4"
    version = 9
    needs_timezone = False
    options = Ga4Options

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `activation_events` and `activation_help_events`. Raises DeliveryError."""
        options = delivery.options_as(Ga4Options)
        read = [_events(file) for file in text_files(delivery, options.encoding)]
        rows = read_instants(
            pl.concat([rows for rows, _ in read]), {"happened_at": "event_timestamp"}, delivery.zone, None
        )
        rejected = pl.concat([rejected for _, rejected in read])
        return settle_events(Events(rows, rejected, ["happened_at"], is_exact_key=False), delivery)


def _events(file: TextFile) -> tuple[pl.DataFrame, pl.DataFrame]:
    pages, broken = read_documents(file)
    documents = inside(pages, ENVELOPES)
    texts = dict.fromkeys([*_IDENTITY, *(place for places in _PLACES.values() for place in places)])
    found = texts_at(documents, list(texts))
    is_event = pl.col("event_name").is_not_null() & pl.col("event_timestamp").is_not_null()
    if not found.select(is_event.any()).item():
        raise DeliveryError(
            f"{file.name}: no record is an event of a Google Analytics export; expected JSON objects with event_name, event_timestamp "
            "and user_pseudo_id, one a line"
        )
    events, others = reject(
        found.hstack(query(_PARAMETERS, documents).drop("line")).with_columns(pl.lit(file.name).alias("file")),
        {
            Reason.UNREADABLE: (
                ~is_event | pl.col("is_otherwise").fill_null(value=False),
                "the record has no event_name or no event_timestamp, or its event_params are no list of objects with key and value",
            )
        },
    )
    named = {
        ours: [_parameter(name) for name in names] + [pl.col(place) for place in _PLACES.get(ours, ())]
        for ours, names in PROPERTIES.items()
    }
    rows = events.select(
        pl.lit(_SENDER).alias("sender"),
        pl.when(pl.col("user_pseudo_id").is_not_null())
        .then(pl.concat_str([pl.col(name).fill_null("") for name in _IDENTITY], separator="\x1f"))
        .alias("event_id"),
        *(pl.coalesce(places).alias(ours) for ours, places in _PLACES.items() if ours not in PROPERTIES),
        *(pl.coalesce(ways).alias(ours) for ours, ways in named.items()),
        *LINEAGE,
    )
    return rows.select(*FIELDS, *LINEAGE), pl.concat([broken, others])


def _parameter(name: str) -> pl.Expr:
    place = pl.col("keys").list.eval(pl.element() == name).list.arg_max()
    value = pl.col("held").list.get(place, null_on_oob=True)
    return pl.when(pl.col("keys").list.contains(name)).then(value)


FORMAT = Ga4()
