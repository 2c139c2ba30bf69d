import { type Entry, f, m } from '../words.ts';

/** Household things, with what they complain about and where they are found. */
export const things: readonly Entry[] = [
  f('almohada', { moan: 'todos me dejan la cabeza encima', place: 'en el dormitorio' }),
  f('escoba', { moan: 'aquí siempre barro para otros', place: 'en la cocina' }),
  f('plancha', { moan: 'me caliento por cualquier arruga', place: 'en el tendedero' }),
  f('nevera', { moan: 'todos me abren y nadie me cierra', place: 'en la cocina' }),
  f('bombilla', { moan: 'estoy fundida', place: 'en el pasillo' }),
  f('escalera', { moan: 'todo el mundo me pisa', place: 'en el portal' }),
  m('paraguas', { moan: 'solo me llaman cuando llora el cielo', place: 'en la entrada' }),
  m('reloj', { moan: 'no tengo ni un segundo libre', place: 'en la pared' }),
  m('espejo', { moan: 'aquí nadie me mira a mí', place: 'en el baño' }),
  m('sofá', { moan: 'todos se apoyan en mí', place: 'en el salón' }),
  f('puerta', { moan: 'me dan con los nudillos', place: 'en la entrada' }),
  m('grifo', { moan: 'se me escapa todo', place: 'en el baño' }),
  f('sartén', { moan: 'me tienen agarrada por el mango', place: 'en la cocina' }),
  m('cuchillo', { moan: 'nadie aguanta mis cortes', place: 'en el cajón' }),
  m('tenedor', { moan: 'con la sopa no pinto nada', place: 'en el cajón' }),
  f('cuchara', { moan: 'siempre acabo en la sopa', place: 'en el cajón' }),
  m('calcetín', { moan: 'perdí a mi pareja en la lavadora', place: 'en el armario' }),
  m('zapato', { moan: 'estoy hasta la suela', place: 'debajo de la cama' }),
  m('botón', { moan: 'mi vida pende de un hilo', place: 'en la camisa' }),
  f('aguja', { moan: 'siempre pierdo el hilo', place: 'en el costurero' }),
  m('lápiz', { moan: 'cada día me veo más corto', place: 'en el estuche' }),
  f('goma de borrar', { moan: 'me gasto por errores ajenos', place: 'en el estuche' }),
  f('tijera', { moan: 'por mí no cortaría con nadie', place: 'en el cajón' }),
  m('libro', { moan: 'nadie pasa de mi prólogo', place: 'en la estantería' }),
  f('vela', { moan: 'me consumo por los demás', place: 'en la mesa' }),
  m('semáforo', { moan: 'cuando me pongo verde, se van', place: 'en la esquina' }),
  f('farola', { moan: 'trabajo todas las noches de pie', place: 'en la calle' }),
  m('buzón', { moan: 'solo me trago facturas', place: 'en el portal' }),
  m('ascensor', { moan: 'tengo muchos altibajos', place: 'en el portal' }),
  f('maleta', { moan: 'me llevan a rastras', place: 'en el armario' }),
  f('mochila', { moan: 'cargo con todo', place: 'en el pasillo' }),
  f('silla', { moan: 'no hay quien me deje en pie', place: 'en el comedor' }),
  f('mesa', { moan: 'cuatro patas y no salgo nunca', place: 'en el comedor' }),
  f('alfombra', { moan: 'todo me lo esconden debajo', place: 'en el salón' }),
  f('lavadora', { moan: 'no paro de darle vueltas', place: 'en la cocina' }),
  f('aspiradora', { moan: 'aspiraba a algo mejor', place: 'en el armario' }),
  m('ventilador', { moan: 'llevo el día diciendo que no', place: 'en el techo' }),
  m('termómetro', { moan: 'nadie respeta mis grados', place: 'en el botiquín' }),
  f('tirita', { moan: 'me pego a cualquiera', place: 'en el botiquín' }),
  f('báscula', { moan: 'nadie quiere oír la verdad', place: 'en el baño' }),
  f('esponja', { moan: 'lo absorbo todo', place: 'en la ducha' }),
  m('jabón', { moan: 'se me resbala la vida', place: 'en la ducha' }),
  m('peine', { moan: 'aquí ya no queda trabajo', place: 'en el baño' }),
  m('cepillo de dientes', { moan: 'todos me sacan los dientes', place: 'en el baño' }),
  m('martillo', { moan: 'siempre doy en el clavo y nadie aplaude', place: 'en el garaje' }),
  m('clavo', { moan: 'todos los golpes son para mí', place: 'en el garaje' }),
  m('tornillo', { moan: 'a mí también me falta uno', place: 'en el garaje' }),
  m('imán', { moan: 'solo atraigo problemas', place: 'en la nevera' }),
  m('globo', { moan: 'me inflo por nada', place: 'en la fiesta' }),
  m('balón', { moan: 'me tratan a patadas', place: 'en el patio' }),
  f('raqueta', { moan: 'nunca me quedo con nada', place: 'en el gimnasio' }),
  f('guitarra', { moan: 'siempre me tocan la misma canción', place: 'en el salón' }),
  m('tambor', { moan: 'todos los palos van para mí', place: 'en el salón' }),
  m('piano', { moan: 'me tocan y no saludan', place: 'en el salón' }),
  m('mando a distancia', { moan: 'solo me quieren por mis botones', place: 'en el sofá' }),
  m('cargador', { moan: 'les doy mi energía a todos', place: 'en el enchufe' }),
  m('enchufe', { moan: 'aquí entra cualquiera', place: 'en el pasillo' }),
  m('teclado', { moan: 'me ponen los dedos encima', place: 'en la oficina' }),
  m('ratón del ordenador', { moan: 'me llevan de la mano a todo', place: 'en la oficina' }),
  f('impresora', { moan: 'se me atasca el papel', place: 'en la oficina' }),
  f('grapadora', { moan: 'siempre uno a los demás', place: 'en la oficina' }),
  f('tostadora', { moan: 'salto a la mínima', place: 'en la cocina' }),
  f('cafetera', { moan: 'estoy que echo humo', place: 'en la cocina' }),
  f('olla', { moan: 'vivo bajo presión', place: 'en la cocina' }),
];

