"""What the formats of stays share: which records are stays, who was host, one row per stay. No file is read here."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from ingest.formats.live_session import Session
from ingest.formats.records import find_duplicates, reject, unreadable
from ingest.source import UNREADABLE, Delivery
from ingest.text import nothing

STAFF = ("host", "advocate", "moderator")
"""Roles that are not audience."""

_ROLES = {
    **dict.fromkeys(["attendee", "participant", "viewer", "audience", "guest"], "attendee"),
    **dict.fromkeys(["host", "co-host", "cohost", "alternative host", "organizer", "organiser"], "host"),
    **dict.fromkeys(["presenter", "speaker", "panelist", "panellist"], "host"),
    **dict.fromkeys(["moderator", "facilitator"], "moderator"),
    "advocate": "advocate",
}
_COUNTRY = r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$"
_KEY = ("session_id", "person_key", "joined_at")


@dataclass(frozen=True)
class Stays:
    """The frame of `live_stays` and what became of the other records."""

    rows: pl.DataFrame
    duplicates: int
    rejected: pl.DataFrame
    unreadable: pl.DataFrame


def settle_stays(read: pl.DataFrame, delivery: Delivery, session: Session, *, aliases: Sequence[str] = ()) -> Stays:
    """One row per stay, from a frame with a stay on each.

    The frame has `file`, `line`, `session_id`, `person` (the identity as text), `joined_at` and `left_at` as
    `read_instants` leaves them, and may have `role`, `country`, `is_name_only`, `records`, `is_in_waiting_room` and the
    columns of `aliases`, other names under which `session.hosts` may list the person.

    Stays of one person that begin at the same instant (two devices, or an export made again later) are one that lasts
    until the latest leave known; nothing is lost, since overlapping stays of a person count once.
    """
    kept, rejected = reject(_complete(read, delivery), _rules(session))
    described = kept.with_columns(_left_at_reason(), *_role(session, aliases), *_country())
    keyed = described.with_columns(delivery.pseudonyms.key(pl.col("person"), "person").alias("person_key"))
    table = delivery.source.table("live_stays")
    values = [name for name in table.schema.names() if name != "records"]
    is_duplicate = find_duplicates(keyed.select(values))
    distinct = keyed.filter(~is_duplicate)
    merged = distinct.group_by(_KEY, maintain_order=True).agg(
        pl.first("file", "line"),
        pl.col("left_at").max(),
        pl.col("role").sort_by(pl.col("role").is_in(STAFF), descending=True, maintain_order=True).drop_nulls().first(),
        pl.col("country").drop_nulls().first(),
        pl.col("is_name_only", "is_ambiguous_time").any(),
        pl.col("records").sum(),
    )
    return Stays(
        rows=merged.select(*table.schema.names(), "file", "line"),
        duplicates=int(is_duplicate.sum()),
        rejected=rejected,
        unreadable=pl.concat(
            [unreadable(distinct, ["left_at", "role", "country"]), _absent_hosts(distinct, session, aliases)]
        ),
    )


def as_identity(text: pl.Expr) -> pl.Expr:
    """An identity as written, but for the case of an e-mail address, which tells nobody apart."""
    bare = text.str.strip_chars()
    return pl.when(bare.str.contains(r"^\S+@\S+$")).then(bare.str.to_lowercase()).otherwise(bare)


def spans_of(stays: pl.DataFrame) -> pl.DataFrame:
    """When the events of each stay were, for `session_rows`."""
    return stays.select(
        "session_id",
        "file",
        "line",
        pl.col("joined_at").alias("first_at"),
        pl.max_horizontal("joined_at", "left_at").alias("last_at"),
    )


def _complete(read: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    absent = {
        "role": pl.lit(None, pl.String()),
        "country": pl.lit(None, pl.String()),
        "is_name_only": pl.lit(value=False),
        "is_in_waiting_room": pl.lit(value=False),
        "records": pl.lit(1, pl.Int64()),
    }
    whole = read.with_columns(value.alias(name) for name, value in absent.items() if name not in read.columns)
    return whole.with_columns(
        pl.col("person").str.strip_chars().replace("", None),
        _left_at(delivery).alias("left_at"),
        (pl.col("joined_at_ambiguous") | pl.col("left_at_ambiguous")).alias("is_ambiguous_time"),
    )


def _left_at(delivery: Delivery) -> pl.Expr:
    """A leave that would precede its join, in the hour the clocks showed twice, was in that hour's second run."""
    left = pl.col("left_at")
    if delivery.zone is None:
        return left
    zone = delivery.zone.key
    local = left.dt.convert_time_zone(zone).dt.replace_time_zone(None)
    second = local.dt.replace_time_zone(zone, ambiguous="latest", non_existent="null").dt.convert_time_zone("UTC")
    return pl.when(pl.col("left_at_ambiguous") & (left < pl.col("joined_at"))).then(second).otherwise(left)


