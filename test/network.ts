import { once } from 'node:events';
import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';

/** A way to a database that can break. */
export type Network = Awaited<ReturnType<typeof openNetwork>>;

/** Opens a port on this machine that leads to the database. */
export async function openNetwork(database: URL) {
  const sockets = new Set<Socket>();
  /** Of these, the ones to the clients. */
  const clients = new Set<Socket>();
  let frozen = false;
  const server = createServer((socket) => {
    const upstream = createConnection(Number(database.port || 5432), database.hostname);
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(one);
      one.on('data', (chunk) => frozen || other.write(chunk));
      one.on('error', () => {}); // a cut one; `close` follows
      one.on('end', () => other.end());
      one.on('close', () => {
        sockets.delete(one);
        if (!other.writableEnded) other.destroy();
      });
    }
    clients.add(socket);
    socket.on('close', () => clients.delete(socket));
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port; // it listens on a port, not on a path
  };
  const port = await listen(0);
  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  const cut = async () => {
    const closed = once(server, 'close');
    server.close();
    reset();
    await closed;
  };
  const url = new URL(database);
  url.hostname = '127.0.0.1';
  url.port = String(port);
  return {
    url: url.href,
    /** Open connections are reset; new ones are taken. */
    reset,
    /** Open connections are reset, and new ones refused. */
    cut,
    restore: () => listen(port),
    /** Nothing goes through any more, and nobody is told. */
    freeze: () => {
      frozen = true;
    },
    thaw: () => {
      frozen = false;
    },
    /** What the database sends on an open connection arrives all at once, when the database ends the connection. */
    hold: () => {
      for (const client of clients) client.cork();
    },
    close: async () => {
      if (server.listening) await cut();
    },
  };
}

/** A port of this machine that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // it listens on a port, not on a path
  server.close();
  await once(server, 'close');
  return port;
}
