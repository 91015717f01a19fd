"""`live/intervals_csv`: one row a stay, or a registration and the stay that came of it, in the columns that the note maps.

What a stay is lives in `live_stays`.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import BaseModel, ConfigDict

from ingest.formats.date_order import read_times
from ingest.formats.live.json_records import is_json, json_rows
from ingest.formats.live.live_attendance import INSTANCES, AttendanceFormat, Found, Given
from ingest.formats.live.live_session import BOUNDS, LiveOptions, Role, Rows, all_rows, read_rows
from ingest.formats.live.live_words import NAME_COLUMN, ROLES, TEAMS_ROLES
from ingest.formats.text_file import TextFile
from ingest.formats.yes_no import NO, YES
from ingest.instants import AM, PM, spelt_out
from ingest.source import NOTE, DeliveryError
from ingest.spelling import spelling
from ingest.text import clean_number, nothing

_TIMES = ("joined_at", "left_at")
_REGISTERED = "registered_at"
_TIME_OF_DAY = (
    rf"^(?:(?P<am>{AM})|(?P<pm>{PM}))?\s*(?P<hour>[0-9]{{1,2}})(?::| ?h ?)(?P<minute>[0-9]{{2}})(?::(?P<second>[0-9]{{2}}))?"
    rf"\s*(?:(?P<am2>{AM})|(?P<pm2>{PM}))?$"
)
_HALF_A_DAY = 12 * 3600
_LOCAL = ZoneInfo("UTC")
"""Local times are counted with as if they were UTC, until they are read."""


class Columns(BaseModel):
    """Our names to theirs.

    `name` is for people whose `person` is blank; both may be several columns, such as those of first and last names. `date` is for
    files whose times are times of day, `session_id` for those of several sessions; `starts_at` and `ends_at` are the bounds
    of a row's session, or of the time it was started once more. Whom `host` names, by id or name, is the host of the row's session.
    What says yes under `in_waiting_room` is no attendance. Where `registered_at` is mapped, each row is a registration too, and
    one without a join and a leave nothing else.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    person: str | list[str]
    joined_at: str
    left_at: str | None = None
    name: str | list[str] | None = None
    date: str | None = None
    session_id: str | None = None
    role: str | None = None
    host: str | None = None
    country: str | None = None
    in_waiting_room: str | None = None
    registered_at: str | None = None
    status: str | None = None
    channel: str | None = None
    has_attended: str | None = None
    starts_at: str | None = None
    ends_at: str | None = None


class IntervalsCsvOptions(LiveOptions):
    """Options of `intervals_csv`: those of every live format, and the columns. A blank leave is a stay that is still open.

    `day` is the local day on which the session began, for files whose times are times of day.
    """

    columns: Columns
    day: date | None = None


class IntervalsCsv(AttendanceFormat):
    """Reads stays. Times may carry their offset; those that don't are times of the note's zone."""

    name = "intervals_csv"
    version = 23
    options = IntervalsCsvOptions
    needs_timezone = False

    def find(self, given: Given) -> Found:
        """The stays of every file, and the bounds that columns state."""
        options = given.options_as(IntervalsCsvOptions)
        mapped = options.columns.model_dump(exclude_none=True)
        labels = {name: mapped.get(name, name) for name in _TIMES}
        labels |= {name: mapped[name] for name in (_REGISTERED,) if name in mapped}
        delivered = all_rows([_rows(file, mapped) for file in given.files])
        if "role" in mapped:
            _require_roles(delivered.rows, mapped["role"], options)
        spelt = (spelt_out(delivered.rows[name]) for name in (*_TIMES, *BOUNDS, _REGISTERED) if name in mapped)
        is_named = "name" not in mapped and are_names(" ".join(_parts(mapped["person"])), delivered.rows["person"])
        rows = delivered.rows.with_columns(spelt).rename({"person": "name" if is_named else "id"})
        if "left_at" not in rows.columns:
            rows = rows.with_columns(pl.lit(None, pl.String()).alias("left_at"))
        if "in_waiting_room" in rows.columns:
            waits = clean_number(pl.col("in_waiting_room")).str.to_lowercase().is_in(list(YES)).fill_null(value=False)
            rows = rows.with_columns(waits.alias("is_in_waiting_room")).drop("in_waiting_room")
        if "host" in rows.columns:
            rows = _with_hosts(rows)
        if _REGISTERED in rows.columns:
            rows = _with_registrations(rows)
        dated = _with_dates(rows, given.zone, options)
        return Found(
            Rows(dated.drop(*BOUNDS, "date", strict=False), delivered.rejected),
            labels,
            _stated(rows),
            is_bounded_by_row=True,
            names_are_people=is_named,
            roles=_roles(rows),
        )


