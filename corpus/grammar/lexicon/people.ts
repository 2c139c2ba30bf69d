import { both, type Entry, f, m, phrase } from '../words.ts';

const woman = (name: string): Entry => phrase(name, {}, 'f');
const man = (name: string): Entry => phrase(name, {}, 'm');

export const names: readonly Entry[] = [
  ...'Ana Lucía Marta Carmen Elena Paula Sara Laura Irene Julia Clara Nuria Rosa Alba Inés Eva Pilar Sofía Noelia Teresa Valeria Olga Berta Lola Mónica Silvia Adela Daniela Camila Jimena Amparo Rocío Gloria Emma Vega Celia'
    .split(' ')
    .map(woman),
  ...'Luis Pablo Mario Diego Hugo Javier Andrés Tomás Raúl Óscar Iván Sergio Jorge Manuel Pedro Nicolás Bruno Leo Mateo Álvaro Rubén Gabriel Martín Víctor Emilio Julián Ramón Samuel Daniel Félix Alonso Gonzalo Rafael Simón Darío Marcos'
    .split(' ')
    .map(man),
];

/** People referred to with "mi" and "tu". */
export const family: readonly Entry[] = [
  ...both('hermano', 'hermana'),
  ...both('abuelo', 'abuela'),
  ...both('tío', 'tía'),
  ...both('primo', 'prima'),
  ...both('vecino', 'vecina'),
  ...both('cuñado', 'cuñada'),
  ...both('sobrino', 'sobrina'),
  ...both('amigo', 'amiga'),
  ...both('suegro', 'suegra'),
  ...both('profesor', 'profesora'),
  ...both('jefe', 'jefa'),
  m('padre'),
  f('madre'),
  m('casero'),
  f('dentista'),
  m('compañero de piso'),
  f('compañera de clase'),
  m('entrenador'),
];

