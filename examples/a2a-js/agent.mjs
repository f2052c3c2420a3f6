// An agent made with @a2a-js/sdk, in all three bindings, and in 0.3. It answers each text, works on "wait" until that is cancelled, and has more to say to
// "parts", "chunks", "message", "fail" and "ask".
//   node agent.mjs <credentials folder>     prints its URLs when it listens; the plain ones are for calling it directly
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer as createPlain } from 'node:http';
import { createServer } from 'node:https';
import express from 'express';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { AgentEvent, DefaultRequestHandler, InMemoryTaskStore } from '@a2a-js/sdk/server';
import { jsonRpcHandler, restHandler, UserBuilder } from '@a2a-js/sdk/server/express';
import { A2AService, grpcService } from '@a2a-js/sdk/server/grpc';

const [folder] = process.argv.slice(2);
const WORKING = 2, COMPLETED = 3, FAILED = 4, CANCELED = 5, INPUT_REQUIRED = 6;
const waiting = new Map();
const agentMessage = (text, about) => ({ messageId: randomUUID(), role: 2, parts: [part(text)], contextId: about.contextId, taskId: about.taskId,
    extensions: [], referenceTaskIds: [], metadata: undefined });
const status = (state, message) => ({ state, timestamp: new Date().toISOString(), message });
const part = text => ({ content: { $case: 'text', value: text }, metadata: undefined, filename: '', mediaType: '' });

class Executor {
    async execute(context, bus) {
        const { taskId, contextId, userMessage, task } = context;
        const about = { taskId, contextId, metadata: undefined };
        const text = userMessage.parts[0].content.value;
        const say = (state, words) => bus.publish(AgentEvent.statusUpdate({ ...about,
            status: status(state, words === undefined ? undefined : agentMessage(words, about)) }));
        const show = (parts, append = false, lastChunk = true) => bus.publish(AgentEvent.artifactUpdate({ ...about, append, lastChunk,
            metadata: { from: 'agent' }, artifact: { artifactId: 'a', name: 'answer', description: '', parts, extensions: [], metadata: { n: 1.5 } } }));
        if (text === 'message') {
            bus.publish(AgentEvent.message({ ...agentMessage('directly', about), taskId: '' }));
            return bus.finished();
        }
        bus.publish(AgentEvent.task({ id: taskId, contextId, artifacts: [], metadata: undefined, ...task, status: status(WORKING),
            history: [...(task?.history ?? []), userMessage] }));
        switch (text) {
            case 'wait':
                await new Promise(resolve => waiting.set(taskId, resolve));
                say(CANCELED);
                break;
            case 'parts':
                show(userMessage.parts);
                say(COMPLETED, 'all of them');
                break;
            case 'chunks':
                show([part('one')], false, false);
                show([part('two')], true, false);
                show([part('three')], true, true);
                say(COMPLETED);
                break;
            case 'fail':
                say(FAILED, 'it broke');
                break;
            case 'ask':
                say(INPUT_REQUIRED, 'which one?');
                break;
            default:
                show([part(`answered: ${text}`)]);
                say(COMPLETED);
        }
        bus.finished();
    }

    async cancelTask(taskId) {
        waiting.get(taskId)?.();
    }
}

const app = express();
const key = readFileSync(`${folder}/agent.key.pem`);
const cert = readFileSync(`${folder}/agent.cert.pem`);
const ca = readFileSync(`${folder}/ca.pem`);
const grpc = new Server();
const grpcPort = await new Promise((resolve, reject) => grpc.bindAsync('localhost:0',
    ServerCredentials.createSsl(ca, [{ private_key: key, cert_chain: cert }], true),
    (error, port) => error ? reject(error) : resolve(port)));
// For whoever compares what it says directly with what it says through the fabric: this machine only.
const plain = createPlain(app);
await new Promise(resolve => plain.listen(0, '127.0.0.1', resolve));
const plainGrpc = new Server();
const plainGrpcPort = await new Promise((resolve, reject) => plainGrpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(),
    (error, port) => error ? reject(error) : resolve(port)));
const server = createServer({ key, cert, ca, requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' }, app);
server.listen(0, 'localhost', () => {
    const url = `https://localhost:${server.address().port}/`;
    const at = (protocolBinding, url, protocolVersion = '1.0') => ({ url, protocolBinding, protocolVersion, tenant: '' });
    const card = { name: 'JS agent', description: 'Answers with the same text', version: '1', provider: undefined,
        supportedInterfaces: [at('JSONRPC', url), at('HTTP+JSON', `${url}rest`), at('GRPC', `localhost:${grpcPort}`),
            at('JSONRPC', url, '0.3'), at('HTTP+JSON', `${url}rest`, '0.3')],
        capabilities: { streaming: true, extensions: [] }, defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'],
        securitySchemes: {}, securityRequirements: [], signatures: [],
        skills: [{ id: 'answer', name: 'Answer', description: 'Answers with the same text', tags: ['echo'], examples: [], inputModes: [],
            outputModes: [], securityRequirements: [] }] };
    const options = {
        requestHandler: new DefaultRequestHandler(card, new InMemoryTaskStore(), new Executor()),
        userBuilder: UserBuilder.noAuthentication,
    };
    const legacyCompat = { enabled: true };
    grpc.addService(A2AService, grpcService(options));
    plainGrpc.addService(A2AService, grpcService(options));
    app.use('/rest', restHandler({ ...options, legacyCompat }));
    app.use('/', jsonRpcHandler({ ...options, legacyCompat }));
    const plainUrl = `http://127.0.0.1:${plain.address().port}/`;
    const direct = { 'JSONRPC': plainUrl, 'HTTP+JSON': `${plainUrl}rest`, 'GRPC': `127.0.0.1:${plainGrpcPort}` };
    console.log(JSON.stringify({ url, card, direct }));
});
