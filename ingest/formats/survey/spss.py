"""`survey/spss`: SPSS files (`.sav`, `.zsav`), with their labels and their user-missing codes kept.

What becomes of the variables is in `ingest.formats.survey.survey_wave`. Only the variables that the note asks for are read
at all.
"""

import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat

from ingest.formats.apart import MOST_SECONDS, BrokenError, read_apart
from ingest.formats.encoding import require_own_page
from ingest.formats.survey.survey_multiple import Spread, from_columns
from ingest.formats.survey.survey_options import SurveyOptions
from ingest.formats.survey.survey_variables import AT, Coded, Variable
from ingest.formats.survey.survey_wave import Responses, parse_wave, require_columns
from ingest.source import Delivery, DeliveryError, Parsed

_HEADER, _VARIABLE = 176, 2
"""The length of a file's header, and the mark of a record of a variable."""
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
    version = 12
    needs_timezone = False
    options = SurveyOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills the survey tables. Raises DeliveryError."""
        options = delivery.options_as(SurveyOptions)
        described = {path: _describe(path, options) for path in delivery.files}
        variables = _merge({path: there.variables for path, there in described.items()})
        spreads = _spreads(options, [spread for there in described.values() for spread in there.sets], variables)
        require_columns(options, [*variables, *spreads], ", ".join(path.name for path in delivery.files))
        questions = tuple(options.questions or _closed_questions(described.values(), variables, options, spreads))
        if not questions:
            raise DeliveryError(
                f"{delivery.files[0].name}: no variable has labelled answers, which would make it a closed question; "
                "name the questions in delivery.yml under options.questions"
            )
        boxes = {name: spreads[name] for name in questions if name in spreads}
        ticked = [column for spread, _ in boxes.values() for column in spread.labels]
        single = [name for name in questions if name not in boxes]
        taken = list(dict.fromkeys([*options.structure, *single, *ticked]))
        frames = [
            _values(path, options, [name for name in taken if name in there.variables])
            for path, there in described.items()
        ]
        used = {name: variables[name] for name in taken}
        coded = Coded.from_values(pl.concat(frames, how="diagonal_relaxed"), used)
        for name, (spread, counted) in boxes.items():
            note = options.question(name)
            note = note if note.selected or counted is None else note.model_copy(update={"selected": (counted,)})
            answers, used[name] = from_columns(name, spread, note, coded)
            coded = coded.on(coded.frame.with_columns(answers))
        frame = coded.frame.drop(AT + column for column in set(ticked) - {*options.structure, *single})
        used = {name: variable for name, variable in used.items() if AT + name in frame.columns}
        return parse_wave(delivery, options, Responses(Coded(frame, used), questions))


@dataclass(frozen=True)
class Described:
    """A variable as one file describes it."""

    variable: Variable
    is_text: bool
    is_time: bool

    @property
    def is_closed(self) -> bool:
        """Whether it has labelled answers, as a closed question has."""
        answers = [code for code in self.variable.labels if not self.variable.is_missing(code)]
        return not self.is_time and len(answers) >= (2 if self.is_text else 1)


@dataclass(frozen=True)
class _File:
    """What a file says of itself. `sets` are its questions with a column for each answer, and the code that means ticked."""

    variables: Mapping[str, Described]
    sets: tuple[tuple[str, Spread, str], ...]


def overview(path: Path) -> tuple[Mapping[str, Described], Mapping[str, list[str]]]:
    """The variables of a file, and those of each question with several answers that it declares. Raises DeliveryError."""
    described = _describe(path, _anything())
    return described.variables, {name: [*spread.labels] for name, spread, _ in described.sets}


def codes_of(path: Path, variables: Mapping[str, Described]) -> Coded:
    """The codes of these variables of a file. Raises DeliveryError."""
    frame = _values(path, _anything(), list(variables))
    return Coded.from_values(frame, {name: one.variable for name, one in variables.items()})


def declared_weight(path: Path, variables: Mapping[str, Described]) -> str | None:
    """The variable by which the file says that its respondents are weighted."""
    with path.open("rb") as file:
        head = file.read(_HEADER)
        order = "<" if head[64:68] in (b"\x02\0\0\0", b"\x03\0\0\0") else ">"
        [place] = struct.unpack(f"{order}i", head[76:80])
        numbers = 0
        for _ in range(place):
            mark, width, has_label, missing = struct.unpack(f"{order}4i", file.read(32)[:16])
            if mark != _VARIABLE:
                return None
            numbers += width == 0
            length = struct.unpack(f"{order}i", file.read(4))[0] if has_label else 0
            file.seek(-(-length // 4) * 4 + 8 * abs(missing), 1)
    # Long texts stand in several records, so that numbers alone are counted.
    found = [name for name, one in variables.items() if not one.is_text][numbers - 1 : numbers]
    return found[0] if place and width == 0 else None


def _anything() -> SurveyOptions:
    survey = {"id": "any", "wave": "any", "fieldwork_from": "2000-01-01", "fieldwork_to": "2000-01-01"}
    return SurveyOptions.model_validate({"survey": survey, "respondent_id": None, "samples": {"all": {"weight": None}}})


def _describe(path: Path, options: SurveyOptions) -> _File:
    meta = _read(path, options, metadataonly=True, output_format="dict")[1]
    if None in meta.column_names:
        raise DeliveryError(
            f"{path.name}: the name of variable {meta.column_names.index(None) + 1} is not in the encoding that the "
            f"file states ({meta.file_encoding}); set options.encoding in delivery.yml, such as windows-1256"
        )
    if options.encoding is None and meta.file_encoding is not None:
        of_values = [label for named in meta.variable_value_labels.values() for label in named.values()]
        require_own_page(path.name, filter(None, [*meta.column_labels, *of_values]), meta.file_encoding)
    named = {name.lower(): name for name in meta.column_names}
    sets = []
    for name, part in meta.mr_sets.items():
        columns = [named[column.lower()] for column in part["variable_list"] if column.lower() in named]
        if part["is_dichotomy"] and columns:
            labels = {column: meta.column_names_to_labels[column] or column for column in columns}
            counted = _code(part["counted_value"])
            sets.append(
                (
                    name.removeprefix("$"),
                    Spread(part["label"] or None, labels, {column: column for column in columns}),
                    counted,
                )
            )
    variables = {
        name: Described(
            Variable(
                text=meta.column_names_to_labels[name],
                labels={
                    _code(value): label for value, label in meta.variable_value_labels.get(name, {}).items() if label
                },
                missing=tuple(
                    (_stripped(part["lo"]), _stripped(part["hi"])) for part in meta.missing_ranges.get(name, [])
                ),
            ),
            is_text=meta.readstat_variable_types[name] == "string",
            is_time=meta.original_variable_types[name].startswith(_TIMES),
        )
        for name in meta.column_names
    }
    return _File(variables, tuple(sets))


def _spreads(
    options: SurveyOptions, sets: list[tuple[str, Spread, str]], variables: Mapping[str, Variable]
) -> dict[str, tuple[Spread, str | None]]:
    """Questions with a column for each answer, by name: those of the note, else the files' multiple response sets."""
    found: dict[str, tuple[Spread, str | None]] = {name: (spread, counted) for name, spread, counted in sets}
    for name, note in (options.questions or {}).items():
        if note.columns:
            labels = {
                column: note.labels.get(column) or (variables[column].text if column in variables else None) or column
                for column in note.columns
            }
            found[name] = (Spread(note.text, labels, {column: column for column in note.columns}), None)
    return {name: part for name, part in found.items() if name not in variables}


