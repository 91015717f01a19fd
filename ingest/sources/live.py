"""The live source: its lake tables and formats. How a file is read lives in `ingest.formats`."""

from typing import get_args

import polars as pl

from ingest.formats import intervals_csv, teams_list, viewer_samples, zoom_csv
from ingest.formats.live_session import Basis, Identity
from ingest.formats.live_stays import STAFF
from ingest.source import INSTANT, Column, Source, Table

_SESSION_ID = Column(pl.String(), "The session, as its delivery calls it.")

LIVE_SESSIONS = Table(
    name="live_sessions",
    description="Live sessions as their delivery describes them. One row per session.",
    columns={
        "session_id": _SESSION_ID,
        "title": Column(pl.String(), "What people call the session."),
        "advocate": Column(pl.String(), "Public name of the advocate who led the session."),
        "topic": Column(pl.String(), "What the session was about."),
        "platform": Column(pl.String(), "Where the session was held."),
        "language": Column(pl.String(), "Language that was spoken."),
        "country": Column(pl.String(), "Country that the session was for, ISO 3166-1 alpha-2."),
        "starts_at": Column(INSTANT, "Start of the session, UTC."),
        "ends_at": Column(INSTANT, "End of the session, UTC."),
        "bounds_basis": Column(
            pl.String(),
            "Where start and end come from: note, file or events, the weaker of the two.",
            values=("note", "file", "events"),
        ),
        "basis": Column(
            pl.String(),
            "What attendance is known from: intervals (stays of people) or samples (of their number).",
            values=get_args(Basis),
        ),
        "identity": Column(pl.String(), "What tells people apart: id, name, or none.", values=get_args(Identity)),
    },
    key=("session_id",),
    unit=("session_id",),
)

LIVE_STAYS = Table(
    name="live_stays",
    description="Stays of people in live sessions. One row per session, person and instant of joining.",
    columns={
        "session_id": _SESSION_ID,
        "person_key": Column(pl.String(), "Keyed pseudonym of the person.", is_pseudonym=True),
        "joined_at": Column(INSTANT, "When the person joined, UTC."),
        "left_at": Column(INSTANT, "When the person left, UTC; NULL where the stay was still open."),
        "role": Column(
            pl.String(),
            "attendee, host, advocate or moderator; NULL where it is unknown.",
            values=("attendee", *STAFF),
        ),
        "country": Column(pl.String(), "Country of the person, ISO 3166 code."),
        "is_name_only": Column(
            pl.Boolean(), "The person is known by a name alone, while others of the session carry an id."
        ),
        "is_ambiguous_time": Column(
            pl.Boolean(), "A time that the clocks showed twice; the first of the two was taken."
        ),
        "records": Column(pl.Int64(), "Delivered records that make up the stay."),
    },
    key=("session_id", "person_key", "joined_at"),
    records=pl.col("records").sum(),
    captured="joined_at",
)

LIVE_SAMPLES = Table(
    name="live_samples",
    description="Samples of the number of concurrent viewers. One row per session and instant.",
    columns={
        "session_id": _SESSION_ID,
        "sampled_at": Column(INSTANT, "When the viewers were counted, UTC."),
        "viewers": Column(pl.Int64(), "Viewers present at that instant; NULL where the sample does not say."),
        "max_gap_seconds": Column(pl.Int64(), "Longest time in seconds that a sample may stand for."),
    },
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
