import { en } from './en/index.ts';
import { es, type Messages } from './es/index.ts';

export type { Messages };
export { en, es };

/** What Chispa says in a Discord locale such as `es-419`: Spanish first, English for every other language. */
export const messagesFor = (locale: string): Messages => (locale.startsWith('es') ? es : en);
