// The same with Confluent's own decoder for JavaScript, which is another program than the one of refusals.js:
//   npm install kafkajs @confluentinc/schemaregistry
//   node decoder.mjs access/client.properties acme https://localhost:8443 creds/support [seconds]
import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';

const require = createRequire(path.join(process.cwd(), 'x.js'));
const { Kafka, logLevel } = require('kafkajs');
const { SchemaRegistryClient, AvroDeserializer, SerdeType } = require('@confluentinc/schemaregistry');

const [propertiesFile, tenant, registryUrl, credentials, seconds] = process.argv.slice(2);
const properties = Object.fromEntries(
  fs.readFileSync(propertiesFile, 'utf8').replace(/\\\r?\n[ \t]*/g, '').split('\n')
    .filter((line) => line.includes('=') && !line.startsWith('#'))
    .map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at).trim(), line.slice(at + 1).replace(/\\n/g, '\n').replace(/\\(.)/g, '$1').trim()];
    }));
const kafka = new Kafka({
  clientId: 'decoder',
  brokers: properties['bootstrap.servers'].split(','),
  ssl: {
    ca: properties['ssl.truststore.certificates'],
    key: properties['ssl.keystore.key'],
    cert: properties['ssl.keystore.certificate.chain'],
  },
  logLevel: logLevel.ERROR,
});
const pem = (name) => fs.readFileSync(path.join(credentials, name));
const registry = new SchemaRegistryClient({
  baseURLs: [registryUrl],
  createAxiosDefaults: {
    httpsAgent: new (require('node:https').Agent)({ ca: pem('ca.pem'), cert: pem('agent.cert.pem'), key: pem('agent.key.pem') }),
  },
});
const decoder = new AvroDeserializer(registry, SerdeType.VALUE, {});
const topic = `dmsc.${tenant}.audit`;
const consumer = kafka.consumer({ groupId: `${tenant}.decoder-${process.pid}` });
let records = 0;
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    const record = await decoder.deserialize(topic, message.value);
    console.log(`${record.index} ${record.event.kind}`);
    records += 1;
  },
});
setTimeout(async () => {
  console.log(JSON.stringify({ records }));
  await consumer.disconnect();
}, 1000 * Number(seconds || 15));