def are_names(column: str, people: pl.Series) -> bool:
    """Whether people are told apart by their names: the column is called so, or holds words parted by blanks."""
    written = people.drop_nulls().unique()
    are_ids = written.str.contains(r"@|^\S*\d\S*$")
    is_called = re.search(NAME_COLUMN, column.replace("_", " "), re.IGNORECASE) and not re.search(
        r"(?i)user|nick", column
    )
    are_words = (
        ~are_ids if is_called else written.str.contains(r"^\p{L}[\p{L}.'\x{2019}-]*( \p{L}[\p{L}.'\x{2019}-]*)+$")
    )
    return int(are_words.sum()) * 2 > written.len()


def _roles(rows: pl.DataFrame) -> Mapping[str, Role]:
    """What words for roles mean: those of Teams, which has words of its own for presenters, where it is Teams' organizer who is named."""
    if "role" not in rows.columns:
        return TEAMS_ROLES | ROLES
    words = {*rows["role"].drop_nulls().unique().str.strip_chars().str.to_lowercase()}
    is_of_teams = any(TEAMS_ROLES.get(word) == "host" for word in words)
    return ROLES | TEAMS_ROLES if is_of_teams else TEAMS_ROLES | ROLES


def _require_roles(rows: pl.DataFrame, column: str, options: LiveOptions) -> None:
    """Raise DeliveryError where the roles are yes and no, and nothing says of which role."""
    written = rows.drop_nulls("role").with_columns(clean_number(pl.col("role")).str.to_lowercase().alias("role"))
    words = {*written["role"]} - {""}
    if words and words <= YES | NO and words.isdisjoint(options.roles):
        raise DeliveryError(
            f"{written['file'][0]}, line {written['line'][0]}, column {column[:40]!r}: found yes and no, expected a role such as host or "
            f"attendee; say in {NOTE} what they mean, as in options.roles: {{'yes': host, 'no': attendee}} in the words of the file"
        )


