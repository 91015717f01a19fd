"""`hashtag/video_json`: readings of videos as JSON objects, one a line, in an array, or in lists inside of pages.

Which columns there are is in `ingest.formats.hashtag.video_options`, what becomes of them in `ingest.formats.hashtag.video_readings`. The
`line` of a record in an array is its number.
"""

from collections.abc import Iterable, Mapping

import polars as pl
from pydantic import model_validator

from ingest.formats.clocks import on_its_day
from ingest.formats.hashtag.video_captions import words_of
from ingest.formats.hashtag.video_options import TIMES, Places, VideoOptions, counters_of_platforms, places_of
from ingest.formats.hashtag.video_presets import PRESETS
from ingest.formats.hashtag.video_readings import COUNTERS, VideoRows, parse_videos, with_tags
from ingest.formats.json_documents import ENVELOPES, exist, inside, read_documents, texts_at, top_level_names
from ingest.formats.json_maps import with_named_insights
from ingest.formats.text_file import TextFile, describe_header, places_in, text_files
from ingest.source import Delivery, DeliveryError, Parsed

_ENVELOPES = (*ENVELOPES, "items", "videos", "results")
# Names that the records of some product have: only where there is one of them, a message shows those that are found.
_KNOWN = {name for preset in PRESETS.values() for names in preset.columns.values() for name in names}


class VideoJsonOptions(VideoOptions):
    """Options of `video_json`.

    Columns are dotted paths, such as `author.name`; `*` stands for every element of a list. `records` is the path of the list
    that holds the videos, or the paths of several, where they are not the objects themselves.
    """

    records: str | list[str] | None = None

    @model_validator(mode="after")
    def _paths(self) -> "VideoJsonOptions":
        given = self.columns.model_dump(exclude_none=True).items()
        numbered = [ours for ours, place in given if any(isinstance(one, int) for one in places_in(place))]
        if numbered:
            raise ValueError(f"found positions for columns {', '.join(numbered)}, expected paths such as author.name")
        if several := [*counters_of_platforms(self)]:
            raise ValueError(
                f"columns.{several[0]} has several paths, expected one; a counter has a column a platform in tables alone"
            )
        return self


