import { and, eq } from 'drizzle-orm';
import type { Database } from './connect.ts';
import { notify } from './notify.ts';
import { blockedPeople } from './schema.ts';

/** Somebody in a guild. `person`: the pseudonym that `createVoter` derives from the user id. */
export interface Block {
  guildId: string;
  person: string;
}

/** Shuts somebody out of a guild, or lets them in again. Every bot process learns of it. */
export async function setBlock(db: Database, { guildId, person }: Block, blocked: boolean): Promise<void> {
  await db.transaction(async (tx) => {
    if (blocked) await tx.insert(blockedPeople).values({ guildId, person }).onConflictDoNothing();
    else
      await tx
        .delete(blockedPeople)
        .where(and(eq(blockedPeople.guildId, guildId), eq(blockedPeople.person, person)));
    await notify(tx, 'chispa_blocks', '');
  });
}

/** Everybody who is shut out of some guild. */
export const allBlocks = (db: Database): Promise<Block[]> =>
  db.select({ guildId: blockedPeople.guildId, person: blockedPeople.person }).from(blockedPeople);
