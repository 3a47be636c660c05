// The official client, as anybody would use it: node client.mjs <base url> <key> <model> <data uri>...
import OpenAI, { BadRequestError, AuthenticationError, NotFoundError } from 'openai';

const [baseURL, apiKey, model, ...input] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });

const caught = async (call) => {
  try {
    await call;
    return null;
  } catch (error) {
    return error;
  }
};

const asked = await client.embeddings.create({ model, input }); // the client asks for base64 and decodes it
const floats = await client.embeddings.create({ model, input: input[0], encoding_format: 'float' });
const models = [];
for await (const one of client.models.list()) models.push(one.id);
const unknown = await caught(client.embeddings.create({ model: 'no-such-model', input }));
const text = await caught(client.embeddings.create({ model, input: ['a sentence'] }));
const stranger = await caught(new OpenAI({ baseURL, apiKey: 'wrong', maxRetries: 0 }).models.list());

console.log(JSON.stringify({
  model: asked.model,
  object: asked.object,
  vectors: asked.data.map((item) => item.embedding),
  floats: floats.data[0].embedding,
  usage: asked.usage,
  models,
  one: await client.models.retrieve(model),
  unknown: { typed: unknown instanceof NotFoundError, code: unknown.code, param: unknown.param, message: unknown.message },
  text: { typed: text instanceof BadRequestError, code: text.code, param: text.param },
  stranger: { typed: stranger instanceof AuthenticationError, code: stranger.code },
}));
