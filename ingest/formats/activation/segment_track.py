"""`activation/segment_track`: Segment's `track` calls in JSON, one a line or in an array, their clocks corrected.

The device says when it saw the event and when it sent it, the collector when it received it: what lies between sending and
receiving is how far the clock of the device is off. What becomes of events is in `ingest.formats.activation.activation_events`.
"""

import polars as pl
from pydantic import BaseModel, ConfigDict

from ingest.formats.activation.activation_events import FIELDS, PROPERTIES, Events, settle_events
from ingest.formats.date_order import read_instants
from ingest.formats.json_documents import ENVELOPES, inside, read_documents, texts_at
from ingest.formats.records import reject
from ingest.formats.text_file import TextFile, text_files
from ingest.reasons import Reason
from ingest.source import LINEAGE, Delivery, DeliveryError, Parsed

_CLOCKS = {
    "at_device": "originalTimestamp", "sent_at": "sentAt", "received_at": "receivedAt", "collected_at": "timestamp"
}  # fmt: skip
_CONTEXT = {
    "language": ("context.locale",),
    "market": ("context.location.country", "context.geo.country"),
    "platform": ("context.os.name", "context.device.type"),
    "consent": (
        "context.consent.categoryPreferences.Analytics", "context.consent.categoryPreferences.analytics",
        "context.consent.granted",
    ),
    "test": ("context.app.test",),
    "environment": ("context.app.environment", "context.environment"),
    "agent": ("context.userAgent",),
}  # fmt: skip
_PLACES = {
    "event_id": ("messageId", "message_id"),
    "name": ("event",),
    "person": ("userId", "user_id", "anonymousId", "anonymous_id"),
    **{
        ours: (*(f"properties.{name}" for name in names), *_CONTEXT.get(ours, ())) for ours, names in PROPERTIES.items()
    },
    **{ours: (name,) for ours, name in _CLOCKS.items()},
}
_OTHER_CALLS = ("page", "screen", "identify", "group", "alias")
"""What an archive of Segment holds beside track calls; none of them is a record of what was done."""
_SENDER = "segment"


class SegmentTrackOptions(BaseModel):
    """Options of `segment_track`: `encoding` alone, for files that are not UTF-8."""

    model_config = ConfigDict(extra="forbid")

    encoding: str | None = None


class SegmentTrack:
    """Reads calls. A call that was sent again has the same messageId and is one."""

    name = "segment_track"
    version = 10
    needs_timezone = False
    options = SegmentTrackOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `activation_events` and `activation_help_events`. Raises DeliveryError."""
        options = delivery.options_as(SegmentTrackOptions)
        read = [_calls(file) for file in text_files(delivery, options.encoding)]
        calls = pl.concat([rows for rows, _ in read])
        written = calls["at_device"].alias("at_device_written")
        timed = read_instants(calls, _CLOCKS, delivery.zone, None).with_columns(written)
        events = timed.with_columns(
            _corrected().alias("happened_at"), _reason().alias("happened_at_reason")
        ).with_columns(
            ((pl.col("happened_at") - pl.col("at_device")).dt.total_microseconds() / 1_000_000).alias(
                "clock_correction_seconds"
            )
        )
        return settle_events(Events(events, pl.concat([rejected for _, rejected in read]), [written.name]), delivery)


def _corrected() -> pl.Expr:
    """The instant by the collector's clock; that of receiving where the device cannot have seen the event before it sent it."""
    waited = pl.col("sent_at") - pl.col("at_device")
    by_collector = pl.when(waited >= pl.duration()).then(pl.col("received_at") - waited)
    known = pl.when(waited.is_not_null()).then(pl.coalesce(by_collector, "received_at"))
    return pl.coalesce(known, "collected_at", "received_at", "at_device")


def _reason() -> pl.Expr:
    is_bad = pl.any_horizontal(pl.col(f"{name}_reason") == Reason.BAD_TIME for name in _CLOCKS).fill_null(value=False)
    return pl.when(is_bad).then(pl.lit(Reason.BAD_TIME)).otherwise(pl.lit(Reason.EMPTY))


def _calls(file: TextFile) -> tuple[pl.DataFrame, pl.DataFrame]:
    documents, broken = read_documents(file)
    records = inside(documents, ENVELOPES)
    found = texts_at(records, ["type", *(place for places in _PLACES.values() for place in places)])
    found = found.filter(~pl.col("type").is_in(_OTHER_CALLS).fill_null(value=False))
    is_track = (pl.col("type").fill_null("track") == "track") & pl.col("event").is_not_null()
    if not found.select(is_track.any()).item():
        raise DeliveryError(
            f"{file.name}: no record is a track call of Segment; expected JSON objects with event, messageId, anonymousId or userId, "
            "and timestamp or originalTimestamp, sentAt and receivedAt"
        )
    calls, others = reject(
        found.with_columns(pl.lit(file.name).alias("file")),
        {Reason.UNREADABLE: (~is_track, "the record is no call of Segment, or names no event")},
    )
    rows = calls.select(
        pl.lit(_SENDER).alias("sender"),
        *(pl.coalesce(places).alias(ours) for ours, places in _PLACES.items()),
        *LINEAGE,
    )
    kept = [name for name in FIELDS if name != "happened_at"]
    return rows.select(*kept, *_CLOCKS, *LINEAGE), pl.concat([broken, others])


FORMAT = SegmentTrack()
