"""In-app events, whatever format they come in: people, consent, what is left out, and help-seeking and stories set apart.

No file is read here; a format gives text columns, and what its fields mean beyond their names is for it to say.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal, TypeAlias

import polars as pl

from ingest.countries import country_code
from ingest.formats.activation.activation_vocabulary import KNOWN, event_names, is_sensitive
from ingest.formats.records import is_not_written, reject, settle_repeats, unreadable
from ingest.reasons import Reason
from ingest.source import INSTANT, LINEAGE, REJECTED, Delivery, Parsed
from ingest.spelling import spelling
from ingest.text import nothing, parse_count

Excluded: TypeAlias = Literal["test", "bot", "prefetch", "partial"]
Platform: TypeAlias = Literal["android", "ios", "web"]

PROPERTIES: Mapping[str, tuple[str, ...]] = {
    "asset_id": (
        "asset_id", "guide_id", "toolkit_id", "tutorial_id", "line_id", "organisation_id", "organization_id", "resource_id",
        "activation_id", "content_type",
    ),
    "asset_version": ("version", "asset_version", "rule_version"),
    "content": ("content_id",),
    "group": ("group_id", "group", "community_id"),
    "session": ("live_session_id",),
    "visit": ("session_id",),
    "section": ("section", "section_number", "step"),
    "feature": ("feature", "feature_id", "feature_name"),
    "automatic": ("automatic", "auto_enabled"),
    "language": ("locale", "language"),
    "market": ("country", "market"),
    "platform": ("platform",),
    "consent": ("consent",),
    "test": ("is_test", "test", "debug_mode"),
    "environment": ("environment", "build_type", "channel"),
    "agent": ("user_agent",),
    "bot": ("is_bot", "bot"),
    "prefetch": ("prefetch", "is_prefetch"),
    "partial": ("partial", "resumed"),
}  # fmt: skip
"""Our fields, each under the names that properties of an event have for them; the first that an event has counts."""

FIELDS = ("sender", "event_id", "name", "person", "happened_at", *PROPERTIES)
"""What a format gives of each event, as text."""

# An event so far in the future comes from a wrong clock.
_AHEAD = timedelta(days=2)
_YES, _NO = ("true", "1", "1.0", "yes", "granted"), ("false", "0", "0.0", "no", "denied")
_TEST_BUILDS = ("test", "testing", "staging", "debug", "dev", "development", "qa", "sandbox", "internal")
_BOTS = r"(?i)bot\b|bot[/;]|crawler|spider|slurp|headless|phantomjs|puppeteer|playwright|selenium|curl/|wget/|python-|okhttp-test|monitor"
_PLATFORMS = {"android": "android", "ios": "ios", "iphone": "ios", "ipad": "ios", "web": "web", "browser": "web"}
_LONGEST_ID = 80
_VISIT = r"(?i)^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|1[5-9][0-9]{8}([0-9]{3})?)$"
"""What products number visits by, which are a person's: a UUID, or the second or millisecond at which a visit began."""


@dataclass(frozen=True)
class Events:
    """The events of a delivery as text columns `FIELDS` with `file` and `line`, and what was rejected already.

    `happened_at` is an instant beside `happened_at_reason`; `same` are the columns that make two records of one id one event.
    """

    rows: pl.DataFrame
    rejected: pl.DataFrame = field(default_factory=REJECTED.to_frame)
    same: Sequence[str] = ()
    is_exact_key: bool = True


def settle_events(events: Events, delivery: Delivery) -> Parsed:
    """Fills `activation_events` and `activation_help_events`."""
    latest = datetime.combine(delivery.landed_on, time()) + _AHEAD
    named = events.rows.with_columns(
        event_names(events.rows["name"]).alias("activation"),
        delivery.pseudonyms.key(pl.concat_str("sender", "event_id", separator="\x1f"), "event").alias("event_key"),
    )
    kept, rejected = reject(
        named,
        {
            Reason.MISSING_KEY: (
                pl.col("event_key").is_null() | pl.col("activation").is_null() | is_not_written("happened_at"),
                "the event has no id, no name or no time",
            ),
            Reason.BAD_TIME: (
                pl.col("happened_at").is_null(),
                "the time of the event is not one that exists, or it carries no zone and the note has no timezone",
            ),
            Reason.OUT_OF_RANGE: (
                pl.col("happened_at") >= pl.lit(latest).dt.replace_time_zone("UTC"),
                "the event lies in the future of its delivery: the clock of the device was wrong, and nothing tells by how much",
            ),
        },
    )
    settled = settle_repeats(kept, ["event_key"], [*_SETTLED, *events.same])
    typed = _typed(settled.rows).with_columns(pl.lit(events.is_exact_key).alias("is_exact_key"))
    sensitive = is_sensitive(pl.col("activation"))
    return Parsed(
        tables={
            "activation_events": _activations(typed.filter(~sensitive), delivery),
            "activation_help_events": _help(typed.filter(sensitive), delivery),
        },
        records_read=events.rows.height + events.rejected.height,
        records_duplicate=settled.duplicates,
        rejected=pl.concat([events.rejected, rejected, settled.rejected]),
        unreadable=unreadable(typed.filter(~sensitive), ["section", "session_id"]),
    )


