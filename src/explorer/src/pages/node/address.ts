/** What the id in an address may be: a uuid, the beginning of one, or a pk. */

export type Wanted =
  | { readonly by: "uuid"; readonly text: string }
  | { readonly by: "pk"; readonly text: string }
  | { readonly by: "nothing"; readonly text: string };

const WHOLE = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const BEGINNING = /^[0-9a-f]{1,8}$|^[0-9a-f]{8}-[0-9a-f-]{0,27}$/;

/** The pk of a node is an integer of 32 bits. */
const LARGEST_PK = 2 ** 31 - 1;

/**
 * Read an id. `#12` is a pk, and so is a number of up to seven digits: those of eight digits or more
 * are beginnings of uuids, of which one in forty has digits only.
 */
export function readId(text: string): Wanted {
  const plain = text.trim().toLowerCase();
  const pk = /^#(\d{1,10})$/.exec(plain)?.[1] ?? /^(\d{1,7})$/.exec(plain)?.[1];
  if (pk !== undefined && Number(pk) <= LARGEST_PK) return { by: "pk", text: String(Number(pk)) };
  return BEGINNING.test(plain) ? { by: "uuid", text: plain } : { by: "nothing", text: plain };
}

/** Whether a text is a uuid as the store writes it. */
export function isUuid(text: string): boolean {
  return WHOLE.test(text);
}
