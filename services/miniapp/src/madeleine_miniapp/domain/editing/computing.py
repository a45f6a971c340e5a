"""Fields that are computed from others, as a sentence asks for them."""

from __future__ import annotations

import re
from dataclasses import replace

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain import operations as ops
from madeleine_miniapp.domain.editing.arithmetic import Sum, read_sum
from madeleine_miniapp.domain.editing.derived import derived
from madeleine_miniapp.domain.editing.expressing import COSTS, PLACES, expression_of, share
from madeleine_miniapp.domain.editing.scene import TYPE_WORDS, Scene
from madeleine_miniapp.domain.editing.scheduling import NUMBER
from madeleine_miniapp.domain.editing.text import bare
from madeleine_miniapp.domain.language import is_chinese

_CUES = re.compile(
    r"\b(?:compute[ds]?|computing|calculat\w+|work(?:ed)?\s+(?:it\s+)?out|figure\s+out"
    r"|what (?:one|an?|each) .+ costs?|what (?:percent(?:age)?|share)\b|\bin (?:percent|%)"
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
    r"(?:field|column)|would be (?:nice|great|good)))+$",
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
    r"|what (?:i|we|they|he|she|everyone|you|each \w+|the \w+) \w+)$",
    re.I,
)
# "Self-use as produced minus fed in": its name before what it is.
_AS = re.compile(r"^(?P<l>[\w -]{2,30}?)\s+(?:as|is|equals|being)\s+(?P<e>.+)$", re.I)
_OPEN_ZH = re.compile(
    r"^(?:(?:请|帮我|帮忙|给我|能不能|能|最好|可以|可不可以|我想|想要?|需要|再|另外|还要|还|"
    r"要?能?看出|自动|要|加上?|增加|添加|新增|一个|一列|一栏|一下|计算|统计|算|显示|看看?|出|把|的|列)+)"
)
_CLOSE_ZH = re.compile(
    r"(?:(?:如果|要是)?(?:能算|可以算)(?:的话)?(?:也|就)?算上|也算上|(?:也|能|可以|要|都|想|得)*(?:显示|列"
    r"|看)(?:出来|一下|得?到)|吗|(?:能|可以|也|要|都)+(?=自动|算|计算)|(?:[让由](?:它|系统|应用|app|你))?(?:自动|自己|帮我|给我|请)*(?:计算|算)(?:一下"
    r"|出来|好|出|下)?|一下|出来|吧|呢|的?(?:公式|字段|列))+$"
)
_ASKED = re.compile(
    r"^(?:how much|what)(?:'s| is| are)\s+(?P<l>[^,:]+?)(?:\s+(?:per|for each|in each) "
    r"(?:row|record|entry|line|item))?\s*[,:]\s*(?:(?:that's|that is|so|ie|meaning)\s+)?"
    r"(?P<e>.+)$",
    re.I,
)
_PERCENT = re.compile(r"\bpercent(?:age)?s?\b|%|百分比|百分之|率$|占比")


_MONEY = re.compile(
    r"\b(?:paid|reimbursed|refunded|charged|billed|earn(?:ed|s)?|wages?|owed?|salary|payout|what \w+ (?:gets?"
    r"|makes?|pays?))\b",
    re.I,
)
# What tells a sum, of whatever it may be.
_SPELT = re.compile(r"=|\(.*(?:除以|乘以?|减|加|/|×|\*|\bminus\b|\btimes\b|\bdivided by\b|\bplus\b).*\)", re.I)


def computes(text: str) -> bool:
    """Whether a text may ask for a computed field."""
    return bool(_CUES.search(text)) or ("\ue001" in text and bool(re.search(r"\ue001", text)))


def computable(scene: Scene, text: str) -> bool:
    """Whether a text names a figure that the fields of the app give by themselves."""
    plain = scene.prepared.plain(text)
    return derived(_stripped(plain, is_chinese(plain)), scene.names, scene.home, scene.rate) is not None


def spelled(scene: Scene, text: str) -> bool:
    """Whether a text tells a sum of the app's fields."""
    return _told(scene, scene.prepared.plain(text)) is not None


def _told(scene: Scene, plain: str) -> tuple[str, Sum] | None:
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


