"""`hashtag/video_csv`: delimited text with one row a reading of a video's lifetime counters.

Which columns there are is in `ingest.formats.hashtag.video_options`, what becomes of them in `ingest.formats.hashtag.video_readings`.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import PurePosixPath

import polars as pl
from pydantic import Field, model_validator

from ingest.formats.clocks import on_its_day
from ingest.formats.hashtag.platforms import of_own_platform, parts_of
from ingest.formats.hashtag.video_options import TIMES, Places, VideoOptions, counters_of_platforms, places_of
from ingest.formats.hashtag.video_readings import COUNTERS, VideoRows, parse_videos, with_tags
from ingest.formats.text_file import (
    TextFile,
    first_lines,
    folded,
    is_plausible_header,
    only_positions,
    read_columns,
    text_files,
)
from ingest.source import Delivery, DeliveryError, Parsed

_PERIOD = re.compile(r"(20[0-9]{2}-[01][0-9]-[0-3][0-9])_(20[0-9]{2}-[01][0-9]-[0-3][0-9])")
_IN_A_UNIT = re.compile(
    r"(?i)\b(?:in|en|em) (?:thousands|millions|milliers|millones|milhares|tausend)\b|"
    "\u0628\u0627\u0644\u0622\u0644\u0627\u0641|\u0628\u0627\u0644\u0645\u0644\u0627\u064a\u064a\u0646"
)
"""Words for in thousands and in millions."""
_NAME_OF_ID = r"(?i)^[a-z][a-z ._-]*$"
_ENDS_AS_ID = r"(?i)(id|url|link|video|code)s?$"


class VideoCsvOptions(VideoOptions):
    """Options of `video_csv`.

    `header: false` says that the first line is a reading already; columns are then given by position, the first being 1.
    `skip_rows` lines stand above the header or, without one, the first reading. `member` is how the file with the videos
    begins in an archive of several.
    """

    header: bool = True
    skip_rows: int = Field(default=0, ge=0)
    member: str | None = None

    @model_validator(mode="after")
    def _positions_without_header(self) -> "VideoCsvOptions":
        if not self.header:
            if self.preset is not None:
                raise ValueError(f"preset {self.preset} finds columns by their names, expected a file with its header")
            only_positions(self.columns)
        return self


class VideoCsv:
    """Reads video readings from tables."""

    name = "video_csv"
    version = 42
    needs_timezone = True
    options = VideoCsvOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `video_readings`. Raises DeliveryError."""
        options = delivery.options_as(VideoCsvOptions)
        files = with_member(list(text_files(delivery, options.encoding)), options.member or options.known.member)
        names = [file.name for file in files]
        parsed = parse_videos(_parts(files, options), delivery, options)
        if "youtube_studio" in (options.metric_definition, options.known.metric_definition):
            _require_whole_lives(names, parsed.tables["video_readings"])
        return parsed


def _require_whole_lives(names: list[str], readings: pl.DataFrame) -> None:
    """Raise DeliveryError where YouTube Studio's archive names a time that began after a video was posted: it has views of that time."""
    for name in names:
        period = _PERIOD.search(name)
        begun = datetime.fromisoformat(f"{period[1]}T00:00:00Z") - timedelta(days=1) if period else None
        if period and (readings["created_at"] < begun).any():
            raise DeliveryError(
                f"{name}: has figures of {period[1]} to {period[2]}, expected those since each video was posted; choose Lifetime in "
                "YouTube Studio, and export again"
            )


def _parts(files: list[TextFile], options: VideoCsvOptions) -> Iterator[VideoRows]:
    """The rows of each file; its text is let go of once it is read."""
    while files:
        yield _rows(files.pop(0), options)


def with_member(files: list[TextFile], member: str | None) -> list[TextFile]:
    """The files whose name begins as the preset says, where there are any; else all of them."""
    named = [file for file in files if member and PurePosixPath(file.name).name.startswith(member)]
    return named or files


def _rows(file: TextFile, options: VideoCsvOptions) -> VideoRows:
    places = places_of(options)
    line, names = _header(file, places, options)
    _require_no_unit_above(file, line)
    columns, labels, tags = _found(places, names)
    if options.preset is not None and not {*COUNTERS, "hashtags", "text"} & labels.keys():
        raise DeliveryError(
            f"{file.name}, line {line}: has none of the counters of preset {options.preset}, expected such as "
            f"{', '.join(options.known.columns[name][0] for name in COUNTERS if name in options.known.columns)}; correct or leave out "
            "options.preset, and name the columns in delivery.yml"
        )
    table = read_columns(file, columns, has_header=options.header, first_line=line)
    rows = of_own_platform(_with_clocks(table.rows), counters_of_platforms(options), options.platform)
    return VideoRows(with_tags(rows, options, tags), labels, table.rejected)


