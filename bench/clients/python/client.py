"""Drives the real OpenAI and Anthropic Python SDKs from JSON lines.

Standard input holds one scenario per line:

    {"id": "1", "api": "chat" | "responses" | "embeddings" | "anthropic",
     "body": {...}, "headers": {...}}

body goes to the SDK's create call as it is; fields that the SDK does not know
travel in its extra_body. Where to call comes from the SDKs' own variables:
OPENAI_BASE_URL, OPENAI_API_KEY, ANTHROPIC_BASE_URL, ANTHROPIC_API_KEY.

Standard output gets one line per scenario, in order:

    {"id", "ok": true, "text", "request_id", "attempts", "sent", "ms"}
    {"id", "ok": false, "class", "printed", "status", "code", "param", "type",
     "request_id", "attempts", "sent", "ms"}

sent is the last body that the SDK put on the wire, attempts how many times it
tried, printed the exception as `print(error)` shows it.
"""

import inspect
import json
import sys
import time

import anthropic
import openai


class Wire:
    """Remembers what an SDK put on the wire."""

    def __init__(self):
        self.attempts = 0
        self.sent = ""

    def __call__(self, request):
        self.attempts += 1
        self.sent = request.read().decode("utf-8", "replace")


def chat_text(answer, stream):
    if stream:
        return "".join(c.choices[0].delta.content or "" for c in answer if c.choices)
    return answer.choices[0].message.content or ""


def responses_text(answer, stream):
    if stream:
        return "".join(e.delta for e in answer if e.type == "response.output_text.delta")
    return answer.output_text


def anthropic_text(answer, stream):
    if stream:
        deltas = (e.delta for e in answer if e.type == "content_block_delta")
        return "".join(d.text for d in deltas if d.type == "text_delta")
    return "".join(b.text for b in answer.content if b.type == "text")


def embeddings_text(answer, stream):
    return "%d vectors" % len(answer.data)


def call(create, scenario, read):
    """Calls create and returns (text, request id)."""
    body = dict(scenario["body"])
    known = inspect.signature(create).parameters
    extra = {k: body.pop(k) for k in list(body) if k not in known}
    if extra:
        body["extra_body"] = extra
    if scenario.get("headers"):
        body["extra_headers"] = scenario["headers"]
    stream = bool(body.get("stream"))
    answer = create(**body)
    request_id = getattr(answer, "_request_id", None)
    if stream:
        request_id = answer.response.headers.get("x-request-id")
    return read(answer, stream), request_id


def run(scenario):
    wire = Wire()
    api = scenario["api"]
    hooks = {"request": [wire]}
    if api == "anthropic":
        client = anthropic.Anthropic(
            http_client=anthropic.DefaultHttpxClient(event_hooks=hooks))
        create, read = client.messages.create, anthropic_text
    else:
        client = openai.OpenAI(http_client=openai.DefaultHttpxClient(event_hooks=hooks))
        create, read = {
            "chat": (client.chat.completions.create, chat_text),
            "responses": (client.responses.create, responses_text),
            "embeddings": (client.embeddings.create, embeddings_text),
        }[api]
    result = {"id": scenario.get("id", ""), "ok": False}
    start = time.perf_counter()
    try:
        with client:
            result["text"], result["request_id"] = call(create, scenario, read)
        result["ok"] = True
    except (openai.OpenAIError, anthropic.AnthropicError) as error:
        result["class"] = type(error).__module__.split(".")[0] + "." + type(error).__name__
        result["printed"] = str(error)
        result["status"] = getattr(error, "status_code", None)
        result["request_id"] = getattr(error, "request_id", None)
        detail = getattr(error, "body", None)
        if isinstance(detail, dict) and isinstance(detail.get("error"), dict):
            detail = detail["error"]  # the Anthropic SDK keeps the envelope
        for key in ("code", "param", "type"):
            value = getattr(error, key, None)
            if value is None and isinstance(detail, dict):
                value = detail.get(key)
            result[key] = value
    result["ms"] = round((time.perf_counter() - start) * 1000, 3)
    result["attempts"] = wire.attempts
    result["sent"] = wire.sent
    return result


def main():
    for line in sys.stdin:
        if line.strip():
            print(json.dumps(run(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
