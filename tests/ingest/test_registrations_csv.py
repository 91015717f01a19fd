"""Tables of registrations."""

import pytest

from ingest.source import DeliveryError
from tests.ingest.live_desk import LiveDesk, person, utc

OPTIONS = {
    "session": {"id": "live-07"},
    "columns": {"person": "email", "registered_at": "registeredAt", "status": "state", "has_attended": "attendedLive", "channel": "utm"},
}  # fmt: skip
HEADER = "email,name,registeredAt,state,attendedLive,utm\n"


def test_a_row_a_person(live: LiveDesk) -> None:
    text = HEADER + (
        "Ana@x.org,Ana,2022-10-01T10:00:00Z,Approved,true,story\n"
        "bo@x.org,Bo,2022-10-02 14:00:00,canceled,No,\n"
        "cy@x.org,Cy,,denied,,story\n"
    )
    parsed = live.read("registrations_csv", {"r.csv": text}, OPTIONS, "Asia/Dubai")
    rows = parsed.tables["live_registrations"].select(
        "person_key", "registered_at", "status", "has_attended", "channel"
    )
    assert rows.rows() == [
        (person("ana@x.org"), utc("2022-10-01T10:00:00"), "approved", True, "story"),
        (person("bo@x.org"), utc("2022-10-02T10:00:00"), "cancelled", False, None),
        (person("cy@x.org"), None, "denied", None, "story"),
    ]
    session = parsed.tables["live_sessions"].row(0, named=True)
    assert (session["basis"], session["starts_at"], session["bounds_basis"]) == ("registrations", None, "events")
    assert parsed.tables["live_stays"].is_empty()


@pytest.mark.parametrize(
    ("word", "status"),
    [("Attending", "approved"), ("Waitlisted", "pending"), ("Refunded", "cancelled"), ("Not Attending", "cancelled"),
     ("مؤكد", "approved"), ("ملغى", "cancelled"), ("Annulé", "cancelled"), ("Reddedildi", "denied"), ("İptal edildi", "cancelled")],
)  # fmt: skip
def test_words_of_other_platforms_and_languages(word: str, status: str, live: LiveDesk) -> None:
    text = HEADER + f"ana@x.org,Ana,2022-10-01T10:00:00Z,{word},,\n"
    registered = live.read("registrations_csv", {"r.csv": text}, OPTIONS, None).tables["live_registrations"]
    assert registered["status"].to_list() == [status]


def test_every_record_is_accounted_for_and_the_last_of_a_person_counts(live: LiveDesk) -> None:
    text = HEADER + (
        "ana@x.org,Ana,2022-10-01T10:00:00Z,pending,,\n"
        "ana@x.org,Ana,2022-10-01T10:00:00Z,pending,,\n"
        "ana@x.org,Ana,2022-10-01T10:00:00Z,approved,,\n"
        ",Nobody,2022-10-01T10:00:00Z,approved,,\n"
        "bo@x.org,Bo,some day,maybe,perhaps,\n"
    )
    parsed = live.read("registrations_csv", {"r.csv": text}, OPTIONS, None)
    assert (parsed.records_read, parsed.records_duplicate) == (5, 1)
    assert sorted(parsed.rejected.select("line", "reason").rows()) == [(2, "conflicting_key"), (5, "missing_key")]
    assert parsed.tables["live_registrations"]["status"].to_list() == ["approved", None]
    assert parsed.unreadable.rows() == [
        ("has_attended", "unreadable", 1),
        ("registered_at", "bad_time", 1),
        ("status", "unreadable", 1),
    ]


def test_a_column_that_is_not_there(live: LiveDesk) -> None:
    with pytest.raises(DeliveryError, match=r"r\.csv: column 'email' for 'person' is not there"):
        live.read("registrations_csv", {"r.csv": "mail\na@x.org\n"}, OPTIONS, None)
