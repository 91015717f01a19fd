"""Tables about activations: counts are told by their columns, single events, contacts and posts are no counts and no survey."""

from pathlib import Path

import pytest

from ingest.drafts.draft import Given
from ingest.inspection import inspect
from ingest.source import DeliveryError
from tests.ingest.test_inspection import CAMPAIGNS, read


def table(header: str, row: str) -> bytes:
    """Twenty rows with @N for their number."""
    return "".join(f"{line}\n" for line in (header, *(row.replace("@N", str(10 + n)) for n in range(20)))).encode()


@pytest.mark.parametrize(
    ("header", "row", "activation"),
    [
        ("Date,Toolkit,Country,Downloads,Unique downloaders", "2026-10-@N,tk-ar,AE,4,3", "toolkit.downloaded"),
        ("date,helpline,market,contacts", "2026-10-@N,jo-1,JO,4", "helpline.contacted"),
        ("Day,Guide ID,Total opens", "2026-10-@N,g1,4", "guide.opened"),
        ("Data,Evento,País,Total de eventos", "2026-10-@N,guide_open,Marrocos,4", "guide.opened"),
        ("Дата,Событие,Страна,Количество", "2026-10-@N,guide_open,Египет,4", "guide.opened"),
        ("Datum,Gebeurtenis,Land,Aantal,Gebruikers", "2026-10-@N,guide_open,Egypte,4,3", "guide.opened"),
        ("Date,Goal,Country,Total conversions", "2026-10-@N,guide_open,EG,4", "guide.opened"),
        (
            "Date,Nom de l'événement,Nombre d'événements,Nombre total d'utilisateurs",
            "2026-10-@N,guide_open,4,3",
            "guide.opened",
        ),
        ("Fecha,Nombre del evento,Número de eventos,Total de usuarios", "2026-10-@N,guide_open,4,3", "guide.opened"),
        ("Datum,Ereignisname,Ereignisanzahl,Gesamtnutzerzahl", "2026-10-@N,guide_open,4,3", "guide.opened"),
        ("TARIH,ETKINLIK ADI,ETKINLIK SAYISI,TOPLAM KULLANICI SAYISI", "2026-10-@N,guide_open,4,3", "guide.opened"),
        ("Date,Event Action,Total events", "2026-10-@N,Guide Opened,4", "guide.opened"),
        ("Jour,Événement,Pays,Nombre d'événements", "2026-10-@N,guide_open,Maroc,4", "guide.opened"),
        ("date,name,visitors,events", "2026-10-@N,Guide Opened,3,4", "guide.opened"),
        ("Tarih,Etkinlik,Say\u0131,Kullan\u0131c\u0131lar", "2026-10-@N,guide_open,4,3", "guide.opened"),
        ("日付,イベント名,イベント数,ユーザー数", "2026-10-@N,guide_open,4,3", "guide.opened"),
    ],
)
def test_an_event_that_columns_in_many_languages_or_the_names_of_columns_tell(
    header: str, row: str, activation: str, tmp_path: Path
) -> None:
    (tmp_path / "counts.csv").write_bytes(table(header, row))
    found = inspect([tmp_path / "counts.csv"], Given(), CAMPAIGNS)
    assert found.open == ()
    (tmp_path / "delivery.yml").write_text(found.text)
    counts = read(tmp_path, "activation").tables["activation_counts"]
    assert (counts.height, counts["events"].sum()) == (20, 80)
    assert counts["activation"].unique().to_list() == [activation]


def test_rows_that_differ_by_a_column_without_a_place_are_refused(tmp_path: Path) -> None:
    text = "Date,Event,Platform,Events\n" + "".join(
        f"2026-10-{n:02d},guide.opened,{p},{n}\n" for n in range(1, 9) for p in ("ios", "web")
    )
    (tmp_path / "counts.csv").write_text(text)
    with pytest.raises(DeliveryError, match="column 'Platform': found several rows of a day and event"):
        inspect([tmp_path / "counts.csv"], Given(), CAMPAIGNS)


@pytest.mark.parametrize(
    ("header", "row", "message"),
    [
        (
            "event_type,event_time,user_id,country",
            "guide_open,2026-10-05 10:@N,u@N,AE",
            "found single events of persons",
        ),
        ("event_name,event_timestamp,user_pseudo_id", "button,17900000@N000000,u@N", "found single events of persons"),
        ("clicked_at,resource_id,user_id", "2026-10-05T10:@N:00Z,r1,u@N", "found single clicks"),
        ("call_id,call_start,caller_gender,topic", "c@N,2026-10-05 10:@N,F,sleep", "found single contacts"),
        ("Post ID,Coder,Crisis resource attached", "75@N,A,Yes", "found single posts that were coded"),
        ("Date,Channel,Contacts,Unique callers", "2026-10-@N,Chat,4,3", "found counts of people without what they did"),
        ("Label,Total events,Unique events", "guide_opened,3@N,2@N", "found counts without a date"),
        ("Date,Guide opened,Toolkit downloaded", "2026-10-@N,4,3", "found a column an event"),
        ("Date,Guide Opened - Total,Toolkit Downloaded - Total", "2026-10-@N,4,3", "found a column an event"),
    ],
)
def test_what_has_a_row_a_person_or_a_column_an_event_is_refused(
    header: str, row: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "rows.csv").write_bytes(table(header, row))
    with pytest.raises(DeliveryError, match=rf"rows.csv, line 1: {message}.*expected .*date"):
        inspect([tmp_path / "rows.csv"], Given(), CAMPAIGNS)
