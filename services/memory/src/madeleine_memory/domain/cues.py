"""Words by which people say that something lasts, that it changed, or that it goes on; English and Chinese.

None of them decides anything by itself: `worth`, `supersession` and `recurrence` weigh them by what was learned.
"""

from __future__ import annotations

import re
from functools import lru_cache

from madeleine_memory.domain.salience import features

_WIDE = re.compile(r"[\u2e80-\U0003134f]")
# The capitals of names: within a sentence, not "I".
_NAMED = re.compile(r"(?<=\S )(?!I\b)[A-ZÀ-Ž][\w'’]+")
_NUMBER = re.compile(r"\d[\d.,:/ -]*\d|\d")
_BREAK = re.compile(r"[,:;.，。：；、]")


def _either(english: str, chinese: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{english})\b|{chinese}", re.IGNORECASE)


_LASTING = {
    "kin": _either(
        r"mum|mom|mama|mummy|mother|dad|papa|father|parents?|wife|husband|partner|fianc[ée]e?|girlfriend"
        r"|boyfriend|sons?"
        r"|daughters?|kids?|child|children|baby|twins?|sister|brother|siblings?|gran|grand\w+|nan|oma|opa"
        r"|aunt\w*|uncle"
        r"|niece|nephew|cousin|in-laws?|\w+-in-law|step\w+|flatmate|roommate|dog|cat|puppy|kitten|boss|landlord"
        r"|neighbou?rs?",
        r"[爸妈媽]|父[亲親]|母[亲親]|[儿兒]子|女[儿兒]|[闺閨]女|老公|老婆|[爱愛]人|男朋友|女朋友|男友|女友"
        r"|[爷爺]|奶奶|外公"
        r"|外婆|姥|[孙孫]|[哥姐弟妹叔舅姨姑]|室友|房[东東]|[导導][师師]|老[板闆]",
    ),
    "health": _either(
        r"allerg\w*|intoleran\w*|asthma\w*|diabet\w*|insulin|epi-?pens?|pacemaker|doctor|doc|dr|nurse|clinic"
        r"|surgery|pills?"
        r"|tablets?|mg|dose|inhalers?|medic\w*|coeliac|celiac|gluten|lactose|dairy|vegan|vegetarian|pescatarian"
        r"|kosher|halal"
        r"|pregnant|blood|migraines?|epilep\w*|deaf|blind|dialysis|therap\w*|physio\w*|sober|arthritis|thyroid"
        r"|cholesterol"
        r"|insomnia|anaemi\w*|anemi\w*|depress\w*|adhd|autis\w*|dyslexi\w*|gout|stents?|hearing|wheelchair"
        r"|implant|prosthe\w*",
        r"[过過]敏|不耐|哮喘|[气氣]喘|糖尿|血[型压壓糖脂]|[药藥]|[医醫][生院]|透析|吃素|全素|[忌戒]|[怀懷]孕"
        r"|色[弱盲]|[癫癲][痫癇]|近[视視]",
    ),
    "standing": _either(
        r"every|each|always|never|usual(?:ly)?|as ever|again|weekly|monthly|yearly|since|regular(?:ly)?"
        r"|(?:mon|tue|tues|wed|wednes|thu|thurs|fri|sat|satur|sun)(?:day)?s?",
        r"每|照[例旧舊样樣]|一向|[总總]是|固定|[周週][一二三四五六日天末]|星期|[礼禮]拜|又是|老[样樣]子",
    ),
    "asks": _either(
        r"please|remember|remind|note|call me|for you|just so you know|put (?:me|that) down|prefer|hates?|loves?"
        r"|favou?rite"
        r"|afraid|scared|can'?t|cannot|must(?:n'?t)?|only",
        r"[记記](?:得|着|著)|[别別]再|[请請]|喜[欢歡]|[讨討][厌厭]|最[爱愛]|害?怕|不能|不[吃喝]|只[吃喝]",
    ),
    "states": _either(
        r"i'?m|i am|we'?re|we are|i (?:work|live|run|teach|study|support|speak|play|sing|drive|take|use|keep"
        r"|coach|have|own"
        r"|eat|wear)|(?:is|are) called|named?|is in|lives?|works?|stud(?:y|ies|ying)|born|turns|belongs?|my|our",
        r"我[是叫住在有开開做吃养養]|叫|住在?|在[^，。]{1,6}[上工做當当读讀念]|属|屬|名字",
    ),
    "where": _either(
        r"address|street|st|road|lane|avenue|flat|apartment|floor|block|room|house|office|shop|school|college"
        r"|university|key"
        r"|code|password|pin|plate|number|account|lease|rent|contract|licen[cs]e|passport|phone",
        r"[区區路街號号楼樓层層室厅廳]|[钥鑰]匙|密[码碼]|[车車]牌|房?租|合同|[护護]照|[电電][话話]",
    ),
}
# Only said of what was otherwise before.
_TURNED = _either(
    r"mov(?:ed|ing)|chang(?:ed|es|ing)|switch(?:ed|ing)|quit(?:ting)?|resign(?:ed|ing)|retired|dropp(?:ed|ing)"
    r"|stopp(?:ed|ing)|gave (?:it |that )?up|giv(?:en|ing) up|done with|threw|broke up|split|divorced?|married"
    r"|sold|traded"
    r"|swapped|replaced|cancel+ed|closed|shut|extend(?:ed)?|extension|postponed|rebooked|relocated|promoted|hired"
    r"|transferred|goodbye|instead|no longer|no more|any ?more|for good|from (?:now|today|next|this|monday"
    r"|tomorrow|\d+)"
    r"|as of|turns out|outgrew|these days|since (?:today|the|last)|not \w+ (?:now|any)|no need|needn'?t|don'?t need",
    r"不用|不必|[無无]需|搬|[换換]|改|[辞辭離离]|[转轉調调]|退|卖|賣|戒|[结結]婚|分手|取消|延|不再|[遷迁]",
)
# Said of changes, and of much else.
_NEWS = _either(
    r"now|new|finally|officially|after all|actually|off|out|gone|back|over|left|got|started|starting|joined"
    r"|passed|bought"
    r"|took|raised|up|down|only|died|goes|since",
    r"了|[现現]在|如今|以[后後]|新|[升降减減涨漲]|拿到|考到|收[养養]|出院|不[^，。]{1,4}了|起",
)
_STILL = _either(
    r"still|again|as (?:ever|usual|always|every)|another|also|too|yet|like (?:every|always)",
    r"又|照|[还還]是|也|依[旧舊然]",
)


@lru_cache(maxsize=4096)
def cues(text: str) -> dict[str, float]:
    """What a text's words tell of how long it will hold, by name, each within 0 and 1.2; not to be written to."""
    turned, news = bool(_TURNED.search(text)), bool(_NEWS.search(text))
    return {
        **features(text),
        **{name: float(bool(pattern.search(text))) for name, pattern in _LASTING.items()},
        "states_often": min(len(_LASTING["states"].findall(text)), 3) / 3,
        "named": min(len(_NAMED.findall(text)), 4) / 4,
        "numbers": min(sum(map(len, _NUMBER.findall(text))), 8) / 8,
        "clauses": min(len(_BREAK.findall(text)), 4) / 4,
        "wide": float(bool(_WIDE.search(text))),
        "turned": float(turned),
        "news": float(news),
        "both": float(turned and news),
        "still": float(bool(_STILL.search(text))),
    }
