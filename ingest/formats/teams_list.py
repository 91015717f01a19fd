"""`live/teams_list`: the attendance list of a Teams meeting, a row a join or leave, in the language of who made it.

Joins and leaves become stays here; what a stay is beyond that lives in `live_stays`.
"""

import polars as pl

from ingest.formats.header_row import HeaderRow, find_header, first_rows
from ingest.formats.live_session import (
    LiveOptions,
    all_rows,
    delivered_texts,
    read_instants,
    read_rows,
    session_rows,
    with_session_id,
)
from ingest.formats.live_stays import settle_stays, spans_of
from ingest.formats.records import find_duplicates, reject
from ingest.formats.text_file import TextFile
from ingest.source import Delivery, DeliveryError, Parsed

# English, Portuguese (Portugal, Brazil), German.
_COLUMNS = {
    "person": frozenset({"full name", "nome completo", "vollständiger name"}),
    "action": frozenset(
        {
            "user action",
            "atividade",
            "ação",
            "ação do utilizador",
            "ação do usuário",
            "atividade do usuário",
            "benutzeraktion",
            "aktion",
            "aktivität",
        }
    ),
    "at": frozenset({"timestamp", "data e hora", "carimbo de data/hora", "carimbo de hora", "zeitstempel"}),
}
# "Joined before", "Entrou antes", "Vorher beigetreten": whoever was there when the list began has joined by then.
_JOIN = r"\b(joined|entrou|ingressou|aderiu|beigetreten|teilgenommen)\b"
_LEAVE = r"\b(left|saiu|verlassen|ausgetreten)\b"
_KNOWN = "Full Name, User Action and Timestamp in English, Portuguese or German"


class TeamsListOptions(LiveOptions):
    """Options of `teams_list`: the session (its id is the note's to give), `date_order` and `encoding`."""


class TeamsList:
    """Reads joins and leaves. The full name as written is the person; a list made while it ran leaves stays open."""

    name = "teams_list"
    version = 1
    needs_timezone = True
    options = TeamsListOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `live_sessions` and `live_stays`. Raises DeliveryError."""
        options = delivery.options_as(TeamsListOptions)
        files = [(file, _header(file)) for file in delivered_texts(delivery, options.encoding)]
        delivered = all_rows(
            [
                read_rows(file, header.positions, first_line=header.line, separator=header.separator)
                for file, header in files
            ]
        )
        label = files[0][1].cells[files[0][1].positions["at"] - 1]
        identified = with_session_id(delivered.rows, delivery, options.session)
        events = read_instants(identified, delivery, {"at": label}, options.date_order)
        action = pl.col("action").str.strip_chars().str.to_lowercase()
        judged = events.with_columns(
            pl.col("person").str.strip_chars().replace("", None),
            pl.when(action.str.contains(_JOIN)).then(1).when(action.str.contains(_LEAVE)).then(-1).alias("step"),
        )
        kept, rejected = reject(judged, _RULES)
        is_repeated = find_duplicates(kept.select("session_id", "person", "step", "at"))
        paired, alone = _pair(kept.filter(~is_repeated))
        stays = settle_stays(paired, delivery, options.session)
        spans = kept.select("session_id", "file", "line", pl.col("at").alias("first_at"), pl.col("at").alias("last_at"))
        return Parsed(
            tables={
                "live_sessions": session_rows(
                    pl.concat([spans_of(stays.rows), spans]),
                    delivery,
                    options.session,
                    basis="intervals",
                    identity="name",
                ),
                "live_stays": stays.rows,
            },
            records_read=delivered.records,
            records_duplicate=int(is_repeated.sum()),
            rejected=pl.concat([delivered.rejected, rejected, alone, stays.rejected]),
            unreadable=stays.unreadable,
        )


_RULES = {
    "missing_key": (
        pl.col("person").is_null() | (pl.col("at").is_null() & (pl.col("at_reason") != "bad_time")),
        "the name or the time is blank",
    ),
    "unreadable": (pl.col("step").is_null(), "the action is no known join or leave (English, Portuguese, German)"),
    "bad_time": (pl.col("at").is_null(), "the time is not a date and time that exists"),
}


def _header(file: TextFile) -> HeaderRow:
    header = find_header(file, _COLUMNS, required=_COLUMNS)
    if header is None:
        first = next((cells for separator in "\t,;" for _, cells in first_rows(file, separator) if len(cells) > 1), [])
        raise DeliveryError(
            f"{file.name}: no line names the columns of a Teams attendance list; found "
            f"{', '.join(map(repr, first[:10])) or 'no columns'}, expected {_KNOWN}; "
            "download the attendance list (not the summary report) again, in one of these languages"
        )
    return header


def _pair(events: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Stays of joins and leaves, and the leaves that no join precedes.

    A leave ends the latest join of that person that is still open: with two devices, or a leave that was lost, the
    stays whose end is known then cover no minute that the person may have been away.
    """
    ordered = events.with_row_index("row").sort("session_id", "person", "at", "row")
    person = ["session_id", "person"]
    # How many of the person's joins are open, were it never below 0: a leave that sinks it further has no join.
    balance = ordered.with_columns(pl.col("step").cum_sum().over(person).alias("balance"))
    floor = pl.col("balance").cum_min().clip(upper_bound=0)
    levelled = balance.with_columns(
        floor.over(person).alias("floor"), floor.shift(1, fill_value=0).over(person).alias("floor_before")
    )
    alone = (pl.col("step") < 0) & (pl.col("floor") < pl.col("floor_before"))
    _, rejected = reject(
        levelled.filter(alone), {"missing_key": (pl.lit(value=True), "a leave without a join before it")}
    )
    # On each level of nesting joins and leaves take turns. The balance is the level: it sinks only when all are closed.
    matched = levelled.filter(~alone).with_columns(
        (pl.col("balance") + (pl.col("step") < 0).cast(pl.Int64())).alias("level")
    )
    following = [
        pl.when(pl.col("step").shift(-1) < 0).then(pl.col(name).shift(-1)).over([*person, "level"]).alias(alias)
        for name, alias in (("at", "left_at"), ("at_ambiguous", "left_at_ambiguous"))
    ]
    stays = (
        matched.with_columns(following)
        .filter(pl.col("step") > 0)
        .sort("row")
        .select(
            "file", "line", "session_id", "person",
            pl.col("at").alias("joined_at"),
            pl.col("at_ambiguous").alias("joined_at_ambiguous"),
            pl.col("at_reason").alias("joined_at_reason"),
            "left_at",
            pl.col("left_at_ambiguous").fill_null(value=False),
            pl.lit(None, pl.String()).alias("left_at_reason"),
            (1 + pl.col("left_at").is_not_null().cast(pl.Int64())).alias("records"),
        )
    )  # fmt: skip
    return stays, rejected


FORMAT = TeamsList()
