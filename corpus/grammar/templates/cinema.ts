import { animals } from '../lexicon/animals.ts';
import { cities, family, names } from '../lexicon/people.ts';
import { foods, places, things } from '../lexicon/things.ts';
import { days, habits, hours, numbers } from '../lexicon/times.ts';
import { template } from './define.ts';

export const cinemaTemplates = [
  template(
    'curtain-waiting',
    'cine',
    ['x', 'a'],
    { x: things, y: things, a: animals, pl: places, num: numbers, n: names },
    'Se abre el telón: <un:x>, <un:y> y <un:a> miran {la puerta|la hora|el suelo} en <el:pl>. Pasan <num> {horas|días|años}. {Título|La película|Se titula|Y se estrena}: «{Esperando a|La tardanza de|Ya llega|El turno de} <n>».',
  ),
  template(
    'curtain-crime',
    'cine',
    ['food', 'fam'],
    { food: foods, fam: family, pl: places, num: numbers, n: names },
    'Se abre el telón: {faltan|desaparecen|han robado} <num> <s:food> de <el:pl> y {entra|sale|aparece|disimula} mi <fam> con {la boca llena|una servilleta|cara de sueño|la cuchara en la mano}. {Película|Se titula}: «{El misterio|El caso|El crimen} de <el:pl>».',
  ),
  template(
    'curtain-two',
    'cine',
    ['a', 'b'],
    { a: animals, b: animals, pl: places, c: cities, hr: hours },
    'Se abre el telón: <un:a> sale de <el:pl> y <un:b> entra; son <hr> en <c>. ¿Qué {película es|se estrena|título lleva}? «{Cambio|Fin|Problemas|Sorpresas} de turno».',
  ),
  template(
    'at-the-cinema',
    'cine',
    ['food'],
    { food: foods, n: names, n2: names, fam: family, hr: hours },
    '- ¿{Te gustó|Qué tal} la película, <n>?\n- {Mucho|No sé}: {me dormí|salí|me llamaron|empecé a roncar} {a|sobre} <hr>.\n- ¿{Y el final|Y qué pasó}?\n- Que {<n2>|tu <fam>} {se comió|me quitó|repartió|escondió|aplastó} mi <food>.',
  ),
  template(
    'tickets',
    'cine',
    ['fam'],
    { num: numbers, n: names, fam: family, d: days, food: foods },
    '- {Buenas|Hola}, <num> entradas para <d>.\n- ¿{Qué película|Para cuál}?\n- {Da igual|La más larga}: mi <fam> solo viene a {dormir|roncar|descansar} y <n>, a {comer|merendar|cenar} <s:food>.',
  ),
  template(
    'audition',
    'cine',
    ['a', 'x'],
    { a: animals, x: things, n: names, c: cities, h: habits },
    '{Buscan actores|Prueba de teatro|Hacen una película|Ruedan un anuncio} en <c>.\n- ¿{Qué sabe hacer|Qué papel quiere}, <n>?\n- De <x>.\n- ¿Y si le doy el de <a>?\n- {Entonces|En ese caso|Bueno, pero|Me lo pienso, aunque} {cobro|descanso|ensayo|solo trabajo} <h>.',
  ),
];
