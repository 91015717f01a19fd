"""Which columns and fields of unknown exports are taken for what: by their names, and by what stands in them."""

import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingest.drafts.draft import Given
from ingest.inspection import Inspection, inspect
from ingest.source import DeliveryError
from tests.ingest.test_inspection import CAMPAIGNS, read

GIVEN = Given(timezone="UTC", date_order="dmy", captured_at="2026-10-20T06:00:00Z")
SECONDS = [1_790_000_000 + 3_600 * n for n in range(20)]
IDS = [str((second << 32) + 12_345) for second in SECONDS]
"""Ids of TikTok, which hold the second of posting; all of them of one day."""


def looked(path: Path, content: bytes, given: Given = GIVEN) -> Inspection:
    path.write_bytes(content)
    return inspect([path], given, CAMPAIGNS)


def table(header: str, row: str) -> bytes:
    """Twenty rows, in which @ID, @AT and @N stand for a video's id, its second of posting and its number."""
    rows = (row.replace("@ID", IDS[n]).replace("@AT", str(SECONDS[n])).replace("@N", str(n)) for n in range(20))
    return "".join(f"{line}\n" for line in (header, *rows)).encode()


@pytest.mark.parametrize(
    ("header", "row", "columns"),
    [
        ("nickname,user_id,username,video_id,views", "Same,6@N,u@N,@ID,5", {"creator": "username"}),
        ("id,video_id,views,author", "@N,@ID,5,u@N", {"video_id": "video_id"}),
        ("id,link,views", "@N,https://www.tiktok.com/@u/video/@ID,5", {"video_id": None, "url": "link"}),
        ("@timestamp,_index,_id,author.uniqueId,stats.playCount", '"Oct 19, 2026 @ 10:00:00.000",tiktok-2026,@ID,u@N,"1,234"', {"video_id": "_id", "views": "stats.playCount", "captured_at": "@timestamp"}),
        ("Author,Author's nickname,URL,Views", "Ann B,u@N,https://www.tiktok.com/@u/video/@ID,5", {"creator": "Author's nickname"}),
        ("Published Date (GMT+04:00) Asia/Dubai,Permalink,Post Views", '"Oct 05, 2026 6:58:00 PM",https://www.tiktok.com/@u/video/@ID,5', {"views": "Post Views"}),
        ("created_at,published_at,id,url,views", "2026-10-19 08:00,2026-10-05 08:00,0bb9a1b2-a1b2-4c3d-8e4f-0123456789ab,https://www.tiktok.com/@u/video/@ID,5", {"created_at": "published_at", "video_id": None}),
        ("channelId,videoId,viewCount,favoriteCount", "UCabcdefghijklmnopqrs-_9,aBcdefgh@N-,5,0", {"saves": None}),
        ("Link / الرابط,Views (المشاهدات),Likes/J'aime", "https://www.tiktok.com/@u/video/@ID,5,1", {"url": "Link / الرابط", "views": "Views (المشاهدات)", "likes": "Likes/J'aime"}),
        ("Link,Likes/Views,Views", "https://www.tiktok.com/@u/video/@ID,0.1,5", {"likes": None, "views": "Views"}),
        ("Link,Views (as of 19 Oct),Likes (as of 19 Oct)", "https://www.tiktok.com/@u/video/@ID,5,1", {"views": "Views (as of 19 Oct)", "likes": "Likes (as of 19 Oct)"}),
        ("Link,Views (as of 12 Oct),Views (as of 19 Oct),Likes", "https://www.tiktok.com/@u/video/@ID,5,6,1", {"views": None, "likes": "Likes"}),
        ("1. Link,2. Views,3. Likes", "https://www.tiktok.com/@u/video/@ID,5,1", {"url": "1. Link", "views": "2. Views"}),
        ("链接,作者,播放量,点赞数", "https://www.tiktok.com/@u/video/@ID,u@N,5,1", {"creator": "作者", "views": "播放量", "likes": "点赞数"}),
        ("Pautan,Pencipta,Tontonan,Suka", "https://www.tiktok.com/@u/video/@ID,u@N,5,1", {"creator": "Pencipta", "views": "Tontonan"}),
        ("shortcode,owner,plays,taken_at_timestamp", "DPabcdeFg@N,u,5,@AT", {"video_id": "shortcode", "created_at": "taken_at_timestamp"}),
        ("video_id,views,forward_count,share_count", "@ID,5,6,7", {"shares": "share_count"}),
        ("id,url,videoViewCount,videoPlayCount,likesCount", "C@N,https://www.instagram.com/reel/C@N/,5,9,1", {"views": "videoPlayCount"}),
        ("id,video_url,post_link,plays", "@ID,https://v16.tiktok.com/video/tos/x/@N,https://www.tiktok.com/@u/video/@ID,5", {"url": "post_link"}),
        ("Channel,Presence Handle,Post Link,Video Views", "tiktok,u@N,https://www.tiktok.com/@u/video/@ID,5", {"platform": "Channel", "creator": "Presence Handle"}),
        ("Post ID,Publish time,Date,Views,Likes,Comments", "C@N,2026-10-05 10:00,Lifetime,5,1,1", {"created_at": "Publish time", "captured_at": None}),
        ("id,author,plays,timestamp,unix_timestamp", "@ID,u@N,5,@AT,@AT", {"created_at": "timestamp", "captured_at": None}),
        ("id,author,plays,collected", "@ID,u@N,5,False", {"captured_at": None}),
        ("post_id,username,play_count,create_time,timestamp", "@ID,u@N,5,@AT,2026-10-19T11:12:13Z", {"captured_at": "timestamp"}),
        ("Video ID,Username,Views,Date du relevé", "@ID,u@N,5,19/10/2026 08:00", {"captured_at": "Date du relevé"}),
        ("Video ID,Username,Views,Date de la mesure", "@ID,u@N,5,19/10/2026 08:00", {"captured_at": "Date de la mesure"}),
        ("Video ID,Username,Views,Fecha de medición", "@ID,u@N,5,19/10/2026 08:00", {"captured_at": "Fecha de medición"}),
        ("Video ID,Username,Views,Messdatum", "@ID,u@N,5,19/10/2026 08:00", {"captured_at": "Messdatum"}),
        ("Video ID,Username,Views,Tanggal pengambilan", "@ID,u@N,5,19/10/2026 08:00", {"captured_at": "Tanggal pengambilan"}),
        ("Video ID,Username,Views,تاريخ الرصد", "@ID,u@N,5,19/10/2026 08:00", {"captured_at": "تاريخ الرصد"}),
        ("Video ID,Username,Views,Collecté le", "@ID,u@N,5,19/10/2026 08:00", {"captured_at": "Collecté le"}),
        ("Post ID,Post,Video Views,Likes,Tags", '@ID,hello #calm,5,1,"Q4 Campaign, Evergreen"', {"hashtags": None, "text": "Post"}),
        ("Post ID,Post,Video Views,Likes,Tags", '@ID,hello #calm,5,1,"calm,peace"', {"hashtags": "Tags", "text": None}),
        ("Video ID,Views %,Views +/-,Views,Likes", "@ID,5,7,9,1", {"views": "Views"}),
        ("Video ID,Username,Views %,Likes", "@ID,u@N,5,1", {"views": None, "likes": "Likes"}),
        ("معرّف المنشور,النص,الإعجابات,الردود,إعادات النشر", "19700000000000@N0000,a #calm,5,2,3", {"text": "النص", "comments": "الردود", "shares": "إعادات النشر"}),
        ("Video ID,Username,Views,Hashtag 1,Hashtag 2", "@ID,u@N,5,#calm,", {"hashtags": ["Hashtag 1", "Hashtag 2"]}),
        ("✓,TikTok link,Handle,Views (latest)", "TRUE,https://www.tiktok.com/@u/video/@ID,@u@N,5", {"url": "TikTok link", "views": "Views (latest)"}),
        ("Hashtag,Video ID,Username,Views,Caption", "#calm,@ID,u@N,5,words #calm #peace@N", {"hashtags": None, "text": "Caption"}),
        ("ID,Author,Views", "https://www.tiktok.com/@u/video/@ID,u@N,5", {"url": "ID", "video_id": None}),
        ("id,username,followers,following,likes,comments", "C@N,u@N,5,5,1,2", {"likes": "likes", "creator_followers": "followers"}),
        ("Source URL,Content,Tags,Views", 'https://www.tiktok.com/@u/video/@ID,hello #calm,"campaign; Q4",5', {"hashtags": None, "text": "Content"}),
        ("Video,Views (K),Likes (in thousands)", "https://www.tiktok.com/@u/video/@ID,5,1", {"url": "Video", "views": "Views (K)", "likes": "Likes (in thousands)"}),
        ("Video,Creator,Views", "My video: https://www.tiktok.com/@u/video/@ID,u@N,5", {"url": "Video", "views": "Views"}),
        ("Video linki,İçerik üretici,İzlenme", "https://www.tiktok.com/@u/video/@ID,u@N,5", {"creator": "İçerik üretici"}),
        ("VİDEO LİNKİ,KULLANICI,İZLENME,PAYLAŞIM", "https://www.tiktok.com/@u/video/@ID,u@N,5,1", {"creator": "KULLANICI", "shares": "PAYLAŞIM"}),
        ("קישור,צפיות,תגובות", "https://www.tiktok.com/@u/video/@ID,5,1", {"url": "קישור", "views": "צפיות", "comments": "תגובות"}),
        ("post_url,influencer_name,influencer_username,views", "https://www.tiktok.com/@u/video/@ID,N,u@N,5", {"creator": "influencer_username"}),
        ("link,link-href,views,Likes_num", "open,https://www.tiktok.com/@u/video/@ID,5,1", {"url": "link-href", "likes": "Likes_num"}),
        ("لینک ویدیو,نام کاربری,تعداد بازدید,تعداد نظر", "https://www.tiktok.com/@u/video/@ID,u@N,5,1", {"views": "تعداد بازدید", "comments": "تعداد نظر"}),
        ("Link,Kanal,Views,Mots-clés (hashtags)", "https://www.tiktok.com/@u/video/@ID,u@N,5,#calm", {"creator": "Kanal", "hashtags": "Mots-clés (hashtags)"}),
        ("Link,Views,Hashtag reach", "https://www.tiktok.com/@u/video/@ID,5,77", {"hashtags": None}),
        ("Link,Tiktok Likes,Instagram Likes,Views", "https://www.tiktok.com/@u/video/@ID,5,0,9", {"likes": ["Tiktok Likes", "Instagram Likes"]}),
        ("Link,Expected views,Actual views,Yorum adedi", "https://www.tiktok.com/@u/video/@ID,9,5,1", {"views": "Actual views"}),
        ("Link,Views,Date checked", "https://www.tiktok.com/@u/video/@ID,5,19/10/2026", {"captured_at": "Date checked"}),
        ("Link,TikTok,Views", "https://www.tiktok.com/@u/video/@ID,@u_N,5", {"creator": "TikTok"}),
        ("id,authorMeta_name,text,playCount,shareCount,commentCount", "@ID,u@N,x,5,1,2", {"creator": "authorMeta_name", "views": "playCount"}),
        (",id,caption,createTime,likeCount,shareCount,commentCount,viewCount", "@N,@ID,x #calm,@AT,1,2,3,5", {"views": "viewCount", "likes": "likeCount"}),
        ("id,permalink,media_url,like_count", "1797@N,https://www.instagram.com/p/C@N/,https://cdn.example/v/t51.1-15/4@N.jpg,5", {"url": "permalink"}),
        ("Link,Comentários,QTD_Comentários,Curtidas", "https://www.instagram.com/p/C@N/,['bom'],7,5", {"comments": "QTD_Comentários"}),
        ("link,follower_count,following_count,like_count,views,likes", "https://www.tiktok.com/@u/video/@ID,9,8,777,5,1", {"likes": "likes"}),
        ("like_count,video_url,video_details_info.diggCount,video_details_info.playCount", "777,https://www.tiktok.com/@u/video/@ID,1,5", {"likes": "video_details_info.diggCount"}),
        ("user_id,link,views", "48809576016091@N481,https://www.tiktok.com/@u/video/@ID,5", {"video_id": None}),
        ("id,link,views", "48809576016091548@N,https://www.tiktok.com/@u/video/@ID,5", {"video_id": None, "url": "link"}),
        ("video_id,upload_dato,visninger,kommentarer,gemmer", "@ID,2026-09-21,5,1,3", {"created_at": "upload_dato", "comments": "kommentarer", "saves": "gemmer"}),
        ("video_id,video_author,createtime,playCount,time_queried", "@ID,u@N,@AT,5,2026-10-19 11:12:13", {"captured_at": "time_queried"}),
        ("id,user,viewCount,content", "@ID,\"{'username': 'u@N', 'id': 1}\",5,x", {"creator": "user"}),
        ("id,view_count,likes,trending_date", "@ID,5,1,2026-10-19T00:00:00Z", {"captured_at": "trending_date"}),
        ("video_url,video_caption,author", "https://www.tiktok.com/@u/video/@ID,words #calm,u@N", {"url": "video_url", "text": "video_caption"}),
        ("link,Descrizione,views", "https://www.tiktok.com/@u/video/@ID,#calm è #bene,5", {"text": "Descrizione"}),
        ("link,Opis,views", "https://www.tiktok.com/@u/video/@ID,#calm #bene,5", {"text": "Opis"}),
        ("Link,Embaixador,Data,Curtidas", "https://www.instagram.com/reel/C@N/,Ana B,2026-09-2@N,5", {"creator": "Embaixador"}),
        ("url,cuenta,creador,fecha,publicado,reproducciones", "https://www.tiktok.com/@u@N/video/@ID,desk,@U@N,2026-10-19,2026-09-21T10:00:00Z,5", {"creator": "creador", "created_at": "publicado"}),
        ("url,date_posted,date_of_publication,views", "https://www.instagram.com/reel/C@N/,2026-09-21,2026-09-22,5", {"created_at": "date_posted"}),
        ("Link,HESAP KULLANICI ADI,Beğenme,Görüntülemeler", "https://www.instagram.com/reel/C@N/,u,5,9", {"creator": "HESAP KULLANICI ADI", "likes": "Beğenme"}),
        ("קישור קבוע,שם המשתמש של החשבון,שעת הפרסום,צפיות", "https://www.instagram.com/reel/C@N/,u,2026-09-21 10:00,9", {"creator": "שם המשתמש של החשבון", "created_at": "שעת הפרסום"}),
        ("id,post_id,measured_at,views", "@N,p@N,2026-10-19T11:12:13Z,5", {"video_id": "post_id", "captured_at": "measured_at"}),
        ("نام بلاگر,لینک پست,تعداد ویو,تعداد کامنت,تعداد اشتراک", "Ana B,https://www.instagram.com/reel/C@N/,9,1,2", {"creator": "نام بلاگر", "views": "تعداد ویو", "comments": "تعداد کامنت", "shares": "تعداد اشتراک"}),
        ("publication_id,publication_link,pub_date,user_posted,views,export_date", "C@N,https://www.instagram.com/reel/C@N/,2026-09-21,u@N,9,2026-10-19", {"url": "publication_link", "created_at": "pub_date", "creator": "user_posted", "captured_at": "export_date"}),
        ("Link,Views (overall),Views (last 7 days),Likes", "https://www.tiktok.com/@u/video/@ID,9,5,1", {"views": "Views (overall)"}),
        ("Post,Account,\U0001f441\ufe0f,\u2764\ufe0f,\U0001f4ac,\u2197\ufe0f", "https://www.tiktok.com/@u/video/@ID,@u@N,9,1,2,3", {"url": "Post", "text": None, "views": "\U0001f441\ufe0f", "likes": "\u2764\ufe0f", "comments": "\U0001f4ac", "shares": "\u2197\ufe0f"}),
        ("url,entities/hashtags/0/text,entities/hashtags/1/text,viewCount", "https://x.com/u/status/@ID,calm,,5", {"hashtags": ["entities/hashtags/0/text", "entities/hashtags/1/text"]}),
        ("id,handle,post_url,views,created_at,updated_at", "@N,u@N,https://www.instagram.com/reel/C@N/,5,2026-10-1@N,2026-10-19", {"created_at": None, "url": "post_url"}),
        ("id,Beitrag,Views,Likes", "@N,https://www.instagram.com/reel/C@N/,5,1", {"url": "Beitrag", "video_id": None}),
        ("لينك البوست,فيوز,لايك,كومنت,سيف", "https://www.tiktok.com/@u/video/@ID,5,1,2,3", {"views": "فيوز", "likes": "لايك", "comments": "كومنت", "saves": "سيف"}),
        ("الرابط,مشاهدة,إعجاب,تعليق,مشاركة", "https://www.tiktok.com/@u/video/@ID,5,1,2,3", {"views": "مشاهدة", "likes": "إعجاب", "comments": "تعليق", "shares": "مشاركة"}),
        ("影片連結,創作者,觀看次數,讚,留言", "https://www.instagram.com/reel/C@N/,u@N,5,1,2", {"creator": "創作者", "views": "觀看次數", "likes": "讚", "comments": "留言"}),
        ("Link,Previous Views,Current Views,Likes to date*", "https://www.tiktok.com/@u/video/@ID,5,6,1", {"views": "Current Views", "likes": "Likes to date*"}),
        ("Tag,Video ID,Username,Views,Caption", "#calm@N,@ID,u@N,5,words #calm@N #peace", {"hashtags": None, "text": "Caption"}),
        ("Tag,Video ID,Username,Views,Caption", "#calm@N,@ID,u@N,5,words #calm@N", {"hashtags": "Tag"}),
        ("Url,TikTok Views,Instagram Views,X Views,X Reposts,Views lost", "https://www.tiktok.com/@u/video/@ID,5,,,,", {"views": ["TikTok Views", "Instagram Views", "X Views"], "shares": ["X Reposts"]}),
        ("Url,TikTok Views,TikTok Likes,Likes", "https://www.tiktok.com/@u/video/@ID,5,,5", {"views": "TikTok Views", "likes": "Likes"}),
        ("id,shortcode,plays,likes", "35@N,DPabcdeFg@N,5,1", {"video_id": "shortcode"}),
        ("Link to the video,# of views,Total number of likes,How many comments", "https://www.tiktok.com/@u/video/@ID,5,1,2", {"url": "Link to the video", "views": "# of views", "likes": "Total number of likes"}),
        ("Link - الرابط,Views - المشاهدات,Likes - 5 %", "https://www.tiktok.com/@u/video/@ID,5,1", {"url": "Link - الرابط", "views": "Views - المشاهدات", "likes": None}),
        ("الرابط,مشاهدات الفيديو,عدد مرات الإعجاب,مرات الحفظ", "https://www.tiktok.com/@u/video/@ID,5,1,2", {"views": "مشاهدات الفيديو", "likes": "عدد مرات الإعجاب", "saves": "مرات الحفظ"}),
        ("Link,Videoaufrufe,Geteilte Inhalte,Gespeicherte Inhalte", "https://www.tiktok.com/@u/video/@ID,5,1,2", {"views": "Videoaufrufe", "shares": "Geteilte Inhalte", "saves": "Gespeicherte Inhalte"}),
        ("Link,Visualizzazioni del video,Mi piace", "https://www.tiktok.com/@u/video/@ID,5,1", {"views": "Visualizzazioni del video"}),
        ("링크,조회수,좋아요,댓글,공유,저장", "https://www.tiktok.com/@u/video/@ID,5,1,2,3,4", {"views": "조회수", "likes": "좋아요", "comments": "댓글", "shares": "공유", "saves": "저장"}),
        ("视频链接,播放量,点赞量,评论量,分享量,收藏量", "https://www.tiktok.com/@u/video/@ID,5,1,2,3,4", {"likes": "点赞量", "comments": "评论量", "shares": "分享量", "saves": "收藏量"}),
        ("投稿URL,視聴回数,いいね\uff01数,コメント", "https://www.tiktok.com/@u/video/@ID,5,1,2", {"likes": "いいね\uff01数", "comments": "コメント"}),
        ("Link,Görüntülenme,Kaydedilenler", "https://www.tiktok.com/@u/video/@ID,5,1", {"saves": "Kaydedilenler"}),
        ("Creator page,Video,Views", "https://www.tiktok.com/@u,https://www.tiktok.com/@u/video/@ID,5", {"url": "Video"}),
        ("shortcode,edge_liked_by.count,edge_media_to_comment.count,video_view_count", "DPabcdeFg@N,1,2,5", {"views": "video_view_count", "likes": "edge_liked_by.count", "comments": "edge_media_to_comment.count"}),
        ("Video ID,Username,Views,Data as of", "@ID,u@N,5,2026-10-19 08:00", {"captured_at": "Data as of"}),
        ("Video ID,Username,Views,last_checked", "@ID,u@N,5,2026-10-19 08:00", {"captured_at": "last_checked"}),
        ("Video ID,Username,Views,Report date", "@ID,u@N,5,2026-10-19 08:00", {"captured_at": "Report date"}),
        ("Video ID,Username,Views,Due date", "@ID,u@N,5,2026-10-19 08:00", {"captured_at": None}),
        ("#,Video ID,Views,Likes,Is it ours?", "@N,@ID,5,1,Yes", {"video_id": "Video ID"}),
        ("Url,Checked,Views", "https://www.tiktok.com/@u/video/@ID,,5", {"captured_at": None, "views": "Views"}),
        ("URL,Likes,Score (weighted  —  Likes 1x Shares 1x Comments 1x Love 1x Wow 1x Haha 1x Sad 1x )", "https://www.facebook.com/u/posts/@ID,5,-1.2", {"url": "URL", "likes": "Likes"}),
        ("Tweet URL,Favorites,Retweets", "https://x.com/u/status/@ID,5,1", {"likes": "Favorites", "shares": "Retweets", "saves": None}),
        ("URL,Favorites,Retweets,Likes", "https://x.com/u/status/@ID,5,1,9", {"likes": "Likes", "saves": "Favorites"}),
        ("Date posted,Time posted,Link,Views", "2026-10-05,6:05 PM,https://www.instagram.com/reel/C@N/,5", {"created_at": ["Date posted", "Time posted"]}),
        ("Link,Uhrzeit,Datum,Aufrufe", "https://www.instagram.com/reel/C@N/,14:05,2@N.09.2026,5", {"created_at": ["Datum", "Uhrzeit"]}),
        ("Date checked,Hour,Link,Views", "19/10/2026,18:05,https://www.tiktok.com/@u/video/@ID,5", {"captured_at": ["Date checked", "Hour"]}),
        ("Date,Time,Link,Views", "2026-09-2@N,0:31,https://www.instagram.com/reel/C@N/,5", {"created_at": "Date"}),
        ("Date,Watch time,Link,Views", "2026-09-2@N,12:31,https://www.instagram.com/reel/C@N/,5", {"created_at": "Date"}),
        ("Date,Time,Document ID,URL,Hit Sentence,Source Type,Source Name,Views,Likes", "21-Sep-2026,10:05AM,d@N,https://www.instagram.com/reel/C@N/,x #calm,Social,Instagram,5,1", {"created_at": ["Date", "Time"]}),
        ("URL,Favorites,Shares", "https://www.tiktok.com/@u/video/@ID,5,1", {"likes": None, "saves": "Favorites"}),
        ("Enlace,N.º de visualizaciones,N.º de «Me gusta»,Núm. de comentarios", "https://www.tiktok.com/@u/video/@ID,5,1,2", {"views": "N.º de visualizaciones", "likes": "N.º de «Me gusta»", "comments": "Núm. de comentarios"}),
    ],
)  # fmt: skip
def test_of_several_columns_the_surest_is_taken_and_what_stands_there_has_to_be_it(
    header: str, row: str, columns: dict[str, str | list[str] | None], tmp_path: Path
) -> None:
    given = Given(timezone="UTC", date_order="dmy")
    found = looked(tmp_path / "export.csv", table(header, row), given).draft.options["columns"]
    assert {ours: found.get(ours) for ours in columns} == columns


