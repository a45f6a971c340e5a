"""What a remark is about, as far as common words tell: two remarks on one's home may share no word but these."""

from __future__ import annotations

import re
from functools import lru_cache

# A frame's words are those of the state ("live", "flat") and of its change ("moved"); English, then Chinese.
_WORDS = {
    "home": (
        r"live|lives|living|flat|apartment|flat's|house|home|rent(ed|ing)?|lease|landlord|address|moved?|moving|dorm|room"
        r"|floor|street|storey|flatmate|roommate|place",
        r"住|租|搬|房|小区|社区|家在|地址|[楼樓]|[两兩三四]室|[区區]",
    ),
    "work": (
        r"work(s|ed|ing)?|job|shifts?|office|boss|hired|quit|compan(y|ies)|freelance|retired?|contract|intern(ship)?"
        r"|employed|unemployed|promoted|resigned|career|nights|colleagues?|teach(es|ing)?|gig|crew|business|sell(s|ing)?",
        r"上班|工作|公司|[辞辭][职職了]?|入[职職]|退休|夜班|早班|加班|[调調]到|分公司|老[板闆]|打工|跳槽|实习|升|班",
    ),
    "way": (
        r"commut\w*|bus|tram|metro|subway|trains?|jeepney|carpool|bikes?|cycl\w+|drive|driving|drives|ferry|walk|remote"
        r"|tube|underground|scooter|office",
        r"地[铁鐵]|公交|公[车車]|搭|[骑騎][车車]?|高[铁鐵]|捷[运運]|通勤|[开開][车車]|坐[车車]",
    ),
    "learn": (
        r"stud(y|ies|ied|ying|ent)|course|degree|major|school|college|university|uni|thesis|phd|learning|grade|class"
        r"|kindergarten|daycare|nursery|apprentice\w*",
        r"[读讀]|[学學]|[专專][业業]|考研|[课課]|[论論]文|年级|年級|幼[儿兒]",
    ),
    "diet": (
        r"eat(s|ing)?|vegan|vegetarian|pescatarian|meat|pork|chicken|fish|sugar|sweets|coffee|tea|caffeine|decaf|dairy|milk"
        r"|cheese|diet|gluten|bread|carbs|keto|drink(s|ing)?|alcohol|beer|wine|sober|kosher|halal",
        r"吃|喝|素|肉|糖|咖啡|茶|酒|奶",
    ),
    "smoke": (r"smok\w*|cigarettes?|non-smoker|vap(e|ing)|tobacco|nicotine|roll ups", r"[烟煙]"),
    "allergy": (r"allerg\w*|intoleran\w*|hives|reaction|swelled|rash", r"[过過]敏"),
    "dose": (
        r"mg|ml|pills?|dose|tablets?|units|insulin|medic\w*|morning|half|doctor",
        r"[药藥]|[剂劑]量|[医醫]生|半片|一片",
    ),
    "love": (
        r"boyfriend|girlfriend|wife|husband|partner|single|dating|engaged|fianc[ée]e?|married|broke up|split up|over"
        r"|divorced?|ex|together|widow(er)?|years now",
        r"男朋友|女朋友|男友|女友|老公|老婆|[单單]身|[脱脫][单單]|分手|[结結]婚|[离離]婚|[对對]象|交往",
    ),
    "car": (
        r"car|truck|van|ute|drive|plate|electric|licen[cs]e|motorbike|scooter|suv|hybrid",
        r"[车車]|[驾駕][照驶駛]|牌",
    ),
    "line": (
        r"phone|mobile|sim|contract|provider|operator|internet|wifi|fibre|broadband|gb|mbit|number|email|laptop|online",
        r"手[机機]|[门門][号號]|[电電]信|[宽寬][带帶]|微信|[号號][码碼]|[邮郵]箱|上[网網]",
    ),
    "helper": (
        r"doctor|dr|doc|gp|dentist|physio|therapist|mechanic|plumber|hairdresser|barber|vet|nanny|childminder|cleaner"
        r"|supplier|accountant|trainer|lawyer|tutor|coach|landlord|boss",
        r"[医醫]生|牙[医醫]|老[师師]|律[师師]|教[练練]|保姆|阿姨|咨[询詢]|[师師]傅",
    ),
    "date": (
        r"class|lessons?|practice|rehearsals?|training|club|choir|yoga|gym|pool|swim\w*|meeting|meets?|course|appointment"
        r"|(mon|tues|wednes|thurs|fri|satur|sun)days?|weekends?|at \d+|\d+ ?[ap]m",
        r"[课課]|[练練]|[会會]|[周週][一二三四五六日天末]|星期|[礼禮]拜|早上|晚上|下午|[点點]",
    ),
    "due": (
        r"deadline|due|exam|extension|postponed|till|until|expires?|flight|wedding|surgery",
        r"截止|交|延|考[试試]|到期",
    ),
    "price": (
        r"rent|price|pay|paid|charge|rate|costs?|fee|budget|salary|\d+ ?(a|per) (month|week|hour)",
        r"租|[涨漲]|[价價]|[费費]|元|[块塊]",
    ),
    "code": (r"code|password|passcode|pin|key|lock", r"密[码碼]|[钥鑰]匙"),
    "side": (r"fan|support(s|ing)?|team|neutral|season ticket|member(ship)?", r"球迷|支持|[会會][员員]|粉[丝絲]"),
    "pets": (r"dogs?|cats?|pets?|puppy|kitten|hens?|hives|parrot|rabbits?", r"[猫貓狗][咪]?|[宠寵]物"),
    "body": (
        r"hospital|ward|knee|leg|cast|surgery|glasses|eyes|weigh|kilos|kg|hair|back|icu|care home",
        r"住院|出院|膝|腿|眼|[医醫]院|手[术術]",
    ),
}
FRAMES = tuple(_WORDS)
_PATTERNS = {
    name: re.compile(rf"\b(?:{words})\b|{unspaced}", re.IGNORECASE) for name, (words, unspaced) in _WORDS.items()
}


@lru_cache(maxsize=8192)
def frames(text: str) -> frozenset[str]:
    """The names of the frames that a text has words of."""
    return frozenset(name for name, pattern in _PATTERNS.items() if pattern.search(text))
