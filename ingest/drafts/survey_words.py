"""The words by which columns and answers of a survey are told, and what their cells have to say to it."""
# ruff: noqa: RUF001 - columns are named in many languages

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from functools import cache

import polars as pl

from ingest.formats.survey.survey_multiple import UNTICKED
from ingest.formats.survey.survey_variables import ADDRESS, ALIKE, numbers
from ingest.formats.yes_no import YES

ID = (
    r"(?i)^(id|uuid|serial|resp(ondent)?[._ ]?(id|no|num(ber)?|serial)?|response[._ ]?id|case[._ ]?(id|no)|"
    r"record[._ ]?(id|no)|participant[._ ]?id|identifiant|الرقم|المعرف|رقم (المستجيب|المشارك|الاستبيان|الاستمارة))$"
)
ID_AT_END = r"(?i)^(?!collector|network|session|form|survey|contact|device|ip).*[ _.-](id|uuid|guid)$"
"""What a column of ids may be called that has another value in most rows."""
WEIGHT = (
    r"(?i)^(weights?|wt|wgt|pw|pweight|weight[._ ]?\w+|final[._ ]?we?i?ght|poids|pond[ée]ration|gewicht(ung)?|peso|(ال)?وزن|"
    r"a[ğg][ıi]rl[ıi][kğ][ıi]?|bobot|(faktor[._ ])?(penimbang|pengali)|waga|вес|весовой[._ ]коэффициент|"
    r"(rim|rak(e|ed|ing)|norm(ali[sz]ed)?|pop|post|design|cal|trim(med)?|std)[._ ]?(weights?|wt|wgt)|(wt|wgt)[._ ]\w+)$"
)
_MAY_WEIGH = (
    r"(?i)(^|[^a-z])(w|w8|wt|wgt|rim|ipw|fexp|pond|coef)([^a-z]|$)|^wg?t|(wgh?t|wt)\d*(_|$)|weight|poids|pond[ée]ra|gewicht|peso|a[ğg][ıi]rl[ıi][kğ]|"
    r"katsay[ıi]|bobot|penimbang|(^|[^а-я])вес([^а-я]|$)|весов|وزن|أوزان|ترجيح|משקל|factor de expansi|fator de expans"
)
_FEWEST_WEIGHED, _FEWEST_WEIGHTS, _AS_NORMED = 30, 3, 0.005
_OF_BODIES = r"(?i)^(height|taille|größe|estatura|altura|boy|рост|wzrost|tinggi|(ال)?طول)([ _(].*)?$"
_DESIGN = {
    "cluster": (
        r"(?i)^((_|v|sdmv|var)?psu|varunit|verep|(cluster|grappe|k[üu]me|kl[au]ster|кластер|conglomerado|upm)([._ ]?(id|no))?|"
        r"(رقم )?(ال)?عنقود)$"
    ),
    "stratum": r"(?i)^((v|var)?strat(um|a|e)?|sdmvstra|_ststr|vestr|estrato|strato|schicht|tabaka|страта|(ال)?طبقة)$",
}
_WEIGHT_OF_DHS, _LEAST_OF_DHS = r"(?i)^(hh?|m)?v005$", 1_000
"""How Demographic and Health Surveys call their weight, in millionths; only beside it do their names mean clusters and strata."""
_DESIGN_OF_DHS = {"cluster": r"(?i)^(hh?|m)?v021$", "stratum": r"(?i)^(hh?|m)?v02[23]$"}
_WEIGHT_OF_MICS, _CLUSTER_OF_MICS = r"(?i)^(hh|wm|mn|ch|fs)weight$", r"(?i)^(hh|wm|mwm|uf|fs)1$"
"""How Multiple Indicator Cluster Surveys call their weights, and the number of a cluster beside them."""
_REPLICATE, _FEWEST_REPLICATES = r"^(.*?)(\d*)$", 10
WAVE = (
    r"(?i)^((survey|study)[._ ]?)?(wave|round|welle|vague|oleada|onda|dalga|(ال)?موجة)([._ ]?(no|nr|num(ber)?|id|name))?$|"
    r"^(survey|interview|study)[._ ]?year$|^year[._ ]of[._ ](the[._ ])?(survey|interview|study)$"
)
PERIOD = (
    r"(?i)^((redcap[ _])?event([ _]name)?|visit|test|period|month|quarter|year|phase|time[ _]?point|mois|monat|mes|الشهر|الفترة|"
    r"المرحلة)$"
)
"""What a column of waves may be called as well, where the same people stand in several of its groups."""
_SEGMENT = (
    r"gender|sex|old|age( (group|band|range|cat\w*))?|region|market|country|city|governorate|province|education|language|employment|"
    r"nationality|sexe|genre|[âa]ge|pays|région|geschlecht|alter|alt|land|sexo|género|gênero|edad|idade|país|região|región|sesso|"
    r"età|paese|cinsiyet|yaş( gru[pb])?|ülke|bölge|جنس|نوع|نوع اجتماعي|عمر|فئ[ةت] عمرية|دول[ةت]|بلد|منطق[ةت]|محافظ[ةت]|مدين[ةت]|جنسي[ةت]|"
    r"جنسیت|سن|گروه سنی|کشور|استان|מגדר|מין|גיל|קבוצת גיל|מדינה|אזור|ڕەگەز|تەمەن|وڵات"
)
_OPEN = (
    r"(?i)anything else|^(message|text|body)s?$|\bcomments?\b|feedback|suggest|in your own words|tell us (more|about)|"
    r"(^|please )(explain|describe)|ملاحظات|تعليق|اقتراح|"
    r"commentaires?|remarques?|anmerkung|kommentar|\byorum|görüş|önerile|comentarios?|coment[áa]rio"
)
_AGE = (
    r"(?i)birth|naissance|geburt|nacimiento|doğum|ميلاد|(^|[^a-z])(age|âge|old|alt|alter|edad|idade|età)([^a-z]|$)|yaş|عمر|"
    r"(^|\s)سن(\s|$)|גיל|تەمەن"
)
_FEW_AGES, _YOUNGEST, _FEW_WORDS = 5, 5, 2
_ASKING = (
    r"^(what|which|how|is|are|do|does|you|your|yours|s|the|a|of|in|i|to|from|please|select|choose|current|currently|live|"
    r"reside|residence|based|where|highest|level|completed|with|identify|best|describes|as|status|quel|quelle|est|votre|"
    r"vos|vous|avez|dans|habitez|vivez|de|du|d|la|le|résidence|tranche|was|ist|ihr|ihre|wie|sind|sie|welchem|welcher|"
    r"welches|leben|wohnen|bitte|dein|deine|bist|cuál|es|su|tu|en|qué|vive|vives|residencia|qual|seu|sua|que|você|mora|"
    r"nedir|lütfen|hangi|yaşıyorsunuz|kaç|ما|ماهو|هو|هي|كم|في|أي|اي|تعيش|تقيم|تسكن|اجتماعي|شما|چیست|چند|است|خود|מה|הוא|"
    r"שלך|באיזו|באיזה|את|אתה|גר|גרה)$"
)
"""Words in which a question is put, around what it asks for."""
_OF_YOU = r"(?<=\w{3})(iniz|ınız|unuz|ünüz|niz|nız|nuz|nüz)$|^ال(?=\w{2})|(?<=\w{2})ك$"
"""What Turkish and Arabic add to a word: "your" and "the"."""
_PERSONAL = (
    r"(?i)\b(e-?mail|e-?posta|correo|courriel|ip[ _-]?(address)?|phone|mobile|(first|last|sur|full|user)[ _-]?name|address|"
    r"latitude|longitude|birth ?date|date of birth|birthday|dob|national[ _-]?id|passport)\b|whatsapp[ _-]?(no|number|phone)|"
    r"(instagram|tiktok|twitter|facebook|snapchat|social|user)[ _-]?(handle|account|profile|link)|geburtsdatum|fecha de nacimiento|"
    r"date de naissance|doğum tarihi|تاريخ (الميلاد|الولادة)|رقم الهوية|الرقم القومي|جواز|واتساب|حساب (انستغرام|تيك توك)|"
    r"^(.*[ _])?name$|^network id$|"
    r"^(nombre|nome)( complet[oa]| y apellidos?| e cognome)?$|^apellidos?$|^(nom|prénom)s?( complet| et prénoms?)?$|"
    r"^(vollständiger )?(vor|nach|familien)?name$|^imię( i nazwisko)?$|^nazwisko$|^ad(ı)?( ve)?( |-)?soyad(ı)?$|^(tam )?ad(ı)?$|"
    r"^soyad(ı)?$|^isim$|^nama( lengkap)?$|^(volledige )?naam$|^имя$|^фио$|"
    r"^الاسم.*$|البريد|هاتف|جوال|^tel[eé]fon[oe]?( numarası)?$|^اسم (المستجيب|المشارك|العائلة)$|^(نام|نام خانوادگی)$|"
    r"^שם( מלא)?$|^名前$|^姓名$|^氏名$|^полное имя$|^(фамилия|ім.я)|^(전체 )?이름$|^성명$|^(πλήρες )?όνομα|^ονοματεπώνυμο$|^(celé )?jméno|"
    r"^név$|^teljes név$|^(họ (và )?)?tên|^ชื่อ|^नाम$|^nume( complet)?$|^(fullständigt )?(namn|navn)$|"
    r"^(respondent|participant|المستجيب|المشارك)$|^اسم |"
    r"^(iban|imei|mac|post(al)? ?code|zip( ?code)?|device[ _-]?id|owner|user|facilitator)$|^contact( (person|details|info(rmation)?))?$|"
    r"^(submitted|created|modified|updated|entered|recorded|collected|referred|assigned)[ _](by|to)$|"
    r"^(student|employee|staff|account|member(ship)?|licen[cs]e|plate)[ _-]?(no|number)$|"
    r"^(interviewer|enumerator|surveyor|supervisor|field ?worker|data collector|enquêteu(r|se)|encuestador|entrevistador|anketör)"
    r"('?s)?([ _](name|id|code|no|number))?$|"
    r"^(اسم )?(الباحث|المحاور|جامع البيانات)|^gps\b|(^|[ _])(لوکیشن|coordinates)$|تلفن|شماره (تماس|موبایل)|טלפון|דוא.?ל|דואר אלקטרוני"
)
_NAMES = (
    "name names fullname firstname lastname surname nickname alias pseudonym signature nom noms prénom prénoms nombre apellido apellidos "
    "nome cognome sobrenome vorname nachname naam voornaam achternaam nama adı adınız isim ism ismi soyad soyadı soyadınız imię nazwisko "
    "имя фамилия фио اسم لقب كنية نام שם 名前 お名前 氏名 姓名 이름 성함 성명 όνομα jméno név tên ชื่อ नाम nume namn navn"
)
_OF_NAMES = (
    "first last full family given middle preferred child student pupil parent mother father guardian caregiver participant respondent "
    "complet complète completo completa famille tam ad kamil vollständiger ваше полное كامل ثلاثي رباعي اول اخير عائلة اب ام جد طالب "
    "طفل مشارك خانوادگی و and et y e ve und"
)
"""What names of people are called, and what may stand beside it once the words of a question are taken away."""
_STAFF = (
    r"^(full )?(name|nom|nombre|nome|nama|adı)?( of| de| del| du| da| do)?( the| l)? ?"
    r"(interviewer|enum(erator)?|surveyor|supervisor|field ?worker|(data )?collector|facilitator|team leader|respondent|participant|"
    r"caregiver|enquêteu(r|se)|enquêtrice|encuestador|entrevistador|anketör|الباحث|المحاور|جامع البيانات)(a| a)?"
    r"( s)?( name| adı| code| id| no| number)?( other)?$"
)
"""Who asked, or answered, whatever number or group stands before the words."""
_BEFORE_NAMES = r"(?i)^.*[/.](?=\w+$)|^.*/|^[A-Za-z]{0,4}\d+[A-Za-z]?([._]\d+)*[.)_: -]+|^capi[ _]"
DATES = (
    r"(?i)^(timestamp|(start(ed)?|end(ed)?|submit(ted)?|record(ed)?|response|survey|interview|completed?|created?|updated?|submission)?"
    r"[ _]?(date|time|datetime|at|on)|"
    r"_submission_time|start|end|وقت (البدء|الإكمال)|completion time|datestamp|date (created|modified|submitted)|تاريخ)( \(utc\))?$"
)
QUESTION = r"(?i)[?\u061f]|^q\d"
"""What no heading has but that of a question."""
TOOK = (
    r"(?i)^(duration|time (taken|spent)|interview (time|length|duration)|length of interview|loi)( to complete)?"
    r"( ?\(?(in )?(s|secs?|seconds|mins?|minutes)\)?)?$"
)
"""How long an interview took, which nobody was asked."""
_NOTHING = r"#(ref|value|div/0|name|num)[!?]|na|n/a|#n/a|nan|nat|null|#null!|undefined|[.][a-z_]?|-{1,3}|\u2013|\u2014"
MISSING = (
    r"(?i)prefer not( to (say|answer|respond|state|disclose|specify|share).*)?$|refus|no answer|not answered|^skipped|"
    r"^missing|keine angabe|möchte (ich )?nicht (be)?antworten|sans réponse|ne se prononce|"
    r"ne (souhaite|veux) pas répondre|préfère ne pas (répondre|dire)|"
    r"prefiero no (contestar|responder|decir)|no contesta|prefiro não (responder|dizer)|preferisco non (rispondere|dire)|"
    r"(cevap|yanıt)(lamak)? (vermek )?istem|(belirt|söyle)mek istem|tidak ingin menjawab|"
    r"(ترجیح می.?دهم|نمی.?خواهم) .*(پاسخ|جواب|بگویم)|מעדיפ?[הף]? .*לא (לענות|להשיב|לומר)|نامەوێت|پێم باشە وەڵام نە|"
    r"لا (أرغب|أود|أريد)( في)? (الإجابة|الجواب|الرد|الإفصاح)|(أرفض|رفض|أفضل عدم) (الإجابة|الجواب|الرد|الإفصاح)|(لا |عدم ال)إجابة|"
    rf"^({_NOTHING})$"
)
NOT_ASKED = r"(?i)not asked|not applicable|inapplicable|^inap\b|(valid|legitimate|logical) skip"