def web(n: int) -> dict[str, Any]:
    """A video as TikTok's web page has it."""
    return {
        "id": IDS[n], "desc": "words #calm", "createTime": SECONDS[n], "collected": False, "author": {"uniqueId": f"u{n}"},
        "challenges": [{"title": "calm", "desc": "Join in"}], "statsV2": {"playCount": "5", "diggCount": "1", "commentCount": "2"},
    }  # fmt: skip


def app(n: int) -> dict[str, Any]:
    """One as its app has it."""
    return {
        "aweme_id": IDS[n], "create_time": SECONDS[n], "author": {"unique_id": f"u{n}"}, "text_extra": [{"hashtag_name": "calm"}],
        "statistics": {"play_count": 5, "digg_count": 1},
    }  # fmt: skip


def downloaded(n: int) -> dict[str, Any]:
    """One as yt-dlp writes it down."""
    return {
        "id": IDS[n], "title": "words #ca...", "description": "words #calm", "uploader": f"u{n}", "channel": "Same", "view_count": 5,
        "like_count": 1, "repost_count": 3, "comment_count": 2, "timestamp": SECONDS[n], "extractor_key": "TikTok", "epoch": 1_792_000_000,
        "webpage_url": f"https://www.tiktok.com/@u/video/{IDS[n]}", "formats": [{"format_id": "a"}],
    }  # fmt: skip


