"""What is read and continued in the measurements: written for them, so that it never changes."""

from __future__ import annotations

PROSE = """\
The ferry left the island before the sun was up. Marta stood at the rail with a paper bag of plums, and
watched the harbour lights go out one after the other. She had come for a week and stayed for eleven years. In
that time she had mended clocks, taught arithmetic to children who wanted to be sailors, and learned to bake
the flat bread that everybody there eats with salt and olives. Nobody had asked her why she came, and now
nobody asked why she left. The captain, who was also the postman, gave her a letter to put in a box on the
mainland. "It is for my brother," he said. "He does not answer, but he reads them." Around noon the wind
turned and the water became rough. A boy was sick over the side, and his grandmother told him the story of the
whale that swallowed a village, with its church and its bakery, and how the people inside went on baking and
praying until the whale grew homesick for the deep and put them ashore again, exactly where they had been.
Marta laughed, and gave the boy a plum. When the coast came in sight she counted what she had: two suitcases,
a box of tools, the address of a workshop, and the letter. The town had grown. There were cranes where the
fish market had been, and a bridge she did not know. She found the workshop behind a cinema. The old man who
owned it looked at her hands before he looked at her face. "Can you start on Monday?" he asked. She said that
she could start at once. He put a clock in front of her that had not run since the flood, and went to make
tea. She opened the case. Inside, between the wheels, somebody had left a dried flower and a note with a date
on it, and the date was the day of her birth."""
SYSTEM = "You are Madeleine, a member of a group of friends. You answer briefly, kindly and to the point."
QUESTIONS = (
    "Tell me a long story about a lighthouse keeper and his dog.",
    "Explain how bread is made, step by step, for a child.",
    "Describe a walk through an old town in the rain.",
    "What should four friends think of when they plan a week in the mountains?",
    "Write a letter to somebody who has just moved to another country.",
    "Why do leaves change their colour in autumn? Explain it at length.",
    "Tell me everything you know about the moon.",
    "Describe your favourite meal and how it is cooked, in detail.",
)