_STATUS = (
    r"(?i)^((response|respondent|interview|survey|completion)[ _]{0,2})?(status|type|state|outcome|disposition|result)$|"
    r"^(dispcode|finished|completed?\??|\w+_complete|statut|estado|durum|الحالة|حالة (الاستبيان|المقابلة|الاستجابة))$"
)
_PROGRESS = r"(?i)^(progress|% ?complete|percent(age)? complete(d)?|completion( rate| %)?)$"
"""A column that says how far everybody came, in percent."""
_FINISHED, _YES = r"(?i)^(finished|completed?)\??$", rf"(?i)^({'|'.join(sorted(YES))}|y|completed?|finished)$"
_TRIED, _TRIED_OR_NOT = r"(?i)^(is[ _]?)?(test|preview)(er|[ _]?(mode|respondent|response|data|case))?\??$", 2
"""A column that says who tried the survey out, and its answers, yes and no."""
_COMPLETE = (
    r"(?i)^(completed?|finished|submitted|qualified|valid|approved|true|ip address|imported|offline|terminé|complet[aoe]?s?|"
    r"abgeschlossen|vollständig|finalizad[ao]|tamamlandı|مكتملة?)$"
)
_INCOMPLETE = (
    r"(?i)^(partial(ly completed?)?|incomplete|unverified|unfinished|in ?progress|started|not (completed?|finished)|(dis|un)qualified|"
    r"terminated?|screen(ed)?[ -]?(out)?|(over ?quota|quota[ -]?full)|abandoned|drop(ped)?[ -]?(out|off)|deleted|rejected|invalid|"
    r"spam|false|test|test (data|response)|(survey|offline survey) (preview|test)|.* spam|partiel|incomplet[aoe]?|"
    r"abgebrochen|unvollständig|parcial|yarım|غير مكتملة?|جزئية?)$"
)
_DAY = r"^(\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\p{L}{3,}\.? \d{1,2},? \d{4}|\d{1,2}[. -]+\p{L}{3,}[.,]?[ -]\d{4})$"
_ALL = 100
MOST_SEGMENT = 30
"""More different values are no groups of people."""
MOST_NUMBERS = 11
"""More different numbers than a scale has are a quantity."""
_NO_ANSWERS = r"^-\d+$|^(77+|88+|99+|9*9[789])$"
"""Numbers that stand for no answer beside those of a scale."""

