// Asks the fabric by A2A over MQTT 0.1 with the npm package `mqtt`: node ask.mjs FOLDER TEXT
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { randomUUID } from 'node:crypto';
import mqtt from 'mqtt';

const [folder, text] = process.argv.slice(2);
const me = `acme/main/${basename(folder)}`;
const client = mqtt.connect('mqtts://localhost:8883', {
  protocolVersion: 5, clientId: me, minVersion: 'TLSv1.3',
  ca: readFileSync(`${folder}/ca.pem`), cert: readFileSync(`${folder}/agent.cert.pem`), key: readFileSync(`${folder}/agent.key.pem`),
});
client.on('error', fault => { console.error(String(fault)); process.exit(1); });
client.on('connect', async () => {
  await client.subscribeAsync(`$a2a/v1/reply/${me}/+`, { qos: 1 });
  const message = { messageId: randomUUID(), taskId: randomUUID(), role: 'ROLE_USER', parts: [{ text }] };
  await client.publishAsync('$a2a/v1/request/acme/main/gateway',
    JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'SendMessage', params: { message } }),
    { qos: 1, properties: { responseTopic: `$a2a/v1/reply/${me}/1`, correlationData: Buffer.from('1') } });
});
client.on('message', (topic, payload) => { console.log(String(payload)); client.end(); });
