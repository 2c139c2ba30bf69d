const number = (value: number, digits = 2) =>
  value.toLocaleString('es-ES', { maximumFractionDigits: digits });
const percent = (share: number) =>
  share.toLocaleString('es-ES', { style: 'percent', maximumFractionDigits: 1 });
/** Smaller probabilities cannot be told apart from zero: they come from a few thousand draws. */
const LEAST = 0.001;
/** A loss, with enough digits to tell two of them apart. */
const nats = (loss: number) =>
  loss.toLocaleString('es-ES', { minimumFractionDigits: 3, maximumFractionDigits: 3 });
const count = (value: number, one: string, many: string) => `${number(value, 0)} ${value === 1 ? one : many}`;
const jokes = (value: number) => count(value, 'chiste', 'chistes');

/** What Chispa says about its versions and how it learns. */
export const learning = {
  models: {
    title: 'Mis versiones',
    statuses: {
      active: 'activa',
      trial: 'a prueba',
      kept: 'guardada',
      rejected: 'descartada',
      retired: 'retirada',
    },
    /** A version's ratings across all guilds. */
    rated: (mean: number, votes: number) => `★ ${number(mean, 2)} · ${count(votes, 'voto', 'votos')}`,
    unrated: 'sin votos',
    jokes,
    pinnedHere: '📌 fijada aquí',
    pins: (guilds: number) => `📌 ${count(guilds, 'servidor', 'servidores')}`,
    older: (versions: number) => `… y ${count(versions, 'versión más antigua', 'versiones más antiguas')}.`,
    newVotes: (votes: number) =>
      `${count(votes, 'voto nuevo', 'votos nuevos')} desde la última vez que aprendí.`,
    firstVotes: (votes: number) =>
      `Todavía no he aprendido de los votos. De momento hay ${count(votes, 'voto', 'votos')}.`,
    learningNow: (since: string) => `Estoy aprendiendo desde ${since}.`,
    paused: 'No aprendo por mi cuenta: quien me hospeda lo ha pausado.',
    places: {
      cpu: 'la CPU',
      webgpu: 'la GPU',
      cuda: 'la GPU (CUDA)',
      server: 'un servidor de modelos',
    },
    writesOn: (place: string, why?: string) => `⚙️ Escribo con ${place}${why ? `: ${why}` : ''}.`,
    why: {
      measured: (gpu: number, cpu: number) =>
        `un paso de 8 chistes tarda ${number(gpu, 1)} ms en la GPU y ${number(cpu, 1)} ms en la CPU`,
      'no-gpu': 'aquí no hay GPU',
      failed: 'la GPU no ha podido con mi modelo',
    },
    fields: {
      status: 'Estado',
      ratings: 'Notas',
      parent: 'Viene de',
      created: 'Nació',
      learnedFrom: 'De qué aprendió',
      loss: 'Pérdida',
      exam: 'Examen',
    },
    notLearned: 'No salió de los votos.',
    retired: 'Sus pesos ya no están: sus chistes siguen aquí, pero no se pueden volver a generar.',
    share: (share: number) => `a prueba: cuenta el ${percent(share)} de los chistes`,
    activated: (now: string, before: string) =>
      `Hecho: desde ahora cuento chistes con **${now}**. Antes lo hacía con **${before}**; para volver, \`/modelo volver\`.`,
    alreadyActive: (name: string) => `**${name}** ya es la versión activa.`,
    rolledBack: (to: string, from: string) =>
      `Hecho: he vuelto a **${to}**. **${from}** queda guardada por si acaso.`,
    willLearn: (votes: number) =>
      `De acuerdo: me pongo a aprender en cuanto pueda, con ${count(votes, 'voto nuevo', 'votos nuevos')}. Lo contaré en los canales de registro.`,
    pausedNow:
      'Hecho: no volveré a aprender por mi cuenta. Si ya estaba aprendiendo, termino lo que he empezado.',
    resumedNow: 'Hecho: vuelvo a aprender por mi cuenta.',
    pinned: (name: string) => `Hecho: este servidor se queda con **${name}**.`,
    unpinned: 'Hecho: este servidor vuelve a seguir a la versión activa.',
  },

  refusal: {
    hostOnly: 'Eso solo puede hacerlo quien me hospeda.',
    modelsForModerators: 'Mis versiones las ven quienes gestionan el servidor y quien me hospeda.',
    unusable: (name: string) => `La versión ${name} ya no puede contar chistes: elige otra de la lista.`,
    nothingToRollBack: 'No hay versión a la que volver: antes de esta no hubo otra, o sus pesos ya no están.',
    learning: (since: string) => `Ya estoy aprendiendo, desde ${since}. Cuando termine lo contaré.`,
    onTrial: (name: string) =>
      `**${name}** está a prueba: primero decidirán los votos, o tú con \`/modelo activar\`. Después aprendo otra vez.`,
    tooFewRated: (needed: number, rated: number) =>
      `Para aprender hacen falta unos ${jokes(needed)} con votos, y por ahora hay ${number(rated, 0)}.`,
    learningAsked: 'Ya me lo habían pedido: empiezo en cuanto pueda.',
  },

  /** What is posted in the moderators’ log channel. */
  log: {
    promoted: {
      title: 'He aprendido de los votos',
      text: (version: string, former: string) =>
        `Desde ahora cuento chistes con **${version}**. Hasta hoy los contaba con **${former}**.`,
    },
    rejected: {
      title: 'He practicado, pero no he mejorado lo suficiente',
      text: (version: string, former: string) =>
        `**${version}** no ha pasado el examen, así que sigo con **${former}**.`,
    },
    'voice-promoted': {
      title: 'Este servidor tiene voz propia',
      text: (_version: string, former: string) =>
        `Desde ahora cuento chistes aquí con **${former}** y un acento aprendido solo de los votos de aquí. Si no gusta, \`/ajustar voz\` lo quita.`,
    },
    'voice-rejected': {
      title: 'La voz de este servidor aún no me sale',
      text: (_version: string, former: string) =>
        `He practicado con los votos de aquí, pero la voz no ha pasado el examen: sigo con **${former}**. Con más votos lo intentaré otra vez.`,
    },
    trial: {
      title: 'Una versión nueva está a prueba',
      text: (version: string, former: string) =>
        `**${version}** cuenta una parte de los chistes y **${former}** el resto. Los votos decidirán cuál se queda.`,
    },
    failed: {
      title: 'No he podido terminar de aprender',
      text: (_version: string, former: string) =>
        `Sigo con **${former}** como si nada. Quien me hospeda sabe qué ha pasado.`,
    },
    refused: {
      title: 'Todavía no puedo aprender',
      text: (_version: string, former: string) =>
        `No he llegado a empezar, así que sigo con **${former}**. Los votos que ya hay cuentan para la próxima vez; quien me hospeda sabe qué ha faltado.`,
    },
    'trial-won': {
      title: 'La versión a prueba se queda',
      text: (version: string, former: string) =>
        `Los votos han elegido **${version}**: desde ahora cuenta todos los chistes en lugar de **${former}**.`,
    },
    'trial-lost': {
      title: 'La versión a prueba no se queda',
      text: (version: string, former: string) =>
        `Los votos no prefieren **${version}**, así que sigo con **${former}**.`,
    },
    'rolled-back': {
      title: 'He vuelto a la versión anterior',
      text: (version: string, former: string) =>
        `Los chistes de **${version}** gustaban menos, así que vuelvo a contarlos con **${former}**.`,
    },
    /** Both versions’ ratings, if votes decided. */
    votes: 'Los votos',
    rated: (name: string, mean: number, rated: number) =>
      `**${name}**: ★ ${number(mean, 2)} en ${jokes(rated)}`,
    learnedFrom: (rated: number, votes: number, seed: number) =>
      `${jokes(rated)} con votos (${count(Math.round(votes), 'voto', 'votos')}) y ${number(seed, 0)} de la casa`,
    loss: (before: number, after: number, held: number) =>
      `lo que gusta frente a lo que no: ${nats(before)} → ${nats(after)} en ${jokes(held)} que no había visto (menos es mejor)`,
    checks: {
      'held-out': (value: number, limit: number) =>
        `${jokes(value)} para comparar (hacen falta ${number(limit, 0)})`,
      loss: (value: number, limit: number) =>
        `la mejora es casualidad: ${value < LEAST ? `menos del ${percent(LEAST)}` : percent(value)} de probabilidad (como mucho ${percent(limit)})`,
      language: (value: number, limit: number) => `habla peor: ${nats(value)} (como mucho ${nats(limit)})`,
      diversity: (value: number, limit: number) => `variedad: ${number(value)} (al menos ${number(limit)})`,
      repetition: (value: number, limit: number) =>
        `se repite: ${percent(value)} (como mucho ${percent(limit)})`,
      'self-ending': (value: number, limit: number) =>
        `sabe terminar: ${percent(value)} (al menos ${percent(limit)})`,
      recited: (value: number, limit: number) =>
        `recita de memoria: ${percent(value)} (como mucho ${percent(limit)})`,
      unsafe: (value: number, limit: number) =>
        `lo frena el modo seguro: ${percent(value)} (como mucho ${percent(limit)})`,
    },
    sample: (seed: number) => `Con la misma semilla (${seed})`,
    before: 'Antes',
    after: 'Ahora',
    chart: {
      title: 'Así he aprendido',
      epoch: 'vuelta',
      training: 'pérdida al aprender',
      validation: 'pérdida con chistes apartados',
    },
  },
};
