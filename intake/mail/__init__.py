"""A letter out, once, as written: composed from constants, kept sealed in the outbox, handed to a sender.

Letters carry a reference, dates and links of ours; never a name, an answer or a file name.
"""
