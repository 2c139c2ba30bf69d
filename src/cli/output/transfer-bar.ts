import cliProgress from 'cli-progress';

/** Progress of bytes on stderr: on a terminal a bar with rate and time left, elsewhere a line every 10%. */
export interface TransferBar {
  /** Reports `done` of `total` bytes for the transfer named `label`. */
  show(label: string, done: number, total: number): void;
  /** Cleans up the terminal. */
  stop(): void;
}

const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);

export function createTransferBar(stream: NodeJS.WriteStream = process.stderr): TransferBar {
  const bar = new cliProgress.SingleBar({
    stream,
    format: '{label} {bar} {percentage}% · {done} of {all} MB · {rate} MB/s · {eta_formatted} left',
    hideCursor: true,
    clearOnComplete: true,
    barsize: 24,
    etaBuffer: 100,
  });
  let current = '';
  let started = 0;
  let first = 0; // bytes downloaded by an earlier run
  let tenth = -1;
  return {
    show(label, done, total) {
      const now = performance.now();
      if (label !== current) {
        bar.stop();
        [current, started, first, tenth] = [label, now, done, -1];
        if (stream.isTTY) bar.start(total, done, { label, done: '0.0', all: '0.0', rate: '—' });
      }
      if (stream.isTTY) {
        const rate = (done - first) / 1e6 / ((now - started) / 1000 || 1);
        bar.setTotal(total);
        bar.update(done, { label, done: megabytes(done), all: megabytes(total), rate: rate.toFixed(1) });
      } else if (total > 0 && Math.floor((10 * done) / total) > tenth) {
        tenth = Math.floor((10 * done) / total);
        stream.write(`${label} ${tenth * 10}% (${megabytes(done)} of ${megabytes(total)} MB)\n`);
      }
    },
    stop: () => bar.stop(),
  };
}
