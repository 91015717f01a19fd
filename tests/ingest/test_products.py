"""Exports of well-known products, told by their columns, and the format that a message sends them to."""

import pytest

from ingest.formats.products import PRODUCTS, Product, advice, product_of
from ingest.formats.text_file import TextFile, read_columns
from ingest.source import DeliveryError
from ingest.sources import SOURCES


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.title)
def test_each_product_has_a_format_that_reads_it(product: Product) -> None:
    formats = {source.name: source.formats for source in SOURCES}
    assert product.source in formats
    assert product.format in formats[product.source]


def test_a_product_is_told_by_a_line_with_its_columns() -> None:
    lines = [["Report"], ["Name (Original Name)", "User Email", "Join Time ", "Leave  Time", "Guest"]]
    assert (found := product_of(lines)) is not None
    assert found.format == "zoom_csv"
    assert product_of([["Join Time"], ["Leave Time", "User Email"]]) is None
    assert advice(found, "zoom_csv") == ""
    assert (found := product_of([["Respondent ID", "Collector ID", "Start Date"]])) is not None
    assert found.format == "surveymonkey_csv"


def test_a_file_of_another_product_is_refused_with_its_right_format() -> None:
    text = 'StartDate,Q1\nStart Date,How are you\n"{""ImportId"":""startDate""}","{""ImportId"":""QID1""}"\n'
    with pytest.raises(DeliveryError, match=r"Qualtrics .*: deliver it under landing/survey as format qualtrics_csv"):
        read_columns(TextFile("r.csv", text.encode()), {"video_id": "id"})
