"""Tables that are no survey, or none yet: results, answers below one another, stays, lines above the header."""

import re
from collections.abc import Iterator, Sequence
from zoneinfo import ZoneInfo

import polars as pl

from ingest.drafts.survey_words import ID, ID_AT_END, QUESTION, are_times, is_personal
from ingest.formats.survey.survey_sheet import Sheet, of_results, require_row_a_respondent, without_tags
from ingest.formats.text_file import is_plausible_header
from ingest.instants import parse_instant
from ingest.source import DeliveryError

_BASE = r"(?i)^\s*((un)?weighted|effective|total)?\s*(base|sample size)\s*([:(].*)?$|^\s*(un)?weighted (base|total|count|n)\b"
_FIRST_ROWS = 200
_SHARE = r"^\d{1,3}([.,]\d+)? ?%$"
_MEASURES = frozenset({"percentage", "percent", "%", "count", "number", "n", "base", "share", "proportion", "mean"})
"""How tables of results write shares, and say what a row of numbers is."""
_OF_A_PARENT = r"(?i)^(_parent_index|parent[_-]key)$"
_FEWEST, _HIGHEST_HEADER = 5, 20
_ENDS_OF_SCALE = r"((?<=[^\W\d_]|[?؟.:])[ ,(]+|[ ,]*[(\[])(0|1)[-\u2013](3|4|5|6|7|8|9|10|11|20|100)[)\]]?$"
_MARKS = " ?؟.:*"
_JOINS = r"(?i)(^|[ _.])(join(ed|s)?|enter(ed|s)?|connect(ed)?)( \w+){0,3}$"
_LEAVES = r"(?i)(^|[ _.])(left|leaves?|exit(ed|s)?|disconnect(ed)?)( \w+){0,3}$"
_LONGEST_SHOWN, _MOST_WORDS_OF_A_NAME = 40, 6
_NUMBERED, _CODE, _FEWEST_CODES = r"^\d+([.-]\d+)+[.)]?\s+(?=[^\W\d])", r"[A-Za-z_]\w*([./]\w+)*", 3
"""How surveys number their questions, and how programs call variables: one such name may be an id, several are none."""
_MOST_COLUMNS_OF_A_LIST, _FEW = 4, 20
_COUNT, _DAY, _PERIOD = (
    r"^[0-9][0-9.,\s]{0,13}%?$",
    r"[0-9][./-][0-9]|\p{L}",
    r"^([0-9]{4})-?(?:[Ww]([0-5]?[0-9])|([01]?[0-9]))$",
)
_MONTH = r"(?i)^(month|mes|mês|mois|monat|mese|ay|ماه|(ال)?شهر)$"
_PAIRS, _FEWEST_PERIODS, _MOST_PERIODS = 10, 5, 60
"""So many are no accident; no year has as many weeks or months."""


def require_header_on_top(sheet: Sheet) -> None:
    """Raise DeliveryError where lines stand above the header."""
    heads = [sheet.header(row) for row in range(min(_HIGHEST_HEADER, sheet.height))]
    whole = next((row for row, cells in enumerate(heads) if all(cells)), 0)
    if whole and sum(map(bool, heads[0])) * 2 <= sheet.width and is_header(heads[whole]):
        raise DeliveryError(below_others(sheet.name, sheet.rows["line"][whole - 1]))


def require_names(sheet: Sheet) -> None:
    """Raise DeliveryError where a few cells of the first line are no names of columns, as a date or a sentence with a full stop."""
    names = sheet.header(0) if sheet.height else []
    others = [place for place, name in enumerate(names, 1) if name and not is_header([name])]
    if 0 < len(others) * _FEWEST <= len(names):
        raise DeliveryError(
            f"{sheet.name}, line 1, column {others[0]}: found a number, a date, an address or a sentence, expected the name of a "
            "column, as the others are; write a name there, such as the number of the question"
        )


def require_header(sheet: Sheet) -> None:
    """Raise DeliveryError where what stands in the first line stands below it too, as answers do and names do not."""
    first = sheet.header(0)
    cells = [column.cast(pl.String()) for column in sheet.rows.drop("line")]
    # The names of an older Qualtrics export stand in its second line as well.
    again = [
        name
        for name, column in zip(first, cells, strict=True)
        if name and column.n_unique() > 1 and (column == name).sum() > 1
    ]
    if len(again) > 1 and len(again) * 2 >= sum(map(bool, first)):
        raise DeliveryError(
            f"{sheet.name}, line 1: found what stands in other lines too, in {len(again)} columns, expected a header: write a line "
            "with the names of the columns above it"
        )


