import { animals } from '../lexicon/animals.ts';
import { family, names } from '../lexicon/people.ts';
import { dishes, foods, places } from '../lexicon/things.ts';
import { days, habits, hours, numbers, past } from '../lexicon/times.ts';
import { template } from './define.ts';

export const foodTemplates = [
  template(
    'waiter-there-is-an-animal',
    'comida',
    ['a', 'food'],
    { a: animals, food: dishes, n: names, h: habits },
    '- {Camarero|Camarera|Oiga}, hay <un:a> {en|encima de|al lado de} mi <food>.\n- {Será|Es} <el:a> de <n>, nuestr<o:n> {cociner<o:n>|camarer<o:n>|panader<o:n>|encargad<o:n>}: <h> <a.useful>.',
  ),
  template(
    'waiter-how-long',
    'comida',
    ['food'],
    { food: dishes, hr: hours, n: names },
    '- {Camarero|Oiga|Perdone}, ¿{tarda mucho|viene ya|dónde está|qué pasa con|falta aún|se ha perdido} <el:food> {de|para} <n>?\n- {Enseguida|Ahora mismo|Ya sale|En un minuto|Está al caer}.\n- {Eso me dijo|Eso juró|Lo mismo contestó|Así me respondió} {a|hacia} <hr>.\n- {Y era verdad|Cierto|Nunca miento|Exacto}, {pero no dije|aunque no aclaré|solo que olvidé decir} de qué {día|semana|mes|año}.',
  ),
  template(
    'who-ate-it',
    'comida',
    ['food', 'fam'],
    { food: foods, fam: family, a: animals, n: names, past },
    '<past> {quedaba|había} <un:food> en la nevera. Mi <fam> {acusa|señala|mira} a <n>, <n> {acusa|señala} a mi <fam> y <el:a> {silba|se relame|mira al techo}.',
  ),
  template(
    'secret-recipe',
    'comida',
    ['food', 'fam'],
    { food: dishes, fam: family, n: names, h: habits },
    '{Receta|Truco|Consejo|Secreto} de <n>: se {compra|coge|hace|pide} <un:food>, se {esconde|guarda|protege|aleja} de {mi|tu} <fam> y se {come|saborea|termina|prueba} {a oscuras|de pie|en silencio|bajo la manta} <h>.',
  ),
  template(
    'diet',
    'comida',
    ['food', 'g'],
    { food: foods, g: foods, fam: family, n: names, h: habits },
    '- ¿{Qué tal|Cómo va} la dieta, <n>?\n- {Muy bien|De maravilla}: <h> solo {tomo|como} <un:food>.\n- ¿Y <un:g>?\n- {No cuenta|Eso no engorda}: me <lo:g> {dio|guardó|regaló} mi <fam>.',
  ),
  template(
    'foods-in-danger',
    'comida',
    ['food', 'g'],
    { food: foods, g: foods, pl: places, n: names, h: habits },
    '¿Qué le {dice|grita|susurra} <un:food> a <un:g> en <el:pl>? {Corre|Escóndete|Date prisa|No respires}, que <n> {viene|llega} con {hambre|un tenedor|un cuchillo|la boca abierta}{ <h>|}.',
    'Van <un:food> y <un:g> por <el:pl>.\n- ¿{Adónde vas|Tienes prisa}?\n- {Huyo|Me escondo} de <n>: <h> le entra el hambre.',
  ),
  template(
    'greengrocer',
    'comida',
    ['food', 'fam'],
    { food: foods, fam: family, num: numbers, n: names },
    '- {Póngame|Deme|Quería} <num> <s:food>, <n>.\n- ¿De l<os:food> {buen<os:food>|car<os:food>|dulces}?\n- {No, no|Qué va|Da igual}: son para mi <fam>.',
  ),
  template(
    'home-made',
    'comida',
    ['food', 'fam'],
    { food: dishes, fam: family, n: names, d: days, past },
    '- <past> hice <un:food> para {<n>|mi <fam>}.\n- ¿{Y le gustó|Y qué dijo}?\n- {Que si se podía devolver|Que llamara a los bomberos|Que el plato estaba rico|Que le pusiera un marco|Que mejor encargara otr<o:food> <d>}.',
  ),
  template(
    'one-left',
    'cine',
    ['a', 'food'],
    { food: foods, a: animals, pl: places, num: numbers, n: names },
    'Se abre el telón: <num> <s:a> {hacen cola|esperan|discuten} en <el:pl> y <n> sale con <un:food>. {Título:|La película:|Se titula:|¿Cómo se titula?} «<Art:food> últim<o:food> <food>».',
  ),
];
