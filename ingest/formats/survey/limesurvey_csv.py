"""`survey/limesurvey_csv`: LimeSurvey exports with headings as codes, as codes and texts (`Q1. Text`), or as texts."""

import re
from collections import defaultdict

import polars as pl

from ingest.formats.survey.survey_export import Layout, SurveyExport
from ingest.formats.survey.survey_multiple import OTHER, Spread
from ingest.formats.survey.survey_options import ExportOptions
from ingest.formats.survey.survey_sheet import Sheet
from ingest.formats.survey.survey_variables import AT
from ingest.reasons import Reason
from ingest.source import DeliveryError

_HEADING = re.compile(r"^([A-Za-z]\w*(?:\[[^\]]*\])*)(?:\.\s+(.*))?$", re.DOTALL)
_PART = re.compile(r"^(.*?)\s*\[([^\]]+)\]$", re.DOTALL)
_LABEL = re.compile(r"^(.*?)\s*\[(.*)\]$", re.DOTALL)
_CAPTIONS = {
    "response id": "id", "date submitted": "submitdate", "last page": "lastpage", "start language": "startlanguage",
    "seed": "seed", "date started": "startdate", "date last action": "datestamp", "ip address": "ipaddr",
    "referrer url": "refurl", "access code": "token", "first name": "firstname", "last name": "lastname",
    "email address": "email", "total time": "interviewtime",
}  # fmt: skip
"""What the columns of its own are called where headings are texts."""
_ITS_OWN = frozenset({"last page", "start language", "seed", "date last action"})
"""Of these no other product speaks: Alchemer has a Date Submitted too."""
_FIRST = {"id": r"^\d+$", "submitdate": r"\d", "lastpage": r"^-?\d{1,3}$", "startlanguage": r"^[a-z]{2,3}(-\w+)*$"}
"""Its first columns, in order, and what stands in them, whatever language they are called in."""
_PAGE = (
    r"(?i)page|seite|p[áa]gina|sayfa|صفح|stro?na|strán|страниц|pagină|side|sida|sivu|oldal|halaman|trang|"
    r"σελίδα|ページ|页|頁|페이지|עמוד"
)
UNASKED = frozenset({"N/A"})
_PERSONAL = r"(?i)^(ipaddr|refurl|token|email|firstname|lastname|attribute_\d+|(\w+ )?ip([ -]\w+)?)$"
_TECHNICAL = (
    r"(?i)^((group|question) time: .*|id|submitdate|lastpage|startlanguage|seed|startdate|datestamp|interviewtime|grouptime\w*|"
    r"\w+time)$"
)


def _lay_out(sheet: Sheet, options: ExportOptions) -> Layout:
    heads = sheet.header(0)
    own = list(_FIRST) if _begins_as_ever(sheet) else []
    captions = {head.lower() for head in heads}
    are_texts = bool(own) or ("date submitted" in captions and not captions.isdisjoint(_ITS_OWN))
    found = [None if are_texts else _HEADING.match(head) for head in heads]
    columns = tuple(
        own[place - 1]
        if place <= len(own)
        else _CAPTIONS.get(head.lower(), head)
        if are_texts and head
        else match[1]
        if match
        else f"column {place}"
        for place, (head, match) in enumerate(zip(heads, found, strict=True), 1)
    )
    if "submitdate" not in columns or len(set(columns)) < len(columns):
        raise DeliveryError(
            f"{sheet.name}: line 1 has no column submitdate, or a code twice: expected a LimeSurvey export whose headings are "
            "question codes, texts, or both; export it so, or name the file's own format"
        )
    texts = {name: match[2].strip() for name, match in zip(columns, found, strict=True) if match and match[2]}
    texts |= {name: head for name, head in zip(columns, heads, strict=True) if are_texts and name == head}
    nobody = {}
    if options.incomplete == "drop":
        is_open = pl.col(AT + "submitdate").cast(pl.String()).fill_null("").is_in(["", "N/A"])
        nobody[Reason.INCOMPLETE_RESPONSE] = (
            is_open,
            "submitdate is blank; options.incomplete: keep takes such people in",
        )
    return Layout(
        header_rows=1,
        columns=columns,
        texts=texts,
        spread=_multiple(sheet, columns, texts),
        personal=frozenset(name for name in columns if re.match(_PERSONAL, name)),
        technical=frozenset(
            name for name in columns if re.match(_TECHNICAL, name) or name.lower().endswith(("[other]", "[comment]"))
            or name.startswith("column ")
        ),
        respondent_id="id" if "id" in columns else None,
        nobody=nobody,
        unasked=UNASKED,
    )  # fmt: skip


def _begins_as_ever(sheet: Sheet) -> bool:
    """Whether the first columns hold what LimeSurvey's own do, the third being called after pages, in another language than its codes."""
    heads = sheet.header(0)
    if (
        len(heads) <= len(_FIRST)
        or not re.search(_PAGE, heads[2])
        or set(_FIRST) <= {head.split(".")[0] for head in heads}
    ):
        return False
    for pattern, column in zip(_FIRST.values(), sheet.rows.drop("line"), strict=False):
        cells = column.drop_nulls().unique().cast(pl.String()).str.strip_chars()
        if not cells.filter(cells != "").str.contains(pattern).all():
            return False
    return True


def _multiple(sheet: Sheet, columns: tuple[str, ...], texts: dict[str, str]) -> dict[str, Spread]:
    """Questions whose columns hold nothing but Y where ticked; N only beside a column [other], as an array of Yes and No has none."""
    parts: dict[str, dict[str, str]] = defaultdict(dict)
    cells = dict(zip(columns, sheet.rows.drop("line").columns, strict=True))
    for name in columns:
        match = _PART.match(name)
        if match and match[2].lower() not in ("other", "comment"):
            parts[match[1]][name] = match[2]
    spreads = {}
    for question, codes in parts.items():
        given = {
            value
            for name in codes
            for value in sheet.rows[cells[name]].drop_nulls().unique().cast(pl.String()).str.strip_chars()
        }
        other = next(
            (name for name in columns if name.lower().replace(" [", "[") == f"{question}[other]".lower()), None
        )
        if len(codes) > 1 and given and given <= {"Y", "", "Yes", *UNASKED, *({"N", "No"} if other else ())}:
            if other is not None:
                codes[other] = OTHER
            labelled = {name: _LABEL.match(texts.get(name, "")) for name in codes}
            labels = {name: match[2] if match else codes[name] for name, match in labelled.items()}
            text = next((match[1] for match in labelled.values() if match), None)
            spreads[question] = Spread(text, labels, codes)
    return spreads


FORMAT = SurveyExport("limesurvey_csv", _lay_out, version=24)
