import { phrase } from '../words.ts';

const phrases = (list: string) => list.split('\n').map((text) => phrase(text.trim()));

export const habits = phrases(`por la mañana
los lunes
los martes
los jueves
los domingos
en verano
en invierno
en otoño
después de comer
antes de cenar
a media tarde
los días de lluvia
de madrugada
en vacaciones
los fines de semana
en Navidad
cada dos por tres
a la hora de la siesta
por las noches
cuando hay luna llena
los días de fiesta
en cuanto sale el sol`);

export const days = phrases(`el lunes
el martes
el miércoles
el jueves
el viernes
el sábado
el domingo
esta tarde
mañana
el mes que viene
la semana que viene
el día doce
esta noche
el primer lunes de mayo
pasado mañana`);

export const past = phrases(`ayer
anoche
el otro día
el lunes pasado
hace una semana
el verano pasado
esta mañana
el domingo
el jueves por la tarde
en Nochevieja
hace un mes
el día de mi cumpleaños
anteayer
a principios de mes
el fin de semana`);

export const hours = phrases(`las siete y veinte
las dos menos cuarto
las tres y media
las cuatro y cinco
las cinco menos cinco
las seis y cuarto
las siete menos diez
las ocho y veinte
las nueve y media
las diez menos cinco
las once y cuarto
las doce y media`);

export const colors = phrases(`de color azul
de color verde
de color rojo
de color amarillo
de color naranja
de color gris
de color violeta
de cuadros
de rayas
de lunares
de flores
a topos`);

/** Two to twelve, with the next number: enough for sums in a class of small children. */
export const numbers = [
  ['dos', 'tres'],
  ['tres', 'cuatro'],
  ['cuatro', 'cinco'],
  ['cinco', 'seis'],
  ['seis', 'siete'],
  ['siete', 'ocho'],
  ['ocho', 'nueve'],
  ['nueve', 'diez'],
  ['diez', 'once'],
  ['once', 'doce'],
  ['doce', 'trece'],
].map(([text = '', next = '']) => phrase(text, { next }));
