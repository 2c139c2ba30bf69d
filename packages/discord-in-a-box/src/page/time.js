// @ts-check
import { h } from './dom.js';
import { locale, t } from './i18n.js';

/** @type {Record<string, Intl.DateTimeFormatOptions>} Discord's timestamp styles, except `R` */
const styles = {
  t: { hour: 'numeric', minute: '2-digit' },
  T: { hour: 'numeric', minute: '2-digit', second: '2-digit' },
  d: { day: '2-digit', month: '2-digit', year: 'numeric' },
  D: { day: 'numeric', month: 'long', year: 'numeric' },
  f: { day: 'numeric', month: 'long', year: 'numeric', hour: 'numeric', minute: '2-digit' },
  F: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric', hour: 'numeric', minute: '2-digit' },
  s: { day: '2-digit', month: '2-digit', year: 'numeric', hour: 'numeric', minute: '2-digit' },
  S: {
    day: '2-digit',
    month: '2-digit',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    second: '2-digit',
  },
};

/**
 * @param {Date} date
 * @param {string} style one of Discord's letters, `R` for relative
 * @param {Date} [now]
 */
export function formatTime(date, style, now = new Date()) {
  if (style === 'R') return relative((date.getTime() - now.getTime()) / 1000);
  return new Intl.DateTimeFormat(locale(), styles[style] ?? styles.f).format(date);
}

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const units = [
  ['year', 31_536_000],
  ['month', 2_592_000],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
];

/** @param {number} seconds from now, negative in the past */
function relative(seconds) {
  const [unit, length] = units.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1];
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' }).format(
    Math.round(seconds / length),
    unit,
  );
}

/** A message's time as Discord shows it: today at, yesterday at, or the date. @param {Date} date @param {Date} [now] */
export function messageTime(date, now = new Date()) {
  const time = formatTime(date, 't');
  const day = 86_400_000;
  if (sameDay(date, now)) return t('today', { time });
  if (sameDay(date, new Date(now.getTime() - day))) return t('yesterday', { time });
  return formatTime(date, 's');
}

/** @param {Date} one @param {Date} other */
export function sameDay(one, other) {
  return one.toDateString() === other.toDateString();
}

/** @param {Date} date @param {string} style */
export function timeElement(date, style) {
  const valid = !Number.isNaN(date.getTime());
  if (!valid) return h('span', { class: 'timestamp' }, 'Invalid Date');
  return h(
    'time',
    {
      class: 'timestamp',
      datetime: date.toISOString(),
      title: formatTime(date, 'F'),
      ...(style === 'R' && { 'data-relative': '' }),
    },
    formatTime(date, style),
  );
}

/** Refreshes the page's relative times; called periodically. @param {ParentNode} root */
export function refreshRelative(root) {
  for (const element of root.querySelectorAll('time[data-relative]')) {
    const text = formatTime(new Date(element.getAttribute('datetime') ?? ''), 'R');
    if (element.textContent !== text) element.textContent = text;
  }
}
