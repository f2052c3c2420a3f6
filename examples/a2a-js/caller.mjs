// A caller made with @a2a-js/sdk: everything A2A 1.0 has, on one binding; or 0.3, by 0.3/JSONRPC or 0.3/HTTP+JSON.
//   node caller.mjs JSONRPC|HTTP+JSON|GRPC https://localhost:8443 <credentials folder> <agent>
// The folder is what `dmsc agent add` wrote; its ca.pem must be in NODE_EXTRA_CA_CERTS, too.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { credentials as grpcCredentials, Metadata } from '@grpc/grpc-js';
import { ClientFactory, ClientFactoryOptions, DefaultAgentCardResolver, JsonRpcTransportFactory, RestTransportFactory }
    from '@a2a-js/sdk/client';
import { GrpcTransportFactory } from '@a2a-js/sdk/client/grpc';

const [wanted, gateway, folder, agent] = process.argv.slice(2);
const old = wanted.startsWith('0.3/');
const binding = wanted.replace('0.3/', '');
const legacyCompat = { enabled: old };
const token = readFileSync(`${folder}/token`, 'utf8').trim();
const authorized = (url, init = {}) =>
    fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
const channel = grpcCredentials.combineChannelCredentials(
    grpcCredentials.createSsl(readFileSync(`${folder}/ca.pem`)),
    grpcCredentials.createFromMetadataGenerator((params, done) => {
        const metadata = new Metadata();
        metadata.set('authorization', `Bearer ${token}`);
        done(null, metadata);
    }));
const factory = new ClientFactory(ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
    preferredTransports: [binding],
    cardResolver: new DefaultAgentCardResolver({ fetchImpl: authorized, legacyCompat }),
    transports: [
        new JsonRpcTransportFactory({ fetchImpl: authorized, legacyCompat }),
        new RestTransportFactory({ fetchImpl: authorized, legacyCompat }),
        new GrpcTransportFactory({ grpcChannelCredentials: channel }),
    ],
}));
// Who names no version gets a card that 0.3 can read, too; what it says of 1.0 is left out here, as a client of that time does not know it.
const oldCard = async () => {
    const { supportedInterfaces, securityRequirements, ...card } =
        await (await authorized(`${gateway}/agents/${agent}/.well-known/agent-card.json`)).json();
    return new DefaultAgentCardResolver({ legacyCompat }).normalizeAgentCard(card);
};
const client = old ? await factory.createFromAgentCard(await oldCard())
    : await factory.createFromUrl(`${gateway}/agents/${agent}/`);
const COMPLETED = 3, CANCELED = 5;
const message = text => ({ messageId: randomUUID(), role: 1, parts: [{ content: { $case: 'text', value: text }, metadata: undefined,
    filename: '', mediaType: '' }], contextId: '', taskId: '', extensions: [], referenceTaskIds: [], metadata: undefined });
const send = (text, configuration = {}) => ({ tenant: '', message: message(text), configuration, metadata: undefined });
const seen = [];
const step = name => seen.push(name);
const refused = async (promise, what) => assert.rejects(promise, error => {
    assert.match(`${error.name} ${error.message} ${error.cause?.name}`, what);
    return true;
});

assert.equal(client.transport.protocolName, binding);
const card = await client.getAgentCard();
assert.ok(card.skills.length > 0);
step('card');

const done = await client.sendMessage(send('hello'));
assert.equal(done.status.state, COMPLETED);
assert.equal(done.artifacts[0].parts[0].content.value, 'answered: hello');
step('send');

const kinds = [];
for await (const event of client.sendMessageStream(send('in a stream'))) kinds.push(event.payload.$case);
assert.equal(kinds[0], 'task');
assert.ok(kinds.includes('artifactUpdate'));
assert.equal(kinds.at(-1), 'statusUpdate');
step('stream');

const got = await client.getTask({ tenant: '', id: done.id, historyLength: 1 });
assert.equal(got.status.state, COMPLETED);
step('get');

// The list is written by the router in its own time, a moment after the answer.
let listed = [];
for (let i = 0; !old && i < 100 && !listed.some(task => task.id === done.id); i++) {
    listed = (await client.listTasks({ tenant: '', contextId: '', pageSize: 100, pageToken: '', status: 0 })).tasks;
}
if (!old) {
    assert.ok(listed.some(task => task.id === done.id));
    step('list');
}

const slow = await client.sendMessage(send('wait', { returnImmediately: true, acceptedOutputModes: [] }));
const config = { tenant: '', id: 'c1', taskId: slow.id, url: 'https://receiver.example/hook', token: 'secret',
    authentication: { scheme: 'Bearer', credentials: 'secret' } };
assert.equal((await client.createTaskPushNotificationConfig(config)).id, 'c1');
const kept = await client.getTaskPushNotificationConfig({ tenant: '', taskId: slow.id, id: 'c1' });
assert.equal(kept.url, config.url);
assert.ok(!JSON.stringify(kept).includes('secret'));
assert.equal((await client.listTaskPushNotificationConfig({ tenant: '', taskId: slow.id, pageSize: 0, pageToken: '' })).configs.length, 1);
await client.deleteTaskPushNotificationConfig({ tenant: '', taskId: slow.id, id: 'c1' });
assert.equal((await client.listTaskPushNotificationConfig({ tenant: '', taskId: slow.id, pageSize: 0, pageToken: '' })).configs.length, 0);
step('push');

const followed = [];
const following = (async () => {
    for await (const event of client.resubscribeTask({ tenant: '', id: slow.id })) {
        followed.push(event);
        if (followed.length === 1) await client.cancelTask({ tenant: '', id: slow.id, metadata: undefined });
    }
})();
await following;
assert.equal(followed[0].payload.$case, 'task');
assert.equal(followed.at(-1).payload.value.status.state, CANCELED);
step('subscribe');
step('cancel');

await refused(client.cancelTask({ tenant: '', id: done.id, metadata: undefined }), /NotCancelable|not cancelable|has ended/i);
await refused(client.getTask({ tenant: '', id: randomUUID() }), /NotFound|not known|no task/i);
step('errors');

console.log(JSON.stringify({ binding: wanted, seen }));
process.exit(0);
