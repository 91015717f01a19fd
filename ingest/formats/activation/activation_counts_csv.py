"""`activation/activation_counts_csv`: one row a count that a platform or partner made itself, of an activation on a date."""

from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingest.countries import country_code
from ingest.formats.activation.activation_vocabulary import KNOWN, event_names
from ingest.formats.date_order import read_instants
from ingest.formats.records import is_not_written, names_a_total, reject, settle_repeats, unreadable
from ingest.formats.text_file import Place, only_positions, read_columns, text_files
from ingest.instants import SPELLINGS, DateOrder, spelt_out
from ingest.reasons import Reason
from ingest.source import INSTANT, LINEAGE, Delivery, DeliveryError, Parsed
from ingest.spelling import spelling
from ingest.text import in_unit, nothing, parse_count

_COUNTS = ("events", "unique_people")
_ZONE = r"\s*(?i:z|utc|gmt|[+-][0-9]{2}:?[0-9]{2})$"
_MIDNIGHT = rf"[Tt ]+00:00(?::00(?:\.0+)?)?{_ZONE}"
_INSTANT = rf"[0-9][Tt ]+[0-9]{{1,2}}:[0-9]{{2}}(?::[0-9]{{2}}(?:\.[0-9]+)?)?{_ZONE}"
_SECONDS_OF_A_DAY = 86_400
_ALL = (
    r"^(?i:(?:all|alle|tous|toutes|todos|todas|tutti|tutte|semua|tüm|جميع|كل)(?:\s+\p{L}+)?|worldwide|global|overall|"
    r"mena(?:\s+region)?|middle east(?:\W+(?:and\s+)?north africa)?(?:\s+\(mena\))?|arab world|الشرق الأوسط(?:\s+وشمال [إا]فريقيا)?|"
    r"hepsi|الكل)$"
)
"""How people call all assets or markets together."""


class Columns(BaseModel):
    """Our names to theirs, or positions, the first being 1."""

    model_config = ConfigDict(extra="forbid")

    date: Place
    activation: Place | None = None
    asset_id: Place | None = None
    market: Place | None = None
    events: Place | None = None
    unique_people: Place | None = None


class ActivationCountsCsvOptions(BaseModel):
    """Options of `activation_counts_csv`. `activation` and `market` are constants for files that hold no such column."""

    model_config = ConfigDict(extra="forbid")

    columns: Columns
    activation: str | None = None
    market: str | None = Field(default=None, pattern="^[A-Z]{2}$")
    header: bool = True
    skip_rows: int = Field(default=0, ge=0)
    date_order: DateOrder | None = None
    encoding: str | None = None

    @model_validator(mode="after")
    def _says_what(self) -> "ActivationCountsCsvOptions":
        if (self.columns.activation is None) == (self.activation is None):
            raise ValueError("expected either columns.activation or a constant activation, and not both")
        if self.columns.market is not None and self.market is not None:
            raise ValueError("found columns.market and a constant market, expected one of them")
        if self.columns.events is None and self.columns.unique_people is None:
            raise ValueError("columns name neither events nor unique_people, expected one of them")
        if not self.header:
            only_positions(self.columns)
        return self


