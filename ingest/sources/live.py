"""The live source: its lake tables and formats. How a file is read lives in `ingest.formats`."""

from typing import get_args

import polars as pl

from ingest.formats.live import (
    gotowebinar,
    intervals_csv,
    live_events,
    registrations_csv,
    teams_events,
    teams_list,
    teams_report,
    viewer_samples,
    zoom_api,
    zoom_csv,
)
from ingest.formats.live.live_session import Basis, Identity, Role, Status
from ingest.source import INSTANT, Column, Source, Table

_SESSION_ID = Column(pl.String(), "The session, as its delivery calls it.")
_PERSON_KEY = Column(pl.String(), "Keyed pseudonym of the person.", is_pseudonym=True)
_IDENTITY = Column(
    pl.String(),
    "What the person is known by: id (an account or an address), name (a full name that stands for one), or guest (a name "
    "that several people may have).",
    values=get_args(Identity),
)
_IS_AMBIGUOUS = Column(
    pl.Boolean(), "A time that the clocks showed twice, and nothing tells which: the first of the two was taken."
)

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
            "What the delivery tells of attendance: intervals (stays of people), samples (of their number), or nothing but "
            "registrations.",
            values=get_args(Basis),
        ),
        "identity": Column(
            pl.String(),
            "What tells people apart: id, name where nobody has an id, or none.",
            values=("id", "name", "none"),
        ),
    },
    key=("session_id",),
    unit=("session_id",),
)

LIVE_INSTANCES = Table(
    name="live_instances",
    description="Each time that a live session was started. One row per session and instant of starting.",
    columns={
        "session_id": _SESSION_ID,
        "starts_at": Column(INSTANT, "When the session was started, UTC."),
        "ends_at": Column(INSTANT, "When it was stopped, UTC; NULL where the files do not say."),
    },
    key=("session_id", "starts_at"),
)

LIVE_STAYS = Table(
    name="live_stays",
    description="Stays of people in live sessions. One row per session, person, instant of joining and device.",
    columns={
        "session_id": _SESSION_ID,
        "person_key": _PERSON_KEY,
        "identity": _IDENTITY,
        "joined_at": Column(INSTANT, "When the person joined, UTC."),
        "device": Column(
            pl.Int64(), "1, or a number of its own for each guest of one name who joined at the same instant."
        ),
        "left_at": Column(INSTANT, "When the person left, UTC; NULL where the stay was still open."),
        "role": Column(
            pl.String(),
            "attendee, host, advocate or moderator; NULL where it is unknown.",
            values=get_args(Role),
        ),
        "is_staff": Column(pl.Boolean(), "The role is one of those that are no audience."),
        "country": Column(pl.String(), "Country of the person, ISO 3166 code."),
        "is_ambiguous_time": _IS_AMBIGUOUS,
        "records": Column(pl.Int64(), "Delivered records that make up the stay."),
    },
    key=("session_id", "person_key", "joined_at", "device"),
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
        "is_ambiguous_time": _IS_AMBIGUOUS,
    },
    key=("session_id", "sampled_at"),
    records=pl.len(),
    required=("viewers",),
    captured="sampled_at",
)

LIVE_INTERACTIONS = Table(
    name="live_interactions",
    description="What viewers did during live sessions, counted; nobody who did it is kept. One row per session and event.",
    columns={
        "session_id": _SESSION_ID,
        "event_id": Column(pl.String(), "The platform's id of the event."),
        "happened_at": Column(INSTANT, "When it happened, UTC."),
        "kind": Column(
            pl.String(),
            "comment, question, like, share, follow, gift, join (of which platforms report a sample only), control or other.",
            values=get_args(live_events.Kind),
        ),
        "amount": Column(
            pl.Int64(), "How many of its kind the event stands for: the taps of a like, the items of a gift."
        ),
    },
    key=("session_id", "event_id"),
    records=pl.len(),
    captured="happened_at",
)

LIVE_REGISTRATIONS = Table(
    name="live_registrations",
    description="Registrations for live sessions. One row per session and person.",
    columns={
        "session_id": _SESSION_ID,
        "person_key": _PERSON_KEY,
        "identity": _IDENTITY,
        "registered_at": Column(INSTANT, "When the person registered, UTC; NULL where the files do not say."),
        "status": Column(
            pl.String(), "approved, pending, denied or cancelled; NULL where it is unknown.", values=get_args(Status)
        ),
        "channel": Column(pl.String(), "Where the person came from, as the registration form's link was named."),
        "has_attended": Column(pl.Boolean(), "Whether the platform says that the person came; NULL where it does not."),
        "is_ambiguous_time": _IS_AMBIGUOUS,
        "records": Column(pl.Int64(), "Delivered records of the registration; 0 where its record is one of a stay."),
    },
    key=("session_id", "person_key"),
    records=pl.col("records").sum(),
)

LIVE_PLATFORM_FIGURES = Table(
    name="live_platform_figures",
    description="What platforms themselves count of a live session. One row per session and measure.",
    columns={
        "session_id": _SESSION_ID,
        "measure": Column(
            pl.String(),
            "participants, unique_viewers, total_users, registrants, peak_concurrent, attended_minutes (whole minutes of each "
            "stay, added up) or participants_without_stay.",
            values=(
                "participants",
                "unique_viewers",
                "total_users",
                "registrants",
                "peak_concurrent",
                "attended_minutes",
                "participants_without_stay",
            ),
        ),
        "value": Column(pl.Float64(), "The platform's figure."),
    },
    key=("session_id", "measure"),
)

LIVE = Source(
    name="live",
    title="live sessions",
    description="Attendance of live sessions with mental-health advocates.",
    owner="team:live-programming",
    tables=(
        LIVE_SESSIONS,
        LIVE_INSTANCES,
        LIVE_STAYS,
        LIVE_SAMPLES,
        LIVE_INTERACTIONS,
        LIVE_REGISTRATIONS,
        LIVE_PLATFORM_FIGURES,
    ),
    formats={
        form.name: form
        for form in (
            intervals_csv.FORMAT,
            zoom_csv.FORMAT,
            zoom_api.FORMAT,
            teams_report.FORMAT,
            teams_list.FORMAT,
            teams_events.FORMAT,
            gotowebinar.FORMAT,
            live_events.FORMAT,
            viewer_samples.FORMAT,
            registrations_csv.FORMAT,
        )
    },
)
