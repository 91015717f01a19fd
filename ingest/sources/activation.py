"""The activation source: its lake tables and formats. How a file is read lives in `ingest.formats`."""

from typing import get_args

import polars as pl

from ingest.formats.activation import activation_counts_csv, cloudevents, ga4, segment_track
from ingest.formats.activation.activation_events import Excluded, Platform
from ingest.source import INSTANT, Column, Source, Table

_EVENT_KEY = Column(pl.String(), "Keyed pseudonym of who sent the event and its id there.", is_pseudonym=True)
_MARKET = Column(pl.String(), "Country that the event came from, ISO 3166-1 alpha-2; NULL where the files do not say.")
_HAS_CONSENT = Column(
    pl.Boolean(),
    "Whether the person agreed to be counted; NULL where the files do not say. Nobody who did not has a key.",
)
_EXCLUDED = Column(
    pl.String(),
    "Why the event is left out of net figures: test (a test build), bot, prefetch (loaded without anybody asking) or partial "
    "(a download that was resumed or not finished); NULL where it counts.",
    values=get_args(Excluded),
)
_IS_KNOWN = Column(pl.Boolean(), "Whether figures are made of events of this name.")
_RECORDS = Column(pl.Int64(), "Delivered records that make up the row.")

ACTIVATION_EVENTS = Table(
    name="activation_events",
    description="What people did in the app, but for seeking help and telling stories. One row per event.",
    columns={
        "event_key": _EVENT_KEY,
        "is_exact_key": Column(
            pl.Boolean(), "Whether the key is an id of the event, and not built of what the event says."
        ),
        "happened_at": Column(INSTANT, "When it happened, by the corrected clock of the device, UTC."),
        "clock_correction_seconds": Column(
            pl.Float64(),
            "How many seconds were added to the clock of the device; NULL where nothing tells how far it was off.",
        ),
        "activation": Column(
            pl.String(), "What happened, such as guide.opened; names that the campaign does not know are kept."
        ),
        "is_known": _IS_KNOWN,
        "asset_id": Column(
            pl.String(),
            "The guide, toolkit, tutorial, resource or activation that it was about; of flagged content, its type.",
        ),
        "asset_version": Column(pl.String(), "Version of that asset, as the event names it."),
        "session_id": Column(
            pl.String(),
            "The live session that a click on a resource came from; NULL where it does not say so, and of every other event.",
        ),
        "section": Column(pl.Int64(), "Section of the guide, or step of the tutorial, the first being 1."),
        "feature": Column(pl.String(), "Feature of the app that was switched, or that the tutorial teaches."),
        "is_automatic": Column(pl.Boolean(), "Whether the app did it by itself, as for minors; NULL where unknown."),
        "content_key": Column(
            pl.String(), "Keyed pseudonym of the content that was flagged or acted on.", is_pseudonym=True
        ),
        "language": Column(pl.String(), "Language of the app or asset, ISO 639-1 code."),
        "market": _MARKET,
        "platform": Column(pl.String(), "android, ios or web.", values=get_args(Platform)),
        "person_key": Column(
            pl.String(), "Keyed pseudonym of the account, or of the device where there is none.", is_pseudonym=True
        ),
        "has_consent": _HAS_CONSENT,
        "excluded": _EXCLUDED,
        "records": _RECORDS,
    },
    key=("event_key",),
    records=pl.col("records").sum(),
    required=("activation",),
    captured="happened_at",
)

ACTIVATION_HELP_EVENTS = Table(
    name="activation_help_events",
    description=(
        "People who looked for help (taps on helplines, referrals to organisations), shared a story, or whose posts and replies were "
        "coded, by week and market, so that they can be joined to nothing else. One row per event."
    ),
    columns={
        "event_key": _EVENT_KEY,
        "week_on": Column(pl.Date(), "First day of the market's week, in the campaign's zone."),
        "week_at": Column(INSTANT, "Noon of that day, UTC; no event is dated closer."),
        "activation": Column(pl.String(), "What happened, such as helpline.tapped."),
        "resource_id": Column(pl.String(), "The helpline or organisation."),
        "asset_version": Column(pl.String(), "Version of the rule by which a story was looked at."),
        "market": _MARKET,
        "person_key": Column(
            pl.String(), "Keyed pseudonym of the person in this week and market alone.", is_pseudonym=True
        ),
        "group_key": Column(
            pl.String(),
            "Keyed pseudonym of the group of members that was referred, in this month alone.",
            is_pseudonym=True,
        ),
        "has_consent": _HAS_CONSENT,
        "excluded": _EXCLUDED,
        "records": _RECORDS,
    },
    key=("event_key",),
    records=pl.col("records").sum(),
    captured="week_at",
    is_apart=True,
)

ACTIVATION_COUNTS = Table(
    name="activation_counts",
    description=(
        "What a platform or partner counted itself, added up. One row per activation, asset, market and date; an asset or market "
        "that is NULL is not told apart."
    ),
    columns={
        "activation": Column(pl.String(), "What happened, such as guide.opened."),
        "is_known": _IS_KNOWN,
        "asset_id": Column(pl.String(), "The asset that it was about."),
        "market": Column(pl.String(), "Country, ISO 3166-1 alpha-2."),
        "counted_on": Column(pl.Date(), "The date, as whoever counted has it."),
        "counted_at": Column(INSTANT, "Noon of the date, UTC."),
        "events": Column(pl.Int64(), "How often it happened; NULL where it is not told."),
        "unique_people": Column(pl.Int64(), "How many different people did it that day; NULL where it is not told."),
    },
    key=("activation", "asset_id", "market", "counted_on"),
    records=pl.len(),
    captured="counted_at",
)

ACTIVATION = Source(
    name="activation",
    title="activations and resources",
    description="In-app activations, the Wellbeing Guide, toolkits, tutorials, features and ways to help.",
    owner="team:campaign-analytics",
    tables=(ACTIVATION_EVENTS, ACTIVATION_HELP_EVENTS, ACTIVATION_COUNTS),
    formats={
        form.name: form for form in (cloudevents.FORMAT, segment_track.FORMAT, ga4.FORMAT, activation_counts_csv.FORMAT)
    },
)
