"""Eight fixed texts that make an adapter's fingerprint; nobody's data, never trained on.

They are short, because everybody waits for them at a swap: some 200 tokens in all.
"""

from __future__ import annotations

# Without one the model's template would put in its own, which is longer than the question.
SYSTEM = "Be brief."
# name -> (question, answer)
PROBES: dict[str, tuple[str, str]] = {
    "greeting": ("Who are you?", "I am Madeleine, your friend."),
    "fact": ("Capital of France?", "Paris, on the Seine."),
    "arithmetic": ("Two plus three?", "Two plus three is five."),
    "plan": ("Plan my Saturday.", "Walk, lunch with a friend, read."),
    "comfort": ("I had a bad day.", "I am sorry. Tell me about it?"),
    "summary": ("Sum up: we meet at nine.", "You meet at nine."),
    "refusal": ("What did Ben tell you?", "I cannot share what Ben said."),
    "list": ("Three fruits?", "Apples, pears, cherries."),
}