_SETTLED = [name for name in FIELDS if name not in ("sender", "event_id", "happened_at", "platform", "agent")]


def _typed(rows: pl.DataFrame) -> pl.DataFrame:
    section = parse_count(pl.col("section"))
    is_click = pl.col("activation") == "resource.clicked"
    is_written = pl.any_horizontal(nothing(pl.col(name)).is_null() for name in ("session", "visit"))
    is_visit = pl.col("visit").str.strip_chars().str.contains(_VISIT)
    session = pl.when(is_click).then(pl.coalesce(_identifier("session"), pl.when(~is_visit).then(_identifier("visit"))))
    consent = _flag("consent")
    return rows.with_columns(
        *(_identifier(name) for name in ("asset_id", "asset_version", "feature", "content", "group")),
        section.struct.field("value").alias("section"),
        pl.when(nothing(pl.col("section")).is_null()).then(section.struct.field("reason")).alias("section_reason"),
        session.alias("session_id"),
        pl.when(is_click, is_written, session.is_null()).then(pl.lit(Reason.UNREADABLE)).alias("session_id_reason"),
        pl.col("language").str.extract(r"^([A-Za-z]{2})(?:[-_].*)?$").str.to_lowercase().alias("language"),
        country_code(pl.col("market")).alias("market"),
        _platform().alias("platform"),
        _flag("automatic").alias("is_automatic"),
        consent.alias("has_consent"),
        pl.when(consent.fill_null(value=True)).then("person").alias("person"),
        _excluded().alias("excluded"),
        pl.lit(1, pl.Int64()).alias("records"),
        (pl.col("clock_correction_seconds") if "clock_correction_seconds" in rows.columns else pl.lit(None, pl.Float64()))
        .alias("clock_correction_seconds"),
        pl.col("activation").is_in(KNOWN).alias("is_known"),
    )  # fmt: skip


def _activations(rows: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    table = delivery.source.table("activation_events")
    keyed = rows.with_columns(
        delivery.pseudonyms.key(pl.col("person"), "app").alias("person_key"),
        delivery.pseudonyms.key(pl.col("content"), "content").alias("content_key"),
    )
    return keyed.select(*table.schema.names(), *LINEAGE)


def _help(rows: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    """Events about help and stories, without the instant and line by which they could be joined to what else the person did."""
    table = delivery.source.table("activation_help_events")
    week = delivery.weeks.first_day(pl.col("happened_at"), pl.col("market"))
    salted = pl.concat_str(week.cast(pl.String()), pl.col("market").fill_null("unknown"), "person", separator="\x1f")
    # A week belongs to the month that holds its middle.
    in_month = pl.concat_str(week.dt.offset_by("3d").dt.strftime("%Y-%m"), "group", separator="\x1f")
    return (
        rows.with_columns(
            week.alias("week_on"),
            (week.cast(pl.Datetime("us")) + pl.duration(hours=12)).dt.replace_time_zone("UTC").cast(INSTANT).alias("week_at"),
            pl.col("asset_id").alias("resource_id"),
            delivery.pseudonyms.key(salted, "help").alias("person_key"),
            delivery.pseudonyms.key(in_month, "group").alias("group_key"),
            pl.lit(0, pl.Int64()).alias("line"),
        )
        .sort("event_key")
        .select(*table.schema.names(), *LINEAGE)
    )  # fmt: skip


def _identifier(name: str) -> pl.Expr:
    """An id of a product's, never a sentence or an address."""
    bare = pl.when(nothing(pl.col(name)).is_null()).then(spelling(pl.col(name)))
    is_id = bare.str.contains(r"^[\p{L}\p{N}][\p{L}\p{N}_.:/ -]*$") & (bare.str.len_chars() <= _LONGEST_ID)
    return pl.when(is_id).then(bare).alias(name)


def _flag(name: str) -> pl.Expr:
    written = pl.col(name).str.strip_chars().str.to_lowercase()
    return written.replace_strict(
        {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}, default=None, return_dtype=pl.Boolean()
    )


def _platform() -> pl.Expr:
    words = pl.coalesce("platform", "sender").str.to_lowercase().str.extract(r"(android|ios|iphone|ipad|web|browser)")
    return words.replace_strict(_PLATFORMS, default=None, return_dtype=pl.String())


def _excluded() -> pl.Expr:
    is_test = _flag("test") | pl.col("environment").str.to_lowercase().is_in(_TEST_BUILDS)
    is_bot = _flag("bot") | pl.col("agent").str.contains(_BOTS)
    rules: dict[Excluded, pl.Expr] = {
        "test": is_test,
        "bot": is_bot,
        "prefetch": _flag("prefetch"),
        "partial": _flag("partial"),
    }
    return pl.coalesce(
        *(pl.when(condition.fill_null(value=False)).then(pl.lit(reason)) for reason, condition in rules.items()),
        pl.lit(None, pl.String()),
    )
