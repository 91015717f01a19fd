"""`survey/qualtrics_csv`: Qualtrics exports with their two or three header rows: ids, wordings and, in newer ones, import ids."""

import json
import re
from collections import defaultdict

import polars as pl

from ingest.formats.survey.survey_export import Layout, SurveyExport
from ingest.formats.survey.survey_multiple import UNTICKED, Spread
from ingest.formats.survey.survey_options import ExportOptions
from ingest.formats.survey.survey_sheet import Sheet
from ingest.formats.survey.survey_variables import AT
from ingest.reasons import Reason
from ingest.source import DeliveryError

IMPORT_ID = '{"ImportId"'
_PERSONAL = r"(?i)^(ip ?address|location(latitude|longitude)|recipient\w*|externaldatareference|externalreference|email(address)?)$"
_TECHNICAL = (
    r"(?i)^(start ?date|end ?date|recorded ?date|status|progress|duration \(in seconds\)|finished|response ?id|"
    r"distributionchannel|userlanguage|responseset|name|.*_text|.*_(first|last|page) (click|submit)|.*_click count|.*_do(_\d+)*|"
    r"sc\d+|q_(recaptchascore|relevantid\w*|duplicaterespondent|ballotboxstuffing|totalduration|language|url|straightlining\w*))$"
)
TESTS = (
    r"^(1|2|9|17)$|preview|\btest\b|vorschau|aperçu|previ[ae]|previsuali|pré-?visuali|anteprima|önizleme|prueba|voorbeeld|podgląd|"
    r"предварительн|معاينة|اختبار|预览|預覽|プレビュー|미리|תצוגה"
)
SPAM = r"^(8|12|40)$|spam|بريد عشوائي|スパム|垃圾"
"""What Status says, as a number or in words of many languages, in lower case."""
_MOST_READ = 10_000
_CHOICE = re.compile(r"^(.*)_(\d+)$")


def _lay_out(sheet: Sheet, options: ExportOptions) -> Layout:
    ids, texts = sheet.header(0), sheet.header(1)
    third = sheet.header(2) if sheet.height > 2 else []
    is_newer = sum(cell.startswith(IMPORT_ID) for cell in third) > len(third) // 2
    is_answered = not is_newer and _is_answered(sheet)
    if not is_newer and not is_answered:
        # The oldest exports number the columns that are no question, and name them in the second row.
        ids = [text if text and re.match(r"^V\d+$", name) else name for name, text in zip(ids, texts, strict=True)]
    known = {"responseid", "finished", "status", "recordeddate"} & {name.lower() for name in ids}
    if is_answered and "responseid" in ids:
        # Without header rows below it, the name in small letters alone is Forsta's.
        known.clear()
    if not known or not (is_newer or "responseid" in known or len(known) > 1):
        raise DeliveryError(
            f"{sheet.name}: line 1 lacks ResponseId, or two of Status, Finished and RecordedDate, of a Qualtrics export; "
            "name the file's own format, such as survey_csv"
        )
    columns = tuple(name or f"column {number}" for number, name in enumerate(ids, 1))
    wording = {} if is_answered else dict(zip(columns, texts, strict=True))
    status = next((name for name in columns if name.lower() == "status"), None)
    finished = next((name for name in columns if name.lower() == "finished"), None)
    nobody: dict[Reason, tuple[pl.Expr, str]] = {}
    if status is not None:
        said = pl.col(AT + status).cast(pl.String()).str.to_lowercase()
        nobody[Reason.TEST_RESPONSE] = (said.str.contains(TESTS), "Status says a preview or a test of the survey")
        nobody[Reason.SPAM_RESPONSE] = (said.str.contains(SPAM), "Status says spam")
    if finished is not None and options.incomplete == "drop":
        is_open = pl.col(AT + finished).cast(pl.String()).str.contains(UNTICKED)
        nobody[Reason.INCOMPLETE_RESPONSE] = (
            is_open,
            "Finished says no; options.incomplete: keep takes such people in",
        )
    return Layout(
        header_rows=3 if is_newer else 1 if is_answered else 2,
        columns=columns,
        texts={name: text for name, text in wording.items() if text},
        spread=_multiple(columns, wording, third) if is_newer else {},
        personal=frozenset(name for name in columns if re.match(_PERSONAL, name)),
        technical=frozenset(name for name in columns if re.match(_TECHNICAL, name) or name.startswith("column ")),
        respondent_id=next((name for name in columns if name.lower() == "responseid"), None),
        nobody=nobody,
        separator=",",
    )


def _is_answered(sheet: Sheet) -> bool:
    """Whether the second row is a respondent, whose answers others gave too, since somebody deleted the row of questions."""
    cells = sheet.rows.drop("line").slice(1, _MOST_READ)
    return any(
        text and (cells[name].cast(pl.String()).str.strip_chars() == text).sum() > 1
        for name, text in zip(cells.columns, sheet.header(1), strict=True)
    )


def _multiple(columns: tuple[str, ...], wording: dict[str, str], import_ids: list[str]) -> dict[str, Spread]:
    """Questions with a column for each choice, as the import ids say."""
    choices: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for name, cell in zip(columns, import_ids, strict=True):
        match = _CHOICE.match(name)
        if match is None or not cell.startswith(IMPORT_ID):
            continue
        try:
            said = json.loads(cell)
        except (ValueError, RecursionError):
            continue
        if "choiceId" in said and not str(said["ImportId"]).endswith("_TEXT"):
            choices[match[1]][name] = (match[2], wording[name])
    spreads = {}
    for question, columns_of in choices.items():
        texts = [text for _, text in columns_of.values()]
        stem = _common_stem(texts)
        labels = {name: text[len(stem) :].strip() or code for name, (code, text) in columns_of.items()}
        codes = {name: code for name, (code, _) in columns_of.items()}
        spreads[question] = Spread(re.sub(r"( - Selected Choice)? - $", "", stem) or None, labels, codes)
    return spreads


def _common_stem(texts: list[str]) -> str:
    """What the wordings of one question's choices begin with, up to the last " - "."""
    if len(texts) == 1:
        return texts[0][: texts[0].rfind(" - ") + 3] if " - " in texts[0] else ""
    shortest = min(texts, key=len)
    length = next((i for i, letter in enumerate(shortest) if any(text[i] != letter for text in texts)), len(shortest))
    end = shortest[:length].rfind(" - ")
    return shortest[: end + 3] if end >= 0 else ""


FORMAT = SurveyExport("qualtrics_csv", _lay_out, version=25)
