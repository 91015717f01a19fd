"""The words of attendance reports in the languages that they come in. What is done with them is in the formats."""

import re

from ingest.formats.live.live_session import STAFF, Role, Status

_HOSTS = (
    "team member, team_member, "
    "host, co-host, cohost, alternative host, panelist, panellist, speaker, staff, gastgeber, gastgeberin, co-gastgeber, redner, "
    "rednerin, sprecher, sprecherin, hôte, co-hôte, intervenant, intervenante, conférencier, conférencière, panéliste, orateur, "
    "oratrice, anfitrión, anfitriona, coanfitrión, ponente, orador, oradora, panelista, conferencista, anfitrião, anfitriã, palestrante, "
    "relatore, relatrice, spreker, narasumber, tuan rumah, konuşmacı, panelist, ev sahibi, toplantı sahibi, مضيف, المضيف, مضيف مشارك, "
    "متحدث, المتحدث, متحدثة, محاضر, المحاضر, "
    "eş toplantı sahibi, ortak toplantı sahibi, ortak ev sahibi, ホスト, 共同ホスト, 共同主催者, 講演者, パネリスト, "
    "主持人, 联席主持人, 主讲人, 호스트, 공동 호스트, 패널리스트, ведущий, соведущий, спикер, gospodarz, prelegent, "
    "prowadzący, spreker, värd, میزبان, سخنران, מנחה, מרצה"
)
_MODERATORS = (
    "moderator, facilitator, moderatorin, modérateur, modératrice, animateur, animatrice, facilitateur, facilitatrice, moderador, "
    "moderadora, facilitador, facilitadora, moderatore, moderatrice, moderatör, kolaylaştırıcı, fasilitator, "
    "مدير الجلسة, ميسر, الميسر, ميسرة"
)

ROLES: dict[str, Role] = {
    **dict.fromkeys(["attendee", "participant", "viewer", "audience", "guest", "成员", "参会者", "观众"], "attendee"),
    **dict.fromkeys(_HOSTS.split(", "), "host"),
    **dict.fromkeys(_MODERATORS.split(", "), "moderator"),
    "advocate": "advocate",
}
"""What words for roles mean wherever a platform does not mean something of its own by them."""

_ORGANIZERS = (
    "organizer, organiser, co-organizer, co-organiser, organizador, organizadora, coorganizador, coorganizadora, co-organizador, "
    "organisator, organisatorin, mitorganisator, mitorganisatorin, co-organisator, organisateur, organisatrice, co-organisateur, "
    "co-organisatrice, organizzatore, organisatör, organizator, organizatör, düzenleyen, penyelenggara, ko-penyelenggara, "
    "organisaattori, организатор, منظم, المنظم, مُنظِّم, المُنظِّم, المنظم المشارك, منظم مشارك, 主催者, 开会者, 组织者, מארגן, برگزارکننده, "
    "開催者, 共同開催者, 召集人, 召集者, 이끌이, 주최자, 공동 이끌이, διοργανωτής, συνδιοργανωτής, szervező, társszervező, organizátor, "
    "spoluorganizátor, pořadatel, współorganizator, coorganizator, arrangør, medarrangør, møteorganisator, arrangör, järjestäjä, "
    "người tổ chức, ผู้จัด, ผู้จัดการประชุม, आयोजक, سازمان‌دهنده, سازمان دهنده, منتظم, організатор, organitzador, penganjur, מארגנת, düzenleyici"
)
_OTHERS = (
    "presenter, apresentador, apresentadora, moderador, moderadora, referent, referentin, moderatorin, présentateur, présentatrice, "
    "relatore, presentatör, sunucu, presentator, penyaji, докладчик, مقدم, المقدم, مُقدِّم, المُقدِّم, مقدم العرض, 発表者, 演示者, מציג, "
    "attendee, participant, participante, teilnehmer, teilnehmerin, asistente, peserta, partecipante, deltagare, katılımcı, deelnemer, "
    "участник, حاضر, الحاضر, مشارك, المشارك, 出席者, 与会者, משתתף, 參與者, 與會者, 簡報者, 발표자, 참석자, παρουσιαστής, συμμετέχων, "
    "előadó, résztvevő, prezentující, účastník, prezentujúci, prezentator, præsentator, deltager, deltaker, foredragsholder, esittäjä, "
    "osallistuja, prezenter, uczestnik, người trình bày, người dự, người tham dự, ผู้นำเสนอ, ผู้เข้าร่วม, प्रस्तुतकर्ता, सहभागी, ارائه‌دهنده, "
    "ارائه دهنده, شرکت‌کننده, شرکت کننده, доповідач, учасник, الحضور"
)
TEAMS_ROLES: dict[str, Role] = {
    **dict.fromkeys(_OTHERS.split(", "), "attendee"),
    **dict.fromkeys(_ORGANIZERS.split(", "), "host"),
}
"""Teams calls everyone in the organisation a presenter: it is the organizer who is staff."""

