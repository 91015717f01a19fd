"""The words of attendance reports in the languages that they come in. What is done with them is in the formats."""

from ingest.formats.live_session import Role

_HOSTS = (
    "host, co-host, cohost, alternative host, panelist, panellist, speaker, staff, gastgeber, gastgeberin, co-gastgeber, redner, "
    "rednerin, sprecher, sprecherin, hôte, co-hôte, intervenant, intervenante, conférencier, conférencière, panéliste, orateur, "
    "oratrice, anfitrión, anfitriona, coanfitrión, ponente, orador, oradora, panelista, conferencista, anfitrião, anfitriã, palestrante, "
    "relatore, relatrice, spreker, narasumber, tuan rumah, konuşmacı, panelist, ev sahibi, toplantı sahibi, مضيف, المضيف, مضيف مشارك, "
    "متحدث, المتحدث, متحدثة, محاضر, المحاضر"
)
_MODERATORS = (
    "moderator, facilitator, moderatorin, modérateur, modératrice, animateur, animatrice, facilitateur, facilitatrice, moderador, "
    "moderadora, facilitador, facilitadora, moderatore, moderatrice, moderatör, kolaylaştırıcı, fasilitator, "
    "مدير الجلسة, ميسر, الميسر, ميسرة"
)

ROLES: dict[str, Role] = {
    **dict.fromkeys(["attendee", "participant", "viewer", "audience", "guest"], "attendee"),
    **dict.fromkeys(_HOSTS.split(", "), "host"),
    **dict.fromkeys(_MODERATORS.split(", "), "moderator"),
    "advocate": "advocate",
}
"""What words for roles mean wherever a platform does not mean something of its own by them."""

YES = frozenset(
    {"yes", "true", "1", "oui", "ja", "sí", "si", "sì", "sim", "evet", "ya", "tak", "да", "نعم", "بله", "כן"}
)
"""What an export writes where something holds, in lower case."""

_ORGANIZERS = (
    "organizer, organiser, co-organizer, co-organiser, organizador, organizadora, coorganizador, coorganizadora, co-organizador, "
    "organisator, organisatorin, mitorganisator, mitorganisatorin, co-organisator, organisateur, organisatrice, co-organisateur, "
    "co-organisatrice, organizzatore, organisatör, organizator, organizatör, düzenleyen, penyelenggara, ko-penyelenggara, "
    "organisaattori, организатор, منظم, المنظم, مُنظِّم, المُنظِّم, المنظم المشارك, منظم مشارك, 主催者, 开会者, 组织者, מארגן, برگزارکننده"
)
_OTHERS = (
    "presenter, apresentador, apresentadora, moderador, moderadora, referent, referentin, moderatorin, présentateur, présentatrice, "
    "relatore, presentatör, sunucu, presentator, penyaji, докладчик, مقدم, المقدم, مُقدِّم, المُقدِّم, مقدم العرض, 発表者, 演示者, מציג, "
    "attendee, participant, participante, teilnehmer, teilnehmerin, asistente, peserta, partecipante, deltagare, katılımcı, deelnemer, "
    "участник, حاضر, الحاضر, مشارك, المشارك, 出席者, 与会者, משתתף"
)
TEAMS_ROLES: dict[str, Role] = {
    **dict.fromkeys(_OTHERS.split(", "), "attendee"),
    **dict.fromkeys(_ORGANIZERS.split(", "), "host"),
}
"""Teams calls everyone in the organisation a presenter: it is the organizer who is staff."""

# English, Portuguese (Portugal, Brazil), German, French, Spanish, Italian, Dutch, Indonesian, Turkish, Arabic.
TEAMS_LIST_COLUMNS = {
    "name": frozenset(
        {
            "full name", "nome completo", "vollständiger name", "nom complet", "nombre completo", "volledige naam", "nama lengkap",
            "tam adı", "tam ad", "الاسم الكامل", "الاسم بالكامل",
        }
    ),
    "action": frozenset(
        {
            "user action", "atividade", "ação", "ação do utilizador", "ação do usuário", "atividade do usuário", "benutzeraktion",
            "aktion", "aktivität", "action de l'utilisateur", "action utilisateur", "action de l’utilisateur", "acción del usuario",
            "acción de usuario", "azione utente", "azione dell'utente", "gebruikersactie", "tindakan pengguna", "kullanıcı eylemi",
            "إجراء المستخدم",
        }
    ),
    "at": frozenset(
        {
            "timestamp", "data e hora", "carimbo de data/hora", "carimbo de hora", "zeitstempel", "horodatage", "horodateur",
            "marca de tiempo", "data/ora", "tijdstempel", "stempel waktu", "tanda waktu", "zaman damgası", "الطابع الزمني",
        }
    ),
}  # fmt: skip

# "Joined before", "Entrou antes", "Vorher beigetreten": whoever was there when the list began has joined by then.
JOINED = (
    r"\b(joined|joins?|entrou|ingressou|aderiu|beigetreten|teilgenommen|rejoint|joint|arrivé|unió|ingresó|entrato|partecipazione|partecipato|deelgenomen|bergabung|"
    r"katıldı)\b|انضم"
)
LEFT = r"\b(left|leaves?|saiu|verlassen|ausgetreten|quitté|parti|salió|abandonó|uscito|uscita|verlaten|keluar|meninggalkan|ayrıldı)\b|غادر"

# How words for day, hour, minute and second begin; the longest that fits counts.
DURATIONS = {
    1440.0: ("day", "dia", "día", "tag", "jour", "j", "hari", "gün", "giorn", "dag", "д", "يوم", "ي"),
    60.0: ("h", "std", "stunde", "st", "jam", "sa", "u", "or", "ч", "ساعة", "ساعات", "س", "時", "小时", "t"),
    1.0: ("m", "dk", "м", "دقيقة", "دقائق", "د", "分"),
    1 / 60: ("s", "det", "dtk", "с", "ثانية", "ثوان", "ث", "秒"),
}
"""Minutes by the beginnings of the words for them."""
