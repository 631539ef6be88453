/** The codes of the store, and the jobs of one. */

import type { PageProps } from "../page";
import { urlOf } from "../../api/http";
import type { NodeRow } from "../../api/types";
import { useAnswer } from "../../api/useAnswer";
import { hrefOf, terms } from "../../router/router";
import { filtersOf, quoted, textOf, type Term } from "../../router/selection";
import { count, counted } from "../../parts/format";
import { SimpleList } from "../../parts/list/SimpleList";
import type { Column } from "../../parts/list/columns";
import { NodeLink, NodeType, Time, Uuid } from "../../parts/small";
import { Loaded } from "../../parts/states";
import type { Selection } from "../../parts/taking/selection";
import { whereOfAll } from "../../parts/taking/where";

interface CodeRow extends NodeRow {
  readonly description: string;
  readonly plugin: string | null;
  readonly executable: string | null;
  readonly computer: { readonly uuid: string; readonly label: string } | null;
  readonly jobs_count: number;
}

interface JobRow extends NodeRow {
  readonly link_label: string;
}

export default function Codes({ rest }: PageProps) {
  const [id] = rest;
  return id === undefined ? <AllCodes /> : <Code id={id} />;
}

const NONE = <span class="muted">–</span>;

const CODES: readonly Column<CodeRow>[] = [
  {
    key: "label",
    title: "Label",
    order: "label",
    text: (row) => row.label,
    cell: (row) => <a href={hrefOf(["codes", row.uuid])}>{row.label || "no label"}</a>,
  },
  {
    key: "plugin",
    title: "Plugin",
    text: (row) => row.plugin,
    cell: (row) => (row.plugin ? <span class="mono">{row.plugin}</span> : NONE),
  },
  {
    key: "computer",
    title: "Computer",
    text: (row) => row.computer?.label ?? null,
    cell: (row) =>
      row.computer ? (
        <a href={hrefOf(["computers", row.computer.uuid])}>{row.computer.label}</a>
      ) : (
        NONE
      ),
  },
  {
    key: "executable",
    title: "Executable",
    text: (row) => row.executable,
    cell: (row) => (row.executable ? <span class="mono">{row.executable}</span> : NONE),
  },
  {
    key: "jobs_count",
    title: "Jobs",
    isNumeric: true,
    text: (row) => row.jobs_count,
    cell: (row) => <a href={hrefOf(["codes", row.uuid])}>{count(row.jobs_count)}</a>,
  },
  {
    key: "ctime",
    title: "Created",
    order: "ctime",
    isDescendingFirst: true,
    text: (row) => row.ctime,
    cell: (row) => <Time value={row.ctime} />,
  },
  {
    key: "type",
    title: "Type",
    order: "node_type",
    text: (row) => row.node_type,
    cell: (row) => <NodeType type={row.node_type} />,
  },
];

/** Codes as nodes; null if nodes cannot be asked for the same: their `computer` is a number. */
function codesOf(filters: readonly Term[]): Selection | null {
  if (filters.some(({ key }) => key === "computer")) return null;
  const asNodes = filters.map((term) => (term.key === "name" ? { ...term, key: "label" } : term));
  return { query: "", where: whereOfAll(asNodes, { or: CODE_TYPES }) };
}

const CODE_TYPES = ["data.core.code.", "data.code."].map((start) => ({
  node_type: { startswith: start },
}));

/** The jobs that used a code, as nodes. */
function jobsOf(code: string): readonly Term[] {
  return [
    { key: "with_incoming", operator: "=", value: quoted(code) },
    { key: "node_type", operator: "=like=", value: '"process.calculation.calcjob.%"' },
  ];
}

function AllCodes() {
  return (
    <>
      <h1>Codes</h1>
      <SimpleList
        path="codes"
        dataKey="codes"
        noun="codes"
        columns={CODES}
        idOf={(row) => row.uuid}
        order="label"
        textKey="label"
        selection={codesOf(filtersOf(terms.value))}
      />
    </>
  );
}

const JOBS: readonly Column<JobRow>[] = [
  {
    key: "label",
    title: "Job",
    order: "label",
    text: (row) => row.label,
    cell: (row) => <NodeLink uuid={row.uuid}>{row.label || jobName(row)}</NodeLink>,
  },
  {
    key: "process_type",
    title: "Process type",
    order: "process_type",
    text: (row) => row.process_type,
    cell: (row) => <span class="mono">{row.process_type}</span>,
  },
  {
    key: "ctime",
    title: "Created",
    order: "ctime",
    isDescendingFirst: true,
    text: (row) => row.ctime,
    cell: (row) => <Time value={row.ctime} />,
  },
  {
    key: "uuid",
    title: "UUID",
    text: (row) => row.uuid,
    cell: (row) => <Uuid uuid={row.uuid} />,
  },
];

function jobName(row: JobRow): string {
  return row.process_type?.split(":").pop() ?? "job";
}

function Code({ id }: { id: string }) {
  const path = `codes/${encodeURIComponent(id)}`;
  const answer = useAnswer<{ codes: readonly CodeRow[] }>(urlOf(path));
  return (
    <>
      <p class="crumbs">
        <a href={hrefOf(["codes"])}>Codes</a>
      </p>
      <Loaded answer={answer}>
        {({ codes }) =>
          codes[0] && (
            <>
              <h1>
                Jobs of {codes[0].label} <Uuid uuid={codes[0].uuid} />
              </h1>
              <p>
                {counted(codes[0].jobs_count, "job")}{" "}
                {codes[0].computer && (
                  <>
                    on{" "}
                    <a href={hrefOf(["computers", codes[0].computer.uuid])}>
                      {codes[0].computer.label}
                    </a>{" "}
                  </>
                )}
                · <NodeLink uuid={codes[0].uuid}>All about this code</NodeLink>
              </p>
            </>
          )
        }
      </Loaded>
      {!answer.error && (
        <SimpleList
          path={`${path}/jobs`}
          dataKey="jobs"
          noun="jobs"
          columns={JOBS}
          idOf={(row) => row.uuid}
          order="-ctime"
          selection={{ query: textOf([...jobsOf(id), ...filtersOf(terms.value)]), where: null }}
        >
          <p>No job used this code.</p>
        </SimpleList>
      )}
    </>
  );
}
