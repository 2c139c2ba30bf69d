// @ts-check
import { h } from '../dom.js';
import { t } from '../i18n.js';
import { icon } from '../icons.js';
import { cssColor, guildOf, nameOf, spotsOf } from '../names.js';
import { timeElement } from '../time.js';
import { onlyEmoji } from './nodes.js';
import { parseMarkdown } from './parse.js';

/** @import { Child, State } from '../types.d.ts' */
/** @import { Node as Markdown } from './nodes.js' */

/**
 * Renders text as in a message.
 * @param {string} text
 * @param {State} state the names for mentions come from here
 * @param {{ blocks?: boolean, className?: string }} [options]
 */
export function markdown(text, state, { blocks = true, className = '' } = {}) {
  const nodes = parseMarkdown(text, { blocks });
  const large = onlyEmoji(nodes) && 'emoji-only';
  return h('div', { class: ['markdown', className, large] }, renderNodes(nodes, state));
}

/** Renders one line, to go inside another element. @param {string} text @param {State} state @returns {Child[]} */
export function inlineMarkdown(text, state) {
  return renderNodes(parseMarkdown(text, { blocks: false }), state);
}

/** @param {Markdown[]} nodes @param {State} state @returns {Child[]} */
function renderNodes(nodes, state) {
  return nodes.map((node) => renderNode(node, state));
}

/** @param {Markdown} node @param {State} state @returns {Child} */
function renderNode(node, state) {
  switch (node.type) {
    case 'text':
      return node.text;
    case 'strong':
    case 'em':
    case 'u':
    case 's':
      return h(node.type, {}, renderNodes(node.children, state));
    case 'spoiler':
      return spoiler(renderNodes(node.children, state));
    case 'quote':
      return h('blockquote', {}, renderNodes(node.children, state));
    case 'subtext':
      return h('small', { class: 'subtext' }, renderNodes(node.children, state));
    case 'heading':
      // The page's own headings use levels 1 and 2; a message's start below them.
      return h(
        /** @type {const} */ (['h3', 'h4', 'h5'])[node.level - 1] ?? 'h5',
        { class: `heading-${node.level}` },
        renderNodes(node.children, state),
      );
    case 'list':
      return h(
        node.start === null ? 'ul' : 'ol',
        { start: node.start },
        node.items.map((item) => h('li', {}, renderNodes(item, state))),
      );
    case 'code':
      return h('code', {}, node.text);
    case 'codeblock':
      return codeBlock(node.text, node.language);
    case 'link':
      return link(node.url, renderNodes(node.children, state));
    case 'unicode':
      return h('span', { class: 'emoji' }, node.text);
    case 'emoji':
      // Custom emoji are on Discord's servers, which the page never contacts.
      return h('span', { class: 'emoji emoji-custom', title: `:${node.name}:` }, `:${node.name}:`);
    case 'time':
      return timeElement(new Date(node.seconds * 1000), node.style);
    case 'everyone':
      return h('span', { class: 'mention mention-me' }, node.text);
    case 'user':
      return h(
        'span',
        { class: ['mention', node.id === state.user && 'mention-me'], 'data-user': node.id },
        `@${nameOf(state, node.id)}`,
      );
    case 'role':
      return roleMention(node.id, state);
    case 'channel':
      return channelMention(node.id, state);
    case 'command':
      return h(
        'button',
        { type: 'button', class: 'mention mention-command', 'data-command': node.name },
        `/${node.name}`,
      );
  }
}

/** @param {string} url @param {Child[]} children */
function link(url, children) {
  return h('a', { href: url, target: '_blank', rel: 'noopener noreferrer nofollow', title: url }, children);
}

/** @param {Child[]} children */
function spoiler(children) {
  const element = h(
    'span',
    {
      class: 'spoiler',
      role: 'button',
      tabindex: 0,
      'aria-label': t('spoiler'),
      onclick: reveal,
      onkeydown: press,
    },
    h('span', { class: 'spoiler-text', inert: true }, children),
  );
  return element;

  function reveal() {
    if (element.classList.contains('spoiler-shown')) return;
    element.classList.add('spoiler-shown');
    element.setAttribute('aria-label', t('spoilerShown'));
    element.removeAttribute('role');
    element.removeAttribute('tabindex');
    element.firstElementChild?.removeAttribute('inert');
  }

  /** @param {KeyboardEvent} event */
  function press(event) {
    if (event.key !== 'Enter' && event.key !== ' ') return;
    event.preventDefault();
    reveal();
  }
}

/** @param {string} text @param {string} language */
function codeBlock(text, language) {
  const copy = h(
    'button',
    { type: 'button', class: 'code-copy', onclick: () => void copyText() },
    t('copyCode'),
  );
  return h(
    'div',
    { class: 'codeblock' },
    language && h('span', { class: 'code-language' }, language),
    copy,
    h('pre', { tabindex: 0 }, h('code', {}, text)),
  );

  async function copyText() {
    await navigator.clipboard.writeText(text);
    copy.textContent = t('copied');
  }
}

/** @param {string} id @param {State} state */
function roleMention(id, state) {
  const role = guildOf(state)?.roles.find((one) => one.id === id);
  const own = guildOf(state)
    ?.members.find((member) => member.id === state.user)
    ?.roles.includes(id);
  const element = h(
    'span',
    { class: ['mention', own && 'mention-me'] },
    `@${role?.name.replace(/^@/, '') ?? t('unknownRole')}`,
  );
  if (role?.color) element.style.setProperty('--mention', cssColor(role.color));
  return element;
}

/** @param {string} id @param {State} state */
function channelMention(id, state) {
  for (const guild of state.world?.guilds ?? []) {
    const channel = spotsOf(guild, state.user).find((one) => one.id === id);
    if (channel)
      return h(
        'button',
        { type: 'button', class: 'mention', 'data-guild': guild.id, 'data-channel': id },
        icon('hash', 'icon-small'),
        channel.name,
      );
  }
  return h('span', { class: 'mention' }, `#${t('unknownChannel')}`);
}
