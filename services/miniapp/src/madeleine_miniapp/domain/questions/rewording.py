# ruff: noqa: E501 - patterns of words, one line each.
"""What is said in many ways is said in one before a question is read: signs, amounts, asides, idioms."""

from __future__ import annotations

import re
from collections.abc import Callable

from madeleine_miniapp.domain.questions import chinese
from madeleine_miniapp.domain.questions.references import with_goal
from madeleine_miniapp.domain.questions.spelling import written_out
from madeleine_miniapp.domain.questions.text import normalise

Said = str | Callable[[re.Match[str]], str]


def _which_took_more(found: re.Match[str]) -> str:
    return f"on which did {'we' if found[1] == 'our' else 'i'} spend more"


_UN = re.compile(
    r"\bun(?=(?:paid|read|watched|finished|packed|rated|tagged|used|opened|booked|sorted|returned|settled|reviewed|done|seen|planned|scheduled|scored|priced|dated|labelled|labeled|graded|approved|checked|ticked|answered|signed|confirmed|delivered|shipped|sent|cooked|washed|logged|noted)\b)"
)
_ZH_WITHOUT_CATEGORY = re.compile(r"(?:还|都)?(?:没有?|未)(?:被)?(?:分类|归类)(?=的|[，,。？?]|$)")
_WITHOUT_CATEGORY = re.compile(r"\b(?:uncategori[sz]ed|not categori[sz]ed)\b")


