"""Triple-S pairs: fixed width and CSV, flags and subfields, the marks for serial number and weight."""

from pathlib import Path

import pytest

from ingest.source import DeliveryError, Parsed
from tests.ingest.survey_desk import SURVEY_KEY, answered, read, rejected, shares

PLAIN = SURVEY_KEY
DESCRIPTION = """<?xml version="1.0"?>
<sss version="2.0"><survey><record ident="A"{record}>
<variable ident="1" type="quantity" use="serial"><name>id</name><label>Number</label><position start="1" finish="{id}"/></variable>
<variable ident="2" type="single"><name>Q1</name><label>Seen it?</label><position start="{q1}"/>
<values><value code="1">Yes</value><value code="2">No</value></values></variable>
<variable ident="3" type="multiple"><name>Q2</name><label>Where?</label><position start="{q2}" finish="{q2_end}"/>
<values><value code="1">TikTok</value><value code="2">Poster</value><value code="3">School</value></values>{spread}</variable>
<variable ident="4" type="quantity" use="weight"><name>w</name><label>Weight</label><position start="{w}" finish="{w_end}"/></variable>
<variable ident="5" type="character"><name>why</name><label>Why?</label><position start="{why}" finish="{why_end}"/></variable>
</record></survey></sss>
"""
FLAGS = DESCRIPTION.format(record="", id=3, q1=4, q2=5, q2_end=7, spread="", w=8, w_end=11, why=12, why_end=20)
SUBFIELDS = DESCRIPTION.format(
    record="", id=3, q1=4, q2=5, q2_end=8, spread='<spread subfields="2" width="2"/>', w=9, w_end=12, why=13, why_end=20
)
TABLE = DESCRIPTION.format(
    record=' format="csv" skip="1"', id=1, q1=2, q2=3, q2_end=3, spread="", w=4, w_end=4, why=5, why_end=5
)


def wave(tmp_path: Path, description: str, data: str, options: str = PLAIN) -> Parsed:
    return read(tmp_path, "triple_s", {"wave.sss": description, "wave.asc": data}, options)


def given(parsed: Parsed) -> list[tuple[int, str]]:
    return answered(parsed, "Q2").sort("line", "answer_code").select("line", "answer_code").rows()


def test_fixed_width_with_flags(tmp_path: Path) -> None:
    data = "0011110 1.5story a  \n0022100 1.0story b  \n0032000 1.0story c  \n0041    1.0         \n005\n"
    parsed = wave(tmp_path, FLAGS, data)
    assert parsed.tables["survey_questions"].select("question_code", "kind", "base").rows() == [
        ("Q1", "single", "answered"),
        ("Q2", "multiple", "asked"),
    ]
    assert given(parsed) == [(1, "1"), (1, "2"), (2, "1"), (3, "")]
    assert rejected(parsed) == [(5, "unreadable")]
    assert shares(answered(parsed, "Q1"), ["1"])["all"][:2] == (100 * 2.5 / 4.5, 4)
    assert "story" not in str([frame.to_dicts() for frame in parsed.tables.values()])


def test_fixed_width_with_subfields(tmp_path: Path) -> None:
    parsed = wave(tmp_path, SUBFIELDS, "0011 1 3 1.0story a \n00220000 1.0story b \n0031     1.0story c \n")
    assert given(parsed) == [(1, "1"), (1, "3"), (2, "")]


def test_csv_with_a_header(tmp_path: Path) -> None:
    parsed = wave(tmp_path, TABLE, "id,Q1,Q2,w,why\n1,1,101,1.5,x\n2,2,000,1,y\n")
    assert given(parsed) == [(2, "1"), (2, "3"), (3, "")]


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ("<sss", "is not the XML"),
        ("<html/>", "no sss element"),
        (FLAGS.replace('start="4"', ""), "lacks its name, its position"),
        ('<!DOCTYPE sss [<!ENTITY a "b">]>' + FLAGS[22:], "is not the XML"),
    ],
)
def test_a_description_that_is_none(tmp_path: Path, description: str, message: str) -> None:
    with pytest.raises(DeliveryError, match=message):
        wave(tmp_path, description, "0011110 1.5story a  \n")


def test_a_pair_is_needed(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=r"found 1 descriptions.* and 2 data files"):
        read(tmp_path, "triple_s", {"a.sss": FLAGS, "a.asc": "1\n", "b.asc": "1\n"}, PLAIN)


def test_codes_of_two_digits_in_fields_of_their_own(tmp_path: Path) -> None:
    spread = DESCRIPTION.format(
        record=' format="csv" skip="1"', id=1, q1=2, q2=3, q2_end=4, spread='<spread subfields="2"/>', w=5, w_end=5, why=6, why_end=6
    ).replace('<value code="3">', '<value code="11">')  # fmt: skip
    parsed = wave(tmp_path, spread, "id,Q1,Q2a,Q2b,w,why\n1,01,11,1,1.5,x\n2,02,11,,1,y\n")
    assert given(parsed) == [(2, "1"), (2, "11"), (3, "11")]
    assert shares(answered(parsed, "Q1"), ["1"])["all"][:2] == (60, 2)


def test_subfields_are_as_wide_as_their_place(tmp_path: Path) -> None:
    parsed = wave(tmp_path, SUBFIELDS.replace(' width="2"', ""), "0011 1 3 1.0story a \n0022 3   1.0story b \n")
    assert given(parsed) == [(1, "1"), (1, "3"), (2, "3")]


def test_flags_that_lost_their_zeros_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=r"wave\.asc, line 3, variable 'Q2': found 2 flags, expected 3"):
        wave(tmp_path, TABLE, "id,Q1,Q2,w,why\n1,1,101,1.5,x\n2,2,11,1,y\n")


def test_a_description_says_its_encoding(tmp_path: Path) -> None:
    description = FLAGS.replace("?>", ' encoding="windows-1256"?>', 1).replace("Yes", "نعم")
    files: dict[str, str | bytes] = {"wave.sss": description.encode("cp1256"), "wave.asc": "0011110 1.5story a  \n"}
    [answers] = (
        read(tmp_path, "triple_s", files, PLAIN).tables["survey_questions"].filter(question_code="Q1")["answers"]
    )
    assert [answer["answer_label"] for answer in answers] == ["نعم", "No"]
