"""A small delivery of every format, as its product writes it, with a canary wherever it names a person or quotes one.

A canary is a word that nothing else contains: found anywhere but in landing, it has leaked.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FIXTURES = Path(__file__).parents[1] / "fixtures"
CANARY = "qzxcanary"


@dataclass(frozen=True)
class Specimen:
    """A delivery that loads: the note's format and options, its files, and what landing calls its source."""

    source: str
    format: str
    files: Mapping[str, bytes]
    options: Mapping[str, Any]
    timezone: str | None = "Asia/Dubai"

    @property
    def note(self) -> dict[str, Any]:
        """The note as a user writes it."""
        zone = {} if self.timezone is None else {"timezone": self.timezone}
        named = {"source": self.source, "format": self.format, "campaign": "endthestigma", **zone}
        return {**named, "options": dict(self.options)}


def person(number: int) -> str:
    """An invented person who must appear nowhere but in landing."""
    return f"{CANARY}{number:03d}"


def lines(*rows: str) -> bytes:
    """Text with a line end after every row."""
    return "".join(f"{row}\n" for row in rows).encode()


def zipped(files: Mapping[str, bytes]) -> bytes:
    """An archive of these files."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


SESSION = {"id": "live-07", "title": "Talk", "country": "AE", "hosts": [f"{person(1)}@example.org"]}
WAVE = {"id": "wellbeing", "wave": "w1", "fieldwork_from": "2022-10-05", "fieldwork_to": "2022-10-08"}

SPECIMENS = (
    Specimen(
        "hashtag",
        "studio_zip",
        {
            f"Overview_2022-10-08_1665230400_{person(1)}.zip": zipped(
                {
                    "Overview.csv": lines(
                        "Date,Video Views,Profile Views,Likes,Comments,Shares",
                        *(f"October {day},{day}00,{day},{day},1,0" for day in range(1, 8)),
                    ),
                    "Content.csv": lines(
                        "Time,Video title,Video link,Post time,Total likes,Total comments,Total shares,Total views",
                        *(
                            f"October 7,of {person(number)} #calm,https://www.tiktok.com/@{person(1)}/video/71500000000000{number:05d},"
                            f"October 1,{number},1,0,{number}00"
                            for number in range(2, 20)
                        ),
                    ),
                }
            )
        },
        {},
        None,
    ),
    Specimen(
        "hashtag",
        "business_api",
        {
            "pages.ndjson": lines(
                *(
                    f'{{"captured_at": "2022-10-08T06:00:{page:02d}Z", "endpoint": "business/video/list", "request": {{"business_id": "{person(1)}"}},'
                    f' "response": {{"code": 0, "data": {{"videos": [{{"item_id": "71500000000000{page:05d}", "caption": "of {person(page)} #calm",'
                    f' "video_views": {page}00, "reach": {page}, "full_video_watched_rate": 0.2}}]}}}}}}'
                    for page in range(10, 30)
                ),
                f'{{"captured_at": "2022-10-08T06:01:00Z", "endpoint": "business/get", "response": {{"code": 0, "data": {{"username": "{person(1)}",'
                ' "metrics": [{"date": "2022-10-07", "video_views": 5}]}}}',
            )
        },
        {},
        None,
    ),
    Specimen(
        "hashtag",
        "video_json",
        {
            "dataset.json": lines(
                *(
                    f'{{"id": "70000000000000{number:05d}", "text": "of {person(number)} #calm", "playCount": {number}, "diggCount": 1,'
                    f' "authorMeta": {{"name": "{person(number)}"}}, "hashtags": [{{"name": "calm"}}]}}'
                    for number in range(1, 30)
                )
            )
        },
        {"preset": "apify_tiktok", "captured_at": "2022-10-08T12:00:00Z"},
    ),
    Specimen(
        "hashtag",
        "tag_totals_csv",
        {"totals.csv": lines("tag,at,views", *(f"tag{number},2022-10-08 1{number % 10}:05:00,{number}.2M" for number in range(30)))},
        {"columns": {"hashtag": "tag", "observed_at": "at", "views": "views"}},
    ),
    Specimen(
        "hashtag",
        "research_api",
        {
            "pages.ndjson": lines(
                *(
                    f'{{"captured_at": "2022-10-08T1{number % 10}:00:04Z", "endpoint": "video/query", "request": {{"cursor": {number}}}, '
                    f'"response": {{"data": {{"videos": [{{"id": 70000000000000{number:05d}, "username": "{person(number)}", "view_count": 5}}], '
                    '"has_more": true}, "error": {"code": "ok"}}}'
                    for number in range(1, 30)
                )
            )
        },
        {},
        None,
    ),
    Specimen(
        "hashtag",
        "video_csv",
        {
            "videos.csv": lines(
                "id,by,at,plays,likes,comments,shares,tags,caption,link",
                *(
                    f"70000000000000{number:05d},{person(number)},2022-10-08 1{number % 10}:05:00,{number}.2K,{number * 7},"
                    f'{number},3,"EndTheStigma,news",my story {person(number)},https://example.org/video/70000000000000{number:05d}'
                    for number in range(1, 30)
                ),
            )
        },
        {
            "columns": {
                "video_id": "id", "creator": "by", "captured_at": "at", "views": "plays", "likes": "likes",
                "comments": "comments", "shares": "shares", "hashtags": "tags", "url": "link",
            }
        },
    ),
    Specimen(
        "live",
        "intervals_csv",
        {
            "stays.csv": lines(
                "who,came,went,role",
                *(
                    f"{person(number)}@example.org,2022-10-08 19:{number:02d}:00,2022-10-08 20:{number:02d}:30,attendee"
                    for number in range(1, 30)
                ),
            )
        },
        {"session": SESSION, "columns": {"person": "who", "joined_at": "came", "left_at": "went", "role": "role"}},
    ),
    Specimen(
        "live",
        "zoom_csv",
        {
            "participants.csv": lines(
                "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest",
                *(
                    f'{person(number)},{person(number)}@example.org,"10/08/2022 07:{number:02d}:00 PM",'
                    f'"10/08/2022 08:{number:02d}:00 PM",60,Yes'
                    for number in range(1, 30)
                ),
            )
        },
        {"session": SESSION, "date_order": "mdy"},
    ),
    Specimen(
        "live",
        "teams_list",
        {
            "list.csv": (
                "Full Name\tUser Action\tTimestamp\n"
                + "".join(
                    f"{person(number)}\t{action}\t10/8/2022, {hour}:{number:02d}:00 PM\n"
                    for number in range(1, 30)
                    for action, hour in (("Joined", 7), ("Left", 8))
                )
            ).encode("utf-16")
        },
        {"session": SESSION, "date_order": "mdy"},
    ),
    Specimen(
        "live",
        "viewer_samples",
        {"samples.csv": lines("at,viewers", *(f"{1665237600 + 60 * number},{100 + number}" for number in range(40)))},
        {"session": {**SESSION, "hosts": []}, "columns": {"sampled_at": "at", "viewers": "viewers"}, "epoch": "s"},
    ),
    Specimen(
        "live",
        "teams_report",
        {
            "report.csv": "\n".join(
                [
                    "1. Summary",
                    "Meeting title\tTalk",
                    "Attended participants\t29",
                    "Start time\t10/8/22, 7:00:00 PM",
                    "End time\t10/8/22, 8:30:00 PM",
                    "Meeting duration\t1h 30m",
                    "",
                    "2. Participants",
                    "Name\tFirst Join\tLast Leave\tIn-Meeting Duration\tEmail\tParticipant ID (UPN)\tRole",
                    *(
                        f"{person(number)}\t10/8/22, 7:{number:02d}:00 PM\t10/8/22, 8:{number:02d}:00 PM\t1h"
                        f"\t{person(number)}@example.org\t{person(number)}@example.org\tPresenter"
                        for number in range(1, 30)
                    ),
                    "",
                    "3. In-Meeting Activities",
                    "Name\tJoin Time\tLeave Time\tDuration\tEmail\tRole",
                    *(
                        f"{person(number)}\t10/8/22, 7:{number:02d}:00 PM\t10/8/22, 8:{number:02d}:00 PM\t1h"
                        f"\t{person(number)}@example.org\tPresenter"
                        for number in range(1, 30)
                    ),
                    "",
                ]
            ).encode("utf-16")
        },
        {"session": {**SESSION, "hosts": []}, "date_order": "mdy"},
    ),
    Specimen(
        "live",
        "teams_events",
        {
            "log.csv": lines(
                "SessionId,ParticipantId,FullName,UserAgent,UtcEventTimestamp,Action,Role",
                *(
                    f"e1,{person(number)},{person(number)},Edge,10/8/2022 {hour}:{number:02d}:00 PM,{action},Attendee"
                    for number in range(1, 30)
                    for action, hour in (("Joined", 2), ("Left", 3))
                ),
            )
        },
        {"session": SESSION, "date_order": "mdy"},
        None,
    ),
    Specimen(
        "live",
        "gotowebinar",
        {
            "attendees.json": lines(
                *(
                    f'{{"registrantKey": "{person(number)}", "firstName": "{person(number)}", "email": "{person(number)}@example.org",'
                    f' "attendanceTimeInSeconds": 1800, "sessionKey": 771, "attendance": [{{"joinTime": "2022-10-08T14:{number:02d}:00Z",'
                    f' "leaveTime": "2022-10-08T15:{number:02d}:00Z"}}]}}'
                    for number in range(1, 30)
                )
            )
        },
        {},
        None,
    ),
    Specimen(
        "live",
        "zoom_api",
        {
            "participants.json": lines(
                '{"page_count": 1, "total_records": 29, "next_page_token": "", "participants": [',
                ",\n".join(
                    f'{{"id": "", "user_id": "{number}", "name": "{person(number)}", "user_email": "{person(number)}@example.org",'
                    f' "join_time": "2022-10-08T14:{number:02d}:00Z", "leave_time": "2022-10-08T15:{number:02d}:00Z", "duration": 3600}}'
                    for number in range(1, 30)
                ),
                "]}",
            )
        },
        {"session": SESSION},
        None,
    ),
    Specimen(
        "live",
        "live_events",
        {
            "room.ndjson": lines(
                *(
                    f'{{"type": "{kind}", "room_id": "7549000000000000001", "msg_id": "75490000000000{number:05d}",'
                    f' "create_time_ms": {1665237600000 + 1000 * number}, {more}}}'
                    for number, (kind, more) in enumerate(
                        pair
                        for one in range(1, 15)
                        for pair in (
                            ("roomUser", f'"viewer_count": {300 + one}'),
                            ("comment", f'"user": {{"id": "{person(one)}", "nickname": "{person(one)}"}}, "content": "{person(one)}"'),
                            ("member", f'"user_id": "{person(one)}", "action": 1'),
                            ("like", f'"count": {one}, "total": {one * one}'),
                        )
                    )
                )
            )
        },
        {},
        None,
    ),
    Specimen(
        "live",
        "registrations_csv",
        {
            "registered.csv": lines(
                "email,name,registeredAt,state,attendedLive",
                *(
                    f"{person(number)}@example.org,{person(number)},2022-10-08 1{number % 10}:05:00,approved,{('Yes', 'No')[number % 2]}"
                    for number in range(1, 30)
                ),
            )
        },
        {
            "session": SESSION,
            "columns": {"person": "email", "registered_at": "registeredAt", "status": "state", "has_attended": "attendedLive"},
        },
    ),
    Specimen(
        "survey",
        "survey_csv",
        {
            "wave.csv": lines(
                "resp,weight,gender,afraid,why",
                *(
                    f"{person(number)},0.{number % 8 + 1},{'MF'[number % 2]},{number % 5 + 1},because {person(number)}"
                    for number in range(1, 60)
                ),
            )
        },
        {
            "survey": WAVE,
            "respondent_id": "resp",
            "samples": {"ae": {"weight": "weight", "country": "AE"}},
            "segments": {"gender": "gender"},
            "questions": {"afraid": {"key": "afraid", "top": [4, 5], "bottom": [1, 2]}},
            "drop": ["why"],
        },
        timezone=None,
    ),
    Specimen(
        "survey",
        "spss",
        {"wave.sav": (FIXTURES / "survey" / "yougov_fifth_wave_40.sav").read_bytes()},
        {
            "survey": WAVE,
            "respondent_id": None,
            "samples": {"us": {"weight": "weight", "country": "US"}},
            "questions": {"q58_7": {"key": "stress", "top": [4, 5], "bottom": [1, 2], "missing": [8]}},
        },
        timezone=None,
    ),
    Specimen(
        "survey",
        "qualtrics_csv",
        {
            "wave.csv": lines(
                "StartDate,Status,IPAddress,Finished,ResponseId,Q1,Q2_1,Q2_2,Q3",
                "Start Date,Response Type,IP Address,Finished,Response ID,Seen it?,Where? - TikTok,Where? - Poster,Why?",
                ",".join(
                    f'"{{""ImportId"":""{name}""}}"'
                    for name in ("startDate", "status", "ipAddress", "finished", "_recordId", "QID1")
                )
                + ',"{""ImportId"":""QID2"",""choiceId"":""1""}","{""ImportId"":""QID2"",""choiceId"":""2""}"'
                + ',"{""ImportId"":""QID3_TEXT""}"',
                *(
                    f"2022-10-05 10:{number:02d},{number % 2},{person(number)},1,R_{person(number)},{number % 2 + 1},1,,because {person(number)}"
                    for number in range(40)
                ),
            )
        },
        {"survey": WAVE, "samples": {"all": {"weight": None}}},
        timezone=None,
    ),
    Specimen(
        "survey",
        "google_forms",
        {
            "answers.csv": lines(
                "Timestamp,Email Address,Seen it?,Where?,Why?",
                *(
                    f'2022/10/05 10:{number:02d}:00,{person(number)}@example.org,{("Yes", "No")[number % 2]},'
                    f'"{("TikTok, Poster", "TikTok", "Poster", "School, Poster", "School, TikTok")[number % 5]}",because {person(number)}'
                    for number in range(40)
                ),
            )
        },
        {"survey": WAVE},
        timezone=None,
    ),
    Specimen(
        "survey",
        "surveymonkey_csv",
        {
            "wave.csv": lines(
                "Respondent ID,IP Address,Email Address,Seen it?,Where?,,Why?",
                ",,,Response,TikTok,Poster,Open-Ended Response",
                *(
                    f"9{number:03d},{person(number)},{person(number)}@example.org,{('Yes', 'No')[number % 2]},TikTok,,because {person(number)}"
                    for number in range(40)
                ),
            )
        },
        {"survey": WAVE},
        timezone=None,
    ),
    Specimen(
        "survey",
        "limesurvey_csv",
        {
            "wave.csv": lines(
                '"id. Response ID","submitdate. Date submitted","ipaddr. IP","Q1. Seen it?","Q2[a]. Where? [TikTok]","Q2[b]. Where? [Poster]","Q3. Why?"',
                *(
                    f'"{number}","2022-10-05 10:00:00","{person(number)}","A{number % 2}","Y","","because {person(number)}"'
                    for number in range(40)
                ),
            )
        },
        {"survey": WAVE},
        timezone=None,
    ),
    Specimen(
        "survey",
        "kobo_csv",
        {
            "wave.csv": lines(
                "start;username;seen;where;where/tiktok;where/poster;why;_id;_uuid",
                *(
                    f"2022-10-05T10:00:00;{person(number)};{('yes', 'no')[number % 2]};tiktok;1;0;because {person(number)};{number};{person(number)}"
                    for number in range(40)
                ),
            )
        },
        {"survey": WAVE},
        timezone=None,
    ),
    Specimen(
        "survey",
        "triple_s",
        {
            "wave.sss": lines(
                '<sss version="2.0"><survey><record ident="A">',
                '<variable ident="1" type="quantity" use="serial"><name>id</name><label>Id</label><position start="1" finish="3"/></variable>',
                '<variable ident="2" type="single"><name>Q1</name><label>Seen it?</label><position start="4"/>',
                '<values><value code="1">Yes</value><value code="2">No</value></values></variable>',
                '<variable ident="3" type="character"><name>why</name><label>Why?</label><position start="5" finish="16"/></variable>',
                "</record></survey></sss>",
            ),
            "wave.asc": lines(*(f"{number:03d}{number % 2 + 1}{person(number)}" for number in range(40))),
        },
        {"survey": WAVE},
        timezone=None,
    ),
    Specimen(
        "activation",
        "cloudevents",
        {
            "events.ndjson": lines(
                *(
                    f'{{"specversion": "1.0", "id": "e-{number}", "source": "/app/android", "type": "org.example.{name}",'
                    f' "time": "2022-10-0{number % 4 + 4}T10:{number:02d}:00+03:00", "data": {{"anonymous_id": "{person(number)}",'
                    f' "properties": {{"asset_id": "ar-01", "country": "JO", "note": "of {person(number)}"}}}}}}'
                    for number in range(40)
                    for name in [("guide.opened", "toolkit.downloaded", "helpline.tapped")[number % 3]]
                )
            )
        },
        {},
        timezone=None,
    ),
    Specimen(
        "activation",
        "segment_track",
        {
            "calls.ndjson": lines(
                *(
                    f'{{"type": "track", "messageId": "m-{number}", "anonymousId": "{person(number)}", "event": "{name}",'
                    f' "properties": {{"line_id": "jo-1"}}, "context": {{"ip": "{person(number)}"}},'
                    f' "originalTimestamp": "2031-01-01T00:00:{number:02d}Z", "sentAt": "2031-01-01T00:01:00Z",'
                    f' "receivedAt": "2022-10-05T04:12:02Z"}}'
                    for number in range(40)
                    for name in [("Guide Opened", "Helpline Tapped")[number % 2]]
                )
            )
        },
        {},
        timezone=None,
    ),
    Specimen(
        "activation",
        "ga4",
        {
            "events_20221005.json": lines(
                *(
                    f'{{"event_date": "20221005", "event_timestamp": "16649424{number:02d}123456", "event_name": "tutorial_complete",'
                    f' "user_pseudo_id": "{person(number)}", "event_params": [{{"key": "page_title", "value": {{"string_value": "{person(number)}"}}}},'
                    ' {"key": "tutorial_id", "value": {"string_value": "t1", "int_value": null}}]}'
                    for number in range(40)
                )
            )
        },
        {},
        timezone=None,
    ),
    Specimen(
        "activation",
        "activation_counts_csv",
        {
            "counts.csv": lines(
                "date,activation,market,count,unique_people,contact",
                *(
                    f"2022-10-{number % 7 + 1:02d},{('guide_open', 'toolkit_download')[number % 2]},{('AE', 'SA', 'EG')[number % 3]},"
                    f"{number}00,{number},{person(number)}@example.org"
                    for number in range(30)
                ),
            )
        },
        {"columns": {"date": "date", "activation": "activation", "market": "market", "events": "count", "unique_people": "unique_people"}},
        timezone=None,
    ),
)  # fmt: skip
