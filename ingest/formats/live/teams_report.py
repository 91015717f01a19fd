"""`live/teams_report`: the attendance report of a Teams meeting or webinar, in any language, with its sections or without.

The in-meeting activities are the stays; the participants, who are said with their first join and last leave, are compared with
them. A report of one table has a row for each stay.
"""

import re
from collections.abc import Mapping
from itertools import pairwise

import polars as pl

from ingest.formats.live.live_attendance import FIGURES, INSTANCES, AttendanceFormat, Found, Given
from ingest.formats.live.live_session import STAFF, LiveOptions, Role, Rows, all_rows
from ingest.formats.live.live_words import DURATIONS, ROLES, TEAMS_ROLES
from ingest.formats.live.report_tables import (
    Pairs,
    ReportTable,
    european,
    looks_like_time,
    read_report,
    require_one_session,
)
from ingest.formats.text_file import TextFile
from ingest.source import NOTE, DeliveryError

_COLUMNS = {
    "name": frozenset({"name", "full name"}),
    "joined_at": frozenset({"join time", "first join"}),
    "left_at": frozenset({"leave time", "last leave"}),
    "duration": frozenset({"duration", "in-meeting duration", "in-meeting-duration"}),
    "id": frozenset({"email", "e-mail"}),
    "upn": frozenset({"participant id (upn)"}),
    "role": frozenset({"role"}),
}
_REGISTERED = r"regist|inscri|anmeld|angemeldet|mendaftar|terdaftar|kay.t|مسجل"
"""What a webinar calls those who had registered."""
_KNOWN = (
    "expected the attendance report with the columns Name, Join Time, Leave Time, Duration, Email, Role, in any language; the "
    "list of joins and leaves is format teams_list"
)


class TeamsReportOptions(LiveOptions):
    """Options of `teams_report`: those of every live format; the session's id is the note's to give."""


class TeamsReport(AttendanceFormat):
    """Reads stays. A person is their address where the report has it, else a guest known by name. The organizer is staff."""

    name = "teams_report"
    version = 15
    options = TeamsReportOptions
    roles = ROLES | TEAMS_ROLES

    def find(self, given: Given) -> Found:
        """The stays of every file, when the meeting was, and what Teams counts itself."""
        people: list[Rows] = []
        instances: list[pl.DataFrame] = []
        figures: list[pl.DataFrame] = []
        label = "Join Time"
        for file in given.files:
            report = read_report(file)
            tables = [(table, columns) for table in report.tables if (columns := _columns(table))]
            if not tables:
                raise DeliveryError(f"{file.name}: no line names the columns of a Teams report; {_KNOWN}")
            after, activities = 0, tables[-1][0].header
            # Each time that a meeting was started has its sections, one below the other.
            for table, columns in [found for found in tables if found[0].header == activities]:
                pairs = [pair for pair in report.pairs if after < pair[0] < table.line]
                lists = [found for found in tables if after < found[0].line < table.line]
                require_one_session(table)
                stays = table.rows(columns)
                label = table.header[columns["joined_at"] - 1]
                people.append(Rows(_described(stays.rows), stays.rejected))
                instances.append(_meeting(file, pairs))
                listed = lists[-1][0].rows(lists[-1][1]).rows if lists else None
                figures.append(_figures(file, pairs, stays.rows, listed))
                after = table.line
        _require_organizer(all_rows(people).rows, self.roles | given.options.roles)
        return Found(
            records=all_rows(people),
            times={"joined_at": label, "left_at": label},
            instances=pl.concat(instances),
            figures=pl.concat(figures),
        )


def _columns(table: ReportTable) -> dict[str, int] | None:
    """The columns of a table of people: by their English names, else by what stands in them.

    Teams writes the name first, then when the person joined and left, how long that was, the address and the role.
    """
    found = table.positions(_COLUMNS)
    if {"name", "joined_at", "left_at"} <= found.keys():
        return found
    times, addresses = table.columns_of("time"), table.columns_of("address")
    if len(times) < 2 or times[0] == 1:
        return None
    after = [position for position in table.columns_of("text") if position > times[1]]
    guessed = {"name": 1, "joined_at": times[0], "left_at": times[1]}
    if addresses:
        guessed["id"] = addresses[0]
    if len(addresses) > 1:
        guessed["upn"] = addresses[1]
    if after:
        guessed["role"] = min(after, key=lambda position: (table.distinct(position), position))
    if times[1] < len(table.header):
        guessed["duration"] = times[1] + 1
    return guessed


