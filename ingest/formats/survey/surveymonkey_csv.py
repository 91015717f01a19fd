"""`survey/surveymonkey_csv`: SurveyMonkey exports, whose second header row says what each column of a question stands for."""
# ruff: noqa: RUF001 - the words of many languages

import re

import polars as pl

from ingest.formats.survey.survey_export import Layout, SurveyExport
from ingest.formats.survey.survey_multiple import OTHERS, Spread
from ingest.formats.survey.survey_options import ExportOptions
from ingest.formats.survey.survey_sheet import Sheet
from ingest.source import DeliveryError

_OPEN_ENDED = (
    "open-ended response", "réponse libre", "réponse ouverte", "respuesta abierta", "respuesta de final abierto", "offene antwort",
    "antwort mit offenem ende", "resposta aberta", "risposta aperta", "antwoord op open vraag", "açık uçlu yanıt", "استجابة مفتوحة",
    "استجابة مفتوحة النهاية",
)  # fmt: skip
RESPONSES = frozenset(
    {
        "response", "réponse", "respuesta", "antwort", "resposta", "risposta", "antwoord", "reactie", "yanıt", "الاستجابة", "الإجابة",
        *_OPEN_ENDED,
    }
)  # fmt: skip
"""What the second row says of a question with one column, in the languages of the product."""
_PERSONAL = r"(?i)^(ip address|email address|first name|last name|custom data( \d+)?|custom variable( \d+)?)$"
_TECHNICAL = r"(?i)^(respondent ?id|collector ?id|start ?date|end ?date|date created|date modified)$"
_RESPONDENT = (
    r"(?i)^(respondent ?id|id (du|de la) répondante?|id del encuestado|id do (entrevistado|respondente)|id dell['’]intervistato|"
    r"teilnehmer-?id|id van respondent|yanıtlayan kimliği|معرف المستجيب)$"
)
_BLANK = r"^Unnamed: \d+$"
"""What pandas calls a column whose heading is blank."""
_OTHER = re.compile(rf"(?i)^({OTHERS}) \(.*\)$")


def is_second_row(cells: list[str]) -> bool:
    """Whether a row is the second header row of this product."""
    said = [cell.strip().lower() for cell in cells if cell.strip()]
    return sum(cell in RESPONSES for cell in said) >= max(1, len(said) // 3) and not cells[0].strip()


def _lay_out(sheet: Sheet, options: ExportOptions) -> Layout:  # noqa: ARG001 - every product's signature
    heads, parts = [re.sub(_BLANK, "", head) for head in sheet.header(0)], sheet.header(1)
    is_named = re.match(_RESPONDENT, heads[0]) and not parts[0] and any(parts)
    if not (is_named or is_second_row(parts)):
        raise DeliveryError(
            f'{sheet.name}: line 2 is no second header row of SurveyMonkey (cells such as "Response"); name the file\'s own '
            "format, such as survey_csv"
        )
    groups = _groups(heads, parts)
    grouped = {place for places in groups.values() for place in places}
    columns = [f"column {place}" for place, _ in enumerate(heads, 1)]
    technical = {name for place, name in enumerate(columns) if place not in grouped}
    texts = {name: name for name in groups}
    others: dict[str, tuple[str, str]] = {}
    spread: dict[str, Spread] = {}
    for question, places in groups.items():
        listed = [place for place in places if parts[place] and parts[place].lower() not in RESPONSES]
        beside = [place for place in places if _OTHER.match(parts[place])]
        for place in places:
            columns[place] = f"{question} [{parts[place] or place + 1}]"
        if len(places) == 1:
            columns[places[0]] = question
            technical |= {question} if parts[places[0]].lower() in _OPEN_ENDED else set()
        elif len(places) == 2 and len(beside) == 1 and listed == beside:
            [single] = {*places} - {*beside}
            columns[single] = question
            others[question] = (columns[beside[0]], parts[beside[0]])
            technical.add(columns[beside[0]])
        else:
            texts |= {columns[place]: columns[place] for place in places}
            technical |= {columns[place] for place in places if _is_open(parts[place])}
            if listed and _is_ticked(sheet, listed, parts):
                spread[question] = Spread(question, {columns[place]: parts[place] for place in listed})
    return Layout(
        header_rows=2,
        columns=tuple(columns),
        texts=texts,
        spread=spread,
        others=others,
        personal=frozenset(name for name in columns if re.match(_PERSONAL, name)),
        technical=frozenset(technical | {name for name in columns if re.match(_TECHNICAL, name)}),
        respondent_id=next((name for name in columns if re.match(_RESPONDENT, name)), None),
    )


def _groups(heads: list[str], parts: list[str]) -> dict[str, list[int]]:
    """The columns of each question, which only the first of them names."""
    groups: dict[str, list[int]] = {}
    question = ""
    for place, (head, part) in enumerate(zip(heads, parts, strict=True)):
        if head:
            question = head if head not in groups else f"{head} ({place + 1})"
            groups[question] = []
        if head or part:
            groups.setdefault(question or f"column {place + 1}", []).append(place)
    return groups


def _is_open(part: str) -> bool:
    return part.lower() in _OPEN_ENDED or _OTHER.match(part) is not None


def _is_ticked(sheet: Sheet, places: list[int], parts: list[str]) -> bool:
    """Whether every column holds nothing but its own answer or its number, as ticked boxes do and the rows of a grid do not."""
    cells = sheet.rows.slice(1).drop("line")
    names = cells.columns
    return all(
        set(cells[names[place]].drop_nulls().unique().cast(pl.String()).str.strip_chars())
        <= {parts[place], "", "1", "0", str(number)}
        for number, place in enumerate(places, 1)
        if not _is_open(parts[place])
    )


FORMAT = SurveyExport("surveymonkey_csv", _lay_out, version=27)