/** Each with an idiom that takes its trade literally: `idiom` in the third person, `colmo` in the infinitive. */
export const trades: readonly Entry[] = [
  ...both('electricista', 'electricista', {
    idiom: 'le sigue la corriente a {<n2>|todo el mundo}',
    colmo: 'que {nadie|ni siquiera <n2>} le siga la corriente',
  }),
  ...both('panadero', 'panadera', {
    idiom: 'solo se lleva bien con la masa',
    colmo: 'que {<n2>|la gente} le diga: «eso es pan comido»',
  }),
  ...both('carpintero', 'carpintera', {
    idiom: 'dice que <n2> tiene madera',
    colmo: 'tener un hijo que {no tiene|nunca tuvo} madera de nada',
  }),
  ...both('jardinero', 'jardinera', {
    idiom: 'se anda por las ramas {con <n2>|hasta para saludar}',
    colmo: 'que <n2> <lo:p> deje plantad<o:p>',
  }),
  ...both('fontanero', 'fontanera', {
    idiom: 'nunca se moja {por nadie|ni por <n2>}',
    colmo: 'que <n2> le {cierre|corte} el grifo',
  }),
  ...both('sastre', 'modista', {
    idiom: 'no da puntada sin hilo',
    colmo: 'que {<n2>|su familia} le corte las alas',
  }),
  ...both('peluquero', 'peluquera', {
    idiom: 'le toma el pelo a {<n2>|todo el barrio}',
    colmo: 'que <n2> no tenga un pelo de tont<o:n2>',
  }),
  ...both('relojero', 'relojera', {
    idiom: 'nunca tiene un minuto para <n2>',
    colmo: 'llegar tarde {a la cita con <n2>|siempre y con retraso}',
  }),
  ...both('pescador', 'pescadora', {
    idiom: 'espera que <n2> muerda el anzuelo',
    colmo: 'que <n2> no {pique|muerda el anzuelo}',
  }),
  ...both('cartero', 'cartera', {
    idiom: 'por fin ha tomado cartas en el asunto',
    colmo: 'no {saber|querer} tomar cartas en el asunto',
  }),
  ...both('astronauta', 'astronauta', {
    idiom: 'está siempre en la luna',
    colmo: 'que <n2> le {diga|repita} que baje a la tierra',
  }),
  ...both('pintor', 'pintora', {
    idiom: 'en casa de <n2> no pinta nada',
    colmo: 'no pintar nada {en su casa|para <n2>}',
  }),
  ...both('cocinero', 'cocinera', {
    idiom: 'tiene la sartén por el mango',
    colmo: 'que <n2> le dé la vuelta a la tortilla',
  }),
  ...both('guitarrista', 'guitarrista', {
    idiom: 'le sigue el ritmo a <n2>',
    colmo: 'que <n2> le pida {un minuto de silencio|que se calle}',
  }),
  ...both('fotógrafo', 'fotógrafa', {
    idiom: 'lo ve todo negativo',
    colmo: 'que <n2> no quiera {posar|salir en la foto}',
  }),
  ...both('minero', 'minera', {
    idiom: 'trabaja muy por debajo {de todos|de <n2>}',
    colmo: 'que {su carrera|su trabajo} toque fondo',
  }),
  ...both('buzo', 'buceadora', {
    idiom: 'siempre llega al fondo del asunto',
    colmo: 'ahogarse en {un vaso de agua|las deudas de <n2>}',
  }),
  ...both('marinero', 'marinera', {
    idiom: 'pierde el norte por <n2>',
    colmo: 'marearse {en el autobús|en el coche de <n2>}',
  }),
  ...both('bombero', 'bombera', {
    idiom: 'le echa leña al fuego con <n2>',
    colmo: 'que <n2> le queme la {cena|comida|tortilla}',
  }),
  ...both('dentista', 'dentista', {
    idiom: 'habla siempre entre dientes',
    colmo: 'que <n2> no {abra|cierre} nunca la boca',
  }),
  ...both('oculista', 'oculista', { idiom: 'no puede ver a <n2>', colmo: 'no ver con buenos ojos a <n2>' }),
  ...both('zapatero', 'zapatera', {
    idiom: 'le busca tres pies al gato{ de <n2>|}',
    colmo: 'meter la pata con <n2>',
  }),
  ...both('granjero', 'granjera', {
    idiom: 'se levanta con {las gallinas|<n2>}',
    colmo: 'que <n2> le pida peras al olmo',
  }),
  ...both('lechero', 'lechera', {
    idiom: 'no llora por la leche derramada',
    colmo: 'que <n2> {tome|pida} el café solo',
  }),
  ...both('camarero', 'camarera', { idiom: 'sirve para todo', colmo: 'que <n2> le diga que no sirve' }),
  ...both('taxista', 'taxista', {
    idiom: 'nunca sabe a dónde va con <n2>',
    colmo: 'que <n2> no se deje llevar',
  }),
  ...both('torero', 'torera', {
    idiom: 'se salta las normas a la torera',
    colmo: 'que <n2> no entre al trapo',
  }),
  ...both('cerrajero', 'cerrajera', {
    idiom: 'se cierra en banda con <n2>',
    colmo: 'que <n2> le dé con la puerta en las narices',
  }),
  ...both('alpinista', 'alpinista', {
    idiom: 'se crece delante de <n2>',
    colmo: 'que la vida {con <n2>|} se le haga cuesta arriba',
  }),
  ...both('nadador', 'nadadora', {
    idiom: 'contesta que nada a todo',
    colmo: 'que <n2> le {conteste|responda} siempre «nada»',
  }),
  ...both('árbitro', 'árbitra', {
    idiom: 'en casa de <n2> no pita',
    colmo: 'que <n2> no le deje pitar en casa',
  }),
  ...both('ciclista', 'ciclista', {
    idiom: 'dice que todo le cuesta',
    colmo: 'que <n2> le ponga palos en las ruedas',
  }),
  ...both('tenista', 'tenista', {
    idiom: 'nunca saca nada en claro',
    colmo: 'caer en {la red|las redes} de <n2>',
  }),
  ...both('ajedrecista', 'ajedrecista', {
    idiom: 'tiene a <n2> en jaque',
    colmo: 'quedarse en blanco {con las negras|delante de <n2>}',
  }),
  ...both('pastor', 'pastora', {
    idiom: 'tiene más seguidores que <n2>',
    colmo: 'dormirse contando {a <n2>|el rebaño}',
  }),
  ...both('apicultor', 'apicultora', {
    idiom: 'dice que <n2> es pura miel',
    colmo: 'que <n2> le clave el aguijón',
  }),
  ...both('librero', 'librera', {
    idiom: 'no se corta: es un libro abierto',
    colmo: 'que <n2> le venga con cuentos',
  }),
  ...both('actor', 'actriz', {
    idiom: 'hace muy mal papel con <n2>',
    colmo: 'perder los papeles delante de <n2>',
  }),
  ...both('mago', 'maga', {
    idiom: 'desaparece cuando {hay que pagar|paga <n2>}',
    colmo: 'que <n2> se saque un as de la manga',
  }),
  ...both('veterinario', 'veterinaria', {
    idiom: 'tiene un humor de perros',
    colmo: 'llevarse como el perro y el gato con <n2>',
  }),
  ...both('banquero', 'banquera', {
    idiom: 'ha perdido el interés por <n2>',
    colmo: 'perder el interés {por <n2>|por todo}',
  }),
  ...both('profesor de música', 'profesora de música', {
    idiom: 'siempre da la nota {en casa de <n2>|}',
    colmo: 'que <n2> le hable en otro tono',
  }),
  ...both('paracaidista', 'paracaidista', { idiom: 'le cae bien a <n2>', colmo: 'caerle mal a <n2>' }),
  ...both('conductor de autobús', 'conductora de autobús', {
    idiom: 'no para ni para saludar a <n2>',
    colmo: 'que <n2> <lo:p> mande a paseo',
  }),
  ...both('informático', 'informática', {
    idiom: 'se cuelga en cuanto ve a <n2>',
    colmo: 'que se le acabe la memoria {con <n2>|a mitad de frase}',
  }),
  ...both('socorrista', 'socorrista', {
    idiom: 'se ahoga en un vaso de agua',
    colmo: 'ahogarse {en un vaso de agua|cuando habla <n2>}',
  }),
];

/** People who come to school when a note is sent home. */
export const elders: readonly Entry[] = [
  m('padre'),
  f('madre'),
  ...both('abuelo', 'abuela'),
  ...both('tío', 'tía'),
  ...both('padrino', 'madrina'),
];

export const cities: readonly Entry[] =
  'Sevilla Bilbao Granada Lima Bogotá Quito Cádiz Toledo Murcia León Oviedo Vigo Málaga Cuenca Soria Salamanca Valencia Mérida Rosario Córdoba Montevideo Puebla Cali Caracas Santiago Burgos Huesca Teruel Zamora Lugo Cartagena Arequipa Cuzco Managua Tegucigalpa Panamá Medellín Valparaíso Mendoza Tucumán Monterrey Oaxaca Veracruz Gijón Badajoz Logroño Jaén Huelva Alicante Girona Guadalajara Asunción Almería Segovia Pamplona'
    .split(' ')
    .map((name) => phrase(name));
