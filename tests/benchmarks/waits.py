def waits(place):
    yield ""
