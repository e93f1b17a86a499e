# The voice agent that .ci/streams calls: Python's websockets, which knows nothing of
# Twilio. It answers TwiML, lets in only handshakes that are signed, sends all audio
# back as it comes, with a mark after each second, and tells at /told what it was told.
# Below /slow it answers what was said 800 ms after its end.
import asyncio
import base64
import hashlib
import hmac
import http
import json
import os

import websockets

token = os.environ["TWILIO_AUTH_TOKEN"].encode()
told = {"streams": 0, "frames": 0, "keys": "", "marks": 0, "marked": 0, "stopped": 0, "gaps": 0, "forged": 0, "parameters": []}


def is_signed(headers, url):
    want = base64.b64encode(hmac.new(token, url.encode(), hashlib.sha1).digest()).decode()
    return hmac.compare_digest(want, headers.get("X-Twilio-Signature", ""))


async def answer(path, headers):
    host, text = headers["Host"], {"Content-Type": "text/xml"}
    if path == "/told":
        return http.HTTPStatus.OK, [], json.dumps(told).encode()
    scheme = "wss" if headers.get("Upgrade") else "http"
    if not is_signed(headers, f"{scheme}://{host}{path}"):
        told["forged"] += 1
        return http.HTTPStatus.FORBIDDEN, [], b"wrong signature\n"
    if scheme == "http":
        agent = path.split("?")[0]
        twiml = f'<Response><Connect><Stream url="wss://{host}{agent}"><Parameter name="caller" value="1 &amp; 2"/></Stream></Connect></Response>'
        return http.HTTPStatus.OK, text, twiml.encode()
    return None


async def slow(socket):
    said, pending, loop = False, None, asyncio.get_running_loop()
    tone = base64.b64encode(bytes([0x80] * 4000)).decode()
    async for text in socket:
        m = json.loads(text)
        if m["event"] != "media":
            continue
        spoken = base64.b64decode(m["media"]["payload"]) != b"\xff" * 160
        if spoken and pending:
            pending.cancel()
        if said and not spoken:  # it was over 20 ms ago
            answer = json.dumps({"event": "media", "streamSid": m["streamSid"], "media": {"payload": tone}})
            pending = loop.call_later(0.78, lambda: asyncio.ensure_future(socket.send(answer)))
        said = spoken


async def echo(socket):
    if socket.path == "/slow":
        return await slow(socket)
    sid, numbers, frames = None, 0, 0
    async for text in socket:
        m = json.loads(text)
        if m["event"] == "connected":
            continue
        numbers += 1
        told["gaps"] += m["sequenceNumber"] != str(numbers)
        if m["event"] == "start":
            sid = m["streamSid"]
            told["streams"] += 1
            told["parameters"] += [m["start"]["customParameters"]["caller"]]
        elif m["event"] == "media":
            frames += 1
            told["frames"] += 1
            told["gaps"] += m["media"]["chunk"] != str(frames) or len(base64.b64decode(m["media"]["payload"])) != 160
            await socket.send(json.dumps({"event": "media", "streamSid": sid, "media": {"payload": m["media"]["payload"]}}))
            if frames % 50 == 0:
                told["marks"] += 1
                await socket.send(json.dumps({"event": "mark", "streamSid": sid, "mark": {"name": str(frames)}}))
        elif m["event"] == "mark":
            told["marked"] += 1
        elif m["event"] == "dtmf":
            told["keys"] += m["dtmf"]["digit"]
        elif m["event"] == "stop":
            told["stopped"] += 1


async def main():
    async with websockets.serve(echo, "127.0.0.1", 0, process_request=answer, compression=None) as server:
        print(server.sockets[0].getsockname()[1], flush=True)
        await asyncio.Future()


asyncio.run(main())
