import { expect, it } from 'vitest';
import { readTime } from '../../commands/ajustar/time-of-day.ts';
import { parseCustomId } from '../../src/discord/custom-id.ts';
import { mentionsTheme } from '../../src/discord/mentions-theme.ts';
import { clip, literal, visible } from '../../src/discord/text.ts';
import { withoutSecrets } from '../../src/lib/secrets.ts';
import { createSafety } from '../../src/safety/safety.ts';

const LENGTH = 10_000;
/** Repeated, each is what some pattern may try to match again and again. */
const UNITS = [
  ...['a', 'p', '*', 'p*', 'p u t a ', 'p.u.t.a.', 'p-u-t-a-', 'mierd4', 'coger con mi ', 'hijo de la gran '],
  ...[
    'me cago en la ',
    '#HijoDePuta',
    'e\u0301',
    '\u0301',
    '\u200b',
    '\u202e',
    '𝓹',
    'рutа',
    '\n',
    ' ',
    '. ',
    ',',
  ],
  ...[
    '[',
    '](',
    '[a](http://',
    '**',
    '*_',
    '*_~`|',
    '```',
    '`',
    '||',
    '~~',
    '> ',
    '# ',
    '- ',
    '1. ',
    '<',
    '<@',
  ],
  ...[
    '<:a:',
    'http://',
    '://',
    '\\',
    '@everyone',
    '__',
    '[[',
    '<t:1:R>',
    '-# ',
    `${'x'.repeat(49)} `,
    'lllll',
  ],
  ...[
    '0o',
    '1l|',
    'a.',
    'a.b-',
    'webhooks/1/',
    'aW50ZXJhY3Rpb246',
    'hf_',
    'a://a',
    ':',
    'c1:rate:',
    '12:',
    '12 h ',
  ],
];
const safety = createSafety();
const FUNCTIONS: Record<string, (text: string) => unknown> = {
  'the filter, strict': (text) => safety.check(text, 'safe'),
  'the filter, open': (text) => safety.check(text, 'open'),
  'what is shown': (text) => clip(literal(visible(text)), 4096),
  'custom ids': parseCustomId,
  'times of day': readTime,
  'what a joke mentions': (text) => [mentionsTheme(text, 'gato'), mentionsTheme('un gato', text)],
  'secrets in a log line': withoutSecrets,
};
/** Milliseconds of the processor, not those that other processes took. */
function cost(run: (text: string) => unknown, unit: string, length: number): number {
  const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
  const before = process.cpuUsage();
  run(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Four times the text costs a linear function four times as much, a quadratic one sixteen times. */
const grows = (run: (text: string) => unknown, unit: string): boolean =>
  cost(run, unit, LENGTH) > 10 * Math.max(1, cost(run, unit, LENGTH / 4));

it.each(Object.entries(FUNCTIONS))(
  '%s: the time is linear in hostile texts of 10,000 characters',
  (_name, run) => {
    const superlinear = UNITS.filter((unit) => [1, 2, 3].every(() => grows(run, unit)));
    expect(superlinear).toEqual([]);
  },
);

it('would be seen growing', () => {
  const quadratic = (text: string) => /^(.*)x(.*)y$/.test(text) || /(a+)b/.test(text);
  expect(grows(quadratic, 'a') && grows(quadratic, 'a')).toBe(true);
});
