/** How does untrusted text stay text on each surface: a terminal, HTML, Slack, Markdown, a shell? */

/**
 * Characters that steer a terminal or reorder what is read: C0 and C1 controls, soft hyphen, bidirectional controls,
 * zero-width characters, line separators, tag characters, and halves of surrogate pairs.
 */
const steering =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]|[\ufe00-\ufe0f]|\p{Surrogate}/gu;

/**
 * Letters that are read from right to left: they move the digits and signs beside them about. Names in Arabic or Hebrew
 * stay legible, since signs that isolate them would steer whoever copies them; HTML has an element for it.
 */
const rightToLeft = '\\u0590-\\u08ff\\ufb1d-\\ufdff\\ufe70-\\ufefc\\u{10800}-\\u{10fff}\\u{1e800}-\\u{1efff}';
const rightToLeftLetter = new RegExp(`[${rightToLeft}]`, 'u');
const rightToLeftLetters = new RegExp(`[${rightToLeft}]`, 'gu');
/** One name or phrase: not across a colon or slash, whose parts keep their order. */
const rightToLeftRun = new RegExp(`[${rightToLeft}]+(?:[ ._’'-]+[${rightToLeft}]+)*`, 'gu');

/** @returns the text on one line, where every character that steers shows as its escape (`\u001b`). */
export function plainText(text: string): string {
  const plain = withoutSteering(text);
  // AWS has no such letters in an ARN (IAM User Guide, "IAM identifiers"): there they could only make one look like another.
  return rightToLeftLetter.test(plain)
    ? plain.replace(/arn:\S+/gi, (arn) => arn.replace(rightToLeftLetters, escapeOf))
    : plain;
}

function withoutSteering(text: string): string {
  return text.replace(steering, escapeOf);
}

/**
 * The same for what may be copied, a command or a policy: line feeds stay, carriage returns before them go, tabs become
 * spaces, and every letter stays.
 */
export function plainLines(text: string): string {
  return text.replaceAll('\r\n', '\n').replaceAll('\t', '    ').split('\n').map(withoutSteering).join('\n');
}

function escapeOf(character: string): string {
  switch (character) {
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\t':
      return '\\t';
    default: {
      const code = character.codePointAt(0) ?? 0;
      return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
    }
  }
}

/**
 * Shortens a text to so many UTF-16 units, the ellipsis counted, never in the middle of a character.
 * @returns the text itself where it fits.
 */
export function clip(text: string, most: number, ellipsis = '…'): string {
  if (text.length <= most) return text;
  let end = Math.max(0, most - ellipsis.length);
  const last = text.charCodeAt(end - 1);
  if (last >= 0xd800 && last <= 0xdbff) end -= 1;
  return text.slice(0, end) + ellipsis;
}

/** Text for the content of an HTML element or a quoted attribute; line feeds stay. */
export function html(text: string): string {
  return plainLines(text).replace(/[&<>"'`]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * Text for the content of an HTML element alone, never for an attribute: quotes stay, which keeps policies small. What is
 * read from right to left is isolated, so that the sentence around it stays in its order.
 */
export function htmlContent(text: string): string {
  const content = htmlTextOnly(text);
  return rightToLeftLetter.test(content) ? content.replace(rightToLeftRun, '<bdi>$&</bdi>') : content;
}

/** The same for an element that takes no other elements: `title`, `option`, the texts of SVG. */
export function htmlTextOnly(text: string): string {
  return plainLines(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * Text for Slack's mrkdwn. Only `&`, `<` and `>` have an escape in Slack (Slack developer docs, "Formatting message
 * text"), and they are what mentions (`<!channel>`) and links need; the signs of emphasis, code and emoji are kept from
 * working by a zero-width space behind them, and so are the signs that Slack links by itself. What a person may want
 * to copy belongs in {@link slackCode} instead.
 */
export function slackText(text: string): string {
  return slackEntities(
    plainText(text)
      .replace(/[*_~`@#]|:(?=[A-Za-z0-9_+/-])/g, (sign) => `${sign}\u200b`)
      .replace(/\bwww\./gi, (found) => `${found}\u200b`),
  );
}

/**
 * A sentence of ours for Slack, in which what stands between backticks is quoted input: that becomes code, the rest is
 * escaped as {@link slackText}.
 */
export function slackProse(text: string): string {
  const parts = text.split('`');
  return parts
    .map((part, index) => {
      if (index % 2 === 0) return slackText(part);
      return index === parts.length - 1 ? `\u02cb${slackText(part)}` : slackCode(part);
    })
    .join('');
}

/** Text in a Slack code span: nothing in it is linked or emphasised, and it cannot end the span. */
export function slackCode(text: string): string {
  return `\`${slackEntities(plainText(text).replaceAll('`', '\u02cb')) || ' '}\``;
}

/** Text in a Slack code block, several lines; it cannot end the block. */
export function slackCodeBlock(text: string): string {
  return `\`\`\`\n${slackEntities(plainLines(text).replaceAll('```', '\u02cb\u02cb\u02cb'))}\n\`\`\``;
}

/** The three entities of Slack's mrkdwn. */
export function slackEntities(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** Text for CommonMark with GitHub's extensions: no markup, no HTML, no mention, no link of its own. */
export function markdown(text: string): string {
  return plainText(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/[\\`*_{}[\]()#+\-!|~^$]/g, (sign) => `\\${sign}`)
    .replaceAll('@', '&#64;')
    .replaceAll(':', '&#58;')
    .replace(/\bwww\./gi, (found) => `${found.slice(0, -1)}&#46;`);
}

/** Text in a Markdown code span, whose fence is longer than any run of backticks in it. */
export function markdownCode(text: string): string {
  const plain = plainText(text);
  const longest = Math.max(0, ...(plain.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const pad = longest > 0 || plain === '' || /^\s|\s$/.test(plain) ? ' ' : '';
  return `${fence}${pad}${plain}${pad}${fence}`;
}

/**
 * One word for any POSIX shell, on one line. What steers a terminal is printed from its octal codes, so that the command
 * can be shown and pasted and means the same: `$'…'` would be shorter, but dash, the `sh` of Debian, reads it as a dollar
 * sign. Line feeds at the end are left out then, as a shell takes them off what a command prints.
 */
export function shellQuote(word: string): string {
  if (/^[A-Za-z0-9_@%+=:,./-]+$/.test(word)) return word;
  if (withoutSteering(word) === word) return `'${word.replaceAll("'", `'\\''`)}'`;
  const format = word
    .replace(/\n+$/, '')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')
    .replaceAll('\n', '\\n')
    // Neither a quote inside of quotes, nor an option of printf, nor a sign by which bash looks up its history.
    .replace(/["'`!]|^-/g, octal)
    .replace(steering, octal);
  return `"$(printf '${format}')"`;
}

function octal(character: string): string {
  return [...new TextEncoder().encode(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/** JSON in plain ASCII: nothing in it steers a terminal, and a shell needs no more than single quotes around it. */
export function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
