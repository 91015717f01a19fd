"""What the invented campaign sets out to reach, as seeds: its end, its scorecard with targets, baselines and weights,
people online, phases and what they cost, days on which more is done.

Published survey figures of 2022 are where attitudes start; everything else is invented, as the campaign is.
"""

from collections.abc import Mapping
from datetime import date

from ingest.simulated.plan import CAMPAIGN, STARTS_ON, ZONE

ENDS_ON = date(2022, 12, 31)
ONLINE_18_34 = {"AE": 3_000_000, "EG": 20_000_000, "JO": 2_500_000, "SA": 9_000_000}
WEEK_STARTS_ON_SUNDAY = ("BH", "DZ", "EG", "IQ", "JO", "KW", "LY", "OM", "PS", "QA", "SA", "SD", "SY", "YE")

PHASES = """campaign_id,phase,name,name_ar,starts_on,ends_on
endthestigma,launch,"Launch, around World Mental Health Day",الإطلاق حول اليوم العالمي للصحة النفسية,2022-10-04,2022-10-16
endthestigma,stories,Months of stories,أشهر القصص,2022-10-17,2022-12-31
"""
COSTS = """campaign_id,phase,kpi_id,amount,currency,reported_in,rate,rate_on,source
endthestigma,launch,A07,3000,AED,USD,0.2723,2022-10-03,invented for the sample
endthestigma,launch,A07,200,USD,USD,1,2022-10-03,invented for the sample too
endthestigma,launch,H01,20000,USD,USD,1,2022-10-03,invented for the sample
"""
CALENDAR = """campaign_id,kind,name,name_ar,starts_on,ends_on,weekdays,pace,source
endthestigma,awareness_day,World Mental Health Day,اليوم العالمي للصحة النفسية,2022-10-10,2022-10-10,,3,invented for the sample
endthestigma,weekend,Weekend,عطلة نهاية الأسبوع,,,6 7,1.2,invented for the sample
"""

