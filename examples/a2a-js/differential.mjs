// The same conversations with an agent directly and through the fabric, made with @a2a-js/sdk: what is said must be the same.
//   node differential.mjs JSONRPC|HTTP+JSON|GRPC <gateway> <credentials folder> <agent> <the agent's own address of that binding>
// Left aside: ids, times, how a state is wrapped (a task that is shown is its artifacts and its status; a direct message is a task that
// is completed with it; a task begins SUBMITTED), and metadata of the fabric's own.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { credentials as grpcCredentials, Metadata } from '@grpc/grpc-js';
import { ClientFactory, ClientFactoryOptions, DefaultAgentCardResolver, JsonRpcTransportFactory, RestTransportFactory }
    from '@a2a-js/sdk/client';
import { GrpcTransportFactory } from '@a2a-js/sdk/client/grpc';

const [binding, gateway, folder, agent, address] = process.argv.slice(2);
const SUBMITTED = 1, COMPLETED = 3, INPUT_REQUIRED = 6;
const token = readFileSync(`${folder}/token`, 'utf8').trim();
const authorized = (url, init = {}) =>
    fetch(url, { ...init, headers: { ...init.headers, authorization: `Bearer ${token}` } });
const secured = grpcCredentials.combineChannelCredentials(
    grpcCredentials.createSsl(readFileSync(`${folder}/ca.pem`)),
    grpcCredentials.createFromMetadataGenerator((params, done) => {
        const metadata = new Metadata();
        metadata.set('authorization', `Bearer ${token}`);
        done(null, metadata);
    }));
const factory = (fetchImpl, grpcChannelCredentials) => new ClientFactory(
    ClientFactoryOptions.createFrom(ClientFactoryOptions.default, {
        preferredTransports: [binding],
        cardResolver: new DefaultAgentCardResolver({ fetchImpl }),
        transports: [new JsonRpcTransportFactory({ fetchImpl }), new RestTransportFactory({ fetchImpl }),
            new GrpcTransportFactory({ grpcChannelCredentials })],
    }));
const through = await factory(authorized, secured).createFromUrl(`${gateway}/agents/${agent}/`);
const card = { ...await through.getAgentCard(),
    supportedInterfaces: [{ url: address, protocolBinding: binding, protocolVersion: '1.0', tenant: '' }] };
const direct = await factory(fetch, grpcCredentials.createInsecure()).createFromAgentCard(card);

const part = (value, rest = {}) => ({ content: value, metadata: undefined, filename: '', mediaType: '', ...rest });
const text = value => part({ $case: 'text', value });
const message = (parts, rest = {}) => ({ messageId: randomUUID(), role: 1, parts, contextId: '', taskId: '', extensions: [],
    referenceTaskIds: [], metadata: undefined, ...rest });
const request = (message, configuration = {}) => ({ tenant: '', message, configuration, metadata: undefined });

const own = metadata => {
    const rest = Object.fromEntries(Object.entries(metadata ?? {}).filter(([name]) => !name.startsWith('urn:dmsc:')));
    return Object.keys(rest).length === 0 ? undefined : rest;
};
const parts = list => (list ?? []).map(one => ({ ...one, metadata: own(one.metadata) }));
const words = said => said && { role: 'agent', parts: parts(said.parts), metadata: own(said.metadata) };
const artifact = (one, append) => ({ artifact: one.artifactId, name: one.name, append: !!append, parts: parts(one.parts), metadata: own(one.metadata) });
const state = one => ({ state: one.state, said: words(one.message) });
const normal = event => {
    const { $case: kind, value } = event.payload ?? event;
    switch (kind) {
        case 'task': return [...(value.artifacts ?? []).map(one => artifact(one)), ...(value.status.state === SUBMITTED ? [] : [state(value.status)])];
        case 'message': return [{ state: COMPLETED, said: words(value) }];
        case 'statusUpdate': return [state(value.status)];
        case 'artifactUpdate': return [{ ...artifact(value.artifact, value.append), last: !!value.lastChunk, of: own(value.metadata) }];
    }
};
const taskOf = event => {
    const { $case: kind, value } = event.payload ?? event;
    return kind === 'task' ? value.id : value.taskId;
};
const bare = value => JSON.parse(JSON.stringify(value, (key, one) =>
    one?.type === 'Buffer' ? { bytes: Buffer.from(one.data).toString('base64') } : one));

