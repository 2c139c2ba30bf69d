import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '../../config.ts';
import type { Database } from '../../db/connect.ts';
import { type GeneratorAtWork, SIGN_OF_LIFE_MS } from '../../db/generators.ts';
import { readStatus, type Status } from '../../db/status.ts';
import { interruptible } from '../interruptible.ts';
import { withDatabase } from '../open/database.ts';
import { outcomeOf } from '../output/run.ts';
import { columns, counted } from '../output/text.ts';

const EVERY_MS = 2000;
/** Clears a terminal and goes to its upper left corner. */
const CLEAR = '\u001b[2J\u001b[H';

/** `chispa status`: once, or again and again until it is interrupted. */
export async function showStatus({ watch = false, json = false }: { watch?: boolean; json?: boolean }) {
  const show = (status: Status) => {
    if (watch && !json && process.stdout.isTTY) process.stdout.write(CLEAR);
    process.stdout.write(`${json ? JSON.stringify(status) : inWords(status)}\n`);
  };
  if (!watch) return show(await withDatabase(read));
  await interruptible((signal) =>
    withDatabase(async (db) => {
      while (!signal.aborted) {
        show(await read(db));
        await delay(EVERY_MS, undefined, { signal }).catch(() => {}); // interrupted
      }
    }),
  );
}

async function read(db: Database): Promise<Status> {
  const status = await readStatus(db);
  // On the embedded database one process has all roles, and needs no lease to answer alone.
  return loadConfig().databaseUrl ? status : { ...status, bots: Math.min(1, status.generators.length) };
}

function inWords({ bots, generators, queue, lastDay, model, trial, runs, errors }: Status): string {
  const oldest = queue.oldestSeconds === null ? '' : `, the first for ${Math.round(queue.oldestSeconds)} s`;
  const median = lastDay.medianMs === null ? '' : `, ${(lastDay.medianMs / 1000).toFixed(1)} s each`;
  const share = trial
    ? ` · on trial: ${trial.name} (${Math.round((trial.share ?? 0) * 100)}% of the jokes)`
    : '';
  const facts = [
    ['running', `${bots === 0 ? 'no bot' : 'the bot'}, ${counted(generators.length, 'generator')}`],
    ['queue', `${queue.waiting} waiting${oldest}, ${queue.running} being answered`],
    [
      'last 24 h',
      `${counted(lastDay.asked, 'request')}, ${lastDay.answered} answered${median}, ${lastDay.failed} failed; ${counted(lastDay.jokes, 'joke')}, ${counted(lastDay.votes, 'vote')}`,
    ],
    ['model', `${model ? model.name : 'none yet'}${share}`],
  ];
  const parts = [columns(facts)];
  const reports = generators.filter((report) => report !== null);
  if (reports.length > 0) parts.push(`generators\n${columns(reports.map(reportInWords))}`);
  if (runs.length > 0)
    parts.push(
      `training runs\n${columns(runs.map((run) => [`  ${minute(run.startedAt)}`, run.trigger, run.status, outcomeOf(run), run.note ?? '']))}`,
    );
  if (errors.length > 0)
    parts.push(
      `not answered\n${columns(errors.map(({ at, status, note, request }) => [`  ${at ? minute(at) : '—'}`, status, request, note ?? '']))}`,
    );
  return parts.join('\n\n');
}

/** Two signs of life are missing: it has been killed, or is cut off. */
const isSilent = ({ silentSeconds }: GeneratorAtWork): boolean => silentSeconds * 1000 > 2 * SIGN_OF_LIFE_MS;

const reportInWords = (report: GeneratorAtWork): string[] => [
  `  ${report.host}:${report.pid}`,
  report.version,
  `${report.model} (${report.provider})`,
  `${report.running} of ${counted(report.slots, 'slot')}`,
  isSilent(report) ? `no sign of life for ${report.silentSeconds} s` : `${report.tokensPerSecond} tokens/s`,
];

const minute = (at: Date): string => at.toISOString().slice(0, 16).replace('T', ' ');
