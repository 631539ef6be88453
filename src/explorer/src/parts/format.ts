/** Numbers, times and sizes as people read them. */

const NUMBER = new Intl.NumberFormat("en");
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const STEPS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_557_600],
  ["month", 2_629_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** A number with separators of thousands. */
export function count(value: number): string {
  return NUMBER.format(value);
}

/** "1 node", "2 nodes". */
export function counted(value: number, singular: string, plural = `${singular}s`): string {
  return `${count(value)} ${value === 1 ? singular : plural}`;
}

/** "3 hours ago". */
export function ago(time: Date, now: Date = new Date()): string {
  const seconds = (time.getTime() - now.getTime()) / 1000;
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return RELATIVE.format(Math.round(seconds / size), unit);
  }
  return "just now";
}

/** The exact time: "2026-11-20 11:51:25 UTC". */
export function exact(time: Date): string {
  return `${time.toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** A duration in seconds: "0.4 s", "12 s", "3 min 5 s", "3 h 12 min", "2 d 4 h". */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 10) return `${Number(seconds.toPrecision(2))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return pair(whole, 60, "min", 1, "s");
  if (whole < 86_400) return pair(whole, 3_600, "h", 60, "min");
  return pair(whole, 86_400, "d", 3_600, "h");
}

function pair(
  value: number,
  large: number,
  largeName: string,
  small: number,
  smallName: string,
): string {
  const first = Math.floor(value / large);
  const second = Math.floor((value % large) / small);
  return second ? `${first} ${largeName} ${second} ${smallName}` : `${first} ${largeName}`;
}

/** Bytes: "512 B", "4.1 kB", "1.2 MB". */
export function bytes(size: number): string {
  if (size < 1000) return `${size} B`;
  const names = ["kB", "MB", "GB", "TB"];
  let value = size / 1000;
  let at = 0;
  while (value >= 999.5 && at < names.length - 1) {
    value /= 1000;
    at += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${names[at]}`;
}

/** The first group of a uuid, by which the API finds a node. */
export function short(uuid: string): string {
  return uuid.slice(0, 8);
}