_MOST_WORDS_OF_A_LABEL, _SHARED_BY = 3, 3
_OF_BIRTH = "(?:19[0-9]{2}|200[0-9]|201[0-5])"
_OF_A_PERSON = (
    rf"{ADDRESS}|^@\w|^(https?://|www\.)|^[\w-]+\.[a-z]{{2,}}/\S|"
    r"\.(jpe?g|png|gif|heic|pdf|docx?|m4a|mp[34]|ogg|wav|amr|3gp|mov)$|"
    r"^0[0-9][0-9 ()\-]{6,}$|^[0-9]{10,}$|^-?[0-9]{1,3}\.[0-9]{2,}[,; ] ?-?[0-9]{1,3}\.[0-9]{2,}|"
    rf"^([0-9]{{1,2}}[/.\-][0-9]{{1,2}}[/.\-]{_OF_BIRTH}|{_OF_BIRTH}[/.\-][0-9]{{1,2}}[/.\-][0-9]{{1,2}})$"
)
"""Addresses, accounts, links, files, numbers of phones and passports, places on a map, days of birth."""
_OF_A_QUIZ = r"(?i)^(total (points|score)|quiz feedback|grade posted time|gesamtpunktzahl|مجموع النقاط)$"
_OF_POINTS = r"^(\d+(\.\d+)?|--) / \d+$"
_CAME = frozenset(
    ["present", "p", "présent", "présente", "presente", "anwesend", "hadir", "attended", "var", "geldi", "حاضر", "حضر", "حاضرة"]
)  # fmt: skip
_DID_NOT = frozenset(
    ["absent", "a", "absente", "ausente", "assente", "abwesend", "late", "l", "excused", "izin", "gelmedi", "yok", "غائب", "غاب"]
)  # fmt: skip
_TITLED = r"(?i)^(mr|mrs|ms|miss|dr|prof|mme|mlle|herr|frau|sr|sra|السيد|السيدة|الأستاذ|الأستاذة)(\. *| +)\p{L}{2}|^[أد]\. *\p{L}{2}"
_ASKS_WHO = r"(?i)^(what|your|please|enter|type|give|provide|leave)\b"