_TO_DATE, _WEEK, _MONTH = "campaign_to_date,all,campaign,all", "week,all,campaign,all", "month,all,campaign,all"
_WAVE = "wave,all,survey,mena_wellbeing:%:mena"
_LINES = f"""
C09,trust,,,day,all,campaign,all,60,,,,
C06,index,,,{_WEEK},50,,,,
C06b,index,,,{_WEEK},,,,,
H01,awareness,Video views,مشاهدات الفيديو,{_TO_DATE},100000000,,0,2,
H02,awareness,Posts,المنشورات,{_TO_DATE},,,,,
H03,awareness,Unique creators,صنّاع المحتوى المختلفون,{_TO_DATE},400,,,,
L02,awareness,Unique attendees of live sessions,الحضور المختلفون في الجلسات المباشرة,{_TO_DATE},1500,,,,
C02,awareness,"Views per 1,000 young people online, Emirates",مشاهدات لكل 1000 شاب متصل بالإنترنت، الإمارات,week,AE,campaign,all,,,,,
C02,awareness,"Views per 1,000 young people online, Saudi Arabia",مشاهدات لكل 1000 شاب متصل بالإنترنت، السعودية,week,SA,campaign,all,,,,,
H06,engagement,Engagement rate by views,معدل التفاعل نسبةً إلى المشاهدات,{_TO_DATE},8,,,,
L07,engagement,Average watch time per viewer,متوسط زمن المشاهدة لكل مشاهد,{_TO_DATE},40,,,,
A16,engagement,,,{_TO_DATE},,,,,
A01b,engagement,People who opened the Wellbeing Guide,الأشخاص الذين فتحوا دليل العافية النفسية,{_TO_DATE},3000,,0,1,
A02,engagement,"Of these, who completed it",منهم من أكمله,{_TO_DATE},25,,5,1,A01b
A07,engagement,Toolkits downloaded,حقائب الأدوات المُنزَّلة,{_TO_DATE},1000,,,,
C08,engagement,"Cost of a toolkit download at launch, USD",تكلفة تنزيل حقيبة أدوات عند الإطلاق بالدولار,phase,all,phase,launch:A07:USD,,,,,
A09,engagement,Tutorial viewers who switched the feature on,مشاهدو الدروس الذين فعّلوا الميزة,{_TO_DATE},30,,,,
A10,engagement,"Of these, who still have it on after 28 days",منهم من أبقاها مفعّلة بعد 28 يومًا,{_TO_DATE},,,,,A09
A11,engagement,Partner videos published in time,فيديوهات الشركاء المنشورة في موعدها,{_TO_DATE},90,,,,
H17,engagement,,,{_WEEK},,,,,
H18,engagement,,,{_WEEK},60,,,,
A04,help_seeking,"People who looked for help, per 100 who opened the guide",من طلب المساعدة لكل 100 شخص فتحوا الدليل,{_WEEK},15,,0,2,
A05,help_seeking,Contacts of helplines beyond those expected,اتصالات بخطوط المساعدة تزيد على المتوقع,{_TO_DATE},,,,,
A06,help_seeking,"Taps on helplines that go with 1,000 more views",النقرات على خطوط المساعدة المرافقة لكل 1000 مشاهدة إضافية,{_TO_DATE},,,,,
A13,help_seeking,,,{_MONTH},,,,,
V01,attitude,Afraid of being judged,الخوف من أحكام الآخرين,{_WAVE}:judged:top,45,down,59,3,
V01,attitude,Comfortable talking about it,الارتياح للحديث عن الموضوع,{_WAVE}:comfortable_talking:top,60,up,47,1,
V01,attitude,As important as physical wellbeing,بأهمية الصحة الجسدية,{_WAVE}:as_important:top,65,up,,,
V01,attitude,Comfortable with an online community,الارتياح لمجتمع عبر الإنترنت,{_WAVE}:online_community:top,,up,,,
V09,attitude,"Afraid of being judged, change",الخوف من أحكام الآخرين، التغيّر,{_WAVE}:judged:top,,down,,,
V09,attitude,"Comfortable talking about it, change",الارتياح للحديث عن الموضوع، التغيّر,{_WAVE}:comfortable_talking:top,,up,,,
A14,guardrail,Stories and sessions with a crisis resource,قصص وجلسات أُرفق بها مورد للأزمات,{_WEEK},95,up,,,
A15,guardrail,Hours from a flag to action,ساعات من الإبلاغ إلى الإجراء,{_WEEK},24,down,,,
A04b,guardrail,Load on helplines,الضغط على خطوط المساعدة,{_WEEK},100,down,,,
"""


def target_seeds() -> Mapping[str, str]:
    """The seeds `campaigns`, `scorecard`, `markets`, `phases`, `costs` and `calendar`."""
    lines = _LINES.strip().splitlines()
    place = {line.split(",", 1)[0]: number for number, line in enumerate(lines, 1)}
    rows = []
    for number, line in enumerate(lines, 1):
        cells, _, whole = line.rpartition(",")
        rows.append(f"{CAMPAIGN},{number},{cells},{place.get(whole, '')}")
    markets = [
        f"{market},{7 if market in WEEK_STARTS_ON_SUNDAY else 1},{ONLINE_18_34.get(market, '')},"
        f"{'invented for the sample' if market in ONLINE_18_34 else ''}"
        for market in sorted({*WEEK_STARTS_ON_SUNDAY, *ONLINE_18_34})
    ]
    return {
        "campaigns": "\n".join(
            [
                "campaign_id,name,starts_on,ends_on,reporting_timezone",
                f"{CAMPAIGN},#EndTheStigma,{STARTS_ON},{ENDS_ON},{ZONE}",
                "",
            ]
        ),
        "phases": PHASES,
        "costs": COSTS,
        "calendar": CALENDAR,
        "markets": "\n".join(["market,week_starts_on,online_18_34,population_source", *markets, ""]),
        "scorecard": "\n".join(
            [
                "campaign_id,position,kpi_id,stage,label,label_ar,period,market,subject_type,subject_id,target,direction,baseline,weight,nests_in",
                *rows,
                "",
            ]
        ),
    }