def compute(scene: Scene, text: str) -> bool:
    """Adds the computed field that a text asks for; False when it spells none out."""
    plain = scene.prepared.plain(text)
    told = _told(scene, plain)
    if told is None:
        if _SPELT.search(plain) and text not in scene.waiting:
            scene.waiting.append(text)
        return False
    label, found = told
    if label == scene.asked:
        scene.asked = ""
    found = _finer(found, f"{label} {plain}", scene)
    label = _label(label, plain, scene, found)
    percent = bool(_PERCENT.search(plain) or _PERCENT.search(label)) and "/" in found.expression
    expression = found.expression
    if percent and not re.search(r"\* 100(?:\.0)?(?!\d)", expression):
        expression = f"({expression}) * 100.0"
    unit = "%" if percent else found.unit
    kind = s.FIELD_TYPE_NUMBER if percent else found.type
    there = scene.names.field(label, found.entity, least=1.0)
    if percent and there is not None and there.field.formula:
        # The same figure in percent stands beside it.
        label = f"{there.field.label}（%）" if is_chinese(label) else f"{there.field.label} in percent"
    last = scene.operations[-1] if scene.operations else None
    if isinstance(last, ops.AddField) and last.formula == expression and re.match(r"\d", last.label):
        # "12 euros per hour" has a name by now.
        scene.retract(last)
    if kind == s.FIELD_TYPE_NUMBER and not unit and _MONEY.search(label):
        kind = s.FIELD_TYPE_MONEY
    if any(f.formula == expression for e in scene.spec.entities if e.name == found.entity for f in e.fields):
        return True
    there = next((r for r in scene.names.fields(found.entity) if bare(r.field.label) == bare(label)), None)
    if there is not None and re.search(rf"\b{re.escape(there.field.name)}\b", expression):
        return False
    if there is not None and there.field.formula:
        # It is computed already: another unit of it is another sum.
        return False
    if there is not None:
        return scene.act(
            ops.ChangeField(
                found.entity, there.field.name, type=TYPE_WORDS[kind], formula=expression, unit=unit or None
            )
        )
    scene.act(ops.AddField(found.entity, label, TYPE_WORDS[kind], unit=unit, formula=expression))
    scene.topic = scene.names.field(label, found.entity, least=0.98) or scene.topic
    return True


def compute_later(scene: Scene, text: str) -> bool:
    """Computes what was said before its fields were there; whether it is computed by now."""
    told = _told(scene, scene.prepared.plain(text))
    if told is None:
        return False
    there = any(told[1].expression in f.formula for e in scene.spec.entities for f in e.fields)
    return there or compute(scene, text)


def _finer(found: Sum, said: str, scene: Scene) -> Sum:
    """Days between two moments as hours or minutes, where these are asked for."""
    hours = found.expression.replace("days_between", "hours_between", 1)
    if not re.match(r"(?:days|hours)_between\(", found.expression) or re.search(r"\bdays?\b|天", said, re.I):
        return found
    if re.search(r"\bmin(?:ute)?s?\b|分钟", said, re.I):
        return replace(found, expression=f"{hours} * 60.0", unit="min")
    held = [r.field.type for *_, r in scene.names.mentions(found.expression, found.entity)]
    moments = bool(held) and all(kind == s.FIELD_TYPE_DATETIME for kind in held)
    told = re.search(r"\b(?:hours?|hrs?)\b|小时", said, re.I) or (
        moments and re.search(r"\b(?:time|long|duration)\b", said, re.I)
    )
    return replace(found, expression=hours, unit="h") if told else found


def _stripped(plain: str, chinese: bool) -> str:
    if chinese:
        return _CLOSE_ZH.sub("", _OPEN_ZH.sub("", plain.strip(" ，。"))).strip(" ，。")
    return _CLOSE.sub("", _OPEN.sub("", plain.strip(" .,"))).strip(" .,")


def _label(label: str, plain: str, scene: Scene, found: Sum) -> str:
    chinese = is_chinese(plain)
    if hit := re.match(rf"^(?:what|how much)?\s*(?:one|an?|each|1|every)\s+(.+?)\s+{COSTS}$", label.strip(), re.I):
        label = f"cost per {hit[1]}"
    if re.match(r"(?:split|share|divide|work out|figure out|calculate|compute|show)\b", label, re.I) and ":" in plain:
        # "Split the cost: cost per eater".
        label = plain.rpartition(":")[2].strip()
    label = re.sub(
        r"\s+(?:would|might|could)\s+(?:be|help)\b.*$|\s+(?:please|pls)$|\s+if\s.*$", "", label.strip(), flags=re.I
    )
    if not chinese and "," in label:
        label = label.partition(",")[0]
    # "What do i earn" is what I earn.
    label = re.sub(r"^what (?:do|will|should|would) (?=(?:i|we|they|you) \w)", "what ", label, flags=re.I)
    label = re.sub(r"^when\s+(?:is|was)\s+(?:it|this|that)\s+", "", label.strip(), flags=re.I)
    label = re.sub(
        r"\s+of (?:each|every) \w+$|(?:\s+in \w+)?\s+(?:too|as well|also)$|\s+in days$", "", label, flags=re.I
    )
    label = PLACES.sub("", label.strip(" .,:=，。：\"'"))
    label = re.sub(r"\s+(?:from|using|based on|out of)\s+.*$", "", label, flags=re.I) or label
    label = re.sub(
        r"^(?:an?|the|new|computed|calculated|automatic|field|column|for|of|show|add)\s+", "", label, flags=re.I
    )
    taken = {bare(f.label) for e in scene.spec.entities if e.name == found.entity for f in e.fields}
    shorter = re.sub(r"\s*(?:\bin\b)?\s*\b(?:percent|percentage)\b(?! of)|\s*\(.*\)$", "", label, flags=re.I).strip()
    label = label if not shorter or (bare(shorter) in taken and bare(label) not in taken) else shorter
    if chinese:
        label = re.split("[,，]", label)[-1]
        label = _CLOSE_ZH.sub("", label.strip("，。的")) or label
        return label[:24]
    label = " ".join(label.split()[:8])[:48].strip(" ,") or "result"
    if bare(label) in taken:
        return label
    return label[:1].upper() + label[1:]