def is_segment(name: str) -> bool:
    """Whether a column asks for what people are grouped by, in one word or in a question: `sex`, `What is your gender?`."""
    words = re.split(r"[^\w\u200c]+|_", name.lower().replace("i\u0307", "i"))
    left = [re.sub(_OF_YOU, "", word) for word in words if word and not re.match(_ASKING, word)]
    return re.fullmatch(_plain(_SEGMENT), _plain(" ".join(left))) is not None


@cache
def _plain(text: str) -> str:
    """The text without accents, and with the end of Arabic words as it is typed as often."""
    bare = "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
    return bare.translate(ALIKE).replace("ة", "ه")


def _asks_for_a_name(name: str) -> bool:
    """Whether a heading asks for nothing but somebody's name: `Name (optional)`, `What is your name?`."""
    words = re.split(r"[^\w\u200c]+|_", re.sub(r"[(\[（].*?[)\]）]", " ", name).lower().replace("i\u0307", "i"))
    asked = [word for word in words if word and not word.isdigit() and not re.match(_ASKING, word)]
    left = {_plain(re.sub(_OF_YOU, "", word)) for word in asked}
    names, others = ({_plain(word) for word in known.split()} for known in (_NAMES, _OF_NAMES))
    return bool(left & names) and left <= names | others


