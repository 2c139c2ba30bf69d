import { en } from './en/index.ts';
import { es, type Messages } from './es/index.ts';

export type { Messages };
export { en, es };

/** What Chispa says in a Discord locale such as `es-419`: Spanish for every Spanish locale, English for all others. */
export const messagesFor = (locale: string): Messages => (locale.startsWith('es') ? es : en);
