"""`activation/cloudevents`: CloudEvents 1.0 in JSON, one a line or in a batch; `data` says what happened and to whom.

What becomes of events is in `ingest.formats.activation.activation_events`.
"""

import polars as pl
from pydantic import BaseModel, ConfigDict

from ingest.formats.activation.activation_events import FIELDS, PROPERTIES, Events, settle_events
from ingest.formats.date_order import read_instants
from ingest.formats.json_documents import ENVELOPES, inside, query, read_documents, texts_at, top_level_names
from ingest.formats.records import reject
from ingest.formats.text_file import TextFile, text_files
from ingest.reasons import Reason
from ingest.source import LINEAGE, Delivery, DeliveryError, Parsed

_PLACES = {
    "sender": ("source",),
    "event_id": ("id",),
    "name": ("type",),
    "person": ("data.user_id", "data.userId", "data.anonymous_id", "data.anonymousId"),
    "happened_at": ("time",),
    **{
        ours: (*(f"data.properties.{name}" for name in names), *(f"data.{name}" for name in names))
        for ours, names in PROPERTIES.items()
    },
}
_VERSION = "specversion"
_KINDS = "select line, json_type(json, '$.data') as data_kind from documents"


class CloudEventsOptions(BaseModel):
    """Options of `cloudevents`: `encoding` alone, for files that are not UTF-8."""

    model_config = ConfigDict(extra="forbid")

    encoding: str | None = None


class CloudEvents:
    """Reads events. Two with the same source and id are one."""

    name = "cloudevents"
    version = 10
    needs_timezone = False
    options = CloudEventsOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `activation_events` and `activation_help_events`. Raises DeliveryError."""
        options = delivery.options_as(CloudEventsOptions)
        read = [_events(file) for file in text_files(delivery, options.encoding)]
        rows = read_instants(pl.concat([rows for rows, _ in read]), {"happened_at": "time"}, delivery.zone, None)
        return settle_events(Events(rows, pl.concat([rejected for _, rejected in read]), ["happened_at"]), delivery)


def _events(file: TextFile) -> tuple[pl.DataFrame, pl.DataFrame]:
    pages, broken = read_documents(file)
    documents = inside(pages, () if _VERSION in top_level_names(pages) else ENVELOPES)
    places = [_VERSION, "data_base64", *(place for places in _PLACES.values() for place in places)]
    found = texts_at(documents, places)
    is_event = pl.col(_VERSION).str.starts_with("1.").fill_null(value=False)
    if not found.select(is_event.any()).item():
        raise DeliveryError(
            f"{file.name}: no record is a CloudEvent; expected JSON objects with specversion 1.0, id, source and type, one a line or "
            "in an array"
        )
    events, others = reject(
        found.hstack(query(_KINDS, documents).drop("line")).with_columns(pl.lit(file.name).alias("file")),
        {
            Reason.UNREADABLE: (
                ~is_event
                | pl.col("data_base64").is_not_null()
                | ~pl.col("data_kind").is_in(["OBJECT", "NULL"]).fill_null(value=True),
                "the record is no CloudEvent of version 1 whose data is a JSON object",
            )
        },
    )
    rows = events.select(*(pl.coalesce(places).alias(ours) for ours, places in _PLACES.items()), *LINEAGE)
    return rows.select(*FIELDS, *LINEAGE), pl.concat([broken, others])


FORMAT = CloudEvents()
