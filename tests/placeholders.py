"""The places in a sentence that are filled in later: by Python, or by a script of the page."""

import re

PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|\{(\w+)\}")
