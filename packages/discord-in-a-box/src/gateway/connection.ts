import { constants, createDeflate, type Deflate } from 'node:zlib';
import type { WebSocket } from 'ws';
import type { Payload } from './protocol.ts';

/** One gateway socket: text frames, or a single zlib stream for its whole lifetime. */
export interface Connection {
  send(payload: Payload): void;
  close(code: number, reason: string): void;
  /** Cuts the socket without a close frame, as a network failure does. */
  cut(): void;
  isOpen(): boolean;
}

export function createConnection(socket: WebSocket, compressed: boolean): Connection {
  const write = compressed ? compressor(socket) : (text: string) => socket.send(text);
  const isOpen = () => socket.readyState === socket.OPEN;
  return {
    send(payload) {
      if (isOpen()) write(JSON.stringify(payload));
    },
    close: (code, reason) => socket.close(code, reason),
    cut: () => socket.terminate(),
    isOpen,
  };
}

/**
 * Discord's zlib-stream: every message goes through one shared context and ends with a sync flush (00 00 FF FF). The
 * next message must not be written before the flush completes, hence the queue.
 */
function compressor(socket: WebSocket): (text: string) => void {
  const deflate: Deflate = createDeflate();
  let chunks: Buffer[] = [];
  let queue = Promise.resolve();
  deflate.on('data', (chunk: Buffer) => chunks.push(chunk));
  socket.once('close', () => deflate.close());
  const flush = (text: string) =>
    new Promise<void>((done) => {
      if (socket.readyState !== socket.OPEN) return done();
      deflate.write(text);
      deflate.flush(constants.Z_SYNC_FLUSH, () => {
        socket.send(Buffer.concat(chunks));
        chunks = [];
        done();
      });
    });
  return (text) => {
    queue = queue.then(() => flush(text));
  };
}
