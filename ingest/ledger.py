"""The ledger: every version of every delivery, and which of them are in effect. Rules only; who fills it is in `ingestion`.

A row keeps what happened to a version when it was read (`outcome`); `status`, `is_current` and `reason` follow from all rows
together, so that a withdrawn replacement brings back what it had replaced.
"""

import hashlib

import polars as pl

from ingest.files import write_atomically
from ingest.home import Home
from ingest.source import INSTANT, Column

LEDGER_COLUMNS = {
    "source": Column(pl.String(), "Source, as in the landing folder."),
    "landed_on": Column(pl.Date(), "Day on which the delivery landed."),
    "delivery": Column(pl.String(), "Name of the delivery's folder."),
    "version": Column(pl.Int64(), "1 for the first content seen under this name; a changed content is a new version."),
    "is_current": Column(pl.Boolean(), "Whether this is the newest version of the delivery."),
    "format": Column(pl.String(), "File format its note names."),
    "campaign_id": Column(pl.String(), "Campaign its note names."),
    "supplier": Column(pl.String(), "Who delivered it, as its note says."),
    "records_read": Column(pl.Int64(), "Records found in its files; NULL where they could not be read."),
    "records_loaded": Column(pl.Int64(), "Records that are in the lake."),
    "records_rejected": Column(pl.Int64(), "Records left out; meta.rejected_records says why."),
    "records_duplicate": Column(pl.Int64(), "Records equal to an earlier one of the same delivery."),
    "status": Column(pl.String(), "loaded (in effect), held, refused or superseded."),
    "reason": Column(pl.String(), "Why it is not loaded."),
    "content_hash": Column(pl.String(), "SHA-256 of files and note; NULL where they could not be opened."),
    "reader_version": Column(pl.Int64(), "Version of the format's reader."),
    "rows_hash": Column(pl.String(), "Hash of content and reader version: equal hashes, equal rows."),
    "folder_signature": Column(
        pl.String(), "Cheap sign that the folder may have changed: names, sizes and times of its files."
    ),
    "note_keys": Column(pl.String(), "Keys of its note, without their values, a line each."),
    "whole_files": Column(pl.Int64(), "How many of its files end with a line break."),
    "warning": Column(pl.String(), "What it lacks that the version taken in before it had."),
    "refusal_context": Column(
        pl.String(), "Hash of what a delivery may be refused for that stands outside its own folder."
    ),
    "first_event_at": Column(INSTANT, "First instant that its rows carry, UTC; NULL where they carry none."),
    "last_event_at": Column(INSTANT, "Last instant that its rows carry, UTC; NULL where they carry none."),
    "doubted": Column(
        pl.String(),
        "Columns that were looked up in the campaign's other deliveries; ! marks those that they proved wrong.",
    ),
    "lake_files": Column(
        pl.List(pl.Struct({"table": pl.String(), "rows": pl.Int64(), "bytes": pl.Int64(), "fingerprint": pl.String()})),
        "What it put into the lake, by which a file that is missing or damaged is noticed, and a delivery that repeats another one.",
    ),
    "replaces_landed_on": Column(pl.Date(), "Day on which the delivery landed that it takes the place of."),
    "replaces_delivery": Column(pl.String(), "Name of the delivery that it takes the place of."),
    "outcome": Column(pl.String(), "What happened when it was read: accepted, held, refused or withdrawn."),
    "outcome_reason": Column(pl.String(), "Why it was held, refused or withdrawn."),
    "ingested_at": Column(INSTANT, "When this version was read, UTC."),
    "run_id": Column(pl.String(), "Run that read it."),
}

LEDGER = pl.Schema({name: column.dtype for name, column in LEDGER_COLUMNS.items()})
"""Only what has the status `loaded` is in effect."""

DELIVERY_ID = ["source", "landed_on", "delivery"]


class LedgerError(Exception):
    """The ledger cannot be trusted. Stops the run; nothing has been changed."""


def read_ledger(home: Home) -> pl.DataFrame:
    """The ledger of a home; empty where nothing was ever ingested. Raises LedgerError where it is damaged.

    One of an older layout lacks the hashes and bounds of today, so that everything that is still in landing is read again.
    """
    if not home.ledger.exists():
        return LEDGER.to_frame()
    try:
        return pl.read_parquet(home.ledger, memory_map=False).match_to_schema(
            LEDGER, missing_columns="insert", missing_struct_fields="insert", extra_columns="ignore"
        )
    except PermissionError:
        raise  # it may be whole
    except (OSError, pl.exceptions.PolarsError) as error:
        raise LedgerError(
            f"{home.ledger} is damaged ({type(error).__name__}), expected the ledger as it was written; put back a copy of it, or "
            f"make lake and ledger anew from landing: campaign rebuild --home {home.root}"
        ) from error


