"""`live/live_events`: the events of a TikTok LIVE room as a connector writes them, a JSON object a line.

Leaves are never reported and joins only in part, so the result is how many viewed at once and how often they did what. Who did it is
not kept.
"""

import json
from typing import Literal, TypeAlias

import polars as pl
from pydantic import ConfigDict, Field

from ingest.formats.json_documents import query
from ingest.formats.live.live_samples import LONGEST_GAP, settle_counts
from ingest.formats.live.live_session import (
    Bounds,
    LiveOptions,
    Rows,
    all_rows,
    delivered_texts,
    instance_rows,
    noted_bounds,
    plausible_instances,
    session_rows,
    with_session_id,
)
from ingest.formats.live.live_times import read_instants, slack_of_samples, with_distance
from ingest.formats.records import find_duplicates, is_not_written, reject
from ingest.formats.text_file import TextFile
from ingest.reasons import Reason
from ingest.source import LINEAGE, Delivery, DeliveryError, Parsed
from ingest.text import parse_count
from ingest.zone_names import HOW_ZONES_ARE_READ

Kind: TypeAlias = Literal["comment", "like", "share", "follow", "gift", "join", "question", "control", "other"]

# Each field under the names that versions of the connectors gave it; the first that an event has counts.
FIELDS = {
    "type": ("type", "eventType", "event_type", "event", "method"),
    "session_id": ("room_id", "roomId", "common.room_id", "common.roomId", "payload.roomId", "data.roomId"),
    "event_id": ("msg_id", "msgId", "common.msg_id", "common.msgId", "payload.msgId", "payload.common.msgId", "data.msgId"),
    "happened_at": (
        "create_time_ms", "create_time", "createTime", "common.create_time", "common.createTime", "timestamp", "receivedAt",
        "received_at", "payload.createTime", "data.createTime",
    ),
    "viewers": (
        "viewer_count", "viewerCount", "payload.viewerCount", "data.viewerCount", "total", "payload.total", "data.total", "m_total",
        "mTotal", "totalViewers",
    ),
    "amount": (
        "count", "likeCount", "like_count", "repeat_count", "repeatCount", "payload.likeCount", "payload.repeatCount",
        "data.likeCount", "data.repeatCount",
    ),
    "action": ("action", "payload.action", "data.action"),
    "streak": ("gift.type", "giftType", "payload.giftType", "data.giftType"),
    "streak_end": ("repeat_end", "repeatEnd", "payload.repeatEnd", "data.repeatEnd"),
}  # fmt: skip
_KINDS: dict[str, Kind | Literal["sample"]] = {
    **dict.fromkeys(["roomuser", "roomuserseq", "viewercount"], "sample"),
    **dict.fromkeys(["member", "join"], "join"),
    **dict.fromkeys(["chat", "comment"], "comment"),
    "like": "like",
    **dict.fromkeys(["follow"], "follow"),
    "share": "share",
    **dict.fromkeys(["question", "questionnew"], "question"),
    "gift": "gift",
    **dict.fromkeys(["control", "liveend", "streamend", "livepause", "liveunpause", "liveresume"], "control"),
}
_STOPS = ("1", "3", "4")
_RESUMES = ("2",)
_SCHEMA = pl.Schema({**dict.fromkeys(FIELDS, pl.String()), "text": pl.String(), **LINEAGE})


class LiveEventsOptions(LiveOptions):
    """Options of `live_events`: those of every live format. Counts further apart than `max_gap_seconds` leave time uncovered."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_gap_seconds: int = Field(default=300, gt=0, le=LONGEST_GAP)


class LiveEvents:
    """Reads events. A count of viewers is a sample; every other event is an interaction."""

    name = "live_events"
    version = 6
    needs_timezone = False
    options = LiveEventsOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `live_sessions`, `live_instances`, `live_samples` and `live_interactions`. Raises DeliveryError."""
        options = delivery.options_as(LiveEventsOptions)
        delivered = all_rows([_events(file) for file in delivered_texts(delivery, options.encoding)])
        _require_a_known_kind(delivered.rows)
        named = with_session_id(delivered.rows, delivery, options.session, own_ids=True)
        timed = read_instants(named, {"happened_at": "create_time"}, delivery.zone, options.date_order)
        bounds = Bounds(noted_bounds(delivery, options.session), *plausible_instances(None))
        typed = with_distance(timed, "happened_at", bounds, delivery, slack_of_samples("happened_at")).with_columns(
            _kind(), pl.coalesce("event_id", delivery.pseudonyms.key(pl.col("text"), "event")).alias("event_id")
        )
        kept, rejected = reject(typed, _RULES)
        is_repeated = find_duplicates(kept.select("session_id", "event_id"))
        events = kept.filter(~is_repeated)
        is_sample = pl.col("kind") == "sample"
        counts = settle_counts(
            events.filter(is_sample).rename(
                {"happened_at": "sampled_at", "happened_at_ambiguous": "sampled_at_ambiguous"}
            ),
            delivery,
            options.max_gap_seconds,
        )
        bounds = Bounds(bounds.noted, _instances(events), bounds.unreadable)
        spans = events.select(
            "session_id", *LINEAGE, pl.col("happened_at").alias("first_at"), pl.col("happened_at").alias("last_at"),
            pl.lit("none").alias("identity"),
        )  # fmt: skip
        sessions = session_rows(spans, bounds, delivery, options.session, basis="samples")
        table = delivery.source.table("live_interactions")
        return Parsed(
            tables={
                "live_sessions": sessions,
                "live_instances": instance_rows(bounds, sessions, delivery),
                "live_samples": counts.rows,
                "live_interactions": events.filter(~is_sample)
                .with_columns(_amount())
                .select(*table.schema.names(), *LINEAGE),
            },
            records_read=delivered.records,
            records_duplicate=int(is_repeated.sum()) + counts.duplicates,
            rejected=pl.concat([delivered.rejected, rejected, counts.rejected]),
            unreadable=counts.unreadable,
        )


