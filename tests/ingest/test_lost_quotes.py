"""Text whose quotation marks were moved or lost on its way."""

import pytest

from ingest.formats.text_file import as_text
from tests.ingest.live_desk import LiveDesk

WRAPPED = (
    '"Full Name,User Action,Timestamp,"\n"Ana P,Joined,4/23/2021, 6:44:22 PM"\n"Ana P,Left,4/23/2021, 6:54:22 PM"\n'
)


@pytest.mark.parametrize(
    ("delivered", "meant"),
    [
        ('"a,b,c"\n"1,2,""x, y"""\n', 'a,b,c\n1,2,"x, y"\n'),
        ('"a\tb",,\n"1\t2",,\n', "a\tb\n1\t2\n"),
        ('a,b\n"so \\"x\\", y",1\n"5\\"",2\n', 'a,b\n"so ""x"", y",1\n"5""",2\n'),
        ('a,b,c\n"=""Doe, J""","=""""",x="1"\n', 'a,b,c\n"Doe, J","",x="1"\n'),
        ('a\tb\n="x"\t="1"\n', 'a\tb\n"x"\t"1"\n'),
        (WRAPPED, "Full Name,User Action,Timestamp\nAna P,Joined,4/23/2021 6:44:22 PM\nAna P,Left,4/23/2021 6:54:22 PM\n"),
        (
            "Start time\t5/15/2022\t1:00 PM\n\nName\tJoin\tLeave\nA\t5/15/2022\t1:00 PM\t5/15/2022\t1:30 PM\n",
            "Start time\t5/15/2022 1:00 PM\n\nName\tJoin\tLeave\nA\t5/15/2022 1:00 PM\t5/15/2022 1:30 PM\n",
        ),
    ],
)  # fmt: skip
def test_lines_and_times_are_whole_again(delivered: str, meant: str) -> None:
    assert as_text("f.csv", delivered.encode()).text == meant


@pytest.mark.parametrize(
    "text",
    [
        '"Name"\n"Doe, Jane"\n"Roe, Sam"\n',
        'a,b\n"C:\\x\\",1\n"say ""x\\"" y",2\n',
        '{"a": "so \\"x\\" y"}\n',
        '"a","b"\n"1","2"\n',
        '"a,b"\n1,2\n',
        "date,time,viewers\n2022-10-05,18:00,5\n2022-10-05,18:01,6\n",
        "name,day,note\nA,2022-10-05,18:00\nB,2022-10-05,late\n",
        'name,at\n"Doe, Jane",4/23/2021, 6:44:22 PM\n',
    ],
)
def test_what_may_be_meant_otherwise_stays_as_it_is(text: str) -> None:
    assert as_text("f.csv", text.encode()).text == text


def test_a_list_of_teams_that_a_spreadsheet_quoted(live: LiveDesk) -> None:
    parsed = live.read("teams_list", {"a.csv": WRAPPED}, {"session": {"id": "s"}}, "Asia/Kolkata")
    [stay] = parsed.tables["live_stays"].iter_rows(named=True)
    assert (stay["left_at"] - stay["joined_at"]).total_seconds() == 600
