"""Exports of videos as many tools write them: recognised, or refused with what is missing; and read with their right figures."""
# ruff: noqa: RUF001 - columns and numbers are written in many languages

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.drafts.draft import Given
from ingest.inspection import inspect
from tests.ingest.test_inspection import CAMPAIGNS, read

GIVEN = Given(timezone="Asia/Dubai", date_order="dmy", captured_at="2026-10-20T06:00:00Z")
NUMBERS = range(1, 25)
IDS = [f"75450211993455{n:05d}" for n in range(10_001, 10_025)]
UNMAPPED = [f"extra{n}" for n in range(30)]


def csv(header: str, row: Callable[[int], str], mark: str = ",", encoding: str = "utf-8", end: str = "\n") -> bytes:
    """A table whose cells stand between commas that become another mark."""
    lines = [header, *(row(n) for n in NUMBERS)]
    return "".join(f"{line.replace('~', mark)}{end}" for line in lines).encode(encoding)


def ndjson(record: Callable[[int], Any]) -> bytes:
    """A record a line."""
    return "".join(json.dumps(record(n), ensure_ascii=False) + "\n" for n in NUMBERS).encode()


def vid(n: int) -> str:
    """The id of a TikTok video."""
    return IDS[n - 1]


def link(n: int) -> str:
    """Its address."""
    return f"https://www.tiktok.com/@demo{n}/video/{vid(n)}"


def apify(n: int) -> dict[str, Any]:
    """A record of the Apify scraper with much that nobody asked for."""
    return {
        "id": vid(n), "text": f"words {n} #Calm", "createTime": 1756728000 + n, "createTimeISO": f"2025-09-01T12:00:{n:02d}.000Z",
        "authorMeta": {"id": str(n), "name": f"demo{n}", "nickName": "Demo", "fans": 10 * n, "region": "AE"},
        "webVideoUrl": link(n), "playCount": 1000 * n, "diggCount": n, "shareCount": 1, "commentCount": 2, "collectCount": 3,
        "hashtags": [{"id": "1", "name": "Calm"}, {"id": "2", "name": "سلام"}], "videoMeta": {"duration": 31},
        **dict.fromkeys(UNMAPPED, "x"), "nested": {"deep": [{"er": n}]},
    }  # fmt: skip


def app(n: int) -> dict[str, Any]:
    """A record of the app itself."""
    return {
        "aweme_id": vid(n), "desc": "words #Calm", "create_time": 1756728000 + n, "author": {"unique_id": f"demo{n}", "region": "AE"},
        "statistics": {"play_count": 1000 * n, "digg_count": n, "comment_count": 2, "share_count": 1, "collect_count": 3},
        "text_extra": [{"hashtag_name": "Calm"}, {"hashtag_name": ""}], **dict.fromkeys(UNMAPPED, 7),
    }  # fmt: skip


EXACT, WITH_UNITS = 300_000, 300_300
"""The sum of 1,000 to 24,000 views, and of 1,001 to 24,024."""

