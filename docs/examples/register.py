"""A register in Python: pays, asks, refunds and checks a sticker over RabbitMQ.

    pip install pika
    python register.py URL MODULE STORE TERMINAL pay ID KOPECKS
    python register.py URL MODULE STORE TERMINAL status ID PAYMENT
    python register.py URL MODULE STORE TERMINAL refund ID PAYMENT [KOPECKS]
    python register.py URL MODULE STORE TERMINAL link_check ID SCANNED

URL is amqp://user:password@host:5672/vhost. ID is yours: keep it before anything is sent, and after a crash run the same
command with the same ID; it finds what was begun and begins nothing twice.

Exit code: 0 done, 2 finally not done, 3 not known (run it again with the same ID; do not pay again).
"""

import json
import sys
import time

import pika
from pika.exceptions import AMQPError

TIMEOUT_S = 310  # the register waits longer than the daemon, the daemon longer than the QR lives
PAUSE_S = 2  # before the next attempt after a broken connection
REPLIES = "amq.rabbitmq.reply-to"
DONE = {"paid", "refunded", "done"}


def converse(url, message, on_reply):
    """Sends the message until a final reply has come. None when the time ran out: then the outcome is not known."""
    body = json.dumps(message, ensure_ascii=False).encode()  # every attempt sends the same bytes under the same id
    deadline = time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        try:
            return attempt(url, message, body, on_reply, deadline)
        except (AMQPError, OSError) as error:
            print(f"connection: {error!r}; trying again", file=sys.stderr)
            time.sleep(PAUSE_S)
    return None


def attempt(url, message, body, on_reply, deadline):
    final = []
    parameters = pika.URLParameters(url)
    parameters.heartbeat = 30
    connection = pika.BlockingConnection(parameters)
    try:
        channel = connection.channel()
        channel.confirm_delivery()  # publishing fails loudly when the broker did not take the message

        def heard(_channel, _method, properties, content):
            if properties.correlation_id != message["id"]:
                return
            reply = json.loads(content)
            on_reply(reply)
            # A question is answered by one reply, however the operation stands.
            if reply["final"] or message["operation"] == "status":
                final.append(reply)

        channel.basic_consume(REPLIES, heard, auto_ack=True)  # first listen, then speak
        to_cancel = message["operation"] in ("cancel", "refund")
        key = f"servplus.{message['module']}.{'cancel' if to_cancel else 'payment'}"
        properties = pika.BasicProperties(
            reply_to=REPLIES,
            correlation_id=message["id"],
            content_type="application/json",
            delivery_mode=2,
        )
        # mandatory: no queue for this module is an error and not silence
        channel.basic_publish("amq.topic", key, body, properties, mandatory=True)
        while not final and time.monotonic() < deadline:
            connection.process_data_events(time_limit=1)
    finally:
        if connection.is_open:
            connection.close()
    return final[0] if final else None


def show(reply):
    """What the cashier and the buyer see."""
    if reply.get("qr", {}).get("payload"):
        print("QR", reply["qr"]["payload"], flush=True)
    print(reply["message"]["ru"], flush=True)


def build(module, store, terminal, operation, identity, rest):
    message = {
        "protocol": 1,
        "operation": operation,
        "id": identity,
        "module": module,
        "store": store,
        "terminal": terminal,
    }
    if operation == "pay":
        message |= {"amount": int(rest[0]), "timeout_ms": TIMEOUT_S * 1000}
    elif operation == "status":
        message |= {"payment": rest[0]}
    elif operation == "refund":
        message |= {"payment": rest[0], "timeout_ms": TIMEOUT_S * 1000}
        if len(rest) > 1:
            message["amount"] = int(rest[1])
    elif operation == "link_check":
        message |= {"link": rest[0]}
    else:
        raise SystemExit(__doc__)
    return message


def main(arguments):
    if len(arguments) < 7:
        raise SystemExit(__doc__)
    url, module, store, terminal, operation, identity, *rest = arguments
    reply = converse(url, build(module, store, terminal, operation, identity, rest), show)
    if reply is None:
        print("The outcome is not known: run this again with the same id.", file=sys.stderr)
        return 3
    print(json.dumps(reply, ensure_ascii=False), flush=True)
    if "error" in reply:
        print(reply["error"].get("detail", reply["error"]["text"]["en"]), file=sys.stderr)
    if reply.get("state") in DONE:
        return 0
    return 2 if reply["final"] else 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
