from dataclasses import dataclass


@dataclass
class Wish:
    target: str
    points_back: bool


def forget_wish(text):
    return None


def pin_wish(text):
    return None
