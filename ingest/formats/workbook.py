"""The first sheet of a workbook, as text: what no sheet of a spreadsheet program can hold otherwise is for the formats to say."""

import polars as pl

from ingest.source import DeliveryError

WORKBOOKS = (".xlsx", ".xls", ".xlsb", ".ods")


def is_workbook(name: str) -> bool:
    """Whether a file is called like a workbook."""
    return name.lower().endswith(WORKBOOKS)


def first_sheet(name: str, data: bytes) -> pl.DataFrame:
    """The cells of the first sheet as text, a row of the sheet each, whole numbers without a point. Raises DeliveryError."""
    import fastexcel

    try:
        sheet = fastexcel.read_excel(data).load_sheet(0, header_row=None, dtypes="string")
        frame: pl.DataFrame = sheet.to_polars()
    except fastexcel.FastExcelError as error:
        raise DeliveryError(
            f"{name}: cannot be read as a workbook; expected .xlsx, .xlsb, .xls or .ods without a password: "
            "save it again, or export it as CSV"
        ) from error
    return frame.with_columns(pl.all().str.replace(r"^(-?\d+)\.0$", "${1}"))


def as_csv(name: str, data: bytes) -> bytes:
    """The first sheet as delimited text in UTF-8 without a header of its own, a line a row. Raises DeliveryError."""
    cells = first_sheet(name, data)
    return cells.with_columns(pl.all().str.replace_all(r"[\r\n]+", " ")).write_csv(include_header=False).encode()