# "Which beds did I pick from in February" is not since February.
_FROM_IN = re.compile(r"\bfrom in\b")
_LONG = (
    ("longest|biggest|largest", "the most"),
    ("shortest|smallest", "the fewest"),
    ("longer|bigger", "more"),
    ("shorter|smaller", "fewer"),
)
_PLANNED = (
    r"than (?:(?:what|it|they|that) )?(?:(?:we|i|they|he|she|it)(?:'d| had)? |(?:was|were|had been|originally|first|initially) )*"
    r"(?:planned|budgeted|estimated|allowed|reckoned|earmarked)(?: for)?(?: (?:it|them))?\b"
)
# Signs and amounts that are said in words, and the other way round: each as the rest of the reader knows it.
_SAID: tuple[tuple[str, Said], ...] = (
    (r"\bthis (week|month|year|quarter|weekend)((?:,| and| or| vs\.?| versus| than| against| to| with| &) (?:in |the )?(?:last|previous))(?: one)?(?=\s*(?:[?.!,;:)]|$))", r"this \1\2 \1"),
    (r"^(?:(?:ok|okay|alright|well|hey|hm+|um+|uh+|oh)(?:[,!.]+ ?| (?=(?:so|now|then|but|and|how|what|which|when|who|where|did|do|does|is|are|was|were|am|have|has|can|give|show|list|tell|my|i)\b)))+|[,.]? ok(?:ay)?(?=\W*$)", ""),
    (r"(?:<=|≤|=<)\s*(?=\d)", " at most "), (r"(?:>=|≥|=>)\s*(?=\d)", " at least "),
    # "8 or higher (8 included)", "6分以下(不含6分)": whether the end itself is meant.
    (r"\b(\d[\d.]*(?: \w+)? or (?:more|higher|better|above|over|up|longer|less|lower|below|under|worse|fewer|shorter)) ?\((?:\d[\d.]* )?(?:inclusive|included|incl\.?|counts|including \d[\d.]*)\)", r"\1"),
    (r"\b(?:over|above|more than|higher than) (\d[\d.]*) ?\((?:\1 )?(?:inclusive|included|incl\.?|counts|including \1)\)", r"at least \1"),
    (r"\b(?:under|below|less than|lower than) (\d[\d.]*) ?\((?:\1 )?(?:inclusive|included|incl\.?|counts|including \1)\)", r"at most \1"),
    (r"\b((?:over|above|more than|higher than|under|below|less than|lower than) (\d[\d.]*)) ?\((?:\2 )?(?:exclusive|excluded|excl\.?|not (?:included|counted)|not including \2|excluding \2|without \2)\)", r"\1"),
    (r"(\d[\d.]*(?:分|小时|公里|分钟|元|块|大卡|克|页)?)以上\((?:包?含|包括)[^()]{0,6}\)", r"\1以上"), (r"(\d[\d.]*(?:分|小时|公里|分钟|元|块|大卡|克|页)?)以下\((?:包?含|包括)[^()]{0,6}\)", r"不超过\1"),
    (r"(\d[\d.]*(?:分|小时|公里|分钟|元|块|大卡|克|页)?)以上\(不(?:包?含|包括|算)[^()]{0,6}\)", r"超过\1"), (r"(\d[\d.]*(?:分|小时|公里|分钟|元|块|大卡|克|页)?)以下\(不(?:包?含|包括|算)[^()]{0,6}\)", r"不到\1"),
    (r"(不[低少]于\d[\d.]*\w{0,2}|不[高多]于\d[\d.]*\w{0,2}|至少\d[\d.]*\w{0,2})\((?:包?含|包括)[^()]{0,6}\)", r"\1"),
    (r"\(?\bacc(?:\.|ording)? to (?:the|my|our|this) (?:list|log|app|records?|diary|data|tracker)\b\)?", ""),
    (r"\bi\.e\b\.?(?=[ ,])", "namely"),
    (r"<\s*(?=\d)", " under "), (r">\s*(?=\d)", " over "), (r"(?<=\d) ?\+(?=\s|$|[a-z])(?! ?\d)", " or more "),
    (r"(?<=\d) ?(h|hrs?|hours?|k|km|kcal|min|g)\+(?=\W|$)", r" \1 or more"),
    (r"\b(?:(?:the |my )?(?:three )?(?:main|proper) meals|(?:the |my )three meals(?= of the day|\b))\b", "breakfast, lunch and dinner"),
    (r"\b(more|less|fewer) ((?:[a-z]+ ){1,3})or \1 (?=[a-z])", r"\1 \2or "),
    (r"[,.;?]? (?:and )?(?:what|how) about ([^,.;?]{2,24})\?*$", r" and \1 side by side"),
    # What one averages of what is eaten is that of a day.
    (r"\b((?:kcals?|calories|protein|food) (?:do|did|have|am) i (?:\w+ )?averag\w+)\b(?! (?:per|an?|each|daily|every)\b)", r"\1 per day"),
    # More than planned is over the budget; what nobody is down for is nobody's.
    (rf"\b(?:more|higher|dearer|pricier)\b((?: [^\W\d]+){{0,6}}?) {_PLANNED}", r"over budget\1"),
    (rf"\b(?:less|lower|cheaper)\b((?: [^\W\d]+){{0,6}}?) {_PLANNED}", r"under budget\1"),
    (r"\b(?:nobody|no one|no-one)(?:'s| is| was| has been| has)? (?:yet |been )*(?:named|assigned|listed|put down|down|signed up|pencilled in|picked|chosen|allocated)(?: (?:for|to|as|against) (?:it|them|this|that|bringing (?:it|them)))?(?: (?:yet|so far))?(?=\s*(?:[?.!,;]|$|in\b|on\b|for\b))", "nobody assigned"),
    # Where the money went is on what it was spent; what one goes for is what is had most often.
    (r"\bwhere (?:did|does|has) more (?:of (my|our) )?money (?:go|gone)\b", _which_took_more),
    (r"\b(?:my|our) (?:go-to|go to|usual|standard|default) (?=[^?,;:]{3,20}(?:,| and| \+| &|:| -) ?(?:and )?(?:how (?:many times|often)|number of times))|\b(?:my|our) (?:go-to|go to(?= [a-z]+\W*$)) ?", "the most frequent "),
    (r"\b(?:right )?next to (?:each other|one another)\b", "side by side"),
    (r"\b(this|last|next) (month|week|year)s(?= [a-z])", r"\1 \2's"),
    (r", (?:and )?count both\b|(?<=[?.;]) count both\b|\bcounts? both\b(?=\W*$)", ", the counts for both"),
    (r"\bgave? (?:it )?a full (?=\d)|\bgive (?:it )?a full (?=\d)", "give a "),
    # "7 hours or more vs less than that": the same number again.
    *((rf"(\b(?:at least |over |more than |at most |under |less than )?(\d[\d.]*)\b[^?;:]{{0,24}}? (?:vs\.?|versus|against|compared (?:to|with))) (with )?({less})(?: than)?(?: (?:that|it|this))?(?=\W*$)", rf"\1 \3\4{than} \2") for less, than in (("less|fewer|more", " than"), ("under|over|below|above", ""))),
    # Asked after the days are told: "days with a run, how many?"
    (r"^(?:the )?((?:days|nights|evenings|mornings|weeks|months) (?!of )[^?]*?)(?:[,;:]| -)+ ?how many(?: (?:were|are|was|is|have|did)(?: (?:there|that|they|those|it|it be|been))+)?\W*$", r"how many \1"),
    (r"\b(?:forget|forgot|forgotten|fail(?:ed)?|neglect(?:ed)?) to (log|record|track|enter|write down|note)(?: down)? (?:any |my )?(food|meals?|dinner|lunch|breakfast|workouts?|entries)(?: (?:at all|altogether|completely|entirely))?\b", r"\1 no \2"),
    (r"^(?:the )?money out of (?:my|our) (?:own )?pocket\b", "how much money"),
    (r"\bnothing (?:ticked|selected|chosen|picked|tagged|noted|set|filled in|entered)(?: at all)? (?:under|for|in|as) (?:the |my )?([a-z]+)\b", r"no \1 ticked"),
    (r"\b(?:where|when|in which|on which) i (?:ticked|selected|chose|picked|tagged|noted|entered) nothing(?: at all)? (?:under|for|in|as) (?:the |my )?([a-z]+)\b", r"with no \1"),
    # Whose pocket it came out of is who paid; what ate the money is what took it.
    (r"\b(?:has |have |had )?(?:came|comes?|coming|went|gone) (?:straight |right )?(?:out of|from) my (?:own )?pocket\b", "did i pay"),
    (r"\b(?:has |have |had )?(?:came|comes?|coming|went|gone) (?:straight |right )?(?:out of|from) ([^\W\d_]+)'s (?:own )?pocket\b", r"did \1 pay"),
    (r"\b(pay|paid|pays|spend|spent)((?: [a-z]+){0,2}) out of my own pocket\b", r"\1\2"),
    (r"\b(?:ate|eats?|eaten|swallow(?:s|ed)?|devour(?:s|ed)?|gobbl(?:es|ed)|guzzl(?:es|ed)|munch(?:es|ed)) (?:up |away |through )?(?=(?:the )?(?:most|biggest|largest)\b[^?,;.]{0,20}\b(?:money|budget|cash|funds|euros)\b)", "took "),
    (r"\bsit(?:s|ting)? (?=(?:in|under)\b[^?,;.]*\b(?:entries|records|expenses|items|category|categories)\b)", ""),
    # "A, B, C: the total at each of them".
    (r"^((?:[^,:?]{2,30}, ){1,5}[^,:?]{2,30}?)(?: [-–]|:) ([^?:]+?) (at|in|for|from|on|with) each(?: of (?:them|these|those))?\W*$", r"\2 \3 \1, each"),
    # Money is left at a place where it is spent; who does a job is called by it; a shop is what is bought in it.
    (r"\b(total|how much|money|euros)\b((?: [a-z]+){0,3}?) (i|we|i've|we've|i have|we have) left (?=(?:at|in) (?:the |our |my )?(?!home\b)[a-z])", r"\1\2 \3 spent "),
    (r"(?<=[\u4e00-\u9fff]{2})师傅", ""),
    (r"\b([a-z]+est|most expensive|average|typical|last|latest) (grocery|food|supermarket) shop(s?)\b", r"\1 \2 purchase\3"),
    # How the answer is to be written: a row of each.
    (r"[,;]? (?:with |on |in |as )?(?:one|a|a separate) (?:line|row|figure|number) (?=(?:per|for (?:each|every)|each|every) [a-z])", " "),
    (r"^((?:(?!\d|\b(?:since|from|between|beginning|starting|last|this|past|yesterday|christmas|new|weeks?|months?|years?|summer|autumn|winter|spring|jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec|[a-z]+uary|march|april|june|july|august|[a-z]+ber|[a-z]+day)\b).)*)\b(?:up )?(?:until|till) (?:right )?now\b", r"\1so far"),
    (r"[,;]? (?:please |pls )?(?:with |on |in )?(?:(?:one|a|a separate|each on (?:its|a) (?:own )?|each in (?:its|a) (?:own )?) ?(?:line|row) (?:each|for each(?: one)?|per item)|each (?:on|in) (?:its|a|their)(?: own| separate)? (?:line|row)|one (?:per|to a) line|line by line|one by one)(?=\W*(?:please|pls|thanks)?\W*$)", ", respectively"),
    (r"\bhow much of (?=(?:the |our |my |[^\W\d]+'s )?[a-z]+ing(?: list)? (?:is|have (?:we|i)|has [^\W\d]+) (?:already )?(?:done|finished|complete|completed|got done)\b)", "what share of "),
    # "Did we go over budget, and by how much": by how much tells whether.
    (r"\b(?:did|do|have|has|were|was|are|is) ((?:we|[^\W\d]+(?: [^\W\d]+){0,2}) (?:(?:go|went|gone|stay|stayed|come|came|keep|kept|end up|run|ran) )?(?:over|under|within|above|below) (?:the |our )?budget\b[^,;?.]*)[,;?.]? (?:and )?(?:if so,? )?by how (?:much|far)(?: off)?(?=\W*$)", r"by how much did \1"),
    # "Who still has things to pack".
    (r"\b(who|which of us) (?:still )?(?:has|have)(?: got)? (?:still )?(?:some |any |more )?(?:things|stuff|something|anything|items?|packing) (?:left )?(?:still )?to (?=[a-z]+\b)", r"\1 still has things not "),
    (r"(?:\b(?:number|nr\.?|no\.?)|#) ?(?:one|1)(?= (?!in\b|on\b|of\b|for\b|at\b)[a-z])", "top"),
    # Who came along with me is told of what I did with them.
    (r"\bdid ([^\W\d_]+) (?:come|go)(?: along)? (?:for an? |for )?([a-z]+) with me\b", r"did i go \2 with \1"),
    (r"\b([^\W\d_]+) (?:came|went)(?: along)? (?:for an? |for )?([a-z]+) with me\b", r"i went \2 with \1"),
    (r"\bdid ([^\W\d_]+) (?:join|accompany) me (?:for|on|in|at) (?:an? |my |the )?([a-z]+)", r"did i go \2 with \1"),
    # "Our oat milk habit": what one has often is what is asked about.
    (r"\b(my|our|the) ((?!(?:bad|good|worst|best|new|old|only|main|other)\b)(?:[^\W\d]+ ){0,2}[^\W\d]+) (?:habit|addiction|obsession)\b(?! tracker)", r"\1 \2"),
    # Bills that are taken together are added up.
    (r"\b(all|both|the) ((?:[^\W\d]+ ){0,2}(?:bills|payments|expenses|purchases|costs)) (?:put |taken |added )?together\b", r"\1 \2 in total"),
    # For whom the answer is.
    (r"^(?:my |the |our )?(?!(?:who|which|what|how|when|i|we|you|he|she|they|it|nobody|everyone|everybody)\b)[a-z]+ (?:wants|needs|asks(?: for)?|asked(?: me)?(?: for)?|wonders|is asking(?: for)?|would like|'d like)(?: me)?(?: to (?:know|see|hear))? (?=(?:the (?:dates?|list|numbers?|totals?|averages?|days|figures?)|a list|how (?:many|much|often|long|far)|which|when|what)\b)", ""),
    (r"\b(no|without(?: an?| any)?) ((?:[a-z]+ ){1,3}?)noted(?: down)?\b", r"\1 \2recorded"),
    (r"\bfrom one (?:date|day|session|time|entry|workout|training) to the next(?: one)?\b", "from one to the next"),
    (r"\b(how many (?:pages|chapters) [^?,;]*?)\b(?:have|do|did|am|are|is)(?: i| we)?(?: still| got| left| to go)* (?:ahead of|in front of) (?:me|us)\b", r"\1do i have left"),
    (r"\b(?:to )?(?:falls?|fell|falling|comes?|coming|came) due\b", "due"),
    (r"\bw/o\b", "without"), (r"\bw/ ?", "with "), (r"\bthru\b", "through"), (r"\brn\b", "right now"), (r"\bb4\b", "before"),
    (r"\bhalf an hour\b", "30 minutes"), (r"\b(?:a )?quarter of an hour\b", "15 minutes"), (r"\bthree quarters of an hour\b", "45 minutes"),
    (r"\ban hour and a half\b|\bone and a half hours\b", "90 minutes"), (r"\b(\w+) and a half (?=hours|hrs|km|kilos|kg)", r"\1.5 "),
    (r"(?<=\bexactly )an? (?=hour)|(?<=\bthan )an? (?=hour|minute|kilo|km|euro|page|kilometre|litre|gram|mile)|(?<=\bover )an? (?=hour|minute|kilo|km|euro)|(?<=\bunder )an? (?=hour|minute|kilo|km|euro)|(?<=\bleast )an? (?=hour|minute|kilo|km|euro|page|day|week)", "1 "),
    (r"\bwhat (?=(?:did|do|does|have|has) [^?,;:]{2,50}? (?:bring in|brought in|bring us|brought us|come to|add up to|amount to|rake in|raked in|earn us|make us)\b)", "how much "),
    # A list is long by what stands on it.
    *((rf"\b(?:the )?(?:{long}) (?=(?!(?:set|play) )(?:(?!in |on |of )[\w-]+ ){{1,3}}(?:list|pile|backlog)\b)", f"{more} entries on the ") for long, more in _LONG),
    *((rf"\b((?:list|pile|backlog)s?)(?: is|'s| was) (?:the )?(?:{long})\b(?! than)", rf"\1 has {more} entries") for long, more in _LONG),
    (r"\bhow (?:long|big) (?:is|was|'s) (?=(?:(?:my|our|the|[^\W\d_]+'s) )?(?!(?:set|play) )(?:[\w-]+ ){1,3}(?:list|pile|backlog)\b)", "how many entries are on "),
    (r"\b(?:on|in) each of our ((?:[\w-]+ ){1,4}?(?:lists|piles|backlogs))\b", r"on the \1 of each of us"),
    # "Who read the most? All three of us side by side": everybody's figure.
    (r"^((?:[^?]*[,:;] )?who\b[^?]*(?:most|least|fewest|[a-z]est)\b[^?]*)[?.,;:-]+ (?:(?:and|please|show|give|list|compare|with|numbers?|counts?|times,?|tall(?:y|ies)|figures?|totals?|for|of|me|the) )*(?:(?:all|each)(?: (?:two|three|four))? of us|all (?:two|three|four)|the (?:two|three|four) of us|everyone|everybody)(?: (?:side by side|next to each other|compared|in comparison|please))*\W*$", r"\1 ranked?"),
    (r"\b(pages|km|kilomet(?:re|er)s|miles|words|calories|kcals?|lit(?:re|er)s|euros?) an? (?=(?:hour|minute)\b)", r"\1 per "),
    (r"([一二两三四五六七八九十\d]+)个多(?=小时|钟头)", r"超过\1"),
    (r"一个?(?=(?:小时|钟头|分钟)[^，,。？?]{0,8}(?:多少|几)(?:页|公里|个字|字))", "每"),
    (r"\b(?:was|am|were|are|is) (i|we|he|she) (?:all )?done\b(?: with)?", r"did \1 finish"),
    (r"\b(how (?:many (?:days|weeks)|long)) (?:did|do|does) ([^\W\d]+) need (?:for|to (?:finish|read|get through|complete))\b", r"\1 did it take \2 to finish"),
    (r"^(哪[本个种些家部首][^我，,。？?]{1,4}?)(我们?)(?=[^的])", r"\2\1"),
    (r"(?<=(?:than|nder) )a (?=(?:week|day)\b(?! ago))", "1 "),
    (r"哪本(?=书)", "哪一本"),
    # "At each of the gym, the park and the pool": each by itself.
    (r"\b(of|for|at|in|on|from) each(?: of(?! (?:us|them|my|our|these|those|you)\b)|:) ((?:[^,?.!:;]+, ?)+(?:and )?[^,?.!:;]+|[^,?.!:;]+ and [^,?.!:;]+)\W*$", r"\1 \2 separately"),
    # How a ratio is to be computed is no second figure.
    (r"(\bper (?:hour|minute|km)\b.*?)[?.,;:(-]+ (?:so |i\.e\.? |meaning |just )?(?:the )?total [a-z ]{2,20} (?:over|divided by|by|/) (?:the )?total [a-z ]{2,20}\W*$", r"\1"),
    (r"^(?:the )?(?:stuff|things) (?=(?:(?:that|which) )?(?:i|we)\b)", "list entries "),
    (r"多少(?=(?!零花)[\u4e00-\u9fff]{1,2}[钱款]\W*$)", "多少钱的"),
    (r"(?<=心情)分别", "各"), (r"一个半小时|一小时半", "90分钟"), (r"半个?(?:小时|钟头)", "30分钟"),
)  # fmt: skip
_REWORDINGS = tuple((re.compile(words), said) for words, said in _SAID)
_WORDS_AND_HALF = {"one.5": "1.5", "two.5": "2.5", "three.5": "3.5", "four.5": "4.5", "five.5": "5.5", "six.5": "6.5", "seven.5": "7.5", "eight.5": "8.5"}  # fmt: skip


_GREETING = re.compile(
    r"^(?:good (?:morning|afternoon|evening)|(?:morning|evening|hi|hey|hello)(?= ?!| (?:all|everyone|everybody|guys|folks|there|team)\b))"
    r"(?: (?:all|everyone|everybody|guys|folks|there|team))? ?[!,.]+ ?"
)
_AND_LAST = re.compile(
    r"\bthis (week|month|year) (and|plus|or|vs) (?:the )?last\b(?! (?:\w+ )?(?:week|month|year|one|\d))"
)


def asked(question: str) -> str:
    """A question as it is read: normalised, written out, "unpaid" as two words."""
    plain = _FROM_IN.sub("in", _UN.sub("not ", written_out(_GREETING.sub("", chinese.plain(normalise(question))))))
    plain = _AND_LAST.sub(r"this \1 \2 last \1", plain)
    plain = _WITHOUT_CATEGORY.sub("without category", plain)
    plain = _ZH_WITHOUT_CATEGORY.sub("没填分类", plain)
    for words, said in _REWORDINGS:
        plain = words.sub(said, plain)
    for word, number in _WORDS_AND_HALF.items():
        plain = plain.replace(word, number)
    return with_goal(re.sub(r"\s+", " ", plain).strip())
