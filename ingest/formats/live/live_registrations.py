"""Registrations for live sessions: one row per session and person, whatever report they come from. No file is read here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from ingest.formats.live.live_session import LiveOptions, Status
from ingest.formats.live.live_times import unresolved
from ingest.formats.live.live_words import STATUSES
from ingest.formats.records import find_duplicates, reject, unreadable
from ingest.formats.yes_no import NO, YES
from ingest.reasons import Reason
from ingest.source import INSTANT, LINEAGE, REJECTED, UNREADABLE, Delivery
from ingest.text import nothing

_STATUSES: dict[str, Status] = {word: status for status, words in STATUSES.items() for word in words.split(", ")}
_ANSWERS = {
    **dict.fromkeys([*YES, "y", "attended"], True),
    **dict.fromkeys([*NO, "n", "absent", "missed", "no show", "no-show", "did not attend"], False),
}
_KEY = ["session_id", "person_key"]
_SPANS = pl.Schema(
    {"session_id": pl.String(), **LINEAGE, "first_at": INSTANT, "last_at": INSTANT, "identity": pl.String()}
)


@dataclass(frozen=True)
class Registrations:
    """The frame of `live_registrations` and what became of the other records; without one, those of a report of stays."""

    rows: pl.DataFrame | None = None
    duplicates: int = 0
    rejected: pl.DataFrame = field(default_factory=REJECTED.to_frame)
    unreadable: pl.DataFrame = field(default_factory=UNREADABLE.to_frame)

    @property
    def spans(self) -> pl.DataFrame:
        """The sessions that people registered for, for `session_rows`: a registration is no event of its session."""
        if self.rows is None:
            return _SPANS.to_frame()
        return self.rows.select("session_id", *LINEAGE).match_to_schema(_SPANS, missing_columns="insert")


def settle_registrations(read: pl.DataFrame, delivery: Delivery, options: LiveOptions) -> Registrations:
    """One row per session and person, from a frame with a registration on each.

    The frame has `file`, `line`, `session_id`, `person` and `identity`, and may have `registered_at` as `live_times` leaves it,
    `status`, `channel`, `has_attended`, and `is_stay`: that its record is counted among the stays already.
    Of several registrations of a person the last one counts.
    """
    table = delivery.source.table("live_registrations")
    kept, rejected = reject(_complete(read), _rules(options))
    keyed = kept.with_columns(
        delivery.pseudonyms.key(pl.col("person"), "person").alias("person_key"),
        *_word("status", _STATUSES),
        *_word("has_attended", _ANSWERS),
        pl.when(nothing(pl.col("channel")).is_null()).then(pl.col("channel").str.strip_chars()).alias("channel"),
        pl.col("registered_at_ambiguous").alias("is_ambiguous_time"),
        (~pl.col("is_stay")).cast(pl.Int64()).alias("records"),
    )
    values = [name for name in table.schema.names() if name != "records"]
    is_record = pl.col("records") > 0
    is_repeated = find_duplicates(keyed.select(values))
    distinct = keyed.filter(~is_repeated)
    last = distinct.select(pl.struct(_KEY).is_last_distinct()).to_series()
    _, conflicting = reject(
        distinct.filter(~last & distinct["records"].cast(pl.Boolean())),
        {Reason.CONFLICTING_KEY: (pl.lit(value=True), "the person registered again later in the files, which counts")},
    )
    rows = distinct.filter(last)
    return Registrations(
        rows=rows.select(*table.schema.names(), *LINEAGE),
        duplicates=keyed.filter(is_repeated).select(is_record.sum()).item(),
        rejected=pl.concat([rejected, conflicting]),
        unreadable=pl.concat(
            [unreadable(rows, ["registered_at", "status", "has_attended"]), unresolved(rows, ["registered_at"])]
        ),
    )


def _complete(read: pl.DataFrame) -> pl.DataFrame:
    absent = {
        **dict.fromkeys(["status", "channel", "has_attended"], pl.lit(None, pl.String())),
        "registered_at": pl.lit(None, INSTANT),
        "registered_at_ambiguous": pl.lit(value=False),
        "registered_at_reason": pl.lit(None, pl.String()),
        "is_stay": pl.lit(value=False),
    }
    return read.with_columns(value.alias(name) for name, value in absent.items() if name not in read.columns)


def _rules(options: LiveOptions) -> dict[Reason, tuple[pl.Expr, str]]:
    session_id, is_record = options.session.id, ~pl.col("is_stay")
    blank = pl.col("session_id").is_null() | pl.col("person").is_null()
    other = pl.col("session_id") != session_id if session_id is not None else pl.lit(value=False)
    return {
        Reason.MISSING_KEY: (is_record & blank, "the session or the person is blank"),
        Reason.UNKNOWN_SESSION: (is_record & other, "the row's session is another than the note's options.session.id"),
    }


def _word(name: str, meanings: Mapping[str, object]) -> tuple[pl.Expr, pl.Expr]:
    # A Turkish capital keeps its dot above the small letter.
    plain = pl.col(name).str.strip_chars().str.to_lowercase().str.replace_all("\u0307", "", literal=True)
    plain = plain.str.replace_all("_", " ", literal=True)
    written = pl.when(nothing(pl.col(name)).is_null()).then(plain)
    dtype = pl.Boolean() if name.startswith("has_") else pl.String()
    known = written.replace_strict(meanings, default=None, return_dtype=dtype)
    is_unknown = written.is_not_null() & known.is_null()
    return known.alias(name), pl.when(is_unknown).then(pl.lit(Reason.UNREADABLE)).alias(f"{name}_reason")
