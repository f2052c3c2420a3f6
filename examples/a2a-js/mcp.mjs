// A caller made with @modelcontextprotocol/sdk: finds an agent, gives it work, looks at the task, cancels one, and hears what it did wrong.
//   node mcp.mjs <gateway> <credentials folder> <agent>
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

const [gateway, folder, agent] = process.argv.slice(2);
const token = readFileSync(`${folder}/token`, 'utf8').trim();
const client = new Client({ name: 'mcp.mjs', version: '1' });
await client.connect(new StreamableHTTPClientTransport(new URL(`${gateway}/mcp`),
    { requestInit: { headers: { authorization: `Bearer ${token}` } } }));
const call = async (name, args) => client.callTool({ name, arguments: args });
const task = result => result.structuredContent.task;

const { tools } = await client.listTools();
assert.deepEqual(tools.map(tool => tool.name).sort(), ['cancel_task', 'delegate_task', 'find_agents', 'get_task']);
await client.ping();

const found = await call('find_agents', { limit: 50 });
assert.ok(found.structuredContent.agents.some(one => one.agent.endsWith(`/${agent}`)), found.content[0].text);

const done = await call('delegate_task', { text: 'hello', agent });
assert.equal(task(done).status.state, 'TASK_STATE_COMPLETED', done.content[0].text);
assert.ok(done.content[0].text.length > 0);
assert.equal(task(await call('get_task', { task_id: task(done).id })).status.state, 'TASK_STATE_COMPLETED');

const begun = await call('delegate_task', { text: 'wait', agent, wait_seconds: 0 });
await call('cancel_task', { task_id: task(begun).id });
const ended = await call('get_task', { task_id: task(begun).id, wait_seconds: 20 });

const wrong = await call('delegate_task', { text: 'hello', agent: 'nobody-there' });
assert.equal(wrong.isError, true);
assert.equal(wrong.structuredContent.error.reason, 'AGENT_UNKNOWN');
console.log(JSON.stringify({ server: client.getServerVersion().name, tools: tools.length, answer: task(done).status.state,
    cancelled: task(ended).status.state, refused: wrong.structuredContent.error.reason }));
await client.close();
