"""What `make bench-chat` measures with.

Each part is a module with `async def measure(bench: Bench) -> dict[str, Any]`. One that asks the real model says
`NEEDS_MODEL = True`; one that wants services as processes of their own names them in `PROCESSES`, in order, and what
their environment has besides in `SETTINGS`.
"""
