"""The names that tools give to the columns of videos and tags, in many languages; which column has one is for
`ingest.drafts.video_names` to say.
"""
# ruff: noqa: RUF001 - columns are named in many languages

from collections.abc import Mapping

_TIME = r"_?(?:time|at|date|dato|on|datetime|timestamp|ts|time_iso|utc)"


def _count(words: str) -> str:
    after = (
        "to_date|till_date|so_far|count|counts|cnt|number|num|total|latest|current|actual|achieved|overall|all_time|sayısı|summary_total_count|"
        "(?:(?:de|del|do|della?|des|de_la)_)?v[ií]d[eé]os?|(?:ال)?فيديو(?:هات)?"
    )
    before = (
        "how_many|n|num|no|nb|nr|of|(?:n_?o|núm)_de|(?:no|num|nb)_of|total|actual|current|latest|(?:total_)?number_of|qtde?|(?:quantidade|cantidad)(?:_de)?|"
        "nb_de|nombre_de|n_de|número_de|jumlah|anzahl|aantal|(?:عدد_)?مرات|عدد|تعداد|[إا]جمالي|מספר"
    )
    return rf"(?:{before})?_?(?:{words})(?:_?(?:{after}))?"


_BY = r"(?:author|author_meta|creator|sender|user|owner|profile|account|channel|influencer|uploader)"

_MORE = {
    "creator": "(?:nama_)?kreator|創作者|skapare|pencipta|tác_giả|作者|作成者|投稿者|クリエイター|작성자|ผู้สร้าง",
    "views": (
        "wyświetlenia|visningar|visninger|tontonan|lượt_xem|"
        "播放量|播放数|播放次数|观看量|观看次数|觀看次?數|再生回?数|視聴回?数|조회(?:_?수)?|ยอดวิว"
    ),
    "likes": "polubienia|gilla_markeringar|lượt_thích|点赞[数量]?|按?讚數?|いいね_?数?|좋아요(?:_?수)?|ถูกใจ",
    "comments": "komentarze|kommentarer|komen|bình_luận|评论[数量]?|留言數?|評論數?|コメント数?|댓글(?:_?수)?|ความคิดเห็น",
    "shares": "udostępnienia|delningar|delinger|kongsi|chia_sẻ|分享[数數量]?|转发[数量]?|シェア数?|공유(?:_?수)?|แชร์",
    "saves": "zapisania|sparade|gemmer|gemt|收藏[数數量]?|保存数?|저장(?:_?수)?",
}
"""More languages, of few files: Polish, Swedish, Danish, Malay, Vietnamese, Chinese, Japanese, Korean, Thai."""

