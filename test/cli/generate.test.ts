import { parse } from 'csv-parse/sync';
import { describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { runCommand } from './run-command.ts';

vi.setConfig({ testTimeout: 300_000 }); // slow on a busy machine; nothing here waits for time

const env = { MODEL: '', MODELS_DIR: '/nowhere', LOG_LEVEL: 'silent', THREADS: '1' };
const chispa = (...args: string[]) => runCommand(args, env);

const token = z.strictObject({ id: z.number(), text: z.string(), p: z.number().min(0).max(1) });
const sampleSchema = z.strictObject({
  text: z.string(),
  tokens: z.array(z.number()),
  finish: z.enum(['end', 'length']),
  seed: z.number(),
  model: z.literal('mini-es'),
  steps: z.array(z.strictObject({ input: z.string(), chosen: token, choices: z.array(token) })).optional(),
});
const samplesOf = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => sampleSchema.parse(JSON.parse(line)));

describe('chispa generate', () => {
  it('prints one JSON object per line and sample, with steps only with --explain', async () => {
    const args = ['generate', 'Había una vez', '--max-tokens', '6', '--seed', '7', '--json'];
    const [first, second, ...rest] = samplesOf(
      (await chispa(...args, '--samples', '2', '--explain', '3')).stdout,
    );
    expect(rest).toEqual([]);
    expect([first?.seed, second?.seed]).toEqual([7, 8]);
    expect(first?.text).toMatch(/^Había una vez./);
    expect(first?.steps).toHaveLength(6);
    first?.steps?.forEach(({ input, chosen, choices }, i) => {
      expect(chosen.id).toBe(first.tokens[i]);
      expect(choices).toHaveLength(3);
      expect(choices.map(({ p }) => p)).toEqual(choices.map(({ p }) => p).toSorted((a, b) => b - a));
      expect(first.text.startsWith(input)).toBe(true);
    });
    const [alone] = samplesOf((await chispa(...args)).stdout);
    expect(alone).toEqual({ ...first, steps: undefined });
  });

  it('chooses the most likely token at each step when greedy, and exports the steps as CSV', async () => {
    const { stdout } = await chispa(
      'generate',
      'Había una vez',
      '--decoder',
      'greedy',
      '--max-tokens',
      '3',
      '--seed',
      '1',
      '--explain',
      '2',
      '--csv',
    );
    const [header, ...rows]: string[][] = parse(stdout);
    expect(header).toEqual(['seed', 'step', 'input', 'chosen', 'Choice #1', 'Choice #2']);
    expect(rows).toHaveLength(3);
    for (const [, , , chosen, likeliest] of rows) expect(chosen).toBe(likeliest);
  });

  it('compares values of ε side by side, with the greedy one always the same', async () => {
    const args = ['generate', 'Había', '--max-tokens', '12', '--epsilon', '0,1'];
    const { stdout } = await chispa(...args, '--seed', '3');
    const [headings] = stdout.split('\n');
    expect(headings).toMatch(/^ε = 0 \(sampling\) +│ ε = 1 \(greedy\)$/);
    expect(stdout).toMatch(/distinct-1 \d+ % +│ distinct-1 \d+ %/);
    const lines = (await chispa(...args, '--seed', '3', '--samples', '2', '--json')).stdout
      .trim()
      .split('\n');
    const [sampled, sampledAgain, greedy, greedyAgain] = lines.map((line) => JSON.parse(line));
    expect([sampled.epsilon, sampledAgain.epsilon, greedy.epsilon, greedyAgain.epsilon]).toEqual([
      0, 0, 1, 1,
    ]);
    expect([sampled.seed, sampledAgain.seed, greedy.seed, greedyAgain.seed]).toEqual([3, 4, 3, 4]);
    expect(sampled.text).not.toBe(sampledAgain.text);
    expect(greedy.text).toBe(greedyAgain.text);
  });

  it('refuses options that make no sense, before loading any model', async () => {
    for (const [args, reason] of [
      [['--epsilon', '7'], /from 0 to 1/],
      [['--epsilon', '0.2,abc'], /from 0 to 1/],
      [['--epsilon', '0,1', '--decoder', 'greedy'], /--decoder epsilon-greedy only/],
      [['--csv'], /add --explain/],
      [['--csv', '--json', '--explain', '2'], /one of --csv and --json/],
      [['--precision', 'q3'], /fp32, fp16, q8, q4/],
      [['--top-k', '1.5'], /whole number/],
      [['--samples', '0'], /from 1 to 100/],
    ] as const)
      expect((await chispa('generate', 'x', ...args)).error?.message, args.join(' ')).toMatch(reason);
    expect((await chispa('generate', 'x', '--model', 'nope')).error?.message).toMatch(
      /no model named "nope"/,
    );
  });
});

describe('chispa next', () => {
  it('prints shapes and the most likely tokens, with falling percentages', async () => {
    const { stdout } = await chispa('next', 'Había una vez', '--top', '4');
    expect(stdout).toMatch(
      /^ids +\[1, 3\]\nlogits +\[1, 3, 8192\]\nlogits of the last token +\[8192\]\nprobabilities +\[8192\]\n\n/,
    );
    const percents = [...stdout.matchAll(/^ *(\d+\.\d\d) % +".+" +id \d+$/gm)].map(([, percent]) =>
      Number(percent),
    );
    expect(percents).toHaveLength(4);
    expect(percents).toEqual(percents.toSorted((a, b) => b - a));
    const { choices, tokens } = JSON.parse((await chispa('next', '', '--json', '--top', '819')).stdout);
    expect(tokens).toEqual([8191]); // no input: predict the start of a text
    expect(choices).toHaveLength(819);
  });
});
