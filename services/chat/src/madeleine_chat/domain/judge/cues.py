"""Cues in the words of one line, English and Chinese."""

from __future__ import annotations

import re

from madeleine_chat.domain.judge.lines import Heard, is_chinese

_WORDS: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "question": r"[?？]|[吗呢么]\s*$|[吗呢]\W*$",
        "interrogative": r"^\W*(?:(?:and|so|but|ok|wait|hm+|then|also)\W+)*(?:what|when|where|who|whose|why|how"
        r"|which|is|are"
        r"|does|do|did|can|could|should|was|were|has|have|will|would|whats|whens|hows|wheres)\b"
        r"|什么|怎么|几点|几|多少|哪|谁|多久|为啥|为什么|咋|吗|能不能|是不是|有没有",
        "how_much": r"\bhow (?:much|many|long|far|often|late|old|high|tall|big|early)\b|多少|多久"
        r"|几[个次天点号人]|多远|多大",
        "wh_fact": r"\b(?:what(?:'?s| is| are| was)|when(?:'?s| is| does| do)|where(?:'?s| is)|which|is it|does it"
        r"|do they|can you|who (?:wrote|sang|won|made|invented)|what time|is there|are there)\b",
        "to_all": r"\b(?:any(?:one|body)|some(?:one|body)|every(?:one|body)|y'?all|guys|people|all of (?:us|you)"
        r"|us all"
        r"|folks|hello\?+)\b|谁|大家|有人|各位|群里",
        "you": r"\b(?:you|your|yours|u|ur|ya|you're|you'd|you've|youre|you'll)\b|你|您",
        "they": r"\b(?:he|she|they|him|her|them|his|their)\b|他|她",
        "i": r"\b(?:i|i'm|im|i've|i'll|my|me|mine|ive|i'd)\b|我(?!们)|俺",
        "we": r"\b(?:we|us|our|let'?s|we're|we've)\b|咱|我们",
        "need": r"\b(?:we need|need (?:a|an|to|some|it|ideas|the|one)|i need|i want|want a|would be (?:good|nice"
        r"|lovely|great)|would help|would like|would love|wish we had|can we (?:get|have)|can i (?:get|have)"
        r"|could (?:we|i|some)|can (?:some|any)|let's have|give (?:me|us)|gimme|please|pls|plz)\b|求|需要|帮|给我"
        r"|给个|来个|来一|弄个|做个|整理|麻烦|呗",
        "task": r"\b(?:list|lists|poll|remind|reminder|reminded|draft|plan|summary|summari[sz]e|sum(?:s)? up|recap"
        r"|rota|roster|schedule|app|note|notes|write|rewrite|translat\w*|make|calendar|itinerary|checklist"
        r"|table|tracker|track|timer|countdown|alarm|outline|agenda|invite|sheet|names? for|ideas|suggest\w*"
        r"|suggestions|playlist|flashcards|quiz|questions|menu|shorten|version|vote|tally|counter"
        r"|keep (?:score|count|track)|ping|wake|put (?:it|that|this|all|me|him|her))\b"
        r"|清单|列|投票|提醒|总结|行程|计划|表|记一下|记到|记录|写|翻|起草|日历|闹钟|接龙|打卡|方案|名字|菜单"
        r"|小程序|叫.{0,3}一声",
        "imperative": r"^\W*(?:(?:ok|so|then|and|now|right|please|pls)\W+)*(?:make|write|put|add|list|draft|remind"
        r"|translate|plan|set|give|turn|fix|shorten|suggest|split|count|sum|convert|compare|keep|note|rewrite"
        r"|prepare|read|tell|explain|find|check|show|book|order|create|do us|generate|wake)\b|^(?:把|帮|给|做|列|写"
        r"|排|算|查|记)",
        "calc": r"\b(?:total|totals|each|per head|per person|split|average|add (?:it |that |them )?up|sum|how much"
        r"|how many|owe[sd]?|left|altogether|all in|balance|comes? to|makes?|divided|share|ahead|percent"
        r"|altogether|in all|so far|this (?:week|month|year|season)|since)\b|%|一共|总共|平摊|每人|人均|加起来"
        r"|合计|还剩|还差"
        r"|怎么分|怎么转|算|平均|分摊|一人|谁.{0,6}最多",
        "records": r"\b(?:app|log|logged|sheet|table|tracker|book|according to|record|records|list|data|numbers|notes"
        r"|entries|calendar)\b|表里|账本|记录|小程序|打卡|本子|记了",
        "digits": r"\d",
        "many_digits": r"\d.*?\D\d+.*?\D\d",
        "money": r"[€$£¥]|\b(?:euros?|dollars?|pounds?|bucks|paid|pay|cost|costs|price|rent|bill)\b|元|块|钱|付"
        r"|垫|费",
        "not_known": r"\b(?:dunno|idk|no (?:idea|clue)|not sure|don'?t (?:know|remember)|never (?:been|tried"
        r"|remember|seen"
        r"|had|went|thought)|beats me|search me|pass|no one knows|who knows|can'?t (?:look|check|remember)"
        r"|cant|forgot|depends|i think|maybe|hm+|probably|something|not a \w+|ask me)\b|^\W*(?:same"
        r"|me neither|same here|\?+|🤷|hm+)\W*$|不知道|不清楚|没注意|忘了|不懂|不确定|好像|听说|应该|可能|问倒"
        r"|不记得|没坐过|吧？|🤷",
        "found": r"\b(?:nvm|never ?mind|found (?:it|the|that)|got it|figured|solved|sorted|fixed|it'?s on the|it says"
        r"|panic over)\b|找到了|查到了|知道了|搞定|想起来了",
        "takes": r"\b(?:i'?ll|i will|i can|let me|i'?m on it|on it|did it|done|already|sending|made one|booked"
        r"|i'?ve (?:got|done|made)|leave it to)\b|我来|我去|我问|我做|我弄|我写|交给我|我打电话",
        "ask_human": r"\b(?:ask|asking|text(?:ing)?|call(?:ing)?|ring(?:ing)?|phone|wait (?:for|till)|show it to"
        r"|knows"
        r"|will know|would know|knock)\b(?! me\b)|问(?!题)|打电话|等.{1,6}来|喊她|喊他|找他|找她",
        "kin": r"\b(?:mum|mom|dad|brother|sister|cousin|aunt|uncle|wife|husband|neighbou?r|friend|boss|doctor|vet"
        r"|teacher|grand\w+|granny|nana|landlord|colleague|flatmate|big \w+|father|mother|daughter|son)\b|妈|爸"
        r"|哥|姐|弟|妹|舅|叔|姨|婆|爷|奶|同事|师傅|老板|邻居|朋友",
        "thanks": r"\b(?:thanks|thank you|thx|ty|tysm|tyy|cheers|ta|merci|gracias|danke|perfecto"
        r"|much appreciated)\b|谢"
        r"|辛苦|多谢|感谢",
        "closing": r"\b(?:bye+|good ?night|night|see you|see ya|cu|talk tomorrow|ciao|signing off|logging off"
        r"|that'?s (?:that|us|it|all|everything|sorted)|all done|sorted|deal|square)\b|晚安|明天见|再见|拜|散会"
        r"|睡了|撤了|到家",
        "ok": r"^\W*(?:ok|okay|k|kk|great|cool|perfect|fine|nice|good|got it|noted|sure|yes|yep|yeah|ace|done|sent"
        r"|paid|deal|lovely|brilliant|awesome|grand|right|ah|\+1|me too|same|👍|🙏|❤️|收到|好|好的|好嘞|行|嗯"
        r"|ok的|转了"
        r"|懂了)(?:\W|$)",
        "cheer": r"^\W*(?:yes+|yeah|yep|\+1|\+ ?one|good idea|agreed|pls|please|finally|ooh+|omg|love it|true|indeed"
        r"|deal|support|seconded|me too|that'?d be \w+|bring it|as usual|lazy|懒|支持|同意|好主意|对|赞|\+1|快"
        r"|请讲|哈+)\b",
        "laugh": r"(?:ha){2,}|lol|lmao|😂|🤣|😅|哈哈|嘿嘿|\bhehe|\bgroan\b|rofl|笑死",
        "emoji": r"[\U0001F300-\U0001FAFF\u2600-\u27BF]",
        "emotion": r"\b(?:sorry|love you|proud|miss (?:him|her|you|it)|cry(?:ing)?|cried|sad|hug|scared"
        r"|congrat\w*|omg"
        r"|so happy|died|passed away|funeral|hurts?|alone|lonely|tired of|heart\w*|god|thank (?:god|heavens)"
        r"|breathe|worried|afraid|angry|poor thing|coming over|engaged|baby|born|widow)\b|💔|😢|😭|难过|抱抱"
        r"|恭喜|节哀"
        r"|想家|哭|呜|压力|心疼|对不起|害怕|没事的|爱你",
        "private": r"\b(?:don'?t tell|between us|not here|in private|secret|nobody knows|keep (?:it|this)|dm|call me"
        r"|can we (?:talk|speak)|pregnant|divorce\w*|therapy|drinking|arrested|biopsy|scan|clinic|test(?:s"
        r"|ed)? (?:came|positive)|lump|affair|debt|borrowed|lent|relaps\w*|suicid\w*|prison|confidential"
        r"|moved out|cheat\w*|hit me|drunk|diagnos\w*|salary|fired)\b|别跟|别说|不方便|私聊|怀孕|离婚|癌|抵押|欠"
        r"|出轨|心理医生|打电话",
        "opinion": r"\b(?:think|thoughts|opinion\w*|feel(?:ing|s)?|favou?rite|like(?:d)?|prefer|honest(?:ly)?"
        r"|should i"
        r"|do i look|which (?:one|of|photo)|rate|verdict|vote|mood|enjoy(?:ed)?|would you|what would|best"
        r"|views?|or not)\b|觉得|好看|喜欢|感觉|咋样|怎么样|该不该|想吃|真话|看法|好不好",
        "exclaim": r"[!！]{1,}",
        "shout": r"\b[A-Z]{4,}\b",
        "rhetorical": r"\b(?:honestly|seriously|on earth|even|again|why (?:do|is|me|am|does|should)"
        r"|who (?:invented|designs"
        r"|needs|would|raised|knows|puts|reads|does)|is (?:this|it|that) (?:a|too)|what (?:did i|am i"
        r"|is wrong|kind of|are we)|did i|am i|do i|do they|is there no|since when|how hard|how is it"
        r"|could this|another|are they serious)\b|难道|凭什么|图个啥|图什么|造了什么孽|这是.{1,8}还是|谁家"
        r"|还让不让|至于吗|就这|这也叫",
        "joke": r"\b(?:knock knock|walks? into|riddle|joke|what do you call|what'?s the difference|guess (?:what|who"
        r"|my)|why did the|how many .* does it take|who'?s there|punch ?line|wait for it|pun)\b|笑话|猜|脑筋急转弯"
        r"|为什么.{1,10}(?:像|分不清|怕)",
        "contradicts": r"\b(?:no(?:pe)?|actually|but|wait|hm+|hang on|hold on|uh|really|isn'?t|isnt|wasn'?t|not"
        r"|never|wrong"
        r"|moved|cancel\w*|changed|was|forget|forgot|though|tho|says?|sign|board|website|email|ticket|now"
        r"|instead|didn'?t|did we|since|sure|supposed|still)\b|不是|不对|改|没说|取消|停|啊？|已经|不来|错|其实"
        r"|明明|刚看|刚问",
        "evidence": r"\b(?:says?|sign|board|website|site|e-?mail|ticket|book|page|forecast|they (?:just|told|said"
        r"|announced)|standing|called|look (?:above|up)|scroll|wrote|i'?m (?:reading|looking)|in front"
        r"|counted?|card|contract|rules|here)\b|票上|门口|贴着|预报|刚|群里说|前台|视频里|写的",
        "fragment": r"^\W*(?:and|or|so|then|but|what about|how about|ok(?:ay)? and|and if|what if|in |for "
        r"|with(?:out)?"
        r"|for how|which one|why tho|why|when|till when|same|the (?:first|second|third|last|other)|more"
        r"|make it|but why|meaning)\b|^(?:那|还有|为啥|第[一二三]|改成|换成|小火|要是|再|为什么)|呢[?？]?$|的话",
        "more": r"\b(?:the (?:first|second|third|last|other|former|latter) (?:one)?|more|again|another|instead"
        r"|shorter|longer|in (?:grams|euros|minutes|english|numbers)|too|also|as well|else|the rest"
        r"|version)\b|再|另外|别的|第[一二三]|其他|也",
        "past": r"\b(?:did|was|were|said|told|went|had|got|left|bought|called|came|happened|took|made|paid"
        r"|saw)\b|了|过",
        "third_ai": r"\b(?:our|the|my|an|this|that) (?:ai|bot|robot|assistant|chatbot|machine)\b|(?:madeleine|ai|bot"
        r"|she)(?:'s)? (?:said|says|told|was|is|made|thinks|knows|reminded|suggested|found|eats|did|talks?"
        r"|does|hears|never|always)|madeleines\b|aunt|named|called madeleine|玛德琳(?:说|推荐|蛋糕|比|会|真|要)"
        r"|Madeleine(?:说|推荐|会|真|比|要|是)|叫Madeleine",
        "cake": r"\b(?:cakes?|bak\w+|oven|lemon|butter|dozen|tin of|recipe|batter|tea|proust)\b|蛋糕|烤|红茶",
        "quote": r"[\"“”']\w",
        "tag": r"(?:, )?(?:right|no|isn'?t it|innit|eh)\?$|吧\W*$|对吧",
        "handover": r"\b(?:ask (?:the (?:ai|bot|robot|machine|computer)|madeleine|it|her)|let'?s ask|question for"
        r"|your turn|tell us|settle this|over to|surely knows|do me the|be a dear)\b|问问|问本尊|出来|说说|你说",
    }.items()
}

_WHERE = {"human": ("at", "lead", "end", "within"), "ai": ("at", "lead", "end", "within", "described")}
NAMES = (*_WORDS, "short", "long", "chinese", *(f"{who}_{where}" for who in _WHERE for where in _WHERE[who]))


def cues(line: Heard) -> dict[str, float]:
    """What stands out in a line, each in [0, 1]."""
    text = line.text
    told = {name: float(pattern.search(text) is not None) for name, pattern in _WORDS.items()}
    size = len(text) * 3 if is_chinese(text) else len(text)
    told["short"] = max(0.0, 1 - size / 30)
    told["long"] = min(1.0, size / 150)
    told["chinese"] = float(is_chinese(text))
    for who, named in (("human", line.human), ("ai", line.assistant)):
        told |= {f"{who}_{where}": float(named == where) for where in _WHERE[who]}
    return told
