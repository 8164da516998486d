/** How does a message look in Slack, near enough for a picture in the documentation? */
import type { KnownBlock } from '@slack/types';
import { html } from '../../src/findings/escape.ts';

/** A page that shows the message as Slack's light theme does. */
export function slackPicture(blocks: readonly KnownBlock[]): string {
  return `<!doctype html><meta charset="utf-8"><style>
body { margin: 0; padding: 16px 20px; width: 640px; font: 15px/1.46 Lato, "DejaVu Sans", sans-serif; color: #1d1c1d; background: #fff; }
.message { display: grid; grid-template-columns: 36px 1fr; gap: 0 10px; } .icon { width: 36px; height: 36px; border-radius: 6px; background: #0b5d8a; color: #fff; font-weight: 900; display: grid; place-items: center; }
.name { font-weight: 900; } .app { background: #e8e8e8; color: #616061; font-size: 10px; font-weight: 700; padding: 1px 4px; border-radius: 2px; } .time, .context { color: #616061; font-size: 12.5px; }
h3 { font-size: 18px; margin: 8px 0 4px; line-height: 1.3; } p { margin: 6px 0; white-space: pre-wrap; overflow-wrap: anywhere; }
code { color: #c01343; background: #f8f8f8; border: 1px solid #ddd; border-radius: 3px; padding: 1px 3px; font: 12px/1.4 "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
pre { background: #f8f8f8; border: 1px solid #ddd; border-radius: 4px; padding: 8px; font: 12px/1.5 "DejaVu Sans Mono", monospace; white-space: pre-wrap; overflow-wrap: anywhere; margin: 6px 0; }
.button { display: inline-block; border: 1px solid #bbb; border-radius: 4px; padding: 4px 12px; margin: 6px 8px 6px 0; font-weight: 700; font-size: 14px; }
</style><div class="message"><div class="icon">tt</div><div><span class="name">trusttrail</span> <span class="app">APP</span> <span class="time">03:13</span>${blocks.map(shown).join('')}</div></div>`;
}

/** The emoji of severity as dots: not every machine has a font with colours. */
const signs: ReadonlyMap<string, string> = new Map([
  ['🔴', '#dd2e44'],
  ['🟠', '#f4900c'],
  ['🟡', '#fdcb58'],
  ['🔵', '#55acee'],
]);

function shown(block: KnownBlock): string {
  switch (block.type) {
    case 'header':
      return `<h3>${html(block.text.text).replace(/^(\p{Emoji_Presentation})/u, (sign) => `<span style="color: ${signs.get(sign) ?? '#868e96'}">●</span>`)}</h3>`;
    case 'section':
      return `<p>${mrkdwn(block.text?.text ?? '')}</p>`;
    case 'context':
      return block.elements
        .map((one) => `<p class="context">${'text' in one ? mrkdwn(String(one.text)) : ''}</p>`)
        .join('');
    case 'actions':
      return block.elements
        .map((one) => (one.type === 'button' ? `<span class="button">${html(one.text.text)}</span>` : ''))
        .join('');
    default:
      return '';
  }
}

/** Code, code blocks and bold: all of mrkdwn that our messages use. */
function mrkdwn(text: string): string {
  return text
    .split(/(```[\s\S]*?```|`[^`\n]*`)/)
    .map((part) => {
      const plain = html(
        part.replaceAll('\u200b', '').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'),
      );
      if (part.startsWith('```')) return `<pre>${plain.replaceAll('&#96;&#96;&#96;', '').trim()}</pre>`;
      if (part.startsWith('`')) return `<code>${plain.replaceAll('&#96;', '')}</code>`;
      return plain.replace(/\*([^*\n]+)\*/g, '<b>$1</b>');
    })
    .join('');
}
