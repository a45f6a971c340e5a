"""A client of the service in a process of its own, as clients are: each line on its input starts one round.

Input lines are JSON: address, metadata of a call, prompts (token ids, one for each stream), tokens. The answer is a
line with tokens and seconds. Messages are counted by their token ids, which is all that a client must read of them.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from typing import Any

import grpc

from madeleine.inference.v1 import inference_pb2 as pb
from madeleine.inference.v1.inference_pb2_grpc import InferenceServiceStub


async def stream(stub: InferenceServiceStub, asked: dict[str, Any], prompt: Sequence[int]) -> int:
    """The number of tokens of one stream."""
    request = pb.GenerateRequest(
        model="base", token_ids=pb.TokenIds(ids=prompt), sampling=pb.Sampling(max_tokens=asked["tokens"])
    )
    made = 0
    async for message in stub.Generate(request, metadata=tuple(map(tuple, asked["metadata"]))):
        made += len(message.delta.token_ids)
    return made


async def main() -> None:
    """Answers until its input ends."""
    channels: dict[str, grpc.aio.Channel] = {}
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        address = asked["address"]
        if address not in channels:
            channels[address] = grpc.aio.insecure_channel(address)
        stub = InferenceServiceStub(channels[address])
        began = time.perf_counter()
        made = await asyncio.gather(*(stream(stub, asked, prompt) for prompt in asked["prompts"]))
        print(json.dumps([sum(made), time.perf_counter() - began]), flush=True)
    for channel in channels.values():
        await channel.close()


if __name__ == "__main__":
    asyncio.run(main())
