import { constants, getPriority, setPriority } from 'node:os';
import { ChispaError, messageOf } from '../../lib/errors.ts';
import { performRun } from './perform.ts';
import type { FromWorker } from './train-run.ts';

/*
 * The training process: one run, named by its folder in argv. It yields to everything else on the machine,
 * is told to stop by a message, and does not outlive the process that began it.
 */
if (getPriority() >= 0) setPriority(constants.priority.PRIORITY_LOW); // a host who raised it meant it
let stop = false;
process.on('message', () => {
  stop = true;
});
process.on('disconnect', () => process.exit(1));
// A terminal's ^C reaches the whole group; the parent decides what it means.
process.on('SIGINT', () => {});

const send = (message: FromWorker) => new Promise((sent) => process.send?.(message, sent));

try {
  const outcome = await performRun(process.argv[2] ?? '', {
    emit: (event) => void send({ kind: 'event', event }),
    interrupted: () => stop,
  });
  await send({ kind: 'outcome', outcome });
} catch (error) {
  const code = error instanceof ChispaError ? error.code : 'training-failed';
  await send({ kind: 'failure', code, message: messageOf(error) });
}
process.exit(0);
