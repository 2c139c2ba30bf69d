import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { onTestFinished } from 'vitest';

/** A request for a completion, as a server reads it. */
export interface Asked {
  model: string;
  prompt: string;
  max_tokens: number;
  temperature: number;
  top_p: number;
  seed: number;
  stop: string[];
  stream: boolean;
  [extra: string]: unknown;
}

type Answer = (asked: Asked, response: ServerResponse, request: IncomingMessage) => void | Promise<void>;

/**
 * A server written to OpenAI's completions protocol. Each completion is answered by the next of `answers`, the last one
 * again.
 */
export async function completionsServer(answers: Answer[], models: object[] = [{ id: 'owner/model' }]) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    if (request.url === '/v1/models') {
      response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ object: 'list', data: models }));
      return;
    }
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part);
    const one: Asked = JSON.parse(Buffer.concat(parts).toString());
    const answer = answers[Math.min(asked.push(one), answers.length) - 1];
    await answer?.(one, response, request);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  onTestFinished(close);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked, close };
}

/** The event of a piece of text. */
export const event = (text: string, more: object = {}): string =>
  `data: ${JSON.stringify({ object: 'text_completion', choices: [{ index: 0, text, logprobs: null, finish_reason: null, ...more }] })}\n\n`;

/** Streams pieces and what comes after; `size` bytes at a time, each in a chunk of its own. */
export const streamed =
  (
    pieces: readonly string[],
    { finish = 'stop', size = 1e6 }: { finish?: string; size?: number } = {},
  ): Answer =>
  async (_, response) => {
    response.setHeader('content-type', 'text/event-stream; charset=utf-8');
    const bytes = Buffer.from(
      [...pieces.map((piece) => event(piece)), event('', { finish_reason: finish }), 'data: [DONE]\n\n'].join(
        '',
      ),
    );
    for (let start = 0; start < bytes.length; start += size) {
      response.write(bytes.subarray(start, start + size));
      if (start + size < bytes.length) await turn();
    }
    response.end();
  };

/** Refuses with a status, and a sentence as OpenAI's servers say it. */
export const refused =
  (status: number, message: string, headers: Record<string, string> = {}): Answer =>
  (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error: { message, type: 'x' } }));
  };

/** Every token is the word "ja", and the text never ends by itself. */
export const laughing: Answer = (asked, response, request) =>
  streamed(Array(asked.max_tokens).fill('ja '), { finish: 'length' })(asked, response, request);
