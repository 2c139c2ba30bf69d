import { PGlite } from '@electric-sql/pglite';
import { sql } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { drizzle } from 'drizzle-orm/pglite';
import type { Database } from '../../src/db/connect.ts';
import { migrateUpTo, migrationsFolder } from '../../src/db/migrations.ts';
import * as schema from '../../src/db/schema.ts';
import { BOT_DEFAULTS } from '../../src/lib/settings.ts';

/** Rows as the first version wrote them, in every table that it had. */
const ROWS = `
insert into model_versions (name, folder, sha256, files, base, kind, metrics, status)
  values ('mini-es', '/old/models/mini-es', 'aa', '{"model.safetensors": "aa"}', 'mini-es', 'bundled', '{"loss": 2.5}', 'active'),
    ('mini-es-2', '/old/models/mini-es-2', 'bb', '{}', 'mini-es', 'trained', '{}', 'kept');
insert into requests (id, kind, interaction_id, application_id, interaction_token, guild_id, channel_id, user_id, locale, theme, theme_origin, settings, seed, priority, status, deadline, model_version_id)
  values ('00000000-0000-4000-8000-000000000001', 'joke', '5', '6', 'an interaction token', '100', '200', '300', 'es-ES', 'gatos', 'user', '$SETTINGS', 9007199254740993, -1, 'queued', now(), 1);
insert into jokes (id, request_id, guild_id, text, prompt_kind, prompt_theme, user_text, prompt_tokens, tokens, seed, settings, ending, model_version_id, precision, provider, runtime_version, finish, trimmed, prompt_cut)
  values ('AAAA', '00000000-0000-4000-8000-000000000001', '100', E'¿Qué hace un gato?\\n"Miau", \\\\ dijo.', 'joke', 'gatos', true, '{1,2}', '{3,4}', 7, '$SETTINGS', '{"trim": true, "cutLoops": true, "stop": []}', 1, 'fp32', 'cpu', '1.30.0', 'end', false, false);
update requests set parent_joke_id = 'AAAA';
insert into joke_messages (message_id, joke_id, channel_id, asked_by) values ('900', 'AAAA', '200', '300');
insert into ratings (joke_id, voter, score) values ('AAAA', 'voter one', 5), ('AAAA', 'voter two', 1);
insert into reports (joke_id, reporter, reason) values ('AAAA', 'reporter', 'no me gusta');
insert into guild_settings (guild_id, decoder, model_version_id, safe_mode, cooldown_seconds, daily, learns, changed_by)
  values ('100', '$SETTINGS', 2, false, 30, '{"channelId": "200", "time": "09:00", "timeZone": "Europe/Madrid"}', true, '300');
insert into settings_changes (guild_id, changed_by, before, after) values ('100', '300', '{"safeMode": true}', '{"safeMode": false}');
insert into daily_jokes (guild_id, day) values ('100', '2026-11-20');
insert into corpus_entries (hash, text, source, licence, keywords, rating, flags) values ('cc', 'Un chiste, con "comillas".', 'Mis chistes', 'CC0-1.0', '{"a b","c"}', 0.1, '{}');
insert into training_runs (id, base_version_id, version_id, status, trigger, settings, corpus)
  values ('00000000-0000-4000-8000-000000000002', 1, 2, 'promoted', 'votes', '{}', '{}');
insert into training_epochs (run_id, epoch, train_loss, metrics, seconds)
  values ('00000000-0000-4000-8000-000000000002', 1, 2.123456789012345, '{}', 1.5)`;

/** Makes an empty database one of the first version, with data in it. */
export async function makeFirstVersion(db: Database): Promise<void> {
  const [first] = readMigrationFiles({ migrationsFolder });
  await db.transaction(async (tx) => {
    await tx.execute(sql`create schema drizzle`);
    await tx.execute(
      sql`create table drizzle.__drizzle_migrations (id serial primary key, hash text not null, created_at bigint)`,
    );
    await migrateUpTo(tx, first?.folderMillis);
    const rows = ROWS.replaceAll('$SETTINGS', JSON.stringify(BOT_DEFAULTS));
    for (const statement of rows.split(';\n')) await tx.execute(sql.raw(statement));
  });
}

/** The same in an empty folder, for PGlite to open. */
export async function makeFirstVersionIn(folder: string): Promise<void> {
  const pglite = await PGlite.create(folder);
  await makeFirstVersion(drizzle(pglite, { schema, casing: 'snake_case' }));
  await pglite.close();
}
