"""A real SMTP server for the tests, on loopback: TLS and a log-in, or no letter is taken.

It makes a certificate authority and a certificate for localhost (--tls FOLDER/ca.pem is what a client trusts), takes
letters, and writes each one as N.eml with its envelope beside it as N.json. It prints `ready PORT` once it listens, and
ends on SIGTERM. tests/tools/python prints the path of a Python that runs it.
"""

import argparse
import asyncio
import json
import logging
import os
import pathlib
import signal
import ssl
import subprocess
import warnings

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mail", type=pathlib.Path, required=True, help="folder for the letters")
    parser.add_argument("--tls", type=pathlib.Path, required=True, help="folder for ca.pem and the certificate")
    parser.add_argument("--user", default=os.environ.get("SMTP_USER", "latchkey"))
    parser.add_argument("--password", default=os.environ.get("SMTP_PASSWORD", "a pass phrase"))
    parser.add_argument("--smtps", action="store_true", help="TLS from the first byte instead of STARTTLS")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--defer", type=int, default=0, metavar="N", help="answer the first N letters with a 451")
    return parser.parse_args()


def certificate(folder: pathlib.Path) -> ssl.SSLContext:
    """Makes a certificate authority and a certificate for localhost that it signed, and loads the latter."""
    folder.mkdir(parents=True, exist_ok=True)

    def openssl(*args: str) -> None:
        made = subprocess.run(["openssl", *args], cwd=folder, capture_output=True, text=True)
        if made.returncode != 0:
            raise SystemExit(f"openssl {' '.join(args)}\n{made.stderr}")

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2")
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=latchkey tests CA",
            "-addext", "keyUsage=critical,keyCertSign")
    openssl("req", "-x509", *key, "-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out", "server.pem",
            "-subj", "/CN=localhost", "-addext", "basicConstraints=critical,CA:FALSE",
            "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-addext", "extendedKeyUsage=serverAuth")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    return context


class Letterbox:
    """Takes the letters: the envelope first, then the letter, so that whoever sees the letter finds the envelope."""

    def __init__(self, folder: pathlib.Path, defer: int) -> None:
        self.folder, self.defer, self.taken = folder, defer, 0
        folder.mkdir(parents=True, exist_ok=True)

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.defer > 0:
            self.defer -= 1
            return "451 4.3.0 try again later"
        self.taken += 1
        told = {
            "mail_from": envelope.mail_from,
            "rcpt_tos": envelope.rcpt_tos,
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "user": session.auth_data,
        }
        self.write("json", json.dumps(told, indent=2).encode())
        self.write("eml", envelope.original_content)
        return f"250 2.0.0 taken as {self.taken}"

    def write(self, ending: str, content: bytes) -> None:
        """Puts a file there whole or not at all."""
        part = self.folder / f"{self.taken}.{ending}.part"
        part.write_bytes(content)
        part.rename(self.folder / f"{self.taken}.{ending}")


async def main() -> None:
    told = arguments()
    # aiosmtpd speaks of its own deprecations on each log-in, and cannot know that --smtps is encrypted.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    context = certificate(told.tls)
    letterbox = Letterbox(told.mail, told.defer)

    def authenticate(server, session, envelope, mechanism, given) -> AuthResult:
        if not isinstance(given, LoginPassword):
            return AuthResult(success=False)
        user, password = given.login.decode(), given.password.decode()
        right = (user, password) == (told.user, told.password)
        return AuthResult(success=right, handled=False, auth_data=user if right else None)

    def session() -> SMTP:
        # aiosmtpd counts STARTTLS alone as TLS.
        tls = {"auth_require_tls": False} if told.smtps else {"tls_context": context, "require_starttls": True}
        return SMTP(letterbox, hostname="localhost", auth_required=True, authenticator=authenticate,
                    enable_SMTPUTF8=True, **tls)

    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ended.set)
    server = await loop.create_server(session, "127.0.0.1", told.port, ssl=context if told.smtps else None)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    server.close()


asyncio.run(main())
