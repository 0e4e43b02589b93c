"""A mail server that does what the name of a recipient says, and writes a line of JSON for each thing it was asked."""
import asyncio, email, email.policy, json, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

mode, log_file, certificate, key = sys.argv[1:]
asked = {}


def log(**what):
    with open(log_file, "a") as file:
        file.write(json.dumps(what) + "\n")


def content(part):
    # On the wire every line ends with both.
    return part.get_content().replace("\r\n", "\n")


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        log(asked=address)
        asked[address] = asked.get(address, 0) + 1
        name = address.split("@")[0]
        if name == "nobody":
            return f"550 5.1.1 <{address}>: No such person here"
        if name.startswith("slow"):
            await asyncio.sleep(3600)
        if name == "busy" or (name == "soon" and asked[address] < 3):
            return "451 4.7.1 Come back later"
        if name == "hangup" and asked[address] < 2:
            server.transport.abort()
            return "421 bye"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        letter = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        html = letter.get_body(("html",))
        log(
            mail_from=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            encrypted=session.ssl is not None or server.transport.get_extra_info("sslcontext") is not None,
            login=session.auth_data.login.decode() if session.auth_data else None,
            headers={name.lower(): str(value) for name, value in letter.items()},
            names=[name.lower() for name in letter.keys()],
            text=content(letter.get_body(("plain",))),
            html=html and content(html),
        )
        address = envelope.rcpt_tos[0]
        full = address.startswith("full@") and asked[address] == 1
        return "452 4.3.1 No room now" if full else "250 2.0.0 Queued as 4711"


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and (data.login, data.password) == (b"shop@host", "pä:ss/word".encode())
    return AuthResult(success=good, handled=good, auth_data=data)


async def main():
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if certificate:
        tls.load_cert_chain(certificate, key)
    options = {"enable_SMTPUTF8": False}
    if mode == "starttls":
        options |= {"tls_context": tls, "require_starttls": True}
    if mode == "login":
        options |= {"authenticator": authenticate, "auth_required": True, "auth_require_tls": False}
    loop = asyncio.get_running_loop()
    make = lambda: SMTP(Handler(), loop=loop, **options)
    server = await loop.create_server(make, "127.0.0.1", 0, ssl=tls if mode == "tls" else None)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
