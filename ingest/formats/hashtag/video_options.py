"""The options that every format of videos takes, with what a preset knows filled in. No file is read here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ingest.formats.hashtag.platforms import platform_in_name
from ingest.formats.hashtag.video_presets import PRESETS, MetricDefinition, Preset, PresetName
from ingest.formats.text_file import Place, places_in
from ingest.instants import DateOrder

TIMES = ("created_at", "captured_at")
"""The columns that are instants."""
FAILED, ABOUT = "failed", "about"
"""Columns that a preset adds: what is filled where the scraper failed, and what must name a video platform."""

Rounding: TypeAlias = Literal["nearest", "down", "unknown"]


def _as_text(value: object) -> object:
    """YAML makes a date of what looks like one; it is the text that was written."""
    return value.isoformat() if isinstance(value, date) else value


DateAndClock: TypeAlias = Annotated[list[Place], Field(min_length=2, max_length=2)]
InstantText: TypeAlias = Annotated[str, BeforeValidator(_as_text)]


class Columns(BaseModel):
    """Our names to theirs; a column that is not mapped is unknown. Hashtags and captions may stand in several columns.

    A counter may have a column a platform, whose names say which: TikTok Likes, Instagram Likes. A time may have two, of the date and
    of the time of day.
    """

    model_config = ConfigDict(extra="forbid")

    video_id: Place | None = None
    url: Place | None = None
    creator: Place | None = None
    creator_followers: Place | None = None
    creator_country: Place | None = None
    created_at: Place | DateAndClock | None = None
    captured_at: Place | DateAndClock | None = None
    views: Place | list[str] | None = None
    likes: Place | list[str] | None = None
    comments: Place | list[str] | None = None
    shares: Place | list[str] | None = None
    saves: Place | list[str] | None = None
    reach: Place | None = None
    hashtags: Place | list[Place] | None = None
    text: Place | list[Place] | None = None
    duration_seconds: Place | None = None
    platform: Place | None = None


class VideoOptions(BaseModel):
    """Options of every format of videos.

    `preset` names an export that is known; what else is given takes the place of what the preset says. `captured_at` and
    `platform` are constants for files without such a column. `hashtags_from: text` takes the #words of the column `text`.
    """

    model_config = ConfigDict(extra="forbid")

    preset: PresetName | None = None
    columns: Columns = Columns()
    captured_at: InstantText | None = None
    platform: Annotated[str, Field(pattern="^[a-z][a-z0-9_]*$")] | None = None
    metric_definition: MetricDefinition | None = None
    hashtag_separator: str | None = Field(default=None, min_length=1)
    hashtags_from: Literal["list", "text"] | None = None
    rounding: Rounding = "unknown"
    date_order: DateOrder | None = None
    encoding: str | None = None

    @property
    def known(self) -> Preset:
        """What the preset knows; nothing without one."""
        return PRESETS[self.preset] if self.preset else Preset("", "", {})

    @model_validator(mode="after")
    def _has_a_key(self) -> "VideoOptions":
        places = places_of(self)
        if not {"video_id", "url"} & places.keys():
            raise ValueError("columns name neither video_id nor url, expected one of them to tell videos apart")
        if ("captured_at" in places) == (self.captured_at is not None):
            found = (
                "neither is there, as nothing else says when the counters were read"
                if self.captured_at is None
                else "both are"
            )
            raise ValueError(f"expected columns.captured_at or a constant captured_at; {found}")
        if self.platform is not None and self.columns.platform is not None:
            raise ValueError("expected either columns.platform or a constant platform, and not both")
        for ours, columns in counters_of_platforms(self).items():
            named = [platform_in_name(column) for column in columns]
            if None in named or len({platform for platform, _ in filter(None, named)}) < len(columns):
                raise ValueError(
                    f"columns.{ours} has several columns, expected one a platform, named after it, such as TikTok Likes"
                )
        if self.hashtags_from == "text" and "text" not in places:
            raise ValueError("hashtags_from: text needs columns.text, the column with the caption")
        return self


@dataclass(frozen=True)
class Places:
    """Where a column may stand, best first. One that is not `required` may be absent; `several` are read together."""

    names: tuple[str | int, ...]
    required: bool
    several: bool = False


def counters_of_platforms(options: VideoOptions) -> dict[str, list[str]]:
    """The counters that have a column a platform."""
    stated = options.columns.model_dump(exclude={"hashtags", "text", *TIMES})
    return {ours: columns for ours, columns in stated.items() if isinstance(columns, list)}


def places_of(options: VideoOptions) -> Mapping[str, Places]:
    """Where each mapped column is to be looked for: where the note says, else where the preset does."""
    stated = options.columns.model_dump(exclude_none=True)
    known = {ours for ours in ("platform", "captured_at") if getattr(options, ours) is not None}
    found = {ours: Places(names, required=False) for ours, names in options.known.columns.items() if ours not in known}
    for ours, theirs in stated.items():
        found[ours] = Places(tuple(places_in(theirs)), required=True, several=isinstance(theirs, list))
    if "hashtags" in stated and "text" not in stated:
        found.pop("text", None)
    if options.known.failed is not None:
        found[FAILED] = Places((options.known.failed,), required=False)
    if options.known.only is not None:
        found[ABOUT] = Places((options.known.only[0],), required=False)
    return found
