"""The files they send: bytes received over bad lines, sealed in the vault, checked, receipted and given out again.

Knows a case, a grant and a session only by their ids, and is handed the key of the case.
"""