NAMES: Mapping[str, tuple[str, ...]] = {
    "video_id": (
        (
            r"(?:video|vid|aweme|tiktok)_?(?:id|key)|(?:id|identifiant)_(?:de_la_|del_|do_)?v[ií]d[eé]o|video_kimliği|شناسه_(?:ویدیو|ویدئو)|"
            r"معرف_الفيديو|رقم_الفيديو"
        ),
        r"(?:post|item|content|media|publish|publication|reel|clip|short)_?(?:id|key)|ident[a-z]*_de_la_public[a-zó]*|معرف_المنشور",
        "short_?code",
        "id",
    ),
    "url": (
        (
            r"(?:web_?page_|web_|original_|share_|canonical_|tiktok_|content_)?(?:video_|post_|media_)?(?:url|link|permalink|share_url|permalink_url)(?:_href)?|"
            r"lien(?:_(?:de_la_)?vidéo)?|permalien|enlace(?:_permanente|_del_v[ií]deo)?|link_do_vídeo|tautan|لینک(?:_ویدیو)?|(?:ال)?رابط(?:_الفيديو|_الثابت)?"
        ),
    ),
    "platform": (
        r"(?:social_?)?(?:platform|network)",
        r"channel|source|source_type|source_name|site|media_type|page_type|extractor_key|kanal|plataforma|red_social|plateforme|المنصة",
    ),
    "creator": (
        (
            rf"(?:{_BY}_)?(?:(?:platform_)?user_?name|unique_id|handle|screen_name|login)|nombre_de_usuario(?:_de_la_cuenta)?|nome_de_usuário|"
            r"nom_d_utilisateur(?:_du_compte)?|benutzername|nutzername|gebruikersnaam|nome_utente|nama_pengguna|kullanıcı_adı|نام_کاربری|اسم_(?:ال)?مستخدم(?:_الحساب)?|"
            r"hesap_kullanıcı_adı|שם_(?:ה)?משתמש(?:_של_החשבון)?|صارف_نام|ناوی_بەکارهێنەر"
        ),
        (
            rf"{_MORE['creator']}|user_posted|author|(?:content_)?creator|user|by|posted_by|account|uploader|influencer|channel|(?:author|creator|account|influencer|uploader|channel|author_meta|owner|profile)_name|"
            r"(?:brand_)?ambassadors?(?:_name)?|ambassad(?:eur|rice)|embaixador(?:es|as?)?|embajador(?:es|as?)?|botschafter(?:in)?|سفير(?:_الحملة)?|السفير|سفیر|"
            r"influenceu(?:r|se)|influenciador(?:es|as?)?|fenomen|kol(?:_name)?|(?:اسم_)?(?:ال)?مؤثر|(?:نام_)?(?:اینفلوئنسر|بلاگر)|"
            r"page_name|nom_de_la_page|nombre_de_la_página|nome_da_página|seitenname|nome_della_pagina|sayfa_adı|nama_halaman|اسم_الصفحة|שם_(?:ה)?(?:דף|עמוד)|"
            r"auteur|autora?|créat(?:eur|rice)(?:_de_contenu)?|creadora?(?:_de_contenido)?|criadora?(?:_de_conteúdo)?|içerik_üretici(?:si)?|(?:اسم_)?صانع_المحتوى|compte|автор|χρήστης|usuario|usuário|cuenta|conta|konto|kanal|(?:nama_)?akun|perfil|profile?|compte_tiktok|cuenta_de_tiktok|حساب_تيك_توك|اسم_ال[اأ]كونت|حساب_کاربری|تخلیق_کار|benutzer|kullanıcı|hesap|کاربر|المنشئ|الحساب|صاحب_الحساب|extra_author_attributes_name"
        ),
        rf"{_BY}_id",
        r"(?:(?:author|user|account)_s_)?nick_?name|display_name|channel_title|(?:author|user|account|influencer)_(?:nick_?name|display_name|full_name)",
    ),
    "creator_followers": (rf"(?:{_BY}_)?n?_?(?:followers?|fans|subscribers?)(?:_?count)?",),
    "creator_country": (
        r"(?:(?:author|creator|user)_)?country|pays|país|land|ülke|کشور|(?:ال)?دولة|البلد",
        r"(?:(?:author|creator|user)_)?(?:country_code|region(?:_code)?)|world_data_country_code",
    ),
    "created_at": (
        (
            rf"(?:posted|published|uploaded|(?:post(?:ed|ing)?|publish(?:ed|ing)?|publication|pub|upload(?:ed)?){_TIME}|pub_?date"
            r"|(?:date|time|day)_(?:of_)?(?:post(?:ed|ing)?|publish(?:ed|ing)?|publication|upload(?:ed)?)|live_date"
            r"|dat[ea]_de_publica(?:tion|ção)|fecha_(?:de_)?publicación|data_da_postagem|tanggal_(?:unggah|posting)|upload_datum|publié_le|publicado(?:_e[lm])?|veröffentlicht(?:_am)?|дата_публикации|geplaatst_op|data_di_pubblicazione"
            r"|veröffentlichungs(?:datum|zeitpunkt)(?:_des_videos)?|paylaşım_tarihi|yayın(?:lanma)?_(?:tarihi|zamanı)|videonun_yayınlanma_zamanı"
            r"|(?:תאריך|שעת|זמן|מועד)_(?:ה)?פרסום(?:_הסרטון)?|تاریخ_اشاعت|بەرواری_بڵاوکردنەوە|h(?:or|eur|ór|orári)[aeo]_de_publica(?:tion|ção|ción)(?:_de_la_vidéo|_del_v[ií]deo|_do_vídeo)?|تاریخ_انتشار|تاريخ_النشر"
            r"|(?:وقت|تاريخ)_(?:ال)?نشر(?:_الفيديو)?)"
        ),
        rf"created|creation|taken_at_timestamp|creat(?:e|ed|ion){_TIME}|date_(?:of_)?creat(?:ed|ion)",
    ),
    "captured_at": (
        (
            rf"(?:read|checked|emitted|scraped?|crawl(?:ed)?|captured?|collected|collection|retrieved|fetch(?:ed)?|quer(?:y|ied)|observed|snapshot|"
            rf"extract(?:ed|ion)?|export(?:ed)?|measured?|measurement|polled|synced|refreshed|(?:metrics|stats|counts|counters|analytics|insights)_(?:updated|refreshed|synced|fetched)){_TIME}|"
            r"(?:data_)?as_(?:of|at)(?:_date)?|last_(?:scraped|checked|crawled|fetched|synced|refreshed)(?:_at|_on)?|(?:pulled|downloaded)(?:_at|_on)?|"
            r"(?:run|pull|download|report)_date|取得日時?|تاریخ_استخراج|(?:timestamp|time)_(?:collected|captured|scraped|extracted)|scraped|checked|crawled|captured|collected|retrieved|fetched|current_(?:time|date)|trend(?:ing)?_date|"
            r"(?:date|time)_(?:read|checked|scraped|captured|collected|retrieved|queried|fetched)|"
            r"observed|snapshot|extracted|fecha_(?:de_)?(?:lectura|captura|extracción|medición|recogida)|data_d[ae]_(?:leitura|coleta|extração|medição|recolha)|"
            r"date_(?:de_l[a']_?|d[eu]_|d')(?:lecture|collecte|relevé|relève|mesure|capture|extraction)|data_(?:di_|della_)?(?:lettura|rilevazione)|"
            r"(?:ablese|mess|erhebungs)datum|tanggal_(?:pengambilan|pengukuran|dibaca|dicatat)|(?:collecté|relevé|extrait|recueilli|lu)e?_le|abrufdatum|(?:abgerufen|erfasst|erhoben|gelesen)_am|"
            r"(?:recogid|recolectad|capturad|coletad|extraíd|leíd|lid)[oa]_e[lm]|(?:raccolto|rilevato|letto)_il|(?:toplanma|okunma|çekilme)_tarihi|"
            r"(?:تاريخ|وقت)_(?:القراءة|الجمع|الالتقاط|الاستخراج|القياس|الرصد)"
        ),
    ),
    # Where a tool has both, a play is what platforms call a view now.
    "views": (
        _count("plays?"),
        _count(
            f"{_MORE['views']}|"
            "views?|video_views?|watches|vues|visualizaciones|visualizações|reproducciones|reproduções|vistas|(?:video)?aufrufe|wiedergaben|"
            "visualizzazioni|weergaven|tayangan|penayangan|просмотры|προβολές|צפיות|ویوز?|ملاحظات|بینین|izlenme(?:ler|_sayısı)?|görüntülen?me(?:ler|_sayısı)?|بازدید(?:ها)?|(?:ال)?مشاهد(?:ات|ة)|(?:ال)?في(?:و|وز|وهات)"
        ),
    ),
    "likes": (
        _count(
            f"{_MORE['likes']}|"
            "likes?|edge_(?:media_preview_like|liked_by)|diggs?|hearts?|j_aime|mentions_j_aime|me_gusta|curtidas|gostos|gefällt_mir(?:_angaben)?|mi_piace|vind_ik_leuks|suka|лайки|μου_αρέσει|לייקים|لائکس|پسند(?:ها)?|لایکات|(?:ال)?لايكات|beğen(?:i|me)(?:ler|_sayısı)?|لایک(?:ها)?|"
            "(?:ال)?[إا]عجاب(?:ات)?|(?:ال)?لايك|تسجيلات_الإعجاب"
        ),
    ),
    "comments": (
        _count(
            f"{_MORE['comments']}|"
            "comments?|edge_media_(?:to_(?:parent_)?comment|preview_comment)|commentaires|comentarios|comentários|kommentare|commenti|komentar|reacties|комментарии|σχόλια|תגובות|کامنت(?:_?ها)?|تبصرے|کۆمێنت|yorum(?:lar)?|نظر(?:ات)?|دیدگاه(?:_?ها)?|(?:ال)?كومنت(?:ات|س)?|(?:ال)?تعليق(?:ات)?"
        ),
        _count("repl(?:y|ies)|respuestas|réponses|antworten|(?:ال)?ردود"),
    ),
    "shares": (
        _count(
            f"{_MORE['shares']}|"
            "shares?|partages|compartidos|veces_(?:que_se_ha_)?compartido|compartilhamentos|partilhas|geteilt(?:e_inhalte)?|condivisioni|(?:keer_)?gedeeld|(?:di)?bagikan|κοινοποιήσεις|שיתופים|شیئرز?|شیر|شەیر|اشتراک(?:_گذاری)?(?:_?ها)?|بازنشر|(?:ال)?شير|paylaşım(?:lar)?|(?:ال)?مشارك(?:ات|ة)"
        ),
        _count("reposts?|retweets?|репосты|(?:إعادة|إعادات)_النشر"),
        _count("forwards?"),
    ),
    "saves": (
        _count(
            f"{_MORE['saves']}|"
            "saves?|saved|collects?|enregistrements|guardados|veces_que_se_ha_guardado|salvos|salvamentos|gespeichert(?:e_inhalte)?|salvataggi|(?:keer_)?opgeslagen|(?:di)?simpan|сохранения|αποθηκεύσεις|שמירות|محفوظ|پاشەکەوت|ذخیره(?:_?ها)?|سیو|(?:ال)?حفظ|kaydetme(?:ler)?|kaydedil(?:en|me)(?:ler)?|(?:ال)?سيف|عمليات_الحفظ"
        ),
        _count("favou?rites?|favoris|bookmarks?|(?:ال)?مفضلة"),
    ),
    "hashtags": (
        r"hash_?tags?(?:_names?|_list)?|ハッシュタグ|challenges|mots?_dièses?|хештеги|האשטגים|ہیش_ٹیگز|هاشتاگ|tagar|hashtagler|תגיות|ہیش_ٹیگ|هشتگ(?:_?ها)?|(?:ال)?هاشتاق(?:ات)?|(?:ال)?وسوم|(?:ال)?هاشتاغ(?:ات)?|(?:ال)?هاشتاج(?:ات)?",
        r"tags?(?:_list)?|ετικέτες|etiquetas|etiket(?:ler)?",
        r"(?:.+_)?(?:hash_?tags?|(?:ال)?وسوم|(?:ال)?هاشتا[غقج](?:ات)?|هشتگ(?:_?ها)?)(?:_[^\W\d]+)*",
    ),
    "duration_seconds": (r"duration(?:_seconds|_sec|_s)?|length",),
}
"""Our columns by names in lower case with underscores, the surest first."""

