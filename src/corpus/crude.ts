import { foldedWords } from './words.ts';

/**
 * Vulgar and sexual words of Spain and America, folded. After a hyphen come the endings that make a stem vulgar, so that
 * "polla" is found and "pollo" is not; `_` is the bare stem. Words with an everyday sense (coger, corrida, capullo, pinche,
 * paja) are left out: a word list knows no context.
 */
const WORDS = [
  'put- a o as os ita itas on ona ada adas ero eros ear',
  'hijueputa hijaputa hijoputa jueputa hdp ptm ctm',
  'mierd- a as oso osa ero',
  'cag- o a as an ue ar ada adas ado ados ando aba aban on ona arse arla arme arte aste amos alera alero',
  'coñ- o os azo azos',
  'jod- er e es en a an o ido ida idos idas iendo ete erse erme io ienda eme emos',
  'foll- ar a as an o ando ado ada amos aba arse arme arte arla arlo on ador adora',
  'poll- a as on azo azos',
  'verg- a as azo on udo',
  'pij- a as azo',
  'pene- _ s',
  'vagina- _ s l les',
  'clitoris escroto prepucio semen esperma glande ojete testiculo testiculos pezon pezones nalga nalgas',
  'tet- a as on ona onas ita itas azas ica icas',
  'cul- o os ito itos azo azos ote iar iando on ona',
  'cojon- _ es udo uda azo azos ada era',
  'acojon- ar ado ante a',
  'descojon- o ar arse e ando',
  'huev- on ona ones onazo',
  'weon weones webon webones pelotudo pelotuda pelotudos boludo boluda boludos',
  'maric- a as on ones onazo oncete onada',
  'pendej- o a os as ada adas',
  'cabr- on ones ona onas onazo onada onazos',
  'ching- a o ar ada ado adera aste ate as en uen',
  'gilipoll- as ez eces',
  'mam- on ona ones ada adas arla amela armela',
  'zorr- ita itas on ona',
  'paj- ero eros illero illeros earse eando ote',
  'masturb- ar arse arme arte a aba aban ado ando acion aciones',
  'eyacul- ar a o acion',
  'sex- o os y ual uales ualmente ualidad shop ologo',
  'porn- o ografia ografico ografica',
  'erotic- o a os as',
  'orgasmo orgasmos orgia orgias coito viagra ereccion erecciones consolador vibrador',
  'condon condones preservativo preservativos',
  'cachond- o a os as eo',
  'prostitut- a as o os',
  'prostitucion prostibulo prostibulos burdel burdeles puticlub ramera rameras furcia furcias',
  'viol- ador adores ada adas ado arla arme aron aste acion aciones',
  'pedofil- o os ia',
  'pederasta pederastas',
  'ped- o os ito itos orro orra',
  'me- ada adas ado ando arse arme',
  'caca diarrea',
];

const CRUDE: ReadonlySet<string> = new Set(
  WORDS.flatMap((line) => {
    const [first = '', ...others] = line.split(' ');
    if (!first.endsWith('-')) return [first, ...others];
    return others.map((ending) => first.slice(0, -1) + ending.replace('_', ''));
  }),
);

/** Whether a text contains a vulgar or sexual word. */
export const isCrude = (text: string): boolean => foldedWords(text).some((word) => CRUDE.has(word));
