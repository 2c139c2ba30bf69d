import { constants, createInflate } from 'node:zlib';
import { WebSocket } from 'ws';
import { until } from './stage.ts';

export interface Frame {
  op: number;
  // biome-ignore lint/suspicious/noExplicitAny: payloads of every kind come through here
  d: any;
  s: number | null;
  t: string | null;
}

/** A bare gateway client: shows every frame as it came, and does nothing by itself. */
export interface RawGateway {
  frames: Frame[];
  /** The close code, once there is one. */
  closed: Promise<number>;
  send(op: number, d: unknown): void;
  sendText(text: string): void;
  /** The first frame, now or later, that fits. */
  find(what: string, fits: (frame: Frame) => boolean): Promise<Frame>;
  event(name: string): Promise<Frame>;
  end(): void;
}

export async function connectRaw(
  url: string,
  { query = 'v=10&encoding=json', compressed = false } = {},
): Promise<RawGateway> {
  const socket = new WebSocket(`${url}/?${query}${compressed ? '&compress=zlib-stream' : ''}`);
  const frames: Frame[] = [];
  const inflate = createInflate({ flush: constants.Z_SYNC_FLUSH });
  let text = '';
  inflate.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    try {
      frames.push(JSON.parse(text) as Frame); // a frame of the box
      text = '';
    } catch {
      // the rest of the message is still in the inflater
    }
  });
  socket.on('message', (data, isBinary) => {
    if (isBinary)
      inflate.write(data as Buffer); // ws hands binary frames over as buffers
    else frames.push(JSON.parse(String(data)) as Frame); // a frame of the box
  });
  const closed = new Promise<number>((resolve) => socket.once('close', resolve));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  const find = (what: string, fits: (frame: Frame) => boolean) => until(what, () => frames.find(fits));
  return {
    frames,
    closed,
    send: (op, d) => socket.send(JSON.stringify({ op, d })),
    sendText: (raw) => socket.send(raw),
    find,
    event: (name) => find(name, ({ t }) => t === name),
    end: () => socket.terminate(),
  };
}

export const identify = (token: string, more: object = {}) => ({
  token,
  intents: 1 | (1 << 9),
  properties: {},
  ...more,
});
