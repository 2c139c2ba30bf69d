import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createDeviceSession } from '../../src/engine/device-session.ts';
import type { ModelWeights } from '../../src/engine/quantized-file.ts';
import { InferenceSession } from '../../src/lib/onnxruntime.ts';
import type { Case, Kernel, Measurement } from './shapes.ts';
import { measureTraining, WARM_STEPS } from './training.ts';
import { newRow, openDecoder } from './webgpu.ts';

/** One event of onnxruntime's profile; those of the category `Api` are what the device ran. `dur` is in microseconds. */
interface ProfileEvent {
  cat: string;
  name: string;
  dur: number;
}

/**
 * Reports which operations the device runs in a step, and for how long, by its own clock. Each is timed by itself, so that
 * a whole step takes longer than it otherwise does; and what is set up before the first step is counted, too.
 */
export async function measureKernels(
  folder: ModelWeights,
  it: Case,
  report: (line: Measurement) => void,
): Promise<void> {
  const { batches, ...about } = it;
  for (const batch of batches) {
    try {
      const { events, steps, as } = await profiled(() =>
        it.decoder === 'train' ? train(folder, { ...it, batches: [batch] }) : decode(folder, it, batch),
      );
      report({ ...about, precision: as, batch, kernels: kernelsOf(events, steps) });
    } catch (error) {
      report({ ...about, batch, note: String(error).slice(0, 300) });
    }
  }
}

/** What was run: steps, and in what precision. */
interface Work {
  steps: number;
  as: string;
}

async function decode(
  folder: ModelWeights,
  { precision, decoder, steps }: Case,
  batch: number,
): Promise<Work> {
  const { runtime, dtype, as } = await openDecoder(folder, precision);
  const session = await createDeviceSession(runtime, folder.config, { dtype });
  const cache = session.newCache(32);
  const rows = Array.from({ length: batch }, (_, seed) => newRow(cache, seed, decoder, folder));
  for (let step = 0; step < steps; step++) {
    const chosen = await session.step(cache, rows);
    for (const [i, row] of rows.entries()) row.tokens.push(chosen[i] ?? 0);
  }
  return { steps, as };
}

async function train(folder: ModelWeights, it: Case): Promise<Work> {
  await measureTraining(folder, it, ({ step, note }) => {
    if (step === undefined) throw new Error(note);
  });
  return { steps: WARM_STEPS + it.steps, as: it.precision };
}

/** Runs `work` with the profiler of every session on. */
async function profiled(work: () => Promise<Work>): Promise<Work & { events: ProfileEvent[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'chispa-profile-'));
  const sessions: InferenceSession[] = [];
  const create = InferenceSession.create;
  InferenceSession.create = async (...given: unknown[]) => {
    const [model, options] = given as [Uint8Array, InferenceSession.SessionOptions];
    const profileFilePrefix = join(folder, String(sessions.length));
    const session = await create.call(InferenceSession, model, {
      ...{ ...options, enableProfiling: true, profileFilePrefix },
    });
    sessions.push(session);
    return session;
  };
  try {
    const done = await work();
    for (const session of sessions) endProfiling(session);
    const files = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
    return { events: files.flatMap((file) => JSON.parse(file) as ProfileEvent[]), ...done };
  } finally {
    InferenceSession.create = create;
    rmSync(folder, { recursive: true });
  }
}

function endProfiling(session: InferenceSession): void {
  try {
    session.endProfiling();
  } catch {
    // It was released, and has written its profile then.
  }
}

function kernelsOf(events: readonly ProfileEvent[], steps: number): Kernel[] {
  const kernels = new Map<string, Kernel>();
  for (const { cat, name: full, dur } of events) {
    if (cat !== 'Api') continue;
    const name = full.slice(full.lastIndexOf('&') + 1); // NODE&OPERATION&KERNEL
    const kernel = kernels.get(name) ?? { name, count: 0, milliseconds: 0 };
    kernel.count += 1 / steps;
    kernel.milliseconds += dur / 1000 / steps;
    kernels.set(name, kernel);
  }
  return [...kernels.values()];
}
