import { connect } from '../../../src/db/connect.ts';
import { createQueue } from '../../../src/queue/queue.ts';
import { startTrainer } from '../../../src/trainer/role.ts';
import { silent } from '../../databases.ts';
import { quickLearning } from '../learning-options.ts';

// A standalone trainer that reports to its parent.
const [dataDir = '', modelsDir = '', epochs = '3', databaseUrl] = process.argv.slice(2);
const store = await connect({ dataDir, databaseUrl, log: silent });
const queue = await createQueue({ store, log: silent, schedules: true });
const learning = quickLearning(modelsDir);
await startTrainer({
  ...learning,
  training: { ...learning.training, epochs: Number(epochs) },
  store,
  queue,
  schedule: undefined,
  afterVotes: 1,
  voiceVotes: 0,
  modelsKeep: 5,
  pollMs: 100,
  onEvent: (event) => process.send?.(event),
});
