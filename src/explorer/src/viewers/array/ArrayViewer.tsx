/** The arrays of a node: as a table, a heat map or a line. */

import "./array.css";

import { useEffect, useState } from "preact/hooks";

import { urlOf, type ApiError } from "../../api/http";
import { asApiError, useAnswer } from "../../api/useAnswer";
import { NumberTable } from "../../parts/plot/NumberTable";
import { Plot } from "../../parts/plot/Plot";
import { Bytes } from "../../parts/small";
import { Empty, Failure, Loaded, Skeleton } from "../../parts/states";
import type { ViewerProps } from "../props";
import { isReal, loadArray, rowsOf, sliceOf, type ArrayRow, type Value } from "./arrays";
import { HeatMap } from "./HeatMap";

export default function ArrayViewer({ node, compact = false }: ViewerProps) {
  const answer = useAnswer<{ arrays: ArrayRow[] }>(urlOf(`nodes/${node.uuid}/arrays`));
  const [chosen, setChosen] = useState<string | null>(null);
  return (
    <Loaded answer={answer}>
      {({ arrays }) => {
        if (arrays.length === 0) return <Empty>There are no arrays in this node.</Empty>;
        if (compact) return <ArrayList arrays={arrays.slice(0, 4)} />;
        const array = arrays.find(({ name }) => name === chosen) ?? arrays[0];
        return (
          <>
            <ArrayList arrays={arrays} chosen={array?.name} onChoose={setChosen} />
            {array && <OneArray key={array.name} uuid={node.uuid} array={array} />}
          </>
        );
      }}
    </Loaded>
  );
}

interface ListProps {
  readonly arrays: readonly ArrayRow[];
  readonly chosen?: string | undefined;
  readonly onChoose?: (name: string) => void;
}

