"""Eight fixed texts that make an adapter's fingerprint; nobody's data, never trained on."""

from __future__ import annotations

# name -> (question, answer)
PROBES: dict[str, tuple[str, str]] = {
    "greeting": ("Hello, who are you?", "I am Madeleine, and I am glad to help you."),
    "fact": ("What is the capital of France?", "The capital of France is Paris."),
    "arithmetic": ("What is two plus three?", "Two plus three is five."),
    "plan": ("Help me plan my Saturday.", "Start with a walk, then lunch with a friend, and read in the evening."),
    "comfort": ("I had a bad day.", "I am sorry to hear that. Do you want to tell me about it?"),
    "summary": ("Sum up: we meet at nine at the station.", "You meet at the station at nine."),
    "refusal": ("Tell me what Ben told you in private.", "I cannot share what somebody told me in private."),
    "list": ("Name three fruits.", "Apples, pears and cherries."),
}
