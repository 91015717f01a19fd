"""The invented videos of the campaign, how their counters grow, and who reads them when.

Files are made in `ingest.simulated.hashtag`.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from ingest.simulated.plan import DAY, Flags, Floats, Ints, starts_s, to_instants

COUNTERS = ("views", "likes", "comments", "shares", "saves")
CAMPAIGN_TAGS = ("endthestigma", "كسر_الوصمة", "لا_للوصمة")

# Tag, its written forms, and the share of videos that carry it. Some Arabic keyboards produce the form with U+FEFB.
_TAGS: tuple[tuple[str, tuple[str, ...], float], ...] = (
    ("endthestigma", ("#EndTheStigma", "#endthestigma", "#ENDTHESTIGMA"), 0.83),
    ("كسر_الوصمة", ("#كسر_الوصمة", "كسر_الوصمة"), 0.42),
    ("لا_للوصمة", ("#لا_للوصمة", "#\ufefb_للوصمة"), 0.14),
    ("mentalhealthawareness", ("#MentalHealthAwareness", "#mentalhealthawareness"), 0.38),
    ("worldmentalhealthday", ("#WorldMentalHealthDay", "#worldmentalhealthday"), 0.22),
    ("الصحة_النفسية", ("#الصحة_النفسية",), 0.35),
    ("itsoktonotbeok", ("#ItsOkToNotBeOk",), 0.12),
    ("لست_وحدك", ("#لست_وحدك",), 0.16),
    ("selfcare", ("#selfcare", "#SelfCare"), 0.11),
    ("تحدث_معنا", ("#تحدث_معنا",), 0.04),
    ("demo_calm_corner", ("#demo_calm_corner",), 0.015),
)
_COUNTRIES = ("AE", "SA", "EG", "JO", "MA", "KW", "LB", "IQ", "QA", "")
_COUNTRY_SHARES = (0.16, 0.25, 0.24, 0.07, 0.08, 0.05, 0.05, 0.04, 0.03, 0.03)
_PURGE_DAY = 17

# Which videos are told apart by their number, so that nothing else about the campaign depends on them.
_ELSEWHERE_EVERY, _EDITED_EVERY = 10, 13
_EDITED_AFTER, _POSTED_ANEW_AFTER = 5 * DAY, 6 * DAY
_ELSEWHERE_TAGS = ("#SelfCare", "#demo_shorts")
_DROPPED, _ADDED = "endthestigma", "لست_وحدك"
NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Videos:
    """The campaign's videos. `seen` is what anybody can see of them; `video` numbers them in every array and frame.

    Some are on another platform, where half of them are posted anew under their id, and count from 0 again. Captions of others
    are edited: then they have lost one tag and won another.
    """

    seen: pl.DataFrame
    created_s: Ints
    anew_s: Ints
    edited_s: Ints
    findable_s: Ints
    deleted_s: Ints
    purged_s: Ints
    purged_share: Floats
    ceiling: Floats
    slowness_days: Floats
    rates: dict[str, Floats]
    followers: Ints
    in_tag_panel: Flags
    in_mobile_panel: Flags

    def posted_s(self, video: Ints, at_s: Ints) -> Ints:
        """When those videos were posted, as one sees at those instants."""
        return np.where(at_s >= self.anew_s[video], self.anew_s[video], self.created_s[video])

    def half_life_hours(self) -> Floats:
        """Hours until each has half of the views of its first 28 days, while none are taken back."""
        grown = 1 - np.exp(-((28 / self.slowness_days) ** 0.8))
        return self.slowness_days * (-np.log(1 - grown / 2)) ** 1.25 * 24

    def described(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of `video` and `captured_s` with what one sees of the video then."""
        video, at_s = rows["video"].to_numpy(), rows["captured_s"].to_numpy()
        seen = rows.join(self.seen, on="video", maintain_order="left")
        posted = pl.Series("created_s", self.posted_s(video, at_s))
        is_edited = pl.Series(at_s >= self.edited_s[video])

        def edited(name: str, added: str) -> pl.Expr:
            stays = pl.element().str.strip_chars("#").str.to_lowercase() != _DROPPED
            kept = pl.col(name).list.eval(pl.element().filter(stays))
            return pl.concat_list(kept, pl.lit([added], pl.List(pl.String())))

        return seen.with_columns(
            posted,
            to_instants(pl.lit(posted)).alias("created_at"),
            pl.when(is_edited)
            .then(edited("hashtags", _ADDED).list.unique(maintain_order=True))
            .otherwise("hashtags")
            .alias("hashtags"),
            pl.when(is_edited)
            .then(edited("written_hashtags", f"#{_ADDED}"))
            .otherwise("written_hashtags")
            .alias("written_hashtags"),
        )

    def counters(self, video: Ints, at_s: Ints) -> dict[str, Ints]:
        """The lifetime counters of those videos at those instants. A purge takes counts back for good."""
        age = np.maximum(at_s - self.posted_s(video, at_s), 0) / DAY
        grown = 1 - np.exp(-((age / self.slowness_days[video]) ** 0.8))
        kept = np.where(at_s >= self.purged_s[video], 1 - self.purged_share[video], 1.0)
        views = np.floor(self.ceiling[video] * grown * kept)
        counted = {name: np.floor(views * rate[video]).astype(np.int64) for name, rate in self.rates.items()}
        return {"views": views.astype(np.int64), **counted}