/** What somebody cooks. */
export const dishes: readonly Entry[] = [
  ...'tortilla sopa pizza ensalada croqueta galleta tarta hamburguesa empanada magdalena rosquilla paella fabada crema lasaña torrija albóndiga menestra'
    .split(' ')
    .map((food) => f(food)),
  ...'flan helado bocadillo churro pastel bizcocho buñuelo estofado cocido gazpacho puré asado guiso potaje'
    .split(' ')
    .map((food) => m(food)),
];

export const foods: readonly Entry[] = [
  ...dishes,
  ...'pera manzana naranja sandía mandarina ciruela aceituna zanahoria patata cereza fresa piña nuez almendra berenjena calabaza lechuga cebolla'
    .split(' ')
    .map((food) => f(food)),
  ...'queso yogur melón plátano huevo tomate caramelo melocotón pepino bombón limón kiwi pimiento higo'
    .split(' ')
    .map((food) => m(food)),
];

/** Where people meet. */
export const publicPlaces: readonly Entry[] = [
  ...'biblioteca playa estación piscina panadería farmacia peluquería plaza cafetería frutería feria iglesia oficina lavandería heladería bolera fuente muralla'
    .split(' ')
    .map((place) => f(place)),
  ...'parque mercado museo supermercado gimnasio cine aeropuerto teatro zoo puerto circo estadio ayuntamiento polideportivo restaurante'
    .split(' ')
    .map((place) => m(place)),
];

export const rooms: readonly Entry[] = [
  ...'cocina azotea terraza despensa buhardilla galería'.split(' ').map((room) => f(room)),
  ...'garaje jardín balcón salón pasillo sótano trastero patio'.split(' ').map((room) => m(room)),
];

export const places: readonly Entry[] = [...publicPlaces, ...rooms];

/** Shops that people walk into. */
export const shops: readonly Entry[] = [
  f('farmacia'),
  f('ferretería'),
  f('zapatería'),
  f('librería'),
  f('panadería'),
  f('papelería'),
  f('óptica'),
  f('frutería'),
  f('droguería'),
  f('mercería'),
  f('juguetería'),
  f('relojería'),
  f('tienda de deportes'),
  f('tienda de música'),
  f('tienda de ropa'),
  m('supermercado'),
  m('bazar'),
  m('quiosco'),
  m('bar'),
  m('café'),
  m('restaurante'),
  f('floristería'),
  m('estanco'),
  f('joyería'),
];
