import { cities, family, names, trades } from '../lexicon/people.ts';
import { places } from '../lexicon/things.ts';
import { habits } from '../lexicon/times.ts';
import { template } from './define.ts';

// The trades' idioms refer to slots p and n2, which must be bound wherever the idioms are used.

export const tradeTemplates = [
  template(
    'colmo',
    'trabajo',
    ['p'],
    { p: trades, n2: names, c: cities, n: names },
    '¿Cuál es el colmo de <un:p> de <c>? <p.colmo>.',
    '- ¿{Cuál es|Sabes} el colmo de <un:p>, <n>?\n- {No sé|Ni idea|Tú dirás}.\n- <p.colmo>.',
    '¿Sabes el {mayor|peor} colmo de <el:p> de <c>? <p.colmo>.',
  ),
  template(
    'trade-gossip',
    'trabajo',
    ['p'],
    { p: trades, n: { of: names, like: 'p' }, n2: names, c: cities, pl: places },
    '¿Qué {cuentan|dicen|comentan} en <el:pl> de <n>, <el:p> de <c>? Que <p.idiom>.',
    '- ¿Qué tal está <n>, <el:p> de <c>?\n- {Como siempre|Igual que ayer|Ya sabes}: <p.idiom>.',
  ),
  template(
    'trade-in-the-family',
    'familia',
    ['p', 'fam'],
    { p: trades, fam: { of: family, like: 'p' }, n2: names, n: names, h: habits },
    'Mi <fam>, que es <p>, <h> <p.idiom>. {Cosas del oficio|Deformación profesional|Gajes del oficio}, dice <n>.',
    '- ¿{En qué trabaja|A qué se dedica} tu <fam>, <n>?\n- Es <p>.\n- ¿Y {qué tal|cómo le va}?\n- {Regular|A ratos|Depende}: <h> <p.idiom>.',
  ),
  template(
    'trade-fear',
    'trabajo',
    ['p', 'fam'],
    { p: trades, fam: { of: family, like: 'p' }, n2: names, n: names, c: cities },
    '- ¿{Cuál es el miedo|Cuál es la pesadilla|Qué es lo peor|Cuál es el colmo} de tu <fam>, <el:p> de <c>?\n- {Lo de siempre|Fácil, <n>|Ya te lo digo|Te vas a reír|Una cosa}: <p.colmo>.',
  ),
  template(
    'trade-headline',
    'trabajo',
    ['p'],
    { p: trades, n2: names, n: names, c: cities },
    '{Titular|Noticia|Última hora} del {diario|periódico} de <c>: «<el:p> del barrio <p.idiom>». {Firma|Informa} <n>.',
  ),
  template(
    'two-trades',
    'trabajo',
    ['p', 'q'],
    { p: trades, q: trades, n2: names, n: names, c: cities, pl: places },
    'En <el:pl> de <c> hablan {sin parar|mucho|todo el día} de los vecinos: <el:p> <p.idiom>; <el:q> <q.idiom>.',
    '- ¿{Qué hay de nuevo|Alguna novedad} en <c>, <n>?\n- Que <el:p> <p.idiom>.\n- ¿Y <el:q>?\n- {Peor|También}: <q.idiom>.',
  ),
  template(
    'trade-wedding',
    'amor',
    ['p', 'q'],
    { p: trades, q: trades, n2: names, n: names, c: cities },
    'Se casan <un:p> y <un:q> en <c>. <n> {suspira|susurra|comenta|advierte}: «{No sé yo|Veremos|Ya me dirás|Qué pareja}: <el:p> <p.idiom>, {y|pero} <el:q> <q.idiom>».',
  ),
  template(
    'trade-of-the-future',
    'colegio',
    ['p'],
    { p: trades, n: { of: names, like: 'p' }, n2: names, c: cities },
    '- ¿Qué quieres ser de {mayor|grande}, <n>?\n- <p>.\n- ¿{Y por qué|Y eso}?\n- Porque <el:p> de {<c>|mi calle|mi barrio} <p.idiom>.',
  ),
];
