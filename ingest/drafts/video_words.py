"""The names that tools give to the columns of videos and tags, in many languages.

Which column has one is for `video_names` to say.
"""
# ruff: noqa: RUF001 - columns are named in many languages

from collections.abc import Mapping


def _any(words: str) -> str:
    """A pattern for one of several words, which stand between blanks."""
    return "|".join(words.split())


def _count(words: str) -> str:
    """A pattern for one of several words, with or without others that say that they are counted."""
    return rf"(?:{_BEFORE_COUNTS})?_?(?:{_any(words)})(?:_?(?:{_AFTER_COUNTS}))?"


_TIME = r"_?(?:time|at|date|dato|on|datetime|timestamp|ts|time_iso|utc)"
_BY = r"(?:author|author_meta|creator|sender|user|owner|profile|account|channel|influencer|uploader)"
_READ = _any("""
    read checked emitted scraped? crawl(?:ed)? captured? collected collection retrieved fetch(?:ed)? quer(?:y|ied) observed
    snapshot extract(?:ed|ion)? export(?:ed)? measured? measurement polled synced refreshed
    (?:metrics|stats|counts|counters|analytics|insights)_(?:updated|refreshed|synced|fetched)
""")
_BEFORE_LINKS = "web_?page|web|original|share|canonical|tiktok|content"
_LINKS = "url|link|permalink|share_url|permalink_url"
_BEFORE_COUNTS = _any("""
    how_many n num no nb nr of (?:n_?o|núm)_de (?:no|num|nb)_of total actual current latest (?:total_)?number_of qtde?
    (?:quantidade|cantidad)(?:_de)? nb_de nombre_de n_de número_de jumlah anzahl aantal
    (?:عدد_)?مرات عدد تعداد [إا]جمالي
    מספר
""")
_AFTER_COUNTS = _any("""
    to_date till_date so_far count counts cnt number num total latest current actual achieved overall all_time sayısı
    summary_total_count (?:(?:de|del|do|della?|des|de_la)_)?v[ií]d[eé]os?
    (?:ال)?فيديو(?:هات)?
""")

