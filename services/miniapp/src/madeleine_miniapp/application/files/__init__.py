"""Records taken along as files, and brought in from them."""
