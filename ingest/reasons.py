"""The only list of reasons: why a record was left out, a field became unknown, or a figure is missing.

Every layer names a reason by its code. The sentences are for people; they reach the marts as the seed `reasons`.
"""

from enum import StrEnum


class Reason(StrEnum):
    """A reason: its code, and a sentence in English and in Arabic."""

    english: str
    arabic: str

    def __new__(cls, code: str, english: str, arabic: str) -> "Reason":
        """The code as text, with both sentences."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.english = english
        member.arabic = arabic
        return member

    # Of records and fields, as they are read.
    UNREADABLE = "unreadable", "It cannot be read.", "لا يمكن قراءته."
    MISSING_KEY = (
        "missing_key",
        "It does not say whom or what it is about, or when.",
        "لا يذكر عمّن أو عمّا يتحدث، أو متى.",
    )
    CONFLICTING_KEY = (
        "conflicting_key",
        "A later record of the same delivery says something else about the same thing.",
        "سجل لاحق في التسليم نفسه يذكر قيمة أخرى للشيء نفسه.",
    )
    BAD_NUMBER = "bad_number", "It is not a number.", "ليس رقمًا."
    BAD_TIME = "bad_time", "It is not a date and time that exists.", "ليس تاريخًا ووقتًا موجودين."
    AMBIGUOUS_TIME = (
        "ambiguous_time",
        "The clocks showed this time twice that day; the first was taken.",
        "أظهرت الساعات هذا الوقت مرتين في ذلك اليوم؛ أُخذت المرة الأولى.",
    )
    OUT_OF_RANGE = "out_of_range", "It is outside what is possible.", "خارج حدود الممكن."
    IMPLAUSIBLE_ZERO = (
        "implausible_zero",
        "A count of 0 or 1 that cannot be: it could not be fetched.",
        "عدد صفر أو واحد غير ممكن: تعذّر جلبه.",
    )
    NO_VIDEO = "no_video", "It is about something else than a video.", "يتعلق بشيء آخر غير فيديو."
    DIFFERS_FROM_ID = (
        "differs_from_id",
        "The time of posting differs from the one in the video's id, which was taken.",
        "وقت النشر يختلف عن الوقت في معرّف الفيديو، وقد أُخذ الأخير.",
    )
    BAD_WEIGHT = "bad_weight", "The weight is not a usable positive number.", "الوزن ليس رقمًا موجبًا صالحًا."
    UNKNOWN_SESSION = (
        "unknown_session",
        "It belongs to another session than the delivery.",
        "ينتمي إلى جلسة غير جلسة هذا التسليم.",
    )
    UNKNOWN_HOST = (
        "unknown_host",
        "A host that the note names was not found among the people present.",
        "مضيف تذكره المذكرة لم يُعثر عليه بين الحاضرين.",
    )
    WAITING_ROOM = (
        "waiting_room",
        "A stay in the waiting room is no attendance.",
        "البقاء في غرفة الانتظار ليس حضورًا.",
    )
    TOO_LONG = "too_long", "It lasts longer than 24 hours.", "يدوم أكثر من 24 ساعة."
    NO_SAMPLE = "no_sample", "The respondent belongs to none of the samples.", "المجيب لا ينتمي إلى أي عينة."
    MISSING_DESIGN = (
        "missing_design",
        "The sample design is not known for this respondent.",
        "تصميم العينة غير معروف لهذا المجيب.",
    )
    INCOMPLETE_RESPONSE = (
        "incomplete_response",
        "The respondent did not finish the survey.",
        "لم يُكمل المجيب الاستبيان.",
    )
    TEST_RESPONSE = "test_response", "A preview or test, not a respondent.", "معاينة أو تجربة، وليست مجيبًا."
    SPAM_RESPONSE = "spam_response", "The survey tool takes it for spam.", "عدّته أداة الاستبيان رسالة مزعجة."
    NOT_APPROVED = (
        "not_approved",
        "Whoever reviewed the responses did not approve it.",
        "لم يوافق عليه من راجع الإجابات.",
    )
    EMPTY = "empty", "Nothing is written there.", "لا شيء مكتوب هناك."
    UNDEFINED = "undefined", "The source says that it does not know.", "المصدر يقول إنه لا يعرف."
    NOT_APPLICABLE = "not_applicable", "The source says that it does not apply.", "المصدر يقول إنه لا ينطبق."

    # Of figures, as they are worked out.
    NO_DENOMINATOR = (
        "no_denominator",
        "There is nothing to divide by: the base is zero.",
        "لا يوجد ما يُقسم عليه: الأساس صفر.",
    )
    NEGATIVE_DENOMINATOR = (
        "negative_denominator",
        "The base fell below zero, since counts were taken back.",
        "صار الأساس تحت الصفر لأن أعدادًا سُحبت.",
    )
    NO_READING = "no_reading", "Nothing was read for these days.", "لم يُقرأ شيء لهذه الأيام."
    NO_KNOWN_CHANGE = (
        "no_known_change",
        "There is no earlier reading to compare with.",
        "لا توجد قراءة سابقة للمقارنة.",
    )
    SEVERAL_DEFINITIONS = (
        "several_definitions",
        "Platforms count views differently, so they make no sum; see each platform.",
        "تعدّ المنصات المشاهدات بطرق مختلفة فلا تُجمع؛ انظر كل منصة.",
    )
    FIRST_PERIOD = (
        "first_period",
        "It is the first period on record, when everybody would be new.",
        "إنها أول فترة مسجلة، وكل من فيها يُعدّ جديدًا.",
    )
    NOT_REPORTED = "not_reported", "No delivery reports it.", "لا يذكره أي تسليم."
    NOT_ADDITIVE = (
        "not_additive",
        "Its parts make no sum: people would count twice, or are counted in different ways.",
        "لا تُجمع أجزاؤه: فقد يُعدّ الناس مرتين أو يُعدّون بطرق مختلفة.",
    )
    NOT_REACHED = (
        "not_reached",
        "Fewer than half of the posts have got there yet.",
        "لم يبلغه بعد نصف المنشورات.",
    )
    BELOW_SUPPORT = (
        "below_support",
        "Fewer than 10 posts or 5 creators support it.",
        "يسنده أقل من 10 منشورات أو 5 صنّاع محتوى.",
    )
    TOO_FEW_CREATORS = "too_few_creators", "There are fewer than 30 creators.", "صنّاع المحتوى أقل من 30."
    NO_DATA = "no_data", "No data has been delivered for it yet.", "لم تُسلَّم بيانات له بعد."
    NO_ANSWERS_NAMED = (
        "no_answers_named",
        "No delivery's note names the answers that make it up (top, bottom).",
        "لا تذكر مذكرة أي تسليم الإجابات التي يتكوّن منها (top وbottom).",
    )
    NO_CONSENT = (
        "no_consent",
        "Nobody is known to have agreed to be counted in it.",
        "لا يُعرف أن أحدًا وافق على أن يُحسب فيه.",
    )
    NOT_YET_BUILT = "not_yet_built", "The warehouse does not work this out yet.", "لا يحسب المستودع هذا بعد."
    IN_WORDS = (
        "in_words",
        "It is a word and no figure: it stands beside each estimate.",
        "كلمة وليست رقمًا: تظهر بجانب كل تقدير.",
    )
    SAMPLES_ONLY = (
        "samples_only",
        "Only the number of viewers is known, not who they were.",
        "يُعرف عدد المشاهدين فقط، لا هويتهم.",
    )
    NO_LIVE_TIME = "no_live_time", "The session has no known length.", "مدة الجلسة غير معروفة."
    NO_CLICK_NAMED = (
        "no_click_named",
        "No click says that it came from the session.",
        "لا يذكر أي نقر أنه جاء من الجلسة.",
    )
    LEFT_CENSORED = (
        "left_censored",
        "There is no earlier session to tell who is new.",
        "لا توجد جلسة سابقة لمعرفة من هو جديد.",
    )
    OUTSIDE_CAMPAIGN = (
        "outside_campaign",
        "It took place outside the campaign's dates.",
        "جرى خارج تواريخ الحملة.",
    )
    NAMES_ONLY = "names_only", "People are known by their names only.", "يُعرف الناس بأسمائهم فقط."
    BEYOND_SESSION = "beyond_session", "The session had ended by then.", "كانت الجلسة قد انتهت عندئذ."
    TOO_FEW_SESSIONS = (
        "too_few_sessions",
        "Too few sessions to tell advocates apart.",
        "عدد الجلسات لا يكفي للتمييز بين المناصرين.",
    )
    TOO_FEW_WEEKS = (
        "too_few_weeks",
        "Too few weeks or markets are known to tell.",
        "عدد الأسابيع أو الأسواق المعروفة لا يكفي للحكم.",
    )
    FEW_PEOPLE = (
        "few_people",
        "Fewer than 10 people stand behind it, so it is withheld.",
        "يستند إلى أقل من 10 أشخاص، لذا حُجب.",
    )
    NOT_YET_OBSERVED = (
        "not_yet_observed",
        "Nobody has been observed long enough yet.",
        "لم يُتابَع أحد مدة كافية بعد.",
    )
    NOT_PUBLISHED = "not_published", "It has not been published.", "لم يُنشر بعد."
    FEW_POSTS_BEFORE = (
        "few_posts_before",
        "Fewer than 5 earlier posts of the creator are known to compare with.",
        "يُعرف لصانع المحتوى أقل من 5 منشورات سابقة للمقارنة بها.",
    )
    NOT_VALIDATED = (
        "not_validated",
        "How often the coding errs is not known, so it cannot be corrected.",
        "لا يُعرف كم يخطئ التصنيف، فلا يمكن تصحيحه.",
    )
    NO_BETTER_THAN_CHANCE = (
        "no_better_than_chance",
        "The coding is no better than chance, so it tells nothing.",
        "التصنيف ليس أفضل من الصدفة، فلا يدل على شيء.",
    )
    STILL_OPEN = (
        "still_open",
        "Too many of the flags are still open to say.",
        "ما زالت بلاغات كثيرة مفتوحة فلا يمكن القول.",
    )
    SMALL_BASE = "small_base", "Fewer than 5 people answered.", "أجاب أقل من خمسة أشخاص."
    IMPRECISE = "imprecise", "The sample is too small for a usable figure.", "العينة أصغر من أن تعطي رقمًا صالحًا."
    SINGLE_PSU_STRATUM = (
        "single_psu_stratum",
        "A stratum with one sampling unit: its precision cannot be worked out.",
        "طبقة بوحدة معاينة واحدة: لا يمكن حساب دقتها.",
    )
    NO_DEGREES_OF_FREEDOM = (
        "no_degrees_of_freedom",
        "Too few sampling units to work out its precision.",
        "عدد وحدات المعاينة لا يكفي لحساب الدقة.",
    )
    FPC_IGNORED = (
        "fpc_ignored",
        "The population size given does not fit the sample and was not used.",
        "حجم المجتمع المذكور لا يناسب العينة ولم يُستخدم.",
    )
    NOT_RAKED = (
        "not_raked",
        "The weights are as delivered: a part of the population given has no respondent, or raking to it does not settle.",
        "الأوزان كما سُلّمت: جزء من المجتمع المذكور بلا مجيبين، أو أن ضبطها عليه لا يستقر.",
    )
    RAKED_WEIGHTS = (
        "raked_weights",
        "The weights are raked: the error takes them as given, and tables of them are not tested.",
        "الأوزان مضبوطة على المجتمع: يأخذها الخطأ المعياري كما هي، ولا تُختبر جداولها.",
    )
    PAIRED_WAVES = (
        "paired_waves",
        "The waves are those of a panel, which share people, and tables of them are not tested.",
        "الموجتان من عيّنة ثابتة تشترك في أشخاصها، ولا تُختبر جداولها.",
    )
    NOBODY_PAIRED = (
        "nobody_paired",
        "The waves are those of a panel, yet nobody answered in both: their ids may be others than before.",
        "الموجتان من عيّنة ثابتة، لكن لم يُجب أحد فيهما معًا: قد تكون معرّفات المجيبين قد تغيّرت.",
    )
    EMPTY_CELL = (
        "empty_cell",
        "An answer was given in one of the two groups alone, so that the table cannot be tested.",
        "وردت إجابة في إحدى المجموعتين دون الأخرى، فلا يمكن اختبار الجدول.",
    )
    BENCHMARK_VARIANCE_UNKNOWN = (
        "benchmark_variance_unknown",
        "How many answered is not published, so the benchmark counts as exact.",
        "عدد المجيبين غير منشور، لذا يُعدّ الرقم المرجعي دقيقًا.",
    )
    NO_FOIL = (
        "no_foil",
        "Nobody was asked about an invented campaign, so what people only believe to recall is unknown.",
        "لم يُسأل أحد عن حملة مختلَقة، فلا يُعرف ما يظن الناس أنهم يتذكرونه.",
    )
    NO_VARIANCE = (
        "no_variance",
        "Everybody or nobody chose it, so chance cannot be judged.",
        "اختاره الجميع أو لم يختره أحد، فلا يمكن تقدير أثر الصدفة.",
    )
    UNSCORED_ANSWER = (
        "unscored_answer",
        "An item has an answer that the scale does not know.",
        "لأحد البنود إجابة لا يعرفها المقياس.",
    )
    PROVISIONAL = "provisional", "More than a tenth of it may still change.", "قد يتغيّر أكثر من عُشره لاحقًا."
    SOURCE_BLOCKED = (
        "source_blocked",
        "A delivery of its source was held or refused.",
        "أُوقف أو رُفض تسليم من مصدره.",
    )
    GUARDRAIL_RED = (
        "guardrail_red",
        "A guardrail misses its target, so that growth does not count as success.",
        "أحد ضوابط السلامة لم يبلغ هدفه، فلا يُعدّ النمو نجاحًا.",
    )
    COMPONENT_MISSING = (
        "component_missing",
        "A part of the index is not known, and the others are not weighted anew.",
        "أحد مكونات المؤشر غير معروف، ولا يُعاد توزيع أوزان البقية.",
    )
    NO_INDEX = (
        "no_index",
        "No line of the scorecard has a weight, a baseline and a target yet.",
        "لا يوجد بعد سطر في بطاقة الأداء له وزن وخط أساس وهدف.",
    )
    NO_POPULATION = (
        "no_population",
        "The number of people online in the market is not known.",
        "عدد المتصلين بالإنترنت في السوق غير معروف.",
    )
    UNKNOWN = "unknown", "The reason is not known.", "السبب غير معروف."
