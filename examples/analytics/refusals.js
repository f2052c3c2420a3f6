// A tenant's audit records in node, with kafkajs and a registry decoder that are not ours:
//   npm install kafkajs @kafkajs/confluent-schema-registry
//   node examples/analytics/refusals.js access/client.properties acme https://localhost:8443 creds/support [seconds]
const fs = require('fs');
const https = require('https');
const path = require('path');
const { Kafka, logLevel } = require('kafkajs');
const { SchemaRegistry } = require('@kafkajs/confluent-schema-registry');

const [propertiesFile, tenant, registryUrl, credentials, seconds] = process.argv.slice(2);

// client.properties of `dmsc tenant kafka-access`: PEM in Java's properties format.
const properties = Object.fromEntries(
  fs.readFileSync(propertiesFile, 'utf8').replace(/\\\r?\n[ \t]*/g, '').split('\n')
    .filter((line) => line.includes('=') && !line.startsWith('#'))
    .map((line) => {
      const at = line.indexOf('=');
      return [line.slice(0, at).trim(), line.slice(at + 1).replace(/\\n/g, '\n').replace(/\\(.)/g, '$1').trim()];
    }));

const kafka = new Kafka({
  clientId: 'refusals',
  brokers: properties['bootstrap.servers'].split(','),
  ssl: {
    ca: properties['ssl.truststore.certificates'],
    key: properties['ssl.keystore.key'],
    cert: properties['ssl.keystore.certificate.chain'],
  },
  logLevel: logLevel.ERROR,
});
const pem = (name) => fs.readFileSync(path.join(credentials, name));
const registry = new SchemaRegistry({
  host: registryUrl,
  agent: new https.Agent({ ca: pem('ca.pem'), cert: pem('agent.cert.pem'), key: pem('agent.key.pem') }),
});

(async () => {
  const refusals = {};
  let records = 0;
  const consumer = kafka.consumer({ groupId: `${tenant}.refusals-${process.pid}`, readUncommitted: false });
  await consumer.connect();
  await consumer.subscribe({ topic: `dmsc.${tenant}.audit`, fromBeginning: true });
  await consumer.run({
    eachMessage: async ({ message }) => {
      const { event } = await registry.decode(message.value);
      records += 1;
      // A task that is refused says so in its decision, too, and so does one that only has to wait.
      if (event.refusal && ['REFUSAL', 'OUTCOME'].includes(event.kind)) {
        refusals[event.refusal] = (refusals[event.refusal] || 0) + Number(event.details.count || 1);
      }
    },
  });
  setTimeout(async () => {
    console.log(JSON.stringify({ records, refusals }));
    await consumer.disconnect();
  }, 1000 * Number(seconds || 15));
})();
