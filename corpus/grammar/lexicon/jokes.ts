import { type Entry, f, m, phrase } from '../words.ts';

/** Devices, with the human weakness that each one shows. */
export const devices: readonly Entry[] = [
  m('móvil', { fault: 'a media tarde se queda sin energía' }),
  m('ordenador', { fault: 'se cuelga en cuanto hay trabajo' }),
  m('portátil', { fault: 'se calienta por nada' }),
  m('televisor', { fault: 'habla todo el día y no escucha' }),
  m('robot de cocina', { fault: 'da vueltas y vueltas y no cena' }),
  m('robot aspirador', { fault: 'se atasca siempre debajo del sofá' }),
  m('altavoz', { fault: 'contesta cuando nadie le pregunta' }),
  m('reloj inteligente', { fault: 'me recuerda que no me muevo' }),
  m('navegador del coche', { fault: 'cambia de idea en cada rotonda' }),
  f('tableta', { fault: 'se duerme si no la tocas' }),
  f('impresora', { fault: 'pide papel hasta para decir que no' }),
  f('cámara', { fault: 'solo ve lo que tiene delante' }),
  f('lavadora', { fault: 'pierde un calcetín por semana' }),
  f('consola', { fault: 'pide jugar otra más' }),
  m('microondas', { fault: 'pita para que le hagan caso' }),
  f('calculadora', { fault: 'solo cuenta lo que le conviene' }),
];

/** Qualities, agreeing with their person q, with what they led to. */
export const qualities: readonly Entry[] = [
  phrase('despistad<o:q>', {
    effect: '{saludó|dio los buenos días} a <el:x> y {colgó|guardó} a <n> en el armario',
  }),
  phrase('despistad<o:q>', {
    effect: 'metió <el:food> en el bolsillo y {las llaves|el móvil|la cartera} en la nevera',
  }),
  phrase('alt<o:q>', { effect: 'en <c> le llovía {dos|tres|cinco} minutos antes que a <n>' }),
  phrase('ahorrad<or:q>', { effect: 'invitaba a <n> a mirar <un:food>' }),
  phrase('lent<o:q>', { effect: 'salió a por <un:food> <past> y {<n> aún espera|todavía no ha vuelto}' }),
  phrase('educad<o:q>', { effect: 'le pedía permiso a <el:x> {para pasar|antes de usarl<o:x>}' }),
  phrase('valiente', { effect: 'le dijo a <n> que <el:food> estaba {dur<o:food>|malísim<o:food>}' }),
  phrase('frioler<o:q>', { effect: 'se ponía {guantes|bufanda|tres jerséis} para abrir la nevera de <n>' }),
  phrase('presumid<o:q>', { effect: 'se peinaba antes de {llamar|escribir} por teléfono a <n>' }),
  phrase('hablad<or:q>', { effect: 'hasta <el:x> de <n> {se tapaba los oídos|pedía silencio}' }),
  phrase('madrugad<or:q>', {
    effect: 'tenía que despertar {al gallo de <n>|a <n> y al gallo|al sol de <c>}',
  }),
  phrase('ordenad<o:q>', { effect: 'colocaba <los:food> {por orden alfabético|por edad} en casa de <n>' }),
  phrase('miedos<o:q>', { effect: 'dormía {con la luz|con la tele} encendida y con <el:x> de <n>' }),
  phrase('golos<o:q>', { effect: 'soñaba con <un:food> y {<n> lo oía masticar|amanecía sin almohada}' }),
  phrase('distraíd<o:q>', { effect: 'le contó {un secreto|su vida} a <el:x> creyendo que era <n>' }),
  phrase('orgullos<o:q>', { effect: 'ganó a <el:x> al ajedrez y {lo contó en <c>|se lo dijo a <n>}' }),
  phrase('optimista', { effect: 'plantó <un:food> y {<n> puso la mesa|esperó en <c> la cosecha}' }),
  phrase('perezos<o:q>', { effect: 'contrató a <n> para {bostezar|parpadear} <habit>' }),
  phrase('cabezota', { effect: 'discutió con <el:x> {hasta convencerl<o:x>|y ganó <n>}' }),
  phrase('fuerte', { effect: 'al dar la mano a <n> {le exprimió <el:food>|le arregló el hombro}' }),
];

/** What the weather does to animals, said in the plural. */
const weather = (cause: string, effects: string): Entry[] =>
  effects.split('\n').map((effect) => phrase(cause, { effect: effect.trim() }));

export const weathers: readonly Entry[] = [
  ...weather(
    '{hacía|pegaba} tanto calor',
    `hacían cola en la heladería de <n>
    dormían en la fuente de la plaza
    se mudaban a la nevera de <n>
    cobraban por dar sombra
    se peleaban por un cubito de hielo
    mandaban postales desde el congelador
    pedían la sombra prestada a <el:x>
    se abanicaban con <el:food> de <n>`,
  ),
  ...weather(
    'hacía tanto frío',
    `tejían bufandas para <n>
    pedían caldo para llevar
    hacían cola delante de la tostadora
    se ponían los calcetines de <n>
    dormían abrazad<os:a> a <el:x>
    pedían asilo en la panadería
    se calentaban con <el:food> de <n>`,
  ),
  ...weather(
    '{soplaba|hacía} tanto viento',
    `llegaban a casa de <n> sin andar
    aparcaban en los tejados
    volaban sin billete hasta <el:pl>
    salían a pasear atad<os:a> a <el:x>
    cambiaban de barrio sin querer
    se peinaban {tres|cuatro} veces antes de ver a <n>`,
  ),
  ...weather(
    '{llovía|caía agua} tanto',
    `iban en bote a <el:pl>
    aprendían a nadar con <n>
    alquilaban paraguas por horas
    pescaban <los:food> desde el sofá
    le ponían remos a <el:x>
    pedían el pan por barco`,
  ),
].map((entry) => (entry.text.startsWith('{llovía') ? { ...entry, text: 'llovía tanto' } : entry));

/** Minor ailments, with a home remedy. */
export const ailments: readonly Entry[] = [
  phrase('la tos', { cure: 'no reírse con la boca llena' }),
  phrase('el hipo', { cure: 'mirar el recibo de la luz' }),
  phrase('el insomnio', { cure: 'una reunión de {dos|tres} horas' }),
  phrase('los nervios', { cure: 'apagar el móvil de <n>' }),
  phrase('el dolor de espalda', { cure: 'que la compra la suba <n>' }),
  phrase('el cansancio', { cure: 'no levantarse hasta <day>' }),
  phrase('el dolor de cabeza', { cure: 'que <n> deje de cantar' }),
  phrase('el aburrimiento', { cure: 'montar un armario con <n>' }),
  phrase('el frío de pies', { cure: 'los calcetines de <n>' }),
  phrase('la pereza', { cure: 'dejarla para <day>' }),
  phrase('el mal humor', { cure: '<un:food> y media hora sin <n>' }),
  phrase('el hambre', { cure: '<un:food> cada <num> horas' }),
  phrase('la timidez', { cure: 'una cena con <n> y su <fam>' }),
  phrase('la impaciencia', { cure: 'se lo digo <day>' }),
];
