import type { Messages } from '../es/index.ts';

/** The English localizations of commands and options. */
export const commands: Messages['commands'] = {
  chiste: {
    name: 'joke',
    description: 'Tells a joke in Spanish, a new one or a house joke',
    options: {
      tema: {
        name: 'theme',
        description: 'What it should be about, in Spanish: pick from the list or type your own',
      },
      fuente: {
        name: 'source',
        description: 'A new one, a house joke, or one that people here liked most',
      },
      semilla: { name: 'seed', description: 'The same seed with the same settings gives the same joke' },
    },
  },
  duelo: { name: 'duel', description: 'Two jokes side by side: which one is better?' },
  continuar: {
    name: 'continue',
    description: 'Continues a text that you begin',
    options: { texto: { name: 'text', description: 'The beginning, up to 1000 characters' } },
  },
  continuarMensaje: { name: 'Continue joke' },
  ocultarMensaje: { name: 'Hide joke' },
  ranking: {
    name: 'top',
    description: 'The jokes people here liked most',
    options: { periodo: { name: 'period', description: 'From when' } },
  },
  estadisticas: { name: 'statistics', description: 'How many jokes and what ratings there are here' },
  ayuda: { name: 'help', description: 'What I can do' },
  privacidad: { name: 'privacy', description: 'What I keep about you, and how to delete it' },
  modelo: {
    name: 'model',
    description: 'My versions, and how I learn from votes (for moderators)',
    subcommands: {
      lista: { name: 'list', description: 'All my versions, with their ratings' },
      detalle: { name: 'show', description: 'A version: what it learned from, how, and its ratings' },
      entrenar: { name: 'train', description: 'Learns from the votes now (my host)' },
      activar: { name: 'activate', description: 'Tells jokes with another version (my host)' },
      volver: { name: 'rollback', description: 'Goes back to the version before (my host)' },
      pausar: { name: 'pause', description: 'Stops learning by itself, or begins again (my host)' },
    },
    options: {
      version: { name: 'version', description: 'Which version' },
      activado: { name: 'on', description: 'Yes: paused; no: learns again' },
    },
  },
  ajustar: {
    name: 'tune',
    description: 'How I tell jokes in this server (for moderators)',
    subcommands: {
      ver: { name: 'show', description: 'Shows the settings of this server' },
      decodificador: { name: 'decoder', description: 'Changes how each word is chosen' },
      mezcla: { name: 'mix', description: 'How many jokes are new, and how many house jokes' },
      'modo-seguro': { name: 'safe-mode', description: 'Filters crude themes and jokes' },
      espera: { name: 'cooldown', description: 'How long each person waits between two jokes' },
      diario: { name: 'daily', description: 'A joke every day, at its hour' },
      duelo: { name: 'duel', description: 'A duel of jokes every day, at its hour' },
      registro: { name: 'log', description: 'Channel where I tell the moderators' },
      modelo: { name: 'model', description: 'Pins a model version for this server' },
      aprender: { name: 'learn', description: 'Whether votes from this server teach me' },
      voz: { name: 'voice', description: 'A voice of its own, learned from the votes of this server alone' },
      aventura: {
        name: 'adventure',
        description: 'Whether I write several and tell the best, and how much I try',
      },
      rol: { name: 'role', description: 'A role that may change my settings too' },
      bloquear: { name: 'block', description: 'Somebody who may not use me here' },
      restablecer: { name: 'reset', description: 'Back to the factory settings' },
      historial: { name: 'history', description: 'Who changed what, and when' },
    },
    options: {
      activado: { name: 'on', description: 'Yes or no' },
      nivel: { name: 'level', description: 'How far I dare to go' },
      nuevos: {
        name: 'new',
        description: 'What percentage is new: 0 (house jokes only) to 100 (new ones only)',
      },
      segundos: { name: 'seconds', description: 'From 0 (no wait) to 3600' },
      canal: { name: 'channel', description: 'In which channel' },
      hora: { name: 'time', description: 'At what time, for example 9:30, 21:00 or 9 pm' },
      zona: {
        name: 'zone',
        description: 'Time zone, for example America/Bogota (if you pick none, Europe/Madrid)',
      },
      version: { name: 'version', description: 'Which version' },
      rol: { name: 'role', description: 'Which role' },
      persona: { name: 'person', description: 'Who' },
      desactivar: { name: 'off', description: 'Yes: back to the factory setting' },
      decodificador: { name: 'decoder', description: 'How each word is chosen' },
      epsilon: {
        name: 'epsilon',
        description: 'With ε-greedy: share of steps that take the likeliest (1 always, 0 never)',
      },
      temperatura: { name: 'temperature', description: 'Lower is more careful, higher more daring' },
      top_k: { name: 'top_k', description: 'Choose only among the k likeliest (0: all)' },
      top_p: { name: 'top_p', description: 'Choose only among the likeliest that add up to p (1: all)' },
      penalización: {
        name: 'repetition_penalty',
        description: 'How much to avoid what was said (1: not)',
      },
      máximo: { name: 'max_tokens', description: 'Maximum length in tokens (about 0.7 words each)' },
    },
  },
};
