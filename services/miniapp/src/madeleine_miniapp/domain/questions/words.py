# ruff: noqa: E501 - tables of patterns, one line each.
"""Words that name nothing and restrict nothing, and words for people; English and Chinese."""

from __future__ import annotations

import re

from madeleine_common.times.numbers import CARDINALS
from madeleine_miniapp.domain.language import is_chinese
from madeleine_miniapp.domain.questions.adjectives import positives
from madeleine_miniapp.domain.questions.text import normalise

_VOID_WORDS = """
a an the of in on at for to from with into onto out up is are was were be been being am i'm it's that's there's here's
do does did doing have has had having what's it its that those these this them they he she his her him their theirs there
here roughly about around exactly approximately approx just really actually and then now ok okay so as by but if though
although because since well too also even quite rather pretty very much far
some dated date dates all value values total figure figures number numbers amount data info information result
log logs logged logging record recorded recording records track tracked tracking tracker
note noted enter entered entering keep kept keeping jot jotted written write wrote writing put down
take takes taking took taken get got getting gets go goes went gone make made made do done use used using
say says said know knew come came comes coming give given gave giving have had find found look looked looking see saw seen show
manage managed managing happen happened happens add fill filled tick ticked mark marked check checked count counted
hold holds held
obviously overall ever please pls plz thanks thank thx hey hi hello quick question asking wondering wonder curious
can could would should will might may must shall let's lets like want wanted need needed wanna
tell me us show give display em
own our my ours mine your you yourself
so far up till until to date up to now till now all time of all in general
among amongst hers whenever some several entire whole full complete period log diary list lists app tracker time times together yet already
per each one ones thing things stuff bit kind sort way much many
which who whom when where how why what whose
how's who's where's when's everything along intake mention mentions mentioned mentioning about somewhere pile stack shelf backlog bunch rest whatever both even ticked
haha lol hmm oh ah yeah yep well err um btw anyway basically literally simply
ago before after while during over within between
compared same only just
not pretty happen typical typically
night's day's
altogether apiece respectively total
currently recently lately
enough going right exactly precise precisely
both either neither or plus
looking turn turned out end ended up
based according wise terms number-wise
new among amongst type types
get got
s t d ve re ll m
"""
_VOID = frozenset(_VOID_WORDS.split())
_VOID_PHRASES = re.compile(
    r"^(?:so |ok(?:ay)? )?where do (?:i|we) stand\b|\b(?:tends?|tended) to\b|\b(?:leave|leaves|left)(?= (?:the |our |more |most |less |least |much |so )*(?:money|cash)\b)|\b(?:any|every|each) time(?= (?:i|we|he|she|they)\b)|\b(?:going|judging|go) by\b|\bas per\b|\bin accordance with\b|\bi (?:can't|cannot|don't) (?:quite |really )?(?:remember|recall|know|tell) (?:if|whether)\b"
    r"|^(?:my |the |our )?(?!who|which|what|how|when|where|it|i|we|you|they)\w+ (?:wants|wanted|needs|needed|would like|is asking|asks|asked|is dying|keeps asking)(?: me| us)? (?:to know|to see|to hear|about)\b"
    r"|\b(?:can|could|would) you\b|\bcome to\b|\bcame to\b|\b(?:over|in|across) the (?:whole|entire) (?:log|diary|list|time|period|app|tracker|record|history)\b"
    r"|\b(?:over|across) (?:simply |just )?(?:everything|all of it|all of them|the lot|all (?:my |our |the )?(?:entries|records|logs))\b(?: (?:i|we)(?:'ve| have)? (?:ever )?(?:logged|recorded|noted|tracked))?(?! (?:of )?\d)|\bso far\b|\bup to now\b|\bto date\b|\ball[- ]time\b|\bof all time\b|\bin the (?:log|diary|list|app|tracker|records)\b|\b(?:on|in) (?:our|my|the) (?:lists?|collection)\b"
    r"|\b(?:a|per) head\b(?=\x00)|\bno matter (?:who|what|where|when|which|how)(?: \w+){0,3}\b|\bwhoever \w+(?: \w+)?\b|\bregardless of (?:\w+ ?){1,3}\b"
    r"|\bi (?:only |just )?(?:need|want|would like)(?: to know)?(?: only| just)? (?:the |a )?(?:count|number|total|figure|sum|answer|average|date|names?)\b"
    r"|\b(?:put|puts|wrote|write|written|noted|note|jotted|jot|marked) (?:it |them |this |that )?down\b|\b(?:just )?(?:a )?yes(?: or |/)no(?: (?:is fine|will do|please|answer|is enough))?\b"
    r"|\bi (?:can't|cannot|can not|don't|do not) (?:remember|recall|know)(?: if| whether)?(?: i)?(?= already|\b)|\b(?:going|judging|measured) by\b"
    r"|\b(?:com(?:e|es|ing)|came|crop(?:s|ped)?|show(?:s|ed)?) up(?: anywhere)?\b|\bin the (?:text|notes?|remarks?|comments?)\b|\bin (?=(?:my|our) (?:text|notes?|remarks?|comments?)\b)|(?<=\bin my )(?:text|notes?|remarks?|comments?)\b|(?<=\bin our )(?:text|notes?|remarks?|comments?)\b|\b(?:say|says|said|wrote|write|written|noted) (?:something|anything)(?: on| about)?\b|\ba few times,? no\b|\bnext to\b|\bmentioned? anywhere\b"
    r"|,? or not(?=\s*(?:$|[?.!]))|(?:^|(?<=[(,;:] )|(?<=\())(?:all of (?:them|it)|(?:with )?(?:everything|all) (?:included|counted|in))(?=\s*(?:$|[?.!,)]))"
    r"|\bover (?=(?:all|every)\b(?! the time\b))|\bif any\b|\bin one go\b|\bby the way\b|\bat all\b|\bas a number\b|\b(?:as|in) an? (?:(?:little|small|nice|short|quick|simple) )?(?:table|list|overview)\b|\bas well\b|\bi mean\b|\bsay\b|\bin terms of\b|\bwhen it comes to\b|\bturn out\b"
    r"|\bi(?:'d| would) like to know\b|\bi want to know\b|\bdo you know\b|\btell me\b|\bwant to see\b|\bremind me\b|\bgo by\b|\baccording to\b|\bright now\b"
    r"|^(?:so |hey |hm+ )?is it (?:really |actually )?(?:true|right|correct)(?: that)?\b|\b(?:am i right(?: that)?|right or wrong|true or false)\b|^(?:so )?i(?:'d)? (?:bet|guess|reckon|suppose|suspect)(?: that)?\b"
    r"|(?<=rate )readings?\b|(?<=pulse )readings?\b|(?<=pressure )readings?\b|(?<=temperature )readings?\b|(?<=level )readings?\b"
    r"|,? \b(?:each(?: one)? (?:only |just )?once|(?:with|without|no)(?: any)? (?:duplicates|repeats))(?=\s*(?:[?.!]|$))"
    r"|\bsingle\b|\bin my life\b|\bevery now and then\b|\bof the day\b|\bbe honest\b|\bto be honest\b|\bhonestly\b|\btbh\b|\bseriously\b|\baround here\b|\bout of curiosity\b|\bjust curious\b|\bfor the record\b|\bby now\b|\bat (?:one|a) time\b"
    r"|\b(?:both ways|there and back|out and back)(?: (?:together|combined|included|in total))?\b|\bon (?:my|your|his|her|our|their) plates?\b(?! of\b)"
    r"|去?玩[了的]?(?=那[几些]?天|那段|期间)"
    r"|一口气|一次性|帮我|告诉我|给我(?!转|打|寄|送)|请问|麻烦|请|到目前为止|到现在为止|迄今为止|截至目前|截止目前|截至现在|大概|大约|左右|差不多|其实|到底|究竟|一下|的话|来着|总体|整体|所有的?|全部的?|里面?|之中|当中|其中|期间|那天|当天|那些|这些|哪怕|之行|安?排好?[了着](?=哪|什么|啥|几|多少)|一般(?=[^。？?]*中位)|取(?=中位|平均|均值)|一?趟?玩(?:下来|完(?:回来)?|一?趟(?:下来)?)|(?:列|写|报|说|给|告诉)(?:一下|出来?|上)?我?(?:它们的|他们的)?(?:名字|名称)|(?:里|当中|之中|其中)?的?(?:至少|任意|任何|随便)(?:有)?一(?:个|种|项|样)|最后|最终|结果|(?<=的)一(?=[本部篇项顿趟场家首道](?!月))|(?<![居入期等对])[住待呆玩](?=了?(?:几|多少)[天晚夜])|[那这](?:几|些)[个条笔顿项次本份样件位名场集首部篇趟张杯瓶只天晚周家回]|单(?=[次顿笔条日天晚项本篇趟场])|(?<=[\u3400-\u9fffa-zéáíóúñ])(?:他|她)?[两三四俩]个?人(?!数)|记账|打卡|登记|剩下?的?|还剩|还差|摄入|统计"
)
# Single characters that mean nothing between things that do; inside a longer unknown run they do not split it.
_VOID_ZH = "勾选该加喝读学练了的吗呢呀啊吧嘛哦哈么里中内上下有是在过个共都也就才和跟与及把被给对到来去做用得地着还又再这那些一只会能要想请我我们你他她它们为从以所其之记录录入填写点几多少有没多第次条笔吃花打去点叫买办算看有下所"
_EN_ASKER = re.compile(r"(?<![^\W_'])(?:i(?:'m|'ve|'d|'ll)?|my|me|mine|myself)(?![\w'])")
# "On my list" says whose it is, and no more.
_MY_LIST = re.compile(r"\bon my lists?\b")
_EN_US = re.compile(
    r"(?<![^\W_'])(?:(?:us|we) (?:two|three|four|five|six)|we(?:'ve|'re|'d|'ll)?|us|our|ours|ourselves|all of us|all together|everybody's|everyone|everybody|(?:the )?(?:two|three|four|five|six) of us|for (?:everyone|everybody)(?= (?:together|combined|taken together|in total)\b)|(?:by )?all (?:two|three|four|five|six)(?: of us)?(?: together| combined| taken together)?(?=\s*(?:$|[,.;:?!)]| (?:this|last|in|on|since|so far|during|over|today|yesterday)\b))|all (?:two|three|four|five|six) of us|you all|(?<!for )(?<!on )the (?:flat|group|team|family|household|club|choir|crew|gang)|our (?:flat|group|team|family|household|club|crew|gang))(?![\w'])"
)
_OTHERS = re.compile(
    r"\b(?:to|with|from) (?:my |the |our )?(?:flatmates?|roommates?|housemates?|others|friends|teammates?|mates?)\b|[给跟和](?:室友|朋友|别人|其他人|大家)们?"
)
_EN_ANYBODY = re.compile(
    r"(?<![^\W_'])(?:anybody|anyone|any of us|somebody|someone|nobody|no one)(?![\w'])(?: else)?(?: at all)?"
)
_ZH_ASKER = re.compile(r"我(?!们|的妈)(?:自己|本人)?")
_ZH_US = re.compile(
    r"(?:我们|咱们|咱|大家|全部人|所有人)(?:所有人|几个人?|[两三四五六]个?人?|俩|仨|大家|一共|一起)?(?:之间|当中|里面?)?|(?<![一-鿿])[两三四五六]个人(?=[各每都分]|[里中]面?(?!面)|当中|之中)"
)
_ZH_ANYBODY = re.compile(r"(?:任何人|有没有人|有人|还?没有?人|谁都|谁也)")
_NOUN = (
    r"(?P<noun>person|individual|participant|flat ?mate|room ?mate|house ?mate|team ?mate|(?:group |family |team )?member"
    r"|reader|runner|player|singer|climber|swimmer|rider|cyclist|eater|writer|payer|buyer|spender|purchaser|shopper)"
)
_NOUNS = _NOUN.replace("?P<noun>", "?P<noun>(?:") + "s|people|folks?)"
# What somebody is called who is meant by what they do: "which reader", "per flatmate", "all three readers".
PERSON_NOUNS = (
    ("who", re.compile(rf"\b(?:which|what) (?:(?:one|single|other) )?{_NOUN}\b(?: of (?:us|ours|them))?")),
    ("each", re.compile(rf"\b(?:each|every|per|by|for each|for every|across) (?:single )?{_NOUN}\b")),
    (
        "us",
        re.compile(
            rf"\b(?:(?:all|both|any|our|the|us|between|among|amongst|of) )*(?:(?:two|three|four|five|six) )?{_NOUNS}\b(?: (?:here|together|of us))?"
        ),
    ),
    ("whose", re.compile(rf"\b(?:the |name of the |a )?{_NOUN}(?:'s name| who| that)?\b")),
)

