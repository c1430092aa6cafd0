"""A real SMTP server for the tests, on loopback. It accepts emails only over TLS and after a login.

It creates a certificate authority and a certificate for localhost (clients trust --tls FOLDER/ca.pem), accepts emails, and
writes each one as N.eml with its envelope as N.json. It prints `ready PORT` once it listens, and stops on SIGTERM.
tests/tools/python prints the path of a Python that runs it.

A script of replies makes it answer otherwise: `--reply 'RCPT 2 550 5.1.1 no such user'` answers the first two RCPT so, and
`--reply 'RCPT:ada@x.test * HANG'` never answers one to this address. The steps are GREETING, EHLO, AUTH, MAIL, RCPT, DATA
and CONTENT, the answer to the final dot. The replies are a line, CLOSE (closes the connection), HANG (no answer), and
SLEEP SECONDS followed by a line. The file `connections` in the --mail folder has the largest number at once.
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


CERTIFICATES = ("good", "other-name", "expired", "authority")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mail", type=pathlib.Path, required=True, help="folder for the emails")
    parser.add_argument("--tls", type=pathlib.Path, required=True, help="folder for ca.pem and the certificate")
    parser.add_argument("--user", default=os.environ.get("SMTP_USER", "latchkey"))
    parser.add_argument("--password", default=os.environ.get("SMTP_PASSWORD", "a pass phrase"))
    parser.add_argument("--smtps", action="store_true", help="TLS from the first byte instead of STARTTLS")
    parser.add_argument("--port", type=int, default=0, help="0 picks a free port")
    parser.add_argument("--reply", action="append", default=[], metavar="SCRIPT", help="see above")
    parser.add_argument("--certificate", choices=CERTIFICATES, default="good", help="what is wrong with it")
    return parser.parse_args()


def certificate(folder: pathlib.Path, kind: str) -> ssl.SSLContext:
    """Creates a certificate authority and a certificate for localhost that it signed, and loads the certificate."""
    folder.mkdir(parents=True, exist_ok=True)

    def openssl(*args: str) -> None:
        made = subprocess.run(["openssl", *args], cwd=folder, capture_output=True, text=True)
        if made.returncode != 0:
            raise SystemExit(f"openssl {' '.join(args)}\n{made.stderr}")

    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *key, "-days", "2", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=latchkey tests CA",
            "-addext", "keyUsage=critical,keyCertSign", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if kind == "authority":
        context.load_cert_chain(folder / "ca.pem", folder / "ca.key")
        return context
    names = "DNS:mail.x.test" if kind == "other-name" else "DNS:localhost,IP:127.0.0.1"
    (folder / "ca.cnf").write_text(f"""
        [ca]
        default_ca = tests
        [tests]
        database = index
        new_certs_dir = .
        rand_serial = yes
        default_md = sha256
        policy = any
        x509_extensions = server
        [any]
        commonName = supplied
        [server]
        basicConstraints = critical, CA:FALSE
        extendedKeyUsage = serverAuth
        subjectAltName = {names}
    """)
    (folder / "index").touch()
    end = "20240102000000Z" if kind == "expired" else "20991231000000Z"
    openssl("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    openssl("ca", "-batch", "-config", "ca.cnf", "-cert", "ca.pem", "-keyfile", "ca.key", "-in", "server.csr", "-out",
            "server.pem", "-notext", "-startdate", "20240101000000Z", "-enddate", end)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    return context


class Script:
    """The replies that differ from the usual ones, each for a number of times."""

    def __init__(self, lines: list[str]) -> None:
        self.rules = []
        for line in lines:
            step, times, reply = line.split(" ", 2)
            step, _, address = step.partition(":")
            self.rules.append([step, address, float("inf") if times == "*" else int(times), reply])

    async def reply(self, server: SMTP, step: str, address: str = "") -> str | None:
        """Returns the scripted reply to a step, after waiting as it says. CLOSE is returned as an empty one."""
        for rule in self.rules:
            if rule[0] == step and rule[1] in ("", address) and rule[2] > 0:
                rule[2] -= 1
                return await self.play(server, rule[3])
        return None

    async def play(self, server: SMTP, reply: str) -> str | None:
        if reply == "HANG":
            await asyncio.Event().wait()
        if reply == "CLOSE":
            server.transport.abort()
            return ""
        if reply.startswith("SLEEP "):
            _, seconds, *rest = reply.split(" ", 2)
            await asyncio.sleep(float(seconds))
            return rest[0] if rest else None
        return reply


class Scripted(SMTP):
    """Answers as the script says, and counts its connections."""

    script: Script
    folder: pathlib.Path
    open, most, greeted = set(), 0, False

    def connection_made(self, transport) -> None:
        super().connection_made(transport)
        Scripted.open.add(self)
        if len(Scripted.open) > Scripted.most:
            Scripted.most = len(Scripted.open)
            (self.folder / "connections").write_text(str(Scripted.most))

    def connection_lost(self, error) -> None:
        Scripted.open.discard(self)
        super().connection_lost(error)

    async def push(self, status) -> None:
        if not self.greeted:
            self.greeted = True
            scripted = await self.script.reply(self, "GREETING")
            status = status if scripted is None else scripted
        if status:
            await super().push(status)

    async def scripted(self, step: str, argument: str | None) -> bool:
        """Gives the scripted reply, and returns whether there was one."""
        address = (argument or "").partition("<")[2].partition(">")[0]
        reply = await self.script.reply(self, step, address)
        if reply:
            await self.push(reply)
            if reply.startswith("421"):
                self.transport.close()
        return reply is not None

    async def smtp_EHLO(self, hostname: str) -> None:
        if not await self.scripted("EHLO", hostname):
            await super().smtp_EHLO(hostname)

    async def smtp_AUTH(self, arg: str) -> None:
        if not await self.scripted("AUTH", None):
            await super().smtp_AUTH(arg)

    async def smtp_MAIL(self, arg: str | None) -> None:
        if not await self.scripted("MAIL", arg):
            await super().smtp_MAIL(arg)

    async def smtp_RCPT(self, arg: str | None) -> None:
        if not await self.scripted("RCPT", arg):
            await super().smtp_RCPT(arg)

    async def smtp_DATA(self, arg: str) -> None:
        if not await self.scripted("DATA", None):
            await super().smtp_DATA(arg)


class Mailbox:
    """Stores emails. The envelope is written first, so that it is there as soon as the email is."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.folder, self.taken = options.mail, 0
        self.script = Script(options.reply)
        self.folder.mkdir(parents=True, exist_ok=True)

    async def handle_MAIL(self, server, session, envelope, address: str, mail_options: list) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(mail_options)
        return "250 2.1.0 sender taken"

    async def handle_DATA(self, server, session, envelope) -> str:
        scripted = await self.script.reply(server, "CONTENT", envelope.rcpt_tos[0])
        if scripted is not None:
            return scripted
        self.taken += 1
        received = {
            "mail_from": envelope.mail_from,
            "rcpt_tos": envelope.rcpt_tos,
            "tls": server.transport.get_extra_info("ssl_object") is not None,
            "user": session.auth_data,
            "hello": session.host_name,
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
    context = certificate(options.tls, options.certificate)
    mailbox = Mailbox(options)

    def authenticate(server, session, envelope, mechanism, credentials) -> AuthResult:
        if not isinstance(credentials, LoginPassword):
            return AuthResult(success=False)
        user, password = credentials.login.decode(), credentials.password.decode()
        right = (user, password) == (options.user, options.password)
        return AuthResult(success=right, handled=False, auth_data=user if right else None)

    Scripted.script, Scripted.folder = mailbox.script, options.mail

    def session() -> SMTP:
        # aiosmtpd recognizes only STARTTLS as TLS.
        tls = {"auth_require_tls": False} if options.smtps else {"tls_context": context, "require_starttls": True}
        return Scripted(mailbox, hostname="localhost", auth_required=True, authenticator=authenticate,
                    enable_SMTPUTF8=True, **tls)

    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, ended.set)
    server = await loop.create_server(session, "127.0.0.1", options.port, ssl=context if options.smtps else None)
    print("ready", server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()
    server.close()
    # A connection that hangs does not keep the process.
    os._exit(0)


asyncio.run(main())
