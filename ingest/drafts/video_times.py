"""When the counters of videos were read, and when videos were posted, as far as a file says it. Nothing is read here but its head."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from ingest.drafts.draft import Draft, Given, zone_in_names
from ingest.drafts.head import quoted
from ingest.drafts.names import snake
from ingest.drafts.video_cells import Cells, are_codes_of_instagram, are_times, lead_to_posts, times
from ingest.drafts.video_words import ANY_TIME, CLOCK
from ingest.formats.clocks import MIDNIGHT
from ingest.formats.hashtag.video_options import TIMES
from ingest.formats.text_file import places_in

_MOST_DAYS_OF_A_READING, _LATER_THAN_LENGTHS = 2, 6
_AROUND = r"^(?:_source|data|node|fields|attributes)\."
"""What tools call the record that they wrapped."""
_TIKTOK_ID = r"(?:^|/)([0-9]{19})(?:[/?#]|$)"


def timed(
    form: str, why: str, options: dict[str, Any], given: Given, known: Sequence[str] = (), bare: str | None = None,
    *, cells: Cells | None = None, generic: bool = False, is_known: bool = False, remarks: dict[tuple[str, ...], str] | None = None,
) -> Draft:  # fmt: skip
    """A draft that says when the counters were read: in a column, in what was given, or by asking.

    `known` are the columns of the file, `cells` what stands in them, `bare` one whose name only says that it is a time;
    `is_known` that the preset has one.
    """
    remarks = dict(remarks or {})
    columns = dict(options.get("columns", {}))
    asks: tuple[str, ...] = ()
    if given.captured_at is not None:
        columns.pop("captured_at", None)
        options = options | {"captured_at": given.captured_at}
    elif "captured_at" not in columns and bare is not None:
        columns["captured_at"] = bare
        remarks[("options", "columns", "captured_at")] = (
            "guessed: the only time it has; --captured-at where it is another"
        )
    elif "captured_at" not in columns and not is_known:
        asks = ("captured_at",)
    columns |= {ours: whole(columns[ours], cells or {}) for ours in TIMES if ours in columns}
    if columns:
        options = options | {"columns": columns}
    used = {name for place in columns.values() for name in places_in(place)}
    unused = [name for name in known if name not in used and name]
    if unused:
        remarks[("options", "columns")] = f"not used: {quoted(unused)}"
    zone = zone_in_names(" ".join(map(str, places_in(columns[name]))) for name in TIMES if name in columns)
    if zone is not None:
        remarks[("timezone",)] = "as the names of its times say"
    return Draft("hashtag", form, why, options, remarks, asks, generic, zone=zone)


def whole(name: Any, cells: Cells) -> Any:
    """A column of dates alone together with that of their times of day; any other as it is.

    Both stand side by side, or there is no other column of dates and none of times.
    """
    names = [*cells]
    if name not in names or not _are_days(cells[name]):
        return name
    place, clocks = names.index(name), [one for one in names if re.fullmatch(CLOCK, snake(one))]
    days = [one for one in names if cells[one] and _are_days(cells[one]) and are_times(cells[one])]
    apart = clocks if [name] == days and len(clocks) == 1 else []
    for clock in (*names[place + 1 : place + 2], *names[max(0, place - 1) : place], *apart):
        if re.fullmatch(CLOCK, snake(clock)) and _are_clocks(cells[clock]):
            dates = (re.sub(MIDNIGHT, "", cell) for cell in cells[name])
            if are_times([f"{date} {at}" for date, at in zip(dates, cells[clock], strict=False)]):
                return [name, clock]
    return name


def _are_days(written: Sequence[str]) -> bool:
    """Whether no cell has a time of day but midnight."""
    return not any(re.search(r"\d\s?[:h]\s?\d", re.sub(MIDNIGHT, "", cell)) for cell in written)


def _are_clocks(written: Sequence[str]) -> bool:
    """Whether cells are times of day, and no lengths: some say which half of the day, or are hours later than lengths have."""
    found = [re.fullmatch(r"(\D*)(\d{1,2})\s?[:.h]\s?\d\d(?:[:.]\d\d(?:[.,]\d+)?)?\s?(\D*)", cell) for cell in written]
    read = [one for one in found if one is not None]
    return len(read) == len(found) and any(one[1] or one[3] or int(one[2]) >= _LATER_THAN_LENGTHS for one in read)


def undated(cells: Cells, places: Mapping[str, str]) -> tuple[str | None, str | None]:
    """A column whose name only says that it is a time: that of posting, or that of reading; both None where there is none."""
    bare = next(
        (
            name
            for name, written in cells.items()
            if re.fullmatch(ANY_TIME, snake(re.sub(_AROUND, "", name)))
            and name not in places.values()
            and written
            and are_times(written)
        ),
        None,
    )
    if bare is None:
        return None, None
    created = cells[places["created_at"]] if "created_at" in places else None
    links = cells[places["url"]] if "url" in places else ()
    # Beside ids, links may lead to where the videos were seen.
    ids = [*cells[places["video_id"]], *(links if lead_to_posts(links) else ())] if "video_id" in places else links
    # So Instagram calls the time of posting, also where all posts are of one day.
    is_instagram = snake(bare).endswith("taken_at") and are_codes_of_instagram(
        cells.get(places.get("video_id", ""), ())
    )
    if not (is_instagram or _are_of_posting(ids, cells[bare], created)):
        return None, bare
    return (bare if created is None else None), None


def _are_of_posting(ids: Sequence[str], written: Sequence[str], created: Sequence[str] | None) -> bool:
    """Whether times are those of posting: as another column or TikTok's ids have it, but for the zone.

    Else where each video stands once, and the times are not those of one reading, which lie on two days at most.
    """
    at = times(tuple(written))
    said = times(tuple(created)) if created is not None else _in_ids(ids[: len(at)])
    if len(said) == len(at) and said.null_count() < len(said):
        apart = (at - said).drop_nulls().dt.total_seconds().abs()
        alike = ((apart % 900 <= 60) | (apart % 900 >= 840)) & (apart <= 14 * 3600)
        if apart.len() and 2 * alike.sum() > apart.len():
            return True
    is_once = bool(ids) and len(set(ids)) == len(ids)
    return created is None and is_once and at.dt.date().n_unique() > _MOST_DAYS_OF_A_READING


def _in_ids(ids: Sequence[str]) -> pl.Series:
    found = [re.search(_TIKTOK_ID, one) for one in ids]
    seconds = [int(one[1]) >> 32 if one else None for one in found]
    return (
        pl.from_epoch(pl.Series(seconds, dtype=pl.Int64()), time_unit="s")
        .dt.cast_time_unit("us")
        .dt.replace_time_zone("UTC")
    )
