# ruff: noqa: E501 - tables of wordings, one line each.
"""Chinese said in the few wordings that the tables know: what is left out, what was not filled in, both figures asked for."""

from __future__ import annotations

import re
from collections.abc import Callable

from madeleine_miniapp.domain.language import is_chinese

_END = r"(?=\s*(?:[,，、.。;；:：!！?？)）\]」”\n]|$))"
_BEGIN = r"(?:^|(?<=[,，、.。;；:：!！?？(（\n]))"
_SOFTLY = r"(?:[了啦吧哦喔呗呀啊的]*)"
_LEAVES_OUT = r"(?:去掉|剔除|剔掉|刨掉|刨除|刨去|除掉|扣掉|扣除|去除|撇开|撇掉|撇去|抛开|忽略掉?|略去|略过|跳过|拿掉|删掉|删去|排除(?:在外|掉|出去)?|除去|滤掉|过滤掉)掉?"
_COUNTS = r"(?:计算|统计|算|计|列|数|包括|包含|考虑|管|看|理会?)"
_FILLED = r"(?:记录|登记|标注|标明|注明|填写|记|写|填|录|标|留|有)"
_SIZED = "[个条笔顿项次本份样件位名场集首部篇趟张杯瓶只天晚周]"
_MISSES = rf"(?:没有?|未|漏|缺)(?:{_FILLED})?(?:过|上|下|到)?"

_TOGETHER = [
    "请假",
    "打卡",
    "洗澡",
    "游泳",
    "跑步",
    "骑车",
    "睡觉",
    "吃饭",
    "喝水",
    "看病",
    "看书",
    "读书",
    "买菜",
    "练琴",
    "上课",
    "开会",
    "做饭",
    "加油",
    "理发",
    "健身",
    "散步",
    "跳舞",
    "唱歌",
    "爬山",
    "起床",
    "考试",
    "干活",
    "喂奶",
    "洗碗",
    "拖地",
    "扫地",
    "遛狗",
    "浇水",
    "搬家",
    "请客",
    "出差",
    "付款",
    "还款",
    "转账",
    "喝酒",
    "喝茶",
    "看电影",
    "洗衣服",
    "记账",
    "打球",
    "滑雪",
    "钓鱼",
    "买药",
    "看医生",
    "练瑜伽",
    "逛街",
    "下馆子",
    "点外卖",
    "熬夜",
    "迟到",
    "缺勤",
    "还钱",
    "交钱",
    "交费",
    "排练",
    "换盆",
    "施肥",
]


def _apart() -> str:
    return "|".join(rf"{word[0]}[过了]{word[1:]}" for word in _TOGETHER)


# A verb whose object only belongs to it, and how often or how long between them: 读了几天书, 跑了三次步.
_MUCH = r"(?:[\d一二两三四五六七八九十百几半多少]+(?:个)?(?:多)?(?:天|次|回|遍|分钟|小时|晚|周|星期|月)|多久|多长时间)"
_SPLIT = r"(?P<v>[读看念])(?P<e>[了过]?)(?P<m>{much})的?(?P<o>书)|(?P<v2>跑)(?P<e2>[了过]?)(?P<m2>{much})的?(?P<o2>步)|(?P<v3>睡)(?P<e3>[了过]?)(?P<m3>{much})的?(?P<o3>觉)|(?P<v4>游)(?P<e4>[了过]?)(?P<m4>{much})的?(?P<o4>泳)"


def _rejoined(found: re.Match[str]) -> str:
    verb, _, much, thing = (x for x in found.groups() if x is not None)
    return f"{verb}{thing}{much}"


def _above(found: re.Match[str]) -> str:
    return "超过" + {"百": "100", "千": "1000", "万": "10000"}[found["n"]]


def _together(found: re.Match[str]) -> str:
    return found.group()[0] + found.group()[2:]


