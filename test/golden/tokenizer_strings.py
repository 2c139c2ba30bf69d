"""Strings to compare tokenizers on: Spanish as people write it, and everything that has ever broken a tokenizer."""

import random

SENTENCES = """Había una vez un ratón que no sabía contar quesos.
—¿Me quieres? —Más que ayer, pero menos que cuando cobres.
- Doctor, me duele aquí.\\n- Pues póngase allá.
¡Qué calor! Hasta el termómetro pide vacaciones.
El perro de Juan, que es muy listo, ya lee el periódico.
¿Qué le dice un semáforo a otro? No me mires, que me estoy cambiando.
Papá, ¿qué se siente al tener un hijo tan guapo? Pregúntale a tu abuelo.
Mi abuela tiene 93 años; dice que 92 y pico.
Camarero, hay una mosca en mi sopa. ¡Chist, que no la oigan las demás!
Se abre el telón y se ve un pingüino con paraguas.
El cigüeñal del camión de José costó 1.250,50 €.
María dijo: «No vengas mañana», y vine ayer.
¿Por qué cruzó el pollo la carretera? Porque la acera estaba en obras.
Ayer compré 3 kg de manzanas, 2 l de leche y 1/2 docena de huevos.
La niña soñó que un ñandú le robaba la muñeca.
¡¡¡GOOOOOL!!! gritó el portero… del edificio.
Sr. Pérez, su médico de cabecera cobra por almohada.
No es lo mismo «la vida es un sueño» que «¡vida, qué sueño!».
El 25/12/2024 a las 08:30 salió el tren; el 26 llegó el revisor.
jajajaja no puedo más xD
Mañana viajo a Bogotá, Lima, México D.F. y San José.
¿Tú también, Bruto? —preguntó César, que no tenía mucha memoria.
Un pez le pregunta a otro: ¿qué hace tu papá? Nada.
El avaro abrió el grifo y cerró los ojos.
Oiga, ¿el veterinario, por favor? ¡Guau! Vale, ya lo he visto.
https://ejemplo.es/chistes?tema=gatos&n=10#arriba
correo.de.prueba@ejemplo.com
Dijo el sabio: "Solo sé que no sé nada"; dijo el alumno: «¡yo igual, apruébeme!».
Ni él, ni tú, ni yo: el té se lo bebió el güero.
¡Ándale, güey! ¿Y vos, che, qué contás?
El murciélago Wamba jugó al ajedrez con Kiko y Xulia en Nueva York.
Entra un esqueleto en un bar y pide una cerveza y una fregona.
¿Nivel de inglés? Alto. Traduzca «mesa». Table. Úselo en una frase: «estable».
Se me cayó el móvil al váter: ahora tengo línea directa.
Don't worry, it's just an English sentence; they've said we'll see I'm 'd.
Era tan bajito, tan bajito, que se sentaba en el bordillo y le colgaban los pies.
""".replace("\\n", "\n").splitlines()

WORDS = """el la los las un una de que y a en ser se no haber por con su para como estar tener le lo todo pero más hacer o
poder decir este ir otro ese si me ya ver porque dar cuando él muy sin vez mucho saber qué sobre mi alguno mismo yo
también hasta año dos querer entre así primero desde grande eso ni nos llegar pasar tiempo ella sí día uno bien poco
deber entonces poner cosa tanto hombre parecer nuestro tan donde ahora parte después vida quedar siempre creer hablar
llevar dejar nada cada seguir menos nuevo encontrar algo solo decía médico jamás pingüino ñoño cigüeña camión corazón
ojalá quizá número fútbol árbol único último público México español niño señora año otoño mañana cuñado suegra""".split()

SPACES = [" ", "\t", "\n", "\r\n", "\u00a0", "\u2003", "\u2009", "\u202f", "\u3000", "\u200b", "\ufeff", "\u0085",
          "\u2028", "\u2029", "\u1680", "\u180e", "\u000b", "\u000c", "\u001c", "\u001f", "\u205f", "\u2060"]

