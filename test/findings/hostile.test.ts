/** Text from outside, as an attacker would choose it, through every surface at once, and its commands through a real shell. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import { markdown, markdownCode } from '../../src/findings/escape.ts';
import type { Finding } from '../../src/findings/finding.ts';
import { htmlReport } from '../../src/findings/forms/html.ts';
import { reportScript } from '../../src/findings/forms/html-assets.ts';
import { jsonFinding } from '../../src/findings/forms/json.ts';
import { sarifOfRisks } from '../../src/findings/forms/sarif.ts';
import { slackMessage } from '../../src/findings/forms/slack.ts';
import { snsMessage } from '../../src/findings/forms/sns.ts';
import { terminalFinding, terminalRecap, unpainted } from '../../src/findings/forms/terminal.ts';
import { created, denied, document, home, service, updated } from '../watch/service.ts';
import { findingExamples, hostile, hostileStrings } from './examples.ts';

/** Beyond those that every form is tested with. */
const corpus: readonly (readonly [kind: string, text: string])[] = [
  ...hostileStrings.filter((text) => text.length < 1000).map((text) => ['any', text] as const),
  ['Slack', '<!subteam^S012|x> <#C012AB3CD> <mailto:a@evil.example|mail> <!date^1^{date}^https://evil.example|now>'],
  ['Slack', '```\n<https://evil.example|ok>\n``` `<!here>` &lt;!everyone&gt; @channel @here @everyone #general'],
  ['HTML', '<svg/onload=alert(1)><math><mi//xlink:href="data:x,<script>alert(1)</script>"></math>'],
  ['HTML', '&#60;script&#62;alert(1)&#60;/script&#62;\u0000<scr\u0000ipt>'],
  ['HTML', '</title></style></textarea></noscript><img src onerror=alert`1`>'],
  ['terminal', '\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\\u001b[2J\u001b[1;1H\u009d52;c;cm0=\u0007'],
  ['terminal', 'safe\rCRITICAL  everything is fine\b\b\b\u007f\u001bc'],
  ['Markdown', '](javascript:alert(1)) <details open><summary>x</summary> <!-- \n# heading\n- [ ] x\n| a |\n|--|'],
  ['log', 'x\nINFO  nothing happened\n{"schema":"trusttrail/finding/1","severity":"info"}\r\n2026-03-09T14:00:00Z ok'],
  ['CSV', '=HYPERLINK("https://evil.example","x")\t+1+1 @SUM(1) -2'],
  ['bidirectional', 'admin\u202e\u2067nimda\u2069\u202c\u200e\u200f\u061c'],
  [
    'bidirectional',
    'arn:aws:iam::111122223333:role/\u05d0/444455556666 \u0645\u0627\u0644\u064a\u0629 12 <b>\u05d0</b>',
  ],
  ['homoglyph', '\u0430dmin-\u0435xample \u2215 \uff1cscript\uff1e \u0131\u017f'],
  ['shell', '$(touch PWNED) `touch PWNED` \'; touch PWNED; \' "; touch PWNED; " \\'],
  ['shell', "'\ntouch PWNED\n'"],
  ['shell', "\\'; touch PWNED #"],
  ['shell', '&& touch PWNED || touch PWNED | touch PWNED > PWNED & touch PWNED'],
  ['shell', "${IFS}$'\\x27; touch PWNED' ~ * ? [a] !! %s \u0007'; touch PWNED; '"],
  ['shell', '--profile=evil;touch PWNED'],
  ['shell', 'x\u0000; touch PWNED\u001b'],
];

const steering = /[^\P{Cc}\n]|[\p{Bidi_Control}\p{Surrogate}\u2028\u2029\u200b\u00ad]/u;

/** What the service says of changes and denials that hold the text wherever a caller may choose it. */
async function told(text: string): Promise<readonly Finding[]> {
  const { take, findings } = service();
  const more = {
    userAgent: text,
    userIdentity: { type: 'IAMUser', arn: `arn:aws:iam::${home}:user/${text}`, accountId: home, userName: text },
  };
  const outside = document('arn:aws:iam::777788889999:root', { StringLike: { 'aws:PrincipalArn': text } });
  const role = `arn:aws:iam::${home}:role/${text}`;
  const statement = { Effect: 'Allow', Principal: { AWS: '444455556666' }, Action: 'sts:AssumeRole' };
  const narrow = {
    Version: '2012-10-17',
    Statement: [{ ...statement, Sid: text, Condition: { StringNotLike: { 'aws:PrincipalTag/team': text } } }],
  };
  await take([
    created(0, document('444455556666'), text, { more }),
    updated(60, outside, text, { more }),
    // A role whose own name is fit for one, so that there are commands; what they hold is not.
    created(10, JSON.stringify(narrow), 'deploy', { more }),
    updated(70, outside, 'deploy', { more }),
    updated(90, text, text, { more: { ...more, errorCode: 'MalformedPolicyDocumentException', errorMessage: text } }),
    denied(120, { role, session: text }),
    denied(130, { role, session: text }),
    denied(140, { role, caller: text }),
    denied(145, { session: text }),
    denied(146, { caller: text, session: text }),
    denied(150, { more: { errorMessage: text, userAgent: text } }),
  ]);
  return findings();
}

