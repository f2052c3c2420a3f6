#!/usr/bin/env python3
"""A thermometer as an agent of the fabric: MQTT 3.1.1 and the envelope of docs/mqtt-311.md, with paho-mqtt and nothing else.

    python3 device.py FOLDER [--host localhost] [--port 8883] [--ask "Where is my refund?"]

FOLDER is what `dmsc agent add` wrote; its name is the agent's. Prints what happens, one JSON object a line."""
import argparse, json, os, random, ssl, sys, uuid
import paho.mqtt.client as mqtt

options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
options.add_argument("folder")
options.add_argument("--host", default="localhost")
options.add_argument("--port", type=int, default=8883)
options.add_argument("--tenant", default="acme")
options.add_argument("--ask", help="ask the fabric this, print the answer and end")
given = options.parse_args()
agent = os.path.basename(os.path.normpath(given.folder))
topic = "dmsc/v1/%s/%s/" % (given.tenant, agent)
CARD = {"name": "Thermometer", "description": "Measures the temperature of the cold store", "version": "1", "skills": [
    {"id": "temperature", "name": "Temperature", "description": "Temperature of the cold store now", "tags": ["temperature"]}]}


def say(kind, **members):
    envelope = dict(v=1, type=kind, **{"id": str(uuid.uuid4()), **members})
    client.publish(topic + "out", json.dumps(envelope), qos=1)


def connected(client, data, flags, code):
    if code != 0:
        sys.exit("refused with CONNACK code %d" % code)
    client.subscribe(topic + "in", qos=1)  # nothing waits in the broker: again after each connect


def subscribed(client, data, packet, granted):
    if given.ask:
        say("request", body={"message": {"parts": [{"text": given.ask}]}})  # its id becomes the task's
    else:
        say("register", body=CARD)


def heard(client, data, message):
    envelope = json.loads(message.payload)
    print(json.dumps(envelope), flush=True)
    if envelope["type"] == "request":
        say("reply", ref=envelope["id"], body={"text": "%.1f °C" % random.uniform(-19, -17)})
    elif given.ask and envelope["type"] in ("reply", "error"):
        client.disconnect()


version = (mqtt.CallbackAPIVersion.VERSION1,) if hasattr(mqtt, "CallbackAPIVersion") else ()  # paho-mqtt 2 and 1
client = mqtt.Client(*version, client_id="%s/main/%s" % (given.tenant, agent), clean_session=False, protocol=mqtt.MQTTv311)
tls = ssl.create_default_context(cafile=os.path.join(given.folder, "ca.pem"))
tls.minimum_version = ssl.TLSVersion.TLSv1_3
tls.load_cert_chain(os.path.join(given.folder, "agent.cert.pem"), os.path.join(given.folder, "agent.key.pem"))
client.tls_set_context(tls)
client.on_connect, client.on_subscribe, client.on_message = connected, subscribed, heard
client.reconnect_delay_set(1, 60)
client.connect(given.host, given.port, keepalive=30)
client.loop_forever()  # connects again by itself
