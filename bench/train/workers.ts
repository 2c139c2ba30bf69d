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

/** All weights, or adapters of rank 8 on every linear layer. */
type Mode = 'full' | 'lora';

/** A trainer in a separate process. */
export interface Worker {
  name: string;
  mode: Mode;
  /** One step over rows given by the lengths of their texts, padded to `pad` if set. */
  step(rows: number[][], pad?: number): Promise<Outcome>;
  close(): void;
}

const beside = (name: string) => fileURLToPath(new URL(`./${name}`, import.meta.url));

export async function ourWorker(model: string, threads: number, mode: Mode): Promise<Worker> {
  const child = fork(beside('ours.ts'), [model, String(threads), mode], { execArgv: ['--import', 'tsx'] });
  await once(child, 'message');
  return {
    name: mode === 'full' ? 'Chispa' : 'Chispa, LoRA',
    mode,
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
  mode: Mode,
): Promise<Worker> {
  const child = spawn(
    process.env.PYTHON ?? 'python3',
    [beside('torch_step.py'), model, String(threads), precision, mode],
    {
      stdio: ['pipe', 'pipe', 'ignore'],
    },
  );
  child.on('error', () => {}); // a missing interpreter shows up as the end of the output
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done)
      throw new Error(
        'The PyTorch process ended: set PYTHON to an interpreter with torch, transformers and peft.',
      );
    return String(value);
  };
  await next();
  return {
    name: `PyTorch, ${precision === 'fp32' ? 'float32' : 'bf16 autocast'}${mode === 'lora' ? ', PEFT LoRA' : ''}`,
    mode,
    async step(rows) {
      const length = rows[0]?.reduce((sum, part) => sum + part, 0) ?? 0;
      child.stdin.write(`${JSON.stringify({ rows: rows.length, length })}\n`);
      return JSON.parse(await next());
    },
    close: () => child.kill(),
  };
}
