"""`activation/activation_counts_csv`: counts of a partner by date, whatever it tells apart."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingest.source import DeliveryError
from tests.ingest.activation_desk import read, rejected

COLUMNS = {"date": "day", "activation": "what", "market": "country", "events": "n", "unique_people": "people"}


def test_counts_and_unknown_people(tmp_path: Path) -> None:
    text = "day,what,country,n,people\n2026-10-04,guide_open,UAE,1200,--\n05/10/2026,Toolkit Downloaded,مصر,0,0\n13/09/2026,share,Nowhere,x,7\n"
    parsed = read(tmp_path, "activation_counts_csv", text, {"columns": COLUMNS, "date_order": "dmy"})
    names = ["activation", "market", "counted_on", "events", "unique_people"]
    assert parsed.tables["activation_counts"].select(names).rows() == [
        ("guide.opened", "AE", date(2026, 10, 4), 1200, None),
        ("toolkit.downloaded", "EG", date(2026, 10, 5), 0, 0),
        ("share", None, date(2026, 9, 13), None, 7),
    ]
    assert parsed.unreadable.rows() == [
        ("events", "bad_number", 1),
        ("market", "unreadable", 1),
        ("unique_people", "not_applicable", 1),
    ]


def test_constants_repeats_and_what_has_no_date(tmp_path: Path) -> None:
    text = "day,n\n2026-10-04,5\n2026-10-04,5\n2026-10-05,6\n2026-10-05,7\nsoon,1\n,1\n"
    options = {"columns": {"date": "day", "events": "n"}, "activation": "activation_view", "market": "SA"}
    parsed = read(tmp_path, "activation_counts_csv", text, options)
    assert parsed.tables["activation_counts"].select("activation", "market", "events").rows() == [
        ("activation.viewed", "SA", 5),
        ("activation.viewed", "SA", 7),
    ]
    assert parsed.records_duplicate == 1
    assert rejected(parsed) == [(4, "conflicting_key"), (6, "bad_time"), (7, "missing_key")]


def test_rows_that_sum_up_others_are_no_records(tmp_path: Path) -> None:
    text = (
        "day,what,country,n,people\n2026-10-04,guide_open,AE,7,1\n2026-10-04,guide_open,SA,5,1\n2026-10-04,guide_open,Total,12,2\n"
        "2026-10-05,guide_open,Total,9,2\n2026-10-05,TOTAL,,9,2\nSumme,,,21,4\nجمع,,,21,4\n"
    )
    parsed = read(tmp_path, "activation_counts_csv", text, {"columns": COLUMNS})
    # A day that is given in total only is kept: of no market that is known.
    assert parsed.tables["activation_counts"].select("market", "events").rows() == [("AE", 7), ("SA", 5), (None, 9)]
    assert (parsed.records_read, rejected(parsed)) == (3, [])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": {"date": "day", "events": "n"}}, "either columns.activation or a constant"),
        ({"columns": COLUMNS, "market": "SA"}, "columns.market and a constant market"),
        ({"columns": {"date": "day", "activation": "what"}}, "neither events nor unique_people"),
        ({"columns": COLUMNS, "header": False}, "found names for columns"),
    ],
)
def test_options_that_contradict_each_other(tmp_path: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(DeliveryError, match=message):
        read(tmp_path, "activation_counts_csv", "day,what,n\n", options)


def test_counts_in_thousands_of_countries_of_three_letters_on_days_of_a_spreadsheet(tmp_path: Path) -> None:
    text = "day,what,country,n (K)\n46299,guide_open,ARE,1.2\n46299,guide_open,SAU,3\n"
    columns = {"date": "day", "activation": "what", "market": "country", "events": "n (K)"}
    counts = read(tmp_path, "activation_counts_csv", text, {"columns": columns}).tables["activation_counts"]
    day = date(2026, 10, 4)
    assert sorted(counts.select("market", "events", "counted_on").iter_rows()) == [
        ("AE", 1_200, day),
        ("SA", 3_000, day),
    ]


def test_all_markets_or_assets_beside_each_of_them_are_a_sum(tmp_path: Path) -> None:
    text = (
        "day,what,country,n,people\n2026-10-04,guide_open,AE,7,1\n2026-10-04,guide_open,SA,5,1\n2026-10-04,guide_open,All markets,12,2\n"
        "2026-10-05,guide_open,AE,9,2\n2026-10-05,guide_open,Worldwide,9,2\n2026-10-05,guide_open,MENA,9,2\n"
    )
    parsed = read(tmp_path, "activation_counts_csv", text, {"columns": COLUMNS})
    assert parsed.tables["activation_counts"]["events"].to_list() == [7, 5, 9]


def test_counts_of_hours_are_no_counts_of_a_day(tmp_path: Path) -> None:
    text = "day,n\n2026-10-04 10:00,1\n2026-10-04 11:00,1\n"
    with pytest.raises(DeliveryError, match=r"file.txt, line 2: found counts of several times of a day"):
        read(
            tmp_path, "activation_counts_csv", text, {"columns": {"date": "day", "events": "n"}, "activation": "guide"}
        )


def test_no_zone_moves_a_date(tmp_path: Path) -> None:
    options = {"columns": {"date": "day", "events": "n"}, "activation": "guide.opened"}
    text = "day,n\n2026-10-04T00:00:00+04:00,1\n2026-10-05 00:00:00.000Z,1\n2026-10-06,1\n2026-10-07 12:00,1\n"
    counts = read(tmp_path, "activation_counts_csv", text, options).tables["activation_counts"]
    assert counts["counted_on"].to_list() == [date(2026, 10, day) for day in (4, 5, 6, 7)]
    seconds = "day,n\n1791158400,1\n1791244800000,1\n"
    counts = read(tmp_path, "activation_counts_csv", seconds, options).tables["activation_counts"]
    assert counts["counted_on"].to_list() == [date(2026, 10, 5), date(2026, 10, 6)]
    with pytest.raises(DeliveryError, match=r"file.txt, line 2: found an instant with a zone"):
        read(tmp_path, "activation_counts_csv", "day,n\n1791144000,1\n", options)
    with pytest.raises(DeliveryError, match=r"file.txt, line 3: found an instant with a zone"):
        read(tmp_path / "b", "activation_counts_csv", "day,n\n2026-10-04,1\n2026-10-05T20:00:00.000Z,1\n", options)


def test_rows_of_countries_that_are_not_known_are_not_one(tmp_path: Path) -> None:
    text = "day,what,country,n,people\n2026-10-04,guide_open,Atlantis,5,1\n2026-10-04,guide_open,Narnia,5,1\n2026-10-04,guide_open,AE,5,1\n"
    parsed = read(tmp_path, "activation_counts_csv", text, {"columns": COLUMNS})
    assert rejected(parsed) == [(2, "unreadable"), (3, "unreadable")]
    assert parsed.records_duplicate == 0


def test_names_of_events_in_the_plural(tmp_path: Path) -> None:
    text = "day,what,n\n2026-10-04,Guide opens,1\n2026-10-04,Toolkit downloads,1\n2026-10-04,Tutorial completions,1\n2026-10-04,Helpline calls,1\n"
    columns = {"date": "day", "activation": "what", "events": "n"}
    counts = read(tmp_path, "activation_counts_csv", text, {"columns": columns}).tables["activation_counts"]
    assert counts["activation"].to_list() == [
        "guide.opened",
        "toolkit.downloaded",
        "tutorial.completed",
        "helpline.contacted",
    ]
