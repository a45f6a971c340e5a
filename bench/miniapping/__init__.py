"""Parts of `make bench-miniapp`."""