def may_say_who_ended(name: str, cells: pl.Series) -> bool:
    """Whether a column is called as the one that says who came to the end, and has nothing but codes, or a word for who did not."""
    words = cells.drop_nulls().unique().cast(pl.String()).str.strip_chars()
    is_told = is_number(cells) or any(re.match(_INCOMPLETE, word) for word in words)
    return re.match(_STATUS, name) is not None and words.len() > 1 and is_told


def completed(name: str, answers: Mapping[str, str]) -> list[str]:
    """The codes of those who came to the end, or did not only try it out, where a column says it; `answers` are its words by code."""
    if re.match(_TRIED, name):
        ended = [code for code, word in answers.items() if re.match(UNTICKED, word.strip())]
        return ended if 0 < len(ended) < len(answers) == _TRIED_OR_NOT else []
    if re.match(_PROGRESS, name):
        reached = {code: numbers(pl.Series([word.strip(" %")]))[0] for code, word in answers.items()}
        is_percent = None not in reached.values() and 0 <= min(reached.values()) < max(reached.values()) == _ALL
        return [code for code, percent in reached.items() if percent == _ALL] if is_percent else []
    if not re.match(_STATUS, name):
        return []
    of_a_yes = re.match(_FINISHED, name) is not None and len(answers) == _TRIED_OR_NOT
    complete, incomplete = (_YES, UNTICKED) if of_a_yes else (_COMPLETE, _INCOMPLETE)
    ended = [code for code, word in answers.items() if re.match(complete, word.strip())]
    others = [code for code, word in answers.items() if re.match(incomplete, word.strip())]
    return ended if others and len(ended) + len(others) == len(answers) else []


