import { foldedWords } from '../../src/corpus/words.ts';

/** What a simulated community finds funny, as a joke's hidden score from 1 to 5. The bot never sees it. */
export interface Taste {
  name: string;
  /** The taste in words, for the table. */
  likes: string;
  score(text: string): number;
}

/** A score of 1 to 5 from how well a joke meets a taste, 0 to 1. */
const scale = (met: number): number => 1 + 4 * Math.min(1, Math.max(0, met));

/** 1 for up to `full` words, falling to 0 at `none`. */
const shortness = (text: string, full: number, none: number): number =>
  Math.min(1, Math.max(0, (none - foldedWords(text).length) / (none - full)));

const turns = (text: string): number => text.split('\n').filter((line) => /^\s*[-–—]/.test(line)).length;

const ANIMALS = new Set(
  foldedWords(
    `perro perra perros perrito gato gata gatos gatito caballo yegua caballos burro burra burros vaca vacas toro
    toros oveja ovejas cordero cabra cabras cerdo cerdos cerdito gallina gallinas gallo pollo pollos pollito pato
    patos pata ganso pavo paloma palomas loro loros pájaro pájaros canario búho águila pez peces pescado tiburón
    ballena pulpo pulpos cangrejo rana ranas sapo tortuga tortugas serpiente serpientes lagarto cocodrilo cocodrilos
    león leones leona tigre tigres oso osos osa lobo lobos zorro zorra mono monos elefante elefantes jirafa jirafas
    cebra cebras camello camellos ratón ratones rata conejo conejos liebre ardilla erizo murciélago hormiga hormigas
    abeja abejas mosca moscas mosquito mosquitos araña arañas mariposa mariposas caracol caracoles gusano gusanos
    pulga pulgas grillo cigarra oruga pingüino pingüinos foca delfín perezoso canguro hipopótamo rinoceronte
    animal animales mascota cachorro`,
  ),
);

const RELATIVES = new Set(
  foldedWords(
    `mamá mami madre madres papá papi padre padres abuela abuelas abuelo abuelos hermana hermanas hermano hermanos prima
    primas primo primos tía tías tío tíos suegra suegras suegro suegros hija hijas hijo hijos cuñada cuñadas cuñado cuñados
    nieta nietas nieto nietos yerno yernos nuera nueras sobrina sobrinas sobrino sobrinos marido maridos esposa esposas
    esposo esposos`,
  ),
);

/** 1 for none of these words, more for one, 5 for two different ones. */
const mentions = (text: string, words: ReadonlySet<string>): number => {
  const found = new Set(foldedWords(text).filter((word) => words.has(word)));
  return scale(found.size === 0 ? 0 : found.size === 1 ? 0.7 : 1);
};

export const TASTES: readonly Taste[] = [
  {
    name: 'question',
    likes: 'short riddles: a question first, then its answer',
    score(text) {
      const end = text.indexOf('?');
      const asks = /^\P{L}*¿/u.test(text) && end >= 0;
      const answered = asks && foldedWords(text.slice(end + 1)).length > 0;
      return scale((asks ? 0.3 : 0) + (answered ? 0.3 : 0) + 0.4 * shortness(text, 15, 45));
    },
  },
  {
    name: 'dialogue',
    likes: 'dialogues: the more turns the better, up to four',
    score: (text) => scale(turns(text) / 4),
  },
  {
    name: 'animals',
    likes: 'animals: one is good, two are better',
    score: (text) => mentions(text, ANIMALS),
  },
  {
    name: 'relatives',
    likes: 'relatives: one is good, two are better',
    score: (text) => mentions(text, RELATIVES),
  },
  {
    name: 'stories',
    likes: 'long stories without dialogue, forty words or more',
    score: (text) => scale(Math.min(1, foldedWords(text).length / 40) * (turns(text) === 0 ? 1 : 0.3)),
  },
];