def of_youtube(n: int) -> dict[str, Any]:
    """One as YouTube's Data API has it."""
    return {
        "id": f"aBcdefgh{n:03d}", "snippet": {"publishedAt": "2026-10-01T10:00:00Z", "channelId": f"UC{n}", "title": "T #calm",
        "description": "words", "tags": ["mental health"]}, "statistics": {"viewCount": "5", "likeCount": "1", "favoriteCount": "0"},
    }  # fmt: skip


def of_research(n: int) -> dict[str, Any]:
    """One as the Research API has it."""
    return {
        "id": int(IDS[n]), "create_time": SECONDS[n], "username": f"u{n}", "region_code": "AE", "view_count": 5, "like_count": 1,
        "comment_count": 2, "share_count": 3, "video_description": "x", "hashtag_names": ["calm"],
    }  # fmt: skip


def of_instagram(n: int) -> dict[str, Any]:
    """One as Instagram's own pages have it."""
    return {
        "shortcode": f"DPabcdeFg{n:02d}", "edge_media_to_caption": {"edges": [{"node": {"text": "words #calm"}}]}, "video_view_count": 5,
        "edge_media_to_parent_comment": {"count": 2, "edges": [{"node": {"id": "1", "text": "so #true"}}]}, "edge_liked_by": {"count": 1},
        "taken_at_timestamp": SECONDS[n], "owner": {"username": f"u{n}"},
    }  # fmt: skip


