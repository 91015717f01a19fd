"""`survey/kobo_csv`: KoboToolbox and ODK exports: groups in the heading (`a/b/c`), several answers in one cell, in columns, or both."""

import re
from collections import defaultdict

import polars as pl

from ingest.formats.survey.survey_export import Layout, SurveyExport
from ingest.formats.survey.survey_multiple import Spread
from ingest.formats.survey.survey_options import ExportOptions
from ingest.formats.survey.survey_sheet import Sheet
from ingest.formats.survey.survey_variables import AT
from ingest.reasons import Reason
from ingest.source import DeliveryError

_PERSONAL = (
    r"(?i)^(.*/)?(username|deviceid|simserial|subscriberid|phonenumber|email|_submitted_by|_?geolocation|"
    r".*_(latitude|longitude|altitude|precision))$"
)
_TECHNICAL = (
    r"(?i)^(.*/)?(start|end|today|audit|_id|_uuid|_submission_time|_validation_status|_notes|_status|__version__|_tags|_index|"
    r"meta/\w+|formhub/uuid|instanceid)$"
)
_TECHNICAL_OF_ODK = (
    r"^(submissiondate|starttime|endtime|duration|attachments(present|expected)|status|reviewstate|edits|formversion|formdef_version|"
    r"key|parent_key|caseid|meta[-/]\w+)$"
)
_PERSONAL_OF_ODK = r"^(submitter(id|name))$"
_PART = re.compile(r"^(.+)[/.:-](.+)$")
_NOT_APPROVED = ("not approved", "validation_status_not_approved", "rejected")
_TICKS = frozenset({"0", "1", "True", "False", "TRUE", "FALSE"})


def _lay_out(sheet: Sheet, options: ExportOptions) -> Layout:  # noqa: ARG001 - every product's signature
    columns = tuple(head or f"column {place}" for place, head in enumerate(sheet.header(0), 1))
    is_odk = "KEY" in columns and bool({"SubmissionDate", "instanceID", "meta-instanceID"} & set(columns))
    if not (is_odk or {"_uuid", "_id", "_submission_time"} & set(columns)) or len(set(columns)) < len(columns):
        raise DeliveryError(
            f"{sheet.name}: line 1 has none of the columns _uuid, _id, _submission_time of a Kobo export nor ODK's KEY, or one twice; "
            "export it with XML values and headers, or name the file's own format"
        )
    nobody = {}
    review = "ReviewState" if is_odk else "_validation_status"
    if review in columns:
        said = pl.col(AT + review).cast(pl.String()).str.to_lowercase()
        nobody[Reason.NOT_APPROVED] = (said.is_in(_NOT_APPROVED), f"{review} says not approved")
    personal, technical = _PERSONAL, _TECHNICAL
    if is_odk:
        personal, technical = f"{personal}|{_PERSONAL_OF_ODK}", f"{technical}|{_TECHNICAL_OF_ODK}"
    spread = _multiple(sheet, columns)
    summaries = frozenset(name for name in spread if name in columns)
    return Layout(
        header_rows=1,
        columns=columns,
        texts={},
        spread=spread,
        personal=frozenset(name for name in columns if re.match(personal, name)),
        technical=summaries
        | frozenset(name for name in columns if re.match(technical, name) or name.startswith("column ")),
        respondent_id=next((name for name in ("_uuid", "_id", "KEY") if name in columns), None),
        nobody=nobody,
        separator=" ",
    )


def _multiple(sheet: Sheet, columns: tuple[str, ...]) -> dict[str, Spread]:
    """Questions with a column of 0 and 1 for each answer, and mostly one that sums them up; a group of questions has no summary.

    Without a summary all columns of a group are such, and filled or blank together.
    """
    cells = dict(zip(columns, sheet.rows.drop("line").columns, strict=True))
    parts: dict[str, dict[str, str]] = defaultdict(dict)
    for name in columns:
        # Exports choose what stands between a question and its answer.
        match = _PART.match(name)
        if match and match[1] in columns:
            parts[match[1]][name] = match[2]
        elif "/" in name:
            question, _, answer = name.rpartition("/")
            parts[question][name] = answer
        elif summed := re.match(r"^(.+?)_(_?[^_]+)$", name):
            # SurveyCTO writes the code -77 as _77 into the name.
            answer = re.sub("^_", "-", summed[2])
            if _sums_up(sheet, cells, name, summed[1], answer):
                parts[summed[1]][name] = answer
    return {
        question: Spread(None, dict(codes), dict(codes))
        for question, codes in parts.items()
        if _are_ticks(sheet.rows.select(cells[name] for name in codes), is_summed=question in columns)
    }


def _are_ticks(cells: pl.DataFrame, *, is_summed: bool) -> bool:
    written = {value for column in cells for value in column.drop_nulls().unique().cast(pl.String()).str.strip_chars()}
    if not written - {""} <= _TICKS:
        return False
    blank = cells.select(pl.all().cast(pl.String()).str.strip_chars().fill_null("") == "")
    are_together = not blank.select(pl.any_horizontal(pl.all()) != pl.all_horizontal(pl.all())).to_series().any()
    return is_summed or (cells.width > 1 and bool(written - {""}) and are_together)


def _sums_up(sheet: Sheet, cells: dict[str, str], name: str, question: str, answer: str) -> bool:
    """Whether a column lists the answer wherever its own column of 0 and 1 says so, as SurveyCTO's `apps` and `apps_1` do."""
    if question not in cells:
        return False
    both = sheet.rows.select(pl.col(cells[question], cells[name]).cast(pl.String()).fill_null(""))
    lists, tick = both.to_series(0).str.split(" "), both.to_series(1)
    is_listed = lists.list.contains(answer)
    return bool(tick.is_in(["0", "1", ""]).all()) and bool(is_listed.any()) and bool(((tick == "1") == is_listed).all())


FORMAT = SurveyExport("kobo_csv", _lay_out, version=24)