EXPORTS: dict[str, tuple[str, bytes, str, int, list[str] | None]] = {
    "apify, nested array": ("d.json", json.dumps([apify(n) for n in NUMBERS]).encode(), "apify_tiktok", EXACT, ["calm", "سلام"]),
    "apify, lines with a comma at the end": ("d.ndjson", b"".join(json.dumps(apify(n)).encode() + b",\n" for n in NUMBERS), "apify_tiktok", EXACT, ["calm", "سلام"]),
    "apify, array with a comma at its end": ("d.json", b"[" + b"".join(json.dumps(apify(n)).encode() + b",\n" for n in NUMBERS) + b"]", "apify_tiktok", EXACT, ["calm", "سلام"]),
    "apify, flat CSV with slashes and thirty more columns": ("d.csv", csv(
        "id,text,createTimeISO,authorMeta/name,authorMeta/fans,webVideoUrl,playCount,diggCount,hashtags/0/name,hashtags/1/name," + ",".join(UNMAPPED),
        lambda n: f'{vid(n)},"words, and more",2025-09-01T12:00:{n:02d}.000Z,demo{n},{n},{link(n)},{1000 * n},{n},Calm,سلام,' + ",".join("x" * 30)), "apify_tiktok", EXACT, ["calm", "سلام"]),
    "apify, flat JSON with dots": ("d.ndjson", ndjson(lambda n: {"id": vid(n), "authorMeta.name": f"demo{n}", "webVideoUrl": link(n), "playCount": 1000 * n, "diggCount": n, "createTimeISO": "2025-09-01T12:00:00.000Z", "hashtags": [{"name": "Calm"}]}), "apify_tiktok", EXACT, ["calm"]),
    "apify, tags as texts": ("d.json", json.dumps({"items": [{**apify(n), "hashtags": ["Calm"]} for n in NUMBERS]}).encode(), "apify_tiktok", EXACT, ["calm"]),
    "app, one page": ("d.json", json.dumps({"status_code": 0, "aweme_list": [app(n) for n in NUMBERS]}).encode(), "raw_app", EXACT, ["calm"]),
    "app, in data, with a BOM": ("d.json", b"\xef\xbb\xbf" + json.dumps({"data": {"aweme_list": [app(n) for n in NUMBERS]}}, indent=1).encode(), "raw_app", EXACT, ["calm"]),
    "app, web form": ("d.ndjson", ndjson(lambda n: {"id": vid(n), "desc": "x", "createTime": 1756728000, "author": {"uniqueId": "a"}, "stats": {"playCount": 1000 * n, "diggCount": n}, "challenges": [{"title": "Calm"}]}), "raw_app", EXACT, ["calm"]),
    "app, flat CSV": ("d.csv", csv("aweme_id,desc,create_time,author.unique_id,statistics.play_count,statistics.digg_count", lambda n: f"{vid(n)},words #Calm,{1756728000 + n},demo{n},{1000 * n},{n}"), "", EXACT, ["calm"]),
    "youtube, with its total": ("Table data.csv", b"Content,Video title,Video publish time,Duration,Views,Watch time (hours),Subscribers,Impressions\nTotal,,,,300000,12.5,3,9\n"
        + csv("", lambda n: f'{"-" if n == 3 else "a"}bcdefgh{n:03d},"Talk, {n} #Calm","Sep {n % 28 + 1}, 2026",{60 + n},{1000 * n},1.5,0,8')[1:], "youtube_studio", EXACT, ["calm"]),
    "youtube, JSON": ("d.json", json.dumps([{"Content": f"abcdefgh{n:03d}", "Video title": "Talk #Calm", "Video publish time": "Sep 20, 2026", "Views": 1000 * n, "Likes": n} for n in NUMBERS]).encode(), "youtube_studio", EXACT, ["calm"]),
    "meltwater, UTF-16 with tabs": ("m.csv", csv("Date~Headline~URL~Opening Text~Hit Sentence~Source~Influencer~Country~Reach~AVE~Sentiment~Hashtags~Views~" + "~".join(UNMAPPED),
        lambda n: f"20-Sep-2026 10:{n:02d}AM~x~{link(n)}~y~z~TikTok~demo{n}~United Arab Emirates~1~2~Neutral~#Calm #سلام~{1000 * n}~" + "~".join("x" * 30), "\t", "utf-16", "\r\n"), "meltwater", EXACT, ["calm", "سلام"]),
    "meltwater, JSON": ("m.json", json.dumps([{"Date": "2026-09-20 10:00", "URL": link(n), "Hit Sentence": "a #Calm", "Source": "TikTok", "Influencer": "a", "Country": "AE", "Views": str(1000 * n)} for n in NUMBERS]).encode(), "meltwater", EXACT, ["calm"]),
    "Arabic header and digits": ("ع.csv", csv("معرف الفيديو;المنشئ;المشاهدات;الإعجابات;الهاشتاغ;تاريخ النشر", lambda n: f"{vid(n)};demo{n};{str(1000 * n).translate(str.maketrans('0123456789', '٠١٢٣٤٥٦٧٨٩'))};{n};#هدوء #سلام;2026-09-{n:02d}"), "", EXACT, ["هدوء", "سلام"]),
    "Turkish header": ("t.csv", csv("Video Kimliği;Kullanıcı Adı;İzlenme;Beğeni;Yorum;Paylaşım;Etiketler;Paylaşım Tarihi", lambda n: f"{vid(n)};demo{n};{n}.{n:03d};{n};1;2;#Sakin;{n:02d}.09.2026 10:00"), "", WITH_UNITS, ["sakin"]),
    "Spanish header": ("e.csv", csv("ID del vídeo;Autor;Visualizaciones;Me gusta;Comentarios;Compartidos;Etiquetas;Fecha de publicación", lambda n: f"{vid(n)};demo{n};{n}.{n:03d};{n};1;2;calma,paz;{n:02d}/09/2026"), "", WITH_UNITS, ["calma", "paz"]),
    "Spanish without accents": ("f.csv", csv("id_video;Autor;Visualizaciones;Me gusta;Comentarios;Compartidos;Etiquetas;fecha_publicacion", lambda n: f"{vid(n)};demo{n};{n}.{n:03d};{n};1;2;calma,paz;{n:02d}/09/2026"), "", WITH_UNITS, ["calma", "paz"]),
    "German header": ("g.csv", csv("Video-ID;Konto;Aufrufe;Gefällt mir;Kommentare;Geteilt;Hashtags;Veröffentlicht am", lambda n: f"{vid(n)};demo{n};{n}.{n:03d};{n};1;2;#Ruhe;{n:02d}.09.2026 10:00", encoding="cp1252"), "", WITH_UNITS, ["ruhe"]),
    "Portuguese header": ("p.csv", csv("ID do vídeo;Autor;Visualizações;Curtidas;Comentários;Compartilhamentos;Hashtags;Data de publicação", lambda n: f"{vid(n)};demo{n};{1000 * n};{n};1;2;calma;{n:02d}/09/2026"), "", EXACT, ["calma"]),
    "French header with a BOM": ("f.csv", b"\xef\xbb\xbf" + csv("Identifiant vidéo;Auteur;Vues;J'aime;Commentaires;Partages;Hashtags;Date de publication", lambda n: f"{vid(n)};demo{n};{n}\u202f000;{n};1;2;calme | paix;{n:02d}/09/2026"), "", EXACT, ["calme", "paix"]),
    "Persian header": ("fa.csv", csv("شناسه ویدیو,کاربر,بازدید,لایک,هشتگ", lambda n: f"{vid(n)},demo{n},{1000 * n},{n},#آرامش"), "", EXACT, ["ارامش"]),
    "abbreviated counts and milliseconds": ("k.csv", csv("Video ID,Username,Views,Likes,Posted At,Tags", lambda n: f"{vid(n)},@demo{n},{n}.0K,{n},{(1756728000 + n) * 1000},\"['Calm', 'Peace']\""), "", EXACT, ["calm", "peace"]),
    "numbers with European decimals": ("n.csv", csv("video_id;author;plays;likes;hashtags", lambda n: f"{vid(n)};demo{n};{n},0K;1,5K;calm"), "", EXACT, ["calm"]),
    "ids from a spreadsheet beside links": ("x.csv", csv("ID,Link,Author,Play Count,Hearts,Hashtags", lambda n: f"7.54502E+18,{link(n)},demo{n},\"{n},000\",{n},[]"), "", EXACT, []),
    "preamble, quotation marks, row numbers": ("q.csv", b"Report: our campaign\nGenerated,2026-10-20\n\n" + csv('"","Video ID","Creator","Views","Likes","Shares","Hashtags"', lambda n: f'"{n}","{vid(n)}","demo{n}","{1000 * n}","{n}","1","[""Calm"", ""Peace""]"', end="\r\n"), "", EXACT, ["calm", "peace"]),
    "no header": ("h.csv", csv(f"{IDS[0]},demo1,\"calm,peace\"", lambda n: f"{75450211993456789 + n:d}{n:02d},demo{n},\"calm,peace\""), "", -1, ["calm", "peace"]),
    "a list within a wrapper": ("w.json", json.dumps({"meta": {"total": 24}, "result": {"posts": [{"post_id": vid(n), "user": {"username": f"d{n}"}, "metrics": {"views": 1000 * n, "likes": n}, "hashtags": ["Calm", "سلام"]} for n in NUMBERS]}}).encode(), "", EXACT, ["calm", "سلام"]),
    "camel case lines": ("c.ndjson", ndjson(lambda n: {"videoId": vid(n), "authorName": f"d{n}", "viewCount": str(1000 * n), "likeCount": n, "publishedAt": "2026-09-01T10:00:00Z", "hashTags": "#Calm #Peace"}), "", EXACT, ["calm", "peace"]),
    "Research API, a page as it was sent": ("p.json", json.dumps({"data": {"videos": [{"id": int(vid(n)), "create_time": 1756728000, "username": f"d{n}", "view_count": 1000 * n, "comment_count": 1, "hashtag_names": ["Calm"]} for n in NUMBERS], "cursor": 24, "has_more": False}, "error": {"code": "ok", "message": ""}}).encode(), "", EXACT, ["calm"]),
    "Business API, a page as it was sent": ("b.json", json.dumps({"code": 0, "message": "OK", "data": {"videos": [{"item_id": vid(n), "caption": "x #Calm", "video_views": 1000 * n, "likes": n} for n in NUMBERS], "has_more": False}}).encode(), "", EXACT, ["calm"]),
    "Brandwatch, the platform in its names": ("r.csv", b'Report:,"My query"\nFrom:,2026-09-01\n\n' + csv("Query Id,Date,Title,Url,Author,Hashtags,TikTok Video Views,TikTok Likes", lambda n: f'1,2026-09-{n:02d} 10:00:00.0,t,{link(n)},d{n},"#calm, #سلام",{1000 * n},{n}'), "", EXACT, ["calm", "سلام"]),
    "YouTube Studio in Arabic": ("y.csv", csv("المحتوى,عنوان الفيديو,وقت نشر الفيديو,المدة,المشاهدات,وقت المشاهدة (بالساعات)\nالإجمالي,,,,300000,12.5", lambda n: f"aBcdefgh{n:03d},حديث,{n} سبتمبر 2026,60,{1000 * n},1.5"), "", EXACT, None),
    "tags with character references": ("c.csv", csv("video_id,creator,views,hashtags", lambda n: f"{vid(n)},d{n},{1000 * n},&#35;Calm &amp; #Q&amp;A"), "", EXACT, ["calm", "q&a"]),
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "definition"),
    [
        ("Research API, a page as it was sent", "research_api"),
        ("Business API, a page as it was sent", "business_api"),
        ("YouTube Studio in Arabic", "youtube_studio"),
    ],
)
def test_what_a_platform_exports_keeps_whose_count_it_is(name: str, definition: str, tmp_path: Path) -> None:
    file, content, *_ = EXPORTS[name]
    (tmp_path / file).write_bytes(content)
    found = inspect([tmp_path / file], GIVEN, CAMPAIGNS)
    assert found.parsed.tables["video_readings"]["metric_definition"].unique().to_list() == [definition]


