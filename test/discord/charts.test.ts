import { describe, expect, it } from 'vitest';
import { renderStatistics } from '../../src/discord/charts/statistics.ts';
import { shareText } from '../../src/discord/charts/steps.ts';
import { en, es } from '../../src/discord/messages/index.ts';
import { renderLoss } from '../../src/lib/loss-chart.ts';

/** Width and height of a PNG, from its header. */
function sizeOf(png: Buffer): [number, number] {
  expect(png.subarray(1, 4).toString()).toBe('PNG');
  return [png.readUInt32BE(16), png.readUInt32BE(20)];
}

describe('the statistics', () => {
  const none = { votes: 0, mean: null };
  const weeks = [{ week: '2026-11-16', generated: { votes: 4, mean: 3.2 }, house: none }];
  const models = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ name: `mini-es-${i}`, votes: i, mean: 2 + i / 4 }));
  const draw = (count: number, m = es, expected: { predicted: number; given: number }[] = []) =>
    renderStatistics({ weeks, models: models(count), expected, locale: m.locale, texts: m.statistics.chart });

  it('have one bar a version below the weeks, for at most six', () => {
    const [width, weeksAlone] = sizeOf(draw(0));
    const [, one] = sizeOf(draw(1));
    const [, two] = sizeOf(draw(2));
    const [, six] = sizeOf(draw(6));
    expect(sizeOf(draw(9))).toEqual([width, six]);
    expect(one).toBeGreaterThan(weeksAlone);
    expect(six - two).toBe(4 * (two - one));
  });

  it('leave out versions that nobody voted on', () => {
    const unrated = { name: 'new', votes: 0, mean: null };
    const texts = es.statistics.chart;
    const rest = { weeks, expected: [], locale: 'es-ES', texts };
    expect(renderStatistics({ ...rest, models: [unrated, ...models(2)] })).toEqual(draw(2));
  });

  it('draw house jokes apart once they have votes', () => {
    const texts = es.statistics.chart;
    const rest = { models: models(2), expected: [], locale: 'es-ES', texts };
    const rated = weeks.map((week) => ({ ...week, house: { votes: 0, mean: 4.5 } }));
    expect(renderStatistics({ ...rest, weeks: rated })).not.toEqual(draw(2));
  });

  it('show what the judge expected against what came, once there are five such jokes', () => {
    const jokes = Array.from({ length: 5 }, (_, i) => ({ predicted: 2 + i / 2, given: 1 + i }));
    const [width, plain] = sizeOf(draw(2));
    expect(sizeOf(draw(2, es, jokes.slice(1)))).toEqual([width, plain]);
    expect(sizeOf(draw(2, es, jokes))[1]).toBeGreaterThan(plain);
    expect(sizeOf(draw(0, es, jokes))[0]).toBe(width);
  });

  it('speak the language of whoever asks', () => {
    expect(draw(2, en)).not.toEqual(draw(2, es));
  });
});

describe('the loss of a training', () => {
  const epoch = (epoch: number) => ({ epoch, trainLoss: 3 - epoch / 10, validationLoss: null });
  const draw = (...epochs: { epoch: number; trainLoss: number; validationLoss: number | null }[]) =>
    renderLoss({ epochs, locale: 'es-ES', texts: es.learning.log.chart });

  it('is drawn from one epoch on, with or without a validation loss', () => {
    expect(sizeOf(draw(epoch(1)))).toEqual([900, 480]);
    expect(draw(epoch(1), epoch(2))).not.toEqual(draw(epoch(1), { ...epoch(2), validationLoss: 2.9 }));
  });
});

it('a probability has two digits, unless they would be too far behind the comma', () => {
  const percent = new Intl.NumberFormat('es', { style: 'percent', maximumSignificantDigits: 2 });
  expect(
    [0.4712, 0.00456, 0.0001, 0.00000021].map((p) => shareText(p, percent).replace(/\s/gu, ' ')),
  ).toEqual([...['47 %', '0,46 %', '0,01 %', '< 0,01 %']]);
});