def of_instagram_app(n: int) -> dict[str, Any]:
    """One as its app has it."""
    return {
        "pk": f"35{n:015d}", "id": f"35{n:015d}_7", "code": f"DPabcdeFg{n:02d}", "taken_at": SECONDS[n], "play_count": 5, "like_count": 1,
        "caption_text": "words #calm", "user": {"username": f"u{n}"},
    }  # fmt: skip


def of_x(n: int) -> dict[str, Any]:
    """One as the older API of X has it, which counts no views there."""
    return {
        "id_str": f"2{n:018d}", "created_at": "Wed Sep 16 10:00:00 +0000 2026", "full_text": "words #calm", "retweet_count": 3,
        "favorite_count": 1, "view_count": 5, "user": {"screen_name": f"u{n}", "favourites_count": 77},
    }  # fmt: skip


def with_counted_tags(n: int) -> dict[str, Any]:
    """One of TikTok's web page, whose tags have an id and views too."""
    return {**web(n), "challenges": [{"id": "7", "title": "calm", "desc": "Join in", "stats": {"viewCount": 9}}]}


def of_x_itself(n: int) -> dict[str, Any]:
    """One as X's own pages have it."""
    account = {"screen_name": f"u{n}", "favourites_count": 77, "created_at": "Wed Sep 16 10:00:00 +0000 2015"}
    return {
        "rest_id": f"2{n:018d}", "views": {"count": "5"}, "core": {"user_results": {"result": {"rest_id": "7", "legacy": account}}},
        "legacy": {"id_str": f"2{n:018d}", "full_text": "words #calm", "favorite_count": 1, "retweet_count": 3, "reply_count": 2, "created_at": "Wed Sep 16 10:00:00 +0000 2026"},
    }  # fmt: skip


def of_zeeschuimer(all_: list[Any]) -> list[Any]:
    """Records as Zeeschuimer wraps them, with the page on which they were seen."""
    page = {
        "source_url": f"https://{'x' if 'rest_id' in all_[0] else 'instagram'}.com/explore",
        "timestamp_collected": 1_792_000_000_000,
    }
    return [{"item_id": one.get("rest_id") or one["code"], **page, "data": one} for one in all_]


