"""A real SMTP server for the tests, on loopback. It accepts emails only over TLS and after a login.

It creates a certificate authority and a certificate for localhost (clients trust --tls FOLDER/ca.pem), accepts emails, and
writes each one as N.eml with its envelope as N.json. It prints `ready PORT` once it listens, and stops on SIGTERM.
tests/tools/python prints the path of a Python that runs it.
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
    parser.add_argument("--mail", type=pathlib.Path, required=True, help="folder for the emails")
    parser.add_argument("--tls", type=pathlib.Path, required=True, help="folder for ca.pem and the certificate")
    parser.add_argument("--user", default=os.environ.get("SMTP_USER", "latchkey"))
    parser.add_argument("--password", default=os.environ.get("SMTP_PASSWORD", "a pass phrase"))
    parser.add_argument("--smtps", action="store_true", help="TLS from the first byte instead of STARTTLS")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free port")
    parser.add_argument("--defer", type=int, default=0, metavar="N", help="answer the first N emails with a 451")
    parser.add_argument("--refuse", type=int, default=0, metavar="N", help="answer the next N emails with a 550")
    parser.add_argument("--refuse-sender", metavar="ADDRESS", help="answer MAIL FROM this address with a 553")
    return parser.parse_args()


def certificate(folder: pathlib.Path) -> ssl.SSLContext:
    """Creates a certificate authority and a certificate for localhost that it signed, and loads the certificate."""
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


class Mailbox:
    """Stores emails. The envelope is written first, so that it is there as soon as the email is."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.folder, self.defer, self.refuse, self.taken = options.mail, options.defer, options.refuse, 0
        self.refused_sender = options.refuse_sender
        self.folder.mkdir(parents=True, exist_ok=True)

    async def handle_MAIL(self, server, session, envelope, address: str, mail_options: list) -> str:
        if address == self.refused_sender:
            return "553 5.7.1 not a sender of this server"
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 2.1.0 sender taken"

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.defer > 0:
            self.defer -= 1
            return "451 4.3.0 try again later"
        if self.refuse > 0:
            self.refuse -= 1
            return "550 5.7.1 not taken"
        self.taken += 1
        received = {
            "mail_from": envelope.mail_from,
            "rcpt_tos": envelope.rcpt_tos,
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "user": session.auth_data,
        }
        self.write("json", json.dumps(received, indent=2).encode())
        self.write("eml", envelope.original_content)
        return f"250 2.0.0 taken as {self.taken}"

    def write(self, ending: str, content: bytes) -> None:
        """Writes a file atomically."""
        part = self.folder / f"{self.taken}.{ending}.part"
        part.write_bytes(content)
        part.rename(self.folder / f"{self.taken}.{ending}")


async def main() -> None:
    options = arguments()
    # aiosmtpd warns about its own deprecations at each login, and does not know that --smtps is encrypted.
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    warnings.simplefilter("ignore")
    context = certificate(options.tls)
    mailbox = Mailbox(options)

    def authenticate(server, session, envelope, mechanism, credentials) -> AuthResult:
        if not isinstance(credentials, LoginPassword):
            return AuthResult(success=False)
        user, password = credentials.login.decode(), credentials.password.decode()
        right = (user, password) == (options.user, options.password)
        return AuthResult(success=right, handled=False, auth_data=user if right else None)

    def session() -> SMTP:
        # aiosmtpd recognizes only STARTTLS as TLS.
        tls = {"auth_require_tls": False} if options.smtps else {"tls_context": context, "require_starttls": True}
        return SMTP(mailbox, hostname="localhost", auth_required=True, authenticator=authenticate,
                    enable_SMTPUTF8=True, **tls)

    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ended.set)
    server = await loop.create_server(session, "127.0.0.1", options.port, ssl=context if options.smtps else None)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    server.close()


asyncio.run(main())
