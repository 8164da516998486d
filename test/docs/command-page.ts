/** What does the page of a command say? All of it comes from the command's own `--help`. */

export interface CommandHelp {
  readonly name: string;
  readonly summary: string;
  /** What `trusttrail NAME --help` prints. */
  readonly help: string;
}

/** A page in the manner of a manual: name, synopsis, description, arguments, options, examples, exit codes. */
export function commandPage({ name, summary, help }: CommandHelp, others: readonly string[]): string {
  const [head = '', ...rest] = help.split(/^(?=[A-Z][A-Za-z ]+:)/m).filter((part) => part.trim() !== '');
  const sections = rest.map((part) => {
    const colon = part.indexOf(':');
    return { title: part.slice(0, colon), body: part.slice(colon + 1) };
  });
  const usage = head.replace(/^Usage: /, '').split('\n')[0] ?? '';
  const described = head.split('\n').slice(1).join('\n').trim();
  const text = [
    `# trusttrail ${name}`,
    `${name} – ${summary}`,
    `## Synopsis\n\n\`\`\`text\n${usage}\n\`\`\``,
    ...(described === '' ? [] : [`## Description\n\n${capital(described.replace(/\s+/g, ' '))}.`]),
    ...sections.map(({ title, body }) =>
      title === 'Exit codes'
        ? `## Exit codes\n\n${capital(body.trim().replace(/\s+/g, ' '))}`
        : `## ${title}\n\n\`\`\`text\n${body.replace(/^\n+/, '').trimEnd()}\n\`\`\``,
    ),
    `## See also\n\n${others.map((other) => `[${other}](${other}.md)`).join(' · ')}`,
  ];
  return `${text.join('\n\n')}\n`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
