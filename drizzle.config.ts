import { defineConfig } from 'drizzle-kit';

export default defineConfig({
  dialect: 'postgresql',
  schema: './src/db/schema.ts',
  out: './migrations',
  // The same casing stands in src/db/connect.ts: drizzle-kit writes the SQL, drizzle() asks for the columns.
  casing: 'snake_case',
});
