import type { DecoderName } from '../../../lib/settings.ts';

const number = (value: number, digits = 2) =>
  value.toLocaleString('es-ES', { maximumFractionDigits: digits });

const percent = (share: number) =>
  share.toLocaleString('es-ES', { style: 'percent', maximumFractionDigits: 0 });

const count = (value: number, one: string, many: string) => `${number(value)} ${value === 1 ? one : many}`;

const doNotCount = (names: string[]) =>
  `${new Intl.ListFormat('es').format(names.map((name) => `\`${name}\``))} ${names.length === 1 ? 'no cuenta' : 'no cuentan'}`;

/** What Chispa says about a guild's settings. */
export const settings = {
  title: 'Así cuento chistes aquí',
  changed: 'Hecho. Los próximos chistes saldrán así:',
  saved: 'Guardado.',
  zoneAssumed: (zone: string, option: string) =>
    `He supuesto la zona horaria \`${zone}\`: si la tuya es otra, elígela con la opción \`${option}\`.`,
  blocked: (who: string) => `Hecho: aquí ya no atiendo a ${who}. Con \`desactivar\` vuelvo a hacerlo.`,
  unblocked: (who: string) => `Hecho: vuelvo a atender a ${who}.`,
  reset: 'He vuelto a los ajustes de fábrica:',
  nothingToChange: 'Dime qué quieres cambiar: elige al menos una opción.',
  offOrOn: 'No he cambiado nada: o lo desactivas, o eliges cómo debe ser.',
  dailyNeedsChannel: 'Dime también en qué canal lo quieres.',
  unknownDecoder: 'No conozco ese decodificador: elige uno de la lista.',
  outOfRange: (name: string, min: number, max: number, whole: boolean) =>
    `\`${name}\` debe ser ${whole ? 'un número entero' : 'un número'} entre ${number(min)} y ${number(max)}.`,
  overContext: (name: string, context: number, model: string) =>
    `La versión ${model} lee como mucho ${number(context)} tokens (trozos de palabra) a la vez: \`${name}\` puede ir de 1 a ${number(context)}.`,
  /** Settings that have no effect next to others. */
  idle: {
    decoder: (names: string[], decoder: string) => `Con el decodificador «${decoder}» ${doNotCount(names)}.`,
    epsilon: (names: string[]) =>
      `Con \`epsilon\` en 1 gana siempre lo más probable, así que ${doNotCount(names)}.`,
    topK: (names: string[]) => `Con \`top_k\` en 1 solo queda un candidato, así que ${doNotCount(names)}.`,
    refused: 'No he cambiado nada: quita lo que sobra o elige otra combinación.',
  },
  changedBy: (who: string, when: string) => `Último cambio: ${who}, ${when}`,
  neverChanged: 'Son los ajustes de fábrica.',
  on: 'sí',
  off: 'no',
  guild: {
    newShare: 'Mezcla',
    safeMode: 'Modo seguro',
    cooldownSeconds: 'Espera entre chistes',
    daily: 'Chiste del día',
    duel: 'Duelo del día',
    logChannelId: 'Canal de registro',
    moderatorRoleId: 'Rol que puede ajustarme',
    modelVersionId: 'Versión',
    learns: 'Los votos de aquí me enseñan',
    voice: 'Voz propia',
    adventure: 'Aventura',
  },
  values: {
    mix: (percent: number) =>
      percent === 0
        ? 'todos de la casa'
        : percent === 100
          ? 'todos nuevos'
          : `${number(percent)} % nuevos, el resto de la casa`,
    mixByModel: '(de fábrica con este modelo)',
    mixDefault: 'la de fábrica',
    safeMode: (on: boolean): string => (on ? 'sí' : 'no, en los canales con restricción de edad'),
    cooldown: (seconds: number) => (seconds === 0 ? 'ninguna' : `${number(seconds)} s`),
    daily: (channel: string, time: string, zone: string) =>
      `en <#${channel}> a ${time.startsWith('01') ? 'la' : 'las'} ${time} (${zone})`,
    none: 'ninguno',
    adventure: {
      off: 'no: escribo un solo chiste, el que salga',
      careful: 'poca: de varios, cuento el que creo que más gustará',
      balanced: 'normal: de varios, cuento el que más promete, y a veces pruebo algo distinto',
      bold: 'mucha: pruebo a menudo lo que todavía no sé si gusta',
    },
    activeModel: 'la activa',
    forgottenVersion: 'una que ya no existe',
    voiceSince: (when: string) => `sí, desde ${when}`,
    voiceLater: 'sí, en cuanto haya votos suficientes para aprenderla',
    voiceMute: 'sí, pero los votos de aquí no me enseñan: cámbialo con `/ajustar aprender`',
  },
  historyTitle: 'Últimos cambios',
  historyEmpty: 'Nadie ha cambiado nada todavía.',
  historyLine: (when: string, who: string, what: string) => `${when} · ${who} · ${what}`,
  fields: {
    decoder: 'Decodificador',
    epsilon: 'ε (epsilon)',
    temperature: 'Temperatura',
    topK: 'Top-k',
    topP: 'Top-p',
    repetitionPenalty: 'Penalización por repetir',
    maxTokens: 'Longitud máxima',
  },
  explain: {
    decoder: {
      'epsilon-greedy': 'ε-voraz: unas veces lo más probable y otras al azar según su probabilidad',
      sampling: 'muestreo: cada palabra se sortea según su probabilidad',
      greedy: 'voraz: siempre lo más probable; el mismo principio da siempre el mismo chiste',
    } satisfies Record<DecoderName, string> as Record<DecoderName, string>,
    epsilon: (value: number) =>
      value >= 1
        ? `${number(value)}: siempre elige lo más probable`
        : value <= 0
          ? `${number(value)}: siempre sortea`
          : `${number(value)}: el ${percent(value)} de los pasos elige lo más probable y el resto se sortea (al revés de como suele escribirse en aprendizaje por refuerzo)`,
    epsilonUnused: (value: number) => `${number(value)} (solo cuenta con el decodificador ε-voraz)`,
    idle: (value: number) => `${number(value)} (no cuenta: gana siempre lo más probable)`,
    temperature: (value: number) =>
      `${number(value)}: ${value < 0.7 ? 'prudente' : value <= 1 ? 'equilibrada' : 'atrevida'}`,
    topK: (value: number) =>
      value === 0
        ? '0: sin límite de candidatos'
        : value === 1
          ? '1: solo lo más probable'
          : `${number(value)}: solo entre los ${number(value)} más probables`,
    topP: (value: number) =>
      value === 1
        ? '1: sin recorte'
        : `${number(value)}: solo entre los más probables que suman el ${percent(value)}`,
    repetitionPenalty: (value: number) =>
      value === 1 ? '1: puede repetirse' : `${number(value)}: evita repetir lo ya dicho`,
    maxTokens: (value: number) =>
      `${count(value, 'token', 'tokens')} (trozos de palabra): ${count(Math.max(1, Math.round(value / 1.4)), 'palabra', 'palabras')}, más o menos`,
    overContext: (value: number, context: number) =>
      `${count(value, 'token', 'tokens')} (trozos de palabra), pero esta versión lee como mucho ${number(context)} a la vez`,
  },
};