@pytest.mark.parametrize(
    ("wrap", "record", "platform", "definition"),
    [
        (of_zeeschuimer, of_x_itself, "x", "public"),
        (of_zeeschuimer, of_instagram_app, "instagram", "public"),
        (lambda all_: {"data": {"hashtag": {"edge_hashtag_to_media": {"edges": [{"node": one} for one in all_]}}}}, of_instagram, "instagram", "public"),
        (lambda all_: {"sections": [{"layout": {"medias": [{"media": one}]}} for one in all_]}, of_instagram_app, "instagram", "public"),
        (lambda all_: all_, of_instagram_app, "instagram", "public"),
        (lambda all_: all_, of_x, "x", "public"),
        (lambda all_: [{"itemInfo": {"itemStruct": one}, "shareMeta": {"title": "t"}} for one in all_], with_counted_tags, "tiktok", "public"),
        (lambda all_: {"itemList": all_, "hasMore": True}, web, "tiktok", "public"),
        (lambda all_: {"item_list": all_, "status": "success"}, web, "tiktok", "public"),
        (lambda all_: {"calm": all_[:9], "peace": all_[9:]}, web, "tiktok", "public"),
        (lambda all_: {"data": {"videos": {"edges": [{"node": one} for one in all_]}}}, web, "tiktok", "public"),
        (lambda all_: {"data": {"tag": {"edge_tag_to_media": {"edges": [{"node": one} for one in all_]}}}}, web, "tiktok", "public"),
        (lambda all_: {"answer": {"items": all_}}, app, "tiktok", "public"),
        (lambda all_: {"data": {"data": all_, "nextCursor": 20}}, app, "tiktok", "public"),
        (lambda all_: {"data": {"videos": all_}}, lambda n: {**app(n), "aweme_id": "file", "video_id": IDS[n]}, "tiktok", "public"),
        (lambda all_: [{"item_id": "1", "timestamp_collected": 1_792_000_000_000, "data": one} for one in all_], web, "tiktok", "public"),
        (lambda all_: {str(n): one for n, one in enumerate(all_)}, web, "tiktok", "public"),
        (lambda all_: {one["id"]: {k: v for k, v in one.items() if k != "id"} for one in all_}, web, "tiktok", "public"),
        (lambda all_: {name: {str(n): one[name] for n, one in enumerate(all_)} for name in all_[0]}, web, "tiktok", "public"),
        (lambda all_: {name: [one[name] for one in all_] for name in all_[0]}, web, "tiktok", "public"),
        (lambda all_: {"columns": [*all_[0]], "index": [*range(20)], "data": [[*one.values()] for one in all_]}, web, "tiktok", "public"),
        (lambda all_: {"calm": {"count": 9, "videos": all_[:9]}, "peace": {"count": 11, "videos": all_[9:]}}, web, "tiktok", "public"),
        (lambda all_: {"records": [{"id": f"rec{n:014d}", "createdTime": "2026-10-01", "fields": one} for n, one in enumerate(all_)]}, web, "tiktok", "public"),
        (lambda all_: all_, downloaded, "tiktok", "public"),
        (lambda all_: {"_type": "playlist", "entries": all_}, downloaded, "tiktok", "public"),
        (lambda all_: {"kind": "youtube#videoListResponse", "items": all_}, of_youtube, "youtube", "public"),
        (lambda all_: all_, of_research, "tiktok", "research_api"),
        (lambda all_: [{"type": "RECORD", "record": {"stream": "v", "data": one}, "emitted_at": 1_792_000_000_000} for one in all_], web, "tiktok", "public"),
        (lambda all_: [{"type": "RECORD", "record": one, "time_extracted": "2026-10-19T10:00:00Z"} for one in all_], of_research, "tiktok", "research_api"),
        (lambda all_: {"account": {"id": "7", "views": 9, "likes": 9}, "found": [{"hit": one} for one in all_]}, web, "tiktok", "public"),
        (lambda all_: [{"fetched": "1", "response": {"data": {"videos": all_}}}], of_research, "tiktok", "research_api"),
    ],
)  # fmt: skip
def test_records_wherever_they_stand_give_their_figures_and_tags(
    wrap: Callable[[list[Any]], Any],
    record: Callable[[int], Any],
    platform: str | None,
    definition: str,
    tmp_path: Path,
) -> None:
    given = Given(campaign="endthestigma")
    found = looked(tmp_path / "d.json", json.dumps(wrap([record(n) for n in range(20)])).encode(), given)
    if found.open:
        found = inspect(found.files, GIVEN, CAMPAIGNS)
    (tmp_path / "delivery.yml").write_text(found.text)
    readings = read(tmp_path, "hashtag").tables["video_readings"]
    assert (readings.height, readings["views"].sum(), readings["likes"].sum()) == (20, 100, 20)
    assert readings["hashtags"].to_list() == [["calm"]] * 20
    assert readings["creator_key"].n_unique() == 20
    assert readings["created_at"].null_count() == 0
    assert readings["platform"].unique().to_list() == [platform]
    assert readings["metric_definition"].unique().to_list() == [definition]
    assert readings["saves"].null_count() == 20


@pytest.mark.parametrize("names", [("Title", "Description"), ("snippet.title", "snippet.description")])
def test_tags_stand_in_titles_and_in_descriptions(names: tuple[str, str], tmp_path: Path) -> None:
    rows = "".join(f"aBcdefGh-{n},Talk{' #calm' * (n % 2)},words #peace,5,1\n" for n in range(10, 30))
    header = f"id,{','.join(names)},statistics.viewCount,statistics.likeCount\n"
    records = [dict(zip(header.strip().split(","), row.split(","), strict=True)) for row in rows.splitlines()]
    for name, content in (("v.csv", f"{header}{rows}".encode()), ("v.json", json.dumps(records).encode())):
        readings = looked(tmp_path / name, content).parsed.tables["video_readings"]
        assert readings["hashtags"].list.sort().to_list() == [["peace"], ["calm", "peace"]] * 10
        assert readings["platform"].unique().to_list() == ["youtube"]


def test_a_title_that_is_the_beginning_of_the_caption_has_no_tags_of_its_own(tmp_path: Path) -> None:
    row = "https://www.tiktok.com/@u/video/@ID,words number @N #ca...,words number @N #calm,5"
    columns = looked(tmp_path / "v.csv", table("url,title,description,views", row)).draft.options["columns"]
    assert columns["text"] == "description"


def test_what_the_graph_api_lists_behind_a_post_are_its_figures(tmp_path: Path) -> None:
    def listed(period: str = "lifetime", **figures: int) -> dict[str, Any]:
        return {"data": [{"name": name, "period": period, "values": [{"value": n}]} for name, n in figures.items()]}

    posts = [
        {"id": f"17{n:015d}", "permalink": f"https://www.instagram.com/reel/DPabcdeFg{n:02d}/", "like_count": 3, "timestamp": "2026-10-05T06:00:00+0000",
         "insights": listed(reach=4, saved=1, views=5 + n, likes=2, shares=n)} for n in range(8)
    ]  # fmt: skip
    posts[1]["insights"] = {"data": [{"name": "views", "period": "lifetime", "total_value": {"value": 60}}]}
    posts[2]["insights"] = listed("day", views=7)
    (tmp_path / "media.json").write_text(json.dumps({"data": posts}))
    readings = inspect([tmp_path / "media.json"], GIVEN, CAMPAIGNS).parsed.tables["video_readings"]
    assert readings["views"].to_list() == [5, 60, None, 8, 9, 10, 11, 12]
    assert readings["reach"].to_list() == [4, None, None, 4, 4, 4, 4, 4]
    assert (readings["likes"].sum(), readings["saves"].sum(), readings["shares"].sum()) == (24, 6, 25)


def test_videos_beside_accounts_are_told_by_their_links_and_captions(tmp_path: Path) -> None:
    videos = [
        {"id": n, "video_url": f"https://www.tiktok.com/@u/video/{one}", "video_caption": "x #calm"}
        for n, one in enumerate(IDS)
    ]
    users = [
        {"id": n, "username": f"u{n}", "followers_count": 5, "following_count": 6, "likes_count": 7} for n in range(9)
    ]
    found = looked(
        tmp_path / "d.json",
        json.dumps({"users": users, "videos": videos}).encode(),
        Given(campaign="endthestigma", captured_at=GIVEN.captured_at),
    )
    (tmp_path / "delivery.yml").write_text(found.text)
    readings = read(tmp_path, "hashtag").tables["video_readings"]
    assert readings["video_id"].to_list() == IDS
    assert readings["hashtags"].to_list() == [["calm"]] * 20
    assert readings["likes"].null_count() == 20


def test_without_a_header_ids_of_others_beside_links_are_not_those_of_videos(tmp_path: Path) -> None:
    rows = "".join(
        f"u_{n},48809576016091548{n // 5},https://www.tiktok.com/@u/video/{one}?lang=en,9/10/2026\n"
        for n, one in enumerate(IDS)
    )
    assert looked(tmp_path / "d.csv", rows.encode()).draft.options["columns"] == {"creator": 1, "url": 3}


