import { join } from 'node:path';
import { packageRoot } from '../lib/paths.ts';

/** The SQL that drizzle-kit wrote from schema.ts (`npm run db:generate`), in the package root. */
export const migrationsFolder = join(packageRoot, 'migrations');
