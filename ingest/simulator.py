"""The simulator: writes the landing zone of an invented #EndTheStigma campaign, and apart from it the truth.

What is invented, and how it becomes files, lives in `ingest.simulated`. The truth is taken from the generator's own
state before anything is formatted; nothing here reads a landing file.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np
import polars as pl

from ingest.files import PRIVATE_FILE, PRIVATE_FOLDER, keep_private, make_home, write_privately
from ingest.home import Home
from ingest.landing import write_delivery
from ingest.simulated.activation import make_acts, make_clicks
from ingest.simulated.activation_files import plan_activation, plan_coding, plan_contacts
from ingest.simulated.activation_truth import (
    activation_days_truth,
    activation_features_truth,
    activation_funnel_truth,
    help_weeks_truth,
    live_clicks_truth,
)
from ingest.simulated.hashtag import plan_hashtag
from ingest.simulated.hashtag_truth import (
    absence_seed,
    hashtag_days_truth,
    hashtag_totals_truth,
    known_videos,
    readings_truth,
    video_days_truth,
)
from ingest.simulated.live import advocate_seed, live_truth, make_sessions
from ingest.simulated.live_files import plan_live
from ingest.simulated.partners import agreement_seeds, creator_delivery_truth, make_agreements
from ingest.simulated.plan import DAY, ZONE_SECONDS, PlannedDelivery, starts_s
from ingest.simulated.support import (
    CODED_MARKET,
    coded_counts,
    helpline_contacts,
    make_support,
    safety_weeks_truth,
    support_seeds,
    support_weeks_truth,
)
from ingest.simulated.survey import make_waves, survey_truth
from ingest.simulated.survey_files import plan_survey
from ingest.simulated.targets import target_seeds
from ingest.simulated.videos import make_videos


@dataclass(frozen=True)
class Truth:
    """What is true of the invented campaign, as far as a warehouse can know it. A frame a file under `truth/`.

    Counts are to be met exactly. `survey_estimates` holds the population's percentages, which an interval is to cover.
    """

    deliveries: pl.DataFrame
    video_readings: pl.DataFrame
    videos: pl.DataFrame
    video_days: pl.DataFrame
    hashtag_days: pl.DataFrame
    hashtag_totals: pl.DataFrame
    creator_deliveries: pl.DataFrame
    live_sessions: pl.DataFrame
    live_minutes: pl.DataFrame
    live_clicks: pl.DataFrame
    survey_estimates: pl.DataFrame
    survey_bases: pl.DataFrame
    activation_days: pl.DataFrame
    activation_funnel: pl.DataFrame
    activation_features: pl.DataFrame
    help_weeks: pl.DataFrame
    contact_weeks: pl.DataFrame
    support_weeks: pl.DataFrame
    safety_weeks: pl.DataFrame


PEOPLE_A_VIDEO = 6
"""So many people have the app for every video that is posted."""

SUPPORTERS_A_VIDEO = 3
"""So many others tell stories, reply or are referred."""


class SimulationError(Exception):
    """The home cannot take this simulation. Nothing has been written."""


def simulate(
    home: Home, *, seed: int = 20221004, days: int = 30, videos: int = 400, sessions: int = 9, respondents: int = 1200
) -> Truth:
    """Write the campaign into the home's landing zone and the truth beside it. The same arguments give the same bytes.

    Raises SimulationError where the home holds deliveries of a user's own, or another simulation.
    """
    size = {"days": days, "videos": videos, "sessions": sessions, "respondents": respondents}
    if min(size.values()) < 1:
        raise SimulationError(f"found {size}; expected a size of 1 or more in each")
    _refuse_other_content(home, seed, size)
    # Each source has a stream of its own: more videos do not change who attends a session.
    streams = (np.random.default_rng([seed, stream]) for stream in range(6))
    for_hashtag, for_live, for_survey, for_activation, for_support, for_clicks = streams

    clips = make_videos(for_hashtag, days, videos)
    hashtag = plan_hashtag(for_hashtag, clips, days)
    lives = make_sessions(for_live, days, sessions)
    waves = make_waves(for_survey, days, respondents)
    survey = plan_survey(waves)
    acts = make_acts(for_activation, days, PEOPLE_A_VIDEO * videos)
    counted = for_activation.integers(80, 160, size=days).tolist()
    support = make_support(for_support, days, SUPPORTERS_A_VIDEO * videos)
    coded = coded_counts(for_support, days)
    contacts = helpline_contacts(for_support, days)
    clicks = make_clicks(for_clicks, days, acts, lives)
    acts = sorted([*acts, *support, *clicks], key=lambda act: act.at)
    activation = [
        *plan_activation(for_activation, acts, counted),
        plan_coding(coded, CODED_MARKET),
        plan_contacts(contacts),
    ]
    planned = [*hashtag.deliveries, *plan_live(lives, days), *survey.deliveries, *activation]

    as_of = max(one.landed_on for one in planned)
    video_days = video_days_truth(hashtag.readings, clips)
    known = known_videos(hashtag.readings, clips, video_days)
    agreements = make_agreements(known, days)
    first_day = (starts_s() + ZONE_SECONDS) // DAY
    live_sessions, live_minutes = live_truth(lives)
    survey_estimates, survey_bases = survey_truth(waves, survey.kept)
    truth = Truth(
        deliveries=_accounts(planned),
        video_readings=readings_truth(hashtag.readings, clips),
        videos=known,
        video_days=video_days,
        hashtag_days=hashtag_days_truth(known, video_days),
        hashtag_totals=hashtag_totals_truth(known, video_days, first_day, days),
        creator_deliveries=creator_delivery_truth(agreements, known, video_days, as_of),
        live_sessions=live_sessions,
        live_minutes=live_minutes,
        live_clicks=live_clicks_truth(acts, lives),
        survey_estimates=survey_estimates,
        survey_bases=survey_bases,
        activation_days=activation_days_truth(acts, counted),
        activation_funnel=activation_funnel_truth(acts),
        activation_features=activation_features_truth(acts, as_of),
        help_weeks=help_weeks_truth(acts),
        contact_weeks=pl.DataFrame(contacts),
        support_weeks=support_weeks_truth(acts, coded),
        safety_weeks=safety_weeks_truth(acts),
    )
    seeds = {
        **agreement_seeds(agreements),
        **advocate_seed(),
        **support_seeds(),
        **absence_seed(),
        **target_seeds(),
    }
    _write(home, seed, size, planned, seeds, truth)
    return truth


def read_truth(home: Home) -> Truth:
    """The truth of a home that was simulated before."""
    return Truth(**{one.name: pl.read_parquet(home.root / "truth" / f"{one.name}.parquet") for one in fields(Truth)})


def _accounts(planned: list[PlannedDelivery]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "source": [one.source for one in planned],
            "landed_on": [one.landed_on for one in planned],
            "delivery": [one.name for one in planned],
            "format": [one.note["format"] for one in planned],
            "records_read": [one.records - one.apart for one in planned],
            "records_loaded": [one.records - one.apart - one.duplicates - one.rejected for one in planned],
            "records_rejected": [one.rejected for one in planned],
            "records_duplicate": [one.duplicates for one in planned],
        }
    ).sort("source", "landed_on", "delivery")


def _refuse_other_content(home: Home, seed: int, size: dict[str, int]) -> None:
    remedy = "simulate into another CAMPAIGN_HOME"
    if home.simulated.exists():
        found = json.loads(home.simulated.read_text("utf-8"))
        if (found["seed"], found["size"]) != (seed, size):
            raise SimulationError(
                f"{home.root} already holds the simulation of seed {found['seed']}, size {found['size']}; "
                f"expected an empty home or seed {seed}, size {size}; {remedy}"
            )
    elif home.landing.is_dir() and any(home.landing.iterdir()):
        raise SimulationError(
            f"{home.landing} already holds deliveries; expected none, so as not to mix them with invented ones; "
            f"{remedy}"
        )
    elif home.seeds.is_dir() and any(home.seeds.glob("*.csv")):
        raise SimulationError(
            f"{home.seeds} already holds seeds; expected none, since the invented campaign brings its own; {remedy}"
        )


def _write(
    home: Home, seed: int, size: dict[str, int], planned: list[PlannedDelivery], seeds: Mapping[str, str], truth: Truth
) -> None:
    """The truth and the marker first: a home that was left half written is still known to be simulated."""
    folder = home.root / "truth"
    make_home(home.root)
    keep_private(folder)
    for one in fields(Truth):
        write_privately(getattr(truth, one.name), folder / f"{one.name}.parquet")
    marker = {
        "seed": seed,
        "size": size,
        "pseudonym_key": hashlib.sha256(f"pseudonyms of the simulated campaign {seed}".encode()).hexdigest(),
        "deliveries": sorted([one.source, one.landed_on.isoformat(), one.name] for one in planned),
    }
    home.simulated.touch(PRIVATE_FILE)
    home.simulated.write_text(json.dumps(marker, indent=2) + "\n", "utf-8")
    home.seeds.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
    for name, content in seeds.items():
        file = home.seeds / f"{name}.csv"
        file.touch(PRIVATE_FILE)
        file.write_text(content, "utf-8")
    for made in planned:
        write_delivery(home, made.source, made.landed_on, made.name, made.files, made.note)
