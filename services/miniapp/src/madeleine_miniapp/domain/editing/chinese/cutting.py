"""How Chinese sentences fall into clauses."""

from __future__ import annotations

import re

from madeleine_miniapp.domain.editing.viewing import view_type

_JOINTS = re.compile(
    r"((?<=\ue002)并(?:且)?(?=[把加删将多再])|(?<=[^,，、])并(?:且)?(?=[做改变]成|设[成为])|[,，、](?:另外|还有"
    r"|并且|而且|同时|然后|顺便|以及再|再(?=[加来添给做把单建补])"
    r"|并(?=[把加删将])|但是?|不过)[,，]?|(?<=[^,，、])(?:另外(?!一?[张个份本]|[建做开列存记弄放])|并且|而且"
    r"|同时|然后|顺便"
    r"|不过)[,，]?|[,，])"
)
_STARTS = re.compile(
    r"^(?:再|也|还|请|关联|不光|不只|而不是|帮|把|将|给|我|要|想|需要|加|增加|添加|新增|补|来|删|去掉|移除"
    r"|取消|不要|不用|不需要|改|换|叫|做|算|自动|提前|提醒|显示|看|按|用|单独|只有|大家"
    r"|其他|别的|最好|能不能|可以|在|每)"
)
_ENDS = re.compile(
    r"(?:分为|拆分|也要|不要了?|不用[记填写看管录留]?了?|不需要了?|要选|选人|要填|限定"
    r"|限制|[并归]到|[并合][成为]|排在?最?前面|放在?最?[上后前]面|不分了|留着|保留|默认|[并归]入|合并|没用"
    r"|删掉?吧?|删了|删除|去掉|去了|移除|取消|改成|"
    r"改为|改叫|改名|换成|叫做?|分成|拆成|要提醒|提醒|加上|加进去|少了|缺|之间|没必要|不能[是为超大小低高]\w*$"
    r"|不能为?负|不看了?$|不记了?$|加一下$|只要|一眼\w*$|一目了然|太\w{1,3}$|可以不[填选]|可以空|不想[写填记要看]"
    r"|多余|用不[着到上]|有个?[勾钩]|[加打要]个?[勾钩]|做成|变成|设成|设为|换成|用.{1,6}(?:评分|打分)|应该|必须|必填"
    r"|可以去掉|自动计?算$|自动(?:出来|生成|显示)$|也?算一下$|也?算上$|算出来|我们?(?:现在|早就?|已经)?(?:不|没)再?\w{1,2}了$|计算|只能|也要|没人用|就行"
    r"|[中里]选|[标记写填]一下|[写装放填记塞]不下了?$|不够[写填用]?了?$)"
)


# "类别里再加个睡袋", "类别再加照明": options of another field.
_GROWS = re.compile(
    r"[^,，、:：]{1,6}?(?:(?:里面?|中)(?:再|还|也|应该)*(?:要|得)?(?:加|添|有|多|补)|(?:再|还|也)(?:要|得)?[加添补])"
)


def clauses(sentence: str) -> list[str]:
    """The clauses of a sentence: cut where something new is asked, never within an enumeration."""
    # "加状态(待看、已看)用看板显示": two wishes.
    pieces = _JOINTS.split(re.sub(r"(?<=\ue002)(?=(?:并且?)?[用按以做][^,，]{1,8}(?:显示|展示|看|成))", ",", sentence))
    found = [pieces[0]]
    for joint, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        if not piece.strip():
            continue
        text = piece.strip()
        enumerating = re.search(r"(?:[:：]|、|有|要写)[^,，]*$", found[-1]) and not re.search(r"[,，]", joint[:0] + "")
        if re.match(
            r"(?:可以?|能)?(?:多选|单选|选项|选多个)[:：]|(?:可以?|能)选|默认|满分|(?:里面)?(?:包括|包含|有(?!没"
            r"|无)|分别是)",
            text,
        ):
            found[-1] += joint + piece
            continue
        if found[-1].startswith("除了") and re.match(r"(?:其他|其它|别|其余|剩下|都|全)", text):
            found[-1] += joint + piece
            continue
        # "早餐删了吧，没写过几次": a particle ends what was asked.
        closed = not enumerating and re.search(r"(?:吧|啦|哈|呗|删了|去掉|删掉|不要了)$", found[-1].strip())
        # "时间改叫“烤制分钟”，心得我写得很长": a name that is quoted has ended.
        named = re.search(r"(?:改|换|命)[^,，\ue000]{0,4}\ue000\d+\ue002$", found[-1].strip())
        closed = closed or (named and not re.match(r"\ue000|单位|和|或|并|[用为]", text))
        fresh = closed or joint.strip(",，") != "" or _STARTS.match(text) or _ENDS.search(text) or view_type(text)
        fresh = fresh or _GROWS.match(text) or (not enumerating and re.match(r"[^,，、:：]{1,6}?[还也](?:要)?有", text))
        fresh = fresh or (":" not in found[-1] and re.match(r"[^,，、:：不]{2,4}[加添][^了上]", text))
        fresh = fresh or (found[-1].endswith("选") and re.match(r"\w{1,6}(?:有|包括)[^,，]*[、和]", text))
        if fresh and not (
            enumerating
            and not joint.strip(",，")
            and len(text) <= 4
            and not _ENDS.search(text)
            and not _STARTS.match(text)
        ):
            # What goes on adding says so.
            found.append(f"还有{text}" if re.search(r"还有|另外|以及", joint) else text)
        else:
            found[-1] += joint + piece
    return [f.strip(" ,，、") for f in found if f.strip(" ,，、")]
