"""What formats of samples share: one row per instant, and the sessions that they are of. No file is read here."""

from dataclasses import dataclass

import polars as pl

from ingest.formats.live.live_session import Bounds, LiveOptions, Rows, noted_bounds, plausible_instances, session_rows
from ingest.formats.live.live_times import slack_of_samples, tell_sessions_apart, unresolved, with_distance
from ingest.formats.records import find_duplicates, is_not_written, reject, unreadable
from ingest.reasons import Reason
from ingest.source import LINEAGE, Delivery, Parsed
from ingest.text import parse_count
from ingest.zone_names import HOW_ZONES_ARE_READ

LONGEST_GAP = 24 * 3600
"""In seconds: what was counted a day ago says nothing of now."""

_KEY = ["session_id", "sampled_at"]


@dataclass(frozen=True)
class Samples:
    """The frame of `live_samples` and what became of the other records."""

    rows: pl.DataFrame
    duplicates: int
    rejected: pl.DataFrame
    unreadable: pl.DataFrame


def settle_samples(
    timed: pl.DataFrame, delivered: Rows, delivery: Delivery, options: LiveOptions, max_gap_seconds: int
) -> Parsed:
    """Sessions and samples, from a frame with a sample on each row.

    The frame has `file`, `line`, `session_id`, the text `viewers`, and `sampled_at` as `live_times` leaves it.
    """
    bounds = Bounds(noted_bounds(delivery, options.session), *plausible_instances(None))
    told = tell_sessions_apart(timed, ["sampled_at"], delivery.zone, bounds)
    judged = with_distance(told, "sampled_at", bounds, delivery, slack_of_samples("sampled_at"))
    kept, rejected = reject(judged, _rules(options.session.id))
    samples = settle_counts(kept, delivery, max_gap_seconds)
    spans = samples.rows.select(
        "session_id", *LINEAGE, pl.col("sampled_at").alias("first_at"), pl.col("sampled_at").alias("last_at"),
        pl.lit("none").alias("identity"),
    )  # fmt: skip
    return Parsed(
        tables={
            "live_sessions": session_rows(spans, bounds, delivery, options.session, basis="samples"),
            "live_samples": samples.rows,
        },
        records_read=delivered.records,
        records_duplicate=samples.duplicates,
        rejected=pl.concat([delivered.rejected, rejected, samples.rejected]),
        unreadable=samples.unreadable,
    )


def settle_counts(timed: pl.DataFrame, delivery: Delivery, max_gap_seconds: int) -> Samples:
    """One row per session and instant, from samples whose key is known.

    Of samples of one instant that differ the last one counts; the others are rejected.
    """
    counted = timed.with_columns(parse_count(pl.col("viewers")).alias("count")).with_columns(
        pl.col("count").struct.field("value").alias("viewers"),
        pl.col("count").struct.field("reason").alias("viewers_reason"),
        pl.lit(max_gap_seconds, pl.Int64()).alias("max_gap_seconds"),
        pl.col("sampled_at_ambiguous").alias("is_ambiguous_time"),
    )
    kept, negative = reject(
        counted, {Reason.OUT_OF_RANGE: (pl.col("viewers_reason") == Reason.OUT_OF_RANGE, "fewer than 0 viewers")}
    )
    names = delivery.source.table("live_samples").schema.names()
    is_duplicate = find_duplicates(kept.select(names))
    distinct = kept.filter(~is_duplicate)
    is_last = distinct.select(pl.struct(_KEY).is_last_distinct()).to_series()
    _, conflicting = reject(
        distinct.filter(~is_last),
        {
            Reason.CONFLICTING_KEY: (
                pl.lit(value=True),
                "a later sample of the same instant says another number, which counts",
            )
        },
    )
    samples = distinct.filter(is_last)
    return Samples(
        rows=samples.select(*names, *LINEAGE),
        duplicates=int(is_duplicate.sum()),
        rejected=pl.concat([negative, conflicting]),
        unreadable=pl.concat([unreadable(samples, ["viewers"]), unresolved(samples, ["sampled_at"])]),
    )


def _rules(session_id: str | None) -> dict[Reason, tuple[pl.Expr, str]]:
    return {
        Reason.MISSING_KEY: (
            pl.col("session_id").is_null() | is_not_written("sampled_at"),
            "the session or the time of the sample is blank",
        ),
        Reason.UNKNOWN_SESSION: (
            pl.col("session_id") != session_id if session_id is not None else pl.lit(value=False),
            "the row's session is another than the note's options.session.id",
        ),
        Reason.BAD_TIME: (
            pl.col("sampled_at").is_null(),
            f"the time of the sample is not one that exists; {HOW_ZONES_ARE_READ}",
        ),
        Reason.OUT_OF_RANGE: (pl.col("is_far"), "the time is far from all other samples of the session"),
    }
