import cliProgress from 'cli-progress';
import type { TrainingEvent } from '../../finetuning/run/events.ts';
import type { EpochRecord } from '../../finetuning/run/progress.ts';
import { table } from '../../lib/table.ts';

/** Shows a run's events. Progress goes to stderr, results to stdout. */
export interface TrainingDisplay {
  show(event: TrainingEvent): void;
  /** Cleans up the terminal, whatever happened. */
  stop(): void;
}

/** Prints one JSON object per line, as events happen. */
export const jsonDisplay = (): TrainingDisplay => ({
  show: (event) => void process.stdout.write(`${JSON.stringify(event)}\n`),
  stop: () => {},
});

/** Shows a bar with loss, speed and time left, a line for each epoch, and the notebook's table at the end. */
export function terminalDisplay(): TrainingDisplay {
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    format: '{bar} {percentage}% · epoch {epoch} · loss {loss} · {speed} tokens/s · {left} left',
    hideCursor: true,
    clearOnComplete: true,
    barsize: 24,
  });
  const say = (line: string) => process.stderr.write(`${line}\n`);
  let running = false;
  const stop = () => {
    if (running) bar.stop();
    running = false;
  };
  return {
    stop,
    show(event) {
      switch (event.event) {
        case 'start': {
          const { base, recipe, mode, training, validation, trainable, resumedAt, validationLoss } = event;
          say(`${base} · ${recipe}, ${mode} · ${(trainable / 1e6).toFixed(1)}M parameters learn`);
          say(`${training} to learn from, ${validation} held out · loss before ${validationLoss.toFixed(4)}`);
          const place = event.provider === 'cpu' ? 'the CPU' : `the GPU (${event.provider})`;
          if (event.provider !== 'cpu' || event.reason)
            say(`on ${place}${event.reason ? `: ${event.reason}` : ''}`);
          if (resumedAt > 0) say(`resuming after step ${resumedAt}`);
          if (process.stderr.isTTY) {
            bar.start(1, 0, { epoch: 1, loss: '—', speed: '—', left: '—' });
            running = true;
          }
          break;
        }
        case 'step':
          if (running)
            bar.update(event.progress, {
              epoch: event.epoch,
              loss: event.loss.toFixed(4),
              speed: Math.round(event.tokensPerSecond),
              left: duration(event.eta),
            });
          break;
        case 'epoch':
          if (!process.stderr.isTTY)
            say(
              `epoch ${event.epoch}: training ${event.trainLoss.toFixed(4)}, validation ${event.validationLoss.toFixed(6)}${event.best ? ' (best)' : ''}`,
            );
          break;
        case 'done':
          stop();
          process.stdout.write(`${lossTable(event.epochs, event.best)}\n\n${event.model}\n`);
          break;
        case 'fallback':
          stop();
          say(`${event.reason}: going on on the CPU, from the last checkpoint`);
          break;
        case 'checkpoint':
          break;
      }
    },
  };
}

function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '—';
  const whole = Math.round(seconds);
  const pad = (n: number) => String(n).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
}

/** The notebook's table: one line per epoch, with the best one marked. Losses in nats. */
function lossTable(epochs: readonly EpochRecord[], best: number): string {
  const rows = epochs.map(({ epoch, trainLoss, validationLoss, validationTokenLoss }) => [
    `${epoch}${epoch === best ? ' *' : ''}`,
    trainLoss.toFixed(4),
    validationLoss.toFixed(6),
    validationTokenLoss.toFixed(6),
  ]);
  return table(['Epoch', 'Training Loss', 'Validation Loss', 'per token'], rows);
}
