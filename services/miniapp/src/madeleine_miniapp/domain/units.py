"""The units that numbers come in, by the words that people say for them, English and Chinese."""

from __future__ import annotations

_WORDS = {
    "kg": "kg kilo kilos kilogram kilograms 公斤 千克",
    "g": "g gr gram grams 克",
    "mg": "mg milligram milligrams 毫克",
    "lb": "lb lbs pound pounds 磅",
    "km": "km kilometre kilometres kilometer kilometers 公里 千米",
    "m": "m metre metres meter meters 米",
    "cm": "cm centimetre centimetres centimeter centimeters 厘米",
    "mm": "mm millimetre millimetres millimeter millimeters 毫米",
    "mi": "mi mile miles 英里",
    "L": "l litre litres liter liters 升",
    "ml": "ml millilitre millilitres milliliter milliliters 毫升",
    "min": "min mins minute minutes 分钟",
    "h": "h hr hrs hour hours 小时",
    "s": "s sec secs second seconds 秒",
    "days": "days 天",
    "°C": "°c ℃ celsius degree degrees 摄氏度 度",
    "°F": "°f ℉ fahrenheit 华氏度",
    "%": "% percent 百分比",
    "kcal": "kcal calories 大卡 千卡",
    "kWh": "kwh 度电",
    "bpm": "bpm",
    "mmHg": "mmhg",
    "mg/L": "mg/l ppm",
    "mmol/L": "mmol/l mmol",
    "km/h": "km/h kmh kph",
    "m²": "m² m2 sqm 平方米 平米",
    "cups": "cup cups 杯",
}
UNIT_OF = {word: unit for unit, words in _WORDS.items() for word in words.split()}


def unit_named(word: str) -> str:
    """The unit that a word, "in km" among them, means; "" for none."""
    bare = word.strip().casefold()
    for lead in ("in ", "per "):
        bare = bare.removeprefix(lead)
    return UNIT_OF.get(bare.strip(), "")