NAMES: Mapping[str, tuple[str, ...]] = {
    "video_id": (
        _any("""
            (?:video|vid|aweme|tiktok)_?(?:id|key) (?:id|identifiant)_(?:de_la_|del_|do_)?v[ií]d[eé]o video_kimliği
            شناسه_(?:ویدیو|ویدئو) معرف_الفيديو رقم_الفيديو
        """),
        _any("""
            (?:post|item|content|media|publish|publication|reel|clip|short)_?(?:id|key)
            ident[a-z]*_de_la_public[a-zó]*
            معرف_المنشور
        """),
        "short_?code|code|id_str",
        "id",
    ),
    "url": (
        _any(f"""
            (?:(?:{_BEFORE_LINKS})_)?(?:(?:video|post|media)_)?(?:{_LINKS})(?:_href)?
            lien(?:_(?:de_la_)?vidéo)? permalien enlace(?:_permanente|_del_v[ií]deo)? link_do_vídeo tautan
            لینک(?:_ویدیو)? (?:ال)?رابط(?:_الفيديو|_الثابت)?
        """),
    ),
    "platform": (
        "(?:social_?)?(?:platform|network)",
        _any("""
            channel source source_type source_name site media_type page_type extractor_key kanal plataforma red_social
            plateforme
            المنصة
        """),
    ),
    "creator": (
        _any(f"""
            (?:{_BY}_)?(?:(?:platform_)?user_?name|unique_id|handle|screen_name|login)
            core_user_results_result_(?:core|legacy)_screen_name
            nombre_de_usuario(?:_de_la_cuenta)? nome_de_usuário nom_d_utilisateur(?:_du_compte)? benutzername
            nutzername gebruikersnaam nome_utente nama_pengguna kullanıcı_adı hesap_kullanıcı_adı
            نام_کاربری اسم_(?:ال)?مستخدم(?:_الحساب)? صارف_نام ناوی_بەکارهێنەر
            שם_(?:ה)?משתמש(?:_של_החשבון)?
        """),
        _any("""
            (?:nama_)?kreator skapare pencipta tác_giả user_posted author (?:content_)?creator user by posted_by
            account uploader influencer channel
            (?:author|creator|account|influencer|uploader|channel|author_meta|owner|profile)_name
            (?:brand_)?ambassadors?(?:_name)? ambassad(?:eur|rice) embaixador(?:es|as?)? embajador(?:es|as?)?
            botschafter(?:in)? influenceu(?:r|se) influenciador(?:es|as?)? fenomen kol(?:_name)? page_name
            nom_de_la_page nombre_de_la_página nome_da_página seitenname nome_della_pagina sayfa_adı nama_halaman
            auteur autora? créat(?:eur|rice)(?:_de_contenu)? creadora?(?:_de_contenido)? criadora?(?:_de_conteúdo)?
            içerik_üretici(?:si)? compte usuário cuenta conta konto kanal (?:nama_)?akun perfil profile?
            compte_tiktok cuenta_de_tiktok benutzer kullanıcı hesap extra_author_attributes_name
            автор χρήστης
            سفير(?:_الحملة)? السفير سفیر (?:اسم_)?(?:ال)?مؤثر (?:نام_)?(?:اینفلوئنسر|بلاگر) اسم_الصفحة
            (?:اسم_)?صانع_المحتوى حساب_تيك_توك اسم_ال[اأ]كونت حساب_کاربری تخلیق_کار کاربر المنشئ الحساب صاحب_الحساب
            שם_(?:ה)?(?:דף|עמוד)
            創作者 作者 作成者 投稿者 クリエイター 작성자 ผู้สร้าง
        """),
        f"{_BY}_id",
        _any("""
            (?:(?:author|user|account)_s_)?nick_?name display_name channel_title
            (?:author|user|account|influencer)_(?:nick_?name|display_name|full_name)
        """),
    ),
    "creator_followers": (f"(?:{_BY}_)?n?_?(?:followers?|fans|subscribers?)(?:_?count)?",),
    "creator_country": (
        _any("""
            (?:(?:author|creator|user)_)?country pays país land ülke
            کشور (?:ال)?دولة البلد
        """),
        "(?:(?:author|creator|user)_)?(?:country_code|region(?:_code)?)|world_data_country_code",
    ),
    "created_at": (
        _any(f"""
            posted published uploaded (?:post(?:ed|ing)?|publish(?:ed|ing)?|publication|pub|upload(?:ed)?){_TIME}
            (?:date|time|day)_(?:of_)?(?:post(?:ed|ing)?|publish(?:ed|ing)?|publication|upload(?:ed)?)
            live_date dat[ea]_de_publica(?:tion|ção) fecha_(?:de_)?publicación data_da_postagem
            tanggal_(?:unggah|posting) upload_datum publié_le publicado(?:_e[lm])? veröffentlicht(?:_am)? geplaatst_op
            data_di_pubblicazione veröffentlichungs(?:datum|zeitpunkt)(?:_des_videos)? paylaşım_tarihi
            yayın(?:lanma)?_(?:tarihi|zamanı) videonun_yayınlanma_zamanı
            h(?:or|eur|ór|orári)[aeo]_de_publica(?:tion|ção|ción)(?:_de_la_vidéo|_del_v[ií]deo|_do_vídeo)?
            дата_публикации
            تاریخ_اشاعت بەرواری_بڵاوکردنەوە تاریخ_انتشار (?:وقت|تاريخ)_(?:ال)?نشر(?:_الفيديو)?
            (?:תאריך|שעת|זמן|מועד)_(?:ה)?פרסום(?:_הסרטון)?
        """),
        f"created|creation|taken_at_timestamp|creat(?:e|ed|ion){_TIME}|date_(?:of_)?creat(?:ed|ion)",
    ),
    "captured_at": (
        _any(f"""
            (?:{_READ}){_TIME}
            (?:data_)?as_(?:of|at)(?:_date)? last_(?:scraped|checked|crawled|fetched|synced|refreshed)(?:_at|_on)?
            (?:pulled|downloaded)(?:_at|_on)? (?:run|pull|download|report)_date
            (?:timestamp|time)_(?:collected|captured|scraped|extracted) scraped checked crawled captured collected
            retrieved fetched current_(?:time|date) trend(?:ing)?_date
            (?:date|time)_(?:read|checked|scraped|captured|collected|retrieved|queried|fetched) observed snapshot
            extracted fecha_(?:de_)?(?:lectura|captura|extracción|medición|recogida)
            data_d[ae]_(?:leitura|coleta|extração|medição|recolha)
            date_(?:de_l[a']_?|d[eu]_|d')(?:lecture|collecte|relevé|relève|mesure|capture|extraction)
            data_(?:di_|della_)?(?:lettura|rilevazione) (?:ablese|mess|erhebungs)datum
            tanggal_(?:pengambilan|pengukuran|dibaca|dicatat) (?:collecté|relevé|extrait|recueilli|lu)e?_le abrufdatum
            (?:abgerufen|erfasst|erhoben|gelesen)_am
            (?:recogid|recolectad|capturad|coletad|extraíd|leíd|lid)[oa]_e[lm] (?:raccolto|rilevato|letto)_il
            (?:toplanma|okunma|çekilme)_tarihi
            تاریخ_استخراج (?:تاريخ|وقت)_(?:القراءة|الجمع|الالتقاط|الاستخراج|القياس|الرصد)
            取得日時?
        """),
    ),
    # Where a tool has both, a play is what platforms call a view now.
    "views": (
        _count("plays?"),
        _count("""
            wyświetlenia visningar visninger tontonan lượt_xem views? video_views? watches vues visualizaciones
            visualizações reproducciones reproduções vistas (?:video)?aufrufe wiedergaben visualizzazioni weergaven
            tayangan penayangan izlenme(?:ler|_sayısı)? görüntülen?me(?:ler|_sayısı)?
            просмотры προβολές
            ویوز? ملاحظات بینین بازدید(?:ها)? (?:ال)?مشاهد(?:ات|ة) (?:ال)?في(?:و|وز|وهات)
            צפיות
            播放量 播放数 播放次数 观看量 观看次数 觀看次?數 再生回?数 視聴回?数 조회(?:_?수)? ยอดวิว
        """),
    ),
    "likes": (
        _count("""
            polubienia gilla_markeringar lượt_thích likes? edge_(?:media_preview_like|liked_by) diggs? hearts? j_aime
            mentions_j_aime me_gusta curtidas gostos gefällt_mir(?:_angaben)? mi_piace vind_ik_leuks suka
            beğen(?:i|me)(?:ler|_sayısı)?
            лайки μου_αρέσει
            لائکس پسند(?:ها)? لایکات (?:ال)?لايكات لایک(?:ها)? (?:ال)?[إا]عجاب(?:ات)? (?:ال)?لايك تسجيلات_الإعجاب
            לייקים
            点赞[数量]? 按?讚數? いいね_?数? 좋아요(?:_?수)? ถูกใจ
        """),
    ),
    "comments": (
        _count("""
            komentarze kommentarer komen bình_luận comments? edge_media_(?:to_(?:parent_)?comment|preview_comment)
            commentaires comentários kommentare commenti komentar reacties yorum(?:lar)?
            комментарии σχόλια
            کامنت(?:_?ها)? تبصرے کۆمێنت نظر(?:ات)? دیدگاه(?:_?ها)? (?:ال)?كومنت(?:ات|س)? (?:ال)?تعليق(?:ات)?
            תגובות
            评论[数量]? 留言數? 評論數? コメント数? 댓글(?:_?수)? ความคิดเห็น
        """),
        _count("""
            repl(?:y|ies) respuestas réponses antworten
            (?:ال)?ردود
        """),
    ),
    "shares": (
        _count("""
            udostępnienia delningar delinger kongsi chia_sẻ shares? partages compartidos
            veces_(?:que_se_ha_)?compartido compartilhamentos partilhas geteilt(?:e_inhalte)? condivisioni
            (?:keer_)?gedeeld (?:di)?bagikan paylaşım(?:lar)?
            κοινοποιήσεις
            شیئرز? شیر شەیر اشتراک(?:_گذاری)?(?:_?ها)? بازنشر (?:ال)?شير (?:ال)?مشارك(?:ات|ة)
            שיתופים
            分享[数數量]? 转发[数量]? シェア数? 공유(?:_?수)? แชร์
        """),
        _count("""
            reposts? retweets?
            репосты
            (?:إعادة|إعادات)_النشر
        """),
        _count("forwards?"),
    ),
    "saves": (
        _count("""
            zapisania sparade gemmer gemt saves? saved collects? enregistrements guardados veces_que_se_ha_guardado
            salvos salvamentos gespeichert(?:e_inhalte)? salvataggi (?:keer_)?opgeslagen (?:di)?simpan
            kaydetme(?:ler)? kaydedil(?:en|me)(?:ler)?
            сохранения αποθηκεύσεις
            محفوظ پاشەکەوت ذخیره(?:_?ها)? سیو (?:ال)?حفظ (?:ال)?سيف عمليات_الحفظ
            שמירות
            收藏[数數量]? 保存数? 저장(?:_?수)?
        """),
        _count("""
            favou?rites? favoris bookmarks?
            (?:ال)?مفضلة
        """),
    ),
    # Elsewhere it may be an estimate, or a sum.
    "reach": ("insights_(?:reach|post_impressions_unique)",),
    "hashtags": (
        _any("""
            hash_?tags?(?:_names?|_list)? challenges mots?_dièses? tagar hashtagler
            хештеги
            ہیش_ٹیگز هاشتاگ ہیش_ٹیگ هشتگ(?:_?ها)? (?:ال)?هاشتاق(?:ات)? (?:ال)?وسوم (?:ال)?هاشتاغ(?:ات)?
            (?:ال)?هاشتاج(?:ات)?
            האשטגים תגיות
            ハッシュタグ
        """),
        _any("""
            tags?(?:_list)? etiquetas etiket(?:ler)?
            ετικέτες
        """),
        r"(?:.+_)?(?:hash_?tags?|(?:ال)?وسوم|(?:ال)?هاشتا[غقج](?:ات)?|هشتگ(?:_?ها)?)(?:_[^\W\d]+)*",
    ),
    "duration_seconds": ("duration(?:_seconds|_sec|_s)?|length",),
}
"""Our columns by names in lower case with underscores, the surest first."""