_STAFF_WORDS = (re.escape(word) for word, role in (TEAMS_ROLES | ROLES).items() if role in STAFF)
LEADS_COLUMN = rf"^(is.?)?({'|'.join(sorted(_STAFF_WORDS))}|presenter)\W*$"
"""How a column is called that says with yes and no whether somebody led the session."""

TEAMS_LIST_COLUMNS = {
    "name": frozenset(
        {
            "full name", "nome completo", "vollständiger name", "nom complet", "nombre completo", "volledige naam", "nama lengkap",
            "tam adı", "tam ad", "الاسم الكامل", "الاسم بالكامل", "полное имя", "氏名", "フル ネーム", "전체 이름", "全名", "שם מלא",
            "imię i nazwisko", "fullständigt namn", "πλήρες όνομα", "celé jméno", "teljes név", "fulde navn", "fullt navn", "koko nimi",
            "nume complet", "повне ім'я", "повне ім’я", "họ và tên", "tên đầy đủ", "نام کامل",
        }
    ),
    "action": frozenset(
        {
            "user action", "atividade", "ação", "ação do utilizador", "ação do usuário", "atividade do usuário", "benutzeraktion",
            "aktion", "aktivität", "action de l'utilisateur", "action utilisateur", "action de l’utilisateur", "acción del usuario",
            "acción de usuario", "azione utente", "azione dell'utente", "gebruikersactie", "tindakan pengguna", "kullanıcı eylemi",
            "إجراء المستخدم", "действие пользователя", "ユーザーの操作", "ユーザー アクション", "사용자 작업", "用户操作", "פעולת משתמש",
            "akcja użytkownika", "användaråtgärd", "ενέργεια χρήστη", "akce uživatele", "felhasználói művelet", "brugerhandling",
            "brukerhandling", "käyttäjän toiminto", "acțiune utilizator", "acțiunea utilizatorului", "дія користувача",
            "hành động của người dùng", "عملکرد کاربر", "اقدام کاربر",
        }
    ),
    "at": frozenset(
        {
            "timestamp", "data e hora", "carimbo de data/hora", "carimbo de hora", "zeitstempel", "horodatage", "horodateur",
            "marca de tiempo", "data/ora", "tijdstempel", "stempel waktu", "tanda waktu", "zaman damgası", "الطابع الزمني",
            "метка времени", "タイムスタンプ", "타임스탬프", "时间戳", "חותמת זמן", "sygnatura czasowa", "tidsstämpel", "χρονική σήμανση",
            "časové razítko", "időbélyeg", "tidsstempel", "aikaleima", "marcă de timp", "marcaj de timp", "позначка часу", "dấu thời gian",
            "مهر زمانی",
        }
    ),
}  # fmt: skip

# "Joined before", "Entrou antes", "Vorher beigetreten": whoever was there when the list began has joined by then.
JOINED = (
    r"\b(joined|joins?|entrou|ingressou|aderiu|beigetreten|teilgenommen|rejoint|joint|arrivé|unió|ingresó|entrato|partecipazione|partecipato|deelgenomen|bergabung|"
    r"katıldı)\b|انضم|присоединил|参加|참가|참여|加入|הצטרף|dołącz|przyłącz|anslöt|"
    r"συνδέθηκε|připoj|csatlakoz|tilslut|deltog|ble med|liitty|alătur|приєдн|tham gia|پیوست"
)
LEFT = (
    r"\b(left|leaves?|saiu|verlassen|ausgetreten|quitté|parti|salió|abandonó|uscito|uscita|verlaten|keluar|meninggalkan|ayrıldı)\b|غادر|"
    r"вышел|вышла|покинул|退出|退席|나감|나갔|퇴장|离开|עזב|opuszcz|opuści|lämna|αποχώρησε|"
    r"odpoj|odešel|odešla|opustil|kilép|távoz|elhagy|forlad|forlod|forlot|poistu|ieșit|părăsi|вийш|залиш|đã rời|rời khỏi|خارج شد|ترک"
)

# How words for day, hour, minute and second begin; the longest that fits counts.
DURATIONS = {
    1440.0: ("day", "dia", "día", "tag", "jour", "j", "hari", "gün", "giorn", "dag", "д", "يوم", "ي"),
    60.0: ("h", "std", "stunde", "st", "jam", "sa", "u", "or", "ч", "ساعة", "ساعات", "س", "時", "小时", "t"),
    1.0: ("m", "dk", "м", "دقيقة", "دقائق", "د", "分"),
    1 / 60: ("s", "det", "dtk", "с", "ثانية", "ثوان", "ث", "秒"),
}
"""Minutes by the beginnings of the words for them."""

