// An agent made with @a2a-js/sdk. It answers each text, and works on "wait" until that is cancelled.
//   node agent.mjs <credentials folder>     prints its URL when it listens
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import express from 'express';
import { AgentEvent, DefaultRequestHandler, InMemoryTaskStore } from '@a2a-js/sdk/server';
import { jsonRpcHandler, UserBuilder } from '@a2a-js/sdk/server/express';

const [folder] = process.argv.slice(2);
const WORKING = 2, COMPLETED = 3, CANCELED = 5;
const waiting = new Map();
const status = (state, text) => ({ state, timestamp: new Date().toISOString(), message: undefined });
const part = text => ({ content: { $case: 'text', value: text }, metadata: undefined, filename: '', mediaType: '' });

class Executor {
    async execute(context, bus) {
        const { taskId, contextId, userMessage } = context;
        const about = { taskId, contextId, metadata: undefined };
        const text = userMessage.parts[0].content.value;
        bus.publish(AgentEvent.task({ id: taskId, contextId, status: status(WORKING), artifacts: [], history: [userMessage], metadata: undefined }));
        if (text === 'wait') {
            await new Promise(resolve => waiting.set(taskId, resolve));
            bus.publish(AgentEvent.statusUpdate({ ...about, status: status(CANCELED) }));
        } else {
            bus.publish(AgentEvent.artifactUpdate({ ...about, append: false, lastChunk: true, artifact: { artifactId: 'a', name: '', description: '',
                parts: [part(`answered: ${text}`)], extensions: [], metadata: undefined } }));
            bus.publish(AgentEvent.statusUpdate({ ...about, status: status(COMPLETED) }));
        }
        bus.finished();
    }

    async cancelTask(taskId) {
        waiting.get(taskId)?.();
    }
}

const app = express();
const server = createServer({
    key: readFileSync(`${folder}/agent.key.pem`),
    cert: readFileSync(`${folder}/agent.cert.pem`),
    ca: readFileSync(`${folder}/ca.pem`),
    requestCert: true,
    rejectUnauthorized: true,
    minVersion: 'TLSv1.3',
}, app);
server.listen(0, 'localhost', () => {
    const url = `https://localhost:${server.address().port}/`;
    const card = { name: 'JS agent', description: 'Answers with the same text', version: '1', provider: undefined,
        supportedInterfaces: [{ url, protocolBinding: 'JSONRPC', protocolVersion: '1.0', tenant: '' }],
        capabilities: { streaming: true, extensions: [] }, defaultInputModes: ['text/plain'], defaultOutputModes: ['text/plain'],
        securitySchemes: {}, securityRequirements: [], signatures: [],
        skills: [{ id: 'answer', name: 'Answer', description: 'Answers with the same text', tags: ['echo'], examples: [], inputModes: [],
            outputModes: [], securityRequirements: [] }] };
    app.use('/', jsonRpcHandler({
        requestHandler: new DefaultRequestHandler(card, new InMemoryTaskStore(), new Executor()),
        userBuilder: UserBuilder.noAuthentication,
    }));
    console.log(JSON.stringify({ url, card }));
});
