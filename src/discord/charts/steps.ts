import { createCanvas, type SKRSContext2D } from '@napi-rs/canvas';
import { CHART_FONT } from '../../lib/chart.ts';

export interface WeighedToken {
  id: number;
  text: string;
  /** Its probability, 0 to 1. */
  p: number;
}

export interface WeighedStep {
  /** The text so far. */
  input: string;
  chosen: WeighedToken;
  /** Likeliest first. */
  choices: readonly WeighedToken[];
}

export interface StepsPicture {
  steps: readonly WeighedStep[];
  locale: string;
}

// Sizes in pixels. A phone shows the picture at about half its width, so text is twice its intended size.
const WIDTH = 760;
const MARGIN = 20;
const ROW = 74;
const INPUT_WIDTH = 180;
const GAP = 8;
const RADIUS = 12;
const FONT = {
  token: `bold 22px "${CHART_FONT}"`,
  share: `18px "${CHART_FONT}"`,
  input: `18px "${CHART_FONT}"`,
};
const COLOR = {
  ground: '#ffffff',
  stripe: '#f6f3f8',
  input: '#6b6375',
  chip: '#e9e4ee',
  bar: '#cfc4da',
  chosen: '#f5a524',
  text: '#1d1823',
};
/** How many of the likeliest tokens each row shows. */
const CHOICES = 4;

/**
 * The model's choices as a PNG: one row per step with the end of the text so far and the likeliest tokens. The chosen
 * token is marked, and added at the end of the row if it was not among them.
 */
export function renderSteps({ steps, locale }: StepsPicture): Buffer {
  const canvas = createCanvas(WIDTH, 2 * MARGIN + Math.max(1, steps.length) * ROW);
  const context = canvas.getContext('2d');
  context.fillStyle = COLOR.ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.textBaseline = 'middle';
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumSignificantDigits: 2 });
  for (const [index, step] of steps.entries()) drawStep(context, step, index, percent);
  return canvas.toBuffer('image/png');
}

function drawStep(
  context: SKRSContext2D,
  { input, chosen, choices }: WeighedStep,
  index: number,
  percent: Intl.NumberFormat,
): void {
  const top = MARGIN + index * ROW;
  if (index % 2 === 1) {
    context.fillStyle = COLOR.stripe;
    context.fillRect(0, top, WIDTH, ROW);
  }
  context.font = FONT.input;
  context.fillStyle = COLOR.input;
  context.textAlign = 'right';
  context.fillText(endOf(context, shown(input), INPUT_WIDTH), MARGIN + INPUT_WIDTH, top + ROW / 2);

  const likeliest = choices.slice(0, CHOICES);
  const others = likeliest.some(({ id }) => id === chosen.id) ? likeliest : [...likeliest, chosen];
  const left = MARGIN + INPUT_WIDTH + 2 * GAP;
  const width = (WIDTH - MARGIN - left + GAP) / (CHOICES + 1) - GAP;
  for (const [place, token] of others.entries()) {
    const at = { x: left + place * (width + GAP), y: top + 7, width, height: ROW - 14 };
    drawToken(context, token, token.id === chosen.id, at, percent);
  }
}

function drawToken(
  context: SKRSContext2D,
  { text, p }: WeighedToken,
  isChosen: boolean,
  { x, y, width, height }: { x: number; y: number; width: number; height: number },
  percent: Intl.NumberFormat,
): void {
  context.save();
  context.beginPath();
  context.roundRect(x, y, width, height, RADIUS);
  context.clip();
  context.fillStyle = isChosen ? COLOR.chosen : COLOR.chip;
  context.fillRect(x, y, width, height);
  if (!isChosen) {
    context.fillStyle = COLOR.bar; // width is proportional to probability
    context.fillRect(x, y, width * p, height);
  }
  context.fillStyle = COLOR.text;
  context.textAlign = 'center';
  context.font = FONT.token;
  context.fillText(startOf(context, shown(text), width - 10), x + width / 2, y + height * 0.34);
  context.font = FONT.share;
  context.fillText(shareText(p, percent), x + width / 2, y + height * 0.74);
  context.restore();
}

/** A probability as people read it: its first two digits, unless they are too far behind the comma to fit a phone. */
export const shareText = (p: number, percent: Intl.NumberFormat): string =>
  p < SMALLEST ? `< ${percent.format(SMALLEST)}` : percent.format(p);
const SMALLEST = 0.0001;

/** Makes invisible characters visible; a special token is the end of the joke. */
function shown(text: string): string {
  if (text === '' || /^<\|.*\|>$/.test(text)) return '∎';
  return text
    .replaceAll('\n', '↵')
    .replaceAll('\t', '→')
    .replace(/^ +| +$/g, (spaces) => '·'.repeat(spaces.length));
}

/** As much of a text's beginning or end as fits a width. */
const startOf = (context: SKRSContext2D, text: string, width: number): string =>
  fitting(
    context,
    [...text],
    width,
    (characters) => characters.slice(0, -1),
    (kept) => `${kept}…`,
  );
const endOf = (context: SKRSContext2D, text: string, width: number): string =>
  fitting(
    context,
    [...text].slice(-40),
    width,
    (characters) => characters.slice(1),
    (kept) => `…${kept}`,
  );

function fitting(
  context: SKRSContext2D,
  characters: string[],
  width: number,
  shorten: (characters: string[]) => string[],
  mark: (kept: string) => string,
): string {
  const whole = characters.join('');
  if (context.measureText(whole).width <= width) return whole;
  let kept = shorten(characters);
  while (kept.length > 1 && context.measureText(mark(kept.join(''))).width > width) kept = shorten(kept);
  return mark(kept.join(''));
}
