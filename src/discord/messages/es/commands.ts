/** Names and descriptions of commands and options, as Discord lists them (description ≤ 100 characters). */
export const commands = {
  chiste: {
    name: 'chiste',
    description: 'Cuenta un chiste, nuevo o de la casa',
    options: {
      tema: { name: 'tema', description: 'De qué debe tratar: elige de la lista o escribe el tuyo' },
      fuente: {
        name: 'fuente',
        description: 'Uno nuevo, uno de la casa, o uno de los que más gustaron aquí',
      },
      semilla: {
        name: 'semilla',
        description: 'La misma semilla con los mismos ajustes da el mismo chiste',
      },
    },
  },
  duelo: { name: 'duelo', description: 'Dos chistes frente a frente: ¿cuál es mejor?' },
  continuar: {
    name: 'continuar',
    description: 'Continúa un texto que tú empiezas',
    options: { texto: { name: 'texto', description: 'El principio, hasta 1000 caracteres' } },
  },
  continuarMensaje: { name: 'Continuar chiste' },
  ocultarMensaje: { name: 'Ocultar chiste' },
  ranking: {
    name: 'ranking',
    description: 'Los chistes que más han gustado aquí',
    options: { periodo: { name: 'periodo', description: 'De cuándo' } },
  },
  estadisticas: { name: 'estadisticas', description: 'Cuántos chistes y qué notas llevamos aquí' },
  ayuda: { name: 'ayuda', description: 'Qué sé hacer' },
  privacidad: { name: 'privacidad', description: 'Qué guardo de ti, y cómo borrarlo' },
  modelo: {
    name: 'modelo',
    description: 'Mis versiones, y cómo aprendo de los votos (para moderadores)',
    subcommands: {
      lista: { name: 'lista', description: 'Todas mis versiones, con sus notas' },
      detalle: { name: 'detalle', description: 'Una versión: de qué aprendió, cómo y qué notas tiene' },
      entrenar: { name: 'entrenar', description: 'Aprende ahora de los votos (quien me hospeda)' },
      activar: { name: 'activar', description: 'Cuenta chistes con otra versión (quien me hospeda)' },
      volver: { name: 'volver', description: 'Vuelve a la versión anterior (quien me hospeda)' },
      pausar: {
        name: 'pausar',
        description: 'Deja de aprender por su cuenta, o vuelve a ello (quien me hospeda)',
      },
    },
    options: {
      version: { name: 'version', description: 'Qué versión' },
      activado: { name: 'activado', description: 'Sí: en pausa; no: vuelve a aprender' },
    },
  },
  ajustar: {
    name: 'ajustar',
    description: 'Cómo cuento chistes en este servidor (para moderadores)',
    subcommands: {
      ver: { name: 'ver', description: 'Muestra los ajustes de este servidor' },
      decodificador: { name: 'decodificador', description: 'Cambia cómo se elige cada palabra' },
      mezcla: { name: 'mezcla', description: 'Cuántos chistes son nuevos, y cuántos de la casa' },
      'modo-seguro': { name: 'modo-seguro', description: 'Filtra temas y chistes groseros' },
      espera: { name: 'espera', description: 'Cuánto espera cada persona entre dos chistes' },
      diario: { name: 'diario', description: 'Un chiste cada día, a su hora' },
      duelo: { name: 'duelo', description: 'Un duelo de chistes cada día, a su hora' },
      registro: { name: 'registro', description: 'Canal donde aviso a quienes moderan' },
      modelo: { name: 'modelo', description: 'Fija una versión del modelo para este servidor' },
      aprender: { name: 'aprender', description: 'Si los votos de este servidor me enseñan' },
      voz: { name: 'voz', description: 'Una voz propia, aprendida solo de los votos de este servidor' },
      aventura: {
        name: 'aventura',
        description: 'Si escribo varios y elijo el mejor, y cuánto me atrevo a probar',
      },
      rol: { name: 'rol', description: 'Un rol que también puede cambiar mis ajustes' },
      bloquear: { name: 'bloquear', description: 'Alguien que aquí no puede usarme' },
      restablecer: { name: 'restablecer', description: 'Vuelve a los ajustes de fábrica' },
      historial: { name: 'historial', description: 'Quién cambió qué, y cuándo' },
    },
    options: {
      activado: { name: 'activado', description: 'Sí o no' },
      nivel: { name: 'nivel', description: 'Cuánto me atrevo' },
      nuevos: {
        name: 'nuevos',
        description: 'Qué porcentaje son nuevos: 0 (todos de la casa) a 100 (todos nuevos)',
      },
      segundos: { name: 'segundos', description: 'De 0 (sin espera) a 3600' },
      canal: { name: 'canal', description: 'En qué canal' },
      hora: { name: 'hora', description: 'A qué hora, por ejemplo 9:30, 21 h o 9 pm' },
      zona: {
        name: 'zona',
        description: 'Zona horaria, por ejemplo America/Bogota (si no la eliges, Europe/Madrid)',
      },
      version: { name: 'version', description: 'Qué versión' },
      rol: { name: 'rol', description: 'Qué rol' },
      persona: { name: 'persona', description: 'Quién' },
      desactivar: { name: 'desactivar', description: 'Sí: vuelve a lo de fábrica' },
      decodificador: { name: 'decodificador', description: 'Cómo se elige cada palabra' },
      epsilon: {
        name: 'epsilon',
        description: 'Con ε-voraz: parte de los pasos que toma lo más probable (1 siempre, 0 nunca)',
      },
      temperatura: { name: 'temperatura', description: 'Más baja, más prudente; más alta, más atrevida' },
      top_k: { name: 'top_k', description: 'Elegir solo entre los k más probables (0: todos)' },
      top_p: { name: 'top_p', description: 'Elegir solo entre los más probables que suman p (1: todos)' },
      penalización: {
        name: 'penalización',
        description: 'Cuánto evitar lo ya dicho (1: nada)',
      },
      máximo: {
        name: 'máximo',
        description: 'Longitud máxima en tokens, trozos de palabra (unas 0,7 palabras cada uno)',
      },
    },
  },
};