def marks_a_quiz(name: str, cells: pl.Series, names: Collection[str]) -> bool:
    """Whether a column holds points or feedback, which forms put beside each question of a quiz, or what they add up to."""
    beside = re.match(r"^(?P<question>.+?) *\[[^\[\]]+\]$", name) or re.match(
        r"^[^:\u2013-]+ ?[:\u2013-] (?P<question>.+)$", name
    )
    are_points = cells.len() > cells.null_count() and cells.cast(pl.String()).str.contains(_OF_POINTS).all()
    return are_points or re.match(_OF_A_QUIZ, name) is not None or (beside is not None and beside["question"] in names)


def are_of_a_register(cells: pl.Series) -> bool:
    """Whether cells say who came and who did not, which is no answer to a question."""
    words = {*cells.drop_nulls().unique().cast(pl.String()).str.strip_chars().str.to_lowercase()}
    return bool(words & _CAME) and bool(words & _DID_NOT) and words <= _CAME | _DID_NOT


def is_number(cells: pl.Series) -> bool:
    """Whether every cell that says something is a number."""
    return (
        bool((numbers(cells.cast(pl.String())).is_not_null() | cells.is_null()).all())
        and cells.null_count() < cells.len()
    )


def are_groups(cells: pl.Series) -> bool:
    """Whether cells are words that put people into groups, each of several."""
    counted = cells.drop_nulls().value_counts(name="respondents")["respondents"]
    return 1 < counted.len() <= MOST_SEGMENT and min(counted) > 1 and not is_number(cells)


def is_open(name: str, cells: pl.Series) -> bool:
    """Whether a column asks for people's own words, and has more than a word or two."""
    texts = cells.drop_nulls().unique().cast(pl.String())
    return re.search(_OPEN, name) is not None and max(texts.str.count_matches(r"\S+"), default=0) > _FEW_WORDS


def are_in_two_languages(answers: Sequence[str]) -> bool:
    """Whether some answers are in Latin letters alone and about as many in those of another script, as where a form is translated."""
    words = pl.Series([*answers], dtype=pl.String())
    latin = words.str.contains(r"\p{Latin}")
    others = words.str.contains(r"[\p{L}--\p{Latin}]")
    ours, theirs = int((latin & ~others).sum()), int((others & ~latin).sum())
    return min(ours, theirs) > 1 and abs(ours - theirs) <= 1


def are_ages(name: str, cells: pl.Series) -> bool:
    """Whether a column asks for the age and has years, which are no groups of people until they are banded."""
    years = numbers(cells.drop_nulls().unique().cast(pl.String()))
    is_years = years.len() > _FEW_AGES and not years.null_count() and bool((years >= _YOUNGEST).all())
    return is_years and re.search(_AGE, name) is not None


def says(pattern: str, label: str) -> bool:
    """Whether the words of a pattern stand in a label, in whatever letters and marks both are written."""
    return re.search(pattern.translate(ALIKE), label.translate(ALIKE)) is not None


def is_choice(cells: pl.Series) -> bool:
    """Whether there is something to choose: two answers or more, and not so many numbers that they are a quantity."""
    answers = cells.drop_nulls().unique()
    on_a_scale = answers.filter(~answers.cast(pl.String()).str.contains(_NO_ANSWERS))
    return 1 < answers.len() < cells.len() - cells.null_count() and (
        (on_a_scale.len() <= MOST_NUMBERS and answers.len() <= 2 * MOST_NUMBERS) or not is_number(answers)
    )


