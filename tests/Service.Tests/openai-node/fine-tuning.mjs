// Fine-tuning with the official client: node fine-tuning.mjs <base url> <key> <request> <job that succeeded>
import OpenAI, { AuthenticationError, BadRequestError, ConflictError, NotFoundError, UnprocessableEntityError } from 'openai';

const [baseURL, apiKey, text, done] = process.argv.slice(2);
const request = JSON.parse(text);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const jobs = client.fineTuning.jobs;

const all = async (page) => {
  const items = [];
  for await (const item of page) items.push(item);
  return items;
};

const fault = async (kind, call) => {
  try {
    await call;
    return null;
  } catch (error) {
    return { typed: error instanceof kind, status: error.status, code: error.code, param: error.param };
  }
};

const first = await jobs.create(request);
const second = await jobs.create(request); // meant: nothing went wrong with the first
const listed = await all(jobs.list({ limit: 1, metadata: request.metadata }));
const cancelled = await jobs.cancel(first.id);
const resumed = await jobs.resume(first.id);
const paused = await jobs.pause(first.id);
await jobs.cancel(second.id);
const keyed = await jobs.create(request, { idempotencyKey: first.id, headers: { 'Idempotency-Key': first.id } });

console.log(JSON.stringify({
  first,
  second,
  listed: listed.map((job) => job.id),
  states: [cancelled.status, resumed.status, paused.status],
  events: (await all(jobs.listEvents(first.id, { limit: 2 }))).map((event) => event.message),
  done: await jobs.retrieve(done),
  checkpoints: await all(jobs.checkpoints.list(done, { limit: 1 })),
  faults: {
    missing: await fault(NotFoundError, jobs.retrieve('ftjob-none')),
    data: await fault(NotFoundError, jobs.create({ ...request, training_file: 'none' })),
    member: await fault(BadRequestError, jobs.create({ ...request, validation_file: 'x' })),
    state: await fault(ConflictError, jobs.cancel(done)),
    reused: await fault(UnprocessableEntityError, jobs.create({ ...request, seed: 9 }, { headers: { 'Idempotency-Key': first.id } })),
    files: await fault(NotFoundError, client.files.list()),
    stranger: await fault(AuthenticationError, new OpenAI({ baseURL, apiKey: 'wrong', maxRetries: 0 }).fineTuning.jobs.list()),
  },
  keyed: (await jobs.cancel(keyed.id)).status,
}));