PIECES = [
    "😂", "🤣", "👨‍👩‍👧‍👦", "👍🏽", "🇪🇸", "🇲🇽🇦🇷", "❤️", "❤", "1️⃣", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "☺", "🧑🏿‍🚀",
    "e\u0301", "n\u0303", "u\u0308", "a\u0301\u0323\u0302", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢", "\u0301", "\u200d", "\ufe0f", "\u0345",
    "\x00", "\x00\x00", "\x01", "\x1b[31m", "\x7f", "\x80", "\x9f", "\ufffd", "\uffff", "\ufffe", "\U0010ffff",
    "\ud800", "\udfff", "\ud83d", "\ude00", "a\ud800b", "\udc00\ud800",
    "<|endoftext|>", "<|endoftext", "|endoftext|>", "<|endoftext|><|endoftext|>", "<|talk|>", "<|ax1|>", "<|ax10|>",
    " <|endoftext|> ", "<|ENDOFTEXT|>", "<s>", "</s>", "<pad>", "<unk>", "<mask>", "  <mask>  ", "jaja", "<|endo<|endoftext|>text|>",
    "Ġ", "Ċ", "Ġhola", "Ã¡", "ÃŃ", "▁", "##", "</w>", "@@",
    "'s", "'S", "'t", "'re", "'ve", "'ll", "'d", "'m", "’s", "''", "\"", "«»", "“”", "—", "–", "…", "...", "¿", "¡", "¿¡?!",
    "١٢٣", "௧௨", "一二三", "Ⅷ", "½", "²", "①", "٪", "१", "中文字符", "日本語テキスト", "한국어", "עברית", "العربية", "ไทย",
    "Ελληνικά", "Кириллица", "ﬁ", "ß", "ẞ", "İ", "ı", "ǅ", "ſ", "K", "Å", "º", "ª", "ʰ", "ˈ", "ـ", "ੴ", "𝓗𝓸𝓵𝓪", "𝟙", "𐍈", "🜁",
    "\u202e", "\u200f", "\u2066", "\u00ad", "\u034f", "\u115f", "\u3164", "\ue000", "\U000f0000", "\U000e0001",
    "__proto__", "constructor", "toString", "null", "undefined", "NaN", "{eot}", "{theme}", "%s", "\\n", "\\u0000",
]


def strings(count: int = 5600, seed: int = 4) -> list[str]:
    """The same list on every run; each string may hold lone surrogates."""
    rng = random.Random(seed)
    out = [""]
    out += SENTENCES + PIECES + SPACES
    out += [space * n for space in SPACES for n in (2, 3, 7, 100)]
    out += [f"a{space}b" for space in SPACES] + [f"{space}a{space}" for space in SPACES]
    out += [f"{n * ' '}hola{n * ' '}" for n in range(1, 40)]
    out += [piece * n for piece in ("a", "á", "😂", "<|endoftext|>", "ja", "¡", "9", "\n", "\u0301", "'s") for n in (10, 257, 1000)]
    out += [chr(code) for code in range(0x20)] + [chr(code) for code in range(0x7F, 0x250)]

    def real() -> str:
        sentence = rng.choice(SENTENCES)
        kind = rng.randrange(6)
        if kind == 0:
            return sentence.upper() if rng.random() < 0.5 else sentence.lower()
        if kind == 1:
            start = rng.randrange(len(sentence))
            return sentence[start : start + rng.randrange(1, 40)]
        if kind == 2:
            return sentence + rng.choice([" ", "\n", "\n\n", ""]) + rng.choice(SENTENCES)
        if kind == 3:
            return " ".join(rng.choices(WORDS, k=rng.randrange(1, 12))).capitalize() + rng.choice(".?!…,;:")
        if kind == 4:
            words = sentence.split(" ")
            rng.shuffle(words)
            return " ".join(words)
        return "".join(rng.choices(WORDS, k=rng.randrange(2, 6))) + str(rng.randrange(10 ** rng.randrange(1, 9)))

    def noise() -> str:
        ranges = [(0x20, 0x7F), (0xA0, 0x17F), (0x300, 0x370), (0x2000, 0x2070), (0x1F300, 0x1F700), (0x0, 0x110000)]
        return "".join(chr(rng.randrange(*rng.choice(ranges))) for _ in range(rng.randrange(1, 16)))

    def hostile() -> str:
        parts = rng.choices([rng.choice(PIECES), rng.choice(SPACES) * rng.randrange(1, 5), rng.choice(WORDS), noise()], k=rng.randrange(1, 6))
        return "".join(parts)

    while len(out) < count:
        out.append(real() if rng.random() < 0.45 else hostile() if rng.random() < 0.7 else noise())
    # Adjacent halves of a surrogate pair are one character to JavaScript: make them one here too.
    return [text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass") for text in out]