// Each conversation gives what was said, and what was refused.
const streamed = (...all) => async client => {
    const said = [];
    let task;
    for (const one of all) {
        for await (const event of client.sendMessageStream(request(message(one, task ? { taskId: task } : {})))) {
            task ??= taskOf(event);
            said.push(...normal(event));
            if (event.payload.$case === 'statusUpdate' && said.at(-1).state === INPUT_REQUIRED) break;
        }
    }
    return said.filter((one, i) => i === 0 || JSON.stringify(one) !== JSON.stringify(said[i - 1]));
};
const whole = one => async client => {
    const answer = await client.sendMessage(request(message(one)));
    return normal(answer.parts ? { $case: 'message', value: answer } : { $case: 'task', value: answer });
};
const refusal = async promise => {
    try {
        await promise;
        return 'nothing was refused';
    } catch (error) {
        return error.reason ?? error.cause?.reason ?? error.name;
    }
};
const cancelled = async client => {
    const said = [];
    let task;
    for await (const event of client.sendMessageStream(request(message([text('wait')])))) {
        task ??= taskOf(event);
        said.push(...normal(event));
        if (said.length === 1) await client.cancelTask({ tenant: '', id: task, metadata: undefined });
    }
    return [said[0], { end: said.at(-1).state }, await refusal(client.cancelTask({ tenant: '', id: task, metadata: undefined }))];
};
const refusals = async client => {
    const done = await client.sendMessage(request(message([text('hello')])));
    const all = async stream => { for await (const event of stream) normal(event); };
    return [
        await refusal(client.getTask({ tenant: '', id: randomUUID() })),
        await refusal(client.cancelTask({ tenant: '', id: randomUUID(), metadata: undefined })),
        await refusal(all(client.resubscribeTask({ tenant: '', id: done.id }))),
        await refusal(client.sendMessage(request(message([text('more')], { taskId: done.id })))),
        await refusal(client.sendMessage(request(message([text('more')], { taskId: randomUUID() })))),
    ];
};
const bytes = Buffer.from(Array.from({ length: 3000 }, (_, i) => (i * 7) % 256));
const everything = [text('parts'), text('ünïcödé \u{1F600} "quoted" \\ \n'), part({ $case: 'raw', value: bytes },
    { filename: 'f.bin', mediaType: 'application/octet-stream' }), part({ $case: 'url', value: 'https://files.example/a?b=c' },
    { mediaType: 'image/png' }), part({ $case: 'data', value: { nested: [1, 2.5, null, true, { deep: '' }], empty: {}, none: [] } },
    { metadata: { k: ['v'] } })];
const conversations = {
    'a stream': streamed([text('hello')]),
    'a whole answer': whole([text('hello')]),
    'files and data, streamed': streamed(everything),
    'files and data, whole': whole(everything),
    'chunks': streamed([text('chunks')]),
    'chunks, whole': whole([text('chunks')]),
    'a direct message': streamed([text('message')]),
    'a direct message, whole': whole([text('message')]),
    'a question and its answer': streamed([text('ask')], [text('the second')]),
    'a cancelled task': cancelled,
    'errors': refusals,
};
const same = [];
const different = [];
for (const [name, conversation] of Object.entries(conversations)) {
    try {
        const [expected, found] = await Promise.all([conversation(direct), conversation(through)]);
        assert.ok(expected.length > 0, name);
        assert.deepEqual(bare(found), bare(expected), name);
        same.push(name);
    } catch (error) {
        different.push(`${name}: ${error.stack}`);
    }
}
assert.equal(different.length, 0, different.join('\n\n'));
console.log(JSON.stringify({ binding, same }));
process.exit(0);
