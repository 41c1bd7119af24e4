"""aiohttp is loaded without the certificates that nobody asks it for, and nothing else is changed by that."""

from __future__ import annotations

import subprocess
import sys

SAYS = """
import sys, ssl
{before}
usual = ssl.SSLContext.load_default_certs
import aggregator.web
import aiohttp.connector
assert ssl.SSLContext.load_default_certs is usual
assert "set_default_verify_paths" not in vars(ssl.SSLContext)
print(aiohttp.connector._SSL_CONTEXT_UNVERIFIED.cert_store_stats()["x509_ca"])
print(aiohttp.connector._SSL_CONTEXT_VERIFIED.cert_store_stats()["x509_ca"])
print(aiohttp.connector._SSL_CONTEXT_VERIFIED.verify_mode.name)
print(ssl.create_default_context().cert_store_stats()["x509_ca"])
"""


def said(before: str = "") -> list[str]:
    code = SAYS.format(before=before)
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return ran.stdout.split()


def test_the_context_of_aiohttp_trusts_nobody_and_all_others_are_as_usual() -> None:
    unchecked, theirs, mode, usual = said()

    assert unchecked == theirs == "0"
    assert mode == "CERT_REQUIRED"
    assert usual == said("import aiohttp")[3]


def test_aiohttp_that_is_loaded_already_stays_as_it_is() -> None:
    unchecked, theirs, _, usual = said("import aiohttp")

    assert unchecked == theirs == usual
