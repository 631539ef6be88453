/** What the API answers, as far as the explorer reads it. Times are HTTP dates in UTC. */

export interface NodeRow {
  readonly id: number;
  readonly uuid: string;
  readonly label: string;
  readonly node_type: string;
  readonly process_type: string | null;
  readonly ctime: string;
  readonly mtime: string;
  readonly user_id: number;
  readonly full_type: string;
}

export type ProcessState = "created" | "waiting" | "running" | "finished" | "excepted" | "killed";

export interface ProcessRow extends NodeRow {
  readonly process_label: string | null;
  readonly process_state: string | null;
  readonly is_running: boolean;
  readonly exit_status: number | null;
  readonly exit_message: string | null;
  readonly paused: boolean;
  readonly user: { readonly id: number; readonly name: string } | null;
  readonly computer: { readonly uuid: string; readonly label: string } | null;
  readonly parent: string | null;
  readonly url: string;
}

export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export interface LinkRow {
  readonly uuid: string;
  readonly label: string;
  readonly node_type: string;
  readonly link_label: string;
  readonly link_type: string;
  readonly ctime: string;
  readonly link_counts?: { readonly incoming: number; readonly outgoing: number };
  readonly [key: string]: Json | undefined;
}

export interface Bucket {
  readonly value: string | number | boolean | null;
  readonly count: number;
  /** What the number of a user or a computer stands for. */
  readonly label?: string | null;
  /** The list narrowed to this value; null where no query string can say it. */
  readonly url: string | null;
}

export interface Facet {
  readonly buckets: readonly Bucket[];
  readonly other: number;
  readonly missing: number;
  readonly truncated: string | null;
}

export interface ProfileRow {
  readonly name: string;
  readonly kind: string;
  readonly default: boolean;
  readonly url: string | null;
  readonly size: number | null;
  readonly nodes: number | null;
  /** When a node was last written or changed. */
  readonly last_mtime: string | null;
  /** Of an archive: the version that it was written as, and the AiiDA that wrote it. */
  readonly written_as: string | null;
  readonly aiida_version: string | null;
  readonly reachable: boolean | null;
  readonly problem: { readonly message: string; readonly hint?: string } | null;
}

/** A node with the parts that its page shows: `/nodes/<id>?include=…`. A part that cannot be shown is null. */
export interface NodeDetail extends NodeRow {
  readonly description?: string | null;
  readonly attributes: JsonObject | null;
  readonly extras: JsonObject | null;
  readonly comments: readonly CommentRow[] | null;
  readonly links: {
    readonly incoming: readonly LinkRow[];
    readonly outgoing: readonly LinkRow[];
    readonly totals: { readonly incoming: number; readonly outgoing: number };
  } | null;
  readonly files: readonly FileRow[] | null;
  readonly groups:
    | readonly { readonly uuid: string; readonly label: string; readonly type_string: string }[]
    | null;
  readonly user: { readonly id: number; readonly name: string } | null;
  readonly computer: { readonly uuid: string; readonly label: string } | null;
  readonly derived_properties: JsonObject | null;
  readonly link_counts?: { readonly incoming: number; readonly outgoing: number } | null;
}

export interface CommentRow {
  readonly created_time: string | null;
  readonly modified_time: string | null;
  readonly message: string | null;
  /** The name of the author. */
  readonly user: string | null;
}

export interface FileRow {
  readonly name: string;
  readonly type: "FILE" | "DIRECTORY";
}
