"""`survey/spss`: SPSS files (`.sav`, `.zsav`), with their labels and their user-missing codes kept.

What becomes of the variables is in `ingest.formats.survey_wave`. Only the variables that the note asks for are read
at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat

from ingest.formats.survey_options import SurveyOptions
from ingest.formats.survey_variables import AT, Variable
from ingest.formats.survey_wave import Responses, parse_wave, require_columns
from ingest.source import Delivery, DeliveryError, Parsed

_TIMES = (
    "DATE",
    "ADATE",
    "EDATE",
    "SDATE",
    "JDATE",
    "QYR",
    "MOYR",
    "WKYR",
    "TIME",
    "DTIME",
    "YMDHMS",
    "WKDAY",
    "MONTH",
)


class Spss:
    """Reads survey waves.

    Where the note names no questions they are the variables with labelled answers, except those that place a
    respondent (id, weight, sample, design, segments). A number of which only the missing codes are labelled is a
    quantity, and a text of which fewer than two answers are labelled may be anything: neither is a closed question.
    """

    name = "spss"
    version = 1
    needs_timezone = False
    options = SurveyOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills the four survey tables. Raises DeliveryError."""
        options = delivery.options_as(SurveyOptions)
        described = {path: _describe(path, options) for path in delivery.files}
        variables = _merge(described)
        require_columns(options, variables, ", ".join(path.name for path in delivery.files))
        questions = tuple(options.questions or _closed_questions(described, variables, options))
        if not questions:
            raise DeliveryError(
                f"{delivery.files[0].name}: no variable has labelled answers, which would make it a closed question; "
                "name the questions in delivery.yml under options.questions"
            )
        taken = list(dict.fromkeys([*options.structure, *questions]))
        frames = [
            _values(path, options, [name for name in taken if name in there]) for path, there in described.items()
        ]
        frame = pl.concat(frames, how="diagonal_relaxed")
        return parse_wave(delivery, options, Responses(frame, {name: variables[name] for name in taken}, questions))


@dataclass(frozen=True)
class _Described:
    """A variable as one file describes it."""

    variable: Variable
    is_text: bool
    is_time: bool


def _describe(path: Path, options: SurveyOptions) -> dict[str, _Described]:
    meta = _read(path, options, metadataonly=True, output_format="dict")[1]
    if None in meta.column_names:
        raise DeliveryError(
            f"{path.name}: the name of variable {meta.column_names.index(None) + 1} is not in the encoding that the "
            f"file states ({meta.file_encoding}); set options.encoding in delivery.yml, such as windows-1256"
        )
    multiple = {
        name.lower() for part in meta.mr_sets.values() if part["is_dichotomy"] for name in part["variable_list"]
    }
    return {
        name: _Described(
            Variable(
                text=meta.column_names_to_labels[name],
                labels={
                    _code(value): label for value, label in meta.variable_value_labels.get(name, {}).items() if label
                },
                missing=tuple(
                    (_stripped(part["lo"]), _stripped(part["hi"])) for part in meta.missing_ranges.get(name, [])
                ),
                is_multiple=name.lower() in multiple,
            ),
            is_text=meta.readstat_variable_types[name] == "string",
            is_time=meta.original_variable_types[name].startswith(_TIMES),
        )
        for name in meta.column_names
    }


def _merge(described: Mapping[Path, Mapping[str, _Described]]) -> dict[str, Variable]:
    """The variables of all files. A code that means something else in each cannot be told apart once stacked."""
    merged: dict[str, tuple[str, Variable]] = {}
    for path, variables in described.items():
        for name, there in variables.items():
            first, variable = merged.setdefault(name, (path.name, there.variable))
            if (variable.labels, variable.missing) != (there.variable.labels, there.variable.missing):
                raise DeliveryError(
                    f"{path.name}: variable {name!r} has other value labels or missing codes than in {first}; "
                    "expected the files of one delivery to agree: deliver them apart, each as a wave of its own"
                )
    return {name: variable for name, (_, variable) in merged.items()}


def _closed_questions(
    described: Mapping[Path, Mapping[str, _Described]], variables: Mapping[str, Variable], options: SurveyOptions
) -> list[str]:
    kinds = {name: there for file in described.values() for name, there in file.items()}
    placing = {*options.structure, *options.drop}
    found = []
    for name, variable in variables.items():
        answers = [code for code in variable.labels if not variable.is_missing(code)]
        if name not in placing and not kinds[name].is_time and len(answers) >= (2 if kinds[name].is_text else 1):
            found.append(name)
    return found


def _values(path: Path, options: SurveyOptions, names: list[str]) -> pl.DataFrame:
    frame: pl.DataFrame = _read(path, options, usecols=names, output_format="polars")[0]
    values = frame.select(pl.col(name).alias(AT + name) for name in names)
    lines = pl.Series("line", range(1, frame.height + 1), pl.Int64())
    return values.with_columns(pl.lit(path.name).alias("file"), lines)


def _read(path: Path, options: SurveyOptions, **how: Any) -> tuple[Any, Any]:
    """Without `user_missing` SPSS's user-missing codes would silently become empty."""
    try:
        values, meta = pyreadstat.read_sav(
            path,
            encoding=options.encoding,
            user_missing=True,
            disable_datetime_conversion=True,
            **how,
        )
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError) as error:
        raise DeliveryError(
            f"{path.name}: cannot be read as an SPSS file ({error}); expected a complete .sav or .zsav file in the "
            "encoding it states: deliver it again, set options.encoding in delivery.yml (such as windows-1256), or "
            "let `files` name only the SPSS files"
        ) from error
    except UnicodeDecodeError as error:
        raise DeliveryError(
            f"{path.name}: its multiple response sets are not UTF-8 (byte {error.start}); save the file again in the "
            "Unicode mode of SPSS"
        ) from error
    return values, meta


def _stripped(value: float | str) -> float | str:
    return value.strip() if isinstance(value, str) else value


def _code(value: float | str) -> str:
    """A labelled value as the text code that its answers get."""
    if isinstance(value, str):
        return value.strip()
    return str(int(value)) if float(value).is_integer() else repr(float(value))


FORMAT = Spss()
