// @ts-check
import { svg } from './dom.js';

/** Outlines on a 24 × 24 grid, drawn for this page. @satisfies {Record<string, string>} */
const outlines = {
  hash: 'M9 4 7 20M17 4l-2 16M4 9h16M3 15h16',
  menu: 'M4 7h16M4 12h16M4 17h16',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M16 4.5a3.5 3.5 0 0 1 0 6.5M18 14.5c2 .8 3.2 2.6 3.5 5.5',
  gear: 'M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM19.4 13.5l1.6 1.2-1.8 3.1-1.9-.7a7 7 0 0 1-2.1 1.2l-.4 2H11.2l-.4-2a7 7 0 0 1-2.1-1.2l-1.9.7-1.8-3.1 1.6-1.2a7 7 0 0 1 0-2.4L5 9.9l1.8-3.1 1.9.7a7 7 0 0 1 2.1-1.2l.4-2h3.6l.4 2a7 7 0 0 1 2.1 1.2l1.9-.7L21 9.9l-1.6 1.2a7 7 0 0 1 0 2.4Z',
  close: 'M6 6l12 12M18 6 6 18',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  check: 'M5 12.5l4.5 4.5L19 7',
  chevron: 'M6 9l6 6 6-6',
  external: 'M14 4h6v6M20 4l-9 9M18 14v5a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V7a1 1 0 0 1 1-1h5',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z',
  warning: 'M12 4 2.5 20h19L12 4ZM12 10v4.5M12 17.3v.01',
  file: 'M6 3h8l5 5v12a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1ZM14 3v5h5',
  image: 'M4 5h16v14H4zM4 16l5-5 4 4 3-3 4 4M15.5 9.5h.01',
  plus: 'M12 5v14M5 12h14',
  send: 'M4 12 20 4l-5 16-3.5-6.5L4 12ZM11.5 13.5 20 4',
  reply: 'M10 7 5 12l5 5M5 12h9a5 5 0 0 1 5 5v1',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  slash: 'M16 4 8 20',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4.5 20.5c.6-4.5 3.5-6.5 7.5-6.5s6.9 2 7.5 6.5',
  message: 'M4 5h16v11H9l-5 4V5Z',
  bolt: 'M13 2.5 5 13.5h6l-1 8 8-11h-6l1-8Z',
  window: 'M4 5h16v14H4zM4 9h16',
};

/** @typedef {keyof typeof outlines} IconName */

/**
 * A line icon. Decorative, so hidden from assistive technology: its button has the name.
 * @param {IconName} name
 * @param {string} [className]
 */
export function icon(name, className = '') {
  return svg(
    'svg',
    { class: `icon ${className}`.trim(), viewBox: '0 0 24 24', 'aria-hidden': 'true' },
    svg('path', { d: outlines[name] }),
  );
}

/** Chispa's logo: a spark of four long and four short rays. */
export function spark() {
  return svg(
    'svg',
    { class: 'spark', viewBox: '0 0 64 64', 'aria-hidden': 'true' },
    svg('path', {
      d: 'M32 4c2.2 14.6 5 21 8.4 24 3.3 3 9.2 4.6 19.6 6-10.4 1.4-16.3 3-19.6 6-3.4 3-6.2 9.4-8.4 24-2.2-14.6-5-21-8.4-24-3.3-3-9.2-4.6-19.6-6 10.4-1.4 16.3-3 19.6-6C27 25 29.8 18.6 32 4Z',
    }),
    svg('circle', { cx: 52, cy: 12, r: 4 }),
    svg('circle', { cx: 11, cy: 53, r: 3 }),
  );
}