def _with_hosts(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with the role of a host where the person is the one whom the row names as such."""
    plain = {name: spelling(pl.col(name)).str.to_lowercase() for name in ("host", "id", "name") if name in rows.columns}
    host = plain.pop("host")
    is_host = pl.any_horizontal(who == host for who in plain.values()).fill_null(value=False)
    role = pl.col("role") if "role" in rows.columns else pl.lit(None, pl.String())
    return rows.with_columns(pl.when(is_host).then(pl.lit("host")).otherwise(role).alias("role")).drop("host")


def _with_registrations(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with what each is a record of: of a stay where a join or a leave is written, of a registration, or of both."""
    is_written = {name: nothing(pl.col(name)).is_null() for name in (*_TIMES, _REGISTERED)}
    is_stay = pl.any_horizontal(is_written[name] for name in _TIMES)
    return rows.with_columns(is_stay.alias("is_stay"), (~is_stay | is_written[_REGISTERED]).alias("is_registration"))


def _parts(place: str | list[str]) -> list[str]:
    return place if isinstance(place, list) else [place]


def _rows(file: TextFile, mapped: Mapping[str, str | list[str]]) -> Rows:
    """The records, with one column for each of ours: parts of a name stand behind one another. Raises DeliveryError."""
    parts = {ours: _parts(theirs) for ours, theirs in mapped.items()}
    named = {ours: [ours, *(f"{ours} {place}" for place in range(1, len(of)))] for ours, of in parts.items()}
    found = _read(file, {name: part for ours in parts for name, part in zip(named[ours], parts[ours], strict=True)})
    joined = [
        pl.concat_str(names, separator=" ", ignore_nulls=True).str.strip_chars().replace("", None).alias(ours)
        for ours, names in named.items()
        if len(names) > 1
    ]
    others = [name for names in named.values() for name in names[1:]]
    return Rows(found.rows.with_columns(joined).drop(others), found.rejected)


def _read(file: TextFile, mapped: Mapping[str, str]) -> Rows:
    """The records of a table or of JSON. Raises DeliveryError, also where no record of JSON has a field."""
    if not is_json(file):
        return read_rows(file, mapped)
    found = json_rows(file, {ours: (theirs,) for ours, theirs in mapped.items()})
    absent = [ours for ours in mapped if found.rows.height and found.rows[ours].count() == 0]
    if absent:
        raise DeliveryError(
            f"{file.name}: no record has a field {mapped[absent[0]][:40]!r} for {absent[0]!r}; correct `columns` in {NOTE}"
        )
    return found


def _stated(rows: pl.DataFrame) -> pl.DataFrame:
    """The bounds that columns state, once each."""
    stated = [name for name in BOUNDS if name in rows.columns]
    if not stated:
        return INSTANCES.to_frame()
    own = [name for name in ("session_id",) if name in rows.columns]
    written = rows.select(*own, *stated, "file", "line").unique([*own, *stated], maintain_order=True)
    return written.match_to_schema(
        pl.Schema({**dict.fromkeys(own, pl.String()), **INSTANCES}), missing_columns="insert"
    )


def _with_dates(rows: pl.DataFrame, zone: ZoneInfo | None, options: IntervalsCsvOptions) -> pl.DataFrame:
    """The rows with times of day made times: of the row's date or the session's, past midnight where the clock says so.

    A join is at most half a day from the session's start; a leave is the first such time after its join.
    """
    maybe = [pl.col(name).str.len_chars().le(14) & pl.col(name).str.contains("[:hH]") for name in _TIMES]
    if not rows.select(pl.any_horizontal(maybe).any()).item():
        return rows
    clocks = {f"{name}_clock": _seconds_of_day(pl.col(name)) for name in _TIMES}
    told = rows.with_columns(**clocks).with_row_index("row")
    is_clock = pl.any_horizontal(pl.col(name).is_not_null() for name in clocks)
    bare = told.filter(is_clock)
    if not bare.height:
        return rows
    dated = bare.with_columns(_joined_on(bare, zone, options))
    unknown = dated.filter(pl.col("joined_at_clock").is_not_null() & pl.col("joined_on").is_null())
    if unknown.height:
        raise DeliveryError(
            f"{unknown['file'][0]}, line {unknown['line'][0]}, column {options.columns.joined_at!r}: found a time of day, expected a "
            f"date with it; add to {NOTE} options.session.starts_at, from which the day follows, or options.day, or map columns.date"
        )
    joined = dated.with_columns(
        (pl.col("joined_on") + pl.duration(seconds=pl.col("joined_at_clock"))).alias("joined"),
        (pl.col("joined_on") + pl.duration(seconds=pl.col("left_at_clock"))).alias("left"),
    ).with_columns(
        pl.when(pl.col("left_at_clock") < pl.coalesce("joined_at_clock", "join_clock"))
        .then(pl.col("left").dt.offset_by("1d"))
        .otherwise("left")
        .alias("left")
    )
    written = joined.select(
        "row", *(pl.col(name).dt.strftime("%Y-%m-%d %H:%M:%S").alias(f"{name}_written") for name in ("joined", "left"))
    )
    return (
        told.join(written, on="row", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("joined_written", "joined_at").alias("joined_at"),
            pl.coalesce("left_written", "left_at").alias("left_at"),
        )
        .select(rows.columns)
    )


def _joined_on(bare: pl.DataFrame, zone: ZoneInfo | None, options: IntervalsCsvOptions) -> pl.DataFrame:
    """`joined_on`, the local midnight of the day of each join, and `join_clock`, the seconds of a join that has a date."""
    start = options.session.starts_at
    if start is not None and start.tzinfo is not None and zone is not None:
        start = start.astimezone(zone)
    elif start is None and options.day is not None:
        start = _first_join(bare, options.day)
    day = [pl.lit(None, pl.Datetime("us"))]
    labels = {"joined_at": options.columns.joined_at}
    if "date" in bare.columns:
        labels["date"] = str(options.columns.date)
    read = read_times(bare, labels, _LOCAL, options.date_order)
    local = {name: read[name].dt.replace_time_zone(None) for name in labels}
    if "date" in bare.columns:
        day.append(pl.lit(local["date"].dt.truncate("1d")))
    if start is not None:
        after_start = pl.col("joined_at_clock") - (start.hour * 3600 + start.minute * 60 + start.second)
        days = pl.when(after_start < -_HALF_A_DAY).then(1).when(after_start > _HALF_A_DAY).then(-1).otherwise(0)
        day.append(pl.lit(start.date()).cast(pl.Datetime("us")) + pl.duration(days=days))
    whole = local["joined_at"]
    return bare.select(
        pl.coalesce(pl.lit(whole.dt.truncate("1d")), *day).alias("joined_on"),
        pl.lit((whole - whole.dt.truncate("1d")).dt.total_seconds()).alias("join_clock"),
    )


def _first_join(bare: pl.DataFrame, day: date) -> datetime:
    """When people began to join on that day: where joins stand more than half a day apart, those of the morning are of the next."""
    clocks: list[int] = bare["joined_at_clock"].drop_nulls().sort().to_list()
    if clocks and clocks[-1] - clocks[0] > _HALF_A_DAY:
        clocks = [clock for clock in clocks if clock >= _HALF_A_DAY]
    return datetime(day.year, day.month, day.day) + timedelta(seconds=min(clocks, default=0))  # noqa: DTZ001 - local


def _seconds_of_day(text: pl.Expr) -> pl.Expr:
    parts = clean_number(text).str.to_lowercase().str.extract_groups(_TIME_OF_DAY)
    hour, minute, second = (parts.struct.field(name).cast(pl.Int64()) for name in ("hour", "minute", "second"))
    is_early, is_late = (
        pl.any_horizontal(parts.struct.field(name).is_not_null() for name in (half, f"{half}2"))
        for half in ("am", "pm")
    )
    of_day = pl.when(is_early | is_late).then(hour % 12 + 12 * is_late.cast(pl.Int64())).otherwise(hour)
    is_one = (of_day < 24) & (minute < 60) & (second.fill_null(0) < 60)
    return pl.when(is_one).then(of_day * 3600 + minute * 60 + second.fill_null(0))


FORMAT = IntervalsCsv()
