/** What could stand in the place of good bytes? Real inputs, changed in their structure, in their text and in their bytes. */
import type { Random } from '../simulation/seeded.ts';

/** Values that nobody expects; the long and the deep ones are what quadratic work and recursion break on. */
function hostileValue(random: Random): unknown {
  switch (random.int(0, 21)) {
    case 0:
      return null;
    case 1:
      return random.pick([true, false]);
    case 2:
      return random.pick([0, -0, -1, 1.5, 2 ** 53, 1e308, -1e308, 5e-324]);
    case 3:
      return '';
    case 4:
      return random.pick(['\u0000', '\ud800', '\udfff\ud800', '\u202e\u2066', '\ufeff', '\u001b[2J', '😀']);
    case 5:
      return random
        .pick(['a', '*', '?', '%', '$', ' ', '\n', ':', '/', '$' + '{', '%25', '{{'])
        .repeat(random.int(1, 3_000));
    case 6:
      return random.pick(['*?', '?*', '*a', ':*', '$' + '{*}', '${aws:username', '/../']).repeat(random.int(1, 1_000));
    case 7:
      return nested(random.int(1, 1_500), random.chance(0.5));
    case 8:
      return Array.from({ length: random.int(0, 300) }, () => 'x');
    case 9:
      return {};
    case 10:
      return [];
    case 11:
      return [[]];
    case 12:
      return random.pick(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'then', 'length']);
    case 13:
      return JSON.parse('{"__proto__": {"Effect": "Allow", "length": 1e9}, "constructor": {"prototype": 1}}');
    case 14:
      return { length: 1e9, 0: 'x' };
    case 15:
      return { toString: null, valueOf: 1, toJSON: 'x' };
    case 16:
      return random.pick([
        'arn:aws:iam::',
        'arn:aws:iam::123456789012:role/',
        ':::::',
        'arn:aws:sts::1:assumed-role/a/b/c',
      ]);
    case 17:
      return random.pick([
        '9999-99-99T99:99:99Z',
        '-271821-04-20T00:00:00Z',
        '+275760-09-13T00:00:01Z',
        '2026-03-09',
        '1e400',
      ]);
    case 18:
      return random.pick(['%', '%zz', '%E0%A4%A', '%00', '+', '%7B%22Version%22']);
    case 19:
      return Object.fromEntries(Array.from({ length: random.int(1, 200) }, (_, n) => [`k${n}`, n]));
    case 20:
      return random.pick(['123456789012', '000000000000', '12345678901', '１２３４５６７８９０１２']);
    default:
      return '{"Version":"2012-10-17","Statement":[]}';
  }
}

function nested(levels: number, list: boolean): unknown {
  let value: unknown = 'x';
  for (let level = 0; level < levels; level += 1) value = list ? [value] : { a: value };
  return value;
}

/** Changes one to four places of a JSON value: replaces, removes, doubles, renames, moves. */
export function mutatedValue(value: unknown, random: Random): unknown {
  let changed = structuredClone(value);
  for (let times = random.int(1, 4); times > 0; times -= 1) changed = mutatedOnce(changed, random);
  return changed;
}

function mutatedOnce(root: unknown, random: Random): unknown {
  const places: { readonly holder: Record<string, unknown> | unknown[]; readonly key: string }[] = [];
  const visit = (value: unknown, depth: number): void => {
    if (typeof value !== 'object' || value === null || depth > 40 || places.length > 2_000) return;
    for (const key of Object.keys(value)) {
      places.push({ holder: value as Record<string, unknown>, key });
      visit((value as Record<string, unknown>)[key], depth + 1);
    }
  };
  visit(root, 0);
  const place = places[random.int(0, Math.max(0, places.length - 1))];
  if (place === undefined || random.chance(0.01)) return hostileValue(random);
  const { key } = place;
  const holder = place.holder as Record<string, unknown>;
  const put = (name: string, what: unknown): void => {
    // As JSON.parse does it: `__proto__` is a name like any other.
    Object.defineProperty(holder, name, { value: what, enumerable: true, configurable: true, writable: true });
  };
  switch (random.int(0, 6)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      break;
    case 1:
      put(key, [holder[key], holder[key]]);
      break;
    case 2:
      if (!Array.isArray(holder))
        put(random.pick(['__proto__', 'constructor', key.toUpperCase(), `${key}\u0000`, '']), holder[key]);
      break;
    case 3: {
      const other = places[random.int(0, places.length - 1)];
      if (other !== undefined) put(key, structuredClone((other.holder as Record<string, unknown>)[other.key]));
      break;
    }
    case 4: {
      const text = holder[key];
      put(key, typeof text === 'string' ? mutatedText(text, random) : hostileValue(random));
      break;
    }
    default:
      put(key, hostileValue(random));
  }
  return root;
}

const tokens = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\\u0000',
  '\\ud800',
  '1e999',
  '-',
  'null',
  '\n',
  '\r',
  '\u0000',
  '<<',
  '&a',
  '*a',
  '!!js',
  '!Sub',
  '"__proto__":1,',
  '\ufffe',
  '\u2028',
] as const;

/** Cuts, doubles, swaps and sprinkles a text. */
export function mutatedText(text: string, random: Random): string {
  let changed = text;
  for (let times = random.int(1, 4); times > 0; times -= 1) {
    const at = random.int(0, changed.length);
    const to = Math.min(changed.length, at + random.int(0, 60));
    switch (random.int(0, 5)) {
      case 0:
        changed = changed.slice(0, at);
        break;
      case 1:
        changed = changed.slice(0, at) + changed.slice(to);
        break;
      case 2:
        changed = changed.slice(0, to) + changed.slice(at, to).repeat(random.int(1, 20)) + changed.slice(to);
        break;
      case 3:
        changed =
          changed.slice(0, at) +
          String.fromCharCode(random.int(0, random.chance(0.8) ? 127 : 65_535)) +
          changed.slice(at + 1);
        break;
      case 4:
        changed =
          changed.slice(0, at) +
          random.pick(['[', '{"a":', '(', '- ', '"', '${'] as const).repeat(random.int(1, 2_000)) +
          changed.slice(at);
        break;
      default:
        changed = changed.slice(0, at) + random.pick(tokens) + changed.slice(at);
    }
  }
  return changed;
}

/** A text of JSON changed either way. */
export function mutatedJson(text: string, random: Random): string {
  if (random.chance(0.4)) return mutatedText(text, random);
  try {
    return JSON.stringify(mutatedValue(JSON.parse(text), random)) ?? 'null';
  } catch {
    return mutatedText(text, random);
  }
}

export function mutatedBytes(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = Uint8Array.from(bytes);
  for (let times = random.int(0, 6); times > 0; times -= 1)
    changed[random.int(0, changed.length - 1)] = random.int(0, 255);
  const from = random.chance(0.1) ? random.int(0, changed.length) : 0;
  return random.chance(0.3) ? changed.subarray(from, random.int(from, changed.length)) : changed.subarray(from);
}
