"""What the formats of attendance share: which records are stays, who is staff, one row per stay. No file is read here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from ingest.formats.live.live_session import LONGEST, STAFF, LiveOptions, Role
from ingest.formats.live.live_times import leaves_after_joins, unresolved
from ingest.formats.records import find_duplicates, is_not_written, reject, unreadable
from ingest.reasons import Reason
from ingest.source import LINEAGE, UNREADABLE, Delivery
from ingest.spelling import spelling
from ingest.text import nothing
from ingest.zone_names import HOW_ZONES_ARE_READ

_BEGINNING = ["session_id", "person_key", "joined_at"]
_KEY = [*_BEGINNING, "device"]
_ONE_DEVICE = pl.lit(1, pl.Int64()).alias("device")
_ADDRESS = r"^\S+@\S+$"
_HIDDEN = r"^(?:\S*[*\u2022\u2026]\S*@\S+|\S+@\S*[*\u2022\u2026]\S*)$"
_WHOLE = r"^([0-9]+)\.0+$"
"""A whole number that a tool wrote with a point: id 100 as `100.0`."""
_NOBODYS_NAME = (
    r"(?i)^(?:(?:.*[\s'\x{2019}])?(?:iphone|ipad|galaxy|samsung|huawei|xiaomi|redmi|oppo|android|tablet|telephone|phone|laptop|macbook|chromebook)(?:\W.*)?"
    r"|(?:zoom |teams |unknown |anonymous )?(?:guest|visitor|user|participant|gast|invité|invitado|convidado|ospite|misafir|tamu|гость|"
    r"ضيف|زائر|مستخدم|ゲスト|访客|게스트|אורח)(?: ?\([^()]*\))?)$"
)
"""What devices, and people who give no name, are called."""
_COUNTRY = r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$"


@dataclass(frozen=True)
class Stays:
    """The frame of `live_stays` and what became of the other records."""

    rows: pl.DataFrame
    duplicates: int
    rejected: pl.DataFrame
    unreadable: pl.DataFrame


def identify(records: pl.DataFrame, *, names_are_people: bool) -> pl.DataFrame:
    """The records with `person` and `identity`: an id, or a name.

    An id (an e-mail address in any case) is the person. Where a format knows people by name alone, the full name is the
    person, but for that of a device or guest. Elsewhere a name without an id is that of a guest, whom a second guest may be
    called like. A word among addresses that several names share, such as `anonymous`, is no id, and beside a name neither is an
    address of which letters are hidden: `la***@x.org`.
    """
    absent = [pl.lit(None, pl.String()).alias(name) for name in ("id", "name") if name not in records.columns]
    known = records.with_columns(absent).with_columns(
        pl.when(nothing(pl.col("id")).is_null()).then(spelling(pl.col("id")).str.replace(_WHOLE, "${1}")).alias("id"),
        spelling(pl.col("name")),
    )
    is_hidden = pl.col("id").str.contains(_HIDDEN) & pl.col("name").is_not_null()
    known = known.with_columns(pl.when(~is_hidden.fill_null(value=False)).then("id").alias("id"))
    is_address = pl.col("id").str.contains(_ADDRESS)
    if words := _shared_words(known):
        known = known.with_columns(pl.when(~pl.col("id").is_in(words)).then("id").alias("id"))
    is_person = pl.lit(names_are_people) & ~pl.col("name").str.contains(_NOBODYS_NAME)
    by_name = pl.when(is_person).then("name").otherwise(pl.concat_str(pl.lit("name:"), "name"))
    return known.with_columns(
        pl.coalesce(pl.when(is_address).then(pl.col("id").str.to_lowercase()).otherwise("id"), by_name).alias("person"),
        pl.when(pl.col("id").is_not_null())
        .then(pl.lit("id"))
        .when(is_person)
        .then(pl.lit("name"))
        .otherwise(pl.lit("guest"))
        .alias("identity"),
    )


def _shared_words(known: pl.DataFrame) -> list[str]:
    """The ids that are no addresses and stand beside several names, where as many ids or more are addresses."""
    distinct = known["id"].drop_nulls().unique()
    is_address = distinct.str.contains(_ADDRESS)
    words = distinct.filter(~is_address)
    if words.is_empty() or words.len() > is_address.sum():
        return []
    named = known.filter(pl.col("id").is_in(words)).group_by("id").agg(pl.col("name").drop_nulls().n_unique())
    return named.filter(pl.col("name") > 1)["id"].to_list()


def settle_stays(read: pl.DataFrame, delivery: Delivery, options: LiveOptions, roles: Mapping[str, Role]) -> Stays:
    """One row per stay, from a frame with a stay on each.

    The frame has `file`, `line`, `session_id`, the columns of `identify`, `joined_at`, `left_at` and `is_far` as
    `live_times` leaves them, and may have `role`, `country`, `records` and `is_in_waiting_room`.

    Stays of one person that begin at the same instant (two devices, or an export made again later) are one that lasts
    until the latest leave known; nothing is lost, since overlapping stays of a person count once. Guests of one name may be
    several people: theirs stay apart, numbered by `device`.
    """
    kept, rejected = reject(_complete(read, delivery), _rules(options))
    words = _with_several(kept["role"], {**roles, **options.roles})
    described = kept.with_columns(_left_at_reason(), *_role(options, words), *_country())
    keyed = described.with_columns(
        delivery.pseudonyms.key(pl.col("person"), "person").alias("person_key"),
        pl.col("role").is_in(STAFF).fill_null(value=False).alias("is_staff"),
        (pl.col("joined_at_ambiguous") | pl.col("left_at_ambiguous")).alias("is_ambiguous_time"),
    )
    table = delivery.source.table("live_stays")
    # Only stays that begin as another one does can repeat it, be merged with it or need a number.
    is_shared = keyed.select(pl.struct(_BEGINNING).hash().is_duplicated()).to_series()
    alone, together = keyed.filter(~is_shared).with_columns(_ONE_DEVICE), keyed.filter(is_shared)
    values = [name for name in table.schema.names() if name not in ("records", "device")]
    is_duplicate = find_duplicates(together.select(values))
    numbered = _with_devices(together.filter(~is_duplicate))
    columns = [*table.schema.names(), *LINEAGE]
    rows = pl.concat([alone.select(columns), _merged(numbered).select(columns)])
    distinct = pl.concat([alone, numbered.select(alone.columns)])
    return Stays(
        rows=rows.sort(*LINEAGE) if together.height else rows,
        duplicates=int(is_duplicate.sum()),
        rejected=rejected,
        unreadable=pl.concat(
            [
                unreadable(distinct, ["left_at", "role", "country"]),
                unresolved(distinct, ["joined_at", "left_at"]),
                _absent_hosts(distinct, options),
            ]
        ),
    )


def spans_of(stays: pl.DataFrame) -> pl.DataFrame:
    """When the events of each stay were and who it tells apart, for `session_rows`."""
    return stays.select(
        "session_id",
        "file",
        "line",
        pl.col("joined_at").alias("first_at"),
        pl.max_horizontal("joined_at", "left_at").alias("last_at"),
        pl.when(pl.col("identity") == "id").then(pl.lit("id")).otherwise(pl.lit("name")).alias("identity"),
    )


def _complete(read: pl.DataFrame, delivery: Delivery) -> pl.DataFrame:
    absent = {
        "role": pl.lit(None, pl.String()),
        "country": pl.lit(None, pl.String()),
        "is_in_waiting_room": pl.lit(value=False),
        "records": pl.lit(1, pl.Int64()),
    }
    whole = read.with_columns(value.alias(name) for name, value in absent.items() if name not in read.columns)
    return leaves_after_joins(whole, delivery.zone)


def _rules(options: LiveOptions) -> dict[Reason, tuple[pl.Expr, str]]:
    session_id = options.session.id
    blank_key = pl.col("session_id").is_null() | pl.col("person").is_null() | is_not_written("joined_at")
    return {
        Reason.WAITING_ROOM: (pl.col("is_in_waiting_room"), "a stay in the waiting room, which is not attendance"),
        Reason.MISSING_KEY: (blank_key, "the session, the person or the time of joining is blank"),
        Reason.UNKNOWN_SESSION: (
            pl.col("session_id") != session_id if session_id is not None else pl.lit(value=False),
            "the row's session is another than the note's options.session.id",
        ),
        Reason.BAD_TIME: (
            pl.col("joined_at").is_null(),
            f"the time of joining is not one that the clocks of the zone showed; {HOW_ZONES_ARE_READ}",
        ),
        Reason.TOO_LONG: (pl.col("left_at") - pl.col("joined_at") > LONGEST, "the stay lasts longer than 24 hours"),
        Reason.OUT_OF_RANGE: (
            pl.col("is_far") | (pl.col("left_at") < pl.col("joined_at")),
            "the stay is more than a day from its session, or ends before it begins",
        ),
    }


def _left_at_reason() -> pl.Expr:
    """A blank leave is an open stay; only what is written and can't be read counts as unreadable."""
    return pl.when(pl.col("left_at_reason") == Reason.BAD_TIME).then(pl.lit(Reason.BAD_TIME)).alias("left_at_reason")


