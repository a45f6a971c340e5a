"""The sum of the fields of an app that a text tells, and what the text calls it."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.editing.arithmetic import Sum, read_sum
from madeleine_miniapp.domain.editing.derived import derived
from madeleine_miniapp.domain.editing.expressing import expression_of, share
from madeleine_miniapp.domain.editing.scene import Scene
from madeleine_miniapp.domain.editing.scheduling import NUMBER
from madeleine_miniapp.domain.language import is_chinese

_CUES = re.compile(
    r"\b(?:compute[ds]?|computing|calculat\w+|work(?:ed)?\s+(?:it\s+)?out|figure\s+out"
    r"|what (?:one|an?|each) .+ costs?|what (?:percent(?:age)?|share)\b|\w+ plus (?!an?\b|the\b)\w"
    r"|\bas an? share of\b|\bin (?:percent|%)"
    r"|^(?:the )?percentage \w+$|hourly|automatic(?:ally)?|by itself"
    r"|on its own|auto-?calculated?|derived?"
    r"|formula|ratio|proportion|minus|multiplied|divided"
    r"|difference|times\b(?! (?:a|per|of)\b)|per\b)|\w\s[-+]\s\w"
    r"|\b(?:owed|left|to go) (?:out )?of \d|\b(?:gain|loss|profit|change|growth|increase|margin) (?:also )?(?:in"
    r"|as an?) (?:%|percent)|\bplus \w+ (?:days?|weeks?|months?|years?)\b|\b(?:percent|percentage"
    r"|%) of\b|\b(?:\w+|\d+)\s+(?:days?|weeks?"
    r"|months?|years?)\s+(?:after|before|from)\s"
    r"|\b(?:days?|hours?|minutes?)\s+(?:between|since|from|until|to|after|before)\b"
    r"|\btotal (?:\w+ )?of\b.*\band\b|\bsum of\b.*\band\b"
    r"|\bage\b.*\b(?:from|based)\b|=|\s[x×*÷]\s|\s/\s"
    r"|算|等于|乘以?|除以|减去?|[涨增]幅|增长率|收益率|回报率|利润率|^人均|就是.+[加减乘除]|差多少|占.+(?:百分"
    r"|比例|比重)|的比[例值率]"
    r"|之比|(?:合计|一共|总共|加起来).*多少|相加|之和|之差|每\S{1,8}?(?:多少"
    r"|价|费|油|钱|成本)|自动|公式",
    re.I,
)
_OPEN = re.compile(
    r"^(?:(?:please|also|and|then|just|(?:the |this )?app (?:should|could|can|must)"
    r"|can (?:you|it)|could (?:you|it)|would you|i'd like"
    r"(?: to)?|i want(?: to)?|we want(?: to)?|we need(?: to)?|i need(?: to)?|let's|add"
    r"|show|display|have|see|know|give (?:me|us)|compute|calculate|work out|figure out"
    r"|derive|determine|say|automatically|auto|it|be|an?|the|my|our|what's|what is|how much is|new|computed|calculated"
    r"|automatic|formula|column|field|for|with|of|me|us|worked out|tell|let it|make it"
    r"|get)\s+)+",
    re.I,
)
_CLOSE = re.compile(
    r"(?:[,，]?\s*(?:please|pls|plz|thanks|thank you|automatically|itself|for me|for us|as well|too"
    r"|(?:should|must|could|can) (?:come out|appear|be filled in|fill in)(?: (?:by|on) (?:itself|its own|themselves))?"
    r"|(?:should|must|could|can|to) be (?:calculated|computed|worked out|automatic)(?: automatically| (?:by|on)"
    r" (?:itself|its own))?"
    r"|worked out(?: automatically)?|calculated(?: automatically)?|computed(?: automatically)?"
    r"|for (?:each|every) \w+|per row|in a column|as a column|as a (?:computed |calculated |new )?"
    r"(?:field|column)|would be (?:nice|great|good|cool|interesting|useful|helpful|handy)|would (?:interest"
    r"|help) (?:me|us)))+$",
    re.I,
)
_NAMED = re.compile(
    r"^(?P<e>.+?)\s+(?:as|in|into)\s+(?:an?\s+)?(?:new\s+|computed\s+|calculated\s+|"
    r"extra\s+)*(?:field|column|value|figure)?\s*(?:called|named)\s+(?P<l>.+)$"
    r"|^(?P<e2>.+?),?\s+(?:call(?:ed)?|named?)\s+(?:it\s+)?(?P<l2>.+)$",
    re.I,
)
_SHAPES = tuple(
    re.compile(p, re.I)
    for p in (
        r"^(?P<l>[^=]+?)\s*=\s*(?P<e>.+)$",
        r"^(?P<l>[^:：]+?)\s*[:：]\s*(?P<e>.+)$",
        r"^(?P<l>[^()]+?)\s*\((?P<e>.+)\)\s*$",
        r"^(?P<l>.+?),?\s+(?:calculated|computed|worked out|derived|which is|that is|that's"
        r"|i\.?e\.?,?|being|meaning|defined as|as in|namely)\s+(?:as\s+|from\s+|by\s+)?(?P<e>.+)$",
        r"^(?P<l>.+?)\s+(?:as|is|are|equals)\s+(?P<e>.+)$",
        rf"^(?P<l>[\w -]{{3,40}}?)\s+(?P<e>{NUMBER}\s+(?:days?|weeks?|months?|years?)\s+(?:after|before"
        rf"|from)\s+.+?)(?:\s+is)?$",
        r"^(?P<l>.+?)\s+(?:from|by|using|out of|based on|with)\s+(?P<e>.+)$",
        r"^(?P<e>[^=]+?)\s*=\s*(?P<l>[^=]+)$",
        r"^(?P<e>.+?)\s+(?:as|gives|makes)\s+(?P<l>[\w -]{2,30})$",
    )
)
_SHAPES_ZH = tuple(
    re.compile(p)
    for p in (
        r"^(?P<l>[^=:：]+?)\s*[=:：]\s*(?P<e>.+)$",
        r"^(?P<l>[^,，]+?)[,，]?(?:就是|等于)(?P<e>.+)$",
        r"^(?P<l>[^,，]+?)[,，]?(?:就是|等于|是|为|用)(?P<e>.+)$",
        r"^(?P<l>[^,，]+?)[,，](?P<e>.+)$",
        r"^(?:用|把)?(?P<e>.+?)(?:得到|得出|算出|就是|作为|叫做?|算作?)(?P<l>[^,，]+)$",
        r"^(?P<l>[^()]+?)\s*\((?P<e>.+)\)\s*$",
    )
)
# "Km times 0.30 should be paid out", "hours x 15 is what i get".
_IS_PAID = re.compile(
    r"^(?P<e>.+?)\s+(?:should be|must be|has to be|will be|to be|is|are|gets?)\s+"
    r"(?P<l>(?:paid|reimbursed|refunded|charged|billed|owed|due)(?: (?:out|back|for|to \w+))?"
    r"|what (?:i|we|they|he|she|everyone|you|each \w+|the \w+) \w+(?: (?:me|us|him|her|them|you))?)$",
    re.I,
)
# "Self-use as produced minus fed in": its name before what it is.
_AS = re.compile(r"^(?P<l>[\w -]{2,30}?)\s+(?:as|is|equals|being)\s+(?P<e>.+)$", re.I)
_OPEN_ZH = re.compile(
    r"^(?:(?:请|帮我|帮忙|给我|能不能|能|最好|可以|可不可以|我想|想要?|需要|再|另外|还要|还|"
    r"要?能?看出|自动|要|加上?|增加|添加|新增|一个|一列|一栏|一下|计算|统计|算|显示|看看?|出|把|的|列)+)"
)
CLOSE_ZH = re.compile(
    r"(?:(?:也|都|要|能|可以|最好)*(?:自动|自己)+(?:就|会|能|给我)*(?:出来|显示|生成|得出|算出|出|填)(?:来|好)?|(?:如果|要是)?(?:能算|可以算)(?:的话)?(?:也|就)?算上|也算上|(?:也|能|可以|要|都|想|得)*(?:显示|列"
    r"|看)(?:出来|一下|得?到)|吗|(?:能|可以|也|要|都)+(?=自动|算|计算)|(?:[让由](?:它|系统|应用|app|你))?(?:自动|自己|帮我|给我|请)*(?:计算|算)(?:一下"
    r"|出来|好|出|下)?|一下|出来|吧|呢|的?(?:公式|字段|列))+$"
)
_ASKED = re.compile(
    r"^(?:how much|what)(?:'s| is| are)\s+(?P<l>[^,:]+?)(?:\s+(?:per|for each|in each) "
    r"(?:row|record|entry|line|item))?\s*[,:]\s*(?:(?:that's|that is|so|ie|meaning)\s+)?"
    r"(?P<e>.+)$",
    re.I,
)


def computes(text: str) -> bool:
    """Whether a text may ask for a computed field."""
    return bool(_CUES.search(text)) or ("\ue001" in text and bool(re.search(r"\ue001", text)))


def computable(scene: Scene, text: str) -> bool:
    """Whether a text names a figure that the fields of the app give by themselves."""
    plain = scene.prepared.plain(text)
    return derived(_stripped(plain, is_chinese(plain)), scene.names, scene.home, scene.rate) is not None


def spelled(scene: Scene, text: str) -> bool:
    """Whether a text tells a sum of the app's fields."""
    return told_sum(scene, scene.prepared.plain(text)) is not None


