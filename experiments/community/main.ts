import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createLog } from '../../src/lib/log.ts';
import { table } from '../../src/lib/table.ts';
import { sha256File } from '../../src/models/hash.ts';
import { bundledModelPath } from '../../src/models/registry.ts';
import { type Round, runArm } from './arm.ts';
import { communityChart, type Result } from './chart.ts';
import { createProgress } from './progress.ts';
import { type ArmSettings, beginRounds, playedRounds } from './results.ts';
import { TASTES, type Taste } from './tastes.ts';
import { bothClaim, type Claim, claimsOf, falsePromotions, gateClaimsOf } from './verdict.ts';
import { WAYS, type WayName } from './ways.ts';

// npm run experiment:community -- [--taste NAME]… [--arm votes|control|judge|both]… [--gate] [--results FOLDER]
//                                 [--rounds 5] [--jokes 320] [--model FOLDER] [--seed 1] [--json FILE] [--chart FILE]
// Does the bot learn what a community laughs at, seeing only its noisy votes? `votes`: the trainer makes a new model
// after every round; `control`: the same with the votes shuffled across jokes. `judge`: one model, and the judge
// chooses each joke from eight; `both`: the two together. `--gate`: only what the gate promotes serves. Every arm's
// rounds are kept in the folder of results, and an arm that is there is not played again: arms may be played by several
// processes, and the last one prints the tables. Claims whose arms were not asked for are not checked. Exits 1 if a
// claim does not hold.

const { values } = parseArgs({
  options: {
    taste: { type: 'string', multiple: true, default: TASTES.map(({ name }) => name) },
    arm: { type: 'string', multiple: true, default: ['votes', 'control'] },
    results: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    jokes: { type: 'string', default: '320' },
    model: { type: 'string', default: bundledModelPath },
    seed: { type: 'string', default: '1' },
    threads: { type: 'string', default: '2' },
    json: { type: 'string' },
    chart: { type: 'string' },
    gate: { type: 'boolean', default: false },
  },
});
const out = (line = '') => process.stdout.write(`${line}\n`);
const tastes = values.taste.map((name): Taste => {
  const taste = TASTES.find((known) => known.name === name);
  if (taste) return taste;
  throw new Error(`There is no taste ${name}; choose from ${TASTES.map((t) => t.name).join(', ')}.`);
});
const names = Object.keys(WAYS) as WayName[];
const ways = values.arm.map((name): WayName => {
  const way = names.find((known) => known === name);
  if (way) return way;
  throw new Error(`There is no arm ${name}; choose from ${names.join(', ')}.`);
});
const folder = values.results ?? (await mkdtemp(join(tmpdir(), 'chispa-results-')));
await mkdir(folder, { recursive: true });
const model = await sha256File(join(values.model, 'model.safetensors'));
const progress = createProgress();

const results: Result[] = [];
for (const taste of tastes) {
  const arms: Result['arms'] = {};
  for (const way of ways) arms[way] = await play(taste, way);
  const claims: Claim[] = [];
  const { votes, control, both } = arms;
  if (votes && values.gate) claims.push(...gateClaimsOf(votes));
  else if (votes && control) claims.push(...claimsOf(votes, control));
  if (both) claims.push(bothClaim(both));
  results.push({ taste: taste.name, arms, claims });
}
progress.stop();
for (const [i, result] of results.entries()) print(tastes[i]?.likes ?? '', result);
const controls = results.flatMap(({ arms }) => (arms.control ? [arms.control] : []));
const overall = values.gate && controls.length > 0 ? [falsePromotions(controls)] : [];
if (overall.length > 0) out();
for (const claim of overall) say(claim);
if (values.json) await writeFile(values.json, `${JSON.stringify(results, null, 2)}\n`);
if (values.chart) await writeFile(values.chart, communityChart(results));
process.exitCode = [...overall, ...results.flatMap(({ claims }) => claims)].every(({ holds }) => holds)
  ? 0
  : 1;

