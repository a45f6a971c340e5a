"""The words by which a phrase tells what its field holds: the first that is found decides."""

from __future__ import annotations

from madeleine.miniapp.v1 import spec_pb2 as s

HEADS: tuple[tuple[str, s.FieldType.ValueType], ...] = (
    (
        r"^(?:still|already|ever) \w+(?:ing|ed|en)$|^(?:whether|if)\b|^(?:is|are|was|were|has|have|did|does|do) \w"
        r"|^which (?:ones?|of (?:them|these|those)) (?:is|are)\b",
        s.FIELD_TYPE_BOOLEAN,
    ),
    (r"^(?:date and time|datetime)\b", s.FIELD_TYPE_DATETIME),
    (r"\b(?:link|url|website|web ?page|homepage|web address|attachment)s?\b", s.FIELD_TYPE_URL),
    (
        r"\b(?:photo|picture|image|pic|selfie|screenshot|scan|poster|portrait|logo|thumbnail"
        r"|avatar|cover(?! letter))s?\b",
        s.FIELD_TYPE_IMAGE,
    ),
    (
        r"\b(?:serial|order|invoice|part|model|account|policy|membership|registration|tracking|passport"
        r"|licen[cs]e|flight"
        r"|plate|ticket|customer|reference|booking|batch)(?: number| no\.?| nr\.?| code)\b",
        s.FIELD_TYPE_TEXT,
    ),
    (r"\bcost cent(?:re|er)\b", s.FIELD_TYPE_TEXT),
    (
        r"^(?:the )?(?:countdown (?:of|in) )?(?:number of )?days (?:since|until|till|to|left|before"
        r"|after)\b",
        s.FIELD_TYPE_INTEGER,
    ),
    (r"\bcountdown\b", s.FIELD_TYPE_INTEGER),
    (r"\b(?:family|group|party|team|class|household|crew) size\b", s.FIELD_TYPE_INTEGER),
    (r"^(?:number of|no\. of|how many|count of|amount of)\b", s.FIELD_TYPE_INTEGER),
    (r"^(?:min|max|minimum|maximum)(?:imal)? (?:number of )?[a-z]+s$", s.FIELD_TYPE_INTEGER),
    (
        r"\bhow long\b|\bduration\b|\brun ?time\b|\bplaying time\b|\btime (?:taken|spent|needed|it took|used)\b"
        r"|^(?:the )?time to (?:cook|make|prepare|do|finish|read|get|build|bake|complete|walk|drive|play|set up)\b"
        r"|\b(?:cooking|prep|preparation|travel|waiting|baking|screen|running|playing|finish"
        r"(?:ing)?|rest(?:ing)?|reading) time\b",
        s.FIELD_TYPE_DURATION,
    ),
    (
        r"\b(?:price|cost|fee|budget|salary|rent|wage|tip|deposit|expense|spending|revenue"
        r"|income|payment|money|discount)s?\b"
        r"|^(?:how much|what) (?:it|i|we|they|that|this|he|she)?\s*(?:costs?|paid|spent|pay|spend|cost)"
        r"|^(?:how much|what) (?:the |each |an? )?\w+ (?:is|are|was|were) worth\b"
        r"|^(?:how much|what) .*\b(?:costs?|paid|spent|earned|(?:went|goes|sold|sells|sell) for|brought in|fetched)$"
        r"|\b(?:sold|went) for$",
        s.FIELD_TYPE_MONEY,
    ),
    (r"^(?:from |to )?where\b", s.FIELD_TYPE_TEXT),
    (r"\b(?:name|names|e-?mail|address|phone|telephone|mobile)\b", s.FIELD_TYPE_TEXT),
    (
        r"^(?:who|whom|whose|(?:by|to|for|from|with) whom)\b|\b(?:person|assignee|responsible|in charge|payer"
        r"|organi[sz]er|member|helper|owner)\b",
        s.FIELD_TYPE_PERSON,
    ),
    (
        r"\b(?:deadline|due|birthday|birth ?date|anniversary|expiry|expiration|expires?|date|day)s?\b|^when\b"
        r"|(?<!s )(?<!are )\bon$"
        r"|^(?:last|next|first) \w+(?:ed|t)\b|^until\b|^(?:since|by|till|from) when\b"
        r"|\buntil(?: when)?$|\bbest before\b",
        s.FIELD_TYPE_DATE,
    ),
    (r"\btimes?\b(?! of year)|\b\w+ at$", s.FIELD_TYPE_DATETIME),
    (r"\b(?:rating|stars?)\b", s.FIELD_TYPE_RATING),
    (
        r"\b(?:how much|weight|height|distance|age|temperature|temp|speed|tempo|bpm|quantity"
        r"|amount|score|percent(?:age)?"
        r"|calories|protein|carbs|fat|fibre|fiber|sugar|steps|sets|reps|pulse|heart rate"
        r"|volume|depth|width|length|mileage"
        r"|humidity|pages|laps|points|size in|kids|children|number|count|value|worth|kilos?"
        r"|seats|servings|portions|pieces|altitude|elevation|dose|dosage)\b",
        s.FIELD_TYPE_NUMBER,
    ),
    (
        r"^(?:paid|done|finished|completed|booked|confirmed|returned|sold|seen|read|checked"
        r"|packed|approved|urgent|favou?rite"
        r"|[a-z]{4,}ed|vegetarian|vegan|veggie|gluten[- ]free)$",
        s.FIELD_TYPE_BOOLEAN,
    ),
)
HEADS_ZH: tuple[tuple[str, s.FieldType.ValueType], ...] = (
    (
        r"(\w{1,3})没\1|(\w{1,2})不\2|^是否|^有没有|^有无|^要不要|是不是|^能不能|^已\w{1,3}$|了没$|与否$",
        s.FIELD_TYPE_BOOLEAN,
    ),
    (r"(?:链接|网址|网站)$", s.FIELD_TYPE_URL),
    (r"(?:照片|图片|相片|截图|海报|封面|头像|图)$", s.FIELD_TYPE_IMAGE),
    (r"谁|人$|负责人|经手人|主持人|司机$|成员$|队员$", s.FIELD_TYPE_PERSON),
    (r"范围$|原因|备注|说明|名称$|名字$|地址|电话|邮箱|微信|手机|编号", s.FIELD_TYPE_TEXT),
    (
        r"多少钱|花费|费用|价格|金额|预算|工资|薪资|薪水|单价|租金|押金|花销|开销|成本|小费|钱$"
        r"|(?<![评性])价$|(?<!免)费$|(?<!名)额$",
        s.FIELD_TYPE_MONEY,
    ),
    (r"日期|截止|日子|生日|到期|保质期|有效期|失效|过期|哪天|什么时候|日$", s.FIELD_TYPE_DATE),
    (r"时长|用时|多久|多长时间|耗时", s.FIELD_TYPE_DURATION),
    (r"时间|几点|时刻", s.FIELD_TYPE_DATETIME),
    (r"评分|星级|打分|几颗星", s.FIELD_TYPE_RATING),
    (r"个数|人数|次数|件数|页数|步数|组数|几个|多少个|几次|几人|数量|年龄", s.FIELD_TYPE_INTEGER),
    (
        r"多少|重量|体重|身高|高度|距离|温度|体温|速度|心率|分数|扣分|得分|积分|成绩|热量"
        r"|卡路里|蛋白质|脂肪|水量|面积|血压|血糖|公里|分钟$|小时$|百分比|围$|围度|率$|量$|数$",
        s.FIELD_TYPE_NUMBER,
    ),
)