def write_ledger(home: Home, ledger: pl.DataFrame) -> None:
    """Replace the ledger atomically, statuses settled."""
    write_atomically(settle(ledger).sort("landed_on", "source", "delivery", "version"), home.ledger)


def settle(ledger: pl.DataFrame) -> pl.DataFrame:
    """Derive `is_current`, `status` and `reason` from the outcomes.

    In effect is the last accepted version of a delivery, unless a later version withdrew the delivery, or an accepted delivery
    takes its place, directly or by taking the place of one that did. A version that was held or refused leaves the one before
    it in effect.
    """
    decisive = (
        ledger.filter(pl.col("outcome").is_in(["accepted", "withdrawn"]))
        .group_by(DELIVERY_ID)
        .agg(
            pl.col("version").max().alias("decisive_version"),
            pl.col("outcome").sort_by("version").last().name.prefix("decisive_"),
        )
    )
    accepted, last = pl.col("outcome") == "accepted", pl.col("version") == pl.col("decisive_version")
    in_effect = accepted & last & pl.col("replaced_by").is_null()
    return (
        ledger.join(decisive, on=DELIVERY_ID, how="left")
        .join(_replaced(ledger, decisive), on=DELIVERY_ID, how="left")
        .with_columns(
            (pl.col("version") == pl.col("version").max().over(DELIVERY_ID)).alias("is_current"),
            pl.when(in_effect)
            .then(pl.lit("loaded"))
            .when(pl.col("outcome").is_in(["accepted", "withdrawn"]))
            .then(pl.lit("superseded"))
            .otherwise(pl.col("outcome"))
            .alias("status"),
            pl.when(in_effect)
            .then(pl.lit(None, pl.String()))
            .when(pl.col("outcome").is_in(["held", "refused"]))
            .then(pl.col("outcome_reason"))
            .when((pl.col("decisive_outcome") == "withdrawn") & (accepted | last))
            .then(pl.lit("withdrawn by its note"))
            .when(~last)
            .then(pl.format("version {} took its place", pl.col("decisive_version")))
            .otherwise(pl.format("replaced by {}", pl.col("replaced_by")))
            .alias("reason"),
        )
        .match_to_schema(LEDGER, extra_columns="ignore")
    )


def _replaced(ledger: pl.DataFrame, decisive: pl.DataFrame) -> pl.DataFrame:
    """The deliveries whose place an accepted one takes, and by which: of a chain, by its end.

    What a delivery replaces is what its accepted version says. One that was withdrawn, held or refused is still a link of a
    chain, as the last note that named what it replaces said it.
    """
    place = ["source", "replaces_landed_on", "replaces_delivery"]
    is_accepted = pl.col("decisive_outcome") == "accepted"
    links = (
        ledger.join(decisive, on=DELIVERY_ID, how="left")
        .filter(
            pl.when(is_accepted)
            .then(pl.col("version") == pl.col("decisive_version"))
            .otherwise(pl.col("replaces_delivery").is_not_null())
        )
        .sort("version")
        .unique(DELIVERY_ID, keep="last")
        .filter(pl.col("replaces_delivery").is_not_null(), pl.col("replaces_landed_on") < pl.col("landed_on"))
        .select(*DELIVERY_ID, *place[1:], is_accepted.fill_null(value=False).alias("is_accepted"))
    )
    name = pl.format("{}/{}", "landed_on", "delivery").alias("replaced_by")
    reached = links.filter("is_accepted").select(*place, pl.col("landed_on").alias("from"), name)
    found = [reached]
    while reached.height:
        # Every step goes to an earlier day, so that it comes to an end.
        next_place = {name: pl.col(f"{name}_next") for name in place[1:]}
        reached = reached.join(links, left_on=place, right_on=DELIVERY_ID, suffix="_next").select(
            "source", "from", "replaced_by", **next_place
        )
        reached = reached.select(found[0].columns)
        found.append(reached)
    return (
        pl.concat(found)
        .sort("from", "replaced_by")
        .group_by("source", landed_on=place[1], delivery=place[2])
        .agg(pl.col("replaced_by").last())
    )


def in_effect(ledger: pl.DataFrame) -> pl.DataFrame:
    """The versions whose rows are in the marts."""
    return ledger.filter(pl.col("status") == "loaded")


def ledger_hash(ledger: pl.DataFrame) -> str:
    """A hash of everything a publication shows of the ledger; equal hashes mean that there is nothing new to publish."""
    shown = ledger.sort(*DELIVERY_ID, "version").select(*DELIVERY_ID, "version", "status", "rows_hash")
    return hashlib.sha256(shown.write_csv().encode()).hexdigest()
