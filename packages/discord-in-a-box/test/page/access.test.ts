import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { findChromium } from './browser.ts';
import { eventually, joke, last, run, useSetting } from './setting.ts';

const chromium = findChromium();

/** Texts whose contrast with what lies behind them is below WCAG's AA (4.5, or 3 for large text). */
function faintTexts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const pen = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    if (!pen) throw new Error('no canvas');
    // The canvas turns any CSS color, `color-mix` too, into numbers: [r, g, b, alpha].
    const numbers = (color: string): number[] => {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = color;
      pen.fillRect(0, 0, 1, 1);
      const [r = 0, g = 0, b = 0, a = 0] = pen.getImageData(0, 0, 1, 1).data;
      return [r, g, b, a / 255];
    };
    const over = (top: number[], under: number[]) => {
      const alpha = top[3] ?? 1;
      return [0, 1, 2].map((i) => (top[i] ?? 0) * alpha + (under[i] ?? 0) * (1 - alpha));
    };
    const behind = (element: Element | null): number[] => {
      if (!element) return [255, 255, 255];
      const own = numbers(getComputedStyle(element).backgroundColor);
      return own[3] === 1 ? own.slice(0, 3) : over(own, behind(element.parentElement));
    };
    const light = (color: number[]) => {
      const [r = 0, g = 0, b = 0] = color.map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const faint: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      const text = walker.currentNode.textContent?.trim();
      if (!element || !text || /^[\p{Emoji}\s]+$/u.test(text)) continue;
      if (!element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
      // Closed spoilers hide their text on purpose; disabled controls and pictures' covers are not for reading.
      if (element.closest('.visually-hidden, :disabled, [aria-disabled=true], .covered, [inert]')) continue;
      const style = getComputedStyle(element);
      const ground = behind(element);
      const a = light(over(numbers(style.color), ground));
      const b = light(ground);
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      const size = Number.parseFloat(style.fontSize);
      const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (large ? 3 : 4.5))
        faint.push(`${ratio.toFixed(2)} ${element.className}: ${text.slice(0, 40)}`);
    }
    return faint;
  });
}

/** Buttons, fields and links that a screen reader could not name. */
function nameless(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('button, a, input, textarea, [role=listbox], dialog, nav, aside')]
      .filter((element) => {
        const labels = 'labels' in element ? [...((element as HTMLInputElement).labels ?? [])] : []; // inputs have labels
        const by =
          element
            .getAttribute('aria-labelledby')
            ?.split(' ')
            .map((id) => document.getElementById(id)) ?? [];
        const name = [
          element.getAttribute('aria-label'),
          element.textContent,
          ...[...labels, ...by].map((one) => one?.textContent),
        ];
        return (
          element.checkVisibility() &&
          !element.closest('[aria-hidden=true]') &&
          !name.some((part) => part?.trim())
        );
      })
      .map((element) => element.outerHTML.slice(0, 120)),
  );
}