JOINED_COLUMN = (
    r"join|attended at|attendance (date|start)|\bcame\b|arriv|\bentered|\bentry|entrada|\bentrar\b|\bunir-?se\b|rejoi(?:nt|ndre)|"
    r"beitritt|beigetreten|masuk|bergabung|ingreso|ingresso|katılma|"
    r"^(time ?)?in( ?(time|date))?$|first.?(seen|log.?in)|log(ged)?.?in.?(at|time)|deelname|"
    r"\bentr[ée]e\b|^live start|giriş|dołącz|вход|присоедин|انضمام|دخول|ورود|הצטרפ|כניסה|参加|入室|加入|入会|참가|"
    r"συμμετοχ|σύνδεσ|ε[ίι]σ[όο]δ|připoj|csatlakoz|liitty|gian tham gia|tham gia đầu|(?<!ผู้)เข้าร่วม|शामिल|anslut|tilslut|deltagelse|"
    r"intrar|alătur|приєдн|входу|پیوست|ورود|check(ed)?.?in"
)
LEFT_COLUMN = (
    r"attendance end|last.?(seen|log.?out)|log(ged)?.?out.?(at|time)|vertrek|"
    r"\bsortie\b|^(time ?)?out( ?(time|date))?$|^live end|"
    r"leav|\bleft\b|\bwent\b|d[eé]part(?!a?m|em)|\bexit|salida|\bsalir\b|saída|uscita|verlass|verlaten|austritt|keluar|ayrılma|çıkış|"
    r"opuszcz|выход|مغادرة|خروج|עזיב|יציאה|退出|退室|离开|離開|退会|퇴장|나간|"
    r"αποχώρ|[έε]ξ[όο]δ|odpoj|odchod|kilép|távoz|poistu|rời|thoát|เวลาออก|ออกครั้ง|छोड़|lämna|utträd|forlad|ieși|părăs|виходу|"
    r"ترک|check(ed)?.?out"
)
NAME_COLUMN = (
    r"name|nome|nom\b|nombre|nama|naam|nazw|imię|имя|\bad\b|الاسم|\bنام\b|שם|名前|氏名|姓名|昵称|이름|όνομα|jméno|\btên\b|ชื่อ|नाम|"
    r"\bnume\b|ім.я"
)
PERSON_COLUMNS = (
    r"upn|participant.?id",
    r"e-?mail|correo|courriel|e-?posta|البريد|ایمیل|почт|דוא|メール|邮件|邮箱|이메일",
    r"^(user|attendee|member|account|person|viewer|employee|student|learner|staff).?(id|key)$|^(who|user|viewer|member)$",
    rf"{NAME_COLUMN}|person|attendee|\bparticipante?\b|teilnehmer|katılımcı|مشارك|peserta|asistente",
)
WAITING_COLUMN = r"waiting|poczekal|attente|warteraum|warteschlange|espera|attesa|wacht|bekleme|tunggu|انتظار|ожидани"
HOST_COLUMN = (
    r"host|gastgeber|hôte|anfitri|ev sahibi|toplantı sahibi|مضيف|"
    r"ведущ|организатор|ホスト|主持|호스트|tuan rumah|organizza|gospodarz|värd|מארח|میزبان|chủ trì"
)
"""What columns of people, joins, leaves, waiting rooms and hosts are called, people by the surest name first; not in lower case."""
SESSION_COLUMNS = (
    r"^(session|live)([ _]?(id|key))?$",
    r"^(session|live|meeting|event|webinar|room|stream|broadcast)s?[ _-]?(uu)?(id|key|code|number|no)$|^(event|room|stream|webinar)$",
    r"^(session|live|meeting|event|webinar|room)[ _-]?(name|title)$|^topic$|^(الجلسة|اسم الجلسة|اللقاء)$",
)
"""What columns of sessions are called, the surest first."""
STATUSES: dict[Status, str] = {
    "approved": (
        "approved, registered, confirmed, active, accepted, yes, attending, going, checked in, attended, "
        "missed, no show, no-show, did not attend, absent, paid, مؤكد, مقبول, مسجل, "
        "confirmé, inscrit, approuvé, confirmado, inscrito, aprobado, aprovado, onaylandı, kayıtlı, bestätigt, angemeldet, genehmigt, "
        "تایید شده, تأیید شده"
    ),
    "pending": (
        "pending, pending approval, waiting, waitlist, waitlisted, on waitlist, invited, قيد الانتظار, en attente, pendiente, pendente, "
        "beklemede, ausstehend, warteliste, در انتظار"
    ),
    "denied": "denied, banned, declined, rejected, مرفوض, refusé, rechazado, recusado, rejeitado, reddedildi, abgelehnt, رد شده",
    "cancelled": (
        "cancelled, canceled, cancelled by host, cancelled by self, not attending, not going, refunded, deleted, removed, void, ملغى, "
        "ملغي, ملغاة, annulé, remboursé, cancelado, reembolsado, iptal, iptal edildi, storniert, abgesagt, لغو شده"
    ),
}
"""What platforms write of a registration, by what it means."""