class ActivationCountsCsv:
    """Reads counts. What a partner does not tell apart, such as the market, is NULL."""

    name = "activation_counts_csv"
    version = 23
    needs_timezone = False
    options = ActivationCountsCsvOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills `activation_counts`. Raises DeliveryError."""
        options = delivery.options_as(ActivationCountsCsvOptions)
        mapped = options.columns.model_dump(exclude_none=True)
        first_line = options.skip_rows + 1 if options.skip_rows or not options.header else None
        files = [
            read_columns(file, mapped, has_header=options.header, first_line=first_line)
            for file in text_files(delivery, options.encoding)
        ]
        if not files:
            raise DeliveryError(f"{delivery.files[0].name}: holds no file; expected delimited text; deliver it again")
        summed = pl.concat([_without_sums(file.rows, mapped) for file in files])
        delivered = _in_own_calendar(summed.with_columns(spelt_out(summed["date"])))
        dated = read_instants(delivered, {"date": str(options.columns.date)}, ZoneInfo("UTC"), options.date_order)
        table = delivery.source.table("activation_counts")
        counted = _counted(dated, options)
        _require_days(counted, table.key)
        # Rows of different unknown countries would be taken for one.
        is_merged = pl.col("market_reason").is_not_null() & (pl.col("market_written").n_unique().over(table.key) > 1)
        accepted, rejected = reject(counted.with_columns(is_merged.fill_null(value=False).alias("is_merged")), _RULES)
        settled = settle_repeats(accepted, table.key, _COUNTS)
        return Parsed(
            tables={table.name: settled.rows.select(*table.schema.names(), *LINEAGE)},
            records_read=delivered.height + sum(file.rejected.height for file in files),
            records_duplicate=settled.duplicates,
            rejected=pl.concat([*(file.rejected for file in files), rejected, settled.rejected]),
            unreadable=unreadable(settled.rows, [name for name in ("market", *_COUNTS) if name in mapped]),
        )


def _without_sums(rows: pl.DataFrame, mapped: Mapping[str, Place]) -> pl.DataFrame:
    """The rows but for those that sum up others: all activations, or the assets or markets of one, which stand beside them."""
    is_sum = pl.lit(value=False)
    for name in {"date", "activation"} & mapped.keys():
        is_sum |= names_a_total(pl.col(name))
    apart = [name for name in ("asset_id", "market") if name in mapped]
    for name in apart:
        is_total = names_a_total(pl.col(name)) | pl.col(name).str.strip_chars().str.contains(_ALL)
        is_told = nothing(pl.col(name)).is_null()
        same = [other for other in ("date", "activation", *apart) if other in mapped and other != name]
        is_sum |= is_total & (is_told & ~is_total).any().over(same)
    return rows.filter(~is_sum.fill_null(value=False))


def _in_own_calendar(rows: pl.DataFrame) -> pl.DataFrame:
    """The rows with dates that no zone moves, as they are of the counter's own calendar.

    Raises DeliveryError where a date is an instant within a day, which may be midnight elsewhere.
    """
    dates = rows.with_columns(pl.col("date").str.replace(_MIDNIGHT, ""))
    seconds = pl.col("date").str.extract(r"^([0-9]{9,10})(?:[0-9]{3}){0,2}(?:\.0+)?$").cast(pl.Int64(), strict=False)
    is_within_a_day = (seconds % _SECONDS_OF_A_DAY != 0).fill_null(value=False)
    instants = dates.filter(pl.col("date").str.contains(_INSTANT).fill_null(value=False) | is_within_a_day)
    if instants.height:
        file, line = instants.select(*LINEAGE).row(0)
        raise DeliveryError(
            f"{file}, line {line}: found an instant with a zone in the place of a date, from which the day of who counted does not follow; "
            "expected a date such as 2026-10-05; export dates without times"
        )
    return dates


def _require_days(counted: pl.DataFrame, key: Sequence[str]) -> None:
    """Raise DeliveryError where an event has counts of several times of one day."""
    hours = counted.filter(pl.col("date").n_unique().over(key) > 1)
    if hours.height:
        file, line = hours.select(*LINEAGE).row(0)
        raise DeliveryError(
            f"{file}, line {line}: found counts of several times of a day for one event, expected a row a date and event; sum the "
            "events up by date, and leave people out, as those of several rows cannot be added"
        )


def _counted(dated: pl.DataFrame, options: ActivationCountsCsvOptions) -> pl.DataFrame:
    """The rows typed; a column that the note does not map is unknown."""
    mapped = options.columns.model_dump(exclude_none=True)
    texts = dated.with_columns(
        pl.lit(None, pl.String()).alias(name)
        for name in ("activation", "asset_id", "market", *_COUNTS)
        if name not in mapped
    )
    names = (
        event_names(texts["activation"]) if options.activation is None else event_names(pl.Series([options.activation]))
    )
    counts = {name: parse_count(in_unit(pl.col(name), str(mapped.get(name)))) for name in _COUNTS}
    market = country_code(pl.col("market"))
    said = nothing(pl.col("market")).is_null()
    activation = (names.new_from_index(0, texts.height) if options.activation is not None else names).alias(
        "activation"
    )
    return texts.with_columns(
        activation,
        activation.is_in(KNOWN).alias("is_known"),
        pl.col("market").alias("market_written"),
        pl.when(nothing(pl.col("asset_id")).is_null()).then(spelling(pl.col("asset_id"))).alias("asset_id"),
        (market if options.market is None else pl.lit(options.market)).alias("market"),
        pl.when(said & market.is_null()).then(pl.lit(Reason.UNREADABLE)).alias("market_reason"),
        pl.col("date").dt.date().alias("counted_on"),
        (pl.col("date").dt.truncate("1d") + pl.duration(hours=12)).cast(INSTANT).alias("counted_at"),
        *(count.struct.field("value").alias(name) for name, count in counts.items()),
        *(count.struct.field("reason").alias(f"{name}_reason") for name, count in counts.items()),
    )


_RULES = {
    Reason.MISSING_KEY: (
        pl.col("activation").is_null() | is_not_written("date"),
        "no activation, or no date on which it was counted",
    ),
    Reason.UNREADABLE: (
        pl.col("is_merged"),
        "the country is none that is known, and nothing else tells the row from another of its day and event; expected ISO codes or names",
    ),
    Reason.BAD_TIME: (pl.col("date").is_null(), f"the date is not one that exists; expected {SPELLINGS}"),
}

FORMAT = ActivationCountsCsv()
