"""`survey/triple_s`: the survey interchange standard: an XML description (`.sss`, `.xml`) and its data, fixed width or CSV.

What becomes of the variables is in `ingest.formats.survey.survey_wave`. See the Triple-S XML standard, versions 1.1 to 3.0.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ingest.formats.survey.survey_options import ExportOptions
from ingest.formats.survey.survey_variables import AT, Coded, Variable
from ingest.formats.survey.survey_wave import Responses, parse_wave, require_columns
from ingest.formats.text_file import TextFile, read_table, text_files
from ingest.reasons import Reason
from ingest.source import REJECTED, Delivery, DeliveryError, Parsed

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_DESCRIPTIONS = (".sss", ".xml")
_LONGEST_RECORD = 100_000
_CODE = 9
"""As wide as a code may be that stands in a field of its own."""
_FILLED = r"^0+(\d)"


@dataclass(frozen=True)
class _Described:
    """A variable of the description. Positions count from 1: characters of a fixed-width record, fields of a CSV."""

    name: str
    kind: str
    start: int
    finish: int
    variable: Variable
    codes: tuple[str, ...] = ()
    use: str | None = None
    spread: tuple[int, int] | None = None
    """Number and width of the subfields that each hold one code of a multiple question; None for a flag per code."""


@dataclass(frozen=True)
class _Description:
    is_csv: bool
    skip: int
    variables: dict[str, _Described] = field(default_factory=dict)


class TripleS:
    """Reads survey waves. The description says which variable is the serial number and which the weight, unless the note does."""

    name = "triple_s"
    version = 12
    needs_timezone = False
    options = ExportOptions

    def read(self, delivery: Delivery) -> Parsed:
        """Fills the survey tables. Raises DeliveryError."""
        options = delivery.options_as(ExportOptions)
        files = list(text_files(delivery, options.encoding))
        descriptions = [file for file in files if Path(file.name).suffix.lower() in _DESCRIPTIONS]
        data = [file for file in files if file not in descriptions]
        if len(descriptions) != 1 or len(data) != 1:
            raise DeliveryError(
                f"found {len(descriptions)} descriptions (.sss, .xml) and {len(data)} data files, expected one of each; deliver "
                "other pairs apart"
            )
        described = _describe(descriptions[0])
        options = _with_uses(options, described)
        require_columns(options, described.variables, descriptions[0].name)
        questions = tuple(options.questions or _closed_questions(described, options))
        if not questions:
            raise DeliveryError(
                f"{descriptions[0].name}: describes no question with answers; name them under options.questions"
            )
        taken = [described.variables[name] for name in dict.fromkeys([*options.structure, *questions])]
        frame, rejected = (_csv if described.is_csv else _fixed)(data[0], described, taken)
        variables = {item.name: item.variable for item in taken}
        return parse_wave(delivery, options, Responses(Coded.from_values(frame, variables), questions, rejected))


def _describe(file: TextFile) -> _Description:
    from xml.etree.ElementTree import ParseError

    from defusedxml import DefusedXmlException
    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(file.text)
    except (ParseError, DefusedXmlException) as error:
        line = f", line {error.position[0]}" if isinstance(error, ParseError) else ""
        raise DeliveryError(
            f"{file.name}{line}: is not the XML of a Triple-S description ({type(error).__name__}); expected it whole, as the product "
            "wrote it: export it again"
        ) from error
    record = root.find(".//record")
    if root.tag != "sss" or record is None:
        raise DeliveryError(
            f"{file.name}: has no sss element with a record, expected a Triple-S description: export it again"
        )
    try:
        variables = [_variable(element) for element in record.iter("variable")]
    except (KeyError, ValueError, AttributeError) as error:
        raise DeliveryError(
            f"{file.name}: a variable lacks its name, its position, or has one that is none; expected a complete description: export it "
            "again"
        ) from error
    return _Description(
        is_csv=record.get("format", "fixed") == "csv",
        skip=int(record.get("skip", "0")) if record.get("skip", "0").isdecimal() else 0,
        variables={variable.name: variable for variable in variables},
    )


def _variable(element: "Element") -> _Described:
    position = element.find("position")
    start = _number(position.attrib["start"])  # type: ignore[union-attr]
    finish = _number(position.get("finish", start), least=start)  # type: ignore[union-attr]
    values = element.findall("./values/value")
    labels = {str(int(value.attrib["code"])): "".join(value.itertext()).strip() for value in values}
    spread, kind = element.find("spread"), element.attrib["type"]
    text = element.findtext("label")
    return _Described(
        name=str(element.findtext("name")).strip(),
        kind=kind,
        start=start,
        finish=finish,
        variable=Variable(
            text=text.strip() if text else None,
            labels=labels,
            is_multiple=kind == "multiple",
            base="asked" if kind == "multiple" and spread is None else "answered",
        ),
        codes=tuple(labels),
        use=element.get("use"),
        spread=_spread(spread, finish - start + 1) if spread is not None else None,
    )


def _spread(element: "Element", width: int) -> tuple[int, int]:
    """The number of the subfields and their width, which need not be stated."""
    subfields = _number(element.attrib["subfields"])
    return subfields, _number(element.get("width", max(1, width // subfields)))


def _number(written: str | int, least: int = 1) -> int:
    """A position or a length. Raises ValueError where no record is so long."""
    number = int(written)
    if not least <= number <= _LONGEST_RECORD:
        raise ValueError
    return number


def _with_uses(options: ExportOptions, described: _Description) -> ExportOptions:
    """The note's id and samples, else those that the description marks."""
    uses = {variable.use: variable.name for variable in described.variables.values() if variable.use}
    given = options.model_fields_set
    update: dict[str, object] = {}
    if "respondent_id" not in given and "serial" in uses:
        update["respondent_id"] = uses["serial"]
    if "samples" not in given and "weight" in uses:
        update["samples"] = {"all": options.samples["all"].model_copy(update={"weight": uses["weight"]})}
    return options.model_copy(update=update)


