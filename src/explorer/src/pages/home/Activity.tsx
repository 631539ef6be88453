/** How many nodes were made in each month; a month, or some of them, can be listed. */

import { useState } from "preact/hooks";

import { count, counted } from "../../parts/format";
import { hrefOf, navigate } from "../../router/router";
import { monthsOf, ofMonths, type Month } from "./home";

export function Activity({ counts }: { counts: Readonly<Record<string, number>> }) {
  const months = monthsOf(counts);
  const first = months[0];
  const last = months[months.length - 1];
  if (!first || !last) return <p class="muted">There are no nodes.</p>;
  const most = Math.max(...months.map((month) => month.count));
  return (
    <>
      <ol class="bars" aria-label="Nodes by month">
        {months.map((month) => (
          <li key={month.name}>
            <a
              href={hrefOf(["nodes"], ofMonths(month.name, month.name))}
              aria-label={`${month.name}: ${counted(month.count, "node")}`}
              title={`${month.name}: ${counted(month.count, "node")}`}
            >
              <span
                class="bar-of-month"
                style={{ height: `${month.count ? Math.max(2, (100 * month.count) / most) : 0}%` }}
              />
            </a>
          </li>
        ))}
      </ol>
      <p class="bars-axis muted">
        <span>{first.name}</span>
        <span>most: {count(most)} in a month</span>
        <span>{last.name === first.name ? "" : last.name}</span>
      </p>
      {months.length > 1 && <Range months={months} />}
    </>
  );
}

function Range({ months }: { months: readonly Month[] }) {
  const names = months.map(({ name }) => name);
  const [from, setFrom] = useState(names[0] ?? "");
  const [to, setTo] = useState(names[names.length - 1] ?? "");
  return (
    <form
      class="bars-range"
      onSubmit={(event) => {
        event.preventDefault();
        navigate(hrefOf(["nodes"], ofMonths(from, to)));
      }}
    >
      <Choice label="From" value={from} names={names} onChange={setFrom} />
      <Choice label="to" value={to} names={names} onChange={setTo} />
      <button>List the nodes</button>
    </form>
  );
}

function Choice(props: {
  label: string;
  value: string;
  names: readonly string[];
  onChange: (name: string) => void;
}) {
  return (
    <label>
      {props.label}{" "}
      <select value={props.value} onChange={(event) => props.onChange(event.currentTarget.value)}>
        {props.names.map((name) => (
          <option key={name}>{name}</option>
        ))}
      </select>
    </label>
  );
}