describe.skipIf(!chromium)('the page for everybody', { timeout: 180_000 }, () => {
  const setting = useSetting(chromium);

  it('is usable by keyboard alone: a joke is asked for, rated, continued, and a form sent', async () => {
    const page = await setting.open();
    const press = async (...keys: string[]) => {
      for (const key of keys) await page.keyboard.press(key);
    };
    const focused = () => page.evaluate(() => document.activeElement?.className ?? '');
    await press('Tab');
    expect(await focused()).toContain('skip');
    await press('Enter');
    expect(await focused()).toContain('composer-input');

    await page.keyboard.type('/chis');
    await page.locator('.suggestion-active').waitFor();
    await press('Enter', 'Enter');
    await last(page).locator('.thinking').waitFor();
    for (const text of ['Van dos', 'Van dos y se cae', 'Van dos y se cae el de en medio.']) {
      setting.bot().step();
      await last(page).locator('.embed-description').getByText(text, { exact: true }).waitFor();
    }
    await last(page).locator('[data-custom-id=voto1]').waitFor();
    await eventually(focused).toContain('composer-input');

    await press('ArrowUp');
    await eventually(focused).toContain('message');
    for (let i = 0; i < 12 && (await focused()) !== 'button button-secondary'; i++) await press('Tab');
    expect(await page.evaluate(() => document.activeElement?.matches(':focus-visible'))).toBe(true);
    await press('Enter');
    await eventually(() => last(page).locator('.embed-footer').textContent()).toContain('1 votos');

    await press('Escape');
    await eventually(focused).toContain('composer-input');
    await press('ArrowUp', 'Shift+F10');
    await eventually(() => page.evaluate(() => document.activeElement?.textContent)).toContain(
      'Continuar chiste',
    );
    await press('ArrowDown', 'ArrowUp', 'Enter');
    await last(page).getByText('Continúo: Van dos y se cae el de en medio.').waitFor();

    await press('Escape');
    await page.keyboard.type('/formulario ');
    await press('Enter');
    await page.locator('dialog.modal').waitFor();
    await page.keyboard.type('El caracol');
    await press('Tab', 'Tab', 'Enter');
    await page.locator('.option-active').waitFor();
    await press('ArrowDown', 'Enter');
    await eventually(() => page.locator('dialog .select-one').textContent()).toContain('Absurdo');
    await press('Tab', 'Tab', 'Enter');
    await last(page).getByText('Recibido: El caracol (absurdo)').waitFor();
    await eventually(() => page.locator('dialog').count()).toBe(0);

    await page.keyboard.type('/formulario ');
    await press('Enter');
    await page.locator('dialog.modal').waitFor();
    await press('Escape');
    await eventually(() => page.locator('dialog').count()).toBe(0);
    await page.keyboard.type('Sigo');
    expect(await page.locator('.composer-input').inputValue()).toBe('Sigo');
  });

  it('goes through the channels with the arrow keys', async () => {
    const page = await setting.open();
    await page.locator('.channel-current').focus();
    const first = await page.evaluate(() => document.activeElement?.textContent);
    await page.keyboard.press('ArrowDown');
    const second = await page.evaluate(() => document.activeElement?.textContent);
    expect(second).not.toBe(first);
    await page.keyboard.press('Enter');
    await eventually(() => page.locator('.bar-name').textContent()).toBe(second);
  });

  it.each(['light', 'dark'] as const)('keeps every text readable, %s', async (theme) => {
    const page = await setting.open({ theme, user: 'carmen' });
    await joke(page, setting.bot());
    for (const name of ['texto', 'secreto', 'elige', 'escaparate', 'foto']) {
      await run(page, name);
      await last(page)
        .locator('.origin', { hasText: `/${name}` })
        .waitFor();
    }
    expect(await faintTexts(page)).toEqual([]);
    expect(await nameless(page)).toEqual([]);
    await page.locator('.composer-input').fill('/');
    await page.locator('.suggestion').first().waitFor();
    expect(await faintTexts(page)).toEqual([]);
    await page.locator('.composer-input').fill('/continuar ');
    await page.locator('.command-form .composer-send').click();
    await page.locator('.option-error', { hasText: 'obligatoria' }).waitFor();
    expect(await faintTexts(page)).toEqual([]);
    await page.getByRole('button', { name: 'Cancelar el comando' }).click();
    await run(page, 'formulario');
    await page.locator('dialog.modal [type=submit]').click();
    await page.locator('.field-wrong').first().waitFor();
    expect(await faintTexts(page)).toEqual([]);
    expect(await nameless(page)).toEqual([]);
  });

  it('fits a phone: nothing is wider than the screen, and the channels are in a drawer', async () => {
    const page = await setting.open({ phone: true });
    await joke(page, setting.bot());
    for (const name of ['texto', 'elige', 'escaparate', 'foto']) {
      await run(page, name);
      await last(page)
        .locator('.origin', { hasText: `/${name}` })
        .waitFor();
    }
    const wider = await page.evaluate(() => {
      const screen = document.documentElement.clientWidth;
      return [...document.querySelectorAll('.chat *')]
        .filter((element) => !element.parentElement?.closest('pre')) // which scrolls
        .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > screen + 1)
        .map((element) => `${element.tagName}.${element.className}`);
    });
    expect(wider).toEqual([]);
    expect(await page.locator('.channel').first().isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Abrir servidores y canales' }).tap();
    await page.locator('.channel').nth(1).tap();
    await eventually(() => page.locator('.channel').first().isVisible()).toBe(false);
    await page.getByRole('button', { name: 'Mostrar u ocultar los miembros' }).tap();
    await page.locator('.member').first().waitFor();
    await page.keyboard.press('Escape');
    await eventually(() => page.locator('.member').first().isVisible()).toBe(false);
  });

  it('tells a screen reader what arrives, once', async () => {
    const place = setting.place();
    const ana = await setting.open({ user: 'ana', hash: place.hash });
    const bruno = await setting.open({ user: 'bruno', hash: place.hash });
    await bruno.locator('.composer-input').fill('¿Sabes el **último**?');
    await bruno.keyboard.press('Enter');
    await eventually(() => ana.locator('[role=status].visually-hidden').textContent()).toBe(
      'Bruno: ¿Sabes el último?',
    );
  });
});
