"""A name server for the zone in FOLDER/zone, and a page from FOLDER/page at port 80 of ADDRESS. Both files are read
anew for each question. FOLDER/ready is there once both listen."""

import http.server
import pathlib
import sys
import threading

from dnslib import QTYPE, RCODE, RR
from dnslib.server import BaseResolver, DNSLogger, DNSServer

folder, port, address = pathlib.Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]


class Zone(BaseResolver):
    def resolve(self, request, handler):
        reply, name, kind = request.reply(), request.q.qname, QTYPE[request.q.qtype]
        records = [record for record in RR.fromZone((folder / "zone").read_text()) if record.rname == name]
        for record in records:
            if QTYPE[record.rtype] == kind:
                reply.add_answer(record)
        if not records:
            reply.header.rcode = RCODE.NXDOMAIN
        return reply


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        page = folder / "page"
        there = self.path == "/.well-known/galleria-proof.txt" and page.exists()
        body = page.read_bytes() if there else b"nothing here\n"
        self.send_response(200 if there else 404)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


for tcp in (False, True):
    DNSServer(Zone(), address="127.0.0.1", port=port, tcp=tcp, logger=DNSLogger("-request,-reply")).start_thread()
pages = http.server.ThreadingHTTPServer((address, 80), Page)
threading.Thread(target=pages.serve_forever, daemon=True).start()
(folder / "ready").touch()
threading.Event().wait()