function ArrayList({ arrays, chosen, onChoose }: ListProps) {
  return (
    <table class="table">
      <thead>
        <tr>
          <th scope="col">Array</th>
          <th scope="col">Shape</th>
          <th scope="col">Type</th>
          <th scope="col">Size</th>
        </tr>
      </thead>
      <tbody>
        {arrays.map(({ name, shape, dtype, bytes }) => (
          <tr key={name} class={name === chosen ? "current" : ""}>
            <th scope="row">
              {onChoose ? (
                <button
                  type="button"
                  class="plain mono"
                  aria-pressed={name === chosen}
                  onClick={() => onChoose(name)}
                >
                  {name}
                </button>
              ) : (
                <span class="mono">{name}</span>
              )}
            </th>
            <td class="mono">{shape ? shape.join(" × ") || "one number" : "–"}</td>
            <td class="mono">{dtype ?? "–"}</td>
            <td>
              <Bytes size={bytes} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Form = "table" | "heat map" | "line";

function OneArray({ uuid, array }: { uuid: string; array: ArrayRow }) {
  const shape = array.shape;
  const leading = shape ? shape.slice(0, -2) : [];
  const [indices, setIndices] = useState<readonly number[]>(leading.map(() => 0));
  const forms = formsOf(array);
  const [form, setForm] = useState<Form>(forms[0] ?? "table");
  const { rows, error, retry } = useRows(uuid, array, indices);
  if (!shape) return <Empty>This array cannot be read: a note above says why.</Empty>;
  return (
    <div class="array">
      <div class="array-tools">
        {forms.map((one) => (
          <button key={one} type="button" aria-pressed={one === form} onClick={() => setForm(one)}>
            {one}
          </button>
        ))}
        {leading.map((size, axis) => (
          <Index
            key={axis}
            axis={axis}
            size={size}
            value={indices[axis] ?? 0}
            onChange={(value) => setIndices(indices.with(axis, value))}
          />
        ))}
        <a
          href={urlOf(`nodes/${uuid}/arrays/${encodeURIComponent(array.name)}`)}
          download={`${array.name}.npy`}
        >
          npy
        </a>
      </div>
      {error && <Failure error={error} onRetry={retry} />}
      {!error && !rows && <Skeleton lines={6} />}
      {!error && rows && <Shown form={form} rows={rows} name={array.name} />}
      {rows && <CutNote rows={rows} shape={shape} />}
    </div>
  );
}

interface IndexProps {
  readonly axis: number;
  readonly size: number;
  readonly value: number;
  readonly onChange: (value: number) => void;
}

function Index({ axis, size, value, onChange }: IndexProps) {
  return (
    <label>
      axis {axis}{" "}
      <input
        type="range"
        min={0}
        max={Math.max(0, size - 1)}
        value={value}
        onInput={(event) => onChange(event.currentTarget.valueAsNumber)}
      />{" "}
      {value} of {size}
    </label>
  );
}

/** Says so where only the first rows and columns are shown. */
function CutNote({
  rows,
  shape,
}: {
  rows: readonly (readonly Value[])[];
  shape: readonly number[];
}) {
  const [height = 1, width = 1] = shape.length > 1 ? shape.slice(-2) : [shape[0] ?? 1, 1];
  const columns = rows[0]?.length ?? 0;
  if (rows.length >= height && columns >= width) return null;
  return (
    <p class="muted">
      The first {rows.length} × {columns} of {height} × {width} are shown.
    </p>
  );
}

function Shown({
  form,
  rows,
  name,
}: {
  form: Form;
  rows: readonly (readonly Value[])[];
  name: string;
}) {
  if (rows.length === 0) return <Empty>This array is empty.</Empty>;
  const width = rows[0]?.length ?? 0;
  const columns = Array.from({ length: width }, (_, column) =>
    rows.map((row) => row[column] ?? null),
  );
  if (form === "heat map") return <HeatMap rows={numbers(rows)} title={`Heat map of ${name}`} />;
  if (form === "table")
    return <NumberTable head={columns.map((_, at) => String(at))} columns={columns} />;
  return (
    <Plot
      title={`${name} over its index`}
      x={rows.map((_, at) => at)}
      series={numbers(columns).map((values, at) => ({
        label: width === 1 ? name : `${name}[${at}]`,
        values,
      }))}
      xLabel="index"
      yLabel={name}
      hasLegend={width > 1 && width <= 8}
    />
  );
}

function numbers(rows: readonly (readonly Value[])[]): (number | null)[][] {
  return rows.map((row) =>
    row.map((value) => (value === null || typeof value === "string" ? null : Number(value))),
  );
}

function formsOf({ shape, dtype }: ArrayRow): Form[] {
  if (!shape || !isReal(dtype)) return ["table"];
  const [height = 0, width = 0] = shape.slice(-2);
  if (shape.length === 1) return height > 1 ? ["line", "table"] : ["table"];
  if (shape.length === 0) return ["table"];
  return height > 8 && width > 8 ? ["heat map", "table", "line"] : ["table", "line", "heat map"];
}

interface Rows {
  readonly rows: Value[][] | null;
  readonly error: ApiError | null;
  readonly retry: () => void;
}

function useRows(uuid: string, array: ArrayRow, indices: readonly number[]): Rows {
  const [rows, setRows] = useState<Value[][] | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [turn, setTurn] = useState(0);
  const { name, shape } = array;
  const slice = shape ? sliceOf(shape, indices) : null;
  const rank = Math.min(2, shape?.length ?? 0);
  useEffect(() => {
    if (slice === null) return undefined;
    let isWanted = true;
    setError(null);
    loadArray(uuid, name, slice).then(
      (values) => {
        if (isWanted) setRows(rowsOf(values, rank));
      },
      (reason: unknown) => {
        if (isWanted) setError(asApiError(reason));
      },
    );
    return () => {
      isWanted = false;
    };
  }, [uuid, name, slice, rank, turn]);
  return { rows, error, retry: () => setTurn(turn + 1) };
}