def below_others(name: str, line: int) -> str:
    """What a message says of a header that is not the first line."""
    return f"{name}, line {line}: names the columns, and lines stand above it; expected the header in line 1: delete the lines above it"


def require_people(sheet: Sheet) -> None:
    """Raise DeliveryError for a table whose rows are answers, with their shares or of one respondent each: they would count as people."""
    bases = sheet.rows[:, 0].head(_FIRST_ROWS).cast(pl.String()).str.contains(_BASE).fill_null(value=False)
    if bases.any():
        raise DeliveryError(of_results(sheet.name, sheet.rows["line"].filter(bases)[0]))
    cells = [column.cast(pl.String()).str.strip_chars() for column in sheet.rows.drop("line").head(_FIRST_ROWS)]
    shares = sum(column.null_count() < column.len() and bool(column.str.contains(_SHARE).all()) for column in cells)
    measures = any(
        1 < len(words := {*column.str.to_lowercase()}) <= len(_MEASURES) and words <= _MEASURES for column in cells
    )
    if sheet.rows.height and (measures or (shares > 1 and shares * 2 >= len(cells))):
        raise DeliveryError(of_results(sheet.name, sheet.rows["line"][0]))
    require_row_a_respondent(sheet)


def require_no_repeats(sheet: Sheet) -> None:
    """Raise DeliveryError for what Kobo and ODK export of a group that is asked several times in one form: its rows are no respondents."""
    for name, cells in zip(sheet.header(0) if sheet.height else [], sheet.rows.drop("line"), strict=False):
        if re.match(_OF_A_PARENT, name) and cells.drop_nulls().n_unique() < cells.len() - cells.null_count():
            raise DeliveryError(
                f"{sheet.name}, column {name!r}: found several rows of one form, as of a group that repeats in it, expected a row "
                "a respondent; deliver the table of the forms, or the group with a note of its own where its members are who is asked"
            )


def are_joins_and_leaves(words: pl.Series) -> bool:
    """Whether words say of both that somebody came and that somebody went, and of nothing else."""
    joins, leaves = words.str.contains(_JOINS), words.str.contains(_LEAVES)
    return bool(joins.any() and leaves.any() and (joins | leaves).all())


def require_once(sheet: Sheet) -> None:
    """Raise DeliveryError for a narrow table with times whose people have several rows each, as a list of joins and leaves has."""
    names = sheet.header(0) if sheet.height else []
    for place, cells in enumerate(sheet.rows.drop("line")):
        words = (
            cells.drop_nulls().unique().cast(pl.String()) if cells.n_unique() <= _FEW else pl.Series(dtype=pl.String())
        )
        if are_joins_and_leaves(words) and any(map(are_times, sheet.rows.drop("line"))):
            raise DeliveryError(
                f"{sheet.name}, line 1, column {place + 1}: found joins and leaves, each in a row of its own, expected a row a respondent; "
                "of a live session a row a stay is read, with a column of joins and one of leaves (intervals_csv), or Teams' list with "
                "the columns Full Name, User Action, Timestamp (teams_list)"
            )
    is_list = len(names) <= _MOST_COLUMNS_OF_A_LIST and any(map(are_times, sheet.rows.drop("line")))
    for place, name in enumerate(names if is_list else ()):
        people = sheet.rows[:, place].drop_nulls().cast(pl.String())
        are_people = is_personal(name, people) and people.str.contains(r"[@ ]").sum() * 2 > people.len()
        if are_people and people.len() > _FEWEST and people.is_unique().sum() * _FEW < people.len():
            raise DeliveryError(
                f"{sheet.name}, line 1, column {place + 1}: found the same people in several rows each, expected a row a respondent; a "
                "list of who joined and left is a file of live sessions: write its format into a note"
            )