def _described(rows: pl.DataFrame) -> pl.DataFrame:
    absent = [
        pl.lit(None, pl.String()).alias(name) for name in ("id", "upn", "role", "duration") if name not in rows.columns
    ]
    whole = rows.with_columns(absent)
    minutes = pl.Series("minutes", [minutes_of(text) for text in whole["duration"].fill_null("")], pl.Float64())
    return whole.select(
        pl.coalesce(_written("id"), _written("upn")).alias("id"),
        "name",
        "joined_at",
        "left_at",
        "role",
        minutes,
        "file",
        "line",
    )


def _require_organizer(stays: pl.DataFrame, roles: Mapping[str, Role]) -> None:
    """Raise DeliveryError where roles have words that are not known, and none that is known says who leads the meeting."""
    words = stays.select("file", "line", pl.col("role").str.strip_chars().str.to_lowercase()).filter(
        pl.col("role") != ""
    )
    unknown = words.filter(~pl.col("role").is_in(list(roles)))
    if unknown.height and not any(roles.get(word) in STAFF for word in words["role"].unique()):
        file, line = unknown.select("file", "line").row(0)
        raise DeliveryError(
            f"{file}, line {line}: its words for roles are of a language that is not known, so that the organizer would be audience; "
            f"say in {NOTE} what they mean, under options.roles: {{<the word for organizer>: host, <that for attendee>: attendee}}"
        )


def _written(name: str) -> pl.Expr:
    return pl.col(name).str.strip_chars().replace("", None)


def _meeting(file: TextFile, pairs: Pairs) -> pl.DataFrame:
    """When the meeting started and ended: the first and second time that the summary tells."""
    times = [(line, value) for line, _, value in pairs if looks_like_time(value)]
    if not times:
        return INSTANCES.to_frame()
    ends = times[1][1] if len(times) > 1 else None
    row = {"starts_at": times[0][1], "ends_at": ends, "minutes": None, "file": file.name, "line": times[0][0]}
    return pl.DataFrame([row], schema=INSTANCES)


def _figures(file: TextFile, pairs: Pairs, stays: pl.DataFrame, listed: pl.DataFrame | None) -> pl.DataFrame:
    """How many people Teams counts, how many minutes, and how many participants have no activity."""
    counts = [
        (
            "registrants" if re.search(_REGISTERED, label.lower()) else "participants",
            float(european(value)),
            file.name,
            line,
        )
        for line, label, value in pairs
        if re.fullmatch(r"\s*\d{1,6}\s*", european(value))
    ]
    rows = list({count[0]: count for count in reversed(counts)}.values())
    people = stays if listed is None else listed
    first = people["line"][0] if people.height else 0
    if "duration" in people.columns:
        minutes = [minutes_of(text) for text in people["duration"].fill_null("")]
        if minutes and None not in minutes:
            rows.append(("attended_minutes", sum(filter(None, minutes)), file.name, first))
    if listed is not None:
        # A webinar lists who registered and did not come too.
        came = listed.filter(_written("joined_at").is_not_null())
        absent = came.join(stays, on=["name"], how="anti", nulls_equal=True).height
        rows.append(("participants_without_stay", float(absent), file.name, first))
    return pl.DataFrame(rows, schema=FIGURES, orient="row")


def minutes_of(text: str) -> float | None:
    """Minutes of a duration: `1h 42m 18s` in the words of any language, `01:42:18`, or decimal minutes; None where it is neither."""
    plain = european(text).lower().replace("\u00a0", " ").replace("\u202f", " ").strip()
    clock = re.fullmatch(r"(?:(\d+):)?(\d+):(\d{2})", plain)
    if clock is not None:
        hours, minutes, seconds = (float(part or 0) for part in clock.groups())
        return hours * 60 + minutes + seconds / 60
    parts = re.findall(r"(\d+(?:[.,]\d+)?)\s*(\D*)", plain)
    units = [_unit(word) for _, word in parts]
    if not parts or re.match(r"\D", plain):
        return None
    if len(parts) == 1 and not parts[0][1].strip():
        return float(parts[0][0].replace(",", "."))
    # A unit that is not smaller than the one before it was misread, as where the sign of hours is that of seconds elsewhere.
    if None in units or any(after >= before for before, after in pairwise(filter(None, units))):
        return None
    return sum(float(number.replace(",", ".")) * (unit or 0) for (number, _), unit in zip(parts, units, strict=True))


def _unit(word: str) -> float | None:
    """How many minutes the word of a duration stands for."""
    bare = word.strip(" .,و")
    found = [
        (len(start), minutes) for minutes, starts in DURATIONS.items() for start in starts if bare.startswith(start)
    ]
    return max(found)[1] if found else None


FORMAT = TeamsReport()