def test_days_of_an_account_as_the_business_api_sent_them(tmp_path: Path) -> None:
    days = [{"date": f"2026-10-{n:02d}", "video_views": n, "likes": -1} for n in range(1, 9)]
    page = {"code": 0, "message": "OK", "data": {"username": "u", "metrics": days}}
    assert looked(tmp_path / "days.json", json.dumps(page).encode()).draft.format == "business_api"


def test_what_a_known_export_calls_otherwise_than_usual_is_found_by_its_name(tmp_path: Path) -> None:
    records = [
        {
            "id": ID,
            "text": "a #b",
            "author_username": f"u{n}",
            "play_count": 5,
            "digg_count": 1,
            "hashtags": [f"calm{n}", "b"],
        }
        for n, ID in enumerate(IDS)
    ]
    found = looked(tmp_path / "posts.json", json.dumps({"data": {"items": records}}).encode())
    assert found.draft.options["preset"] == "raw_app"
    assert found.draft.options["columns"] == {"creator": "author_username", "hashtags": "hashtags.*"}


@pytest.mark.parametrize(
    ("name", "platform"),
    [
        ("public_metrics.like_count", "x"),
        ("data/public_metrics/like_count", "x"),
        ("node.edge_media_preview_like.count", "instagram"),
        ("like_count", "unknown"),
    ],
)
def test_fields_that_only_one_platform_has_tell_it(name: str, platform: str, tmp_path: Path) -> None:
    found = looked(tmp_path / "x.csv", table(f"id,author_id,{name},text", "198@N,7@N,5,words"))
    assert found.parsed.tables["video_readings"]["platform"].unique().to_list() == [platform]


def test_ids_of_youtube_tell_it_and_codes_of_instagram_do_not(tmp_path: Path) -> None:
    for begin, platform in (("aB", "youtube"), ("DP", "unknown")):
        rows = "".join(f"{begin}cdefGh-{n},5,1\n" for n in range(10, 30))
        found = looked(tmp_path / "v.csv", f"Video ID,Views,Likes\n{rows}".encode())
        assert found.parsed.tables["video_readings"]["platform"].unique().to_list() == [platform]


def test_totals_of_tags_are_of_the_platform_that_links_to_them_lead_to(tmp_path: Path) -> None:
    pages = ("https://www.instagram.com/explore/tags/calm/", "https://www.youtube.com/hashtag/tiktokcalm")
    tags = [{"url": page, "postsCount": 5, "timestamp": "2026-10-19T10:00:00Z"} for page in pages]
    found = looked(tmp_path / "tags.json", json.dumps(tags).encode()).parsed.tables["tag_total_readings"]
    assert found.select("platform", "hashtag").rows() == [("instagram", "calm"), ("youtube", "tiktokcalm")]


def test_short_names_that_other_apps_share_are_not_those_of_tiktok(tmp_path: Path) -> None:
    records = [
        {"id": f"3{n}_5", "code": f"C{n}", "caption_text": "a #calm", "play_count": 5, "title": "t"} for n in range(20)
    ]
    found = looked(tmp_path / "reels.json", json.dumps(records).encode())
    assert "preset" not in found.draft.options


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("c.csv", table("videoWebUrl,cid,text,diggCount", "https://www.tiktok.com/@u/video/@ID,7@N,so,5"), "line 1: found comments"),
        ("c.json", json.dumps([{"video_id": IDS[n], "id": f"7{n}", "parent_comment_id": "1", "like_count": 5} for n in range(20)]).encode(), "its records are comments"),
        ("p.csv", table("Hashtag,Date,TikTok views,Instagram views", "#calm,2026-10-05,5@N,7"), "line 1: found a column a platform"),
        ("p.csv", table("Link,TikTok views,Instagram views", "https://www.tiktok.com/@u/video/@ID,5,7"), "line 1: found a column a platform"),
        ("p.csv", table("Week,Hashtag,New posts,Reach", "2026-10-0@N,#calm,3,5"), "line 1: found a row a tag, and no column known"),
        ("p.csv", table("Hashtag,Views (7 days),Posts (7 days)", "#calm@N,5,9"), "line 1: found figures of some days"),
        ("p.csv", b"Period: last 7 days,,\n" + table("Hashtag,Posts,Views", "#calm@N,5,9"), "p.csv, line 1: says that figures are of some days"),
        ("p.json", json.dumps({"period_days": 7, "hashtags": [{"hashtag": f"calm{n}", "views": 5, "posts": 2} for n in range(3)]}).encode(), "'period_days' says of what time"),
        ("p.csv", table("Hashtag,Posts,Views,Period", "#calm@N,5,9,3 months"), "a column says what time the views of a tag are of"),
        ("u.json", json.dumps({"users": [{"id": f"68{n}", "uniqueId": "u", "followerCount": 5, "heartCount": 9, "videoCount": 3} for n in range(20)]}).encode(), "its records are accounts"),
        ("s.csv", table("Link,Author,Views,Likes", "https://vm.tiktok.com/ZM@N/,u,5@N,1"), "no video id and none to be recovered from a URL"),
        ("w.csv", b"<table><tr><td>video_id</td></tr></table>", "is a web page"),
        ("w.csv", b"\n<!-- build 7 --><html><title>Log in</title></html>", "is a web page"),
        ("p.json", repr([{"id": 5, "playCount": 5}]).encode(), "line 1: begins as JSON, and has no object that can be read"),
        ("p.json", json.dumps([["id", "playCount"], [IDS[0], 5]]).encode(), "line 1: begins as JSON, and has no object that can be read"),
        ("d.js", b"window.__DATA__ = [{}];", "is JSON inside of something else"),
        ("k.csv", table("Girêdan,Dîtin,Ecibandin,Şîrove", "https://www.tiktok.com/@u/video/@ID,5,1,2"), "line 1: column 'Girêdan' has links to videos"),
        ("y.csv", b"Enhavo,Tempo,Rigardoj,Horoj\n" + b"".join(f"aBcdefgh{n:03d},60,5{n},1.5\n".encode() for n in range(20)), "line 1: column 'Enhavo' has ids of videos of YouTube"),
        ("n.csv", table("url,author,New views,New likes", "https://www.tiktok.com/@u/video/@ID,u,5,1"), "line 1: column 'url' has links to videos"),
        ("w.csv", table("url,author,W40 views,W41 views", "https://www.tiktok.com/@u/video/@ID,u,5,6"), "line 1: column 'url' has links to videos"),
        ("f.csv", table("url,views,likes", "https://www.facebook.com/share/v/aBc@N/,5,1"), "none to be recovered from a URL"),
        ("u.csv", table("id,username,followers,following,likes", "6@N,u@N,5,5,9"), "line 1: found accounts"),
        ("m.csv", table("Post ID,Permalink,Data comment,Date,Views,Likes", "179@N,https://www.instagram.com/p/C@N/,,03/04/2026,5,1"), "found views of single days"),
        ("g.csv", table("hashtag,videos,views,likes,avg_views", "#calm@N,12,1200,5,100"), "found 'likes' beside figures of a tag"),
        ("c.csv", table("Account,Followers,Avg_Views,Email", "u,5,5,u@N@x.example"), "line 1: found accounts"),
        ("i.csv", table("Influencer,Followers,Avg Likes,Engagement Rate", "u,5,5,3%"), "line 1: found accounts"),
        ("l.csv", table("video_id,metric,value", "@ID,views,5"), "line 1: found a row a counter"),
        ("o.csv", table("id;author;stats;views", "@ID;u;{'playCount': 5, 'diggCount': 1};5"), "line 1, column 'stats': found objects with counters in a cell"),
        ("l.csv", table("video_id,Attribute,Value", "@ID,views,5"), "line 1: found a row a counter"),
        ("w.csv", table("Video ID,Creator,2026-11-01,2026-11-02", "@ID,u,5,6"), "line 1: found 2 columns that are days"),
        ("w.csv", table("Link,Views 01/11,Views (08/11)", "https://www.tiktok.com/@u/video/@ID,5,6"), "found 2 columns that are days"),
        ("w.csv", table("Hashtag,01.11.2026,02.11.2026", "#calm@N,5,6"), "found 2 columns that are days"),
        ("r.csv", table("TikTok post ID,Campaign name,Cost,Impressions,Video views", "@ID,c,5,9,8"), "found advertisements"),
        ("a.csv", table("Date,Event,Count", "2026-10-05,Seen something @N,5"), "activation that has names such as guide.opened"),
        ("r.csv", table("Ad name,Ad ID,Cost,Impressions,Video views,Paid likes", "a,17@N,5,9,8,1"), "found advertisements"),
        ("r.csv", table("キャンペーン名,コスト,インプレッション,クリック", "a,5,9,8"), "found advertisements"),
        ("r.csv", table("id,subreddit,title,author,num_comments,permalink", "1abc@N,calm,x,u@N,5,/r/calm/comments/1abc@N/x/"), "line 1: found posts of Reddit"),
        ("s.json", json.dumps({"posts": [{"uri": f"at://did:plc:a/app.bsky.feed.post/3k{n}", "cid": "b", "replyCount": n, "repostCount": 1, "likeCount": 5, "indexedAt": "2026-10-05T12:00:00Z"} for n in range(20)]}).encode(), "its records are posts of Bluesky"),
        ("r.json", json.dumps({"kind": "Listing", "data": {"children": [{"kind": "t3", "data": {"id": f"1abc{n}", "subreddit": "calm", "title": "x", "num_comments": 5, "permalink": f"/r/calm/comments/1abc{n}/x/"}} for n in range(20)]}}).encode(), "its records are posts of Reddit"),
        ("p.csv", table("Pin URL,Pin title,Impressions,Pin clicks,Outbound clicks,Saves", "https://www.pinterest.com/pin/90000000000000@N/,x #calm,5,1,1,2"), "line 1: found pins"),
        ("c.json", json.dumps({"items": [{"id": f"U{n}", "snippet": {"videoId": f"aBcdefgh{n:03d}", "totalReplyCount": 1, "topLevelComment": {"id": "U"}}} for n in range(20)]}).encode(), "its records are comments"),
        ("c.csv", table("UserName,Description,Total Like,Total Comments", "u@N,x #calm,5,1"), "line 1: found posts without their ids and links"),
        ("t.csv", table(",Title,Views,Date", "@N,My video,679 views,8 days ago"), "line 1: found posts without their ids and links"),
        ("j.json", json.dumps([{"title": "x", "url": f"https://www.tiktok.com/@u/video/{one}"} for one in IDS]).encode(), "links to videos, without counters"),
        ("j.json", json.dumps({"daily": [{"date": f"April {n + 1}", "views": 5, "likes": 1} for n in range(20)]}).encode(), "figures of single days"),
        ("h.json", json.dumps({"data": {"list": [{"hashtag_name": "calm", "publish_cnt": 5, "video_views": 50, "rank": 1}]}}).encode(), "Creative Center"),
        ("d.csv", table("Date,Views,Watch time (hours),Subscribers", "2026-10-05,5,1.5,0"), "found views of single days"),
        ("a.csv", table("Campaign name,Cost,Video views,2-second video views", "c,1.5,5@N,5"), "found views of what is no video"),
        ("Chart data.csv", b"Date,Content,Video title,Video publish time,Views\n" + b"".join(f"2026-10-{1 + n % 9:02d},aBcdefgh{n // 9:03d},x,\"Sep 20, 2026\",5\n".encode() for n in range(18)), "found views of single days"),
    ],
)  # fmt: skip
def test_what_has_counters_and_is_no_list_of_videos_is_refused_and_no_survey(
    name: str, content: bytes, message: str, tmp_path: Path
) -> None:
    with pytest.raises(DeliveryError, match=message):
        looked(tmp_path / name, content)


