import { describe, expect, it } from 'vitest';
import { control, findChromium } from './browser.ts';
import { eventually, last, run, useSetting } from './setting.ts';

const chromium = findChromium();

describe.skipIf(!chromium)('the frame of the page', { timeout: 180_000 }, () => {
  const setting = useSetting(chromium);

  it('shows the servers, channels and people of the one who looks', async () => {
    const page = await setting.open({ user: 'ana' });
    await eventually(() => page.locator('.guild-name').textContent()).toBe('La Taberna del Chiste');
    expect(await page.locator('.channel-name').allTextContents()).toEqual(
      setting.world().guilds[0]?.channels.map(({ name }) => name),
    );
    expect(await page.locator('.member-name').allTextContents()).toContain('Chispa');
    expect(await page.locator('.account-name').textContent()).toBe('Ana');
    await page.locator('.channel').nth(1).click();
    await eventually(() => page.locator('.bar-name').textContent()).toBe(
      setting.world().guilds[0]?.channels[1]?.name,
    );
    await page.reload();
    await eventually(() => page.locator('.bar-name').textContent()).toBe(
      setting.world().guilds[0]?.channels[1]?.name,
    );
  });

  it('switches person, language and theme, and remembers them in the address', async () => {
    const page = await setting.open({ user: 'ana' });
    await page.locator('.account-button').click();
    await page.getByRole('radio', { name: 'Bruno' }).check();
    await eventually(() => page.locator('.account-name').textContent()).toBe('Bruno');
    expect(new URL(page.url()).searchParams.get('user')).toBe('bruno');
    await page.getByRole('radio', { name: 'Oscuro' }).check();
    expect(await page.evaluate(() => getComputedStyle(document.body).colorScheme)).toBe('dark');
    await page.getByRole('radio', { name: 'English (US)' }).click();
    await page.getByRole('combobox', { name: /^Message #/ }).waitFor();
    await page.locator('.composer-input').fill('/jo');
    await expect
      .poll(() => page.locator('.suggestion .suggestion-name').allTextContents())
      .toEqual(['/joke']);
    await page.reload();
    await page.locator('html[data-ready][lang=en-US]').waitFor();
    expect(await page.locator('.account-name').textContent()).toBe('Bruno');
  });

  it('talks with the bot in direct messages', async () => {
    const page = await setting.open();
    await page.getByRole('button', { name: 'Mensajes directos' }).click();
    await eventually(() => page.locator('.bar-name').textContent()).toBe('Chispa');
    await run(page, 'secreto');
    await last(page).getByText('Esto queda entre tú y yo.').waitFor();
  });

  it('follows what happens to the world: deleted messages, silenced people, a bot that leaves', async () => {
    const place = setting.place();
    const page = await setting.open({ user: 'ana', hash: place.hash });
    await page.locator('.composer-input').fill('Bórrame');
    await page.keyboard.press('Enter');
    await last(page).getByText('Bórrame').waitFor();
    const message = await last(page).getAttribute('data-message');
    await control(setting.box(), '/box/world', { action: 'delete-message', message });
    await eventually(() => page.getByText('Bórrame').count()).toBe(0);
    await control(setting.box(), '/box/world', {
      action: 'timeout',
      guild: place.guild,
      user: setting.idOf('ana'),
      seconds: 60,
    });
    await page.locator('.composer-input:disabled').waitFor();
    await control(setting.box(), '/box/world', {
      action: 'timeout',
      guild: place.guild,
      user: setting.idOf('ana'),
      seconds: 0,
    });
    await page.locator('.composer-input:enabled').waitFor();
  });

  it('speaks the language of the browser, and says where to change it', async () => {
    const page = await setting.open({ locale: 'en-US', guessed: true });
    const note = page.getByText('To change it, press your name: at the bottom left, or in the ☰ menu.');
    await note.waitFor();
    await page.locator('.notice').filter({ has: note }).getByRole('button', { name: 'Close' }).click();
    await note.waitFor({ state: 'hidden' });
    await page.reload();
    await page.locator('html[data-ready][lang=en-US]').waitFor();
    expect(await note.isVisible()).toBe(false);
  });

  it('opens a post in a forum, starts a thread at a message, and forwards one', async () => {
    const page = await setting.open({ user: 'ana', hash: setting.place().hash });
    await page.locator('.channel', { hasText: 'ideas' }).click();
    await page.locator('.composer-input').fill('Más caracoles');
    await page.keyboard.press('Enter');
    await eventually(() => page.locator('.bar-name').textContent()).toBe('Más caracoles');
    await last(page).getByText('Más caracoles').waitFor();
    await page.locator('.channel', { hasText: 'general' }).click();
    await page.locator('.composer-input').fill('Va de tortugas');
    await page.keyboard.press('Enter');
    await last(page).getByText('Va de tortugas').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Reenviar…' }).click();
    await page.getByRole('menuitem', { name: '#chistes' }).click();
    await last(page).getByText('Va de tortugas').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Abrir un hilo' }).click();
    await eventually(() => page.locator('.bar-name').textContent()).toBe('Va de tortugas');
    await page.locator('.channel', { hasText: 'chistes' }).click();
    await last(page).locator('.forwarded', { hasText: 'Va de tortugas' }).waitFor();
    await page.locator('.channel', { hasText: 'general' }).click();
    await last(page).getByRole('button', { name: 'Abrir el hilo Va de tortugas' }).click();
    await eventually(() => page.locator('.bar-name').textContent()).toBe('Va de tortugas');
  });

  it('takes the app along into a conversation between people, once it is on one’s account', async () => {
    const page = await setting.open({ user: 'ana' });
    await page.getByRole('button', { name: 'Mensajes directos' }).click();
    await page.locator('.channel', { hasText: 'Bruno' }).click();
    await page.locator('.composer-input').fill('/');
    await page.getByText('Aquí hace falta que añadas la app a tu cuenta: pulsa tu nombre').waitFor();
    await page.locator('.composer-input').fill('');
    await page.locator('.account-button').click();
    await page.getByRole('checkbox', { name: 'He añadido la app a mi cuenta' }).check();
    await page.keyboard.press('Escape');
    await run(page, 'en-todas-partes');
    await last(page).getByText('También aquí.').waitFor();
  });
});
