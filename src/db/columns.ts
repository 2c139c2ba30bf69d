import { timestamp } from 'drizzle-orm/pg-core';

/** A timestamp with time zone. */
export const when = () => timestamp({ withTimezone: true, mode: 'date' });

/** When the row was inserted. */
export const created = () => when().notNull().defaultNow();