def are_times(cells: pl.Series) -> bool:
    """Whether cells are days with a time of day, or how long something took to the second: when people answered, never what."""
    written = cells.drop_nulls().cast(pl.String())
    return written.len() > 0 and bool(
        written.str.contains(
            r"\d[/.\-]\d{1,2}[/.\-]\d{1,4}\D{1,6}\d{1,2}[:.]\d{2}|^\d{1,3}:\d{2}:\d{2}([.]\d+)?$"
        ).all()
    )


def are_days(name: str, cells: pl.Series) -> bool:
    """Whether cells are days of a year and no question asks for them: when something was noted, or somebody was born."""
    written = cells.drop_nulls().unique().cast(pl.String()).str.strip_chars()
    return re.search(QUESTION, name) is None and written.len() > 0 and bool(written.str.contains(_DAY).all())


def weights_of(names: Sequence[str], cells: Mapping[str, pl.Series]) -> list[str]:
    """Columns that weigh respondents: of numbers, called so; or called nearly so, of numbers above 0 that are not all whole.

    Where bodies are measured, numbers that do not average 1 weigh bodies. Numbers that average 1 as closely as nothing but a
    weight does weigh whatever they are called.
    """
    are_bodies = any(re.match(_OF_BODIES, name) for name in cells)
    return _without_replicates([name for name in names if _weighs(name, cells[name], are_bodies=are_bodies)])


def design_of(names: Sequence[str], weights: Sequence[str]) -> dict[str, str]:
    """The columns of a sample's clusters and strata, by their names."""
    is_dhs, is_mics = (any(re.match(of, name) for name in weights) for of in (_WEIGHT_OF_DHS, _WEIGHT_OF_MICS))
    own = [("cluster", _CLUSTER_OF_MICS)] if is_mics else []
    patterns = [*own, *_DESIGN.items(), *(_DESIGN_OF_DHS.items() if is_dhs else ())]
    return {part: name for part, pattern in patterns for name in names if re.match(pattern, name)}


def _without_replicates(weights: list[str]) -> list[str]:
    """Weights without the many numbered copies that are there to estimate errors; the one of number 0, or without one, weighs."""
    parts = {name: re.sub(_REPLICATE, r"\1 \2", name).rsplit(" ", 1) for name in weights}
    copies = Counter(stem for stem, _ in parts.values())
    own = [name for name, (stem, number) in parts.items() if number in ("", "0") or copies[stem] < _FEWEST_REPLICATES]
    return own or weights


def _weighs(name: str, cells: pl.Series, *, are_bodies: bool) -> bool:
    may_be_named = re.search(_MAY_WEIGH, name) is not None
    if not is_number(cells):
        return False
    values = numbers(cells.cast(pl.String())).drop_nulls()
    mean = float(values.mean() or 0)  # type: ignore[arg-type]
    if re.match(_WEIGHT_OF_DHS, name):
        return mean > _LEAST_OF_DHS
    is_fine = bool((values > 0).all()) and bool((values != values.floor()).any())
    is_normed = is_fine and abs(mean - 1) <= _AS_NORMED and values.n_unique() >= _FEWEST_WEIGHTS
    if not may_be_named:
        return is_normed and values.len() >= _FEWEST_WEIGHED
    return 0.9 <= mean <= 1.1 or ((re.match(WEIGHT, name) is not None or is_fine) and not are_bodies)


def is_personal(name: str, cells: pl.Series) -> bool:
    """Whether a column says who people are, by its name or its cells; a question about a phone, with few answers, does not."""
    answers = cells.drop_nulls().cast(pl.String())
    if answers.str.contains(_OF_A_PERSON).sum() * 2 > answers.len():
        return True
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", re.sub(_BEFORE_NAMES, "", name))
    heading = " ".join(re.sub(r"[\W_]+", " ", words).lower().split())
    if heading in ("name", "names") or _asks_for_a_name(name) or re.search(_plain(_STAFF), _plain(heading)):
        return True
    is_question = name.endswith(("?", "؟")) or len(name.split()) > _MOST_WORDS_OF_A_LABEL
    is_shared = answers.n_unique() <= MOST_NUMBERS and answers.n_unique() * _SHARED_BY <= answers.len()
    if not is_question and answers.str.contains(_TITLED).sum() * 2 > answers.len():
        return True
    about_others = is_question and is_shared and not re.match(_ASKS_WHO, name)
    return re.search(_PERSONAL, name) is not None and not about_others