def told_sum(scene: Scene, plain: str) -> tuple[str, Sum] | None:
    """The sum that a text tells, and what it calls it."""
    chinese = is_chinese(plain)
    body = _stripped(plain, chinese)
    entity = scene.home
    label, found = "", None
    if (named := _NAMED.match(body)) and not chinese:
        label = named["l"] or named["l2"]
        found = expression_of(scene, named["e"] or named["e2"], label, entity)
    if (
        found is None
        and not chinese
        and (hit := _AS.match(body))
        and (found := read_sum(hit["e"], scene.names, entity) or share(scene, hit["e"], entity)) is not None
    ):
        label = hit["l"]
    if found is None and (hit := _IS_PAID.match(body)) and (found := expression_of(scene, hit["e"], "", entity)):
        label = hit["l"]
    shapes = (*_SHAPES_ZH, *_SHAPES[:3]) if chinese else _SHAPES
    for shape in shapes[:2] if found is None else ():
        if (hit := shape.match(body)) and (found := expression_of(scene, hit["e"], hit["l"], entity)):
            label = hit["l"]
            break
    if found is None and not chinese and (hit := _ASKED.match(plain)):
        found = expression_of(scene, hit["e"], hit["l"], entity)
        label = hit["l"]
    if found is None:
        found = expression_of(scene, body, body, entity)
        label = scene.asked or body if found else ""
        if (
            found
            and not scene.asked
            and not chinese
            and (hit := re.match(r"^(?P<l>\w+(?: \w+)?)\s+in\s+(?P<e>.+\bper\b.+)$", body))
        ):
            label = hit["l"]
    if found is None:
        for shape in shapes:
            hit = shape.match(body)
            if hit and (found := expression_of(scene, hit["e"], hit["l"], entity)):
                label = hit["l"]
                break
    if found is None:
        return derived(body, scene.names, entity, scene.rate)
    return label, found


def _stripped(plain: str, chinese: bool) -> str:
    if chinese:
        return CLOSE_ZH.sub("", _OPEN_ZH.sub("", plain.strip(" ，。"))).strip(" ，。")
    return _CLOSE.sub("", _OPEN.sub("", plain.strip(" .,"))).strip(" .,")