@pytest.mark.parametrize("name", EXPORTS)
def test_an_export_is_recognised_and_its_note_reads_the_right_figures(name: str, tmp_path: Path) -> None:
    file, content, preset, views, tags = EXPORTS[name]
    (tmp_path / file).write_bytes(content)
    found = inspect([tmp_path / file], GIVEN, CAMPAIGNS)
    assert (found.draft.source, found.draft.options.get("preset", "")) == ("hashtag", preset)
    assert found.open == ()
    (tmp_path / "delivery.yml").write_text(found.text)
    parsed = read(tmp_path, "hashtag")
    readings = parsed.tables["video_readings"]
    assert (readings.height, parsed.rejected.height) == (25 if views < 0 else 24, 0)
    assert readings["video_id"].n_unique() == readings.height
    assert views < 0 or readings["views"].sum() == views
    assert tags is None or readings["hashtags"][0].to_list() == tags


def test_an_export_of_mentions_with_likes_is_no_list_of_totals_of_tags(tmp_path: Path) -> None:
    """Where most of them are news, nothing but the names of the columns tells."""
    news = "20-Sep-2026 11:00AM~x~https://news.example/{0}~y~z~News~~Egypt~~~"
    content = csv(
        "Date~Headline~URL~Opening Text~Hit Sentence~Source~Influencer~Country~Hashtags~Views~Likes",
        lambda n: f"20-Sep-2026 10:{n:02d}AM~x~{link(n)}~y~z~TikTok~d{n}~Egypt~#calm{n}~{n}~1\n" + news.format(n) + "\n" + news.format(n + 50),
        "\t",
    )  # fmt: skip
    (tmp_path / "m.csv").write_bytes(content)
    found = inspect([tmp_path / "m.csv"], GIVEN, CAMPAIGNS)
    assert (found.draft.options["preset"], found.loaded) == ("meltwater", 24)


def test_at_most_two_questions_are_asked_of_any(tmp_path: Path) -> None:
    for file, content, *_ in EXPORTS.values():
        (tmp_path / file).write_bytes(content)
        assert len(inspect([tmp_path / file], Given(), CAMPAIGNS).open) <= 2, file
