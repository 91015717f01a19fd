"""The live source: its lake tables and formats. How a file is read lives in `ingest.formats`."""

import polars as pl

from ingest.formats import intervals_csv, teams_list, viewer_samples, zoom_csv
from ingest.source import INSTANT, Source, Table

LIVE_SESSIONS = Table(
    name="live_sessions",
    description="Live sessions as their delivery describes them. One row per session.",
    schema=pl.Schema(
        {
            "session_id": pl.String(),
            "title": pl.String(),
            "advocate": pl.String(),
            "topic": pl.String(),
            "platform": pl.String(),
            "language": pl.String(),
            "country": pl.String(),
            "starts_at": INSTANT,
            "ends_at": INSTANT,
            "bounds_basis": pl.String(),
            "basis": pl.String(),
            "identity": pl.String(),
        }
    ),
    key=("session_id",),
)

LIVE_STAYS = Table(
    name="live_stays",
    description="Stays of people in live sessions. One row per session, person and instant of joining.",
    schema=pl.Schema(
        {
            "session_id": pl.String(),
            "person_key": pl.String(),
            "joined_at": INSTANT,
            "left_at": INSTANT,
            "role": pl.String(),
            "country": pl.String(),
            "is_name_only": pl.Boolean(),
            "is_ambiguous_time": pl.Boolean(),
            "records": pl.Int64(),
        }
    ),
    key=("session_id", "person_key", "joined_at"),
    records=pl.col("records").sum(),
    captured="joined_at",
)

LIVE_SAMPLES = Table(
    name="live_samples",
    description="Samples of the number of concurrent viewers. One row per session and instant.",
    schema=pl.Schema(
        {
            "session_id": pl.String(),
            "sampled_at": INSTANT,
            "viewers": pl.Int64(),
            "max_gap_seconds": pl.Int64(),
        }
    ),
    key=("session_id", "sampled_at"),
    records=pl.len(),
    required=("viewers",),
    captured="sampled_at",
)

LIVE = Source(
    name="live",
    title="live sessions",
    description="Attendance of live sessions with mental-health advocates.",
    owner="team:live-programming",
    tables=(LIVE_SESSIONS, LIVE_STAYS, LIVE_SAMPLES),
    formats={
        "intervals_csv": intervals_csv.FORMAT,
        "teams_list": teams_list.FORMAT,
        "zoom_csv": zoom_csv.FORMAT,
        "viewer_samples": viewer_samples.FORMAT,
    },
)