PEOPLE = (
    ("others", _OTHERS), ("us", _EN_US), ("us", _ZH_US), ("anybody", _EN_ANYBODY), ("anybody", _ZH_ANYBODY), ("me", _EN_ASKER), ("me", _MY_LIST), ("me", _ZH_ASKER),
)  # fmt: skip
_NUMBERS = CARDINALS | {"zero": 0, "hundred": 100, "thousand": 1000, "half": 0.5, "dozen": 12, "once": 1, "twice": 2}


def is_void(word: str) -> bool:
    """Whether an English word, or a Chinese character, names nothing by itself."""
    return word in _VOID_ZH if is_chinese(word) else word in _VOID


# "How generous are we? Average stars each of us gives": the figure is asked for in what follows.
_HOW_WE_ARE = re.compile(
    rf"\bhow (?:{'|'.join(positives())}) (?:am i|are we|is (?:he|she|it)|was i|were we)\b(?=\s*[?:,-])"
)


# What is done with things of a kind, where an app tells kinds apart: 吃 is a meal among the items of a trip.
_DONE_WITH = (
    (re.compile(r"(?<![小零好贪])吃(?![饭力亏惊])[了过的]?(?!了?[几多]少?[天晚个])"), ("餐饮", "饮食", "吃饭", "美食", "用餐", "伙食", "吃喝", "餐食")),
    (re.compile(r"(?<=顿)饭|(?<=[一每哪几])餐(?![厅馆饮桌])|(?<=[每几])顿(?!饭)|(?<!第)一顿(?!饭)"), ("餐饮", "饮食", "吃饭", "美食", "用餐", "伙食", "吃喝", "餐食")),
    (re.compile(r"(?<![居入])住(?![宿址])[了过的]?(?!了?[几多]少?[天晚个])"), ("住宿", "酒店", "住处", "旅馆", "民宿")),
    (re.compile(r"(?<![好])玩(?![具笑])(?!下来|完|一?[趟圈次]|的?(?:那[几些]?天|那段|期间))[了过的]?(?!了?[几多]少?[天晚个])"), ("景点", "游玩", "玩乐", "娱乐", "门票", "活动")),
    (re.compile(r"买[了过的]?(?=(?:些|点)?(?:什么|啥|东西|哪些))"), ("购物", "采购")),
    (re.compile(r"坐[了过的]?(?=车|火车|高铁|动车|飞机|船|什么|地铁|公交|大巴)"), ("交通", "出行")),
)  # fmt: skip