def _with_several(written: pl.Series, words: Mapping[str, Role]) -> Mapping[str, Role]:
    """The words for roles with those that name several, such as host and presenter: staff where one of them says so."""
    several: dict[str, Role] = {}
    for text in written.unique().drop_nulls():
        plain = " ".join(text.lower().split())
        known = [words[part] for part in re.split(r"\s*[,;/|+&]\s*", plain) if part in words]
        if known and plain not in words:
            several[plain] = next((role for role in known if role in STAFF), known[0])
    return {**words, **several}


def _role(options: LiveOptions, words: Mapping[str, Role]) -> tuple[pl.Expr, pl.Expr]:
    plain = pl.col("role").str.strip_chars().str.replace_all(r"\s+", " ").str.to_lowercase()
    written = pl.when(nothing(pl.col("role")).is_null()).then(plain)
    known = written.replace_strict(words, default=None, return_dtype=pl.String())
    is_host = pl.any_horizontal(
        pl.col(name).str.to_lowercase().is_in(_hosts(options)).fill_null(value=False) for name in ("id", "name")
    )
    return (
        pl.when(is_host & ~known.is_in(STAFF).fill_null(value=False))
        .then(pl.lit("host"))
        .otherwise(known)
        .alias("role"),
        pl.when(written.is_not_null() & known.is_null()).then(pl.lit(Reason.UNREADABLE)).alias("role_reason"),
    )


