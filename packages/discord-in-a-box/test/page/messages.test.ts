import { describe, expect, it } from 'vitest';
import { control, findChromium } from './browser.ts';
import { eventually, joke, last, run, useSetting } from './setting.ts';

const chromium = findChromium();

describe.skipIf(!chromium)('messages on the page', { timeout: 180_000 }, () => {
  const setting = useSetting(chromium);

  it('streams edits into the same message, then shows its buttons and the tally of votes', async () => {
    const page = await setting.open();
    await joke(page, setting.bot());
    const message = last(page);
    expect(await message.locator('.edited').count()).toBe(1);
    await message.locator('[data-custom-id=voto2]').click();
    await eventually(() => message.locator('.embed-footer').textContent()).toContain('1 votos');
    expect(
      await message.evaluate((element) =>
        getComputedStyle(element.querySelector('.embed') ?? element).getPropertyValue('--bar'),
      ),
    ).toBe('#f5a524');
    // A picture from elsewhere is named, not loaded.
    expect(await message.locator('.picture-external').textContent()).toContain('example.com');
  });

  it('keeps the keyboard on a button while the text above it changes', async () => {
    const page = await setting.open();
    await joke(page, setting.bot());
    await last(page).locator('[data-custom-id=voto3]').focus();
    await page.keyboard.press('Enter');
    await eventually(() => last(page).locator('.embed-footer').textContent()).toContain('1 votos');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-custom-id'))).toBe('voto3');
  });

  it('shows the newest of a message that changed while its channel was being read', async () => {
    const [here, there] = [setting.place(), setting.place()];
    const ana = setting.idOf('ana');
    const page = await setting.open({ hash: here.hash });
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = () => {};
    const isAsked = new Promise<void>((resolve) => {
      asked = resolve;
    });
    await page.route(`**/box/messages?*${there.channel}*`, async (route) => {
      const response = await route.fetch();
      asked();
      await held;
      await route.fulfill({ response });
    });
    const whole = 'Van dos y se cae el de en medio.';
    const written = async () =>
      JSON.stringify(
        (await control<unknown[]>(setting.box(), `/box/messages?channel=${there.channel}&user=${ana}`)).at(
          -1,
        ),
      );
    const { guild, channel } = there;
    await control(setting.box(), '/box/commands', { guild, channel, user: ana, name: 'chiste', options: {} });
    await eventually(written).toContain('"flags":128'); // it thinks
    await page.evaluate((hash) => {
      location.hash = hash;
    }, there.hash);
    await isAsked;
    for (const text of ['"Van dos"', '"Van dos y se cae"', whole]) {
      setting.bot().step(); // once each: one too many would hurry the next joke
      await eventually(written).toContain(text);
    }
    release();
    await last(page).locator('.embed-description').getByText(whole).waitFor();
  });

  it('says what failed the way Discord does', async () => {
    const page = await setting.open();
    await run(page, 'callado');
    await page.locator('.message-waiting', { hasText: 'Enviando el comando…' }).waitFor();
    await control(setting.box(), '/box/world', { action: 'move-clock', ms: 3100 });
    await page.locator('.message-waiting', { hasText: 'La aplicación no ha respondido' }).waitFor();
    await page.getByRole('button', { name: 'Descartar' }).click();
    await eventually(() => page.locator('.message-waiting').count()).toBe(0);

    await joke(page, setting.bot());
    await last(page).locator('[data-custom-id=mudo]').click();
    await last(page).locator('.button-waiting').waitFor();
    await control(setting.box(), '/box/world', { action: 'move-clock', ms: 3100 });
    await last(page).locator('.interaction-failed', { hasText: 'Esta interacción ha fallado' }).waitFor();
    await last(page).locator('[data-custom-id=voto1]').click();
    await eventually(() => page.locator('.interaction-failed').count()).toBe(0);
  });

  it('marks what only one person sees, and lets them dismiss it', async () => {
    const place = setting.place();
    const ana = await setting.open({ user: 'ana', hash: place.hash });
    const bruno = await setting.open({ user: 'bruno', hash: place.hash });
    await run(ana, 'secreto');
    await last(ana).getByText('Esto queda entre tú y yo.').waitFor();
    expect(await last(ana).locator('.only-you').textContent()).toBe('Solo tú puedes ver esto · Descartar');
    // Something everybody sees comes after it, so that its absence means something.
    await ana.locator('.composer-input').fill('¿Quién lo ha visto?');
    await ana.keyboard.press('Enter');
    await last(bruno).getByText('¿Quién lo ha visto?').waitFor();
    expect(await bruno.getByText('Esto queda entre tú y yo.').count()).toBe(0);
    await ana.getByRole('button', { name: 'Descartar' }).click();
    await eventually(() => ana.getByText('Esto queda entre tú y yo.').count()).toBe(0);
  });

  it('is two people in two windows at once', async () => {
    const place = setting.place();
    const ana = await setting.open({ user: 'ana', hash: place.hash });
    const bruno = await setting.open({ user: 'bruno', hash: place.hash });
    await joke(ana, setting.bot());
    await last(bruno).locator('.origin', { hasText: 'Ana usó /chiste' }).waitFor();
    await last(bruno).locator('[data-custom-id=voto1]').click();
    await eventually(() => last(ana).locator('.embed-footer').textContent()).toContain('1 votos');
    await last(ana).locator('[data-custom-id=voto2]').click();
    await eventually(() => last(bruno).locator('.embed-footer').textContent()).toContain('2 votos');
    await bruno.locator('.composer-input').fill('¡Muy bueno, @Ana!');
    await bruno.keyboard.press('Enter');
    await ana.locator('.message-mention .mention-me', { hasText: '@Ana' }).waitFor();
    await ana.locator('.channel:not(.channel-current)').first().click();
    await bruno.locator('.composer-input').fill('Otra cosa');
    await bruno.keyboard.press('Enter');
    await ana.locator('.channel-unread .badge', { hasText: '1' }).waitFor();
  });

  it('shows the text of messages as Discord does, and never as HTML', async () => {
    const page = await setting.open();
    await run(page, 'texto');
    const text = last(page).locator('.message-content');
    await text.waitFor();
    const found = async (selector: string) => (await text.locator(selector).first().textContent())?.trim();
    expect(await found('.heading-1')).toBe('Título grande');
    expect(await found('.heading-3')).toBe('Título pequeño');
    expect(await found('.subtext')).toBe('letra pequeña');
    expect(await found('strong')).toBe('negrita');
    expect(await found('em')).toBe('cursiva');
    expect(await found('u')).toBe('subrayado');
    expect(await found('s')).toBe('tachado');
    expect(await found('blockquote')).toBe('una cita');
    expect(await found('ul ul li')).toBe('dentro de otra');
    expect(await found('ol li:last-child')).toBe('segundo');
    expect(await found('pre')).toBe('const chiste = "malo";');
    expect(await text.locator('a').first().getAttribute('href')).toBe('https://example.com/enlace');
    expect(await text.locator('.emoji').count()).toBe(2);
    expect(await text.locator('script').count()).toBe(0);
    expect(await text.textContent()).toContain('<script>alert(1)</script>');
    const spoiler = text.locator('.spoiler');
    expect(await spoiler.getAttribute('aria-label')).toBe('Contenido oculto; pulsa para verlo');
    await spoiler.focus();
    await page.keyboard.press('Enter');
    expect(await text.locator('.spoiler-shown').textContent()).toBe('el mayordomo');
  });

  it('offers every kind of select and sends what was chosen', async () => {
    const page = await setting.open();
    await run(page, 'elige');
    const menu = last(page);
    await menu.locator('.select').nth(4).waitFor();
    const id = await menu.getAttribute('data-message');
    const pick = async (nth: number, ...names: string[]) => {
      await page.locator(`[data-message="${id}"] .select`).nth(nth).click();
      for (const name of names) {
        await page.getByRole('option', { name }).click();
      }
      if (names.length > 1) await page.keyboard.press('Escape');
    };
    const answer = (text: string | RegExp) =>
      last(page).locator('.message-content').getByText(text).waitFor();
    await pick(0, 'Absurdo');
    await answer('tono: absurdo');
    await pick(1, 'Bruno', 'Carmen');
    await answer(`personas: ${setting.idOf('bruno')}, ${setting.idOf('carmen')}`);
    await pick(2, 'Moderación');
    await answer(/^rol: \d+$/);
    await pick(3, 'Chispa');
    await answer(/^cualquiera: \d+$/);
    await pick(4, 'general');
    await answer(/^canal: \d+$/);
  });

  it('opens a modal, says what is missing and sends it', async () => {
    const page = await setting.open();
    await run(page, 'formulario');
    const modal = page.locator('dialog.modal');
    await modal.waitFor();
    expect(await modal.locator('h2').textContent()).toBe('Cuenta un chiste');
    await modal.getByRole('button', { name: 'Enviar' }).click();
    expect(await modal.locator('.field-wrong').count()).toBe(2);
    await modal.getByLabel('Título').fill('El caracol');
    await modal.locator('.select').click();
    await page.getByRole('option', { name: 'Serio' }).click();
    await modal.getByRole('button', { name: 'Enviar' }).click();
    await last(page).getByText('Recibido: El caracol (serio)').waitFor();
    await eventually(() => page.locator('dialog').count()).toBe(0);
  });

  it('draws Components V2, its pictures and its file', async () => {
    const page = await setting.open();
    await run(page, 'escaparate');
    const message = last(page);
    await message.locator('.container').waitFor();
    expect(await message.locator('.container .heading-2').textContent()).toBe('El chiste de la semana');
    expect(await message.locator('.separator').count()).toBe(1);
    const drawn = message.locator('.thumbnail img');
    await eventually(() => drawn.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBe(320); // the selector names an image
    expect(await message.locator('.gallery .covered').count()).toBe(1);
    expect(await message.locator('.gallery .picture-external').count()).toBe(1);
    expect(await message.locator('.file-name').textContent()).toBe('chispa.png');
    expect(await message.locator('[data-custom-id=cerrado]').isDisabled()).toBe(true);
    await message.locator('.cover').click();
    await eventually(() => message.locator('.cover').count()).toBe(0);
    await message.locator('[data-custom-id=otro]').click();
    await last(page).getByText('Has pulsado otro').waitFor();
  });

  it('shows pictures that open large, and other files to download', async () => {
    const page = await setting.open();
    await run(page, 'foto');
    const message = last(page);
    await message.locator('.gallery img').first().waitFor();
    expect(await message.locator('.gallery .picture').count()).toBe(3);
    expect(await message.locator('.file-card a').getAttribute('download')).toBe('notas.txt');
    await message.getByRole('button', { name: 'Ver la imagen en grande: Una chispa' }).click();
    await page.locator('.lightbox img').waitFor();
    await page.keyboard.press('Escape');
    await eventually(() => page.locator('.lightbox').count()).toBe(0);
  });
});
