import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createLog } from '../../src/lib/log.ts';
import { table } from '../../src/lib/table.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { type Round, runArm } from './arm.ts';
import { communityChart, type Result } from './chart.ts';
import { TASTES, type Taste } from './tastes.ts';
import { type Claim, claimsOf, falsePromotions, gateClaimsOf } from './verdict.ts';

// npm run experiment:community -- [--taste NAME] [--gate] [--no-control] [--rounds 5] [--jokes 320] [--model FOLDER] [--json FILE] [--chart FILE]
// Does the bot learn what a community laughs at, seeing only its noisy votes? Compared with a control that learns from the
// same votes shuffled across jokes. `--gate`: only what the gate promotes serves. `--no-control` leaves the control out, to look
// at one thing sooner; the claims about it are then not checked. Exits 1 if a claim does not hold.

const { values } = parseArgs({
  options: {
    taste: { type: 'string', multiple: true, default: TASTES.map(({ name }) => name) },
    rounds: { type: 'string', default: '5' },
    jokes: { type: 'string', default: '320' },
    model: { type: 'string', default: bundledModelPath },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    json: { type: 'string' },
    chart: { type: 'string' },
    gate: { type: 'boolean', default: false },
    'no-control': { type: 'boolean', default: false },
  },
});
const say = (line: string) => process.stderr.write(`${line}\n`);
/** Of all controls together. */
const allControls: Claim[] = [];
const results: (Result & { claims: Claim[] })[] = [];
for (const name of values.taste) {
  const taste = TASTES.find((known) => known.name === name);
  if (!taste)
    throw new Error(`There is no taste ${name}; choose from ${TASTES.map((t) => t.name).join(', ')}.`);
  const begun = Date.now();
  const votes = await arm(taste, false);
  const control = values['no-control'] ? [] : await arm(taste, true);
  const claims = values.gate ? gateClaimsOf(votes) : control.length > 0 ? claimsOf(votes, control) : [];
  results.push({ taste: name, arms: { votes, control }, claims });
  print(taste, votes, control, claims, (Date.now() - begun) / 60_000);
}
if (values.gate && !values['no-control']) {
  const claim = falsePromotions(results.map(({ arms }) => arms.control));
  process.stdout.write(`\n${claim.holds ? 'holds' : 'FAILS'}: ${claim.claim}\n`);
  allControls.push(claim);
}
if (values.json) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
if (values.chart) await writeFile(values.chart, communityChart(results));
process.exitCode = [...allControls, ...results.flatMap(({ claims }) => claims)].every(({ holds }) => holds)
  ? 0
  : 1;

function arm(taste: Taste, shuffled: boolean): Promise<Round[]> {
  return runArm({
    ...{ taste, shuffled, gate: values.gate, model: values.model, log: createLog('error') },
    ...{ rounds: Number(values.rounds), jokes: Number(values.jokes) },
    ...{ seed: Number(values.seed), threads: Number(values.threads) },
    onRound: (round) =>
      say(
        `${taste.name}, ${shuffled ? 'shuffled votes' : 'votes'}, round ${round.round}: ${round.mean.toFixed(2)}, distinct-2 ${round.distinct2.toFixed(3)} ${gateOf(round)}`,
      ),
  });
}

function print(
  taste: Taste,
  votes: readonly Round[],
  control: readonly Round[],
  claims: readonly Claim[],
  minutes: number,
): void {
  const out = (line = '') => process.stdout.write(`${line}\n`);
  out(`\n## ${taste.name}: ${taste.likes} (${minutes.toFixed(0)} minutes)\n`);
  const rows = votes.map((round, i) => {
    const other = control[i];
    return [
      String(round.round),
      interval(round),
      other ? interval(other) : '',
      round.distinct2.toFixed(3),
      percent(round.recited),
      percent(round.selfEnding),
      other ? other.distinct2.toFixed(3) : '',
      other ? percent(other.recited) : '',
      gateOf(round),
    ];
  });
  const head = [
    'round',
    'score',
    'control',
    'distinct-2',
    'recited',
    'ends',
    'control: distinct-2',
    'recited',
    'the gate',
  ];
  out(table(head, rows));
  const [before, after] = [votes[0], votes.at(-1)];
  before?.samples.forEach((text, i) => {
    out(`\nbefore: ${text.replaceAll('\n', ' / ')}\nafter:  ${after?.samples[i]?.replaceAll('\n', ' / ')}`);
  });
  out();
  for (const { claim, holds } of claims) out(`${holds ? 'holds' : 'FAILS'}: ${claim}`);
}

function interval({ mean, halfWidth }: Round): string {
  return `${mean.toFixed(2)} ±${halfWidth.toFixed(2)}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** The gate's verdict on the run that made this round's model. */
function gateOf({ run }: Round): string {
  if (!run?.evaluation) return '';
  const failed = run.evaluation.reasons.filter(({ passed }) => !passed).map(({ check }) => check);
  const { judged } = run.evaluation;
  const estimate = judged ? ` (judge ${judged.gain.toFixed(2)} ±${judged.deviation.toFixed(2)})` : '';
  return `${failed.length === 0 ? 'promotes' : `rejects: ${failed.join(', ')}`}${estimate}`;
}
