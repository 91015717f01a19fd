"""Kobo exports: groups in headings, several answers in one cell, in columns and in both, people not approved."""

from pathlib import Path

import pytest

from ingest.source import DeliveryError, Parsed
from tests.ingest.survey_desk import SURVEY_KEY, answered, read, rejected

PLAIN = SURVEY_KEY + "samples: {all: {weight: null}}\n"
EXPORT = """start;deviceid;about/seen;about/where;about/where/tiktok;about/where/poster;_id;_uuid;_validation_status
2022-10-05T10:00:00;d1;yes;tiktok poster;1;1;1;u-1;Approved
2022-10-05T10:01:00;d2;yes;tiktok;1;0;2;u-2;
2022-10-05T10:02:00;d3;no;;0;0;3;u-3;
2022-10-05T10:03:00;d4;no;;;;4;u-4;
2022-10-05T10:04:00;d5;no;poster;0;1;5;u-5;Not approved
"""


def wave(tmp_path: Path, text: str, options: str = PLAIN) -> Parsed:
    return read(tmp_path, "kobo_csv", {"wave.csv": text}, options)


def test_columns_beside_their_summary(tmp_path: Path) -> None:
    parsed = wave(tmp_path, EXPORT)
    assert rejected(parsed) == [(6, "not_approved")]
    questions = parsed.tables["survey_questions"].select("question_code", "kind", "base").rows()
    assert questions == [("about/seen", "single", "answered"), ("about/where", "multiple", "asked")]
    where = answered(parsed, "about/where").sort("line", "answer_code").select("line", "answer_code").rows()
    assert where == [(2, "poster"), (2, "tiktok"), (3, "tiktok"), (4, "")]
    assert not any(word in str([frame.to_dicts() for frame in parsed.tables.values()]) for word in ("u-1", "d1"))


def test_columns_that_the_note_drops_or_takes_as_segments_are_no_answers(tmp_path: Path) -> None:
    parsed = wave(tmp_path, EXPORT, PLAIN + "drop: [about/where/poster]\n")
    assert set(answered(parsed, "about/where")["answer_code"]) == {"tiktok", ""}
    parsed = wave(tmp_path, EXPORT, PLAIN + "segments: {saw: about/where/poster}\n")
    assert set(answered(parsed, "about/where")["answer_code"]) == {"tiktok", ""}


@pytest.mark.parametrize("mark", [".", "-", ":"])
def test_other_marks_between_question_and_answer(tmp_path: Path, mark: str) -> None:
    header, _, rows = EXPORT.partition("\n")
    parsed = wave(tmp_path, header.replace("/", mark) + "\n" + rows)
    assert parsed.tables["survey_questions"]["question_code"].to_list() == [f"about{mark}seen", f"about{mark}where"]
    assert answered(parsed, f"about{mark}where")["answer_code"].to_list().count("tiktok") == 2


def test_a_summary_alone(tmp_path: Path) -> None:
    rows = [line.split(";") for line in EXPORT.splitlines()]
    text = "".join(";".join(row[:4] + row[6:]) + "\n" for row in rows)
    options = PLAIN + "questions: {about/where: {kind: multiple, options: [tiktok, poster]}}\n"
    where = answered(wave(tmp_path, text, options), "about/where").sort("line", "answer_code")
    assert where.select("line", "answer_code").rows() == [(2, "poster"), (2, "tiktok"), (3, "tiktok")]


def test_columns_that_the_note_puts_together(tmp_path: Path) -> None:
    options = (
        PLAIN
        + "questions: {where: {columns: [about/where/tiktok, about/where/poster], labels: {about/where/tiktok: TikTok}}}\n"
    )
    parsed = wave(tmp_path, EXPORT, options)
    assert answered(parsed, "where").sort("line", "answer_code")["answer_code"].to_list() == [
        "TikTok", "about/where/poster", "TikTok", "",
    ]  # fmt: skip


def test_another_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match="none of the columns _uuid"):
        wave(tmp_path, "id;q\n1;2\n2;2\n")
