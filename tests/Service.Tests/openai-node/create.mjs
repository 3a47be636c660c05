// A fine-tuning job, with the official client's own retries: node create.mjs <base url> <key> <request>
import OpenAI from 'openai';

const [baseURL, apiKey, request] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey });
const job = await client.fineTuning.jobs.create(JSON.parse(request));

console.log(JSON.stringify({ id: job.id }));
