/** The people of a store: few, so all are asked for at once. */

import { urlOf } from "../api/http";
import { useAnswer } from "../api/useAnswer";
import type { Names } from "./list/words";

export interface UserRow {
  readonly id: number;
  readonly first_name: string;
  readonly last_name: string;
  readonly institution: string;
  /** Only where the server shows it. */
  readonly email?: string;
}

export function fullName(user: UserRow): string {
  return `${user.first_name} ${user.last_name}`.trim() || `user ${user.id}`;
}

/** The names of people by number; empty while they are not there. */
export function useNames(): Readonly<Record<string, string>> {
  const answer = useAnswer<{ users: readonly UserRow[] }>(urlOf("users", "limit=400"));
  return Object.fromEntries(
    (answer.data?.users ?? []).map((user) => [String(user.id), fullName(user)]),
  );
}

export function namesOf(users: Readonly<Record<string, string>>): Names {
  return { user: users };
}