def _merge(described: Mapping[Path, Mapping[str, Described]]) -> dict[str, Variable]:
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
    files: Iterable[_File],
    variables: Mapping[str, Variable],
    options: SurveyOptions,
    spreads: Mapping[str, tuple[Spread, str | None]],
) -> list[str]:
    """Variables with labelled answers; the columns of a multiple response set are one question, where its first stands."""
    kinds = {name: there for file in files for name, there in file.variables.items()}
    placing = {*options.structure, *options.drop}
    part_of = {column: question for question, (spread, _) in spreads.items() for column in spread.labels}
    found: dict[str, None] = {}
    for name in variables:
        if name not in placing and kinds[name].is_closed:
            found[part_of.get(name, name)] = None
    return list(found)


def _values(path: Path, options: SurveyOptions, names: list[str]) -> pl.DataFrame:
    frame: pl.DataFrame = _read(path, options, usecols=names, output_format="polars")[0]
    values = frame.select(pl.col(name).alias(AT + name) for name in names)
    lines = pl.Series("line", range(1, frame.height + 1), pl.Int64())
    return values.with_columns(pl.lit(path.name).alias("file"), lines)


def _read(path: Path, options: SurveyOptions, **how: Any) -> tuple[Any, Any]:
    """Without `user_missing` SPSS's user-missing codes would silently become empty."""
    kept = {"encoding": options.encoding, "user_missing": True, "disable_datetime_conversion": True}
    try:
        values, meta = read_apart(pyreadstat.read_sav, path, **kept, **how)
    except BrokenError as error:
        raise DeliveryError(
            f"{path.name}: is damaged (the SPSS library broke on it, or did not end within {MOST_SECONDS} seconds); expected a "
            "complete .sav or .zsav file: save it again and deliver it anew"
        ) from error
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