_RULES = {
    Reason.MISSING_KEY: (
        pl.col("session_id").is_null() | is_not_written("happened_at"),
        "the room or the time of the event is missing",
    ),
    Reason.BAD_TIME: (
        pl.col("happened_at").is_null(),
        f"the time of the event is not one that exists; {HOW_ZONES_ARE_READ}",
    ),
    Reason.OUT_OF_RANGE: (pl.col("is_far"), "the time is far from all other events of the session"),
}


def _events(file: TextFile) -> Rows:
    """The fields of the events in a file, as text. Raises DeliveryError where none is an event."""
    if file.text.lstrip().startswith("["):
        lines = [(0, json.dumps(one)) for one in _array(file)]
    else:
        lines = [(number, line) for number, line in enumerate(file.text.split("\n"), 1) if line.strip()]
    texts = pl.DataFrame(lines, schema={"line": pl.Int64(), "text": pl.String()}, orient="row")
    paths = [f"$.{path}" for names in FIELDS.values() for path in names]
    found = "case when json_valid(text) then json_extract_string(text, ?) end as found"
    read = query(f"select line, text, {found} from documents order by line", texts, [paths])
    at, columns = 0, []
    for name, names in FIELDS.items():
        columns.append(pl.coalesce(pl.col("found").list.get(at + number) for number in range(len(names))).alias(name))
        at += len(names)
    events = read.with_columns(pl.lit(file.name).alias("file")).with_columns(columns)
    is_event = pl.col("type").is_not_null()
    if not events.select(is_event.any()).item():
        raise DeliveryError(
            f"{file.name}: no line is an event of a TikTok LIVE connector; expected a JSON object a line, with type, room_id, msg_id "
            "and create_time; samples in other JSON are format viewer_samples"
        )
    _, rejected = reject(
        events.filter(~is_event),
        {Reason.UNREADABLE: (pl.lit(value=True), "the line is no JSON object with the type of an event")},
    )
    return Rows(events.filter(is_event).select(_SCHEMA.names()), rejected)


def _require_a_known_kind(events: pl.DataFrame) -> None:
    """Raise DeliveryError where no event is of a live room: events of apps and sites have types as well."""
    if events.height and not is_of_a_live_room(events["type"]):
        file, line = events.select(*LINEAGE).row(0)
        raise DeliveryError(
            f"{file}, line {line}: none of {events.height:,} events is of a kind that a TikTok LIVE connector writes; expected roomUser, "
            "member, chat, like, share, follow, gift or control; deliver events of an app or a site under landing/activation"
        )


def _array(file: TextFile) -> list[object]:
    try:
        return list(json.loads(file.text))
    except (ValueError, RecursionError) as error:
        raise DeliveryError(f"{file.name}: is not JSON; expected a JSON object a line; deliver it again") from error


def is_of_a_live_room(types: pl.Series) -> bool:
    """Whether any of these types of events is one that a connector writes."""
    return bool((types.alias("type").to_frame().with_columns(action=None).select(_kind())["kind"] != "other").any())


def _kind() -> pl.Expr:
    """The kind of an event: `Webcast...Message` and its short names are one; social messages are follows or shares."""
    plain = pl.col("type").str.to_lowercase().str.replace_all(r"[^a-z]|^webcast|message$|event$", "")
    social = pl.when(pl.col("action") == "1").then(pl.lit("follow")).otherwise(pl.lit("share"))
    known = plain.replace_strict(_KINDS, default="other", return_dtype=pl.String())
    return pl.when(plain == "social").then(social).otherwise(known).alias("kind")


def _amount() -> pl.Expr:
    """A gift that is still being repeated counts for nothing: its last event says how many there were."""
    stated = parse_count(pl.col("amount")).struct.field("value")
    is_running = (pl.col("streak") == "1") & ~pl.col("streak_end").is_in(["1", "true"]).fill_null(value=False)
    return (
        pl.when((pl.col("kind") == "gift") & is_running)
        .then(0)
        .when(pl.col("kind").is_in(["gift", "like"]))
        .then(pl.coalesce(stated, 1))
        .otherwise(1)
        .cast(pl.Int64())
        .alias("amount")
    )


def _instances(events: pl.DataFrame) -> pl.DataFrame:
    """Each time that a room was live: from its first event, or a resumption, to what stopped it."""
    plain = pl.col("type").str.to_lowercase()
    is_stop = (pl.col("kind") == "control") & (
        pl.col("action").is_in(_STOPS)
        | plain.str.contains("end|pause") & pl.col("action").is_null() & ~plain.str.contains("unpause")
    )
    is_start = (pl.col("kind") == "control") & (pl.col("action").is_in(_RESUMES) | plain.str.contains("unpause|resume"))
    ordered = events.sort("session_id", "happened_at", maintain_order=True).with_columns(
        pl.when(pl.col("session_id").is_first_distinct() | is_start).then(1).when(is_stop).then(0).alias("is_live")
    )
    turns = ordered.drop_nulls("is_live").filter(
        (pl.col("is_live") != pl.col("is_live").shift()).fill_null(value=True).over("session_id")
    )
    instances = turns.with_columns(pl.col("happened_at").shift(-1).over("session_id").alias("ends_at")).filter(
        pl.col("is_live") == 1
    )
    stopped = instances.filter(pl.col("ends_at").is_not_null().any().over("session_id"))
    return stopped.select("session_id", pl.col("happened_at").alias("starts_at"), "ends_at", *LINEAGE)


FORMAT = LiveEvents()
