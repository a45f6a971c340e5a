"""One example of notes and their card for each theme and language: small models follow examples, not instructions."""

from __future__ import annotations

# Notes, and the card that was written from them.
Example = tuple[list[str], dict[str, str]]

EXAMPLES: dict[str, dict[str, Example]] = {
    "English": {
        "approaching": (
            ["the choir sings on Friday", "cannot find the choir folder"],
            {
                "title": "The choir sings soon",
                "body": "The choir sings on Friday, and you were looking for the folder. Could you find it today?",
                "tone": "practical",
            },
        ),
        "topic": (
            ["why does sourdough smell sour", "my sourdough did not rise"],
            {
                "title": "Your sourdough again",
                "body": "You asked why sourdough smells sour, and yours did not rise. What will it do next?",
                "tone": "curious",
            },
        ),
        "series": (
            [
                "Water log: Kim recorded Plant: fern, 2 cups",
                "Water log: Kim recorded Plant: ivy, 1 cup",
            ],
            {
                "title": "Fern and ivy, watered",
                "body": "Your water log has the fern and the ivy. The plants can rely on you.",
                "tone": "celebrating",
            },
        ),
    },
    "Chinese": {
        "approaching": (
            ["周五合唱团演出", "找不到合唱团的谱子"],
            {"title": "合唱团快演出了", "body": "周五合唱团演出，谱子还没找到。今天找一找？", "tone": "practical"},
        ),
        "topic": (
            ["酸面团为什么酸", "我的酸面团没发起来"],
            {
                "title": "又是酸面团",
                "body": "你问酸面团为什么酸，它又没发起来。酸面团下一步怎么办？",
                "tone": "curious",
            },
        ),
        "series": (
            ["浇水: 小金 recorded 植物: 蕨, 2 杯", "浇水: 小金 recorded 植物: 常春藤, 1 杯"],
            {"title": "蕨和常春藤", "body": "浇水记录里有蕨和常春藤。植物可以信赖你。", "tone": "celebrating"},
        ),
    },
}
