"""`survey/survey_csv`: delimited text with a row per respondent, answers as labels or codes.

What becomes of the columns is in `ingest.formats.survey_wave`. Answers stay as they are written, spoilt ones too
("25-Jun" for 6-25); the note's `labels` give such a code its name back.
"""

import polars as pl

from ingest.delivery import Delivery
from ingest.formats.survey_options import SurveyCsvOptions
from ingest.formats.survey_variables import AT, Variable
from ingest.formats.survey_wave import Responses, parse_wave, require_columns
from ingest.formats.text_file import read_table, text_files
from ingest.source import DeliveryError, Parsed

_MOST_ANSWERS = 20
_LONGEST_ANSWER = 80
_SHORT_CODE = r"^-?\d{1,3}(\.0+)?$"


class SurveyCsv:
    """Reads survey waves.

    A CSV does not say what is a closed question. Where the note names none they are the columns, except those that
    place a respondent (id, weight, sample, design, segments), with at most 20 different answers of at most 80
    characters, each a number of up to three digits or given by two respondents or more. What one person alone wrote
    may be free text and stays in landing.
    """

    name = "survey_csv"
    version = 1
    needs_timezone = False
    options = SurveyCsvOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills the four survey tables. Raises DeliveryError."""
        options = delivery.options_as(SurveyCsvOptions)
        tables = [read_table(file) for file in text_files(delivery, options.encoding)]
        if not tables:
            raise DeliveryError(f"{delivery.files[0].name}: holds no file; expected the wave as text: deliver it again")
        frame = pl.concat([_marked(table.rows) for table in tables], how="diagonal_relaxed")
        there = [name.removeprefix(AT) for name in frame.columns if name.startswith(AT)]
        # Blank lines, such as a spreadsheet leaves at the end, are no records.
        frame = frame.filter(
            ~pl.all_horizontal((pl.col(AT + name).fill_null("").str.strip_chars() == "") for name in there)
        )
        require_columns(options, there, ", ".join(path.name for path in delivery.files))
        questions = tuple(options.questions or _closed_questions(frame, there, options))
        if not questions:
            raise DeliveryError(
                f"{delivery.files[0].name}: no column looks like a closed question (at most {_MOST_ANSWERS} "
                "different answers, shared by respondents); name the questions in delivery.yml under options.questions"
            )
        taken = list(dict.fromkeys([*options.structure, *questions]))
        responses = Responses(
            frame.select(*(AT + name for name in taken), "file", "line"),
            {name: Variable() for name in taken},
            questions,
            pl.concat([table.rejected for table in tables]),
        )
        return parse_wave(delivery, options, responses)


def _marked(rows: pl.DataFrame) -> pl.DataFrame:
    """Put `AT` before the file's own columns. Those called `file` or `line` gave way to ours and cannot be used."""
    return rows.rename({name: AT + name for name in rows.columns if name not in ("file", "line")})


def _closed_questions(frame: pl.DataFrame, there: list[str], options: SurveyCsvOptions) -> list[str]:
    candidates = [name for name in there if name not in {*options.structure, *options.drop}]
    given = (
        frame.select(AT + name for name in candidates)
        .unpivot(variable_name="column", value_name="answer")
        .with_columns(pl.col("answer").str.strip_chars())
        .filter(pl.col("answer") != "")
    )
    counted = given.group_by("column", "answer").agg(pl.len().alias("respondents"))
    is_closed = (
        (pl.len() <= _MOST_ANSWERS)
        & (pl.col("answer").str.len_chars().max() <= _LONGEST_ANSWER)
        & ((pl.col("respondents") > 1) | pl.col("answer").str.contains(_SHORT_CODE)).all()
    )
    closed = set(counted.group_by("column").agg(is_closed.alias("is_closed")).filter("is_closed")["column"])
    return [name for name in candidates if AT + name in closed]


FORMAT = SurveyCsv()
