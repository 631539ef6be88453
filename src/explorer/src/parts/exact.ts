/**
 * JSON as it is stored: numbers keep their digits, members their order.
 *
 * `JSON.parse` rounds integers above 2^53, writes 1.0 as 1 and puts keys like "10" first.
 */

/** A number that JavaScript would write in another way; its text. */
export class Digits {
  constructor(readonly text: string) {}
}

/** An object with its members in the order of the text. */
export class Members {
  constructor(
    readonly keys: readonly string[],
    readonly values: readonly Exact[],
  ) {}
}

export type Exact = string | number | boolean | null | Digits | Members | readonly Exact[];

const NUMBER = /-?(?:NaN|Infinity|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
const BLANK = /[ \t\n\r]*/y;
const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

/**
 * Read a JSON text.
 *
 * @throws {SyntaxError} it is not JSON
 */
export function parseExact(text: string): Exact {
  const reader = new Reader(text);
  const value = reader.value();
  reader.end();
  return value;
}

/** The value of a key of an object; undefined where there is none. */
export function member(value: Exact | undefined, key: string): Exact | undefined {
  if (!(value instanceof Members)) return undefined;
  const at = value.keys.indexOf(key);
  return at < 0 ? undefined : value.values[at];
}

/** A value as JSON text, numbers as they were read; cut once it is longer than `most`. */
export function writeExact(value: Exact, most = Infinity): string {
  const parts: string[] = [];
  let length = 0;
  const put = (text: string) => {
    parts.push(text);
    length += text.length;
  };
  const write = (one: Exact) => {
    if (one instanceof Digits) return put(one.text);
    if (!isBranch(one)) return put(JSON.stringify(one));
    const isObject = one instanceof Members;
    const items = isObject ? one.values : one;
    put(isObject ? "{" : "[");
    for (let at = 0; at < items.length && length <= most; at++) {
      put(at > 0 ? ", " : "");
      if (isObject) put(`${JSON.stringify(one.keys[at])}: `);
      write(items[at] ?? null);
    }
    put(isObject ? "}" : "]");
  };
  write(value);
  return parts.join("").slice(0, most);
}

/** Whether a value has members of its own. */
export function isBranch(value: Exact): value is Members | readonly Exact[] {
  return value instanceof Members || Array.isArray(value);
}

/** How many members a value has. */
export function sizeOf(value: Exact): number {
  if (value instanceof Members) return value.keys.length;
  return Array.isArray(value) ? value.length : 0;
}

class Reader {
  private at = 0;

  constructor(private readonly text: string) {}

  value(): Exact {
    this.blank();
    switch (this.text.charAt(this.at)) {
      case "{":
        return this.object();
      case "[":
        return this.array();
      case '"':
        return this.string();
      case "t":
      case "f":
      case "n":
        return this.word();
      default:
        return this.number();
    }
  }

  end(): void {
    this.blank();
    if (this.at < this.text.length) this.fail();
  }

  private object(): Members {
    const keys: string[] = [];
    const values: Exact[] = [];
    this.at += 1;
    if (this.takes("}")) return new Members(keys, values);
    do {
      this.blank();
      if (this.text[this.at] !== '"') this.fail();
      keys.push(this.string());
      if (!this.takes(":")) this.fail();
      values.push(this.value());
    } while (this.takes(","));
    if (!this.takes("}")) this.fail();
    return new Members(keys, values);
  }

  private array(): Exact[] {
    const items: Exact[] = [];
    this.at += 1;
    if (this.takes("]")) return items;
    do items.push(this.value());
    while (this.takes(","));
    if (!this.takes("]")) this.fail();
    return items;
  }

  private string(): string {
    const start = this.at;
    let end = start;
    do {
      end = this.text.indexOf('"', end + 1);
      if (end < 0) this.fail();
    } while (isEscaped(this.text, end));
    this.at = end + 1;
    const inner = this.text.slice(start + 1, end);
    if (!inner.includes("\\")) return inner;
    return JSON.parse(this.text.slice(start, end + 1)) as string;
  }

  private word(): boolean | null {
    for (const [word, value] of Object.entries(WORDS)) {
      if (this.text.startsWith(word, this.at)) {
        this.at += word.length;
        return value;
      }
    }
    return this.fail();
  }

  private number(): number | Digits {
    NUMBER.lastIndex = this.at;
    const found = NUMBER.exec(this.text)?.[0];
    if (found === undefined) return this.fail();
    this.at += found.length;
    const value = Number(found);
    return String(value) === found ? value : new Digits(found);
  }

  private takes(sign: string): boolean {
    this.blank();
    if (this.text[this.at] !== sign) return false;
    this.at += 1;
    return true;
  }

  private blank(): void {
    const code = this.text.charCodeAt(this.at);
    if (code > 32) return;
    BLANK.lastIndex = this.at;
    this.at += BLANK.exec(this.text)?.[0].length ?? 0;
  }

  private fail(): never {
    throw new SyntaxError(`This is not JSON, at character ${this.at}.`);
  }
}

/** Whether the character at a place follows an odd number of backslashes. */
function isEscaped(text: string, at: number): boolean {
  let from = at;
  while (text[from - 1] === "\\") from -= 1;
  return (at - from) % 2 === 1;
}
