"""`survey/kobo_csv`: KoboToolbox and ODK exports: groups in the heading (`a/b/c`), several answers in one cell, in columns, or both."""

import re
from collections import defaultdict

import polars as pl

from ingest.formats.survey_export import Layout, SurveyExport
from ingest.formats.survey_multiple import Spread
from ingest.formats.survey_options import ExportOptions
from ingest.formats.survey_sheet import Sheet
from ingest.formats.survey_variables import AT
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
_PART = re.compile(r"^(.+)[/.:-](.+)$")
_NOT_APPROVED = ("not approved", "validation_status_not_approved")


def _lay_out(sheet: Sheet, options: ExportOptions) -> Layout:  # noqa: ARG001 - every product's signature
    columns = tuple(head or f"column {place}" for place, head in enumerate(sheet.header(0), 1))
    if not {"_uuid", "_id", "_submission_time"} & set(columns) or len(set(columns)) < len(columns):
        raise DeliveryError(
            f"{sheet.name}: line 1 has none of the columns _uuid, _id, _submission_time of a Kobo export, or a column twice; "
            "export it with XML values and headers, or name the file's own format"
        )
    nobody = {}
    if "_validation_status" in columns:
        said = pl.col(AT + "_validation_status").cast(pl.String()).str.to_lowercase()
        nobody[Reason.NOT_APPROVED] = (said.is_in(_NOT_APPROVED), "_validation_status says not approved")
    spread = _multiple(sheet, columns)
    summaries = frozenset(name for name in spread if name in columns)
    return Layout(
        header_rows=1,
        columns=columns,
        texts={},
        spread=spread,
        personal=frozenset(name for name in columns if re.match(_PERSONAL, name)),
        technical=summaries
        | frozenset(name for name in columns if re.match(_TECHNICAL, name) or name.startswith("column ")),
        respondent_id=next((name for name in ("_uuid", "_id") if name in columns), None),
        nobody=nobody,
        separator=" ",
    )


def _multiple(sheet: Sheet, columns: tuple[str, ...]) -> dict[str, Spread]:
    """Questions that have a summary column and one of 0 and 1 for each answer; a group of questions has no summary."""
    cells = dict(zip(columns, sheet.rows.drop("line").columns, strict=True))
    parts: dict[str, dict[str, str]] = defaultdict(dict)
    for name in columns:
        # Exports choose what stands between a question and its answer.
        match = _PART.match(name)
        if match and match[1] in columns:
            parts[match[1]][name] = match[2]
    spreads = {}
    for question, codes in parts.items():
        given = {
            value
            for name in codes
            for value in sheet.rows[cells[name]].drop_nulls().unique().cast(pl.String()).str.strip_chars()
        }
        if given <= {"0", "1", "", "True", "False", "TRUE", "FALSE"}:
            spreads[question] = Spread(None, dict(codes), dict(codes))
    return spreads


FORMAT = SurveyExport("kobo_csv", _lay_out)
