"""Making cards, and what people do with them."""
