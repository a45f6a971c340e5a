# ruff: noqa: E501 - tables of patterns, one line each.
"""Words that say what is asked, not about what: tables of patterns, English and Chinese.

A cue has a name and, for some, a value. Those in `SOFT` may stay unused by whatever reads the question; every other one must
have been made something of, or the question was not understood.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from madeleine_miniapp.domain.questions.adjectives import FORMS, comparatives, superlatives
from madeleine_miniapp.domain.questions.influence import HARMS, HELPS

_N = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|fifty)"
# "Over all my runs", "over our January sessions": no limit, but what is averaged.
_OVER_MANY = r"(?:all )?(?:my|our|the|these|those|his|her) (?:[a-z]+ ){0,2}?(?:runs|rides|swims|sessions|workouts|trainings|meals|lunches|dinners|breakfasts|snacks|entries|records|books|readings|expenses|purchases|days|nights|trips|visits|ones)\b"
_ZN = r"(?:\d+|[一二两三四五六七八九十]+)"


@dataclass(frozen=True, slots=True)
class Cue:
    """One cue that the text holds, from `start` to `end`."""

    start: int
    end: int
    name: str
    value: str = ""


# Good to have, no harm if they are not used.
SOFT = frozenset({"others", "with_value", "which", "what", "list", "exist", "how_much", "how_many", "now", "and", "or", "row", "only", "more_or_less", "number_wanted", "each_one", "far", "than", "verb", "when", "who", "whose", "where", "how_long", "thing", "all_week", "range", "calorie_wise"})  # fmt: skip

# "Heavier than 500", not "heavier than the others": behind it stands a number.
_A_NUMBER = r"(?=[^?.!,;:]{0,14}\d| (?:about |around |roughly |a )?(?:" + _N[3:-1] + r"|half|hundred|thousand)\b)"
_TABLE: tuple[tuple[str, str, str], ...] = (
    # counting
    ("count", "", r"(?<=[:,] )(?:the )?(?:number|count)(?=,| and | & | \+)|(?<= and )(?:the )?(?:number|count)(?= ?(?:[,?.!]|$| (?:per|by|of each|in|for)\b))"),
    ("count", "", r"\bhow many (?:different )?times\b|\bhow (?:often|frequently|regularly)\b|\b(?:on )?how many occasions\b|\b(?:a |the )?tally(?: of)?\b|\b(?:the )?(?:number|amount) of times\b|\b(?:the )?(?:number|no\.|count) of\b|\bcount(?: of| up| how many| how often)?\b|\bin number\b|多少次|几次|几回|多少回|次数|几顿|按[样项条]数来?[算计看]|[笔项条单顿场趟]数"),
    ("distinct", "person", r"\bhow many (?:people|persons|members|singers|of us)\b|多少个?人|几个?人"),
    ("distinct", "", r"\bhow many (?:different|distinct|various|unique)\b|\b(?:different|distinct|unique|separate)\b|多少种|几种|不同的?"),
    ("how_many", "", r"\bhow many\b|多少[个项样本顿条件笔种位瓶杯场只盆份趟篇部首遍块家名位包袋盒箱罐桶碗盘碟片颗粒根支枝株棵朵头匹张幅册卷集台辆架层格组套副双批群口件]?|几[个项样本顿条件笔位瓶杯场只盆份趟篇部首遍家名位包袋盒箱罐桶碗盘碟片颗粒根支枝株棵朵头匹张幅册卷集台辆架层格组套副双批群口件]"),
    ("how_much", "", r"\bhow much\b|多少"),
    ("how_many", "", r"(?:多少|几)(?=天|晚|周|个?星期|个月|小时|分钟|公里|千米|页|克|公斤|升|毫升|块|元|欧|步|米|分钟)"),
    # functions
    ("sum", "", r"\b(?:for |over |across )?all (?:of )?(?:the )?(?:places|spots|stops|locations|destinations|towns|cities|categories|kinds|types|shops|stores) (?:together|combined|put together|taken together|added up|added together)\b"),
    ("sum", "", r"\b(?:in |the |a |grand )?total(?: of| up)?\b|\b(?:both |the |all (?:two |three |four )?)?(?:totals|sums)\b|\b(?:the )?sum(?: of| up)?\b|\baltogether\b|\ball in all\b|\bin all\b|\badd(?:s|ed|ing)?(?: (?:it|them|those|that))?(?: all)? up(?: to)?\b(?:(?: all(?: of)?)?(?: (?:what|that|everything(?: that)?|all that))?(?:'s| is| was| we| i)? (?:have )?(?:noted|logged|recorded|entered|written down)\b)?|\ball told\b|\bcombined\b|\bcumulative\b|总共|一共|合计|总计|总[量和数]?的?|加起来|累计|共计|合起来|合在一起|凑一起|总和|共(?=多少|花|吃|跑|读)"),
    ("mean", "", r"\bon (?:an )?average\b|\b(?:the |an )?averages?\b|\bavg\.?\b|\b(?:the )?means?\b(?! whole| days| the| only| by)|\baveraged\b(?=\W*(?:[:,;?]|$|over\b|across\b|by\b))|\btypical(?:ly)?\b|\busual(?:ly)?\b|\bnormally\b|平均|均值|通常|一般(?!般)"),
    ("median", "", r"\b(?:the )?median\b(?:,? not (?:the )?(?:mean|average))?|中位数|中位值"),
    ("mean", "", r"\b(?:the )?(?:mean|average),? not (?:the )?median\b"),
    # superlatives; the value is direction and dimension
    ("often", "max", r"\b(?:shows? up|turns? up|comes? up|appears?|occurs?|crops? up|pops? up|happens?|tick|ticked|mark|marked|pick|picked|recorded|used?) (?:the )?most(?: often)?\b|\b(?:the )?commonest\b|\bmost (?:ticked|marked|chosen|picked|repeated|recurring)\b|\bmost (?:often|frequent(?:ly)?|common(?:ly)?|popular|regular(?:ly)?)\b|\bfavou?rites?\b|\btick most often\b|\bmost (?:used|visited|logged|ordered|played|eaten|watched|read|bought|worn|cooked|recorded)\b|最常见?的?|最频繁|次数最多的?|(?:勾|选|打勾|记|标|出现)(?:选|上)?(?:得|的|过|了)?最多的?(?:次数)?|最经常"),
    ("often", "min", r"\bleast (?:often|frequent(?:ly)?|common(?:ly)?|popular|regular(?:ly)?)\b|次数最少的?|(?:勾|选|打勾|记|标|出现)(?:选|上)?(?:得|的|过|了)?最少的?|最少见的?"),
    ("last", "", r"\b(?:the )?(?:very )?last (?:time|one)\b|\b(?:the )?(?:most recent(?:ly)?|latest|newest|freshest)(?: one)?\b|上次|上一次|最近一次|最后一次|最新的?|最近的?一[次条笔顿本个]"),
    ("last_night", "", r"\blast night(?:'s)?\b|昨夜"),
    ("debt", "", r"\b(?:owe[sd]?|owing|settle (?:us |it |things )?up|settle|settled up|in the red|in the black|balance|debts?|square|quits)\b|欠|结清|结算|清账|还清"),
    ("money", "", r"\b(?:spen[dt]|spends|spending|costs?|pays?|paid|paying|money|price[sd]?|expensive|afford)\b|花钱|花了(?!(?:几|多少|多长|多久)?个?(?:小时|分钟|时间|天|久|长))|花费|付[过了]?钱|钱|付款?|支付|贵"),
    ("verb", "", r"[花用]了?(?=(?:几|多少|多长|多久)个?(?:小时|分钟|时间|天))"),
    ("verb", "", r"[付买]了?(?=[几多]少?[笔次])|付[过了](?=[^钱款多少几\d])"),
    ("more", "", r"多(?=[花付吃用跑垫读睡喝出]了?(?:多少|几))"),
    ("less", "", r"少(?=[花付吃用跑垫读睡喝出]了?(?:多少|几))"),
    ("thing", "", r"日期"),
    ("verb", "", r"[花用]了?(?=(?:几|多少|多长|多久)个?(?:小时|分钟|时间|天))"),
    ("thing", "", r"日期"),
    ("more_or_less", "", r"\bmore or less\b"),
    ("last", "", r"\blast\b"),
    ("next", "", r"\b(?:the )?next\b(?: one| up| time)?(?! (?:to|door)\b)|下一?[次回场趟顿]"),
    ("first", "", r"\b(?:the )?(?:very )?first (?:time|one|ever)\b|\b(?:the )?(?:first|earliest)\b|第一[次条笔顿本个项站件样场餐]|最早的?|首次|最初"),
    ("ordinal", "", r"第(?:[二三四五六七八九十两]|\d+)[次条笔顿本个天日晚位]|第一[天日周晚]|最后一[天日周晚]|\b(?:second|third|fourth|fifth) (?=\w)|\b(?:the )?(?:first|last) days?\b(?= (?:of|in|on) (?:the |our |my )?(?:trip|tour|journey|holiday|vacation)\b)"),
    ("oldest", "", r"\b(?:the )?(?:oldest|stalest|longest ago)\b"),
    *superlatives(),
    ("sup", "max length", r"最长的?|最久的?"),
    ("sup", "min length", r"最短的?"),
    ("sup", "max distance", r"最远的?"),
    ("sup", "max weight", r"最重的?"),
    ("sup", "min weight", r"最轻的?"),
    ("sup", "max money", r"\bhurts? (?:us |me )?(?:the )?most\b|\bcosts? (?:us |me )?(?:the )?most\b|\bsp(?:[ea]nd?|ent) (?:the )?most(?: money)?\b(?! (?:time|hours|minutes|days)\b)|最贵的?|花(?:钱|得)?最多的?"),
    ("sup", "min money", r"\bleast expensive\b|最便宜的?"),
    ("sup", "max pages", r"最厚的?"),
    ("sup", "min pages", r"最薄的?"),
    ("sup", "max temperature", r"最热的?"),
    ("sup", "min temperature", r"最冷的?"),
    ("sup", "min speed", r"最快的?"),
    ("sup", "max speed", r"最慢的?"),
    ("sup", "max", r"\bat (?:the )?(?:very )?most\b(?=\s*(?:$|[?.!]))"),
    ("sup", "max good", r"\b(?:fe(?:el|els|lt|eling) )?(?:the )?(?:best|top-rated|highest-rated)\b|最好的?|最佳"),
    ("sup", "min good", r"\b(?:fe(?:el|els|lt|eling) )?(?:the )?(?:worst|lowest-rated)\b|最差的?|最糟的?"),
    ("sup", "max hard", r"最累的?|最努力"),
    ("sup", "max", r"\b(?:leads|leading|in the lead|comes? out on top)\b|\b(?:winner|wins|winning)\b(?=\s*(?:$|[?.!,;:)]))|(?<=\bwho )wins\b|(?<=\bone )wins\b|(?<=\bwho's )winning\b|(?<=\bwho is )winning\b|\bthe winner\b|(?<=who's )ahead\b|(?<=who is )ahead\b|领先|占上风"),
    ("sup", "max", r"\brecord(?= [a-z]+ (?:for|in|of|ever|over)\b)"),
    ("sup", "max", r"\b(?:holds? )?the record(?: for)?\b|\brecord for\b|(?<=my )record\b"),
    ("sup", "max", r"最(?:厉害|狠|夸张|凶|猛|严重|满|忙|紧凑|紧张|密)的?|冠军|榜首|最多的?|最高的?|最大的?|最强|最(?=能|爱)"),
    ("sup", "min", r"最(?:闲|空闲?|松|轻松|清闲)的?|最少的?|最低的?|最小的?|垫底|倒数第一"),
    # comparing
    *comparatives(),
    ("more", "good", r"\b(?:do|does|doing|did) (?:me|us|him|her) (?:any )?good\b"),
    ("more", "good", r"\b(?:fe(?:el|els|lt|eling) )?(?:(?:any|much|a bit|a lot) )?better\b|更[好棒]"),
    ("less", "good", r"\b(?:fe(?:el|els|lt|eling) )?(?:(?:any|much|a bit|a lot) )?worse\b|更差"),
    ("more", "length", r"更[长久]"),
    ("more", "hard", r"更(?:累|辛苦|吃力)"),
    ("less", "length", r"更短"),
    ("less", "speed", r"更快|快(?=吗|还是|不|了?[？?])"),
    ("more", "speed", r"更慢|慢(?=吗|还是|不|了?[？?])"),
    ("more", "distance", r"\b(?:further|farther)\b|更远"),
    ("more", "money", r"更贵|(?<![最很太])贵(?=[了出](?:吗|没|[？?]|$|多?少|几|不少|很多|一[点些]))"),
    ("less", "money", r"更便宜|(?<![最很太])便宜(?=[了出]?(?:吗|没|[？?]|$|多?少|几|不少|很多|一[点些]))"),
    ("more", "weight", r"更重"),
    ("less", "weight", r"更轻"),
    ("more", "", r"\b(?:more|above)\b(?: (?:often|money))?|更[多高好大长久远贵重勤]|多了|得多|(?<![最更很])多(?=[？?]|$)|(?<![最更很多])[高大长久远贵重](?=[？?]|$)|[高多好大长久远贵重勤](?=吗|还是|不|[？?])|比较?多|领先|占上风|更胜一筹|胜出"),
    ("less", "", r"\b(?:less|fewer)\b(?: often)?|更[少低差小短轻]|少了|得少|(?<![最更很多至减])[少低短小轻](?=[？?]|$)|[少低差小短轻](?=吗|还是|不|[？?])|比较?少"),
    ("changes", "", r"\b(?:affect|influenc|impact|chang)(?:e|es|ed|s|ing)?\b|\b(?:an? |any )?(?:real |big )?(?:difference|effect|impact)s?\b(?= (?:to|for|on|in) (?:my|how|the)\b)|\bany different\b|\bmatters? (?=for )|影响|[有会]什?么?变化|有区别"),
    ("up", "", r"\b(?:lift|boost)(?:s|ed|ing)?\b|\brais(?:e|es|ed|ing)\b|\b(?:make|makes|making|made) (?:me|my)(?: feel)? better\b"),
    ("more", "good", rf"\b(?:make|makes|making|made) me(?: feel)? better\b|{HELPS}"),
    ("less", "good", rf"\b(?:make|makes|making|made) me(?: feel)? worse\b|{HARMS}"),
    ("up", "", r"\b(?:put on|gained)\b|\b(?:go|gone|going|went|been going) up\b|\b(?:increas|improv|ris|grow)(?:e|ed|es|en|ing|n|s)\b|\bclimb(?:ed|s)?\b|\bup(?=\s*[?？])|\b(?:gone|has it|have they|has) (?:up|risen)\b|\b(?:is |was )?the (?:newer|later|latter|second|more recent) one (?:higher|bigger|larger|more|better)\b|\b(?:got|get|gets|getting|gotten) better\b|\brose\b|\bgrew\b|\bup or down\b|增加|上升|提高|变多|变好|涨|进步"),
    ("down", "", r"\b(?:go|gone|going|went|been going|come|came|coming) down\b(?! (?:with|to)\b)|\b(?:decreas|declin|drop|shrink|fall|fell)(?:e|ed|es|ing|en|s|ped)?\b(?! (?:in|within|on|into|between|before|after|due)\b)|\b(?:got|get|gets|getting|gotten) worse\b|减少|下降|降低|变少|变差"),
    ("over_budget", "", r"(?:比|跟)(?:原来?|当初|之前|原定)?的?(?:计划|预算)(?:的)?还?(?:多|超|贵|高)(?:花|出|付|用|支)?[了出掉]*|多花[了出掉]?(?=.{0,3}预算)|超出?了?预算|超支|超(?=[得出])|超了|\bover(?:run|spent|spend|shot)\b|\b(?:went|go|gone|going|came|come) over(?= the most| most)|\b(?:(?:went|go|goes|gone|going|came|come|blew|blow|ran|run|stay|stays|stayed|staying|keep|kept|remain|remained|land|landed) )?(?:over|exceed(?:ed)?|within|above) (?:the |our |my |its |their )?budget\b"),
    ("under_budget", "", r"(?:比|跟)(?:原来?|当初|之前|原定)?的?(?:计划|预算)(?:的)?还?(?:少|省|便宜|低)(?:花|付|用|下)?[了出掉]*|低于预算|没花到预算|\b(?:(?:went|go|goes|gone|going|came|come|stayed|stay) )?(?:in )?under (?:the |our |my |its |their )?budget\b|\bcheaper than (?:planned|budgeted|expected)\b"),
    ("more", "", r"\b(?:more|higher|greater|bigger|larger) than\b"),
    ("more", "length", r"\blonger than\b"),
    ("more", "distance", r"\b(?:farther|further) than\b"),
    ("more", "weight", r"\bheavier than\b"),
    ("more", "good", r"\bbetter than\b"),
    ("less", "", r"\b(?:less|fewer|lower|smaller) than\b"),
    ("more", "length", r"\blonger than\b"),
    ("less", "length", r"\bshorter than\b"),
    ("more", "distance", r"\b(?:further|farther) than\b"),
    ("more", "good", r"\bbetter than\b"),
    ("less", "good", r"\bworse than\b"),
    ("difference", "", r"\b(?:just |only )?(?:the )?difference(?: in| of)?\b|\bby how (?:much|many)\b|相差|差(?:了)?(?:多少|几)|差距|差额|差值"),
    ("difference", "", r"(?<=[更多少贵宜长重远高低])(?:了|出)?(?:多少|几)(?:块?钱)?"),
    ("the_others", "", r"\b(?:(?:(?:compared? )?(?:and|vs\.?|versus|against|than|or|to|with)) )?(?:(?:on|in|of|for|at|over) )?(?:the |those |ones |days |entries |nights |sessions |meals )*without(?: it| one| them| any)?(?=\s*(?:$|[,.;:?!()]|[-–—]\s|since\b|this\b|in [a-z]+\b|over\b|compare))"),
    ("the_others", "", r"\b(?:all )?(?:the |my |our )?(?:other|remaining) (?:days|entries|ones|meals|sessions|records|nights|weeks|times)\b|\b(?:the|all) (?:others|rest)\b|\bthan otherwise\b|\b(?:vs\.?|versus|against|compared to|and when|and) not\b(?=\s*(?:$|[?.!,;()]|[-–—]\s))"),
    ("the_others", "", r"\b(?:and |than |vs\.? )?(?:on |for )?(?:when|days|those|the days|days when|if) (?:i|we|he|she|it) (?:don't|didn't|do not|did not|doesn't|haven't|hadn't)(?=\s*(?:$|[,.;:?!)]))|没[有]?的(?:时候|日子|那些天|天)?(?=[，,？?。比]|$)|(?:其他|其余|别的)的?(?:日子|时候|天|记录|条目)"),
    ("as_many", "", r"\bas (?:many|much|often|long|far|high|good)\b|一样[多高长好]"),
    ("than", "", r"\bthan\b|比|相比"),
    ("vs", "", r"\bvs\.?|\bversus\b|\bagainst\b|\bcompared? (?:to|with)\b|\bcompare\b|\bcomparison\b|\bside by side\b|\bas opposed to\b|对比|相比|比起来?|还是"),
    ("or", "", r"\bn?or\b|或者?|、"),
    # thresholds
    ("cmp", ">", r"\b(?:more than|(?:stay(?:ed|ing)?|keep|kept|remain(?:ed)?) (?:over|above)|over(?! (?:all|both|everything)\b(?! \d)| " + _OVER_MANY + r")|above|past|beyond|(?:went|go|goes|going) (?:over|above|past|beyond)|(?:exceed|surpass)(?:s|ed|ing)?|topped|topping|broke(?= \d)|crack(?:ed|s)?(?= \d)|(?:higher|greater|bigger|larger|longer|farther|further|heavier|better|older|taller|hotter|dearer|stronger|faster) than" + _A_NUMBER + r"|upwards of|in excess of|north of|no fewer than more)\b|超过了?|大于|高于|多于|超出|以上(?=的)|不止|突破|高过|长于"),
    ("cmp", ">=", r"\b(?:at least|at the least|no (?:less|fewer|lower|shorter|worse) than|not (?:less|fewer|lower|shorter|worse|under|below) than|not (?:below|under)|nothing (?:below|under)|never (?:below|under)|(?:a )?minimum of|min\.?(?= \d)|reach(?:ed|es|ing)?(?= \d)|hit(?: at least)?(?= \d)|a good(?= \d)|(?:get|got|getting|managed?|make|made)(?= (?:my |the )?\d[\d.,]* ?(?:g|grams?|kcals?|cals?|calories|h|hrs?|hours?|mins?|minutes|km|k|miles|pages|steps|litres?|ml)\b))\b|至少|起码|最少(?=\d|[一二两三四五六七八九十])|不少于|不低于|达到|不小于"),
    ("cmp", "<", r"\b(?:(?:less|fewer) than|(?:lower|shorter|worse|smaller|lighter|cheaper|younger|weaker|slower) than" + _A_NUMBER + r"|(?:(?:stay(?:ed|ing)?|keep|kept|remain(?:ed)?) )?(?:under|below)|short of|not even|not quite|not as (?:much|many|long|far|high) as|fell short of|less or fewer than|south of)\b|不到|少于|低于|不足|小于|不满|没到|没满|短于|没睡?够|不够|睡不到|没超过(?=不)"),
    ("cmp", ">=", r"(?<![不没])睡?[够满](?=\d|[一二三四五六七八九十])"),
    ("cmp", "<", r"没睡满"),
    ("cmp", "<=", r"\b(?:at most|at the most|no (?:more|higher|longer|bigger|greater|further|farther|better|larger|heavier) than|not (?:more|higher|longer|over|above|bigger|greater|better) than|not (?:over|above|exceeding)|never (?:over|above)|up to|(?:a )?maximum of|max\.?(?= \d)|capped at)\b|至多|最多(?=\d|[一二两三四五六七八九十])|不超过|没超过|不高于|不多于|不大于"),
    ("cmp", "=", r"\b(?:exactly|equal to|equals|precisely)\b|正好|刚好|等于|恰好"),
    ("full_marks", "", r"\bfull marks\b|\btop marks\b|满分"),
    ("free", "", r"免费|不(?:用|需要?|必)?(?:要|花|付|收)(?:一分|什么)?(?:门票)?钱|(?:不用|不需要?|不必|无需)(?:买)?门?票|免门?票|(?:零|0)(?:元|预算|成本|花费)|\b(?:free of charge|for free|at no cost|(?:won't|don't|doesn't|didn't|do not|does not|did not) cost (?:us |me )?(?:anything|a thing|a penny)|costs? (?:us |me )?(?:nothing|zero))\b|(?:(?<=are )|(?<=were ))free\b(?=\s*(?:[?.!,(]|$|(?:in|on|at|for the) ))|\bfree(?= (?:sights?|attractions?|items?|things|activities|museums?|ones|admission|entry|meals?|events?)\b)"),
    ("post", ">=", r"\b(?:or|and) (?:more|up|upwards?|above|over|higher|better|longer|further|farther|greater|bigger|beyond|heavier|larger)\b(?! ?\d)|(?:(?<=\d )|(?<=km )|(?<=kcal )|(?<=min )|(?<=minutes )|(?<=hours )|(?<=pages )|(?<=euros )|(?<=eur ))plus\b(?! (?:the|which|who|what|its|his|her|a)\b)|\bplus\b(?! ?\w)|\bminimum\b|(?<=\d)\+|及?以上|或更[多高长好]|或以上|往上|及更高"),
    ("post", "<=", r"\b(?:or|and) (?:less|fewer|lower|under|below|worse|shorter|smaller|cheaper|lighter|down)\b(?! ?\d)|\b(?:tops|maximum)\b|及?以下|或更[少低短差]|以内|或以下"),
    ("range", "", r"\b(?:somewhere |anywhere )?between(?= (?:\d|one |two |three |four |five |six |seven |eight |nine |ten ))|介于"),
    # per and by
    ("none", "", r"\b(?:skip|skipped|skipping|skips|miss|missed)(?: out on)?\b(?= the (?:diary|journal|log|logbook|tracker)\b)|\b(?:skip|skipped|skipping|skips|miss|missed)(?: out on)?\b(?= (?:my |a |an )?[a-z]+)(?! (?:the|those|these|any|all|empty|blank|ones|entries|days|it|them|what|out|a day|you|her|him|home)\b)"),
    ("none", "", r"(?<=days )off\b|(?<=weeks )off\b"),
    ("apart", "", r"\b(?:once )?every how many (?:days|hours)\b|\bfrom one\b|\bto the next(?: one)?\b|\band the next(?: one)?\b|\b(?:lie |pass |go by |are there |elapse )?between (?:two|any two|consecutive|one|successive|each)\b|隔(?:了)?(?=多少|几)|相隔|每隔"),
    ("per", "day", r"\bper-day\b|\b(?:on |in )?(?:a |an |my |our |the )?(?:typical|average|normal|usual) day\b(?! (?:rate|total))|\b(?<!been )(?<!there was )(?<!there is )(?:a|per|each|every) (?:single |calendar |logged |recorded |tracked |active |open |given )?day\b|\b(?:day|daily)(?:-by-day)? (?=average|total|mean)|\bdaily\b|\bday by day\b|每天|每日|日均|(?<![的哪整每这那第])一天"),
    ("per", "day", r"\b(?:in|on|within) (?:one|a|a single|any one|any given) day\b"),
    ("per", "week", r"\b(?:in|on|within) (?:one|a|a single|any one|any given|the same) week\b"),
    ("per", "month", r"\b(?:in|on|within) (?:one|a|a single|any one|any given|the same) month\b"),
    ("per", "night", r"\b(?:a|per|each|every) night\b|\bnightly\b|每晚|每夜"),
    ("per", "week", r"\b(?:on |in )?(?:a |an |my |our |the )?(?:typical|average|normal|usual) week\b|\b(?:a|per|each|every|by) week\b|\bweekly\b|\bweek by week\b|每周|每个?星期|每个?礼拜|周均|一周(?=平均|几|多少)"),
    ("per", "month", r"\b(?:on |in )?(?:a |an |my |our |the )?(?:typical|average|normal|usual) month\b|\b(?:a|per|each|every|by) month\b|\bmonthly\b|\bmonth by month\b|每个?月|月均|各月|按月"),
    ("per", "year", r"\b(?:a|per|each|every|by) year\b|\byearly\b|\bannual(?:ly)?\b|\bper annum\b|每年|年均"),
    ("per_record", "", r"\b(?:per|each|a) (?:entry|time|go|record|item|piece|one)\b|\bin a single\b(?! (?:day|night|week|month|year)\b)|每次|每顿|每条|每笔|每回|每本"),
    ("by", "", r"\b(?:(?:split|broken down|break ?down|break(?= (?:it |that |this )?(?:by|into|per)\b)|grouped|sorted|divided|separated)(?: (?:it |that |this )?(?:by|into|per))?|per|by|(?:for each|for every)(?! (?:single )?(?:day|week|month|year|night)\b)|in each|at each|each|every)\b|按|每(?=个?(?:小时|钟头|分钟)[^，,。？?]*(?:多少|几))|分(?=类|种)|每个|每种|每(?=类)|各[项种类](?=运动|活动)|各个?|每一?[位项趟]"),
    ("split", "", r"\bsplit\b|\bbreak (?:it |that |them )?down\b|(?<!\ba )(?<!\bthe )\bbreak(?= (?:[\w'-]+ ){1,5}down\b)|\bbreakdown\b"),
    ("each", "", r"我们(?:[两三四五六]个?人?|[仨俩])?(?=[^，。？]{0,8}各(?![种类式地项个自])[^，。？]*[几多])|[两三四五六]个?人(?=各|分别|每人)|(?<!for )\beach\b(?= (?:this|last|in|since|so far|over|during)\b)|(?:(?<=\bhas )|(?<=\bdid )|(?<=\bdoes )|(?<=\bhave ))(?:everyone|everybody)\b(?!.*\b(?:together|altogether|combined|in total|in all|all told|total)\b)|\bseparately\b|\b(?:divid|split|distribut|spread|shar)(?:e|ed|es|s|ing|uted|utes)?(?: out| up)? (?:among|between|across)(?: (?:us(?: all)?|the (?:family|flat|group|household)|everyone|the (?:two|three|four|five) of us|all of us|members|people))?\b|\b(?:each|every|per|by) (?:person|member|flatmate|roommate|housemate|friend|kid|child|player|colleague|teammate)\b|\b(?:for|of) every(?:body|one)\b|\bone line each\b|\b(?:one|an?) (?:number|figure|count|total|value|average|sum) (?:for )?each\b(?: one| of them)?(?=\s*(?:$|[?.!,;)]))|每一?个?人|\b(?:each|all|both|every one|the (?:two|three|four|five|six)|the lot)(?: one)? of (?:us|them|we)\b|\beach of the (?:two|three|four|five|six)\b(?=\s*(?:please|pls|[,.?!)]|$))|\bper (?:person|head|member|capita)\b|\beach (?:person|member)\b|\bby (?:person|member|who)\b|\beveryone's\b|\bapiece\b|\b(?:each|individually|respectively)\s*(?=$|[?.!,])|\bamong us\b|每个?人|各自|我们(?:几|两|三|四)个?人?(?:各|分别)|大家各|各人|谁谁"),
    ("each_one", "", r"分别|各(?!种|类|式|地)|分开(?:来)?(?:算|看|列|统计)"),
    ("rank", "", r"\bwhoever [a-z]+ (?:the )?most (?:(?:on|at the) top|first)\b|\b(?:the )?(?:(?:most|least|fewest|best|worst|number one)(?: (?!the\b|my\b|our\b|in\b|on\b)[a-z]+)?|[a-z]{2,}est(?: (?:totals?|sums?|numbers?|counts?|amounts?|averages?|ones?))?|(?:most|least) (?:expensive|recent|frequent|common)) first\b|\b(?:most|best|[a-z]{2,}est) (?:on|at the) top\b|\bfrom (?:the )?(?:most|best|[a-z]{2,}est) to (?:the )?(?:least|worst|[a-z]{2,}est)\b|\b(?:in )?(?:descending|ascending)(?: order)?\b|\bhigh to low\b|\bsort(?:ed)? (?:them |it |us |these |this )?by\b(?! (?:date|time|day))|\border\b(?= [^.?!]*\bby\b)|(?:按)?[从由][多高大长]到[少低小短](?:排列|排序|排)?|\brank(?:ing|ings|ed)?(?: of)?\b(?! (?:(?:my|our|the|his|her|their) )?(?:top|best|worst|bottom) )|\bleaderboard\b|\bleague table\b|\bstandings\b|\bin order of\b|排名|排行榜?|排个?序"),
    ("order", "desc", r"\b(?:(?:newest|latest|most recent|last)(?: (?:one|ones|day|date|entry))? (?:first|(?:on|at the) top)|(?:in )?reverse (?:chronological |date )?order|(?:from )?new(?:est)? to old(?:est)?)\b"),
    ("order", "", r"\b(?:in order of (?:date|time)|in (?:chronological |date |time )?order|chronologically|(?:oldest|earliest) first|sorted by (?:date|time)|by date)\b|(?:按照?|依照?)?(?:时间|日期|先后|时间先后|日期先后)(?:的)?(?:顺序|次序|先后)(?:排列|排序|排|列)?|按(?:时间|日期)(?:排列|排序|排|先后)?|依次|从早到晚|从头到晚|先后(?=[都有])"),
    # days; `recurring` has days of the week and hours of the day as filters
    ("weekday_table", "", r"(?:(?<=best )|(?<=worst ))(?:weekday|day of the week)\b(?= (?:for|in terms of|by) )|\b(?:on )?(?:which|what) (?:day of the week|weekday)\b|\b(?:starting|beginning) (?:with|on) monday\b|\bmon(?:day)?s? ?(?:to|-|–|through) ?sun(?:day)?s?\b(?=[^.?!]*$)|\bmon(?:day)?, ?tue(?:s|sday)?,?(?: ?(?:and )?(?:wed|thu|fri|sat|sun)[a-z]*,?)*(?: (?:and so on|etc\.?))?|(?:all )?(?:seven )?days of the week|(?:周|星期)几(?=.{0,8}最)|\b(?:by|per|for each|on each|each|every) (?:day of the week|weekday|week day)\b|\bdays? of the week\b|\bweekday by weekday\b|\bon which weekday\b|按?(?:星期|周)几(?:分|来)?|每个?星期几"),
    ("streak", "", r"\b(?:run|series|stretch|string|chain) of(?= (?:[a-z-]+ ){0,3}(?:days|weeks|nights|months)\b)|\b(?:unbroken|uninterrupted) (?:run|series|stretch)\b|\b(?:kept|keep|keeping) (?:it |this |that )?up\b|\bday after day\b|\bweek after week\b|\bin a row\b|\bon the (?:trot|bounce|spin)\b|\bwithout a (?:break|gap|miss)\b|\brunning streak\b|\b(?:several |some |many )?(?:days|weeks|nights|months|times) (?:running|straight|on end)\b|\bconsecutive(?:ly)?\b|\bstreaks?\b|\bback[- ]to[- ]back\b|\bone after (?:the other|another)\b|\bunbroken\b|连续|连着|接连|不间断"),
    ("apart", "", r"(?:(?<=took )|(?<=taken )|(?<=had )|(?<=made )|(?<=left )|(?<=have ))between(?: (?:two|any two))?\b"),
    ("gap", "", r"\b(?:time|days|wait)(?= between (?:two|any|one|consecutive|successive|my|each)\b)"),
    ("gap", "", r"(?<=最[长久多])(?:相隔|间隔|隔)了?"),
    ("apart", "", r"(?:相邻的?)?两[次回趟顿](?=.{1,8}之间)|之间(?=最[长久])"),
    ("gap", "", r"\b(?:gap|break|pause|stretch|spell|dry spell|interval|drought)\b(?: (?:between|from)(?: (?:two|any two|one)\b)?)?|\b(?:went|gone|go|been|had gone|have gone) (?:\w+ )?without\b|间隔|间断|空档|中断"),
    ("none", "", r"(?<!算)不(?=[\u4e00-\u9fff]{1,5}的(?:日子|时候|那些天|那几天|天))"),
    ("trend", "", r"\b(?:(?:my |the )?trends?|evolution|development|developed|evolved|over time)\b|的?(?:走势|趋势|变化)(?=[,，?？]|$)"),
    ("unit", "day", r"\b(?:the |all )?dates\b|\bdays?\b|\bcalendar days?\b|(?<=的)一天|天数?|日子|天头"),
    ("unit", "day", r"(?:(?<=how many )|(?<=which )|(?<=number of )|(?<=count of ))(?:mornings|afternoons|evenings|(?:mon|tues|wednes|thurs|fri|satur|sun)days)(?: (?:and|or) (?:mon|tues|wednes|thurs|fri|satur|sun)days)*\b"),
    ("unit", "day", r"(?:(?<=count the )|(?<=how many )|(?<=number of ))(?:different |separate |distinct )?(?:dates|days)\b"),
    ("unit", "night", r"(?<=[一两二三四五六七八九十\d]个)晚上|\bnights?\b|晚(?!饭|餐)|夜"),
    ("unit", "week", r"\bweeks?\b|个?星期|周|个?礼拜"),
    ("unit", "month", r"\bmonths?\b|个月|月份|月"),
    # having and not having
    ("none", "", r"\bstill (?:needs?|lacks?|wants?)(?= (?:an?|the|my|our|their|its) )|还(?:缺|差|需要?)(?=[^\d多几少些一要])|\b(?:without|with no|no|not|(?:still )?(?<!did i )(?<!did we )(?<!did he )(?<!did she )(?<!did they )(?:have|has|having|need|needs) to|left to|yet to|still to be|(?:still )?(?:waiting|waits?|due|supposed|outstanding|remain(?:s|ing)?) to (?:be|get)|isn't|aren't|wasn't|weren't|didn't|don't|doesn't|haven't|hasn't|hadn't|not (?:one|a single|even (?:once|one))|never once|isnt|arent|wasnt|didnt|dont|doesnt|havent|hasnt|never|nobody|no one|none|neither|nothing|yet to be|has yet to|un)\b|\bnon(?=[- ][a-z])|还?没有?人?|无人|无|未|还没有?|不曾|从不|从没|(?<!要)不(?=是|在|吃|喝|跑|带)"),
    ("rest", "", r"\brest(?:ing)?[- ](?=days?\b)|休息(?:了|过)?(?=的?(?:[几多]少?|哪[几一]?)?[天日])|(?<=天)休息(?:了|过)?|(?<=天在)休息"),
    ("except", "", r"\b(?:except(?: for)?|excluding|exclude|other than|besides|apart from|aside from|not counting|don't count|leaving out|leave out|leaving aside|minus|ignoring|ignore|but not|anything but|outside of)\b|除了|除去|除开|不算上?|不包括|不含|排除|不计|不要算"),
    ("except_after", "", r"(?:都)?(?:不算|不计|除外|不包括|之外|以外)(?:在内)?|\b(?:excluded|not included|don't count|doesn't count|not counted|aside)\b|(?<=ones )out\b(?=\s*(?:[).,;?!]|$))|\b(?:are )?left out\b(?=\s*(?:[).,;?!]|$))"),
    ("include_after", "", r"(?:一并|一起|照样|同样|都|也)(?:要|得|请|一起|都)?(?:算上?|算在内|算进[来去]?|包括(?:在内|进[来去])?|包含(?:在内)?|计入|计算在内|数上?)|(?:\b(?:are |is )?included\b(?=[.?!,]|$))|\b(?:both |all )?count(?:s|ed)?(?: too| both)?\b(?=[.?!]|$)"),
    ("missing", "", r"(?:(?<=did we )|(?<=did i )|(?<=did he )|(?<=did she )|(?<=did they ))forget(?: to (?:note|log|enter|fill in|write down|read|measure|weigh|record|rate))?\b(?= (?:the|a|an|my|our|its) )"),
    ("missing", "", r"\b(?:missing|lacks?|lacking|empty|blank|unfilled|left out|unrecorded|not (?:filled in|recorded|entered|logged))\b|(?:[还尚]?(?:没有?|未)|忘了?|忘记|漏)(?:填写?|写|记录?|录入?|标注?|登记|留|注明|选)(?:上|下|过)?|缺失?少?|空着|空缺|为空|是空的?|漏了"),
    ("both_filled", "", r"[,(]?(?:只算|只看|只统计|只要)?(?:这)?(?:两(?:样|个数?字?|项|者|边|栏)都?(?:填了?|有|写了?|记了?)(?:的|值的|数的)?|缺(?:其中|任何)?一(?:个|项|样|边)(?:数字?|值)?的)(?:那些)?(?:项目|记录|条目)?(?:才算|才计|不算)?\)?"),
    ("undecided", "", r"(?:还|都|仍|尚)?(?:没有?|未)(?:最后|最终|完全)?(?:定下来?|敲定|落实|确定|定好|定(?![价金期位制])|搞定|谈妥|拍板|决定|安排好|弄好|[说商讲分]好|商量好)(?:下来)?|悬而未决|悬着"),
    ("with_value", "", r"\b(?:where|for which|in which) (?:i|we|he|she|they) (?:filled in|gave|noted|entered|set|put in|wrote down|recorded|have|had)(?: (?:a|an|the))?\b(?= )|\bonly what has\b|\b(?:only )?(?:those |ones |entries |days )?(?:that have|with|having|that has) (?:a|an|any)\b|\bonly counting\b|\bonly count\b|\bcounting only\b|只算有"),
    ("logged_only", "", r"\b(?:empty days|days? (?:without|with no|with nothing)(?: [a-z]+){0,2}) (?:left out|excluded|not counted|skipped|ignored|don't count)\b|\b(?:ignor(?:e|ing)|skip(?:ping)?|leav(?:e|ing) out|excluding|not counting|without)(?: the| any| all)? (?:empty days|days? (?:without|with no|with nothing)(?: (?:[a-z]+)){1,2})(?= |$|[.,?!)])|\bdays? with (?:an? )?(?:entry|entries|data)(?: only)?\b|没有?(?:记录?|写|填|[读看]书?)(?:任何)?(?:东西|内容|数据)?的(?:日子|天)?(?:都)?(?:不算|不计|除外)|\b(?:over|only|on|for|of) (?:the )?days (?:that |which )?(?:are|were|is|have been) (?:filled in|logged|recorded|noted|there)\b|\b(?:only )?(?:counting |count |on |over )?(?:only )?(?:the )?(?:logged days|days (?:that )?(?:i|we) (?:actually |really )?(?:logged|recorded|tracked|entered|wrote)(?: (?:something|anything))?(?! (?:over|under|above|below|more|less|fewer|at (?:least|most)|\d))|days with (?:an? )?(?:entry|entries|data|records?))(?: only)?\b|只算(?:有)?记录的?(?:日子|天)?|有记录的(?:日子|天)"),
    # asking
    ("share", "", r"(?:(?<=win )|(?<=winning )|(?<=loss )|(?<=hit )|(?<=pass )|(?<=success )|(?<=failure )|(?<=tion )|(?<=sion )|(?<=ance )|(?<=ence )|(?<=al ))rate\b|\b(?:as |in )?percentages\b|\b(?:what |which |as an? |in |as )?(?:percentage|percent|per cent|fraction|proportion|ratio|part|share)(?: of)?\b|%|百分之(?:几|多少)|百分比|占比|比例|几成|占(?:了)?|比重|几分之几|多大比例|多少比例"),
    ("for_every", "", r"\b(?:for|to) (?:every|each)(?: one| single)?\b(?! (?:day|week|month|year|night)\b)|\bper\b(?= [a-z-]+,)|每(?:有)?一?[个条次篇笔](?=.{1,12}(?:对应|就有|有几|有多少))"),
    ("top", "", r"\b(?:the |(?:my |our )(?=(?:very )?(?:first|last|latest|most recent)))?(?:very )?(?:top|first|most frequent|most common|last|latest|most recent|" + FORMS + r") (?P<n>(?!one\b)" + _N + r")\b(?! (?:or|and) (?:more|better|higher|above|up|less|lower|worse|below|under)\b)(?! ?(?:days|weeks|months|nights|hours|km|k|kilomet(?:re|er)s|miles?|min|minutes|metres|m)\b)|\b(?P<n2>" + _N + r") (?P<s>most frequent|most common|commonest|most often|latest|most recent|oldest|newest|favou?rite|top|" + FORMS + r"|most)\b|\b(?:the )?(?P<n3>" + _N + r")(?= (?:[a-z-]+ ){1,4}?(?:with|that|which|where|who)\b[^.?!,;]{0,30}\b(?:the )?(?:most|least|fewest|highest|lowest|longest|shortest|biggest|smallest|greatest|largest|best|worst)\b)|最近的?(?P<z1>" + _ZN + r")[笔条次顿项个本]|前(?P<zn>" + _ZN + r")(?:名|位|个|种|项|大|条|笔|本|顿|道)?|(?:花(?:钱|得)?)?最.{1,3}的(?P<zm>[两三四五六七八九十]|\d+)[名位个种项大条笔本顿道次样件家天周月晚趟首部篇集场款类门]"),
    ("top", "", r"(?:(?<=which )|(?<=what ))(?P<n>" + _N + r")\b(?= (?:[a-z-]+ ){1,6}?(?:had|have|has|cost|costs|took|take|got|get|were|are|was|is|came|come|burned|burnt) (?:in )?(?:at )?(?:the )?(?:most|least|fewest|highest|lowest|longest|shortest|biggest|smallest|greatest|largest|dearest|cheapest|best|worst)\b)"),
    ("top", "", r"哪(?P<zn>[两三四五六七八九十]|\d+)[项个条笔本次天顿道家种样件](?=[^，。？?]{0,12}最)"),
    ("top", "", r"\b(?:the )?(?P<s>top|" + FORMS + r") (?P<n>" + _N + r")\b(?= ?(?:days|weeks|months|nights)\b)"),
    ("when", "", r"\b(?:when|(?:the |what |which |all |every )*dates? (?:when|that|on which|where|of)(?! (?:the )?(?:week|month|year)\b)|what day|which day|on (?:what|which) (?:days?|dates?)|what dates?|which dates?|what (?:was|is|are|were) the (?:exact )?dates?)\b|哪(?:一|几)?天|什么时候|何时|几月几号|几号|哪一日|什么日期"),
    ("when", "", r"\b(?:the |its |their )?dates?\b(?: of it)?"),
    ("who", "", r"\b(?:the |by )?(?:person|payer|buyer|by whom|whom)\b(?: who [a-z]+)?|\bwhich (?:flatmate|roommate|housemate|friend|member|kid|child|player|teammate|colleague)\b(?: of us)?|\b(?:who|whom|who's|whos|whose|which of us|which one of us|which person)\b|谁|哪个人|哪位"),
    ("who", "", r"\bwho (?:wrote|has written)\b"),
    ("thing", "", r"\b(?:the |its |their )?(?:names?|titles?)\b(?: only)?"),
    ("where", "", r"\bwhere\b|哪里|哪儿|在哪"),
    ("which_bucket", "day", r"\b(?:which|what) (?:single )?(?:days?|dates?)\b|哪[一几]?天|哪些(?:天|日子)"),
    ("which_bucket", "week", r"\b(?:in )?(?:which|what) week\b|哪一?周|哪个?星期"),
    ("which_bucket", "month", r"\b(?:in )?(?:which|what) month\b|哪个月|几月"),
    ("which", "", r"\b(?:which|which ones?|any|anything|something)\b|哪边|哪(?:几|一)?[些个种本项件笔顿条家部首趟样次回位名张只篇集场杯瓶份类款盆堂道餐碗盘档]|哪一"),
    ("what", "", r"\bwhat(?:'s| is| are we| do we have| have we(?: got)?) (?:planned|scheduled|going on)\b|\b(?:what|what's|whats|what're)\b|什么|啥|干嘛|干什么|干啥|干些什么|做啥|做什么|做些什么|(?:怎么|咋)(?:(?P<noun>安排)|过|玩)"),
    ("list", "", r"\brank(?= (?:(?:my|our|the|his|her|their) )?(?:top|best|worst|bottom) )"),
    ("list", "", r"^all(?: of(?! (?:us|it|them)\b))?(?= (?!of\b|in\b|told\b))(?!.*\b(?:how|total|totals|average|avg|mean|sum|count|number|median|what|which|who|share|percent\w*|together|most|least)\b)"),
    ("list", "", r"^(?:everything|anything|all the (?:things|stuff))(?= (?:that )?[^\W\d]+ (?:(?:has|have|had|ever) )?(?:paid for|bought|got|did|had|ate|read|watched|made|covered|ordered)\b)(?!.*\b(?:how|total|totals|average|avg|mean|sum|count|number|median|share|percent\w*|together|most|least|cost|come|came)\b)"),
    ("list", "", r"^(?:everything|anything)(?= (?:over|above|under|below|from|in|that|with|since|between|more|less)\b)"),
    ("list", "", r"(?<!\bi )(?<!\bwe )(?<!\bus )(?<!\bhe )(?<!\bshe )(?<!\bthey )(?<!\bdid )\b(?:list|show|find|display|look up|give|name|tell|search|enumerate|itemi[sz]e|write down)(?: (?:me|us))?(?: (?:all|every|out))?\b|列(?:一下|出来|出|个?(?:清单|列表|表格?)|上)?|写(?:上|出来?)|做个?(?:表格?|列表)|找(?:出|一下)?|查一?下|都有"),
    ("exist", "", r"(?:(?<=^)|(?<=[.,;:!?] )|(?<=so )|(?<=and )|(?<=\x1f))(?:did|have|has|had|is|are|was|were|do|does|am|is there|are there|was there|were there|any|has there|ever|will)\b|吗|有没有人?|了没有?|是不是|是否|过没有?"),
    ("row", "", r"\b(?:entries|entry|records?|rows?|items?|things?|ones?|logs?|notes? entries|data points)\b|一?[条笔顿项个样件趟份杯](?!月)|条目|记录|数据"),
    ("times", "", r"\btimes\b|\boccasions?\b|一?[次回遍]"),
    ("now", "", r"\b(?:current|ongoing|right now|at the moment|currently|at present|as of now|now|these days|still|yet|already|going)\b|现在|目前|当前|还(?!是)|仍|已经?"),
    ("pace", "", r"[每一]公里[^，。？]{0,4}?(?:多少|几)分钟|(?:多少|几)分钟[^，。？]{0,2}[每一]公里|\bpaces?\b|\bmin(?:ute)?s?/km\b|配速"),
    ("speed", "", r"\bspeeds?\b|\bkm/h\b|\bkmh\b|\bkph\b|时速|速度"),
    ("over", "", r"\b(?:divided by|over total|over the total)\b"),
    ("took", "", r"\b(?:takes?|took|taken)(?=(?: (?:me|us|him|her|them|[a-zéáíóúñü]+))? (?:the )?(?:longest|most time|least time|shortest|quickest)\b)|\btime (?:[a-z]+ ){0,4}took\b|\btake(?= (?:me|us)\b)|\btake\b(?=\s*(?:$|[?.!]))|\btakes? to (?:finish|read|complete|get through)\b|\b(?:it )?(?:takes?|took)(?= (?:me|us|[a-zéáíóúñü]+) to (?:finish|read|complete|get through)\b)|(?<=long )to (?:finish|get through|read)\b|\b(?:from )?start to finish\b|\bfrom start(?:ing)? to finish(?:ing)?\b|\bdid (?:it|that|this) take\b|\b(?:does|do) (?:it|they) take\b|\bdays? to (?:finish|complete|read|do)\b|\b(?:quickest|fastest|slowest|longest|shortest) (?:finish|read|to (?:finish|complete|read|get through))\b|\bfrom (?:first to last(?: day)?|start to (?:finish|end))\b|用了(?:多少|几)天|花了(?:多少|几)天|[读看追学](?:了|过)?(?:多少|几)天(?:才)?(?=[读看追学]完)"),
    ("been_at", "", r"\b(?:for )?how (?:many days|long)(?: now)? (?:have|has) (?:\w+) been\b(?: (?:at|on|reading|doing|working on|busy with|into))?|\bhow (?:many days|long) (?:is it |ago )?since\b|\bhow (?:long|many days)(?: in a row| now)? (?:have|has) \w+ (?:gone|been) without\b|(?<!连续)(?<!最[长多久])(?<!有)(?:多少|几)天没|有(?:多少|几)天没(?=[^，。？?,]{1,8}了[呢啊吧]?[?？]?$)|多久没|多少天了|几天了|多久了"),
    ("ago", "", r"是?(?:几|多少)天(?:之|以)?前(?=[的了呢啊吧？?。]|$)|\b(?:how many )?days since\b|\bhow (?:long|many days|many weeks) ago\b|\bhow long (?:is it|has it been) since\b"),
    ("how_long", "", r"\bhow long\b|多久|多长时间"),
    ("calorie_wise", "", r"-wise\b"),
    ("still_to", "", r"还(?:要|得|需要?|须|该)(?=花|付|交|出|掏|买|订|预订|准备|给)"),
    ("from_to", "", r"从?(?:哪|几)[^，。？几哪]{1,4}到(?:哪|几)(?:一?天|号|月几号|日)?|起止(?:日期|时间)?|\bfrom when (?:to|until|till) when\b"),
    ("per_head", "", r"人均|(?:平均|平摊到|均摊到|摊到|分到|摊)(?:每个?|一个?)人(?:头上)?|每个?人(?:平均|平摊|均摊|摊|大概|大约)(?=要?花|得|出|付|多少|下来)?|(?:平摊|均摊|平分|分摊|aa)(?:下来|的话|一下)?[,，]?(?:每个?人|一个?人|人均)|人均下来|按?(?:我们)?[两三四五六七八九十\d]+个?人(?:来|一起)?(?:平摊|均摊|平分|分摊|分|算|aa)(?:下来|的话|一下)?(?:[,，]?(?:每个?人|一个?人|人均)(?:(?:要|得|该|应该?)?[出付摊]?))|按人头(?:平?分|算)?"),
    ("remaining", "", r"(?:预算|经费|钱)(?:里|中)?(?:一共|总共)?(?:还|总共|一共)?(?:剩下?|余下?)[了的]*(?=多少)|(?:还剩下?|剩余|剩下|余下)的?(?:多少)?预算|(?:预算|经费|钱)还?有多少没(?:花|用)[掉完]?(?=[呢啊呀]?[?？]?$)|\bhow much (?:of the |of our )?budget (?:is|do we have|have we got) (?:still )?(?:left|remaining)\b|\b(?:still )?(?:left|remaining)(?: over)?(?= (?:in|of|from|out of) (?:the |our |my )?(?:[^\W\d]+ ){0,2}budget)|(?<=budget )(?:(?:is|do we(?: still)? have|have we(?: still)? got|is there) )?(?:still )?(?:left|remaining)\b|(?<=budget )(?:is |do we have |have we got )?(?:still )?left\b"),
    ("why", "", r"\bwhy\b|为什么|为何|怎么会|什么原因"),
    ("number_wanted", "", r"(?:[,?.!:;] |\s[-–] |\()(?:just )?(?:the )?(?:counts|numbers|figures)(?: (?:for|of) (?:both|each|all))?(?=\W*(?:(?:please|pls|plz)\W*)?$)|\b(?:the )?(?:both|two|three|four) (?=(?:averages|means|totals|sums)\b)|\bmonday's date\b|\b(?:give|with|and)(?: me| us)? the monday\b(?= and|,|$)|\b(?:both|all three|all four)(?= (?:please|pls)|[.?!]*$)|\bwith (?:the )?(?:numbers?|figures?|counts?|amounts?|values?|dates?)\b(?! of\b)|(?:(?:\+|&|\bw/|\b(?:and|plus|with|incl\.?|including|show|give)\b)\s*)(?:me )?(?:the |their |its |each one's )?(?:counts?|numbers?|figures?|tall(?:y|ies)|how (?:many times|often|many|much) (?:for )?each(?: one)?)(?= ?(?:$|[?.!,;)]))|(?:\+ ?|\b(?:with|plus) )(?:how (?:many times|often|much|many)|(?:the )?number of times)\b(?: (?:each|i|we)(?: \w+)?)?(?= ?(?:$|[?.!,;)]))|\b(?:plus|and|with|show|give)? ?(?:me )?(?:the |both |all (?:two|three|four) )(?:numbers|figures|counts|values)\b(?! of\b)(?: for (?:both|each|all(?: (?:two|three|four))?))?|\band how (?:many|much) (?:was|were|is|are) (?:it|that|they)\b"),
)  # fmt: skip

# "how many hours did I spend" is no money.
_TIME_SPENT = re.compile(r"\b(?:time|long|hours?|minutes?|days?)\b[^.?!,;]*\bspen[dt]$|时间.{0,6}花了?$")
_TIME_TO_SPEND = re.compile(
    r" (?:the |my |our )?(?:(?:most|more|less|least|fewest|longest) )?(?:time|hours|minutes|days)\b"
)
_PATTERNS = tuple((name, value, re.compile(pattern)) for name, value, pattern in _TABLE)


def _of_time(text: str, spent: re.Match[str]) -> bool:
    """Whether time is what was spent."""
    return bool(_TIME_SPENT.search(text[: spent.end()]) or _TIME_TO_SPEND.match(text[spent.end() :]))


def find(text: str) -> list[tuple[Cue, re.Match[str]]]:
    """Every cue in a normalised text, overlapping ones too."""
    return [
        (
            Cue(match.start(), match.end(), "verb" if name == "money" and _of_time(text, match) else name, value),
            match,
        )
        for name, value, pattern in _PATTERNS
        for match in pattern.finditer(text)
        if match.end() > match.start()
    ]