def _rules(session: Session) -> dict[str, tuple[pl.Expr, str]]:
    blank_key = (
        pl.col("session_id").is_null()
        | pl.col("person").is_null()
        | (pl.col("joined_at").is_null() & (pl.col("joined_at_reason") != "bad_time"))
    )
    return {
        "waiting_room": (pl.col("is_in_waiting_room"), "a stay in the waiting room, which is not attendance"),
        "missing_key": (blank_key, "the session, the person or the time of joining is blank"),
        "unknown_session": (
            pl.col("session_id") != session.id if session.id is not None else pl.lit(value=False),
            "the row's session is another than the note's options.session.id",
        ),
        "bad_time": (pl.col("joined_at").is_null(), "the time of joining is not a date and time that exists"),
        "out_of_range": (
            pl.col("left_at") < pl.col("joined_at"),
            "the person left before joining; expected leave at or after join",
        ),
    }


def _left_at_reason() -> pl.Expr:
    """A blank leave is an open stay; only what is written and can't be read counts as unreadable."""
    return pl.when(pl.col("left_at_reason") == "bad_time").then(pl.lit("bad_time")).alias("left_at_reason")


def _role(session: Session, aliases: Sequence[str]) -> tuple[pl.Expr, pl.Expr]:
    written = pl.when(nothing(pl.col("role")).is_null()).then(pl.col("role").str.strip_chars().str.to_lowercase())
    known = written.replace_strict(_ROLES, default=None, return_dtype=pl.String())
    hosts = [host.strip().lower() for host in session.hosts]
    is_host = pl.any_horizontal(
        pl.col(name).str.strip_chars().str.to_lowercase().is_in(hosts).fill_null(value=False)
        for name in ("person", *aliases)
    )
    return (
        pl.when(is_host & ~known.is_in(STAFF).fill_null(value=False))
        .then(pl.lit("host"))
        .otherwise(known)
        .alias("role"),
        pl.when(written.is_not_null() & known.is_null()).then(pl.lit("unreadable")).alias("role_reason"),
    )


def _absent_hosts(stays: pl.DataFrame, session: Session, aliases: Sequence[str]) -> pl.DataFrame:
    """A host the note lists and no record names may be misspelt, and would then count as audience."""
    names = pl.concat([stays[name].str.strip_chars().str.to_lowercase() for name in ("person", *aliases)])
    absent = {host.strip().lower() for host in session.hosts} - set(names.unique())
    return pl.DataFrame([("role", "unknown_host", len(absent))] if absent else [], schema=UNREADABLE, orient="row")


def _country() -> tuple[pl.Expr, pl.Expr]:
    written = pl.when(nothing(pl.col("country")).is_null()).then(pl.col("country").str.strip_chars().str.to_uppercase())
    is_code = written.str.contains(_COUNTRY)
    return (
        pl.when(is_code).then(written).alias("country"),
        pl.when(~is_code).then(pl.lit("unreadable")).alias("country_reason"),
    )
