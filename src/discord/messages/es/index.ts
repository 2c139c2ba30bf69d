import type { DecoderName, NumericSetting } from '../../../lib/settings.ts';
import { commands } from './commands.ts';
import { learning } from './learning.ts';
import { settingNames } from './setting-names.ts';
import { settings } from './settings.ts';

const number = (value: number, digits = 2) =>
  value.toLocaleString('es-ES', { maximumFractionDigits: digits });

const count = (value: number, one: string, many: string) => `${number(value)} ${value === 1 ? one : many}`;

/**
 * Everything Chispa says in Spanish. The type `Messages` is derived from this file, so every language must be as
 * complete.
 */
export const es = {
  /** For dates and numbers in charts. */
  locale: 'es-ES',
  number,

  decoders: {
    'epsilon-greedy': 'ε-voraz',
    sampling: 'muestreo',
    greedy: 'voraz',
  } satisfies Record<DecoderName, string> as Record<DecoderName, string>,

  joke: {
    title: 'Chiste',
    titleAbout: (theme: string) => `Chiste sobre ${theme}`,
    continuation: 'Así sigue',
    writing: 'escribiendo…',
    thinking: '💭 Pensando varios, para contar el mejor…',
    empty: '*(El modelo se ha quedado sin palabras. ¡Prueba otra vez!)*',
    noVotes: 'Sin votos todavía: ¿qué nota le pones?',
    tally: (mean: number, votes: number) => `★ ${number(mean, 1)} de 5 · ${count(votes, 'voto', 'votos')}`,
    /** A setting below a joke. */
    setting: (name: NumericSetting, value: number) => `${settingNames[name]} ${number(value, 4)}`,
    footer: (parts: { model: string; settings: string[]; seed: number }) =>
      [parts.model, ...parts.settings, `semilla ${parts.seed}`].join(' · '),
    voiced: (model: string) => `${model} con voz propia`,
    house: 'Chiste de la casa',
    fresh: (how: string) => `Recién inventado · ${how}`,
    askedBy: (who: string) => `Lo ha pedido ${who}`,
    retold: 'Uno que aquí gustó',
    hidden: 'Este chiste está oculto.',
    themeIgnored: (theme: string) =>
      `Esta versión todavía no sabe contar chistes sobre un tema, así que «${theme}» no ha contado. Aquí va uno libre:`,
    themeMissed: (theme: string) =>
      `Pediste algo sobre «${theme}», pero el chiste no lo menciona. Con «Otro» pruebo de nuevo.`,
    instead: 'No me ha salido uno nuevo, así que aquí va uno de la casa.',
    houseLacks: (theme: string) =>
      `Sobre «${theme}» no hay ninguno en la casa y ahora mismo no puedo inventarlo: este trata de otra cosa.`,
    cut: 'Tu texto era más largo de lo que el modelo puede leer: ha continuado desde su última parte.',
  },

  refusal: {
    emptyText: 'Escribe algo para que pueda continuarlo: el texto está vacío.',
    longText: (max: number) =>
      `Ese texto es demasiado largo: puedo continuar hasta ${number(max)} caracteres.`,
    longTheme: (max: number) => `Ese tema es demasiado largo: caben hasta ${max} caracteres.`,
    seed: 'La semilla debe ser un número entero entre 0 y 4 294 967 295.',
    nothingToContinue: 'En ese mensaje no hay texto que pueda continuar.',
    blockedHere:
      'Quienes moderan este servidor han decidido que aquí no te atienda. Con `/privacidad` sigues viendo y borrando tus datos.',
    blockedEverywhere:
      'Quien me hospeda ha decidido que no te atienda. Con `/privacidad` sigues viendo y borrando tus datos.',
    cannotBlock: 'A ti no te puedo bloquear, y a mí tampoco: elige a otra persona.',
    moderatorsOnly: 'Eso es solo para quienes gestionan este servidor.',
    guildOnly: 'Eso solo funciona en un servidor que me haya añadido.',
    bestInGuild:
      'Los mejores los eligen los votos de un servidor que me haya añadido. Aquí prueba `/chiste` sin `fuente`.',
    oldButton: 'Este botón es de otra época y ya no sé leerlo. Pide un chiste nuevo con `/chiste`.',
    jokeGone: 'Ese chiste ya no existe, así que no puedo guardar tu voto.',
    cooldown: (readyAt: number) => `Un respiro: podrás pedirme otro chiste <t:${readyAt}:R>.`,
    tooManyOpen: (max: number, readyAt: number) =>
      `Ya tienes ${max} chistes en camino. Prueba otra vez <t:${readyAt}:R>, cuando llegue el primero.`,
    guildBusy: (max: number, readyAt: number) =>
      `Este servidor ya tiene ${max} chistes en la cola. Prueba otra vez <t:${readyAt}:R>, por favor.`,
    longQueue: (readyAt: number) =>
      `Hay muchísima gente pidiendo chistes: tu turno llegaría <t:${readyAt}:R>, y Discord no me deja tardar tanto. Prueba dentro de un rato, o pide \`/chiste\` con \`fuente: de la casa\`, que llega al instante.`,
    unsafeTheme: 'Sobre eso no cuento chistes. ¿Probamos con otro tema?',
    unsafeText: 'Ese texto no lo puedo continuar. ¿Probamos con otro?',
    notYours: 'Solo quien pidió este chiste puede borrarlo.',
    noHouse: 'De la casa no tengo ningún chiste sobre eso. ¿Probamos con otro tema, o con uno nuevo?',
    noOtherHouse: 'De la casa no tengo otro sobre eso. Con `/chiste` y `fuente: nuevo` puedo inventarte uno.',
    noBestAbout:
      'De los que más gustaron aquí, ninguno trata de eso. ¿Probamos con otro tema, o con uno nuevo?',
    noBest: 'Todavía no hay chistes con buenas notas en este servidor. ¡Vota unos cuantos y vuelve a probar!',
    unknownModel: 'No conozco esa versión del modelo: elige una de la lista.',
    unknownTimeZone: (zone: string) =>
      `No conozco la zona horaria \`${zone}\`. Elige una de la lista, por ejemplo \`Europe/Madrid\`.`,
    wrongTime: (time: string) =>
      `\`${time}\` no es una hora. Escríbela por ejemplo así: \`9:30\`, \`21 h\` o \`9 pm\`.`,
    cannotWrite: (channel: string) =>
      `En <#${channel}> no puedo escribir: dame permiso para ver el canal, enviar mensajes e insertar enlaces.`,
    notMyJoke: 'Ese mensaje no es uno de mis chistes.',
    stepsGone: 'De ese chiste ya no guardo los pasos.',
    stepsUntold: 'Ese chiste lo conté desde un servidor que no dice qué palabras le parecían probables.',
    modelElsewhere: (model: string) =>
      `Ese chiste lo conté con **${model}**. Ahora los cuenta otro modelo, y no puedo volver a pensarlo.`,
    modelRetired: (model: string) =>
      `Ese chiste lo conté con **${model}**, una versión ya retirada: no guardo sus pesos, así que no puedo volver a pensarlo.`,
    voiceRetired:
      'Ese chiste lo conté con una voz propia de este servidor que ya no guardo, así que no puedo volver a pensarlo.',
    unknownCommand: 'No conozco ese comando. Quizá Discord todavía muestra uno antiguo: prueba en un minuto.',
  },

  waiting: (position: number, readyAt: number) =>
    `⏳ Hay cola: eres el número **${number(position)}**. Te toca <t:${readyAt}:R>.`,

  restarting: '⏳ Me estoy reiniciando: lo que has pedido llega en cuanto vuelva.',

  buttons: {
    again: 'Otro',
    more: 'Continuar',
    think: '¿Cómo lo pensé?',
    report: 'Reportar',
    delete: 'Borrar',
    hide: 'Ocultar',
    clear: 'No pasa nada',
    export: 'Ver mis datos',
    forget: 'Borrar mis datos',
    forgetForEver: 'Sí, bórralo todo',
    pin: 'Fijar en este servidor',
    unpin: 'Seguir a la activa',
    tie: 'Empate',
    reportOne: (side: string) => `Reportar ${side}`,
    closeDuel: 'Cerrar',
  },

  report: {
    title: 'Reportar este chiste',
    reason: '¿Qué tiene de malo?',
    placeholder: 'Por ejemplo: insulta a alguien',
    thanks: 'Gracias. Lo revisará quien modera este servidor.',
    thanksUnheard:
      'Gracias, lo he apuntado. En este servidor nadie recibe mis avisos todavía: si es grave, cuéntaselo a quien modera. Con tres reportes lo oculto.',
    thanksElsewhere: 'Gracias, lo he apuntado. Con tres reportes lo oculto.',
    thanksHidden: 'Gracias. Varias personas lo han reportado, así que lo he ocultado.',
    logTitle: 'Un chiste reportado',
    logReports: (reports: number) =>
      reports === 1 ? '1 persona lo ha reportado' : `${number(reports)} personas lo han reportado`,
    logReason: 'Motivo',
    logHidden: 'Está oculto y nunca se usará para aprender.',
    hidden: 'Este chiste está oculto.',
    hiddenBy: (who: string) => `Lo ha ocultado ${who}.`,
    clearedBy: (who: string) => `${who} lo ha revisado: puede quedarse.`,
    nowHiddenBoth: 'Hecho: los dos chistes están ocultos y nunca se usarán para aprender.',
    nowHidden: 'Hecho: el chiste está oculto y nunca se usará para aprender.',
  },

  steps: {
    title: 'Así lo pensé',
    explain:
      'En cada uno de los primeros pasos, las palabras que me parecían más probables y, marcada, la que salió. Las probabilidades son las del modelo, antes de aplicar los ajustes del servidor.',
    again: (how: string) =>
      `Para contarlo otra vez donde esté el modelo (salió con ${how}; en otro procesador puede cambiar alguna palabra):`,
    considered: 'De estos elegí',
    /** The rating that was expected. */
    expected: (rating: number) => `★ ${number(rating, 1)} esperada`,
    columns: { step: 'Paso', text: 'Texto hasta aquí' },
  },

  preview: {
    title: 'La misma semilla, antes y ahora',
    before: 'Antes',
    after: 'Ahora',
  },

  duel: {
    title: '⚔️ Duelo: ¿cuál te gusta más?',
    until: (closesAt: number, votes: number) =>
      `El recuento se ve al cerrar: <t:${closesAt}:R>, o con ${number(votes)} votos.`,
    counted: (choice: 'a' | 'b' | 'tie', closesAt: number) =>
      `Apuntado: ${choice === 'tie' ? 'empate' : `te gusta más **${choice.toUpperCase()}**`}. Hasta que cierre, <t:${closesAt}:R>, puedes cambiarlo.`,
    countedLast: 'Apuntado. Era el último voto: el duelo está cerrado.',
    votes: (votes: number) => count(votes, 'voto', 'votos'),
    result: ({ a, b, tie }: { a: number; b: number; tie: number }) => {
      if (a + b + tie === 0) return 'Cerrado, y nadie ha votado.';
      const ties = tie === 0 ? '' : ` (y ${count(tie, 'voto', 'votos')} por el empate)`;
      if (a === b) return `Empate: ${number(a)} a ${number(b)}${ties}.`;
      return `Gana **${a > b ? 'A' : 'B'}**, ${number(Math.max(a, b))} a ${number(Math.min(a, b))}${ties}.`;
    },
    /** `share`: how probable it seemed, 0.5 to 1. */
    guess: (side: string, share: number) =>
      `Yo apostaba por **${side}** (${share.toLocaleString('es-ES', { style: 'percent', maximumFractionDigits: 0 })}).`,
    gone: 'Ese duelo ya no existe, o uno de sus chistes está oculto: no puedo apuntar tu voto.',
    over: 'Ese duelo ya está cerrado.',
    inGuild: 'Un duelo lo deciden muchos: pídelo en un servidor que me haya añadido.',
    nobodyWrites:
      'Un duelo necesita un chiste nuevo, y ahora mismo no puedo inventar ninguno. Prueba en un rato.',
    noOpponent: 'No encuentro ningún chiste que enfrentar al nuevo.',
  },

  ranking: {
    title: { week: 'Los mejores de la semana', month: 'Los mejores del mes', ever: 'Los mejores de siempre' },
    empty: 'Todavía no hay chistes votados en este tiempo. ¡Pide uno con `/chiste` y vota!',
    line: (place: number, score: number, votes: number) =>
      `${['🥇', '🥈', '🥉'][place - 1] ?? `**${place}.**`} ★ ${number(score, 1)} · ${count(votes, 'voto', 'votos')}`,
    house: 'de la casa',
    explain: 'La nota se acerca a la media cuando hay pocos votos, para que un solo voto no gane.',
  },

  statistics: {
    title: 'Así va este servidor',
    summary: (jokes: number, votes: number, mean: number | null) =>
      `${count(jokes, 'chiste', 'chistes')} · ${count(votes, 'voto', 'votos')}${mean === null ? '' : ` · nota media ${number(mean, 2)}`}`,
    generated: 'Recién inventados',
    house: 'De la casa',
    /** Mean ratings of new jokes: since the judge chooses, and before; null if there was no vote. */
    chosen: (since: number, before: number | null) =>
      `Desde que elijo entre varios, los nuevos tienen un ${number(since, 2)}${before === null ? '' : ` (antes, un ${number(before, 2)})`}.`,
    empty: 'Todavía no hay votos que dibujar.',
    nothing: 'Aquí todavía no he contado ningún chiste. ¡Pide uno con `/chiste`!',
    chart: {
      byWeek: 'Nota media por semana',
      byModel: 'Nota media por versión del modelo',
      mean: 'nota media de los nuevos',
      house: 'nota media de los de la casa',
      votes: 'votos',
      /** A version's bar. */
      version: (name: string, mean: number, votes: number) =>
        `${name}  ${number(mean)}  (${count(votes, 'voto', 'votos')})`,
      byExpectation: 'Lo que esperaba y lo que vino',
      predicted: 'nota que esperaba',
      given: 'nota que le pusieron',
    },
  },

  help: {
    title: 'Hola, soy Chispa',
    intro: 'Cuento chistes: unos son de la casa y otros me los invento con un pequeño modelo de lenguaje.',
    /** Follows `intro` where votes may be learned from. */
    learns: 'Tus votos me enseñan cuáles gustan.',
    lines: [
      '**/chiste** — un chiste; con `tema` eliges de qué trata, y con `fuente` si es nuevo o de la casa',
      '**/continuar** — tú empiezas y yo sigo (también con clic derecho → Aplicaciones → Continuar chiste)',
      '**😐 🙂 😄 😂 🤣** — ponle nota; puedes cambiarla cuando quieras',
      '**¿Cómo lo pensé?** — mira qué palabras estuve sopesando',
      '**/privacidad** — qué guardo de ti, y cómo borrarlo',
    ],
    inGuilds: [
      '**/chiste** con `fuente: mejores` — uno de los que más gustaron aquí',
      '**/duelo** — dos chistes frente a frente: elige el mejor',
      '**/ranking** y **/estadisticas** — lo mejor de este servidor',
      '**/ajustar** — para quienes moderan: cómo cuento chistes aquí, también con voz propia',
      '**/modelo** — para quienes moderan: mis versiones, y qué aprendí de los votos',
    ],
    elsewhere:
      'En los servidores que me añaden hay más: un ranking, estadísticas, los mejores chistes, y ajustes para quienes moderan.',
    footer: 'Lo nuevo me lo invento yo. Si algo está mal, repórtalo con su botón.',
  },

  welcome: {
    title: '¡Hola! Soy Chispa',
    intro:
      'Cuento chistes: unos son de la casa y otros me los invento con un pequeño modelo de lenguaje. Pide uno con `/chiste` y ponle nota: de los votos aprendo.',
    lines: [
      '`/ayuda` — todo lo que sé hacer',
      '`/privacidad` — qué guardo de cada persona, y cómo borrarlo; los mensajes del servidor no los leo',
    ],
    moderators: 'Para quienes moderan',
    log: '`/ajustar registro` elige el canal donde aviso de los chistes reportados y de lo que aprendo: mientras no haya uno, nadie recibe esos avisos. El modo seguro está activado; `/ajustar ver` enseña todo lo que se puede cambiar.',
  },

  privacy: {
    title: 'Tu privacidad',
    kept: [
      '• Lo que me pides (tema o texto) y tu identificador, durante **30 días**; después se borran solos.',
      '• Tus votos, con un seudónimo que no se puede deshacer sin la clave secreta de quien me hospeda.',
      '• Lo que escribes **nunca** se usa para entrenar el modelo, ni los chistes que salen de ello.',
      '• Si me quitan de un servidor, a los 30 días borro todo lo de ese servidor: chistes, votos y ajustes.',
      '• No leo los mensajes del servidor: ni siquiera pido permiso para hacerlo.',
      '• Si me llevas en tu cuenta a otros servidores o conversaciones, no guardo cuáles son.',
    ],
    file: 'Esto es todo lo que guardo de ti.',
    confirm:
      '¿Seguro? Borraré tus votos, tus reportes, lo que me has pedido y los chistes que salieron de lo que escribiste. No se puede deshacer.',
    forgotten: (votes: number, requests: number) =>
      `Hecho: he borrado ${count(votes, 'voto', 'votos')} y ${count(requests, 'petición', 'peticiones')}. Ya no guardo nada de ti.`,
  },

  daily: { title: 'El chiste del día', duel: '⚔️ El duelo del día: ¿cuál te gusta más?' },

  failure: {
    unsafe: 'Hoy no me sale nada que se pueda contar aquí. Perdona: prueba otra vez.',
    internal: (code: string) =>
      `Algo ha fallado por mi parte y lo he apuntado. Prueba otra vez en un momento. (${code})`,
    generation: (code: string) => `No he podido terminar el chiste. Prueba otra vez en un momento. (${code})`,
    blocked:
      'El AutoMod de este servidor no ha dejado pasar lo que quería decir. Prueba otra vez: saldrá otra cosa.',
    refused: (code: string) =>
      `Discord no ha aceptado este mensaje. Prueba otra vez en un momento. (${code})`,
    interrupted: 'Me he reiniciado justo cuando me lo pedías. Pídemelo otra vez, por favor.',
    slow: 'Esto tarda más de lo normal: mi base de datos no contesta. Sigo intentándolo.',
    late: 'Esto tarda más de lo normal, pero sigo con ello: no hace falta que lo pidas otra vez.',
    expired: 'He tardado demasiado y se me pasó el turno. Pídemelo otra vez, por favor.',
  },

  settings,

  periods: { week: 'esta semana', month: 'este mes', ever: 'desde siempre' },
  adventures: { off: 'no', careful: 'poca', balanced: 'normal', bold: 'mucha' },
  sources: { new: 'nuevo', house: 'de la casa', best: 'mejores' },

  presence: (jokes: number) =>
    jokes === 0
      ? 'Pídeme un /chiste'
      : jokes === 1
        ? '1 chiste contado hoy'
        : `${number(jokes)} chistes contados hoy`,

  learning,

  commands,
};

/** What every language must provide. */
export type Messages = typeof es;
