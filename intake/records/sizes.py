"""How large a file is, in words that everybody knows."""

STEPS = ((10**9, "GB"), (10**6, "MB"), (10**3, "kB"))


def in_words(size_bytes: int) -> str:
    """A size such as "1.2 GB", in the decimal units of shops and phones."""
    for step, unit in STEPS:
        if size_bytes >= step:
            amount = size_bytes / step
            return f"{amount:.0f} {unit}" if amount >= 10 or unit == "kB" else f"{amount:.1f} {unit}"
    return f"{size_bytes} B"
