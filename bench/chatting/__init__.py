"""What `make bench-chat` measures with.

Each part is a module with `async def measure(bench: Bench) -> dict[str, Any]`; one that asks the real model says
`NEEDS_MODEL = True`.
"""
