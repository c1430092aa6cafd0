"""Verifies the DKIM signature of the message on standard input by dkimpy. The argument is the DNS record."""

import sys

import dkim

record = sys.argv[1].encode()
print("valid" if dkim.verify(sys.stdin.buffer.read(), dnsfunc=lambda name, timeout=5: record) else "refused")
