import hashlib, hmac, json, os
from http.server import BaseHTTPRequestHandler, HTTPServer

SECRET = os.environ["WEBHOOK_SECRET"].encode()


def is_genuine(body: bytes, header: str) -> bool:
    expected = "sha256=" + hmac.new(SECRET, body, hashlib.sha256).hexdigest()
    # While a secret is rotated the header holds two signatures; one is enough.
    return any(hmac.compare_digest(expected.encode(), given.strip().encode()) for given in header.split(","))


class Receiver(BaseHTTPRequestHandler):
    def do_POST(self):  # POST /webhook
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        genuine = is_genuine(body, self.headers.get("X-Webhook-Signature", ""))
        self.send_response(204 if genuine else 401)  # Answer first, work afterwards.
        self.end_headers()
        if genuine:
            # The same event may come twice: skip an X-Webhook-Id that you have seen.
            print(self.headers["X-Webhook-Id"], json.loads(body)["event"], flush=True)


HTTPServer(("", int(os.environ.get("PORT", 3000))), Receiver).serve_forever()