/** An arm's rounds, played now unless another process has. */
async function play(taste: Taste, way: WayName): Promise<Round[]> {
  const settings: ArmSettings = {
    ...{ taste: taste.name, way, gate: values.gate && WAYS[way].tunes, model },
    ...{ rounds: Number(values.rounds), jokes: Number(values.jokes), seed: Number(values.seed) },
  };
  const played = await playedRounds(folder, settings);
  if (played) return played;
  const keep = await beginRounds(folder, settings);
  let now = 0;
  const begun = performance.now();
  return runArm({
    ...settings,
    ...{
      taste,
      way: WAYS[way],
      model: values.model,
      threads: Number(values.threads),
      log: createLog('error'),
    },
    jokesFile: join(folder, `jokes-${model.slice(0, 12)}.jsonl`),
    onProgress: (step, share) =>
      progress.show(`${taste.name}, ${WAYS[way].name}, round ${now} of ${settings.rounds}: ${step}`, share),
    async onRound(round) {
      await keep(round);
      now = round.round + 1;
      const minutes = ((performance.now() - begun) / 60_000).toFixed(1);
      progress.say(
        `${taste.name}, ${WAYS[way].name}, round ${round.round}, ${minutes} min: ${round.mean.toFixed(2)} (of all candidates ${round.plain.toFixed(2)}), distinct-2 ${round.distinct2.toFixed(3)} ${gateOf(round)}`,
      );
    },
  });
}

function print(likes: string, { taste, arms, claims }: Result): void {
  out(`\n## ${taste}: ${likes}\n`);
  const { votes, control, judge, both } = arms;
  if (votes) {
    const rows = votes.map((round, i) => {
      const other = control?.[i];
      const ofControl = other
        ? [interval(other), other.distinct2.toFixed(3), percent(other.recited), gateOf(other)]
        : [];
      return [
        ...[String(round.round), interval(round), round.distinct2.toFixed(3), percent(round.recited)],
        ...[percent(round.selfEnding), gateOf(round), ...ofControl],
      ];
    });
    const head = ['round', 'score', 'distinct-2', 'recited', 'ends', 'the gate'];
    const more = control ? ['control: score', 'distinct-2', 'recited', 'the gate'] : [];
    out(table([...head, ...more], rows));
  }
  const compared = [judge, votes, both].filter((rounds) => rounds !== undefined);
  if (judge || both) {
    const [first] = judge ?? both ?? [];
    const rows = (compared[0] ?? []).map((_, i) => [
      String(i),
      first?.plain.toFixed(2) ?? '',
      ...[judge, votes, both].map((rounds) => (rounds?.[i] ? interval(rounds[i]) : '')),
      ...[
        both?.[i]?.plain.toFixed(2) ?? '',
        both?.[i]?.distinct2.toFixed(3) ?? '',
        both?.[i] ? percent(both[i].recited) : '',
      ],
    ]);
    out();
    out(
      table(
        [
          'round',
          'plain',
          WAYS.judge.name,
          WAYS.votes.name,
          WAYS.both.name,
          'of all its candidates',
          'distinct-2',
          'recited',
        ],
        rows,
      ),
    );
  }
  const [before, after] = [compared[0]?.[0], compared.at(-1)?.at(-1)];
  before?.samples.forEach((text, i) => {
    out(`\nbefore: ${text.replaceAll('\n', ' / ')}\nafter:  ${after?.samples[i]?.replaceAll('\n', ' / ')}`);
  });
  out();
  claims.forEach(say);
}

function say({ claim, holds }: Claim): void {
  out(`${holds ? 'holds' : 'FAILS'}: ${claim}`);
}

function interval({ mean, halfWidth }: Round): string {
  return `${mean.toFixed(2)} ±${halfWidth.toFixed(2)}`;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** The gate's verdict on the run that made this round's model, and what it was seen from. */
function gateOf({ run, gated, trial }: Round): string {
  if (!run?.evaluation) return '';
  const failed = run.evaluation.reasons.filter(({ passed }) => !passed).map(({ check }) => check);
  const { judged } = run.evaluation;
  const estimate = judged ? `; judge ${judged.gain.toFixed(2)} ±${judged.deviation.toFixed(2)}` : '';
  const truth = gated ? `; in truth ${(gated.candidate - gated.former).toFixed(2)}` : '';
  const verdict = failed.length === 0 ? 'passes' : `doubts: ${failed.join(', ')}`;
  const votes = trial ? `; in the trial ${trial.former.toFixed(2)} and ${trial.present.toFixed(2)}` : '';
  return `${verdict}${estimate}${truth}${votes}; ${run.status}`;
}
