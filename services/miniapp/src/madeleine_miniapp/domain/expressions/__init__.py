"""CEL as apps may use it: read, checked for types and size, its names found and renamed; evaluating is a port's."""