TEXT = (
    r"caption|desc|description|text|légende|texte|descripción|descrição|legenda|beschreibung|beskrivelse|beskrivning|açıklama|توضیحات|(?:ال)?وصف|(?:ال)?نص",
    r"message|media_caption|full_text|content_snippet|hit_sentence|body|post|snippet",
    r"title|videotitel|titre_de_la_vidéo|título_del_vídeo|título_do_vídeo|başlığı|عنوان_الفيديو|headline",
)
ANY_TIME = (
    r"recorded(?:_at|_on)?|at|date|time|timestamp|datetime|observed_at|date_time|taken_at|"
    r"fecha|data|dato|日付|日時|datum|tarih|بەروار|tanggal|תאריך|تاریخ|(?:ال)?(?:تاريخ|وقت)"
)
TAG = (
    r"(?:hash)?_?tag(?:_?name)?|ハッシュタグ|challenge(?:_name)?|cha_name|name|mot_dièse|etiqueta|etiket|tagar|האשטאג|ہیش_ٹیگ|هشتگ|"
    r"(?:اسم_)?(?:ال)?(?:هاشتا[غقجگ]|وسم)"
)
POSTS = _count(
    r"posts?|videos?|media|(?:投稿|動画)数?|publica(?:ciones|ções|tions)|beiträge|gönderi(?:ler)?|(?:ال)?منشورات|(?:ال)?فيديوهات|(?:ال)?مقاطع(?:_(?:ال)?فيديو)?|ویدیو(?:_?ها)?|(?:ال)?فيديو|پست(?:_?ها)?|پۆست(?:ەکان)?|پوسٹس|סרטונים|פוסטים"
)
ADS = (
    (
        r"(?:campaign|ad|ad_?set|ad_?group)s?(?:_(?:name|id))?|キャンペーン名|広告名|اسم_(?:الحملة|الإعلان)|nom_de_la_campagne|"
        r"nombre_de_la_campaña|nome_da_campanha|kampanya(?:_adı)?|kampagnen?(?:_?name)?|nama_kampanye|نام_کمپین|שם_(?:ה)?קמפיין"
    ),
    (
        r"(?:amount_)?spen[dt](?:_[a-z]{3})?|(?:total_)?cost(?:_[a-z]{3})?|コスト|消費金額|التكلفة|المبلغ_الذي_تم_إنفاقه(?:_.*)?|"
        r"coût|dépensé?|montant_dépensé(?:_.*)?|gasto|coste?|importe_gastado(?:_.*)?|custo|valor_usado(?:_.*)?|"
        r"maliyet|harcanan_tutar(?:_.*)?|kosten|ausgegebener_betrag(?:_.*)?|biaya|هزینه|עלות"
    ),
    (
        r"impressions?|インプレッション|(?:مرات|عدد_مرات)_الظهور|impresiones|impressões|gösterim(?:ler)?|impressionen|tayangan|نمایش|"
        r"חשיפות"
    ),
)
"""What tells a report of advertisements: whose figures they are, what they cost, how often they were shown."""
