"""`survey/google_forms`: answers of a Google form: the time, then a column for each question, its wording as the header.

Check boxes are one cell that lists the answers; the options offered decide where one holds the separator itself.
"""

import re

import polars as pl

from ingest.formats.survey.survey_export import Layout, SurveyExport
from ingest.formats.survey.survey_options import ExportOptions
from ingest.formats.survey.survey_sheet import Sheet
from ingest.source import DeliveryError

TIMESTAMPS = frozenset(
    {
        "timestamp", "zeitstempel", "horodateur", "marca temporal", "carimbo de data/hora", "informazioni cronologiche",
        "tijdstempel", "zaman damgas\u0131", "stempel waktu", "cap waktu", "طابع زمني", "الطابع الزمني", "sygnatura czasowa",
        "отметка времени", "позначка часу", "клеймо за време", "חותמת זמן", "برچسب زمانی", "مهر زمان", "مُهر زمانی", "ٹائم اسٹیمپ",
        "타임스탬프", "タイムスタンプ", "时间戳记", "时间戳", "時間戳記", "ประทับเวลา", "dấu thời gian", "χρονική σήμανση", "časová značka",
        "časová pečiatka", "időbélyeg", "tidstämpel", "tidsstempel", "aikaleima", "marcaj de timp", "vremenska oznaka", "marca de temps",
        "टाइमस्टैंप", "टाइमस्टैम्प", "টাইমস্ট্যাম্প",
    }
)  # fmt: skip
"""What the first column is called in the languages of Google's forms, in lower case."""

_PERSONAL = r"(?i)^(e-?mail( address)?|username|adresse e-?mail|e-?mail-?adresse|dirección de correo electrónico|عنوان البريد الإلكتروني)$"


def _lay_out(sheet: Sheet, options: ExportOptions) -> Layout:  # noqa: ARG001 - every product's signature
    heads = sheet.header(0)
    if heads[0].lower() not in TIMESTAMPS:
        raise DeliveryError(
            f"{sheet.name}: line 1 does not begin with the column Timestamp, in any language known here, as a Google form's "
            "answers do; name the file's own format, such as survey_csv"
        )
    columns: list[str] = []
    for place, head in enumerate(heads, 1):
        name = head or f"column {place}"
        columns.append(name if name not in columns else f"{name} ({place})")
    scores = {name for name, cells in zip(columns, sheet.rows.drop("line"), strict=True) if _are_scores(cells)}
    return Layout(
        header_rows=1,
        columns=tuple(columns),
        texts={name: name for name in columns},
        personal=frozenset(name for name in columns if re.match(_PERSONAL, name)),
        technical=frozenset({columns[0], *scores}),
        # In the sheet of answers ", " stands between them, in the CSV that the form offers ";".
        marks=(";",),
    )


def _are_scores(cells: pl.Series) -> bool:
    """Whether cells are the points that a quiz gave: `7 / 10`."""
    given = cells.drop_nulls().unique().cast(pl.String()).str.strip_chars()
    return bool(given.len()) and bool(given.str.contains(r"^\d+(\.\d+)? / \d+$").all())


FORMAT = SurveyExport("google_forms", _lay_out, version=23)
