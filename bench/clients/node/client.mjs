// Drives the real OpenAI Node SDK from JSON lines. The protocol is the one
// that ../python/client.py documents, with the chat, responses and embeddings APIs.
import { createInterface } from "node:readline";
import OpenAI from "openai";

const readers = {
  chat: (answer) => answer.choices[0].message.content ?? "",
  responses: (answer) => answer.output_text,
  embeddings: (answer) => `${answer.data.length} vectors`,
};

const streamed = {
  chat: (chunk) => chunk.choices?.[0]?.delta?.content ?? "",
  responses: (event) => (event.type === "response.output_text.delta" ? event.delta : ""),
};

async function run(scenario) {
  const wire = { attempts: 0, sent: "" };
  const client = new OpenAI({
    fetch: async (url, init) => {
      wire.attempts++;
      wire.sent = typeof init.body === "string" ? init.body : "";
      return fetch(url, init);
    },
  });
  const create = {
    chat: (...args) => client.chat.completions.create(...args),
    responses: (...args) => client.responses.create(...args),
    embeddings: (...args) => client.embeddings.create(...args),
  }[scenario.api];
  const result = { id: scenario.id ?? "", ok: false };
  const start = performance.now();
  try {
    const { data, request_id } = await create(scenario.body, { headers: scenario.headers }).withResponse();
    if (scenario.body.stream) {
      result.text = "";
      for await (const part of data) result.text += streamed[scenario.api](part);
    } else {
      result.text = readers[scenario.api](data);
    }
    result.request_id = request_id ?? null;
    result.ok = true;
  } catch (error) {
    if (!(error instanceof OpenAI.OpenAIError)) throw error;
    delete result.text;
    result.class = "openai." + error.constructor.name;
    result.printed = error.message;
    result.status = error.status ?? null;
    result.request_id = error.requestID ?? null;
    for (const key of ["code", "param", "type"]) result[key] = error[key] ?? null;
  }
  result.ms = Math.round((performance.now() - start) * 1000) / 1000;
  return { ...result, ...wire };
}

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim()) process.stdout.write(JSON.stringify(await run(JSON.parse(line))) + "\n");
}
