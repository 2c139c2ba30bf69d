import { devices } from '../lexicon/jokes.ts';
import { cities, family, names } from '../lexicon/people.ts';
import { dishes, foods, places, publicPlaces } from '../lexicon/things.ts';
import { days, habits, hours, numbers } from '../lexicon/times.ts';
import { template } from './define.ts';

export const technologyTemplates = [
  template(
    'device-like-family',
    'tecnología',
    ['v', 'fam'],
    { v: devices, fam: family, n: names, h: habits },
    '- ¿Por qué {llamas|le dices} «<n>» a tu <v>?\n- {Por|Como} mi <fam>: <h> <v.fault>.',
    'Mi <v> {cada día|cada vez} se parece más a mi <fam>: <h> <v.fault>.',
  ),
  template(
    'device-doctor',
    'tecnología',
    ['v'],
    { v: devices, n: names, num: numbers, food: dishes, fam: family },
    '- ¿Qué le pasa a <el:v>{ de <n>|}?\n- <v.fault>.\n- ¿{Desde hace mucho|Y desde cuándo}?\n- Hace <num> {días|semanas|meses}.\n- {Como yo|Como mi <fam>|Será contagioso|Lo mismo que <n>|Eso es la edad|Póngale <un:food>}.',
  ),
  template(
    'assistant-call',
    'tecnología',
    ['fam', 'food'],
    { n: names, n2: names, fam: family, food: foods, h: habits },
    '- Asistente, {llama|escribe} a <n>.\n- {Llamando|Escribiendo} a <n2>.\n- ¡{He dicho|Quiero a} <n>!\n- {Lo sé|Ya}, pero <h> <n2> {tiene <un:food>|contesta antes|cae mejor a tu <fam>}.',
  ),
  template(
    'navigator',
    'tecnología',
    ['pl', 'fam'],
    { fam: family, pl: publicPlaces, c: cities, food: foods, n: names },
    '{El GPS|El navegador|El mapa|El móvil} de mi <fam> {dijo|ordenó|repetía|insistió}: «{Gire a la derecha|Gire a la izquierda|Siga recto|Salga cuanto antes|Dé la vuelta} {por|hacia} <el:pl>». {Acabamos|Terminamos|Aparecimos|Amanecimos} en <c>, {cenando|compartiendo|merendando|cocinando} <un:food> con <n>.',
  ),
  template(
    'group-chat',
    'tecnología',
    ['food'],
    { food: dishes, n: names, n2: names, num: numbers, d: days },
    'En el grupo de {la familia|clase|trabajo|vecinos|amigos|baile|yoga}, <n> {pregunta|escribe|suplica|propone}: «¿Quién trae <un:food> <d>?». {Pasan <num> {horas|días|minutos}.|Silencio de <num> {horas|días}.|Tras <num> {horas|días},|Después de <num> {horas|minutos},} <n2> {contesta|responde|escribe|teclea}: «{Yo llevo hambre|¿Qué grupo es este?|¿De qué año?|Me encanta leeros|Voto por <n>|Llego a los postres}».',
  ),
  template(
    'battery',
    'tecnología',
    ['v', 'fam'],
    { v: devices, n: names, fam: family, hr: hours, pl: places },
    '- <n>, ¿puedo enchufar mi <v>?\n- ¿{En <el:pl>|Otra vez}?\n- {Es que|Lo siento:} <v.fault>.\n- {Como mi <fam>|Igual que mi <fam>} a <hr>.',
  ),
  template(
    'robot-chores',
    'tecnología',
    ['pl', 'food'],
    { n: names, fam: family, pl: places, food: foods, h: habits, c: cities },
    '{Compré|Me regalaron} un robot para {limpiar|ordenar} <el:pl>. <h> {se sienta con <n>|llama a mi <fam>|pide <un:food>|mira vuelos a <c>} y {yo limpio|le barro debajo|friego yo}.',
  ),
];