const commandsOf = (finding: Finding): readonly string[] => [
  ...(finding.fix?.commands ?? []),
  ...(finding.rollback?.commands ?? []),
  ...(finding.causes ?? []).flatMap(({ fix }) => fix?.commands ?? []),
];

describe.for(corpus)('%s: %j', ([, text]) => {
  test('stays text on every surface, in all fields and as the service tells of it', async () => {
    const found = await told(text);
    expect(found.length).toBeGreaterThan(0);
    const findings = [...found, ...Object.values(findingExamples).map((example) => hostile(example, text))];
    for (const finding of findings) {
      const options = { width: 100, paint: unpainted, verbose: true };
      const terminal = terminalFinding(finding, options);
      expect(terminal).not.toMatch(steering);
      // A line of its own would be a headline of its own.
      for (const line of terminal.split('\n').slice(1)) expect(line).toMatch(/^(?: {2}|$)/);

      const slack = slackMessage(finding, { docs: 'https://docs.example' });
      const texts: string[] = [slack.text];
      JSON.stringify(slack.blocks, (_, value: unknown) => {
        if (
          typeof value === 'object' &&
          value !== null &&
          'type' in value &&
          value.type === 'mrkdwn' &&
          'text' in value
        )
          texts.push(String(value.text));
        return value;
      });
      expect(texts.length).toBeGreaterThan(2);
      for (const one of texts) expect(one).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
      expect(slack.text).not.toMatch(/@(?!\u200b)/);

      const { subject, text: mail, json } = snsMessage(finding);
      expect(subject).toMatch(/^[ -~]{1,99}$/);
      expect(mail).not.toMatch(steering);
      expect(json).not.toMatch(/[\n\r\u007f-\u009f]|\p{Bidi_Control}/u);

      const line = jsonFinding(finding);
      expect(line).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
      expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(finding)));
    }
    expect(terminalRecap(findings, { width: 80, paint: unpainted })).not.toMatch(steering);

    const { document: page } = parseHTML(
      htmlReport({ findings, summary: { [text]: text }, generatedAt: text }),
    ) as unknown as {
      document: {
        querySelectorAll(selector: string): Iterable<{ textContent: string; attributes: Iterable<{ name: string }> }>;
      };
    };
    expect([...page.querySelectorAll('script')].map((script) => script.textContent)).toEqual([reportScript]);
    expect([...page.querySelectorAll('img, iframe, object, embed, link, math, form, base, textarea')]).toHaveLength(0);
    for (const element of page.querySelectorAll('*'))
      for (const { name } of element.attributes) expect(name).not.toMatch(/^on|^style$|^src$|^xlink/i);

    const risks = findings.flatMap((finding) => finding.risks ?? []);
    const log = sarifOfRisks(risks, [], { version: '0', repository: 'https://example.com/x' });
    for (const { message } of log.runs[0]?.results ?? []) expect(message.text).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);

    expect(markdown(text).replace(/&#\d+;/g, '')).not.toMatch(/(?<!\\)[*_`[\]|~#]|[<>@]|\n|\p{Bidi_Control}/u);
    expect(markdownCode(text)).not.toMatch(/\n|\p{Bidi_Control}/u);
  });

  test('commands of fixes and undoing, run by a shell, call what they say and do nothing else', async () => {
    const commands = [...new Set((await told(text)).flatMap(commandsOf))];
    expect(commands.length).toBeGreaterThan(0);
    const calls = commands.filter((command) => !command.startsWith('#'));
    const cwd = mkdtempSync(join(tmpdir(), 'trusttrail-shell-'));
    // Every program is a function that writes down what it was called with; there is no other program to be found.
    const script = [
      'call() { printf "%s\\037" "$@" >&3; printf "\\n" >&3; }',
      'aws() { call aws "$@"; }; trusttrail() { call trusttrail "$@"; }; npx() { call npx "$@"; }',
      ...commands,
    ].join('\n');
    const { status, stderr, output } = spawnSync('/bin/sh', ['-eu', '-c', script], {
      cwd,
      env: { PATH: '' },
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
    const made = String(output[3]).split('\u001f\n').slice(0, -1);
    expect(made).toHaveLength(calls.length);
    for (const file of readdirSync(cwd)) {
      expect(file).toMatch(/^trust-policy(?:-[a-z]+)?\.json$/);
      expect(readFileSync(join(cwd, file), 'utf8')).toBe('');
    }
    // Where nothing in it steers a terminal, the shell gives the program the very text.
    if (!steering.test(text) && !text.includes('\n')) {
      const names = made.flatMap((call) => {
        const words = call.split('\u001f');
        const at = words.indexOf('--role-name');
        return at < 0 ? [] : [words[at + 1] ?? ''];
      });
      expect(names).toContain('deploy');
      for (const name of names) expect([text, text.split('/').at(-1), 'deploy']).toContain(name);
      const documents = made.flatMap((call) => {
        const words = call.split('\u001f');
        return words.filter((_, at) => words[at - 1] === '--policy-document' && !words[at]?.startsWith('file:'));
      });
      expect(documents.map((one) => JSON.parse(one) as unknown)).toContainEqual(
        expect.objectContaining({ Statement: [expect.objectContaining({ Sid: text })] }),
      );
    }
  });
});

test('a look-alike of another alphabet does not pass for it in a subject', () => {
  const finding = { ...findingExamples.denial, title: '\u0430dmin was denied' };
  expect(snsMessage(finding).subject).toBe('[medium] ?dmin was denied');
});