def _closed_questions(described: _Description, options: ExportOptions) -> list[str]:
    placing = {*options.structure, *options.drop}
    return [
        name
        for name, item in described.variables.items()
        if name not in placing and item.use is None and item.kind in ("single", "multiple", "logical") and
        (item.codes or item.kind == "logical")
    ]  # fmt: skip


def _fixed(file: TextFile, described: _Description, taken: list[_Described]) -> tuple[pl.DataFrame, pl.DataFrame]:
    records = pl.DataFrame({"record": file.text.split("\n")}).with_row_index("line", 1).filter(pl.col("record") != "")
    width = max(item.finish for item in taken)
    below = records.slice(described.skip)
    length = pl.col("record").str.len_chars()
    rejected = below.filter(length < width).select(
        pl.lit(file.name).alias("file"), pl.col("line").cast(pl.Int64()), pl.lit(Reason.UNREADABLE).alias("reason"),
        pl.lit(f"the record is shorter than the {width} characters that are described").alias("detail"),
    )  # fmt: skip
    whole = below.filter(length >= width)
    cells = {item.name: pl.col("record").str.slice(item.start - 1, item.finish - item.start + 1) for item in taken}
    return _frame(whole, file, taken, cells), rejected.match_to_schema(REJECTED)


def _csv(file: TextFile, described: _Description, taken: list[_Described]) -> tuple[pl.DataFrame, pl.DataFrame]:
    table = read_table(file, has_header=False)
    names = table.rows.drop("file", "line").columns
    if max(item.finish for item in taken) > len(names):
        raise DeliveryError(f"{file.name}: has {len(names)} columns, fewer than are described; deliver the pair again")
    cells = {}
    for item in taken:
        fields = [pl.col(names[place - 1]).fill_null("") for place in range(item.start, item.finish + 1)]
        cells[item.name] = pl.concat_str(fields) if item.spread is None else pl.concat_str(
            field.str.strip_chars().str.pad_start(_CODE, " ") for field in fields
        )  # fmt: skip
    rows = table.rows.slice(described.skip)
    apart = [item if item.spread is None else replace(item, spread=(item.spread[0], _CODE)) for item in taken]
    for item in apart:
        if item.kind == "multiple" and item.spread is None:
            _require_flags(rows, item, cells[item.name], file)
    return _frame(rows, file, apart, cells), table.rejected


def _require_flags(rows: pl.DataFrame, item: _Described, cell: pl.Expr, file: TextFile) -> None:
    """Raise DeliveryError where a cell has fewer flags than the question has answers: they would count for other answers."""
    flags = rows.select("line", cell.str.strip_chars().str.len_chars().alias("flags")).filter(pl.col("flags") > 0)
    if wrong := flags.filter(pl.col("flags") != len(item.codes)).rows():
        line, found = wrong[0]
        raise DeliveryError(
            f"{file.name}, line {line}, variable {item.name!r}: found {found} flags, expected {len(item.codes)}, one for each answer; a "
            "spreadsheet leaves out zeros at the beginning: deliver the file as the product exported it"
        )


def _frame(rows: pl.DataFrame, file: TextFile, taken: list[_Described], cells: dict[str, pl.Expr]) -> pl.DataFrame:
    """The variables as text, or as lists of codes; blank is unknown."""
    found = [
        (_codes(item, cells[item.name]) if item.kind == "multiple" else _one(item, cells[item.name]))
        .alias(AT + item.name)
        for item in taken
    ]  # fmt: skip
    return rows.select(*found, pl.lit(file.name).alias("file"), pl.col("line").cast(pl.Int64()))


def _one(item: _Described, cell: pl.Expr) -> pl.Expr:
    """What stands in a field; the code of an answer without the zeros that fill its field."""
    text = cell.str.strip_chars().replace("", None)
    return text.str.replace(_FILLED, "${1}") if item.codes else text


def _codes(item: _Described, cell: pl.Expr) -> pl.Expr:
    """The codes of a multiple question: a flag for each, or subfields that each hold one."""
    is_put = cell.str.strip_chars() != ""
    if item.spread is None:
        ticked = [pl.when(cell.str.slice(place, 1) == "1").then(pl.lit(code)) for place, code in enumerate(item.codes)]
    else:
        number, width = item.spread
        subfields = [cell.str.slice(place * width, width).str.strip_chars() for place in range(number)]
        written = [subfield.str.replace(_FILLED, "${1}") for subfield in subfields]
        ticked = [pl.when(~code.is_in(["", "0"])).then(code) for code in written]
    return pl.when(is_put).then(pl.concat_list(ticked).list.drop_nulls().list.unique(maintain_order=True))


FORMAT = TripleS()
