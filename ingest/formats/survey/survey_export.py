"""What every export of a survey product has in common: header rows, columns that belong together, rows that are nobody.

A product is a module that says what its header means (`Layout`); what becomes of the answers is in `survey_wave`.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from ingest.formats.records import names_a_total, reject
from ingest.formats.survey.survey_multiple import Spread, from_cells, from_columns, mark_between
from ingest.formats.survey.survey_options import ExportOptions, Question, SurveyOptions
from ingest.formats.survey.survey_sheet import (
    Sheet,
    require_one_header,
    require_row_a_respondent,
    survey_sheets,
    without_tags,
)
from ingest.formats.survey.survey_variables import AT, Coded, Variable, in_one_spelling, in_words
from ingest.formats.survey.survey_wave import Responses, parse_wave, require_columns
from ingest.reasons import Reason
from ingest.source import Delivery, DeliveryError, Parsed

_MOST_ANSWERS = 20
_MOST_SPELLINGS = 4
_LONGEST_ANSWER, _LONGEST_SHARED = 80, 200
_FEWEST_TO_SHARE, _FEWEST_ON_AVERAGE = 3, 5
_SHORT_CODE = r"^(-?\d{1,3}(\.0+)?|[A-Za-z]\d{0,3})$"

SUMS_UP = "the row sums up others and is no respondent"
_FEWEST_COUNTRIES = 9

Rules = Mapping[Reason, tuple[pl.Expr, str]]


@dataclass(frozen=True)
class Layout:
    """What the header rows of a sheet say.

    `columns` are the codes of its columns in order, `texts` the questions as they were put, `spread` the questions with
    a column for each answer. `personal` columns never leave landing, `technical` ones are no questions. `nobody` are
    rules for rows that no respondent gave; in their conditions a column's name stands after `AT`.
    """

    header_rows: int
    columns: tuple[str, ...]
    texts: Mapping[str, str] = field(default_factory=dict)
    spread: Mapping[str, Spread] = field(default_factory=dict)
    personal: frozenset[str] = frozenset()
    technical: frozenset[str] = frozenset()
    respondent_id: str | None = None
    nobody: Rules = field(default_factory=dict)
    separator: str = ", "
    """What stands between several answers in one cell."""
    marks: tuple[str, ...] = ()
    """What else may stand there."""
    unasked: frozenset[str] = frozenset()
    """What the product writes where a question was not put."""
    no_value: frozenset[str] = frozenset()
    """What programs write where there is no value."""
    others: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Questions with a column beside them for an answer of one's own: that column, and the answer that it stands for."""
    reads_lists: bool = True
    """Cells that prove to list answers are read so; else the note has to say it."""