@pytest.mark.parametrize(
    ("records", "columns"),
    [
        ({"data": [{"hashtag": "calm", "views": 5, "posts": 2, "date": "2026-10-05"}]}, {"hashtag": "hashtag", "views": "views", "posts": "posts", "observed_at": "date"}),
        (
            {"data": {"challenge_list": [{"id": f"{n}1", "cha_name": f"calm{n}", "user_count": 5, "view_count": 50} for n in range(3)]}},
            {"hashtag": "cha_name", "views": "view_count"},
        ),
        (
            {"challengeInfo": {"challenge": {"title": "calm"}, "stats": {"videoCount": 5, "viewCount": 50}}},
            {"hashtag": "challengeInfo.challenge.title", "views": "challengeInfo.stats.viewCount", "posts": "challengeInfo.stats.videoCount"},
        ),
        ({"tags": [{"tag": f"calm{n}", "views": 5, "videos": 2} for n in range(3)]}, {"hashtag": "tag", "views": "views", "posts": "videos"}),
        (
            {"data": [{"id": f"7{n}", "name": f"calm{n}", "url": f"https://www.tiktok.com/tag/calm{n}", "viewCount": 5, "videoCount": 2} for n in range(3)]},
            {"hashtag": "url", "views": "viewCount", "posts": "videoCount", "platform": "url"},
        ),
    ],
)  # fmt: skip
def test_records_in_json_may_be_totals_of_tags(
    records: dict[str, Any], columns: dict[str, str], tmp_path: Path
) -> None:
    given = Given(timezone="UTC", captured_at="2026-10-05T06:00:00Z")
    draft = looked(tmp_path / "t.json", json.dumps(records).encode(), given).draft
    assert (draft.format, draft.options["columns"]) == ("tag_totals_csv", columns)


def test_of_a_zip_in_another_language_the_table_is_read_and_not_its_days(tmp_path: Path) -> None:
    names = "Inhalte,Videotitel,Veröffentlichungszeitpunkt des Videos,Aufrufe"
    videos = "".join(f"aBcdefgh{n:03d},Rede #ruhe,{n + 1}. Okt. 2026,5\n" for n in range(20))
    days = "".join(f"2026-10-01,aBcdefgh{n:03d},Rede,1. Okt. 2026,1\n" for n in range(20))
    with zipfile.ZipFile(tmp_path / "Inhalte.zip", "w") as archive:
        archive.writestr("Tabellendaten.csv", f"{names}\nGesamt,,,100\n{videos}")
        archive.writestr("Diagrammdaten.csv", f"Datum,{names}\n{days}")
        archive.writestr("Gesamt.csv", "Datum,Aufrufe\n2026-10-01,20\n")
    found = inspect([tmp_path / "Inhalte.zip"], GIVEN, CAMPAIGNS)
    (tmp_path / "delivery.yml").write_text(found.text)
    parsed = read(tmp_path, "hashtag")
    readings = parsed.tables["video_readings"]
    assert (readings.height, readings["views"].sum(), parsed.rejected.height) == (20, 100, 0)
    assert readings["metric_definition"].unique().to_list() == ["youtube_studio"]


@pytest.mark.parametrize(("first", "is_whole"), [("2026-10-20", False), ("2026-09-20", True)])
def test_views_of_the_time_that_an_archive_of_youtube_studio_names_are_no_totals(
    first: str, is_whole: bool, tmp_path: Path
) -> None:
    rows = "".join(f'aBcdefgh{n:03d},Talk #calm,"Oct {n + 1}, 2026",5\n' for n in range(20))
    path = tmp_path / f"Content {first}_2026-11-19 Org.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("Table data.csv", f"Content,Video title,Video publish time,Views\nTotal,,,100\n{rows}")
    if is_whole:
        assert inspect([path], GIVEN, CAMPAIGNS).draft.options["preset"] == "youtube_studio"
    else:
        with pytest.raises(DeliveryError, match="has figures of 2026-10-20 to 2026-11-19"):
            inspect([path], GIVEN, CAMPAIGNS)