def _hosts(options: LiveOptions) -> list[str]:
    written = pl.Series(options.session.hosts, dtype=pl.String())
    return pl.select(spelling(pl.lit(written)).str.to_lowercase()).to_series().drop_nulls().to_list()


def _absent_hosts(stays: pl.DataFrame, options: LiveOptions) -> pl.DataFrame:
    """A host the note lists and no record names may be misspelt, and would then count as audience."""
    hosts = set(_hosts(options))
    if not hosts:
        return UNREADABLE.to_frame()
    present = stays.select(pl.concat([pl.col("id"), pl.col("name")]).str.to_lowercase().unique()).to_series()
    absent = hosts - set(present)
    return pl.DataFrame([("role", Reason.UNKNOWN_HOST, len(absent))] if absent else [], schema=UNREADABLE, orient="row")


def _country() -> tuple[pl.Expr, pl.Expr]:
    written = pl.when(nothing(pl.col("country")).is_null()).then(pl.col("country").str.strip_chars().str.to_uppercase())
    is_code = written.str.contains(_COUNTRY)
    return (
        pl.when(is_code).then(written).alias("country"),
        pl.when(~is_code).then(pl.lit(Reason.UNREADABLE)).alias("country_reason"),
    )


def _with_devices(stays: pl.DataFrame) -> pl.DataFrame:
    """The stays with `device`: 1, and 2, 3 ... for guests of one name who joined at the same instant."""
    counted = pl.int_range(1, pl.len() + 1, dtype=pl.Int64()).over(_BEGINNING)
    return stays.with_columns(
        pl.when(pl.col("identity") == "guest").then(counted).otherwise(_ONE_DEVICE).alias("device")
    )


def _merged(stays: pl.DataFrame) -> pl.DataFrame:
    """One row per key. Only keys that occur more than once are put together."""
    is_repeated = stays.select(pl.struct(_KEY).is_duplicated()).to_series()
    together = (
        stays.filter(is_repeated)
        .group_by(_KEY, maintain_order=True)
        .agg(
            pl.first("file", "line", "identity"),
            pl.col("left_at").max(),
            pl.col("role").sort_by("is_staff", descending=True, maintain_order=True).drop_nulls().first(),
            pl.col("country").drop_nulls().first(),
            pl.col("is_staff", "is_ambiguous_time").any(),
            pl.col("records").sum(),
        )
    )
    return pl.concat([stays.filter(~is_repeated).select(together.columns), together])