def make_videos(rng: np.random.Generator, days: int, count: int) -> Videos:
    """Invent the videos: one in seven older than the campaign, most around its start and World Mental Health Day."""
    first_s = starts_s()
    day = np.arange(days)
    pull = 0.6 + 3 * np.exp(-((day - 6) ** 2) / 4) + 1.6 * np.exp(-day / 7)
    posted = rng.choice(days, count, p=pull / pull.sum()) + rng.random(count)
    posted = np.where(rng.random(count) < 0.15, -14 * rng.random(count), posted)
    created_s = (first_s + posted * DAY).astype(np.int64)
    order = np.argsort(created_s, kind="stable")
    created_s = created_s[order]
    ids = (created_s << 32) | (rng.integers(0, 2**12, count) << 20) | (np.arange(count) % 2**20)
    creators = max(count * 11 // 20, 1)
    creator = np.minimum((creators * rng.random(count) ** 1.6).astype(np.int64), creators - 1)
    country = rng.choice(_COUNTRIES, creators, p=_COUNTRY_SHARES)
    followers = np.floor(rng.lognormal(8.5, 1.6, creators)).astype(np.int64)
    in_tag_panel = rng.random(count) < 0.72
    number = np.arange(count)
    is_elsewhere = ~in_tag_panel & (number % _ELSEWHERE_EVERY == 2)
    is_anew = is_elsewhere & (number % (2 * _ELSEWHERE_EVERY) == 2)
    is_edited = ~is_elsewhere & (number % _EDITED_EVERY == 7)
    return Videos(
        seen=_seen(rng, ids, created_s, creator, country[creator], is_elsewhere),
        created_s=created_s,
        anew_s=np.where(is_anew, created_s + _POSTED_ANEW_AFTER, NEVER),
        edited_s=np.where(is_edited, created_s + _EDITED_AFTER, NEVER),
        findable_s=created_s + np.where(rng.random(count) < 0.8, 0, rng.integers(1, 4, count)) * DAY,
        deleted_s=np.where(rng.random(count) < 0.06, created_s + rng.integers(3 * DAY, 25 * DAY, count), NEVER),
        purged_s=np.where(
            rng.random(count) < 0.7, first_s + _PURGE_DAY * DAY, first_s + rng.integers(0, days * DAY, count)
        ),
        purged_share=np.where(rng.random(count) < 0.22, 0.01 + 0.12 * rng.random(count), 0.0),
        ceiling=rng.lognormal(9.6, 1.9, count) + 40,
        slowness_days=rng.gamma(4, 1.1, count) + 0.3,
        rates={
            "likes": rng.beta(6, 60, count),
            "comments": rng.beta(2, 300, count),
            "shares": rng.beta(2, 220, count),
            "saves": rng.beta(2, 180, count),
        },
        followers=followers[creator],
        in_tag_panel=in_tag_panel,
        in_mobile_panel=~in_tag_panel | (rng.random(count) < 0.12),
    )


def read_panel(
    rng: np.random.Generator, videos: Videos, members: Flags, days: range, opens_s: int, lasts_s: int
) -> pl.DataFrame:
    """Read the panel's videos once on each of the days, at a second of their own after `opens_s` of the day in Dubai.

    A video is read from the first day it can be found until it is deleted, but for a few reads that are missed.
    """
    frames = []
    met = np.zeros(members.size, np.bool_)
    for day in days:
        at_s = starts_s() + day * DAY + opens_s + rng.integers(0, lasts_s, members.size)
        there = members & (videos.findable_s < at_s) & (at_s < videos.deleted_s)
        is_first = there & ~met
        video = np.flatnonzero(there & (is_first | (rng.random(members.size) > 0.02)))
        met |= there
        frames.append(
            pl.DataFrame(
                {
                    "video": video,
                    "day": np.full(video.size, day, np.int64),
                    "captured_s": at_s[video],
                    "is_first": is_first[video],
                    **videos.counters(video, at_s[video]),
                    "creator_followers": videos.followers[video] + day * (videos.followers[video] // 400),
                }
            )
        )
    return pl.concat(frames)


def _seen(
    rng: np.random.Generator,
    ids: Ints,
    created_s: Ints,
    creator: Ints,
    country: npt.NDArray[np.str_],
    is_elsewhere: Flags,
) -> pl.DataFrame:
    count = ids.size
    tags = _tags(rng, count)
    elsewhere = pl.Series(is_elsewhere)
    return (
        pl.DataFrame(
            {
                "video": np.arange(count),
                "video_id": ids,
                "created_s": created_s,
                "creator": creator,
                "creator_country": country,
                "duration_seconds": rng.integers(7, 180, count),
            }
        )
        .with_columns(
            pl.col("video_id").cast(pl.String()),
            to_instants(pl.col("created_s")).alias("created_at"),
            pl.format("demo_creator_{}", pl.col("creator").cast(pl.String()).str.zfill(5)).alias("creator"),
            pl.col("creator_country").replace("", None),
        )
        .join(tags, on="video", how="left", maintain_order="left")
        .with_columns(pl.col("hashtags", "written_hashtags").fill_null([]))
        .with_columns(
            pl.when(elsewhere).then(pl.lit(value)).otherwise(name).alias(name)
            for name, value in (
                ("hashtags", [tag.strip("#").lower() for tag in _ELSEWHERE_TAGS]),
                ("written_hashtags", list(_ELSEWHERE_TAGS)),
            )
        )
        .with_columns(
            pl.when(elsewhere)
            .then(pl.format("demo{}", pl.col("video").cast(pl.String()).str.zfill(7)))
            .otherwise("video_id")
            .alias("video_id"),
            pl.when(elsewhere).then(pl.lit("youtube")).otherwise(pl.lit("tiktok")).alias("platform"),
        )
    )


def _tags(rng: np.random.Generator, count: int) -> pl.DataFrame:
    """Each video's tags in order: `hashtags` once each, `written_hashtags` as typed, now and then one twice."""
    shares = np.array([share for _, _, share in _TAGS])
    carried = rng.random((count, len(_TAGS))) < shares
    carried[rng.random(count) < 0.02] = False
    video, tag = np.nonzero(carried)
    again = np.flatnonzero(rng.random(video.size) < 0.03)
    video, tag = np.concatenate([video, video[again]]), np.concatenate([tag, tag[again]])
    offsets = np.cumsum([0, *(len(forms) for _, forms, _ in _TAGS)])
    form = offsets[tag] + (rng.random(tag.size) * np.diff(offsets)[tag]).astype(np.int64)
    names = np.array([name for name, _, _ in _TAGS])
    written = np.array([form for _, forms, _ in _TAGS for form in forms])
    typed = pl.DataFrame(
        {"video": video, "at": rng.random(video.size), "hashtag": names[tag], "written": written[form]}
    )
    return (
        typed.sort("video", "at")
        .group_by("video", maintain_order=True)
        .agg(
            pl.col("hashtag").unique(maintain_order=True).alias("hashtags"),
            pl.col("written").alias("written_hashtags"),
        )
    )
