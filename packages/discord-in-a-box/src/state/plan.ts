/** Guilds in addition to the two that always exist, for load tests. */
export interface WorldSize {
  /** How many additional guilds. */
  guilds: number;
  /** Ordinary people in each, who are in no other guild. */
  people: number;
}

/** The plan for a guild. Its ids are made from `n` and the numbers after it. */
export interface GuildPlan {
  n: number;
  name: string;
  moderator: string;
  others: readonly string[];
  /** Channels with tags are forums. */
  channels: readonly { name: string; topic: string; tags?: readonly string[] }[];
  emojis?: readonly { name: string; animated?: boolean }[];
}

interface PersonPlan {
  username: string;
  n: number;
  /** The number of the direct message channel with the bot. */
  dm: number;
}

/** The number of the direct message channel between two people. */
export const PRIVATE = 2001;

const PEOPLE: readonly PersonPlan[] = ['ana', 'bruno', 'carmen', 'diego'].map((username, index) => ({
  username,
  n: 11 + index,
  dm: 1011 + index,
}));

const GUILDS: readonly GuildPlan[] = [
  {
    n: 101,
    name: 'La Taberna del Chiste',
    moderator: 'carmen',
    others: ['ana', 'bruno'],
    channels: [
      { name: 'chistes', topic: 'Aquí se viene a reír' },
      { name: 'general', topic: 'De todo un poco' },
      { name: 'pruebas', topic: 'Para probar sin molestar' },
      { name: 'ideas', topic: 'Cada idea, su hilo', tags: ['propuesta', 'hecho'] },
    ],
    emojis: [{ name: 'caracol' }, { name: 'redoble', animated: true }],
  },
  {
    n: 202,
    name: 'Club de la Comedia',
    moderator: 'diego',
    others: ['carmen', 'ana'],
    channels: [
      { name: 'escenario', topic: 'El micrófono está abierto' },
      { name: 'camerino', topic: 'Charla entre bastidores' },
    ],
  },
];

/** The first number of the additional guilds, and the step between them: odd, so that they alternate between shards. */
const MORE = { from: 1_000_001, apart: 20_001 };

/** The two guilds and four people that always exist, and any additional ones. */
export function planOf({ guilds, people }: WorldSize): { guilds: GuildPlan[]; people: PersonPlan[] } {
  const plan = { guilds: [...GUILDS], people: [...PEOPLE] };
  for (let g = 0; g < guilds; g++) {
    const n = MORE.from + g * MORE.apart;
    const names = Array.from({ length: people + 1 }, (_, index) => `g${g}u${index}`);
    plan.people.push(
      ...names.map((username, index) => ({ username, n: n + 100 + 2 * index, dm: n + 101 + 2 * index })),
    );
    plan.guilds.push({
      n,
      name: `Servidor ${g}`,
      moderator: names[0] ?? '',
      others: names.slice(1),
      channels: [
        { name: 'chistes', topic: '' },
        { name: 'general', topic: '' },
      ],
    });
  }
  return plan;
}
