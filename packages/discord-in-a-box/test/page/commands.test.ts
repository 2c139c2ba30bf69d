import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findChromium } from './browser.ts';
import { eventually, last, useSetting } from './setting.ts';

const chromium = findChromium();

describe.skipIf(!chromium)('commands on the page', { timeout: 180_000 }, () => {
  const setting = useSetting(chromium);

  it('opens the picker at a slash, asks the bot for choices and sends what was filled in', async () => {
    const page = await setting.open();
    await page.locator('.composer-input').focus();
    await page.keyboard.type('/');
    const lines = page.locator('.suggestion .suggestion-name');
    await expect
      .poll(() => lines.allTextContents())
      .toEqual(expect.arrayContaining(['/chiste', '/continuar', '/opciones', '/formulario']));
    await page.keyboard.type('conti');
    await eventually(() => lines.allTextContents()).toEqual(['/continuar']);
    expect(await page.locator('.suggestion-option-required').textContent()).toBe('texto');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.locator('.option-wrong .option-error', { hasText: 'obligatoria' }).waitFor();
    await page.keyboard.type('Había una vez');
    await page.getByRole('button', { name: 'Añadir la opción tono' }).click();
    await eventually(() => lines.allTextContents()).toEqual(['Serio', 'Absurdo']);
    await page.keyboard.type('abs');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => last(page).locator('.message-content').textContent())
      .toBe('Había una vez … y colorín colorado (absurdo).');
    expect(await last(page).locator('.origin').textContent()).toContain('Ana usó /continuar');

    await page.keyboard.type('/chiste ');
    await page.getByRole('button', { name: 'Añadir la opción tema' }).click();
    await eventually(() => lines.allTextContents()).toContain('suegras');
    await page.keyboard.type('m');
    await eventually(() => lines.allTextContents()).toEqual(['médicos']);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.locator('.composer-input').waitFor();
  });

  it('goes from a chosen command into its options with Tab, and out again', async () => {
    const page = await setting.open();
    await page.locator('.composer-input').focus();
    await page.keyboard.type('/chiste');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    const focused = page.locator(':focus');
    await eventually(() => focused.getAttribute('aria-label')).toBeNull();
    await eventually(() => page.locator('.option-field-name').allTextContents()).toEqual(['tema']);
    await page.keyboard.type('m');
    await eventually(() => page.locator('.option-field :is(input, textarea)').inputValue()).toBe('m');
    await page.getByRole('button', { name: 'Quitar la opción tema' }).click();
    await page.locator('.command-form .composer-send').focus();
    await page.keyboard.press('Tab');
    expect(await page.locator('.option-field').count()).toBe(0);
  });

  it('sends every type of option as Discord would', async () => {
    const page = await setting.open();
    await page.locator('.composer-input').fill('/opciones ');
    await page.keyboard.type('brun');
    await page.keyboard.press('Enter');
    const add = (name: string) =>
      page.getByRole('button', { name: `Añadir la opción ${name}`, exact: true }).click();
    for (const [name, text] of [
      ['canal', 'gene'],
      ['rol', 'mod'],
      ['cualquiera', 'carm'],
      ['si', 'fal'],
    ] as const) {
      await add(name);
      await page.keyboard.type(text);
      await page.keyboard.press('Enter');
    }
    await add('decimal');
    await page.keyboard.type('0,25');
    const file = join(tmpdir(), 'chispa-notas.txt');
    writeFileSync(file, 'hola');
    await add('archivo');
    await page.locator('.option-field input[type=file]').setInputFiles(file);
    await page.locator('.option-file', { hasText: 'chispa-notas.txt' }).waitFor();
    await page.locator('.command-form .composer-send').click();
    await last(page).locator('.message-content').waitFor();
    const text = (await last(page).locator('.message-content').textContent()) ?? '';
    expect(text.split('\n').map((line) => line.replace(/\d{10,}/, 'ID'))).toEqual([
      'persona = ID',
      'canal = ID',
      'rol = ID',
      'cualquiera = ID',
      'si = false',
      'decimal = 0.25',
      'archivo = chispa-notas.txt',
    ]);
    expect(text).toContain(`persona = ${setting.idOf('bruno')}`);
  });

  it('shows moderators the commands it hides from others', async () => {
    const place = setting.place();
    const listed = async (user: string) => {
      const page = await setting.open({ user, hash: place.hash });
      await page.locator('.composer-input').fill('/ajus');
      await page.locator('.suggestions').waitFor();
      return page.locator('.suggestion .suggestion-name').allTextContents();
    };
    const members = setting.world().guilds.find(({ id }) => id === place.guild)?.members ?? [];
    const moderator = members.find((member) => member.moderator)?.username ?? '';
    const other = members.find((member) => !member.moderator)?.username ?? '';
    expect(await listed(moderator)).toEqual(['/ajustar ver', '/ajustar avisos canal']);
    expect(await listed(other)).toEqual([]);
  });

  it('runs commands from the menus of messages and of people', async () => {
    const page = await setting.open();
    await page.locator('.composer-input').fill('Iba un caracol y derrapó');
    await page.keyboard.press('Enter');
    await last(page).getByText('Iba un caracol').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Continuar chiste' }).click();
    await last(page).getByText('Continúo: Iba un caracol y derrapó').waitFor();
    expect(await last(page).locator('.origin').textContent()).toContain('Ana usó Continuar chiste');
    await page.locator('.member', { hasText: 'Ana' }).click();
    await page.getByRole('menuitem', { name: 'Saludar' }).click();
    await last(page).locator('.mention-me', { hasText: '@Ana' }).waitFor();
  });
});
