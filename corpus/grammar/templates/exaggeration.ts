import { animals } from '../lexicon/animals.ts';
import { ailments, qualities } from '../lexicon/jokes.ts';
import { cities, family, names, trades } from '../lexicon/people.ts';
import { foods, places, things } from '../lexicon/things.ts';
import { days, habits, numbers, past } from '../lexicon/times.ts';
import { template } from './define.ts';

export const exaggerationTemplates = [
  template(
    'so-very',
    'otros',
    ['q'],
    { q: trades, qual: qualities, n: names, x: things, food: foods, c: cities, past, habit: habits },
    'Era <un:q> tan <qual>, tan <qual>, que <qual.effect>.',
  ),
  template(
    'so-very-family',
    'familia',
    ['q'],
    { q: family, qual: qualities, n: names, x: things, food: foods, c: cities, past, habit: habits },
    'Mi <q> era tan <qual> que{ un día|, en <c>,| <past>|} <qual.effect>.',
    '- ¿Tan <qual> era tu <q>?\n- {Imagina|Figúrate|Calcula}: <qual.effect>.',
  ),
  template(
    'my-village',
    'otros',
    ['a'],
    { a: animals, x: things, p: trades, n: names, h: habits, num: numbers },
    '{Mi pueblo|El pueblo de <n>|Un pueblo de por aquí} es tan {pequeño|tranquilo|aburrido|silencioso} que {el único atasco lo forman <los:a> de <n>|<h> aplauden a <el:x> de <n>|<num> <s:a> son mayoría|la feria es <el:x> de <n>|todos saludan a <el:a> de <n>|<el:p> también hace de {taxi|semáforo|cartel|estatua|farola}|caben <num> vecinos y <un:a>}.',
  ),
  template(
    'remedy',
    'médicos',
    [],
    { ail: ailments, n: names, day: days, num: numbers, food: foods, fam: family, c: cities },
    '- {Buenas|Buenos días}, ¿tiene {algo|un remedio} para <ail>?\n- {En mi casa usamos|En <c> recetan|A mi <fam> le funciona} esto: <ail.cure>.',
  ),
  template(
    'new-year',
    'otros',
    ['fam', 'x'],
    { n: names, fam: family, x: things, food: foods, d: days, pl: places },
    '{Propósitos|Mis planes} para este año: {ir menos|ir más|volver|no volver} a <el:pl>, {dejar|regalar|compartir|disfrutar} <el:food>, {arreglar|jubilar|encontrar|perdonar} <el:x> y {llamar|escribir|visitar|escuchar} a <n>. {Empiezo|Mi <fam> empieza} <d>.',
  ),
  template(
    'not-the-same',
    'otros',
    ['x', 'y'],
    { x: things, y: things, n: names, fam: family, pl: places },
    'Nunca confundas <un:x> con <un:y> en <el:pl>: pregúntale a {<n>|mi <fam>}, que {aún|todavía} {tiene la marca|paga la multa|se disculpa}.',
  ),
  template(
    'doctor-animal-dream',
    'médicos',
    ['a', 'b'],
    { a: animals, b: animals, num: numbers, n: names, pl: places, h: habits },
    '- {Doctor|Doctora}, <h> {sueño que|veo en sueños que|cierro los ojos y} <num> <s:a> {juegan|bailan|compiten|hacen carreras} en <el:pl>.\n- {Tome esta pastilla|Con esto dormirá|Beba este jarabe|Le receto descanso}.\n- ¿{Y mañana no|No puede ser otro día|Y si espero}? {Hoy|Esta noche|Justo hoy} {es la final|vienen <los:b>|arbitra <n>|hay premio|canta <n>}.',
  ),
  template(
    'van-dos',
    'otros',
    ['p', 'x'],
    { p: trades, x: things, c: cities, n: names, num: numbers, food: foods },
    'Van dos <s:p> por <c> y {encuentran|se encuentran} <un:x>.\n- ¿Será de <n>?\n- {No creo|Imposible}: <lo:x> habría vendido por <num> <s:food>.',
  ),
];