def done_with(text: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """Where a verb says what kind of thing is meant, and how apps may call that kind."""
    return [(*m.span(), kinds) for pattern, kinds in _DONE_WITH for m in pattern.finditer(text)]


def void_phrases(text: str) -> list[tuple[int, int]]:
    """Where the text is polite or vague."""
    return [match.span() for pattern in (_VOID_PHRASES, _HOW_WE_ARE) for match in pattern.finditer(text)]


def number(word: str) -> float | None:
    """What an English number word, or digits with grouping commas, mean."""
    if word in _NUMBERS:
        return float(_NUMBERS[word])
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", word):
        return float(word.replace(",", ""))
    if re.fullmatch(r"\d+(?:\.\d+)?", word):
        return float(word)
    return float(word.replace(",", ".")) if re.fullmatch(r"\d+,\d{1,2}", word) else None


_ASKING = re.compile(
    r"\?|？|^(?:what|how|which|who|when|where|whose|is|are|was|were|do|does|did|have|has|am|any|list|show|find|count|rank|split|compare)\b"
    r"|\bhow (?:many|much|often|long|far)\b|\b(?:average|avg|total|median|mean|sum of|percentage|number of|most|commonest|top|longest|biggest|highest|lowest|per day|per week|streak|vs|times|kcal)\b"
    r"|\b(?:last time|latest|count|list|settle|balance|owe|owes)\b"
    r"|吗|呢|多少|几|哪|谁|什么时候|平均|一共|总共|合计|最[高低多少大小长短近贵]|列|排名|有没有|占|百分|连续"
)  # fmt: skip


def worth_reading(question: str) -> bool:
    """The cheap gate: False for what cannot be a question for a figure."""
    return bool(_ASKING.search(normalise(question)))
