"""Generated contracts: `DESCRIPTORS` is the descriptor set, imports included, that the gateway transcodes by."""

from pathlib import Path

DESCRIPTORS = Path(__file__).parent / "descriptors.binpb"
