import cliProgress from 'cli-progress';

/** A bar on a terminal; elsewhere nothing: each round has its own line. */
export interface Progress {
  /** `share` of the present step, 0 to 1. */
  show(step: string, share: number): void;
  /** A line above the bar. */
  say(line: string): void;
  stop(): void;
}

export function createProgress(stream: NodeJS.WriteStream = process.stderr): Progress {
  const bar = new cliProgress.SingleBar({
    ...{ stream, format: '{step} {bar} {percentage}%', hideCursor: true, clearOnComplete: true, barsize: 24 },
  });
  const stop = () => bar.stop();
  return {
    show(step, share) {
      if (!stream.isTTY) return;
      if (!bar.isActive) bar.start(1, 0, { step });
      bar.update(share, { step });
    },
    say(line) {
      stop();
      stream.write(`${line}\n`);
    },
    stop,
  };
}
