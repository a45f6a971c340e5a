"""What `madeleine adapters` shows."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table

from madeleine.inference.v1 import adapters_pb2 as pb


def revisions_table(revisions: Sequence[pb.Revision]) -> Table:
    """One row for each revision."""
    table = Table(box=None)
    for name in ("revision", "rank", "parent", "published", "resident", "pinned", "training run"):
        table.add_column(name, overflow="fold", justify="right" if name == "rank" else "left")
    for each in revisions:
        table.add_row(
            each.revision,
            str(each.rank),
            each.parent or "base",
            f"{each.published_at.ToDatetime().astimezone():%Y-%m-%d %H:%M}",
            "yes" if each.resident else "no",
            "yes" if each.pinned else "no",
            each.training_run_id,
        )
    return table


def aliases_table(reply: pb.ListAliasesResponse) -> Table:
    """One row for each alias."""
    table = Table(box=None)
    for name in ("alias", "serves", "before", "flips", "changed"):
        table.add_column(name, overflow="fold", justify="right" if name == "flips" else "left")
    for each in reply.aliases:
        changed = f"{each.changed_at.ToDatetime().astimezone():%Y-%m-%d %H:%M}"
        table.add_row(each.alias, _targets(each.targets), _targets(each.previous), str(each.version), changed)
    return table


def alias_line(alias: pb.Alias) -> str:
    """What an alias serves after a flip."""
    return f"{alias.alias} serves {_targets(alias.targets)}; before: {_targets(alias.previous) or 'nothing'}"


def proof(reply: pb.PublishAdapterResponse) -> str:
    """A published revision, and how near what is served is to what was trained."""
    tokens = sum(len(probe.completion_token_ids) for probe in reply.probes)
    return (
        f"{reply.revision.revision} is published: rank {reply.revision.rank},"
        f" base {reply.revision.base_model_sha256[:12]}\n"
        f"  over {tokens} tokens of {len(reply.probes)} probes, as served: at most {reply.max_trained_delta:.2g} nats a"
        f" token from training, {reply.max_base_delta:.2g} from the base\n"
        f"  effect as served on effect in training: slope {reply.effect_slope:.3f}, cosine {reply.effect_cosine:.3f}"
    )


def _targets(targets: Sequence[pb.WeightedRevision]) -> str:
    if len(targets) == 1:
        return targets[0].revision
    return ", ".join(f"{target.revision}={target.weight:g}" for target in targets)