def _with_clocks(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with each time as one text whose date and time of day stand in two columns."""
    apart = [name for name in TIMES if f"{name} 1" in rows.columns]
    return rows.with_columns(on_its_day(pl.col(f"{name} 1"), pl.col(f"{name} 2")).alias(name) for name in apart).drop(
        f"{name} {number}" for name in apart for number in (1, 2)
    )


def _require_no_unit_above(file: TextFile, line: int) -> None:
    """Raise DeliveryError where a line above the header says that figures are in thousands: it does not say which figures."""
    above = (number for number, cells in first_lines(file) if number < line and _IN_A_UNIT.search(" ".join(cells)))
    for number in above:
        raise DeliveryError(
            f"{file.name}, line {number}: says that figures are in thousands or millions, expected whole ones; write the unit into the "
            "names of the columns that have it, as in Views (thousands), and delete the line"
        )


def _header(file: TextFile, places: Mapping[str, Places], options: VideoCsvOptions) -> tuple[int, list[str]]:
    """The line of the header and its names: the first that has every column of the note, and most of the preset."""
    lines = [(line, [folded(cell) for cell in cells]) for line, cells in first_lines(file) if line > options.skip_rows]
    if not options.header or not lines:
        _refuse_header(file.name, lines, places)
        return options.skip_rows + 1, []
    required = {
        folded(name) for place in places.values() if place.required for name in place.names if isinstance(name, str)
    }
    if options.skip_rows == 0:
        known = [(line, cells) for line, cells in lines if required <= set(cells)]
        lines = sorted(known, key=lambda one: -len(_found(places, one[1])[0])) or lines
    _refuse_record(file.name, *lines[0], places)
    return lines[0]


def _refuse_header(file_name: str, lines: list[tuple[int, list[str]]], places: Mapping[str, Places]) -> None:
    """A header where the note says that there is none would be a video."""
    for position in (name for ours in ("video_id", "url") if ours in places for name in places[ours].names):
        cells = [cells[position - 1] for _, cells in lines if isinstance(position, int) and position <= len(cells)]
        if cells and re.search(_NAME_OF_ID, cells[0]) and re.search(_ENDS_AS_ID, cells[0]):
            raise DeliveryError(
                f"{file_name}, line {lines[0][0]}: column {position} holds the name of a column, expected a video as options.header: false "
                "says; leave that option out of delivery.yml, or set options.skip_rows: 1 beside it"
            )


def _refuse_record(file_name: str, line: int, names: list[str], places: Mapping[str, Places]) -> None:
    """A record that stands where columns by position let a header be expected would be lost."""
    for ours in {"video_id", "url"} & places.keys():
        for position in places[ours].names:
            cell = names[position - 1] if isinstance(position, int) and position <= len(names) else ""
            if cell and not is_plausible_header([cell]):
                raise DeliveryError(
                    f"{file_name}, line {line}: column {position} holds a value for {ours!r}, expected a header; set options.header: "
                    "false in delivery.yml, or options.skip_rows where lines stand above the header"
                )


def _found(places: Mapping[str, Places], names: list[str]) -> tuple[dict[str, str | int], dict[str, str], list[str]]:
    """Where each column stands in a header, what it is called there, and the columns of tags, where they are several.

    A column of the note that is not there stays under its name, so that reading says that it is missing.
    """
    columns: dict[str, str | int] = {}
    labels: dict[str, str] = {}
    tags: list[str] = []
    for ours, place in places.items():
        positions = [_positions(name, names, exact=place.required) for name in place.names]
        several = (
            [position for found in positions for position in found]
            if place.several
            else next(filter(None, positions), [])
        )
        if ours == "hashtags" and (place.several or len(several) > 1):
            tags = [f"hashtags {number}" for number in range(1, len(several) + 1)]
            columns |= dict(zip(tags, several, strict=True))
            labels[ours] = str(place.names[0])
        elif ours in ("text", *TIMES) and place.several:
            columns |= {f"{ours} {number}": name for number, name in enumerate(place.names, 1)}
            labels[ours] = " ".join(map(str, place.names))
        elif place.several:
            columns |= parts_of(ours, [str(name) for name in place.names])
            labels[ours] = str(place.names[0])
        elif several:
            columns[ours] = place.names[0] if place.required else several[0]
            labels[ours] = names[several[0] - 1] if several[0] <= len(names) else f"column {several[0]}"
        elif place.required or (ours in ("video_id", "url") and not {"video_id", "url"} & columns.keys()):
            columns[ours] = place.names[0]
            labels[ours] = str(place.names[0])
    return columns, labels, tags


def _positions(name: str | int, names: list[str], *, exact: bool) -> list[int]:
    """The positions of a column in a header, from 1; of a name with `*` all that it stands for."""
    if isinstance(name, int):
        return [name]
    wanted = folded(name)
    if "*" not in wanted and "[]" not in wanted:
        return [
            number
            for number, there in enumerate(names, 1)
            if there == wanted or (not exact and there.replace("/", ".") == wanted)
        ][:1]
    pattern = re.escape(wanted.replace("[]", ".*").replace("/", ".")).replace(r"\*", "[0-9]+")
    return [number for number, there in enumerate(names, 1) if re.fullmatch(pattern, there.replace("/", "."))]


FORMAT = VideoCsv()
