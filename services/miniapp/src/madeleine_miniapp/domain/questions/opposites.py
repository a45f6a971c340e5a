"""What is said of records that do not tick a field: a test that is not passed is failed."""

from __future__ import annotations

from madeleine.miniapp.v1 import spec_pb2 as s
from madeleine_miniapp.domain.questions.concepts import Stems
from madeleine_miniapp.domain.questions.text import stems

# What is ticked: what is said where it is not.
_OPPOSITES = """
passed, pass, 通过, 及格, 合格: fail, failed, failing, fails, flunk, flunked, 挂科, 挂了, 不及格, 没过
paid, settled, 已付, 已付款, 付清: owing, outstanding, owed, unsettled, 欠着
returned, given back, 已还, 归还: lent out, still out, on loan, borrowed, 未还
attended, present, 出席, 到场: absent, missed, skipped, away, no-show, 缺席, 缺勤
won, win, 赢, 获胜: lost, lose, loses, losing, defeat, defeats, 输, 输了
working, works, 正常: broken, faulty, defective, out of order, 坏了
open, 开放: closed, shut, 关闭
clean, 干净: dirty, 脏
full, 满: empty
fresh, 新鲜: stale, rotten, spoiled, 变质
free, 免费: paid for, charged
healthy, 健康: sick, ill, 生病
alive, 活着: dead, died, 死了
successful, succeeded, success, 成功: failed, fail, failure, unsuccessful, 失败
on time, 准时, 按时: late, delayed, 迟到, 晚点
"""
NOT_SO = "not so"


def opposites(f: s.Field) -> frozenset[Stems]:
    """What is said of records that do not tick a field."""
    named = {stems(f.name), stems(f.label), (stems(f.name) or ("",))[-1:]}
    made: set[Stems] = set()
    for line in _OPPOSITES.strip().splitlines():
        so, _, not_so = line.partition(":")
        if named & {stems(w) for w in so.split(",")}:
            made |= {stems(w) for w in not_so.split(",")}
    return frozenset(made - named)
