import { Client, type ClientApplication, Team, TeamMemberMembershipState } from 'discord.js';
import { afterAll, describe, expect, it } from 'vitest';
import { findHosts } from '../../src/bot/hosts.ts';
import { silent } from '../databases.ts';

const client = new Client({ intents: [] });
afterAll(() => client.destroy());

/** The parts of Discord's application object that concern its owner. */
const application = (fetch: () => Promise<{ owner: unknown }>) => ({ fetch }) as unknown as ClientApplication;
const member = (id: string, membership_state: TeamMemberMembershipState) => ({
  ...{ membership_state, permissions: ['*'], team_id: '1', role: 'admin' },
  user: { id, username: `user ${id}`, discriminator: '0', avatar: null },
});
/** discord.js builds teams from what Discord sends; the constructor is private. */
const team = (...members: ReturnType<typeof member>[]): unknown =>
  Reflect.construct(Team, [client, { id: '1', name: 'team', icon: null, owner_user_id: '10', members }]);

describe('the hosts', () => {
  const hosts = async (fetch: () => Promise<{ owner: unknown }>, ownerIds: string[] = []) =>
    [...(await findHosts(ownerIds, application(fetch), silent))].sort();

  it('are those of OWNER_IDS, and Discord is not asked', async () => {
    const never = async () => {
      throw new Error('Discord was asked');
    };
    expect(await hosts(never, ['7', '8'])).toEqual(['7', '8']);
  });

  it('are the application’s owner, or its team without those who were only invited', async () => {
    expect(await hosts(async () => ({ owner: { id: '9' } }))).toEqual(['9']);
    const { Accepted, Invited } = TeamMemberMembershipState;
    const owner = team(member('10', Accepted), member('11', Invited), member('12', Accepted));
    expect(await hosts(async () => ({ owner }))).toEqual(['10', '12']);
  });

  it('are nobody where Discord does not tell', async () => {
    expect(await hosts(async () => ({ owner: null }))).toEqual([]);
    expect(await hosts(() => Promise.reject(new Error('503')))).toEqual([]);
  });
});
