// @ts-check

/**
 * One piece of parsed Markdown. Plain data, so that parsing can be tested without a browser.
 * @typedef {{ type: 'text', text: string }
 *   | { type: 'strong' | 'em' | 'u' | 's' | 'spoiler' | 'quote' | 'subtext', children: Node[] }
 *   | { type: 'heading', level: 1 | 2 | 3, children: Node[] }
 *   | { type: 'list', start: number | null, items: Node[][] }
 *   | { type: 'code', text: string }
 *   | { type: 'codeblock', language: string, text: string }
 *   | { type: 'link', url: string, children: Node[] }
 *   | { type: 'user' | 'role' | 'channel', id: string }
 *   | { type: 'everyone', text: string }
 *   | { type: 'command', name: string, id: string }
 *   | { type: 'emoji', name: string, id: string, animated: boolean }
 *   | { type: 'unicode', text: string }
 *   | { type: 'time', seconds: number, style: string }} Node
 */

/**
 * Whether a message is only emoji (up to 30), which Discord shows large.
 * @param {Node[]} nodes
 */
export function onlyEmoji(nodes) {
  const written = nodes.filter((node) => node.type !== 'text' || node.text.trim() !== '');
  return (
    written.length > 0 &&
    written.length <= 30 &&
    written.every((node) => node.type === 'emoji' || node.type === 'unicode')
  );
}

/**
 * The text without its marks, for announcements and previews.
 * @param {Node[]} nodes
 * @returns {string}
 */
export function plainText(nodes) {
  return nodes.map(plainNode).join('');
}

/** @param {Node} node @returns {string} */
function plainNode(node) {
  switch (node.type) {
    case 'list':
      return `${node.items.map((item) => `• ${plainText(item)}`).join('\n')}\n`;
    case 'emoji':
      return `:${node.name}:`;
    case 'command':
      return `/${node.name}`;
    case 'user':
    case 'role':
      return '@…';
    case 'channel':
      return '#…';
    case 'time':
      return new Date(node.seconds * 1000).toLocaleString();
    case 'spoiler':
      return '▒▒▒';
    case 'heading':
    case 'subtext':
    case 'quote':
      return `${plainText(node.children)}\n`;
    default:
      return 'children' in node ? plainText(node.children) : node.text;
  }
}
