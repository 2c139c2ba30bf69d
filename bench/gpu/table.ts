import { described, type Kernel, type Measurement } from './shapes.ts';

/** What the device can do, measured by PyTorch. */
export interface Ceilings {
  name: string;
  torch?: string;
  /** Of a copy, counting what is read and what is written. */
  bytesPerSecond?: number;
  /** Operations per second of a product of large matrices. */
  bfloat16?: number;
  float32?: number;
}

const BYTES: Readonly<Record<string, number>> = {
  fp32: 4,
  float32: 4,
  fp16: 2,
  bfloat16: 2,
  q8: 1 + 2 / 64,
  q4: 0.5 + 2 / 32,
};

/**
 * The measurements beside PyTorch in bfloat16 on the same model and batch, and beside the floor: the time to read every
 * weight once, or to do two operations per weight and row, whichever is longer.
 */
export function table(
  results: readonly Measurement[],
  ceilings: Ceilings | undefined,
  parameters: Readonly<Record<string, number>>,
): string {
  const rows = results.filter((it) => it.step !== undefined);
  const lines = rows.map((it) => {
    const { shape, batch = 1, step = Number.NaN, decoder } = it;
    const peer = rows.find(
      (other) =>
        other.engine === 'torch' &&
        other.variant === 'eager' &&
        other.precision === 'bfloat16' &&
        other.shape === shape &&
        other.batch === batch &&
        other.decoder === decoder &&
        !other.lora === !it.lora,
    )?.step;
    const count = parameters[shape] ?? Number.NaN;
    const bytes = (count * (BYTES[it.precision] ?? 4)) / (ceilings?.bytesPerSecond ?? Number.NaN);
    const rate = /32/.test(it.precision) ? ceilings?.float32 : ceilings?.bfloat16;
    // Training: forward and backward, for every token; frozen weights have no gradient.
    const passes = it.lora ? 2 : 3;
    const perStep = decoder === 'train' ? (passes * step * (it.tokensPerSecond ?? Number.NaN)) / 1000 : batch;
    const floor = 1000 * Math.max(bytes, (2 * count * perStep) / (rate ?? Number.NaN));
    const cells = [
      shape,
      it.engine,
      described(it),
      decoder,
      batch,
      step.toFixed(2),
      Math.round(it.tokensPerSecond ?? 0),
      Number.isNaN(floor) ? '' : floor.toFixed(2),
      peer === undefined ? '' : (peer / step).toFixed(2),
      it.submit?.toFixed(2) ?? '',
      it.bus === undefined ? '' : (it.bus / 1024).toFixed(1),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const checks = results
    .filter((it) => it.error !== undefined)
    .map((it) => {
      return `- ${it.shape} ${it.engine} ${described(it)}: logits differ from the CPU's in fp32 by ${it.error?.toExponential(1)} of themselves, same likeliest token ${((it.sameTop ?? 0) * 100).toFixed(0)} %`;
    });
  const profiles = results.flatMap((it) => (it.kernels ? [profileTable(it, it.kernels)] : []));
  const failures = results.filter((it) => !it.step && it.error === undefined && !it.kernels);
  return [
    ceilings ? `${JSON.stringify(ceilings)}\n` : '',
    '| model | engine | how | decoder | batch | ms a step | tokens/s | floor, ms | × PyTorch eager bf16 | ms to submit | KB on the bus |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    ...lines,
    '',
    ...checks,
    ...failures.map((it) => `- not measured: ${JSON.stringify(it)}`),
    '',
    ...profiles,
  ].join('\n');
}

/** How many kinds of operations a profile lists. */
const LISTED = 12;

/** Where the device's time goes in a step. */
function profileTable(it: Measurement, kernels: readonly Kernel[]): string {
  const sum = (measure: (kernel: Kernel) => number) =>
    kernels.reduce((sum, kernel) => sum + measure(kernel), 0);
  const [count, milliseconds] = [sum((kernel) => kernel.count), sum((kernel) => kernel.milliseconds)];
  const line = (name: string, count: number, time: number) =>
    `| ${name} | ${count.toFixed(0)} | ${time.toFixed(3)} | ${((100 * time) / milliseconds).toFixed(0)} % |`;
  return [
    `A step of ${it.shape} ${described(it)}, ${it.decoder}, batch ${it.batch}, operation by operation:`,
    '',
    '| operation | times | ms on the device | share |',
    '|---|---|---|---|',
    ...kernels
      .toSorted((a, b) => b.milliseconds - a.milliseconds)
      .slice(0, LISTED)
      .map((kernel) => line(kernel.name, kernel.count, kernel.milliseconds)),
    line('all', count, milliseconds),
    '',
  ].join('\n');
}
