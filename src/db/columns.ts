import { timestamp } from 'drizzle-orm/pg-core';

/** A moment, with its time zone. */
export const when = () => timestamp({ withTimezone: true, mode: 'date' });

/** The moment a row was written. */
export const created = () => when().notNull().defaultNow();
