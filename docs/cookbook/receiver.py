"""Receives webhooks of Jobrelay, verifies them, and prints a line for each: python3 receiver.py PORT

The key is the environment variable WEBHOOK_SECRET. The program for you to start from keeps the event before it answers.
"""
import base64, hashlib, hmac, http.server, json, os, sys, time


def verify(secret: str, id: str, timestamp: str, signatures: str, body: bytes) -> bool:
    if abs(time.time() - int(timestamp)) > 300:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    expected = b"v1," + base64.b64encode(digest)
    return any(hmac.compare_digest(expected, signature.encode()) for signature in signatures.split(" "))


class Receiver(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        given = [self.headers[name] or "" for name in ("webhook-id", "webhook-timestamp", "webhook-signature")]
        good = given[1].isdigit() and verify(os.environ["WEBHOOK_SECRET"], *given, body)
        self.send_response(204 if good else 401)
        self.end_headers()
        data = json.loads(body)["data"] if good else {}
        said = data["job"]["state"] if "job" in data else data.get("health", "refused: the signature does not fit")
        print(given[0], said, flush=True)

    def log_message(self, *arguments):
        pass


http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