TEXT = (
    _any("""
        caption desc description text légende texte descripción descrição legenda beschreibung beskrivelse beskrivning
        açıklama
        توضیحات (?:ال)?وصف (?:ال)?نص
    """),
    "message|media_caption|full_text|content_snippet|hit_sentence|body|post|snippet",
    _any("""
        title videotitel titre_de_la_vidéo título_del_vídeo título_do_vídeo başlığı headline
        عنوان_الفيديو
    """),
)
ANY_TIME = _any("""
    recorded(?:_at|_on)? at date time timestamp datetime observed_at date_time taken_at fecha data dato datum tarih
    tanggal
    بەروار تاریخ (?:ال)?(?:تاريخ|وقت)
    תאריך
    日付 日時
""")
CLOCK = _any("""
    (?!.*(?:watch|view|play|length|duration|average|avg|total|response|screen|spent)).*(?:time|hour)(?:_.*)?
    (?:.*_)?(?:hora|heure|uhrzeit|saat|saati|ora|orario|tijd|tijdstip|jam|waktu|godzina|время|klokkeslett?)(?:_.*)?
    (?:.*_)?(?:ال)?(?:وقت|ساعة|ساعت)(?:_.*)? שעה|שעת_.*
    時刻|時間
""")
"""A time of day, whose date stands in another column."""
TAG = _any("""
    (?:hash)?_?tag(?:_?name)? challenge(?:_name)? cha_name name mot_dièse etiqueta etiket tagar
    ہیش_ٹیگ هشتگ (?:اسم_)?(?:ال)?(?:هاشتا[غقجگ]|وسم)
    האשטאג
    ハッシュタグ
""")
POSTS = _count("""
    posts? videos? media publica(?:ciones|ções|tions) beiträge gönderi(?:ler)?
    (?:ال)?منشورات (?:ال)?فيديوهات (?:ال)?مقاطع(?:_(?:ال)?فيديو)? ویدیو(?:_?ها)? (?:ال)?فيديو پست(?:_?ها)?
    پۆست(?:ەکان)? پوسٹس
    סרטונים פוסטים
    (?:投稿|動画)数?
""")
ADS = (
    _any("""
        (?:campaign|ad|ad_?set|ad_?group)s?(?:_(?:name|id))? nom_de_la_campagne nombre_de_la_campaña nome_da_campanha
        kampanya(?:_adı)? kampagnen?(?:_?name)? nama_kampanye
        اسم_(?:الحملة|الإعلان) نام_کمپین
        שם_(?:ה)?קמפיין
        キャンペーン名 広告名
    """),
    _any("""
        (?:amount_)?spen[dt](?:_[a-z]{3})? (?:total_)?cost(?:_[a-z]{3})? coût dépensé? montant_dépensé(?:_.*)? gasto
        coste? importe_gastado(?:_.*)? custo valor_usado(?:_.*)? maliyet harcanan_tutar(?:_.*)? kosten
        ausgegebener_betrag(?:_.*)? biaya
        التكلفة المبلغ_الذي_تم_إنفاقه(?:_.*)? هزینه
        עלות
        コスト 消費金額
    """),
    _any("""
        impressions? impresiones impressões gösterim(?:ler)? impressionen tayangan
        (?:مرات|عدد_مرات)_الظهور نمایش
        חשיפות
        インプレッション
    """),
)
"""What tells a report of advertisements: whose figures they are, what they cost, how often they were shown."""