@dataclass(frozen=True)
class SurveyExport:
    """A format that reads the exports of one product. `lay_out` raises DeliveryError for a sheet that is none."""

    name: str
    lay_out: Callable[[Sheet, ExportOptions], Layout]
    version: int = 15
    needs_timezone: bool = False
    options: type[ExportOptions] = ExportOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills the survey tables. Raises DeliveryError."""
        options = delivery.options_as(ExportOptions)
        sheets = [sheet.called(options.columns) for sheet in survey_sheets(delivery, options.encoding)]
        layouts = [self.lay_out(sheet, options) for sheet in sheets]
        _require_distinct(sheets, layouts)
        for sheet, of_sheet in zip(sheets, layouts, strict=True):
            if of_sheet.header_rows == 1:
                require_one_header(sheet)
                require_row_a_respondent(sheet)
        if not sheets:
            raise DeliveryError("holds no table; expected the export: deliver it again")
        layout = _together(layouts)
        if options.respondent_id is None and "respondent_id" not in options.model_fields_set:
            options = options.model_copy(update={"respondent_id": layout.respondent_id})
        options = _as_called(options, sheets, layouts)
        _require_nothing_personal(options, layout)
        require_columns(options, [*layout.columns, *layout.spread], sheets[0].name)
        rejected = [sheet.rejected for sheet in sheets]
        # Nothing here keeps the text, which takes more memory than all that follows.
        bodies = [_body(sheets.pop(0), of_sheet) for of_sheet in layouts]
        coded, questions, nobody = _responses(options, layout, bodies)
        return parse_wave(delivery, options, Responses(coded, questions, pl.concat([*rejected, nobody])))


def _as_called(options: ExportOptions, sheets: list[Sheet], layouts: list[Layout]) -> ExportOptions:
    """The options with the codes of columns that they call by their headings."""
    codes = {
        head: code
        for sheet, layout in zip(sheets, layouts, strict=True)
        for head, code in zip(sheet.header(0), layout.columns, strict=True)
        if head and head not in {*layout.columns, *layout.spread} and sheet.header(0).count(head) == 1
    }
    if not codes.keys() & {*options.columns}:
        return options
    questions = options.questions and {codes.get(name, name): note for name, note in options.questions.items()}
    return options.model_copy(
        update={
            "respondent_id": codes.get(options.respondent_id or "", options.respondent_id),
            "drop": tuple(codes.get(name, name) for name in options.drop),
            "questions": questions,
        }
    )


def _require_distinct(sheets: list[Sheet], layouts: list[Layout]) -> None:
    for sheet, layout in zip(sheets, layouts, strict=True):
        twice = {name for name, count in Counter(layout.columns).items() if count > 1}
        if twice:
            places = ", ".join(str(place) for place, name in enumerate(layout.columns, 1) if name in twice)
            raise DeliveryError(
                f"{sheet.name}: line 1 has the same name for columns {places}; expected each once: rename them in the file"
            )


def _body(sheet: Sheet, layout: Layout) -> pl.DataFrame:
    body = sheet.body(layout.header_rows, [AT + column for column in layout.columns])
    if layout.unasked:
        cell = pl.col(AT + column for column in layout.columns)
        body = body.with_columns(
            pl.when(~cell.cast(pl.String()).str.strip_chars().is_in(list(layout.unasked))).then(cell)
        )
    body = body.with_columns(
        pl.when(_is_blank(AT + name) & ~_is_blank(AT + beside))
        .then(pl.lit(answer))
        .otherwise(AT + name)
        .alias(AT + name)
        for name, (beside, answer) in layout.others.items()
    )
    return body.select(pl.exclude("line"), pl.lit(sheet.name).alias("file"), "line")


def _missing(cells: pl.Series, no_value: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """What cells hold for no value; NA is a country among codes of two letters, None is one beside Python's True and False."""
    if not no_value or cells.dtype == pl.Int16():
        return ()
    texts = (cells.unique() if cells.dtype == pl.Categorical() else cells).cast(pl.String())
    words = no_value | {"True", "False", "None"}
    if texts.is_in([*words]).all() and {"True", "False"} < {*texts.drop_nulls()}:
        no_value |= {"None"}
    found = texts.filter(texts.is_in([*no_value])).unique()
    written = texts.drop_nulls().unique() if found.len() else found
    are_countries = written.len() >= _FEWEST_COUNTRIES and written.str.contains(r"^[A-Z]{2}$").all()
    return () if are_countries else tuple((word, word) for word in sorted(found))


def without_no_value(cells: pl.Series, no_value: frozenset[str]) -> pl.Series:
    """The cells, NULL where they hold what stands for no value."""
    words = [word for word, _ in _missing(cells, no_value)]
    return cells.cast(pl.String()).replace(words, None).cast(cells.dtype) if words else cells


def _is_blank(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.String()).str.strip_chars().fill_null("") == ""


