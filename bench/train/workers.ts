import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface Outcome {
  seconds: number;
  loss: number;
  /** Peak resident memory of the process so far, in bytes. */
  peak: number;
}

/** A trainer in a separate process. */
export interface Worker {
  name: string;
  /** One step over rows given by the lengths of their texts, padded to `pad` if set. */
  step(rows: number[][], pad?: number): Promise<Outcome>;
  close(): void;
}

const beside = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url));

export async function ourWorker(model: string, threads: number, mode: 'full' | 'lora'): Promise<Worker> {
  const child = fork(beside('ours.ts'), [model, String(threads), mode], { execArgv: ['--import', 'tsx'] });
  await once(child, 'message');
  return {
    name: mode === 'full' ? 'Chispa' : 'Chispa, LoRA rank 8',
    async step(rows, pad) {
      child.send({ rows, pad });
      const [outcome] = await once(child, 'message');
      return outcome;
    },
    close: () => child.kill(),
  };
}

export async function torchWorker(
  model: string,
  threads: number,
  precision: 'fp32' | 'bf16',
): Promise<Worker> {
  const child = spawn(
    process.env.PYTHON ?? 'python3',
    [beside('torch_step.py'), model, String(threads), precision],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  child.on('error', () => {}); // a missing interpreter shows up as the end of the output
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done)
      throw new Error('The PyTorch process ended: set PYTHON to an interpreter with torch and transformers.');
    return String(value);
  };
  await next();
  return {
    name: `PyTorch eager, ${precision === 'fp32' ? 'float32' : 'bf16 autocast'}`,
    async step(rows) {
      const length = rows[0]?.reduce((sum, part) => sum + part, 0) ?? 0;
      child.stdin.write(`${JSON.stringify({ rows: rows.length, length })}\n`);
      return JSON.parse(await next());
    },
    close: () => child.kill(),
  };
}