class VideoJson:
    """Reads video readings from JSON."""

    name = "video_json"
    version = 38
    needs_timezone = True
    options = VideoJsonOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `video_readings`. Raises DeliveryError."""
        options = delivery.options_as(VideoJsonOptions)
        files = text_files(delivery, options.encoding)
        return parse_videos((_rows(file, options) for file in files), delivery, options)


def _rows(file: TextFile, options: VideoJsonOptions) -> VideoRows:
    documents, rejected = read_documents(file)
    if options.records is None:
        records = inside(documents, options.known.records or _wrapped(documents, options))
    else:
        named = [options.records] if isinstance(options.records, str) else options.records
        records = pl.concat([_listed(file, documents, place) for place in named])
    records = with_named_insights(records)
    places = places_of(options)
    names = top_level_names(records)
    paths = {
        ours: [path for name in place.names for path in _paths(str(name), names)] for ours, place in places.items()
    }
    lists = [path for found in paths.values() for path in found if _is_list(path)]
    texts = dict.fromkeys(path for ways in paths.values() for path in ways if not _is_list(path))
    found = texts_at(records, list(texts), lists)
    known = {ours: [path for path in ways if _is_known(found[path])] for ours, ways in paths.items()}
    _require(file, options, places, known, records)
    rows = found.select(
        *(_first(ours, ways, places[ours]) for ours, ways in known.items() if ways or places[ours].required),
        pl.lit(file.name).alias("file"),
        "line",
    )
    return VideoRows(_tagged(rows, options), {ours: ways[0] for ours, ways in paths.items() if known[ours]}, rejected)


def _wrapped(documents: pl.DataFrame, options: VideoJsonOptions) -> tuple[str, ...]:
    """Where the records stand, if the first objects have no field that begins as the path of an id or link does."""
    keys = {
        str(place).partition(".")[0] for place in (options.columns.video_id, options.columns.url) if place is not None
    }
    return () if options.preset is not None or keys & set(top_level_names(documents)) else _ENVELOPES


def _listed(file: TextFile, documents: pl.DataFrame, place: str) -> pl.DataFrame:
    records = inside(documents, (place,))
    if records is documents and documents.height:
        hint = describe_header(top_level_names(documents), place, _KNOWN)
        raise DeliveryError(f"{file.name}: {place!r} is no list of records; {hint}; correct options.records")
    return records


def _paths(name: str, names: Iterable[str]) -> list[str]:
    """The ways in which a path may be written: as it is, or flattened into one name."""
    return [name, f'"{name}"'] if "." in name and name in set(names) else [name]


def _is_list(path: str) -> bool:
    return "*" in path or "[]" in path


def _is_known(values: pl.Series) -> bool:
    return values.null_count() < len(values)


def _first(ours: str, ways: list[str], place: Places) -> pl.Expr:
    """The value of the first way that leads to one; of several columns of tags all of them, and so of texts."""
    if not ways:
        return pl.lit(None, pl.String()).alias(ours)
    texts, lists = [path for path in ways if not _is_list(path)], [path for path in ways if _is_list(path)]
    if ours == "text" and lists:
        return pl.coalesce(*texts, *(pl.col(path).list.join(" ") for path in lists)).alias(ours)
    if lists:
        filled = [pl.when(pl.col(path).list.len() > 0).then(path) for path in lists]
        return pl.coalesce(*filled, *lists).alias(ours)
    if ours == "text":
        first, *others = (pl.col(path) for path in texts)
        # A title is often the caption cut off, and so is the last tag in it.
        more = [
            pl.when(~first.str.starts_with(other.str.strip_chars_end(" .…")).fill_null(value=False)).then(other)
            for other in others
        ]
        return pl.concat_str(first, *more, separator=" ", ignore_nulls=True).alias(ours)
    if place.several and ours in TIMES:
        date, *clock = (pl.col(path) for path in texts)
        return (on_its_day(date, *clock) if clock else date).alias(ours)
    if place.several:
        return pl.concat_list(texts).list.drop_nulls().alias(ours)
    return pl.coalesce(texts).alias(ours)


def _tagged(rows: pl.DataFrame, options: VideoJsonOptions) -> pl.DataFrame:
    if rows.schema.get("hashtags") == pl.List(pl.String()) and options.hashtags_from != "text":
        if "text" in rows.columns:
            rows = rows.with_columns(pl.col("hashtags").fill_null(words_of(rows["text"].fill_null(""))))
        return rows.with_columns(pl.lit(None, pl.String()).alias("hashtags_reason"))
    return with_tags(rows, options)


def _require(
    file: TextFile,
    options: VideoJsonOptions,
    places: Mapping[str, Places],
    known: Mapping[str, list[str]],
    records: pl.DataFrame,
) -> None:
    if not records.height:
        return
    missing = [
        ours
        for ours, place in places.items()
        if place.required and not known[ours] and ours in ("video_id", "url", "captured_at")
    ]
    if not (known.get("video_id") or known.get("url")):
        missing = missing or ["video_id"]
    views = places.get("views")
    if views is not None and views.required and not known["views"]:
        names = top_level_names(records)
        if not exist(records, [way for name in views.names for way in _paths(str(name), names)]):
            missing.append("views")
    for ours in missing:
        name = str(places[ours].names[0])
        hint = describe_header(top_level_names(records), name, _KNOWN)
        raise DeliveryError(
            f"{file.name}: no record has {name!r} for {ours!r}; {hint}; correct `columns` in delivery.yml"
        )
    if options.preset is not None and not any(known.get(ours) for ours in (*COUNTERS, "hashtags", "text")):
        raise DeliveryError(
            f"{file.name}: no record has a counter of preset {options.preset}, expected such as "
            f"{', '.join(options.known.columns[name][0] for name in COUNTERS if name in options.known.columns)}; correct or leave out "
            "options.preset, and name the columns in delivery.yml"
        )


FORMAT = VideoJson()