def _responses(
    options: ExportOptions, layout: Layout, bodies: list[pl.DataFrame]
) -> tuple[Coded, tuple[str, ...], pl.DataFrame]:
    """The respondents with their variables, the questions among them, and the rows that no respondent gave. Empties `bodies`."""
    # What are numbers in one file may be words in another.
    worded = bodies if len(bodies) == 1 else [pl.DataFrame(map(in_words, body)) for body in bodies]
    people, nobody = reject(pl.concat(worded, how="diagonal_relaxed"), {**_sums(layout), **layout.nobody})
    bodies.clear()
    texts = {column: without_tags(text) for column, text in layout.texts.items()}
    variables = {
        column: Variable(text=texts.get(column), missing=_missing(people[AT + column], layout.no_value))
        for column in layout.columns
    }
    coded = Coded(people, variables)
    questions, spreads = _asked(options, layout, coded)
    if not questions:
        raise DeliveryError(
            f"{people['file'][0] if people.height else 'the export'}: no column looks like a closed question (at most {_MOST_ANSWERS} "
            "different answers, shared by respondents); name the questions in delivery.yml under options.questions"
        )
    added: dict[str, pl.Series] = {}
    for name in questions:
        note = options.question(name)
        if name in spreads:
            added[name], variables[name] = from_columns(name, spreads[name], note, coded)
        elif (mark := _separator(name, note, coded, layout)) is not None:
            added[name], variables[name] = from_cells(name, note, coded, mark)
    taken = [name for name in dict.fromkeys([*options.structure, *questions]) if name not in added]
    frame = coded.frame.select(*(AT + name for name in taken), *added.values(), "file", "line")
    coded = Coded(frame, {name: variables[name] for name in [*taken, *added]})
    coded = coded.in_categories({*taken} - {*options.structure})
    return _in_one_spelling(coded, options, taken), tuple(questions), nobody


def _asked(options: ExportOptions, layout: Layout, coded: Coded) -> tuple[list[str], dict[str, Spread]]:
    """The questions in order, and those of them that have a column for each answer: as the note says, else what looks closed."""
    if options.questions is not None:
        noted = {
            name: Spread(note.text, {column: note.labels.get(column, column) for column in note.columns})
            for name, note in options.questions.items()
            if note.columns
        }
        return list(options.questions), {**layout.spread, **noted}
    placing = {*options.structure, *options.drop}
    spreads = dict(_left(layout, placing))
    apart = {column for spread in layout.spread.values() for column in spread.labels}
    no_questions = placing | layout.personal | layout.technical | apart
    written = coded.frame.with_columns(
        pl.when(pl.col(AT + column) != answer).then(AT + column) for column, (_, answer) in layout.others.items()
    )
    single = [column for column in layout.columns if column not in no_questions]
    closed = closed_questions(written, single, (layout.separator, *layout.marks))
    order = {column: place for place, column in enumerate(layout.columns)}
    there = {name: min(map(order.__getitem__, spread.labels)) for name, spread in spreads.items()}
    return sorted([*closed, *spreads], key=lambda name: there.get(name, order.get(name, 0))), spreads


def _left(layout: Layout, placing: set[str]) -> Iterator[tuple[str, Spread]]:
    """The questions in columns of their own, without columns that place respondents or never leave landing."""
    for name, spread in layout.spread.items():
        labels = {column: label for column, label in spread.labels.items() if column not in placing}
        if labels:
            yield name, replace(spread, labels=labels)


def _in_one_spelling(coded: Coded, options: ExportOptions, names: list[str]) -> Coded:
    """The answers and segments, but for columns by which people are placed in samples."""
    placing = {column for sample in options.samples.values() for column in sample.where}
    segments = {segment.column for segment in options.segments.values()}
    spelt = []
    for name in names:
        if name not in placing and (name in segments or name not in options.structure):
            note = options.question(name)
            said = (*note.top, *note.bottom, *note.missing, *note.not_asked, *note.labels)
            spelt.append(in_one_spelling(coded.frame[AT + name], said))
    return coded.on(coded.frame.with_columns(spelt))