@pytest.mark.parametrize(
    "content",
    [
        b"Hashtag,Views,Posts\n#calm,1.2M,3K\n#peace,5K,20\n",
        b"name,url,viewCount,videoCount\ncalm,https://www.tiktok.com/tag/calm,1.2M,3K\npeace,https://www.tiktok.com/tag/peace,5K,20\n",
    ],
)
def test_totals_without_a_time_ask_when_they_were_read(content: bytes, tmp_path: Path) -> None:
    assert [question.key for question in looked(tmp_path / "t.csv", content, Given()).open] == ["captured_at"]
    found = inspect([tmp_path / "t.csv"], GIVEN, CAMPAIGNS)
    (tmp_path / "delivery.yml").write_text(found.text)
    assert read(tmp_path, "hashtag").tables["tag_total_readings"]["views"].to_list() == [1_200_000, 5_000]


@pytest.mark.parametrize(
    ("header", "row", "columns"),
    [
        ("التاريخ,الهاشتاج,عدد المشاهدات,عدد الفيديوهات", "2026-10-05T0@N:00:00Z,#فضفض,5,1", {"hashtag": "الهاشتاج", "views": "عدد المشاهدات", "posts": "عدد الفيديوهات"}),
        ("تاریخ,هشتگ,بازدید,تعداد ویدیو", "2026-10-05,#امید@N,5,1", {"posts": "تعداد ویدیو"}),
        ("بەروار,هاشتاگ,بینین,پۆست", "2026-10-05,#هیوا@N,5,1", {"observed_at": "بەروار", "posts": "پۆست"}),
        ("ハッシュタグ,日付,再生数,投稿数", "#静@N,2026-10-05,5,1", {"hashtag": "ハッシュタグ", "observed_at": "日付", "posts": "投稿数"}),
        ("Page,Views,Date", "https://www.tiktok.com/tag/calm@N,5,2026-10-05", {"hashtag": "Page"}),
        ("Hashtag,Views last 7 days,Views overall,Date", "#x@N,3,4,2026-10-05", {"views": "Views overall"}),
        ("Hashtag,Posts (last 7 days),Posts (overall),Views (last 7 days),Views (overall),Date", "#x@N,1,2,3,4,2026-10-05", {"posts": "Posts (overall)", "views": "Views (overall)"}),
    ],
)  # fmt: skip
def test_the_total_of_a_tag_is_found_in_the_words_of_a_team(
    header: str, row: str, columns: dict[str, str], tmp_path: Path
) -> None:
    draft = looked(tmp_path / "totals.csv", table(header, row)).draft
    assert draft.format == "tag_totals_csv"
    assert {ours: draft.options["columns"].get(ours) for ours in columns} == columns


@pytest.mark.parametrize(
    ("header", "row", "platform"),
    [
        ("Platform,Hashtag,Date,Views", "Instagram,#x@N,2026-10-05,5@N", {"columns": "Platform"}),
        ("Hashtag,Date,Views", "#x@N,2026-10-05,5@N", {"constant": "tiktok"}),
        ("Hashtag,Date,Instagram posts", "#x@N,2026-10-05,5@N", {"constant": "instagram"}),
        ("Hashtag,Date,media_count", "#x@N,2026-10-05,5@N", {"constant": "instagram"}),
        ("Instagram hashtags\n\nHashtag,Date,Posts", "#x@N,2026-10-05,5@N", {"constant": "instagram"}),
        (
            "Hashtag,Page,Date,Posts",
            "#x@N,https://www.instagram.com/explore/tags/x@N/,2026-10-05,5@N",
            {"columns": "Page"},
        ),
    ],
)
def test_totals_of_tags_are_of_the_platform_that_the_file_names(
    header: str, row: str, platform: dict[str, str], tmp_path: Path
) -> None:
    options = looked(tmp_path / "totals.csv", table(header, row)).note["options"]
    found = {"columns": options["columns"].get("platform"), "constant": options.get("platform")}
    assert {place: name for place, name in found.items() if name is not None} == platform


def test_the_id_of_a_row_is_none_of_a_video_that_another_column_names_again_and_again(tmp_path: Path) -> None:
    lines = [f"{100 * day + n},clip-{n},7,2026-10-{day}T05:00:00Z,{n + day},5" for day in (18, 19) for n in range(3)]
    content = "\n".join(["id,upload_id,campaign_id,recorded_at,views,likes", *lines]).encode()
    columns = looked(tmp_path / "r.csv", content, Given(timezone="UTC")).draft.options["columns"]
    assert columns == {
        "video_id": "upload_id", "captured_at": "recorded_at", "views": "views", "likes": "likes",
    }  # fmt: skip


def test_of_youtube_studio_the_one_column_of_days_is_that_of_posting_in_any_language(tmp_path: Path) -> None:
    rows = ["Total,,,15,1:00", 'aBcdefgh-01,T #calm,"Sep 20, 2026",7,0:10', 'aBcdefgh-02,T,"Sep 22, 2026",8,0:20']
    content = "\n".join(["Enhavo,Titolo,Tempo de eldono,Views,Daŭro", *rows]).encode()
    assert looked(tmp_path / "Table data.csv", content).draft.options["columns"]["created_at"] == "Tempo de eldono"


def test_the_ids_in_links_tell_that_a_date_is_that_of_posting(tmp_path: Path) -> None:
    """All of one day, as counters that were read at one time would be."""
    days = [datetime.fromtimestamp(second, UTC) for second in SECONDS]
    rows = [f"{at:%Y-%m-%d %H:%M},https://www.tiktok.com/@u/video/{one},5" for at, one in zip(days, IDS, strict=True)]
    found = looked(tmp_path / "a.csv", "\n".join(["Date,Link,Views", *rows, ""]).encode(), Given(timezone="UTC"))
    assert found.note["options"]["columns"]["created_at"] == "Date"
    assert [question.key for question in found.open] == ["captured_at"]


def test_a_date_and_its_time_of_day_that_stand_apart_are_one_time(tmp_path: Path) -> None:
    row = "2026-10-1{n},5,{n},1{n}:30,https://x.org/@u/video/v{n}"
    content = "\n".join(["Post date,Views,Likes,Time,Link", *(row.format(n=n) for n in range(10)), ""]).encode()
    found = looked(tmp_path / "a.csv", content)
    assert found.note["options"]["columns"]["created_at"] == ["Post date", "Time"]
    other = content.replace(b"Likes", b"Reading date").replace(b",5,", b",5,2026-10-20,").replace(b"Time", b"n,Time")
    assert looked(tmp_path / "b.csv", other).note["options"]["columns"]["created_at"] == "Post date"


def test_subscribers_that_a_video_won_are_no_followers_of_its_creator(tmp_path: Path) -> None:
    header = "Konten,Judul video,Waktu publikasi video,Penayangan,Subscriber"
    rows = ["Total,,,30,5", "AbcDEfGh1j1,a #x,5 Okt 2026,10,2", "-bcDEfGh2k2,b #x,6 Okt 2026,20,3", ""]
    found = looked(tmp_path / "a.csv", "\n".join([header, *rows]).encode())
    assert (found.draft.options["metric_definition"], found.loaded) == ("youtube_studio", 2)
    assert "creator_followers" not in found.note["options"]["columns"]