# In order; each is tried on what the ones before have made. Doing it twice changes nothing more.
_WORDINGS: tuple[tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), put)
    for pattern, put in (
        # The same characters, written in other ways.
        (r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])", ""),
        ("[“”「」『』《》〈〉]", " "),
        (r"(?P<x>睡[^，。？！,?；;]{0,12})的(?:那些|那几个)?晚上", r"\g<x>的日子"),
        (r"礼拜", "星期"),
        (r"钟头", "小时"),
        (r"(?<=[\d一二三四五六七八九十两几半少])个(?=小时)", ""),
        (r"谁垫得最多", "谁付得最多"),
        # 谁付得最多，付了多少: how much is told with who.
        (r"(谁[付花垫出掏]得?最多)(?:的钱)?[,，]\s*(?:一?共)?[付花垫出掏]了?(?:多少钱?)(?=\s*[?？。]?\s*$)", r"\1"),
        (r"(?:没有?|未)付(?![款钱清过了])", "没付款"),
        (r"(?:室友|大家|我们|成员|彼此|互相|相互)们?之间", "大家"),
        (
            r"(?<=配速)(?P<x>.*?)[,，?？。(（](?:用|拿|按)?总(?:时间|时长|用时)除以总(?:距离|里程|公里数)[)）]?",
            r"\g<x>",
        ),
        (r"(?<=[\d一二三四五六七八九十两几半])刻钟", "刻"),
        (r"\b(?P<m>1[0-2]|0?[1-9])/(?P<d>[12]\d|3[01]|0?[1-9])(?=[\u3400-\u9fff])(?![天日]?/)", r"\g<m>月\g<d>日"),
        (r"(?<!\d)(?P<d>\d{1,2}[号日])[(（](?P<m>[\d一二三四五六七八九十]{1,2}月)[)）]", r"\g<m>\g<d>"),
        # Asking to be told.
        (
            r"(?:我)?(?:很|就|还)?(?:想要?|希望)(?:看看|看下|看一下|知道|了解(?:一下|下)?|问(?:问|一下|下)|查(?:查|一下|下)|算(?:算|一下|下)|统计(?:一下|下)?|听听)",
            "",
        ),
        # A verb and what belongs to it, with an ending between: 请过假, 读了书.
        (_apart(), _together),
        (r"没有?(?P<x>[读看])的(?!日子|天|时候|那)", r"没\g<x>过的"),
        (r"(?<=[几少多\d一二两三四五六七八九十])天才(?=[\u4e00-\u9fff])", "天"),
        (_SPLIT.format(much=_MUCH), _rejoined),
        # 从图书馆借的 is what is from there.
        (r"是?从(?P<x>[^，。,？?的了]{1,10}?)(?:借|买|拿|取|收|得|弄)(?:来|到|回来)?的", r"\g<x>的"),
        (r"排(?:个|一下|下)名次?", "排名"),
        # Evenings, and numbers in words.
        (r"(?P<d>[昨今])晚(?=[^，。？?上]{0,6}[吃喝点])", r"\g<d>天晚上"),
        (r"(?P<v>[过上])(?P<n>[百千万])(?=块|元|的|大卡|卡|步|页|$)", _above),
        (r"还了?(?P<who>[我他她你])的?钱", r"还钱给\g<who>"),
        # What is left out.
        (
            rf"(?:就|都|请|也|统统|一律|先|可以)*(?:不要|不用|不必|不需要|无需|甭|别|不)(?:再|把它|把他们)?{_COUNTS}(?:进去|进来|在内|入内|入|进|上|里面|里头|里|出来|其中|了)?{_SOFTLY}{_END}",
            "不算",
        ),
        (rf"(?<=的)(?:就|都|也)?(?:不要|不在内|不作数){_SOFTLY}{_END}", "不算"),
        (rf"(?:就|那就|都)?(?:(?<!预)算了|拉倒|不理|不管它?们?|随它){_SOFTLY}{_END}", "不算"),
        (
            rf"(?:请|要|先)?把(?P<x>[^,，.。;；!！?？(（]{{1,14}}?)(?:都|全|先)?{_LEAVES_OUT}(?:后|之后|以后|再算|不算)?{_SOFTLY}{_END}",
            r"\g<x>不算",
        ),
        (rf"(?<=[\u3400-\u9fff])(?:都|全|先|要|请|也)?{_LEAVES_OUT}(?:后|之后|以后)?{_SOFTLY}{_END}", "不算"),
        (rf"{_BEGIN}(?:请|要|先)?{_LEAVES_OUT}(?=[\u3400-\u9fffa-z])", "除了"),
        (r"除(?:了|去|开)?(?P<x>[^,，.。;；!！?？(（]{1,14}?)(?:之外|以外|外)(?=[,，]?)", r"除了\g<x>,"),
        (r",[,，]", "，"),
        # What was not filled in is left out of every sum and mean anyhow.
        (
            rf"{_MISSES}(?:东西|内容|任何东西)?的(?:那些|那几)?(?:日子|天|那天){_SOFTLY}(?:就|都)?不算",
            "只算有记录的日子",
        ),
        (rf"只(?:算|看|统计)?有?(?:{_FILLED})(?:了|过)?(?:东西|内容)?的(?:日子|天|那些天)", "只算有记录的日子"),
        (
            rf"(?:只)?(?:算|看|统计)?(?:有|{_FILLED})(?:了|过)(?P<f>[^,，.。;；!！?？(（天日]{{1,8}})的(?:那些|那几{_SIZED})?(?:记录)?(?:才|再)(?:算|计|统计)(?:数|进去)?",
            r"只算有\g<f>",
        ),
        (
            rf"有(?P<f>[^,，.。;；!！?？(（天日]{{1,8}})的(?:那些|那几{_SIZED})?(?:记录)?才(?:算|计|统计)(?:数|进去)?",
            r"只算有\g<f>",
        ),
        # Figures that a comparison gives anyhow.
        (
            rf"[,，;；。?？(（]?(?:把)?(?:这|那)?[两三俩](?:个|边|者|样|种|段|组|头)?(?:的)?(?:总|合计|平均)?(?:数字?|数据|值|结果|数目|总额|时期|时间段|人)?(?:都|分别|各自?)(?:是)?(?:给我|告诉我|要|列(?:一下|出来|出)?|说(?:一下|出来|下)?|报(?:一下|下)?|写(?:出来|一下)?)(?:看看|一下)?{_SOFTLY}[)）]?{_END}",
            "",
        ),
        (
            rf"[,，;；。?？](?:这|那)?[两三]个?(?P<u>月|星期|周|年|季度)(?:的)?(?P<rest>平均[^,，。;；?？]{{0,6}})?(?:都|分别|各自?)?(?:是)?(?:给我|告诉我|要|列(?:一下|出来|出)?|说(?:一下|出来|下)?){_SOFTLY}{_END}",
            r"，\g<rest>",
        ),
        (r"(?<=[,，;；。?？])(?:这|那)?[两三]个?(?:月|星期|周|年|季度)(?=各|分别)", ""),
        # How a run of days is counted is how it is counted.
        (
            r"[(（]?(?:如果|要是)?今天(?:如果|要是)?(?:还)?没(?:有)?[^,，.。;；!！?？]{1,6}?(?:的话|就)?[,，]?(?:那)?(?:就)?(?:算|数)?从?昨天(?:开始)?(?:往回|往前|倒着)?(?:数|算|起)?(?:起)?[)）]?"
            + _END,
            "",
        ),
        (r"从?(?:周|星期)一(?:到|至)(?:周|星期)[日天][,，]?(?=.{0,8}(?:每|各|按|哪)个?(?:周|星期)几)", ""),
        # Up to now, written longer.
        (r"(?:截[至止]到?|直到|到)?(?:目前|现在|今天|今日|此刻|当下)为止", "到现在"),
        (r"迄今(?:为止)?|至今为止", "到现在"),
        (r"(?<=[日号天月周年)）])(?:开始)?(?:算起|算|数起)" + _END, "起"),
        (r"(?P<a>[两二三四五六])(?:个|位)?人(?:之间)?(?=的账)", r""),
        # The same is asked of another: 外卖呢.
        (rf"[,，;；。?？]+(?:那么?)?(?P<x>[^,，.。;；!！?？]{{1,8}})呢{_END}", r"，\g<x>分别"),
        # The meals of a day without what is eaten between them.
        (r"(?:一日|每日|日)?三餐(?!厅)|三顿(?:正餐|饭)|正餐", "早餐、午餐和晚餐"),
        # Very many.
        (r"前前后后|零零总总|满打满算|林林总总|里里外外|从头到尾|由始至终|自始至终|一年到头", "一共"),
    )
)


def plain(text: str) -> str:
    """A normalised Chinese question in plain wordings; any other text as it is."""
    if not is_chinese(text):
        return text
    for pattern, put in _WORDINGS:
        text = pattern.sub(put, text)
    return re.sub(r"\s+", " ", text).strip()