def _sums(layout: Layout) -> Rules:
    """Rows that sum up the respondents: the word for a total where the product writes an id or a time."""
    first = layout.columns[0]
    if first not in layout.technical | {layout.respondent_id}:
        return {}
    return {Reason.MISSING_KEY: (names_a_total(pl.col(AT + first)), SUMS_UP)}


def _separator(name: str, note: Question, coded: Coded, layout: Layout) -> str | None:
    """What parts the answers that cells list; None where they list none. Raises DeliveryError where the note has to say so."""
    if note.separator or note.options or not (note.is_multiple or note.kind is None):
        return note.separator or (layout.separator if note.options else None)
    mark = mark_between(coded.frame[AT + name], (layout.separator, *layout.marks))
    if note.is_multiple:
        return mark or layout.separator
    if mark is None or layout.reads_lists:
        return mark
    raise DeliveryError(
        f"delivery.yml: key 'options.questions.{name}': the cells of the column list several answers; expected `kind: multiple` "
        f"there (and its `options`, where an answer holds {mark!r} itself), or `kind: single`"
    )


def closed_questions(frame: pl.DataFrame, candidates: list[str], marks: Sequence[str]) -> list[str]:
    """Columns that look like closed questions.

    They have at most 20 different answers of at most 80 characters, each a short code (`4`, `A2`, `Y`) or given by two
    respondents or more; of at most 200, if each is given by three or more, and by five on average; or cells that list such
    answers, parted by one of the marks. What one person alone wrote may be free text and stays in landing.
    """
    given = (frame[AT + name] for name in candidates)
    return [cells.name.removeprefix(AT) for cells in given if _is_closed(cells) or mark_between(cells, marks)]


def _is_closed(cells: pl.Series) -> bool:
    distinct = cells.drop_nulls().value_counts(name="respondents")
    if not 0 < distinct.height <= _MOST_SPELLINGS * _MOST_ANSWERS:
        return False
    spelt = pl.col(cells.name).cast(pl.String()).str.to_lowercase()
    counted = distinct.group_by(spelt).agg(pl.col("respondents").sum())
    answers, respondents = counted[cells.name], counted["respondents"]
    are_answers = (respondents > 1) | answers.str.contains(_SHORT_CODE)
    longest = int(answers.str.len_chars().max() or 0)  # type: ignore[arg-type]
    is_shared = min(respondents) >= _FEWEST_TO_SHARE and respondents.sum() >= _FEWEST_ON_AVERAGE * answers.len()
    return (
        answers.len() <= _MOST_ANSWERS
        and (longest <= _LONGEST_ANSWER or (longest <= _LONGEST_SHARED and is_shared))
        and bool(are_answers.all())
    )


def _together(layouts: list[Layout]) -> Layout:
    """What the sheets of one delivery say together: each may have columns that others lack."""
    spread: dict[str, Spread] = {}
    for name, part in (item for layout in layouts for item in layout.spread.items()):
        known = spread.get(name, part)
        codes = {**(known.codes or {}), **(part.codes or {})} or None
        spread[name] = Spread(known.text, {**known.labels, **part.labels}, codes)
    return replace(
        layouts[0],
        columns=tuple(dict.fromkeys(column for layout in layouts for column in layout.columns)),
        texts={name: text for layout in reversed(layouts) for name, text in layout.texts.items()},
        spread=spread,
        personal=frozenset().union(*(layout.personal for layout in layouts)),
        technical=frozenset().union(*(layout.technical for layout in layouts)),
    )


def _require_nothing_personal(options: SurveyOptions, layout: Layout) -> None:
    """Raise DeliveryError where the note would take a column that names people."""
    without_id = options.model_copy(update={"respondent_id": None})
    for column, key in {**without_id.structure, **dict.fromkeys(options.questions or {}, "questions")}.items():
        if column in layout.personal:
            raise DeliveryError(
                f"delivery.yml: key 'options.{key}': column {column!r} holds who people are, and never leaves landing; remove it "
                "from the note"
            )