def require_no_counts(sheet: Sheet) -> None:
    """Raise DeliveryError where each day, week or month has one row, or one for each of the same groups, and all else are numbers.

    People do not come so evenly: those are counts, unless numbers stand below a question. A few rows may be missing, as those of
    groups without any.
    """
    names = sheet.header(0) if sheet.height else []
    columns = zip(names, sheet.rows.drop("line"), strict=False)
    cells = _with_months({name: column.cast(pl.String()).str.strip_chars() for name, column in columns})
    counts = [name for name, of in cells.items() if of.str.contains(_COUNT).all() and of.null_count() < of.len()]
    are_ids = (re.match(ID, name) or (re.match(ID_AT_END, name) and of.is_unique().all()) for name, of in cells.items())
    if not counts or any(are_ids) or any(re.search(QUESTION, name) for name in counts):
        return
    for name in cells.keys() - {*counts}:
        rows = pl.DataFrame({other: of for other, of in cells.items() if other not in counts})
        groups = rows.drop(name)
        most = cells[name].n_unique() * (groups.n_unique() if groups.width else 1)
        if _are_apart(rows, most) and any(map(_are_even, _periods(cells[name]))):
            raise DeliveryError(
                f"{sheet.name}, column {name!r}: found counts of days, weeks or months, expected a row a respondent; what people did is "
                "read from a table with date, activation (such as helpline.contacted), market, events and unique people "
                "(activation_counts_csv), by day; name its columns in a delivery.yml"
            )


def _with_months(cells: dict[str, pl.Series]) -> dict[str, pl.Series]:
    """The columns, those of years and of the numbers of months as one."""
    months = (
        name for name, of in cells.items() if re.match(_MONTH, name) and of.str.contains("^(?:0?[1-9]|1[0-2])$").all()
    )
    years = (name for name, of in cells.items() if of.str.contains("^20[1-3][0-9]$").all())
    month, year = next(months, None), next(years, None)
    if month is None or year is None:
        return cells
    both = pl.select(pl.concat_str(cells[year], pl.lit("-"), cells[month])).to_series()
    return {name: both if name == year else of for name, of in cells.items() if name != month}


def _are_apart(rows: pl.DataFrame, most: int) -> bool:
    """Whether no two rows are alike, though they fill most of what there may be, or ten pairs of as many people would be by chance."""
    filled, alike = 4 * rows.height >= 3 * most, rows.height**2 >= 2 * _PAIRS * most
    return rows.n_unique() == rows.height and (filled or alike)


def _periods(cells: pl.Series) -> Iterator[pl.Series]:
    """Cells as numbers of days, months or weeks; nothing where they are none, or have a time of day."""
    parts = cells.str.extract_groups(_PERIOD).struct.unnest().cast(pl.Int64())
    if cells.str.contains(_PERIOD).all():
        yield parts.select(pl.col("1") * _MOST_PERIODS + pl.coalesce("2", "3")).to_series()
    elif cells.str.contains(_DAY).all():
        for order in ("dmy", "mdy"):
            at = cells.to_frame().select(parse_instant(pl.all(), ZoneInfo("UTC"), order).struct.field("at")).to_series()
            if not at.null_count() and (at == at.dt.truncate("1d")).all():
                yield at.dt.epoch("d").cast(pl.Int64())
                if at.dt.day().n_unique() == 1:
                    yield at.dt.year().cast(pl.Int64()) * 12 + at.dt.month()


def _are_even(periods: pl.Series) -> bool:
    """Whether most of them follow one another in the same step."""
    steps = periods.unique().sort().diff().drop_nulls()
    return steps.len() >= _FEWEST_PERIODS - 1 and 4 * int((steps == steps.mode().min()).sum()) >= 3 * steps.len()


def require_one_wave(file: str, name: str, waves: int) -> None:
    """Raise DeliveryError where a column holds several waves."""
    if waves > 1:
        raise DeliveryError(
            f"{file}, column {name!r}: found {waves} waves, expected one a delivery, since each has its fieldwork; split the "
            "file by that column and add the parts with --survey and --wave"
        )


def is_header(names: Sequence[str]) -> bool:
    """Whether a line names columns, of which some may be whole questions, with the ends of their scale, or the number of a row."""
    plain = [re.sub(_NUMBERED, "", " ".join(without_tags(name).replace(">>", " ").split())) for name in names]
    short = [
        re.sub(_ENDS_OF_SCALE, "", name.rstrip(_MARKS)).rstrip(_MARKS)
        for name in plain
        if len(name) < _LONGEST_SHOWN and len(name.split()) <= _MOST_WORDS_OF_A_NAME and name != "#"
    ]
    codes = {name for name in short if re.fullmatch(_CODE, name) and re.search(r"\d", name)}
    if len(codes) >= _FEWEST_CODES:
        short = ["code" if name in codes else name for name in short]
    return is_plausible_header(short)
