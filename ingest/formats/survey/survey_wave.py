"""From a wide frame, a row per respondent, to the survey tables: what every survey format has in common.

How a file is read is for the formats to say; who is in a sample stands in `survey_people`, what was answered in
`survey_answers`. No estimate is made: weights and codes leave as they came.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import polars as pl

from ingest.formats.records import find_duplicates, reject
from ingest.formats.survey.survey_answers import answer_tables
from ingest.formats.survey.survey_options import SurveyOptions
from ingest.formats.survey.survey_people import members, place_in_samples
from ingest.formats.survey.survey_variables import AT, Coded, as_codes, as_number, numbers
from ingest.formats.text_file import describe_header
from ingest.reasons import Reason
from ingest.source import NOTE, REJECTED, UNREADABLE, Delivery, DeliveryError, Parsed
from ingest.spelling import spelling

_APART = "files with equal ids are samples of their own (options.samples.<name>.files)"
_KEY = "respondent_key"
_SAMPLES = "samples of the respondent"
_AND = "\x1e"
"""What stands between them."""
_CONFLICTS = "has the id of an earlier respondent"
_SPOILT_ID = r"^\d(?:\.\d+)?[eE]\+?\d+$"
_SAMPLE = pl.Struct({"sample": pl.String(), "country": pl.String(), "is_weighted": pl.Boolean()})


@dataclass(frozen=True)
class Responses:
    """What a survey format found: respondents with their `file` and `line`.

    `questions` are the variables to take as questions, `rejected` the records that could not be read at all.
    """

    coded: Coded
    questions: tuple[str, ...]
    rejected: pl.DataFrame = field(default_factory=REJECTED.to_frame)


def require_columns(options: SurveyOptions, available: Iterable[str], file_name: str) -> None:
    """Raise DeliveryError where the note names a column that is not there."""
    there = list(available)
    single = {code for code, question in (options.questions or {}).items() if not question.columns}
    spread = {
        column: f"questions.{code}.columns"
        for code, note in (options.questions or {}).items()
        for column in note.columns
    }
    named = {**dict.fromkeys(options.drop, "drop"), **dict.fromkeys(single, "questions"), **spread, **options.structure}
    for column, key in named.items():
        if column not in there:
            hint = describe_header(there, column, named)
            raise DeliveryError(
                f"{file_name}: column {column!r} of {NOTE}, key options.{key}, is not there; {hint}; correct the name"
            )


def parse_wave(delivery: Delivery, options: SurveyOptions, responses: Responses) -> Parsed:
    """Fill the tables of the survey source. Raises DeliveryError where the note does not fit the file."""
    coded = _in_numbers(options, responses.coded)
    ours = f"respondent_id {options.respondent_id!r}"
    placed = place_in_samples(options, coded).with_columns(_identity(delivery, options), _samples(options))
    identified, nobody = reject(
        placed,
        {
            Reason.MISSING_KEY: (pl.col(_KEY).is_null(), f"{ours} is blank, expected an id"),
            Reason.UNREADABLE: (
                pl.col(_KEY).str.contains(_SPOILT_ID),
                f"{ours} lost digits to a spreadsheet (as 1.7E+09 has), expected all of them",
            ),
        },
    )
    unique, duplicates = _without_duplicates(identified, options)
    accepted, refused = reject(unique, _rules(options))
    # The samples are part of who a respondent is: the files of two countries may number their people alike.
    identity = pl.concat_str(pl.lit(f"{options.survey.id}\x1f"), _SAMPLES, pl.lit("\x1f"), _KEY)
    number = pl.int_range(pl.len(), dtype=pl.Int32()).alias("respondent")
    key = delivery.pseudonyms.key(identity, "respondent").alias(_KEY)
    # The streaming engine shares the work of this expression among the cores.
    keys = accepted.lazy().select(key).collect(engine="streaming").to_series()
    keyed = coded.on(accepted.with_columns(keys, number, *_members(delivery, options, accepted)))
    file_name = coded.frame["file"][0] if coded.frame.height else delivery.files[0].name
    questions, answers = answer_tables(options, keyed, responses.questions, file_name)
    respondents, profiles, unreadable = members(options, keyed)
    tables = {
        "survey_waves": _description(options, file_name),
        "survey_questions": questions,
        "survey_profiles": profiles,
        "survey_respondents": respondents,
        "survey_answers": answers,
    }
    wave = {"survey_id": options.survey.id, "wave": options.survey.wave}
    return Parsed(
        tables={
            table.name: tables[table.name]
            .with_columns(pl.lit(value).alias(name) for name, value in wave.items() if name in table.columns)
            .select(table.rows_schema.names()).cast(dict(table.schema))  # type: ignore[arg-type]
            for table in delivery.source.tables
        },
        records_read=coded.frame.height + responses.rejected.height,
        records_duplicate=duplicates,
        rejected=pl.concat([responses.rejected, nobody, refused]),
        unreadable=pl.concat([unreadable, _unread_numbers(options, keyed)]),
    )  # fmt: skip


def _numeric(options: SurveyOptions, coded: Coded) -> Iterator[tuple[str, list[str]]]:
    """The questions that ask for a number and may hold text, with the codes that the note says are none."""
    for name, note in (options.questions or {}).items():
        if note.kind == "number" and coded.frame.schema[AT + name] != pl.Int16():
            yield name, [*note.missing, *note.not_asked]


def _in_numbers(options: SurveyOptions, coded: Coded) -> Coded:
    """What was answered to questions that ask for a number as one, whichever mark is decimal; what is none stays as it is."""
    read = []
    for name, none in _numeric(options, coded):
        cells = coded.frame[AT + name].cast(pl.String())
        written = cells.drop_nulls().unique()
        values = numbers(written.set(written.is_in(none), None).str.strip_suffix("%").str.strip_chars())
        read.append(cells.replace(written, as_codes(values).zip_with(values.is_not_null(), written)))
    return coded.on(coded.frame.with_columns(read))


def _unread_numbers(options: SurveyOptions, coded: Coded) -> pl.DataFrame:
    """How many answers to each of those questions are none."""
    counts = []
    for name, none in _numeric(options, coded):
        given = coded.known(name).cast(pl.String())
        asked = given.filter(given.is_not_null() & ~given.is_in(none))
        unread = [code for code in asked.unique() if as_number(code) is None]
        counts.append((name, Reason.BAD_NUMBER, int(asked.is_in(unread).sum())))
    return pl.DataFrame([count for count in counts if count[2]], schema=UNREADABLE, orient="row")


def _identity(delivery: Delivery, options: SurveyOptions) -> pl.Expr:
    """What identifies a respondent within the survey. Without an id it is the row, in this file of this delivery."""
    if options.respondent_id is not None:
        return spelling(pl.col(AT + options.respondent_id).cast(pl.String())).alias(_KEY)
    return pl.format("{}/{}:{}", pl.lit(delivery.label), "file", "line").alias(_KEY)


def _members(delivery: Delivery, options: SurveyOptions, accepted: pl.DataFrame) -> Iterator[pl.Expr]:
    """Pseudonyms `member:` that those in several samples have in each, as if they were in no other."""
    is_in_several = pl.col(_SAMPLES).str.contains(_AND, literal=True)
    if options.respondent_id is None or not accepted.select(is_in_several.any()).item():
        return
    for name in options.samples:
        identity = pl.concat_str(pl.lit(f"{options.survey.id}\x1f{name}\x1f"), _KEY)
        member = pl.when(is_in_several & pl.col(f"in:{name}")).then(identity)
        yield delivery.pseudonyms.key(member, "respondent").alias(f"member:{name}")


def _samples(options: SurveyOptions) -> pl.Expr:
    """The samples a respondent belongs to, as text."""
    return pl.concat_str(
        (pl.when(pl.col(f"in:{name}")).then(pl.lit(name)) for name in options.samples),
        separator=_AND,
        ignore_nulls=True,
    ).alias(_SAMPLES)


def _without_duplicates(identified: pl.DataFrame, options: SurveyOptions) -> tuple[pl.DataFrame, int]:
    """Drop those who equal an earlier respondent in everything that is taken of them, id included, however it is spelt.

    Of those who are left, `_CONFLICTS` says who has the id of an earlier respondent of one of the same samples.
    """
    if identified[_KEY].n_unique() == identified.height:
        return identified.with_columns(pl.lit(value=False).alias(_CONFLICTS)), 0
    numbered = identified.with_row_index(AT)
    repeated = numbered.filter(identified[_KEY].is_duplicated())
    as_written = AT + (options.respondent_id or "")
    equal = repeated.filter(find_duplicates(repeated, ignore=(AT, "file", "line", as_written)))[AT]
    is_again = pl.any_horizontal(
        pl.col(f"in:{name}") & (pl.col(f"in:{name}").cast(pl.Int64).cum_sum().over(_KEY) > 1)
        for name in options.samples
    )
    again = repeated.filter(~pl.col(AT).is_in(equal.implode())).filter(is_again)[AT]
    unique = numbered.filter(~pl.col(AT).is_in(equal.implode()))
    return unique.with_columns(pl.col(AT).is_in(again.implode()).alias(_CONFLICTS)).drop(AT), equal.len()


def _rules(options: SurveyOptions) -> dict[Reason, tuple[pl.Expr, str]]:
    ours = f"respondent_id {options.respondent_id!r}"
    weights = ", ".join(sorted({repr(sample.weight) for sample in options.samples.values() if sample.weight}))
    return {
        Reason.CONFLICTING_KEY: (
            pl.col(_CONFLICTS),
            f"{ours} of an earlier respondent of the same sample, other values; expected each once: {_APART}",
        ),
        Reason.BAD_WEIGHT: (
            pl.any_horizontal(pl.col(f"bad:{name}") for name in options.samples),
            f"expected a number above 0 in the weight column of the sample ({weights})",
        ),
        Reason.NO_SAMPLE: (
            ~pl.any_horizontal(pl.col(f"in:{name}") for name in options.samples),
            f"in none of the samples {', '.join(options.samples)}; expected a weight, or that `where` holds",
        ),
    }


def _description(options: SurveyOptions, file_name: str) -> pl.DataFrame:
    listed = [
        {"sample": name, "country": sample.country, "is_weighted": sample.weight is not None}
        for name, sample in options.samples.items()
    ]
    described = options.survey.model_dump(exclude={"id", "wave", "panel"}) | {"is_panel": options.survey.panel}
    row = {name: [value] for name, value in described.items()}
    return pl.DataFrame({**row, "file": [file_name], "line": [0]}).with_columns(
        pl.Series("samples", [listed], pl.List(_SAMPLE))
    )
